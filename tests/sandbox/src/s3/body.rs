//! Bodies: their digests, and the chunks that SDKs sign them in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;
use winterbaume_core::MockRequest;

use super::error::S3Error;

/// Whether a call must carry a digest, and of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// It may.
    Nothing,
    /// Content-MD5 or any checksum.
    Checksum,
    /// Content-MD5.
    Md5,
}

/// Takes the chunks of `aws-chunked` apart and holds the body against the digests that came with
/// it.
pub(super) fn receive(request: &mut MockRequest, demand: Demand) -> Result<(), S3Error> {
    if is_chunked(&request.headers) {
        let (body, trailers) = unchunk(&request.body).ok_or_else(|| {
            S3Error::new(
                400,
                "IncompleteBody",
                "The request body terminated unexpectedly",
            )
        })?;
        request.body = body;
        request.headers.extend(trailers);
        request.headers.remove(http::header::CONTENT_ENCODING);
    }
    let has_md5 = check_md5(&request.headers, &request.body)?;
    let checksum = check_sums(&request.headers, &request.body)?;
    match demand {
        Demand::Checksum if !has_md5 && !checksum => Err(S3Error::request(
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
        )),
        // MinIO's words: aws/aws-sdk-java-v2#6243.
        Demand::Md5 if !has_md5 => Err(S3Error::request("Missing required header: Content-Md5.")),
        _ => Ok(()),
    }
}

/// The Content-MD5 of a body.
pub(super) fn md5(body: &[u8]) -> String {
    STANDARD.encode(Md5::digest(body))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether there is a Content-MD5.
fn check_md5(headers: &HeaderMap, body: &[u8]) -> Result<bool, S3Error> {
    let Some(given) = header(headers, "content-md5") else {
        return Ok(false);
    };
    let digest = STANDARD
        .decode(given)
        .ok()
        .filter(|bytes| bytes.len() == 16);
    let Some(digest) = digest else {
        return Err(S3Error::new(
            400,
            "InvalidDigest",
            "The Content-MD5 you specified was invalid.",
        )
        .detail("Content-MD5", given));
    };
    if digest == Md5::digest(body).as_slice() {
        return Ok(true);
    }
    Err(S3Error::new(
        400,
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
    )
    .detail("ExpectedDigest", given)
    .detail("CalculatedDigest", md5(body)))
}

/// Whether there is a checksum header.
fn check_sums(headers: &HeaderMap, body: &[u8]) -> Result<bool, S3Error> {
    let crc32 = |algorithm| {
        let sum = crc_fast::checksum(algorithm, body);
        sum.to_be_bytes()[4..].to_vec()
    };
    let mut any = false;
    for name in ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"] {
        let Some(given) = header(headers, &format!("x-amz-checksum-{name}")) else {
            continue;
        };
        let sum = match name {
            "crc32" => crc32(CrcAlgorithm::Crc32IsoHdlc),
            "crc32c" => crc32(CrcAlgorithm::Crc32Iscsi),
            "crc64nvme" => crc_fast::checksum(CrcAlgorithm::Crc64Nvme, body)
                .to_be_bytes()
                .to_vec(),
            "sha1" => Sha1::digest(body).to_vec(),
            _ => Sha256::digest(body).to_vec(),
        };
        if STANDARD.encode(sum) != given {
            let kind = name.to_uppercase();
            return Err(S3Error::new(
                400,
                "BadDigest",
                format!("The {kind} you specified did not match the calculated checksum."),
            ));
        }
        any = true;
    }
    Ok(any)
}

fn is_chunked(headers: &HeaderMap) -> bool {
    header(headers, "x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"))
        || header(headers, "content-encoding").is_some_and(|kind| kind.contains("aws-chunked"))
}

/// `SIZE;chunk-signature=..\r\nDATA\r\n` up to a chunk of size 0, then trailing headers.
fn unchunk(mut rest: &[u8]) -> Option<(Bytes, HeaderMap)> {
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let (line, after) = line(rest)?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some((body.into(), trailers(after)));
        }
        body.extend_from_slice(after.get(..size)?);
        rest = after[size..].strip_prefix(b"\r\n")?;
    }
}

fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 2..]))
}

fn trailers(mut rest: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    while let Some((text, after)) = line(rest).filter(|(text, _)| !text.is_empty()) {
        if let Some((name, value)) = text.split_once(':')
            && let Ok(name) = http::header::HeaderName::from_bytes(name.trim().as_bytes())
            && let Ok(value) = http::HeaderValue::from_str(value.trim())
        {
            headers.insert(name, value);
        }
        rest = after;
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &str)], body: &'static str) -> MockRequest {
        MockRequest {
            method: "PUT".into(),
            uri: "http://s/".into(),
            headers: headers
                .iter()
                .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
                .collect(),
            body: body.into(),
        }
    }

    fn code(headers: &[(&'static str, &str)], demand: Demand) -> String {
        match receive(&mut request(headers, "hello"), demand) {
            Ok(()) => "taken".to_owned(),
            Err(error) => error.code().to_owned(),
        }
    }

    #[test]
    fn digests_are_demanded_and_held_against_the_body() {
        // echo -n hello | openssl md5 -binary | base64; the checksums from Python's zlib and hashlib.
        let md5 = ("content-md5", "XUFAKrxLKna5cZ2REBfFkg==");
        assert_eq!(code(&[md5], Demand::Md5), "taken");
        assert_eq!(code(&[], Demand::Nothing), "taken");
        assert_eq!(code(&[], Demand::Checksum), "InvalidRequest");
        assert_eq!(
            code(&[("content-md5", "x")], Demand::Checksum),
            "InvalidDigest"
        );
        let other = ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==");
        assert_eq!(code(&[other], Demand::Nothing), "BadDigest");
        for sum in [
            ("x-amz-checksum-crc32", "NhCmhg=="),
            ("x-amz-checksum-crc32c", "mnG7TA=="),
            ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
            (
                "x-amz-checksum-sha256",
                "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
            ),
        ] {
            assert_eq!(code(&[sum], Demand::Checksum), "taken", "{sum:?}");
            assert_eq!(code(&[sum], Demand::Md5), "InvalidRequest");
            assert_eq!(code(&[(sum.0, "AAAAAA==")], Demand::Nothing), "BadDigest");
        }
    }

    #[test]
    fn chunks_are_put_together_and_trailers_count() {
        let body =
            "3;chunk-signature=0\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
        let mut chunked = request(
            &[("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")],
            body,
        );
        receive(&mut chunked, Demand::Checksum).unwrap();
        assert_eq!(&chunked.body[..], b"hello");
        let mut torn = request(&[("content-encoding", "aws-chunked")], "5\r\nhel");
        assert_eq!(
            receive(&mut torn, Demand::Nothing).unwrap_err().code(),
            "IncompleteBody"
        );
    }
}
