//! A store at an address, and what it says to a step.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use holdfast_sandbox::Other;
use md5::Digest as _;

use crate::case::{Case, Look, Step};
use crate::sign;

/// A store at `http://HOST:PORT`.
pub(crate) struct Endpoint<'a> {
    authority: &'a str,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    text: String,
}

impl<'a> Endpoint<'a> {
    pub(crate) fn new(url: &'a str) -> Self {
        Self {
            authority: url.trim_start_matches("http://"),
        }
    }

    /// What the store says to each step of a case: `200 Status=Enabled`, `404 NoSuchBucket`.
    pub(crate) fn hear(&self, case: &Case) -> Vec<String> {
        let mut names = HashMap::from([
            ("{b}".to_owned(), format!("case-{}", case.name)),
            ("{c}".to_owned(), format!("case-{}-second", case.name)),
        ]);
        case.steps
            .iter()
            .map(|step| {
                let answer = self.send(step, &names);
                for (name, look) in &step.keep {
                    names.insert(format!("{{{name}}}"), answer.find(look).unwrap_or_default());
                }
                answer.outcome(step)
            })
            .collect()
    }

    fn send(&self, step: &Step, names: &HashMap<String, String>) -> Answer {
        let fill = |text: &str| {
            names.iter().fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
        };
        let (path, query) = step.path.split_once('?').unwrap_or((step.path, ""));
        let (path, query) = (fill(path), pairs(&fill(query)));
        let body = fill(&step.body);
        let time = jiff::Timestamp::now()
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string();
        let mut headers = vec![
            ("host".to_owned(), self.authority.to_owned()),
            ("x-amz-content-sha256".to_owned(), sign::hash(&body)),
            ("x-amz-date".to_owned(), time.clone()),
        ];
        if step.digest {
            let md5 = base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(&body));
            headers.push(("content-md5".to_owned(), md5));
        }
        for (name, value) in &step.headers {
            headers.push(((*name).to_owned(), fill(value)));
        }
        headers.sort();
        let request = sign::Request {
            method: step.method,
            path: &path,
            query: &query,
            headers: &headers,
            body: &body,
        };
        let key = sign::Key {
            access: Other::ACCESS_KEY,
            secret: Other::SECRET_KEY,
            region: step.region,
            time: &time,
        };
        let authorization = sign::authorization(&request, &key);
        let query = sign::query(&query);
        let mut head = format!("{} {path}?{query} HTTP/1.1\r\n", step.method);
        for (name, value) in &headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!(
            "authorization: {authorization}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.exchange(&head, &body)
            .unwrap_or_else(|error| panic!("{} {path}?{query}: {error}", step.method))
    }

    fn exchange(&self, head: &str, body: &str) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(self.authority)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let (head, text) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| std::io::Error::other("no answer"))?;
        let headers: Vec<(String, String)> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let chunked = headers.contains(&("transfer-encoding".to_owned(), "chunked".to_owned()));
        Ok(Answer {
            status,
            headers,
            text: if chunked {
                unchunk(text)
            } else {
                text.to_owned()
            },
        })
    }
}

/// Chunks without their sizes; the answers here are text.
fn unchunk(mut text: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        whole.push_str(rest.get(..size).unwrap_or_default());
        text = rest.get(size + 2..).unwrap_or_default();
    }
    whole
}

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

impl Answer {
    fn outcome(&self, step: &Step) -> String {
        let mut outcome = self.status.to_string();
        if self.status >= 300 {
            for code in self.elements("Code") {
                outcome += &format!(" {code}");
            }
            return outcome;
        }
        for look in &step.looks {
            let found = self.find(look).unwrap_or_else(|| "-".to_owned());
            outcome += &format!(" {}={found}", look.name());
        }
        outcome
    }

    fn find(&self, look: &Look) -> Option<String> {
        match look {
            Look::Header(name) => {
                let found = self.headers.iter().find(|(found, _)| found == name);
                found.map(|(_, value)| value.clone())
            }
            Look::Text(name) => {
                let all = self.elements(name);
                (!all.is_empty()).then(|| all.join(","))
            }
            Look::Has(name) => {
                let open = format!("<{name}");
                let mut opened = self.text.split(open.as_str()).skip(1);
                let found = opened.any(|rest| rest.starts_with(['>', ' ', '/']));
                Some(found.to_string())
            }
            Look::Body => Some(self.text.clone()),
        }
    }

    /// The texts of all elements of that name, however the store writes them.
    fn elements(&self, name: &str) -> Vec<String> {
        let open = format!("<{name}");
        self.text
            .split(open.as_str())
            .skip(1)
            .filter(|rest| rest.starts_with(['>', ' ']))
            .filter_map(|rest| rest.split_once('>')?.1.split_once("</"))
            .map(|(text, _)| text.replace("&#34;", "\"").replace("&quot;", "\""))
            .collect()
    }
}
