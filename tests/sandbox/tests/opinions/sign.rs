//! Signature Version 4, so that stores which check it answer.

use sha2::{Digest as _, Sha256};

/// What is signed.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// The path as it is sent.
    pub(crate) path: &'a str,
    /// Decoded pairs.
    pub(crate) query: &'a [(String, String)],
    /// Names in small letters, sorted; `host` among them.
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a str,
}

/// With what it is signed.
pub(crate) struct Key<'a> {
    pub(crate) access: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) region: &'a str,
    /// `20260901T000000Z`.
    pub(crate) time: &'a str,
}

/// The Authorization header.
pub(crate) fn authorization(request: &Request<'_>, key: &Key<'_>) -> String {
    let date = &key.time[..8];
    let scope = format!("{date}/{}/s3/aws4_request", key.region);
    let names: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let names = names.join(";");
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{}",
        request.method,
        request.path,
        query(request.query),
        hash(request.body),
    );
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        key.time,
        hash(&canonical)
    );
    let secret = format!("AWS4{}", key.secret);
    let parts = [date, key.region, "s3", "aws4_request"];
    let signing = parts
        .iter()
        .fold(secret.into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    let signature = hex(&hmac(&signing, text.as_bytes()));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        key.access
    )
}

/// The query, encoded and sorted: as it is signed and as it is sent.
pub(crate) fn query(pairs: &[(String, String)]) -> String {
    let mut encoded: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    encoded.sort();
    encoded.join("&")
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA256 (RFC 2104); keys here are shorter than a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(text)
        .finalize();
    let outer = Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize();
    outer.to_vec()
}

#[test]
fn the_signature_of_the_user_guide_comes_out() {
    // S3 API reference, "Signature calculations for the authorization header", GET Object.
    let headers = [
        ("host", "examplebucket.s3.amazonaws.com"),
        ("range", "bytes=0-9"),
        ("x-amz-content-sha256", &hash("")),
        ("x-amz-date", "20130524T000000Z"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = Request {
        method: "GET",
        path: "/test.txt",
        query: &[],
        headers: &headers,
        body: "",
    };
    let key = Key {
        access: "AKIAIOSFODNN7EXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        time: "20130524T000000Z",
    };
    assert!(
        authorization(&request, &key).ends_with(
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    );
}
