//! The shared files of the AWS CLI: which ones, and the profile in them.

use aws_config::profile::{Profile, ProfileFileLoadError, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::config::{BadSetting, ClientConfig};
use crate::http::causes;

/// The files that `config` names, or the usual ones.
pub(crate) fn named(config: &ClientConfig) -> EnvConfigFiles {
    let settings = &config.shared_config_files;
    let credentials = &config.shared_credentials_files;
    let mut files = EnvConfigFiles::builder()
        .include_default_config_file(settings.is_empty())
        .include_default_credentials_file(credentials.is_empty());
    for path in settings {
        files = files.with_file(EnvConfigFileKind::Config, path);
    }
    for path in credentials {
        files = files.with_file(EnvConfigFileKind::Credentials, path);
    }
    files.build()
}

/// Reads the files once and finds the profile.
///
/// A profile named in the provider block or by `AWS_PROFILE` must exist: the SDK would silently
/// go on to the next source of credentials and work in another account.
pub(crate) async fn profile(
    config: &ClientConfig,
    files: &EnvConfigFiles,
    environment: &Env,
) -> Result<Option<Profile>, BadSetting> {
    let named = config.profile.clone();
    let selected = named.clone().map(Into::into);
    let set = aws_config::profile::load(&Fs::real(), environment, files, selected)
        .await
        .map_err(|error| unusable(&error))?;
    let wanted = named.or_else(|| environment.get("AWS_PROFILE").ok());
    match (wanted, set.get_profile(set.selected_profile())) {
        (_, Some(profile)) => Ok(Some(profile.clone())),
        (None, None) => Ok(None),
        (Some(name), None) => Err(BadSetting::new("profile", absent(&name, &set))),
    }
}

/// The SDK's own words name the file and, of a wrong one, the line.
fn unusable(error: &ProfileFileLoadError) -> BadSetting {
    let said: Vec<String> = causes(error)
        .map(|cause| {
            cause
                .to_string()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let message = format!(
        "the shared files of AWS cannot be used: {}",
        said.join(": ")
    );
    BadSetting::new("shared_config_files", message)
}

fn absent(name: &str, set: &ProfileSet) -> String {
    let mut known: Vec<&str> = set.profiles().collect();
    known.sort_unstable();
    let known = match known.as_slice() {
        [] => "they name none".to_owned(),
        names => format!("they name {}", names.join(", ")),
    };
    format!("no profile {name:?} in the shared files of AWS: {known}")
}
