//! Logs as Terraform reads them: one hclog JSON object a line on stderr.
//!
//! Terraform takes `@level`, `@message` and `@timestamp` from a line and crashes if one of them is
//! no string, so every value is written as one. A timestamp needs exactly six fractional digits,
//! or the line counts as plain text at level debug. The host filters; with neither `TF_LOG` nor
//! `TF_LOG_PROVIDER` set nothing is formatted at all.

use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::panic::PanicHookInfo;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::work::{self, Panicked};

/// Longest value in bytes. The host reads lines of up to 64 KiB.
const VALUE_LIMIT: usize = 8 << 10;

/// Crates under the transport. They log each frame, which drowns the provider's own words; their
/// warnings are let through.
const NOISY: [&str; 8] = [
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "rustls",
    "tokio",
    "tonic",
    "tower",
];

/// Writes events to stderr from now on, if the host asked for any. Crates that begin with one of
/// `quiet` are treated as the transport is.
pub(crate) fn start(quiet: &'static [&'static str]) {
    let level = wanted(|name| std::env::var_os(name));
    if level != LevelFilter::OFF {
        let lines = Registry::default().with(HcLog {
            level,
            quiet,
            write: to_stderr,
        });
        // A provider that installed a subscriber of its own keeps it.
        let _ = tracing::subscriber::set_global_default(lines);
    }
}

/// Reports panics as an error line. The default hook's text would do no harm, but Terraform shows
/// it at level debug; and a line that begins with `panic: ` means to Terraform that the plugin has
/// crashed, which a caught panic is not.
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(location) = panic.location() {
            Panicked::remember(location.to_string());
        }
        if cfg!(panic = "abort") {
            crashed(&work::message(panic.payload()));
        } else {
            to_stderr(&panic_line(panic));
        }
    }));
}

/// Says that the process dies of a panic; the host shows the text to the user.
pub(crate) fn crashed(message: &str) {
    to_stderr(format!("panic: {message}\n").as_bytes());
}

fn panic_line(panic: &PanicHookInfo<'_>) -> Vec<u8> {
    let mut fields = Fields::default();
    let message = work::message(panic.payload());
    fields.set("@message", format!("a handler panicked: {message}"));
    if let Some(location) = panic.location() {
        fields.set("location", location.to_string());
    }
    let backtrace = std::backtrace::Backtrace::capture();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        fields.set("backtrace", backtrace.to_string());
    }
    line(Level::ERROR, module_path!(), fields)
}

/// The level the host's user asked for; the more specific variable wins.
fn wanted(variable: impl Fn(&str) -> Option<OsString>) -> LevelFilter {
    let set = ["TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let Some(set) = set else {
        return LevelFilter::OFF;
    };
    match set.to_string_lossy().to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        // `JSON`, and words Terraform does not know either: it says so and takes them for trace.
        _ => LevelFilter::TRACE,
    }
}

/// The layer. An event's line has the fields of the spans around it, then its own.
struct HcLog<W> {
    level: LevelFilter,
    quiet: &'static [&'static str],
    write: W,
}

impl<S, W> Layer<S> for HcLog<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let target = metadata.target();
        let root = target.split("::").next().unwrap_or_default();
        let quiet = || self.quiet.iter().any(|prefix| target.starts_with(prefix));
        *metadata.level() <= self.level
            && (*metadata.level() <= Level::WARN || !(NOISY.contains(&root) || quiet()))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        if let Some(span) = cx.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        if let Some(span) = cx.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in cx
            .event_scope(event)
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .iter()
            .rev()
        {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        (self.write)(&line(*metadata.level(), metadata.target(), fields));
    }
}

/// Keys and their values as text.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, key: &str, mut value: String) {
        if value.len() > VALUE_LIMIT {
            value.truncate(value.floor_char_boundary(VALUE_LIMIT));
            value.push('…');
        }
        self.0.insert(key.to_owned(), Value::String(value));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.set("@message", format!("{value:?}")),
            // The keys with an at sign are hclog's own.
            name => self.set(name.trim_start_matches('@'), format!("{value:?}")),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

fn line(level: Level, target: &str, fields: Fields) -> Vec<u8> {
    let mut all = Fields::default();
    all.set("@level", level.as_str().to_lowercase());
    all.set("@message", String::new());
    all.set("@timestamp", format!("{:.6}", jiff::Timestamp::now()));
    all.set("@module", target.replace("::", "."));
    all.0.extend(fields.0);
    let mut line = Value::Object(all.0).to_string().into_bytes();
    line.push(b'\n');
    line
}

/// In one call, so that lines of several threads do not mix.
fn to_stderr(line: &[u8]) {
    // There is nobody left to tell.
    let _ = std::io::stderr().lock().write_all(line);
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::{debug, error, info, info_span, trace};

    use super::*;

    fn logged(level: LevelFilter, log: impl FnOnce()) -> Vec<Map<String, Value>> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let write = move |line: &[u8]| sink.lock().unwrap().push(line.to_vec());
        let subscriber = Registry::default().with(HcLog {
            level,
            quiet: &["sdk_of"],
            write,
        });
        tracing::subscriber::with_default(subscriber, log);
        let lines = lines.lock().unwrap();
        lines
            .iter()
            .map(|line| {
                assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
                serde_json::from_slice(line).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_line_is_what_terraform_parses() {
        let lines = logged(LevelFilter::TRACE, || {
            let request = info_span!("rpc", tf_rpc = "ReadResource", tf_resource_type = "x_y");
            let _entered = request.enter();
            let attempt = info_span!("attempt", number = 2, tf_resource_type = "x_z").entered();
            info!(elapsed_ms = 12.5, ok = true, "read\n{}", "twice");
            drop(attempt);
            error!(error = ?std::io::ErrorKind::NotFound, "@level" = "no");
        });
        for line in &lines {
            assert!(line.values().all(Value::is_string), "{line:?}");
            let timestamp = line["@timestamp"].as_str().unwrap();
            let (_, fraction) = timestamp.split_once('.').unwrap();
            assert_eq!(fraction.len(), "123456Z".len(), "{timestamp}");
            assert!(timestamp.parse::<jiff::Timestamp>().is_ok(), "{timestamp}");
        }
        let mut shown: Vec<_> = lines.into_iter().map(Value::Object).collect();
        for line in &mut shown {
            line["@timestamp"] = "…".into();
        }
        insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap(), @r#"
        [
          {
            "@level": "info",
            "@message": "read\ntwice",
            "@timestamp": "…",
            "@module": "tfplugin.logging.tests",
            "tf_rpc": "ReadResource",
            "tf_resource_type": "x_z",
            "number": "2",
            "elapsed_ms": "12.5",
            "ok": "true"
          },
          {
            "@level": "error",
            "@message": "",
            "@timestamp": "…",
            "@module": "tfplugin.logging.tests",
            "tf_rpc": "ReadResource",
            "tf_resource_type": "x_y",
            "error": "NotFound",
            "level": "no"
          }
        ]
        "#);
    }

    #[test]
    fn the_level_and_the_transport_are_filtered() {
        let lines = logged(LevelFilter::DEBUG, || {
            trace!("too fine");
            debug!("wanted");
            debug!(target: "h2::codec::framed_read", "noise");
            debug!(target: "sdk_of_an_api::http", "a request with all its headers");
            tracing::warn!(target: "h2::proto", "worth hearing");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["@message"]).collect();
        assert_eq!(messages, ["wanted", "worth hearing"]);
    }

    #[test]
    fn a_line_stays_shorter_than_the_host_reads() {
        let lines = logged(LevelFilter::INFO, || info!("{}", "ä".repeat(VALUE_LIMIT)));
        let message = lines[0]["@message"].as_str().unwrap();
        assert!(message.ends_with("ä…") && message.len() <= VALUE_LIMIT + '…'.len_utf8());
    }

    #[test]
    fn the_specific_variable_wins_and_silence_is_the_default() {
        let level = |set: &[(&str, &str)]| {
            wanted(|name| {
                let found = set.iter().find(|(key, _)| *key == name)?;
                Some(found.1.into())
            })
        };
        assert_eq!(level(&[]), LevelFilter::OFF);
        assert_eq!(level(&[("TF_LOG", "")]), LevelFilter::OFF);
        assert_eq!(level(&[("TF_LOG", "warn")]), LevelFilter::WARN);
        assert_eq!(level(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(level(&[("TF_LOG", "loud")]), LevelFilter::TRACE);
        let both = [("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "ERROR")];
        assert_eq!(level(&both), LevelFilter::ERROR);
    }
}
