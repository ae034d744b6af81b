//! A server that answers as it is told, one answer per request, and remembers what it was sent.
#![allow(
    dead_code,
    reason = "each test file is a crate of its own and uses its part"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use holdfast_aws::config::Endpoints;
use holdfast_aws::{ClientConfig, Clients};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The metadata service of an instance names the life of its tokens; nobody else minds.
const TOKEN_LIFE: &str = "x-aws-ec2-metadata-token-ttl-seconds: 21600";

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Answers with this status and body.
    Json(u16, &'static str),
    /// Answers with this status, these header lines and this body, as S3 does.
    S3(u16, &'static [&'static str], &'static str),
    /// Closes the connection after the whole request has arrived.
    Hangup,
    /// Begins an answer of status 200 and closes the connection in the middle of it.
    Truncated,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `POST /policies`
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A server on a free port of this machine; it ends with the test's runtime.
pub(crate) struct Canned {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Canned {
    /// Serves `answers` in order, and `last` for ever after.
    pub(crate) async fn new(answers: &[Answer], last: Answer) -> Self {
        Self::start(answers, last, None).await
    }

    /// Serves `answer` over TLS.
    pub(crate) async fn over_tls(answer: Answer, tls: TlsAcceptor) -> Self {
        Self::start(&[], answer, Some(tls)).await
    }

    async fn start(answers: &[Answer], last: Answer, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = listener.local_addr().expect("an address");
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let queue = Arc::new(Mutex::new(VecDeque::from(answers.to_vec())));
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, queue, last) = (Arc::clone(&log), Arc::clone(&queue), last.clone());
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &log, &queue, &last).await,
                        // A client that does not trust us breaks the handshake off.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &log, &queue, &last).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            url: format!("{scheme}://{address}"),
            requests,
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the log").clone()
    }

    /// A provider block that sends every service here and never repeats a call.
    pub(crate) fn config(&self) -> ClientConfig {
        ClientConfig {
            region: Some("eu-central-1".into()),
            access_key: Some("AKIDEXAMPLE".into()),
            secret_key: Some("hidden-half".into()),
            endpoints: Endpoints {
                dlm: Some(self.url.clone()),
                sts: Some(self.url.clone()),
                s3: Some(self.url.clone()),
                ..Endpoints::default()
            },
            max_retries: Some(0),
            first_backoff: Some(std::time::Duration::from_millis(1)),
            ..ClientConfig::default()
        }
    }

    pub(crate) async fn clients(&self) -> Clients {
        Clients::new(self.config())
            .await
            .expect("settings that work")
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Mutex<Vec<Request>>,
    queue: &Mutex<VecDeque<Answer>>,
    last: &Answer,
) {
    while let Some(request) = read(&mut stream).await {
        let request_is_head = request.line.starts_with("HEAD");
        log.lock().expect("the log").push(request);
        let next = queue.lock().expect("the queue").pop_front();
        match next.unwrap_or_else(|| last.clone()) {
            Answer::Hangup => return,
            Answer::Truncated => {
                let part = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Pol";
                let _ = stream.write_all(part).await;
                return;
            }
            Answer::Json(status, body) => {
                let headers = format!(
                    "content-type: application/json\r\nx-amzn-requestid: req-1\r\n{TOKEN_LIFE}"
                );
                let answer = http(status, &headers, body);
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Answer::S3(status, headers, body) => {
                let fixed = ["content-type: application/xml", "x-amz-request-id: req-1"];
                let headers = [&fixed, headers].concat().join("\r\n");
                // The answer to a HEAD has no body.
                let body = if request_is_head { "" } else { body };
                let answer = http(status, &headers, body);
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn http(status: u16, headers: &str, body: &str) -> String {
    // 204 and 304 have no length.
    let length = match status {
        204 => String::new(),
        _ => format!("content-length: {}\r\n", body.len()),
    };
    format!("HTTP/1.1 {status} x\r\n{headers}\r\n{length}\r\n{body}")
}

/// The next request, or `None` once the other side has closed.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(key, _)| key == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap_or(0));
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[head_end + 4..head_end + 4 + length]).into_owned();
    Some(Request {
        line,
        headers,
        body,
    })
}
