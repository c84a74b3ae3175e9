//! Logins that SMTP, POP3 and IMAP share (SASL, RFC 4422): the method, and user and password where they are in the clear.

use crate::decode::app::support::base64;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;

/// A login under way.
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
    pub fn begin(argument: &[u8], fields: &mut FieldBuffer) -> Sasl {
        let (name, first) = lines::word(argument);
        let name = name.to_ascii_uppercase();
        fields.bytes(FieldId::Method, &name);
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
            sasl.answer(first, fields);
        }
        sasl
    }

    /// A line with which the client answers the server. True if it is the last of its method.
    pub fn answer(&mut self, line: &[u8], fields: &mut FieldBuffer) -> bool {
        self.n_answers = self.n_answers.saturating_add(1);
        if line.trim_ascii() == b"*" {
            return true;
        }
        let Some(response) = base64(line) else { return false };
        match (self.method, self.n_answers) {
            (Method::Plain, 1) => plain(&response, fields),
            (Method::Login, 1) => fields.bytes(FieldId::User, &response),
            (Method::Login, 2) => fields.bytes(FieldId::Password, &response),
            (Method::Cram, 1) => cram(&response, fields),
            (Method::Scram, 1) => fields.bytes(FieldId::User, field(&response, b",n=", b',')),
            (Method::Bearer, 1) if response.starts_with(b"user=") => {
                fields.bytes(FieldId::User, field(&response, b"user=", 1));
            }
            (Method::Bearer, 1) => fields.bytes(FieldId::User, field(&response, b"a=", b',')),
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
fn plain(response: &[u8], fields: &mut FieldBuffer) {
    let mut parts = response.split(|byte| *byte == 0).skip(1);
    fields.bytes(FieldId::User, parts.next().unwrap_or(&[]));
    fields.bytes(FieldId::Password, parts.next().unwrap_or(&[]));
}

/// The user, a space, a digest (RFC 2195).
fn cram(response: &[u8], fields: &mut FieldBuffer) {
    let at = memchr::memrchr(b' ', response).unwrap_or(response.len());
    fields.bytes(FieldId::User, response.get(..at).unwrap_or(response));
}

/// What stands behind `name` up to `end`.
fn field<'a>(response: &'a [u8], name: &[u8], end: u8) -> &'a [u8] {
    let Some(at) = memchr::memmem::find(response, name) else { return &[] };
    let value = response.get(at + name.len()..).unwrap_or(&[]);
    value.split(|byte| *byte == end).next().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn response(lines: &[&[u8]]) -> Vec<String> {
        let mut fields = FieldBuffer::default();
        let (first, rest) = lines.split_first().unwrap();
        let mut sasl = Sasl::begin(first, &mut fields);
        for line in rest {
            sasl.answer(line, &mut fields);
        }
        listed(&fields)
    }

    #[test]
    fn users_and_passwords_are_read_of_each_method() {
        let expected = ["method=PLAIN", "user=anna", "password=secret"];
        assert_eq!(response(&[b"plain AGFubmEAc2VjcmV0"]), expected);
        assert_eq!(response(&[b"PLAIN", b"AGFubmEAc2VjcmV0"]), expected);
        assert_eq!(response(&[b"LOGIN", b"YW5uYQ==", b"c2VjcmV0"]), ["method=LOGIN", "user=anna", "password=secret"]);
        assert_eq!(response(&[b"LOGIN YW5uYQ==", b"c2VjcmV0"]), ["method=LOGIN", "user=anna", "password=secret"]);
        assert_eq!(response(&[b"CRAM-MD5", b"YW5uYSA5OTk="]), ["method=CRAM-MD5", "user=anna"]);
        assert_eq!(response(&[b"SCRAM-SHA-1", b"biwsbj1hbm5hLHI9eHl6"]), ["method=SCRAM-SHA-1", "user=anna"]);
        assert_eq!(response(&[b"XOAUTH2 dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHh5egEB"]), ["method=XOAUTH2", "user=anna"]);
        assert_eq!(response(&[b"PLAIN", b"*"]), ["method=PLAIN"]);
    }
}
