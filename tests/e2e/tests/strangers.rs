//! Who is not the host of a running provider is refused, and the host's session goes on.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::scene::programs;
use tfplugin::client::messages::get_provider_schema;
use tfplugin::client::{self, Channel, Error, Host, Identity, Launch};

/// Asks for the schema, as anybody would who reaches the socket; true if it is answered.
async fn is_answered(channel: Result<Channel, Error>) -> bool {
    let Ok(channel) = channel else { return false };
    let mut provider = client::provider(channel);
    provider
        .get_provider_schema(get_provider_schema::Request {})
        .await
        .is_ok()
}

/// The host's own session.
async fn works(host: &Host) -> Result<()> {
    let answer = host
        .provider()
        .get_provider_schema(get_provider_schema::Request {})
        .await;
    let schemas = answer
        .context("the host's own session")?
        .into_inner()
        .resource_schemas;
    ensure!(
        schemas.contains_key("holdfast_dlm_policy"),
        "{:?}",
        schemas.keys()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_host_is_let_in() -> Result<()> {
    let host = Launch::new(&programs()?.provider).start().await?;
    works(&host).await?;
    let handshake = host.handshake();
    let own = host.identity().context("the host has a certificate")?;

    let another = Identity::generate()?;
    let copy_without_key = own.copied_by(&another);
    for (who, identity) in [
        ("nobody", None),
        ("another P-521 certificate", Some(&another)),
        (
            "the right certificate with another key",
            Some(&copy_without_key),
        ),
    ] {
        let answered = is_answered(client::connect(handshake, identity).await).await;
        ensure!(!answered, "{who} was let in");
        works(&host).await.context(who)?;
    }
    // The refusals above are no accident of the test: the host's own certificate is let in again.
    ensure!(
        is_answered(client::connect(handshake, Some(own)).await).await,
        "the host itself"
    );

    let ended = host.shut_down().await?;
    ensure!(ended.status.success(), "{:?}", ended.status);
    Ok(())
}
