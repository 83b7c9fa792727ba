//! Why there was no answer, in words that name who did not give it.

use std::error::Error;
use std::io::{self, ErrorKind};

use reqwest::StatusCode;
use url::Url;

use super::{certificate, words};
use crate::probe::{LookError, LookErrorKind};

/// How the HTTP library begins to say that what came is no HTTP/1 at all.
const OTHER_LANGUAGE: &str = "invalid HTTP version parsed";

/// What the TLS library says of an answer that is no TLS.
const NO_TLS: &str = "InvalidContentType";

/// How a connection ends that the other side has closed.
const HUNG_UP: [ErrorKind; 4] =
    [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe, ErrorKind::UnexpectedEof];

/// An answer that was being read.
pub(super) struct Partial<'look> {
    /// The request in a few words.
    pub(super) asked: &'look str,
    pub(super) status: StatusCode,
    /// How many bytes of its body have come.
    pub(super) came: usize,
    /// How many it was to have, where it said so.
    pub(super) whole: Option<u64>,
}

impl LookError {
    /// A failure without any wish to be left alone.
    pub(super) fn http(kind: LookErrorKind, message: String) -> Self {
        Self { kind, message, retry_after: None }
    }
}

/// Why there is no answer, in words.
pub(super) fn explain(error: &reqwest::Error, url: &Url) -> LookError {
    let host = words::host(url);
    let reason = reason(error);
    if error.is_dns() || error.is_connect() {
        return LookError::http(LookErrorKind::Unreachable, unreachable(error, url, &reason));
    }
    if error.is_builder() {
        return LookError::http(LookErrorKind::Unusable, format!("the request cannot be sent: {reason}"));
    }
    let message = if reason.starts_with(OTHER_LANGUAGE) {
        let tls = if url.scheme() == "http" { ": is it https:// there?" } else { "" };
        format!("{host} speaks no HTTP ({reason}){tls}")
    } else if broke_off(error) {
        // A server that speaks TLS often hangs up on whoever does not.
        let tls = if url.scheme() == "http" && is_tls_port(url) { ": is it https:// there?" } else { "" };
        format!("connection closed by {host} before it answered{tls}")
    } else {
        format!("the exchange with {host} failed: {reason}")
    };
    LookError::http(LookErrorKind::System, message)
}

/// Why an answer was not read to its end, in words.
pub(super) fn stopped(error: &reqwest::Error, url: &Url, partial: &Partial<'_>) -> LookError {
    let Partial { asked, status, came, whole } = partial;
    let answered = format!("{asked} answered {}", words::status(*status));
    if broke_off(error) {
        let all = whole.map_or_else(|| format!("{came} bytes, before its end"), |all| format!("{came} of {all} bytes"));
        return LookError::http(LookErrorKind::Broken, format!("{answered} and stopped after {all}"));
    }
    let (reason, host) = (reason(error), words::host(url));
    let message = if error.is_decode() {
        format!("the answer of {} cannot be decoded: {reason}", words::address(url))
    } else {
        format!("the exchange with {host} failed: {reason}")
    };
    LookError::http(LookErrorKind::System, message)
}

/// The ports where TLS is usually spoken: 443, 8443 and their like.
fn is_tls_port(url: &Url) -> bool {
    url.port_or_known_default().is_some_and(|port| port % 1000 == 443)
}

fn unreachable(error: &reqwest::Error, url: &Url, reason: &str) -> String {
    let host = words::host(url);
    if error.is_dns() {
        return format!("the name {} cannot be resolved: {reason}", url.host_str().unwrap_or_default());
    }
    match io_kind(error) {
        Some(ErrorKind::ConnectionRefused) => format!("connection refused by {host}"),
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => format!("no route to {host}"),
        Some(ErrorKind::TimedOut) => format!("no connection to {host}: it does not answer"),
        _ if url.scheme() != "https" => format!("no connection to {host}: {reason}"),
        _ if reason.contains(NO_TLS) => format!("{host} speaks no TLS: is it http:// there?"),
        _ if broke_off(error) => {
            format!("no TLS connection to {host}: it hangs up where TLS begins; is it http:// there?")
        }
        _ => {
            let why = certificate::explain(reason).unwrap_or_else(|| reason.to_owned());
            format!("no TLS connection to {host}: {why}")
        }
    }
}

/// Whether the other side hung up, as opposed to having said something that we do not understand.
pub(super) fn broke_off(error: &reqwest::Error) -> bool {
    // hyper tells an early end only in words, unless one depends on it; a test with a real server holds these.
    const SAID: [&str; 3] = ["end of file before message", "connection closed", "tls handshake eof"];
    io_kind(error).is_some_and(|kind| HUNG_UP.contains(&kind))
        || sources(error).any(|source| SAID.iter().any(|said| source.to_string().contains(said)))
}

fn sources<'error>(error: &'error reqwest::Error) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&source| source.source())
}

fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    sources(error).filter_map(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// What lies at the bottom: the only part of the chain that says something new.
fn reason(error: &reqwest::Error) -> String {
    sources(error).last().map_or_else(|| "it says no more".to_owned(), ToString::to_string)
}
