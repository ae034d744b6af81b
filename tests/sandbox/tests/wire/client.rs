//! A client that knows nothing of SDKs: bytes on a socket, a header in the form of SigV4.

use base64::Engine as _;
use md5::Digest as _;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use holdfast_sandbox::Sandbox;
use serde_json::{Value, json};

/// A caller with a key, in a region.
pub(crate) struct Caller<'a> {
    sandbox: &'a Sandbox,
    region: &'a str,
    key: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the answer is JSON")
    }

    /// The text of the first element of that name.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    }

    /// The texts of all elements of that name.
    pub(crate) fn elements(&self, name: &str) -> Vec<&str> {
        self.text
            .split(&format!("<{name}>"))
            .skip(1)
            .filter_map(|rest| rest.split_once(&format!("</{name}>")))
            .map(|(text, _)| text)
            .collect()
    }

    /// Status, error code and message of S3 in one line, or the document without its namespace.
    pub(crate) fn s3_line(&self) -> String {
        match (self.element("Code"), self.element("Message")) {
            (Some(code), Some(message)) => format!("{} {code}: {message}", self.status),
            _ => {
                let text = self.text.split_once("?>\n").map_or("", |(_, text)| text);
                let namespace = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
                format!("{} {}", self.status, text.replace(namespace, ""))
                    .trim_end()
                    .to_owned()
            }
        }
    }

    /// Status, error code and message in one line, for snapshots.
    pub(crate) fn error(&self) -> String {
        let body = self.json();
        let mut line = format!(
            "{} {}: {}",
            self.status,
            self.header("x-amzn-errortype").unwrap_or("-"),
            body["Message"].as_str().unwrap_or("-"),
        );
        for list in ["RequiredParameters", "MutuallyExclusiveParameters"] {
            if !body[list].is_null() {
                line += &format!(" {list}={}", body[list]);
            }
        }
        line
    }
}

impl<'a> Caller<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            region: "us-east-1",
            key: "AKIDEXAMPLE".to_owned(),
        }
    }

    pub(crate) fn in_region(mut self, region: &'a str) -> Self {
        self.region = region;
        self
    }

    pub(crate) fn with_key(mut self, key: &str) -> Self {
        self.key = key.to_owned();
        self
    }

    /// A DLM call.
    pub(crate) fn dlm(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.try_dlm(method, path, body)
            .expect("the sandbox answers")
    }

    pub(crate) fn try_dlm(&self, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let scope = self.scope("dlm");
        self.send(
            method,
            path,
            &[
                ("authorization", &scope),
                ("content-type", "application/json"),
            ],
            &body,
        )
    }

    /// An STS call.
    pub(crate) fn sts(&self, form: &str) -> Answer {
        let scope = self.scope("sts");
        let form_type = "application/x-www-form-urlencoded";
        self.send(
            "POST",
            "/",
            &[("authorization", &scope), ("content-type", form_type)],
            form,
        )
        .expect("the sandbox answers")
    }

    /// An S3 call, path-style, with the Content-MD5 of its body.
    pub(crate) fn s3(&self, method: &str, path: &str, body: &str) -> Answer {
        self.s3_with(method, path, &[], body)
    }

    /// The same with further headers.
    pub(crate) fn s3_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let md5 = md5(body);
        let mut all = vec![("content-md5", md5.as_str())];
        all.extend_from_slice(headers);
        self.s3_bare(method, path, &all, body)
            .expect("the sandbox answers")
    }

    /// An S3 call with the headers given and no others.
    pub(crate) fn s3_bare(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let scope = self.scope("s3");
        let mut all = vec![("authorization", scope.as_str())];
        all.extend_from_slice(headers);
        self.send(method, path, &all, body)
    }

    /// An S3 call without body to another Host than `sandbox`.
    pub(crate) fn s3_at(&self, host: &str, method: &str, path: &str) -> Answer {
        let scope = self.scope("s3");
        self.send_to(host, method, path, &[("authorization", &scope)], "")
            .expect("the sandbox answers")
    }

    /// Makes a bucket that must be taken.
    pub(crate) fn bucket(&self, name: &str) {
        let answer = self.s3("PUT", &format!("/{name}"), &here(self.region));
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub(crate) fn scope(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/20260901/{}/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=5ec2e7",
            self.key, self.region
        )
    }

    /// Any request.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        self.send_to("sandbox", method, path, headers, body)
    }

    fn send_to(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.sandbox.address())?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        parse(&answer)
    }

    /// Creates a policy that must be taken; answers its id.
    pub(crate) fn create(&self, request: &Value) -> String {
        let answer = self.dlm("POST", "/policies", request);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["PolicyId"]
            .as_str()
            .expect("a create answers an id")
            .to_owned()
    }

    /// Reads a policy that must be there.
    pub(crate) fn get(&self, id: &str) -> Value {
        let answer = self.dlm("GET", &format!("/policies/{id}"), &Value::Null);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["Policy"].clone()
    }
}

/// The Content-MD5 of a body.
pub(crate) fn md5(body: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(body))
}

/// The body of CreateBucket for a region's own endpoint.
fn here(region: &str) -> String {
    if region == "us-east-1" {
        return String::new();
    }
    format!(
        "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    )
}

fn parse(answer: &str) -> io::Result<Answer> {
    let (head, text) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))?;
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Ok(Answer {
        status: status.expect("a status line"),
        headers,
        text: text.to_owned(),
    })
}

/// A plain daily snapshot policy.
pub(crate) fn daily() -> Value {
    json!({
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm",
        "Description": "daily",
        "State": "ENABLED",
        "PolicyDetails": {
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{ "Key": "Backup", "Value": "Daily" }],
            "Schedules": [{
                "Name": "daily",
                "CreateRule": { "Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"] },
                "RetainRule": { "Count": 7 },
            }],
        },
    })
}

/// `value` with the members at `pointer`s replaced; null takes a member away.
pub(crate) fn with<P: AsRef<str>>(mut value: Value, changes: &[(P, Value)]) -> Value {
    for (pointer, change) in changes {
        let pointer = pointer.as_ref();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = value.pointer_mut(parent).expect("the parent is there");
        match (parent, change) {
            (Value::Object(members), Value::Null) => {
                members.remove(name);
            }
            (Value::Object(members), change) => {
                members.insert(name.to_owned(), change.clone());
            }
            (Value::Array(elements), change) => elements.push(change.clone()),
            (other, _) => panic!("{pointer} has no parent but {other}"),
        }
    }
    value
}
