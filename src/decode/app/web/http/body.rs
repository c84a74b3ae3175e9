//! The length of the body of an HTTP/1 message (RFC 9112, section 6).

use crate::decode::app::parser::ParseStep;
use crate::decode::app::support::head::number;
use httparse::{Header, Status, parse_chunk_size};

/// Most bytes of fields behind a body that are waited for.
const MOST_TRAILER_BYTES: usize = 8192;

/// A body that is still to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Body {
    /// None: a message begins.
    #[default]
    None,
    /// So many bytes.
    Sized(u64),
    /// So many bytes of a form, which is read.
    Form(u64),
    /// So many bytes of a request of WS-Management, which is read.
    Wsman(u64),
    /// In chunks, each with its size before it.
    Chunked,
    /// Until the connection ends.
    UntilEnd,
}

impl Body {
    /// As the headers say; a response whose headers do not say ends with its connection.
    pub(super) fn of(headers: &[Header<'_>], is_response: bool) -> Body {
        let mut body = if is_response { Body::UntilEnd } else { Body::None };
        for header in headers {
            if header.name.eq_ignore_ascii_case("transfer-encoding") {
                let is_chunked = header.value.trim_ascii().to_ascii_lowercase().ends_with(b"chunked");
                return if is_chunked { Body::Chunked } else { Body::UntilEnd };
            }
            if header.name.eq_ignore_ascii_case("content-length")
                && let Some(n) = number(header.value.trim_ascii())
            {
                body = Body::Sized(n);
            }
        }
        body
    }

    /// What is left of a body of so many bytes.
    pub(super) fn rest(n: u64, n_read: usize) -> Body {
        match n.saturating_sub(n_read as u64) {
            0 => Body::None,
            left => Body::Sized(left),
        }
    }

    /// Passes over some of it; none once a message begins.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Option<ParseStep> {
        match self {
            Body::None | Body::Sized(0) => {
                *self = Body::None;
                None
            }
            Body::Sized(n) | Body::Form(n) | Body::Wsman(n) => {
                let step = ParseStep::Skip(*n);
                *self = Body::None;
                Some(step)
            }
            Body::UntilEnd => Some(ParseStep::Done),
            Body::Chunked => Some(self.chunk(bytes)),
        }
    }

    fn chunk(&mut self, bytes: &[u8]) -> ParseStep {
        match parse_chunk_size(bytes) {
            Ok(Status::Complete((n, 0))) => self.trailers(bytes, n),
            Ok(Status::Complete((n, size))) => ParseStep::Skip((n as u64).saturating_add(size).saturating_add(2)),
            Ok(Status::Partial) => ParseStep::Took(0),
            Err(_) => ParseStep::Done,
        }
    }

    /// Fields may follow the last chunk, at `at`; an empty line ends them (RFC 9112, section 7.1.2).
    fn trailers(&mut self, bytes: &[u8], at: usize) -> ParseStep {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let end = match rest.strip_prefix(b"\r\n") {
            Some(_) => Some(2),
            None => memchr::memmem::find(rest, b"\r\n\r\n").map(|end| end + 4),
        };
        match end {
            Some(end) => {
                *self = Body::None;
                ParseStep::Took(at + end)
            }
            None if rest.len() > MOST_TRAILER_BYTES => ParseStep::Done,
            None => ParseStep::Took(0),
        }
    }
}
