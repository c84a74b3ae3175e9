//! STUN and TURN (RFC 8489, RFC 8656): method and class, user, and the external addresses that a client learns.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::resync;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::media::StunClass;
use crate::model::app::kinds::media::StunMethod;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Stun,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Stun) }),
    frame: None,
};

const HEADER_BYTES: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Most attributes that are looked at.
const MOST_ATTRIBUTES: usize = 24;

/// Bytes of the message at the start, if its first bits, its length and its cookie fit. Before RFC 5389 there was no
/// cookie: such a message needs the port.
fn message(bytes: &[u8]) -> Option<(usize, bool)> {
    let [k0, _, n0, n1, cookie @ ..] = bytes.first_chunk::<8>()?;
    let n = usize::from(u16::from_be_bytes([*n0, *n1]));
    (*k0 < 0x40 && n.is_multiple_of(4)).then_some((HEADER_BYTES + n, *cookie == COOKIE))
}

fn read(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let Some((n, has_cookie)) = message(payload) else { return ProbeResult::NotForUs };
    if n != payload.len() || !has_cookie && ends.hint != Some(AppProto::Stun) {
        return ProbeResult::NotForUs;
    }
    add_fields(payload, fields);
    if has_cookie { ProbeResult::Certain } else { ProbeResult::Unsure }
}

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    match (message(bytes), framed(bytes)) {
        (Some((_, true)), _) => ProbeResult::Certain,
        (_, Some((n, inside))) if message(inside) == Some((n, true)) => ProbeResult::Certain,
        _ => ProbeResult::NotForUs,
    }
}

/// Length and start of what has its length in two bytes before it, as between peers (RFC 4571, section 2).
fn framed(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let ([n0, n1], inside) = bytes.split_first_chunk::<2>()?;
    Some((usize::from(u16::from_be_bytes([*n0, *n1])), inside))
}

struct Stun;

impl StreamParser for Stun {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        // Data in a channel, padded to four bytes (RFC 8656, section 12.5).
        if let [0x40..=0x4f, _, n0, n1, ..] = bytes {
            return ParseStep::Skip(4 + u64::from(u16::from_be_bytes([*n0, *n1])).next_multiple_of(4));
        }
        if bytes.len() < HEADER_BYTES {
            return ParseStep::Took(0);
        }
        if let Some((n, true)) = message(bytes) {
            let Some(whole) = bytes.get(..n) else { return ParseStep::Took(0) };
            fields.begin();
            add_fields(whole, fields);
            return ParseStep::Took(n);
        }
        let Some((n, inside)) = framed(bytes).filter(|(n, _)| *n > 0) else { return ParseStep::Done };
        if message(inside) == Some((n, true)) {
            let Some(whole) = inside.get(..n) else { return ParseStep::Took(0) };
            fields.begin();
            add_fields(whole, fields);
        }
        // Between messages flow media.
        ParseStep::Skip(2 + n as u64)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::scan_with(bytes, guess)
    }
}

fn add_fields(message: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut rest = message;
    let kind = rest.u16()?;
    // The class is in bits 4 and 8, the method in the others (RFC 8489, section 5).
    fields.token(
        FieldId::Message,
        match kind & 0x0110 {
            0x0000 => StunClass::Request,
            0x0010 => StunClass::Indication,
            0x0100 => StunClass::Success,
            _ => StunClass::Error,
        },
    );
    fields.token(FieldId::Function, method(kind & !0x0110));
    rest.array::<18>()?;
    for _ in 0..MOST_ATTRIBUTES {
        let kind = rest.u16()?;
        let value = rest.field16()?;
        match kind {
            0x0001 => address(value, message, false, fields),
            0x0020 => address(value, message, true, fields),
            // RFC 3489 had it padded within its length.
            0x0006 => fields.bytes(FieldId::User, value.split(|byte| *byte == 0).next().unwrap_or(value)),
            0x0014 => fields.bytes(FieldId::Realm, value),
            0x8022 => fields.bytes(FieldId::Agent, value),
            0x0009 => error(value, fields),
            _ => {}
        }
        // Values are padded to four bytes; the last one's padding may lack.
        let n = value.len().next_multiple_of(4) - value.len();
        rest.take(n)?;
    }
    Some(())
}

fn method(number: u16) -> StunMethod {
    match number {
        1 => StunMethod::Binding,
        3 => StunMethod::Allocate,
        4 => StunMethod::Refresh,
        6 => StunMethod::Send,
        7 => StunMethod::Data,
        8 => StunMethod::CreatePermission,
        9 => StunMethod::BindChannel,
        10 => StunMethod::Connect,
        11 => StunMethod::BindConnection,
        12 => StunMethod::ConnectionAttempt,
        _ => StunMethod::Other,
    }
}

/// Family, port and address; the latter two may be mixed with cookie and transaction (RFC 8489, section 14.2).
fn address(value: &[u8], message: &[u8], is_mixed: bool, fields: &mut FieldBuffer) {
    let mask = message.get(4..HEADER_BYTES).filter(|_| is_mixed).unwrap_or(&[0; 16]);
    let Some(([_, family, _, _], bytes)) = value.split_first_chunk::<4>() else { return };
    let mut plain = [0; 16];
    plain.iter_mut().zip(bytes.iter().zip(mask)).for_each(|(plain, (byte, mask))| *plain = byte ^ mask);
    match (family, bytes.len(), plain.first_chunk::<4>()) {
        (1, 4, Some(first)) => fields.addr(FieldId::Address, Ipv4Addr::from(*first)),
        (2, 16, _) => fields.addr(FieldId::Address, Ipv6Addr::from(plain)),
        _ => {}
    }
}

/// Hundreds and the rest of a number (RFC 8489, section 14.8).
fn error(value: &[u8], fields: &mut FieldBuffer) {
    if let [_, _, class, rest, ..] = value {
        fields.number(FieldId::Error, u64::from(class & 7) * 100 + u64::from(*rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn an_outside_address_is_read_on_any_port() {
        let mut message = vec![1, 1, 0, 12 + 8, 0x21, 0x12, 0xa4, 0x42];
        message.extend([7; 12]);
        // 192.0.2.1 and the cookie.
        message.extend([0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
        message.extend(b"\x80\x22\0\x03abc\0");
        let ends = PortPair::new(false, 40_000, 40_001);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&message, &ends, &mut fields), ProbeResult::Certain);
        assert_eq!(listed(&fields), ["message=success", "function=binding", "address=192.0.2.1", "agent=abc"]);
        for end in 0..message.len() {
            assert_eq!(read(&message[..end], &ends, &mut fields), ProbeResult::NotForUs);
            assert_eq!(Stun.on_data(Direction::ToResponder, &message[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(Stun.on_data(Direction::ToResponder, &message, &mut fields), ParseStep::Took(message.len()));
        let framed = [&[0, message.len() as u8][..], &message].concat();
        assert_eq!(guess(&framed, &ends), ProbeResult::Certain);
        assert_eq!(Stun.on_data(Direction::ToResponder, &framed[..30], &mut fields), ParseStep::Took(0));
        fields.clear();
        assert_eq!(Stun.on_data(Direction::ToResponder, &framed, &mut fields), ParseStep::Skip(framed.len() as u64));
        assert_eq!(fields.len(), 4);
    }
}
