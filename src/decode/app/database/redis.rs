//! Redis (its serialization protocol, RESP): commands, and results of logins.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Redis,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Redis::default()) }),
    frame: None,
};

/// Most parts of a command that are looked at.
const MOST_PARTS: usize = 4;
/// Most bytes of a command that are waited for.
const MOST_WHOLE_BYTES: u64 = 512;
/// Commands that one may write without any framing.
const INLINE: [&[u8]; 4] = [b"PING", b"INFO", b"AUTH", b"CONFIG"];

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    if bytes.first() == Some(&b'*') {
        let Some((line, n)) = lines::first(bytes) else {
            return if bytes.len() < 8 { ProbeResult::NeedMore } else { ProbeResult::NotForUs };
        };
        return match (number(line, b'*'), bytes.get(n)) {
            (Some(1..), Some(b'$')) => ProbeResult::Certain,
            (Some(1..), None) => ProbeResult::NeedMore,
            _ => ProbeResult::NotForUs,
        };
    }
    let is_inline = ends.hint == Some(AppProto::Redis) && INLINE.iter().any(|word| lines::begins_with(bytes, word));
    if is_inline { ProbeResult::Unsure } else { ProbeResult::NotForUs }
}

/// The number of a line behind its sign.
fn number(line: &[u8], sign: u8) -> Option<u64> {
    let digits = line.strip_prefix(&[sign])?;
    if digits.is_empty() || digits.len() > 10 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[derive(Default)]
struct Redis {
    /// The client sends first.
    client: Option<Direction>,
    /// The next reply is to a login.
    has_asked_in: bool,
}

impl StreamParser for Redis {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        let is_client = *self.client.get_or_insert(direction) == direction;
        if let Some(length) = number(line, b'$') {
            return bytes::pass(bytes, n as u64 + length + 2);
        }
        fields.begin();
        if !is_client {
            self.reply(line, fields);
            return ParseStep::Took(n);
        }
        match number(line, b'*') {
            Some(n_parts) => self.command(n_parts as usize, bytes, n, fields),
            None => {
                let (word, rest) = lines::word(line);
                self.named(&[word, rest], fields);
                ParseStep::Took(n)
            }
        }
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

impl Redis {
    fn command(&mut self, n_parts: usize, bytes: &[u8], head: usize, fields: &mut FieldBuffer) -> ParseStep {
        let mut parts: [&[u8]; MOST_PARTS] = [&[]; MOST_PARTS];
        let mut at = head;
        for part in parts.iter_mut().take(n_parts) {
            let rest = bytes::from(bytes, at);
            let Some((line, n)) = lines::first(rest) else { return ParseStep::Took(0) };
            let Some(length) = number(line, b'$') else { break };
            if length > MOST_WHOLE_BYTES {
                break;
            }
            let Some(text) = rest.get(n..n + length as usize) else { return ParseStep::Took(0) };
            *part = text;
            at += n + length as usize + 2;
        }
        self.named(&parts, fields);
        // What is left of the command is skipped part by part.
        bytes::pass(bytes, at as u64)
    }

    fn named(&mut self, parts: &[&[u8]], fields: &mut FieldBuffer) {
        let Some(name) = parts.first() else { return };
        let name = name.to_ascii_uppercase();
        // A value that was lost track of is no command.
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'_' | b'-'))
        {
            return;
        }
        fields.bytes(FieldId::Command, &name);
        self.has_asked_in = name == b"AUTH";
        match (name.as_slice(), parts) {
            (b"AUTH", [_, password]) | (b"AUTH", [_, password, b"", ..]) => fields.bytes(FieldId::Password, password),
            (b"AUTH", [_, user, password, ..]) => {
                fields.bytes(FieldId::User, user);
                fields.bytes(FieldId::Password, password);
            }
            (b"CONFIG", [_, set, name, password, ..])
                if set.eq_ignore_ascii_case(b"SET")
                    && (name.eq_ignore_ascii_case(b"requirepass") || name.eq_ignore_ascii_case(b"masterauth")) =>
            {
                fields.bytes(FieldId::Argument, set);
                fields.bytes(FieldId::Argument, name);
                fields.bytes(FieldId::Password, password);
            }
            (_, [_, rest @ ..]) => rest.iter().for_each(|part| fields.bytes(FieldId::Argument, part)),
            _ => {}
        }
    }

    fn reply(&mut self, line: &[u8], fields: &mut FieldBuffer) {
        match line.split_first() {
            Some((b'+', _)) if self.has_asked_in => fields.token(FieldId::Login, Outcome::Accepted),
            Some((b'-', text)) => {
                fields.bytes(FieldId::Error, lines::word(text).0);
                if self.has_asked_in {
                    fields.token(FieldId::Login, Outcome::Refused);
                }
            }
            _ => {}
        }
        self.has_asked_in = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_login_is_read_and_values_are_passed_over() {
        let (mut redis, mut fields) = (Redis::default(), FieldBuffer::default());
        let auth = b"*2\r\n$4\r\nauth\r\n$1\r\ns\r\n";
        let set = b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9000\r\nxxx";
        let ends = PortPair::new(true, 50_000, 6379);
        assert_eq!((guess(auth, &ends), guess(b"* OK IMAP\r\n", &ends)), (ProbeResult::Certain, ProbeResult::NotForUs));
        for end in 0..auth.len() - 2 {
            assert_eq!(redis.on_data(Direction::ToResponder, &auth[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(redis.on_data(Direction::ToResponder, auth, &mut fields), ParseStep::Took(auth.len()));
        assert_eq!(redis.on_data(Direction::ToOriginator, b"-WRONGPASS no\r\n", &mut fields), ParseStep::Took(15));
        assert_eq!(redis.on_data(Direction::ToResponder, set, &mut fields), ParseStep::Took(20));
        assert_eq!(redis.on_data(Direction::ToResponder, &set[20..], &mut fields), ParseStep::Skip(9009));
        let said: Vec<_> = fields.iter().collect();
        for expected in [
            (FieldId::Password, "s"),
            (FieldId::Error, "WRONGPASS"),
            (FieldId::Login, "refused"),
            (FieldId::Command, "SET"),
            (FieldId::Argument, "k"),
        ] {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
    }
}
