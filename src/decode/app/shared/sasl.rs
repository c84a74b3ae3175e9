//! Log-ins that SMTP, POP3 and IMAP share (SASL, RFC 4422): the method, and user and password where they are in the clear.

use super::{base64, lines};
use crate::model::fact::{FactKind, Facts};

/// A log-in under way.
#[derive(Debug)]
pub struct Sasl {
    method: Method,
    n_answers: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Plain,
    Login,
    Cram,
    Scram,
    Bearer,
    Other,
}

impl Sasl {
    /// A client names a method; some send the first answer along with it.
    pub fn begin(argument: &[u8], facts: &mut Facts) -> Sasl {
        let (name, first) = lines::word(argument);
        let name = name.to_ascii_uppercase();
        facts.bytes(FactKind::Method, &name);
        let method = match name.as_slice() {
            b"PLAIN" => Method::Plain,
            b"LOGIN" => Method::Login,
            b"CRAM-MD5" => Method::Cram,
            b"XOAUTH2" | b"OAUTHBEARER" => Method::Bearer,
            name if name.starts_with(b"SCRAM-") => Method::Scram,
            _ => Method::Other,
        };
        let mut sasl = Sasl { method, n_answers: 0 };
        if !first.is_empty() {
            sasl.answer(first, facts);
        }
        sasl
    }

    /// A line with which the client answers the server. True if it is the last of its method.
    pub fn answer(&mut self, line: &[u8], facts: &mut Facts) -> bool {
        self.n_answers = self.n_answers.saturating_add(1);
        if line.trim_ascii() == b"*" {
            return true;
        }
        let Some(said) = base64(line) else { return false };
        match (self.method, self.n_answers) {
            (Method::Plain, 1) => plain(&said, facts),
            (Method::Login, 1) => facts.bytes(FactKind::User, &said),
            (Method::Login, 2) => facts.bytes(FactKind::Password, &said),
            (Method::Cram, 1) => cram(&said, facts),
            (Method::Scram, 1) => facts.bytes(FactKind::User, field(&said, b",n=", b',')),
            (Method::Bearer, 1) if said.starts_with(b"user=") => {
                facts.bytes(FactKind::User, field(&said, b"user=", 1));
            }
            (Method::Bearer, 1) => facts.bytes(FactKind::User, field(&said, b"a=", b',')),
            _ => {}
        }
        self.is_said()
    }

    /// True once the client has nothing more to answer.
    pub fn is_said(&self) -> bool {
        match self.method {
            Method::Plain | Method::Cram => self.n_answers >= 1,
            Method::Login => self.n_answers >= 2,
            _ => false,
        }
    }
}

/// On whose behalf, user, password, with zeros between them (RFC 4616).
fn plain(said: &[u8], facts: &mut Facts) {
    let mut parts = said.split(|byte| *byte == 0).skip(1);
    facts.bytes(FactKind::User, parts.next().unwrap_or(&[]));
    facts.bytes(FactKind::Password, parts.next().unwrap_or(&[]));
}

/// The user, a space, a digest (RFC 2195).
fn cram(said: &[u8], facts: &mut Facts) {
    let at = memchr::memrchr(b' ', said).unwrap_or(said.len());
    facts.bytes(FactKind::User, said.get(..at).unwrap_or(said));
}

/// What stands behind `name` up to `end`.
fn field<'a>(said: &'a [u8], name: &[u8], end: u8) -> &'a [u8] {
    let Some(at) = memchr::memmem::find(said, name) else { return &[] };
    let value = said.get(at + name.len()..).unwrap_or(&[]);
    value.split(|byte| *byte == end).next().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::super::listed;
    use super::*;

    fn said(lines: &[&[u8]]) -> Vec<String> {
        let mut facts = Facts::default();
        let (first, rest) = lines.split_first().unwrap();
        let mut sasl = Sasl::begin(first, &mut facts);
        for line in rest {
            sasl.answer(line, &mut facts);
        }
        listed(&facts)
    }

    #[test]
    fn users_and_passwords_are_read_of_each_method() {
        let expected = ["method=PLAIN", "user=anna", "password=secret"];
        assert_eq!(said(&[b"plain AGFubmEAc2VjcmV0"]), expected);
        assert_eq!(said(&[b"PLAIN", b"AGFubmEAc2VjcmV0"]), expected);
        assert_eq!(said(&[b"LOGIN", b"YW5uYQ==", b"c2VjcmV0"]), ["method=LOGIN", "user=anna", "password=secret"]);
        assert_eq!(said(&[b"LOGIN YW5uYQ==", b"c2VjcmV0"]), ["method=LOGIN", "user=anna", "password=secret"]);
        assert_eq!(said(&[b"CRAM-MD5", b"YW5uYSA5OTk="]), ["method=CRAM-MD5", "user=anna"]);
        assert_eq!(said(&[b"SCRAM-SHA-1", b"biwsbj1hbm5hLHI9eHl6"]), ["method=SCRAM-SHA-1", "user=anna"]);
        assert_eq!(said(&[b"XOAUTH2 dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHh5egEB"]), ["method=XOAUTH2", "user=anna"]);
        assert_eq!(said(&[b"PLAIN", b"*"]), ["method=PLAIN"]);
    }
}
