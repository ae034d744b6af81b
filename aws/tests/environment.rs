//! Credentials, region and endpoints as the environment and the shared files give them.
//!
//! The environment belongs to a whole process, so each case runs [`the_child`] of this same file
//! in a process of its own and reads what it prints.

mod support;

use std::path::Path;
use std::process::Command;

use holdfast_aws::{ClientConfig, Clients, Services};
use support::{Answer, Canned};
use tempfile::TempDir;

const GONE: Answer = Answer::Json(404, r#"{"__type":"ResourceNotFoundException"}"#);

/// Asks for a policy with nothing but what the environment says, and prints what came of it.
#[tokio::test]
#[ignore = "runs as the child of the other tests"]
async fn the_child() {
    println!("CHILD {}", ask().await);
}

async fn ask() -> String {
    let profile = std::env::var("TEST_PROFILE_ARGUMENT").ok();
    let config = ClientConfig {
        profile,
        insecure: std::env::var("TEST_INSECURE_ARGUMENT").is_ok_and(|value| !value.is_empty()),
        max_retries: Some(0),
        ..ClientConfig::default()
    };
    let clients = match Clients::new(config).await {
        Ok(clients) => clients,
        Err(bad) => return bad.to_string(),
    };
    let dlm = match clients.dlm(None).await {
        Ok(dlm) => dlm,
        Err(error) => return error.to_string(),
    };
    match dlm.get(&"policy-0a".parse().expect("an id")).await {
        Ok(found) => format!("{found:?}"),
        Err(error) => error.to_string(),
    }
}

/// A machine with nothing on it but a home folder.
struct Machine {
    home: TempDir,
    server: Canned,
}

impl Machine {
    async fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join(".aws")).expect("a folder");
        Self {
            home,
            server: Canned::new(&[], GONE).await,
        }
    }

    fn file(&self, name: &str, content: &str) -> &Self {
        let path = self.home.path().join(".aws").join(name);
        std::fs::write(path, content).expect("a file");
        self
    }

    /// What the child says with these variables and no others.
    async fn child(&self, variables: &[(&str, &str)]) -> String {
        let own = std::env::current_exe().expect("this test");
        let mut child = Command::new(own);
        child
            .args(["--exact", "the_child", "--ignored", "--nocapture"])
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_DLM", &self.server.url)
            .envs(variables.iter().copied());
        let output = tokio::task::spawn_blocking(move || child.output()).await;
        let output = output.expect("a thread").expect("a child");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = text.lines().find_map(|line| line.split_once("CHILD "));
        let said = said.map(|(_, said)| said.to_owned());
        let said =
            said.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)));
        said.replace(&self.home.path().display().to_string(), "~")
    }

    /// The access key and the region that the last request was signed with.
    fn signed_with(&self) -> String {
        let requests = self.server.requests();
        let last = requests.last().expect("a request");
        let scope = last.header("authorization").split_once("Credential=");
        let scope = scope.map_or("", |(_, scope)| scope);
        let parts: Vec<&str> = scope.split('/').collect();
        format!("{} {}", parts[0], parts[2])
    }
}

const KEYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIDENV"),
    ("AWS_SECRET_ACCESS_KEY", "hidden-half"),
    ("AWS_REGION", "eu-west-1"),
];

const CONFIG: &str = "[default]\nregion = eu-south-1\n\n[profile work]\nregion = eu-north-1\n";
const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n\n\
                           [work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\n";

#[tokio::test]
async fn keys_region_and_endpoint_of_the_environment_are_used() {
    let machine = Machine::new().await;
    assert_eq!(machine.child(&KEYS).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDENV eu-west-1");
}

#[tokio::test]
async fn profiles_are_found_as_the_cli_finds_them() {
    let machine = Machine::new().await;
    machine
        .file("config", CONFIG)
        .file("credentials", CREDENTIALS);

    assert_eq!(machine.child(&[]).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDDEFAULT eu-south-1");
    assert_eq!(machine.child(&[("AWS_PROFILE", "work")]).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDWORK eu-north-1");
    // Keys of the environment go before AWS_PROFILE, and after a profile that is an argument.
    let mut both = KEYS.to_vec();
    both.push(("AWS_PROFILE", "work"));
    assert_eq!(machine.child(&both).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDENV eu-west-1");
    both.push(("TEST_PROFILE_ARGUMENT", "work"));
    assert_eq!(machine.child(&both).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDWORK eu-west-1");
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_an_error_and_not_another_account() {
    let machine = Machine::new().await;
    machine
        .file("config", CONFIG)
        .file("credentials", CREDENTIALS);
    let said = machine.child(&[("AWS_PROFILE", "wrok")]).await;
    insta::assert_snapshot!(said, @r#"profile: no profile "wrok" in the shared files of AWS: they name default, work"#);
    assert!(machine.server.requests().is_empty());
}

#[tokio::test]
async fn a_machine_without_credentials_is_told_what_to_set() {
    let machine = Machine::new().await;
    let said = machine.child(&[("AWS_REGION", "eu-west-1")]).await;
    let said = said.replace(&machine.server.url, "http://127.0.0.1:PORT");
    insta::assert_snapshot!(said, @"no AWS credentials for dlm:GetLifecyclePolicy: no source has any: Environment: environment variable not set; Profile: the credential provider was not enabled; WebIdentity: $AWS_WEB_IDENTITY_TOKEN_FILE was not set; Container: ECS provider not configured; Instance: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`. Asked: eu-west-1. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the provider's `profile` or `access_key` and `secret_key`.");
    assert!(machine.server.requests().is_empty());
}

#[tokio::test]
async fn a_machine_without_a_region_is_told_what_to_set() {
    let machine = Machine::new().await;
    let said = machine.child(&KEYS[..2]).await;
    insta::assert_snapshot!(said, @"the provider's settings are wrong for the choice of a region: none is named: set the provider's `region`, the environment's AWS_REGION, `region` in the profile, or `region` on the resource.");
}

#[tokio::test]
async fn shared_files_that_cannot_be_read_are_named() {
    let machine = Machine::new().await;
    machine.file("config", "[default\nregion = eu-south-1\n");
    insta::assert_snapshot!(machine.child(&KEYS).await, @"shared_config_files: the shared files of AWS cannot be used: could not parse profile file: error parsing ~/.aws/config on line 1: Profile definition must end with ']'");
}

#[tokio::test]
async fn a_ca_bundle_of_the_environment_is_read() {
    let machine = Machine::new().await;
    let mut variables = KEYS.to_vec();
    variables.push(("AWS_CA_BUNDLE", "/absent/ca.pem"));
    insta::assert_snapshot!(machine.child(&variables).await, @"custom_ca_bundle: the CA bundle /absent/ca.pem cannot be read: No such file or directory (os error 2)");
}

#[tokio::test]
async fn the_instance_names_the_region_if_nothing_else_does() {
    let machine = Machine::new().await;
    let answers = [Answer::Json(200, "token"), Answer::Json(200, "eu-west-2")];
    let instance = Canned::new(&answers, GONE).await;
    let mut variables = KEYS[..2].to_vec();
    variables.push(("AWS_EC2_METADATA_DISABLED", "false"));
    variables.push(("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance.url));
    assert_eq!(machine.child(&variables).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDENV eu-west-2");
    let asked = instance.requests();
    assert_eq!(asked[1].line, "GET /latest/meta-data/placement/region");
    assert_eq!(asked.len(), 2, "asked once, for its token and its region");
}

#[tokio::test]
async fn proxies_of_the_environment_are_used() {
    let machine = Machine::new().await;
    let proxy = Canned::new(&[], GONE).await;
    let mut variables = KEYS.to_vec();
    variables.push(("HTTP_PROXY", &proxy.url));
    variables.push(("AWS_ENDPOINT_URL_DLM", "http://dlm.test"));
    assert_eq!(machine.child(&variables).await, "Absent");
    assert_eq!(
        proxy.requests()[0].line,
        "GET http://dlm.test/policies/policy-0a"
    );
    variables.push(("NO_PROXY", "127.0.0.1"));
    variables.push(("AWS_ENDPOINT_URL_DLM", &machine.server.url));
    assert_eq!(machine.child(&variables).await, "Absent");
    assert_eq!(machine.server.requests().len(), 1);
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_of_the_proxy() {
    for insecure in ["", "true"] {
        let machine = Machine::new().await;
        let proxy = Canned::new(&[], Answer::Json(403, "not this way")).await;
        let mut variables = KEYS.to_vec();
        variables.push(("HTTPS_PROXY", &proxy.url));
        variables.push(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));
        variables.push(("TEST_INSECURE_ARGUMENT", insecure));
        let said = machine.child(&variables).await;
        assert!(
            said.starts_with("cannot reach AWS for dlm:GetLifecyclePolicy"),
            "{said}"
        );
        let asked = &proxy.requests()[0].line;
        assert_eq!(asked, "CONNECT dlm.eu-west-1.amazonaws.com:443");
    }
}

#[tokio::test]
async fn a_role_of_the_profile_is_taken_on() {
    let machine = Machine::new().await;
    machine
        .file("config", "[profile deploy]\nregion = eu-north-1\nsource_profile = work\nrole_arn = arn:aws:iam::123456789012:role/deploy\n")
        .file("credentials", CREDENTIALS);
    let refused = Answer::Json(
        403,
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>",
    );
    let sts = Canned::new(&[], refused).await;
    let said = machine
        .child(&[
            ("AWS_PROFILE", "deploy"),
            ("AWS_ENDPOINT_URL_STS", &sts.url),
        ])
        .await;
    assert!(
        said.starts_with("AWS denied sts:AssumeRole: not yours."),
        "{said}"
    );
    assert!(sts.requests()[0].body.contains("deploy"));
    assert!(machine.server.requests().is_empty());
}

#[tokio::test]
async fn a_process_of_the_profile_gives_keys() {
    let machine = Machine::new().await;
    let script = machine.home.path().join("keys.sh");
    let keys = r#"echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s"}'"#;
    std::fs::write(&script, keys).expect("a file");
    machine.file("config", &process_profile(&script));
    let path = std::env::var("PATH").expect("a path");
    assert_eq!(machine.child(&[("PATH", &path)]).await, "Absent");
    assert_eq!(machine.signed_with(), "AKIDPROCESS eu-north-1");
}

fn process_profile(script: &Path) -> String {
    format!(
        "[default]\nregion = eu-north-1\ncredential_process = sh {}\n",
        script.display()
    )
}
