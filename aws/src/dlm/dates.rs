//! Mends the dates of a policy before the SDK reads them.
//!
//! The model says ISO 8601, and the SDK accepts nothing else; the service sends seconds since
//! 1970 as a number such as `1.656790738203E9` (hashicorp/terraform-provider-aws#25665,
//! aws-sdk-go#2100). Without this every read of a policy would fail.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use hyper::body::{Body, Frame};

use crate::clock::Timestamp;

/// Interceptor of `GetLifecyclePolicy`.
#[derive(Debug)]
pub(super) struct MendDates;

#[dyn_dispatch_hint]
impl Intercept for MendDates {
    fn name(&self) -> &'static str {
        "MendDates"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        // The mended body is longer; the length of the sent one is checked below ours.
        response.headers_mut().remove("content-length");
        let sent = mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = SdkBody::from_body_1_x(Mended {
            sent,
            collected: Vec::new(),
            done: false,
        });
        Ok(())
    }
}

/// A body that is read to its end, mended, and given out in one piece.
struct Mended {
    sent: SdkBody,
    collected: Vec<u8>,
    done: bool,
}

impl Body for Mended {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while !self.done {
            match ready!(Pin::new(&mut self.sent).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.collected.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.done = true;
                    let mended = mend(mem::take(&mut self.collected));
                    return Poll::Ready(Some(Ok(Frame::data(mended.into()))));
                }
            }
        }
        Poll::Ready(None)
    }
}

/// The same answer with its dates as texts; an answer without such dates stays byte for byte.
fn mend(answer: Vec<u8>) -> Vec<u8> {
    let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&answer) else {
        return answer;
    };
    let mut changed = false;
    for member in ["DateCreated", "DateModified"] {
        let Some(date) = json.pointer_mut(&format!("/Policy/{member}")) else {
            continue;
        };
        if let Some(text) = date.as_f64().and_then(iso) {
            *date = text.into();
            changed = true;
        }
    }
    if changed {
        json.to_string().into_bytes()
    } else {
        answer
    }
}

/// ISO 8601 of seconds since 1970, to the millisecond, which is all that the service has.
fn iso(seconds: f64) -> Option<String> {
    let milliseconds = (seconds * 1000.0).round();
    // Beyond this a date is nonsense, and the cast would saturate.
    if milliseconds.abs() > 1e17 {
        return None;
    }
    let timestamp = Timestamp::from_millisecond(milliseconds as i64).ok()?;
    Some(timestamp.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(answer: &str) -> String {
        String::from_utf8(mend(answer.as_bytes().to_vec())).unwrap()
    }

    #[test]
    fn dates_become_texts_and_nothing_else_changes() {
        let sent = r#"{"Policy":{"DateCreated":1.656790738203E9,"DateModified":1656790738,"Tags":{"DateCreated":"1"},"PolicyDetails":{"Schedules":[{"RetainRule":{"Count":7}}]}}}"#;
        insta::assert_snapshot!(mended(sent), @r#"{"Policy":{"DateCreated":"2022-07-02T19:38:58.203Z","DateModified":"2022-07-02T19:38:58Z","Tags":{"DateCreated":"1"},"PolicyDetails":{"Schedules":[{"RetainRule":{"Count":7}}]}}}"#);
    }

    #[test]
    fn what_needs_no_mending_stays_as_it_was() {
        for sent in [
            r#"{ "Policy": {"DateCreated":"2022-07-02T19:38:58Z"} }"#,
            r#"{"Policy":{"DateCreated":null}}"#,
            r#"{"Policy":{"DateCreated":1e300}}"#,
            r#"{"Message":"no"}"#,
            "<html>proxy says no</html>",
            "",
        ] {
            assert_eq!(mended(sent), sent);
        }
    }
}
