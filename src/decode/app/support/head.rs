//! Heads of messages similar to HTTP: a first line, fields, an empty line. HTTP itself is parsed by httparse.

/// A head.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The first line without its end.
    pub first: &'a [u8],
    headers: &'a [u8],
    /// Bytes up to the message's body.
    pub n_bytes: usize,
}

impl<'a> Head<'a> {
    /// The head at the start of these bytes; none if its end is not among them.
    pub fn read(bytes: &'a [u8]) -> Option<Head<'a>> {
        const END: &[u8] = b"\r\n\r\n";
        let end = memchr::memmem::find(bytes, END)?;
        Some(Head { n_bytes: end + END.len(), ..Head::of(bytes.get(..end)?) })
    }

    /// A head of which the end may be cut off.
    pub fn of(bytes: &'a [u8]) -> Head<'a> {
        let at = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
        let (first, headers) = bytes.split_at(at);
        Head { first: first.trim_ascii_end(), headers, n_bytes: bytes.len() }
    }

    /// Names and values of the fields in order.
    pub fn headers(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.headers.split(|byte| *byte == b'\n').filter_map(|line| {
            let (name, value) = line.split_at(memchr::memchr(b':', line)?);
            Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
        })
    }

    /// The value of a field, whatever the case of its name.
    pub fn field(self, name: &[u8]) -> Option<&'a [u8]> {
        self.headers().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The text in quotation marks behind `name` and an equals sign, as in `Digest username="anna"`.
pub fn quoted<'a>(value: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut from = 0;
    loop {
        let at = from + memchr::memmem::find(value.get(from..)?, name)?;
        from = at + name.len();
        let rest = value.get(from..)?;
        let is_word = at.checked_sub(1).and_then(|at| value.get(at)).is_none_or(|byte| matches!(byte, b' ' | b','));
        if let (true, Some(text)) = (is_word, rest.strip_prefix(b"=\"")) {
            return text.get(..memchr::memchr(b'"', text)?);
        }
    }
}

/// A number of digits.
pub fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_whatever_their_case() {
        let bytes = b"GET x\r\nFrom : a:b\r\nVia:\r\n\r\nbody";
        let head = Head::read(bytes).unwrap();
        assert_eq!((head.first, head.n_bytes), (&b"GET x"[..], bytes.len() - 4));
        assert_eq!(head.field(b"from"), Some(&b"a:b"[..]));
        assert_eq!(head.field(b"via"), Some(&b""[..]));
        assert_eq!(head.field(b"to"), None);
        assert!(Head::read(b"GET x\r\nFrom: a\r\n").is_none());
        assert_eq!(quoted(b"Digest cusername=\"x\", username=\"anna\"", b"username"), Some(&b"anna"[..]));
        assert_eq!(quoted(b"username=anna", b"username"), None);
    }
}
