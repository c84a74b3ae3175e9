//! SOCKS 4, 4a and 5 (RFC 1928, RFC 1929): the client, and the destination it requests from the proxy. The protocol
//! inside the connection is recognised anew.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::overlay::SocksCommand;
use crate::model::app::kinds::overlay::SocksReply;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Socks,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Socks::default()) }),
    frame: None,
};

/// Longest message: a name and a user of version 4a.
const MOST_BYTES: usize = 1024;

/// A whole greeting that holds nothing else.
fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    let is_mine = match bytes {
        [5, n @ 1..=16, methods @ ..] => {
            methods.len() == usize::from(*n) && methods.iter().all(|method| matches!(method, 0..=9 | 0x80..=0x8f))
        }
        [4, 1 | 2, _, _, rest @ ..] => {
            let text = rest.get(4..).unwrap_or(&[]);
            text.ends_with(&[0]) && text.iter().all(|byte| matches!(byte, 0 | b' '..=b'~'))
        }
        _ => false,
    };
    if is_mine { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

#[derive(Default)]
struct Socks {
    is_greeted: bool,
    /// The server has chosen how to log in (version 5).
    is_chosen: bool,
    /// What the client sends from now on is for whom it asked for.
    is_asked: bool,
}

impl StreamParser for Socks {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let mut rest = bytes;
        fields.begin();
        let step = match direction {
            Direction::ToResponder if self.is_asked => return ParseStep::Took(0),
            Direction::ToResponder => self.client(&mut rest, fields),
            Direction::ToOriginator => self.server(&mut rest, fields),
        };
        let n = bytes.len() - rest.len();
        match step {
            Some(Next::Message) => ParseStep::Took(n),
            Some(Next::Carried) => ParseStep::Switch(n),
            Some(Next::Nothing) => ParseStep::Done,
            None if bytes.len() > MOST_BYTES => ParseStep::Done,
            None => ParseStep::Took(0),
        }
    }
}

/// What follows a message.
enum Next {
    Message,
    /// What the proxy carries.
    Carried,
    Nothing,
}

impl Socks {
    fn client(&mut self, rest: &mut &[u8], fields: &mut FieldBuffer) -> Option<Next> {
        match (rest.u8()?, self.is_greeted) {
            (4, false) => {
                version_4(rest, fields)?;
                (self.is_greeted, self.is_asked) = (true, true);
            }
            (5, false) => {
                rest.field8()?;
                fields.text(FieldId::Version, "5");
                self.is_greeted = true;
            }
            // User and password (RFC 1929, section 2).
            (1, true) => {
                let (user, password) = (rest.field8()?, rest.field8()?);
                fields.bytes(FieldId::User, user);
                fields.bytes(FieldId::Password, password);
            }
            (5, true) => {
                let command = rest.u8()?;
                rest.u8()?;
                let target = Target::take(rest)?;
                let port = rest.u16()?;
                fields.token(FieldId::Command, command_of(command));
                target.add_fields(fields);
                fields.number(FieldId::Port, u64::from(port));
                self.is_asked = true;
            }
            _ => return Some(Next::Nothing),
        }
        Some(Next::Message)
    }

    fn server(&mut self, rest: &mut &[u8], fields: &mut FieldBuffer) -> Option<Next> {
        match rest.u8()? {
            // Version 4 answers with version 0.
            0 => {
                let code = rest.u8()?;
                rest.array::<6>()?;
                fields.token(FieldId::Reply, if code == 90 { SocksReply::Granted } else { SocksReply::Rejected });
                Some(if code == 90 { Next::Carried } else { Next::Nothing })
            }
            1 => {
                let is_good = rest.u8()? == 0;
                fields.token(FieldId::Login, if is_good { Outcome::Accepted } else { Outcome::Refused });
                Some(Next::Message)
            }
            5 if !self.is_chosen => {
                self.is_chosen = true;
                let (name, next) = match rest.u8()? {
                    0 => ("none", Next::Message),
                    1 => ("GSSAPI", Next::Nothing),
                    2 => ("password", Next::Message),
                    0xff => ("none acceptable", Next::Nothing),
                    _ => ("other", Next::Nothing),
                };
                fields.text(FieldId::Method, name);
                Some(next)
            }
            5 => {
                let code = rest.u8()?;
                rest.u8()?;
                Target::take(rest)?;
                rest.u16()?;
                fields.token(FieldId::Reply, reply_of(code));
                Some(if code == 0 { Next::Carried } else { Next::Nothing })
            }
            _ => Some(Next::Nothing),
        }
    }
}

/// Whom the client asks for.
enum Target<'a> {
    V4([u8; 4]),
    V6([u8; 16]),
    Name(&'a [u8]),
}

impl<'a> Target<'a> {
    /// Type and address (RFC 1928, section 5).
    fn take(rest: &mut &'a [u8]) -> Option<Target<'a>> {
        match rest.u8()? {
            1 => rest.array().map(Target::V4),
            4 => rest.array().map(Target::V6),
            _ => rest.field8().map(Target::Name),
        }
    }

    fn add_fields(&self, fields: &mut FieldBuffer) {
        match self {
            Target::V4(address) => fields.addr(FieldId::Address, Ipv4Addr::from(*address)),
            Target::V6(address) => fields.addr(FieldId::Address, Ipv6Addr::from(*address)),
            Target::Name(name) => fields.bytes(FieldId::Domain, name),
        }
    }
}

/// Command, port, address, user; of version 4a a name follows an address of which only the last byte is set.
fn version_4(rest: &mut &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let command = rest.u8()?;
    let port = rest.u16()?;
    let address: [u8; 4] = rest.array()?;
    let user = until_zero(rest)?;
    let name = match address {
        [0, 0, 0, 1..=255] => Some(until_zero(rest)?),
        _ => None,
    };
    fields.text(FieldId::Version, if name.is_some() { "4a" } else { "4" });
    fields.token(FieldId::Command, command_of(command));
    fields.bytes(FieldId::User, user);
    name.map_or(Target::V4(address), Target::Name).add_fields(fields);
    fields.number(FieldId::Port, u64::from(port));
    Some(())
}

fn until_zero<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let text = rest.take(memchr::memchr(0, rest)?)?;
    rest.u8()?;
    Some(text)
}

fn command_of(command: u8) -> SocksCommand {
    match command {
        1 => SocksCommand::Connect,
        2 => SocksCommand::Bind,
        3 => SocksCommand::Associate,
        _ => SocksCommand::Other,
    }
}

fn reply_of(code: u8) -> SocksReply {
    match code {
        0 => SocksReply::Granted,
        1 => SocksReply::Failed,
        2 => SocksReply::Forbidden,
        3 => SocksReply::NetworkUnreachable,
        4 => SocksReply::HostUnreachable,
        5 => SocksReply::ConnectionRefused,
        6 => SocksReply::Expired,
        7 => SocksReply::UnknownCommand,
        8 => SocksReply::UnknownAddressType,
        _ => SocksReply::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn version_5_is_read_and_hands_on() {
        let (mut parser, mut fields) = (Socks::default(), FieldBuffer::default());
        assert_eq!(guess(&[5, 2, 0, 2], &PortPair::new(true, 50_000, 9050)), ProbeResult::Certain);
        assert_eq!(parser.on_data(Direction::ToResponder, &[5, 2, 0, 2], &mut fields), ParseStep::Took(4));
        assert_eq!(parser.on_data(Direction::ToOriginator, &[5, 2], &mut fields), ParseStep::Took(2));
        assert_eq!(parser.on_data(Direction::ToResponder, b"\x01\x04anna\x01s", &mut fields), ParseStep::Took(8));
        assert_eq!(parser.on_data(Direction::ToOriginator, &[1, 0], &mut fields), ParseStep::Took(2));
        let request = b"\x05\x01\0\x03\x0bexample.com\x01\xbb";
        for end in 0..request.len() {
            assert_eq!(parser.on_data(Direction::ToResponder, &request[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(parser.on_data(Direction::ToResponder, request, &mut fields), ParseStep::Took(request.len()));
        assert_eq!(parser.on_data(Direction::ToResponder, b"early", &mut fields), ParseStep::Took(0));
        assert_eq!(
            parser.on_data(Direction::ToOriginator, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 22], &mut fields),
            ParseStep::Switch(10)
        );
        let expected = [
            "version=5",
            "method=password",
            "user=anna",
            "password=s",
            "login=accepted",
            "command=connect",
            "domain=example.com",
            "port=443",
            "reply=granted",
        ];
        assert_eq!(listed(&fields), expected);
    }

    #[test]
    fn version_4_is_read_with_addresses_and_names() {
        let (mut parser, mut fields) = (Socks::default(), FieldBuffer::default());
        let request = b"\x04\x01\0\x50\0\0\0\x01me\0x.org\0";
        assert_eq!(guess(request, &PortPair::new(true, 50_000, 9050)), ProbeResult::Certain);
        assert_eq!(parser.on_data(Direction::ToResponder, request, &mut fields), ParseStep::Took(request.len()));
        assert_eq!(parser.on_data(Direction::ToOriginator, &[0, 91, 0, 0, 0, 0, 0, 0], &mut fields), ParseStep::Done);
        let expected = ["version=4a", "command=connect", "user=me", "domain=x.org", "port=80", "reply=rejected"];
        assert_eq!(listed(&fields), expected);
        assert_eq!(guess(b"\x05\0\x0b\x03\x10", &PortPair::new(true, 50_000, 135)), ProbeResult::NotForUs);
    }
}
