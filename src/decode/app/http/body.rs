//! How long the body of an HTTP/1 message is (RFC 9112, section 6).

use crate::decode::app::Step;
use httparse::{Header, Status, parse_chunk_size};

/// A body that is still to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Body {
    /// None: a message begins.
    #[default]
    None,
    /// So many bytes.
    Sized(u64),
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
                && let Some(n) = length(header.value)
            {
                body = Body::Sized(n);
            }
        }
        body
    }

    /// Passes over some of it; none once a message begins.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Option<Step> {
        match self {
            Body::None | Body::Sized(0) => {
                *self = Body::None;
                None
            }
            Body::Sized(n) => {
                let step = Step::Skip(*n);
                *self = Body::None;
                Some(step)
            }
            Body::UntilEnd => Some(Step::Done),
            Body::Chunked => Some(self.chunk(bytes)),
        }
    }

    fn chunk(&mut self, bytes: &[u8]) -> Step {
        match parse_chunk_size(bytes) {
            // Trailers are rare: the line feed of an empty one follows.
            Ok(Status::Complete((n, 0))) => match bytes.get(n..) {
                Some([b'\r', b'\n', ..]) => {
                    *self = Body::None;
                    Step::Took(n + 2)
                }
                Some([] | [_]) | None => Step::Took(0),
                Some(_) => Step::Done,
            },
            Ok(Status::Complete((n, size))) => Step::Skip((n as u64).saturating_add(size).saturating_add(2)),
            Ok(Status::Partial) => Step::Took(0),
            Err(_) => Step::Done,
        }
    }
}

/// A Content-Length.
pub(super) fn length(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value.trim_ascii()).ok()?.parse().ok()
}
