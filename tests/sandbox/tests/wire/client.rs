//! A client that knows nothing of SDKs: bytes on a socket, a header in the form of SigV4.

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
        let mut stream = TcpStream::connect(self.sandbox.address())?;
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n");
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
