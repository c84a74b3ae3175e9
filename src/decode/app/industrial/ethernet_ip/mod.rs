//! EtherNet/IP (CIP networks library, volume 2): commands of the encapsulation, and the CIP messages that they carry.

mod cip;
mod pccc;

use crate::decode::app::parser::{Datagram, Entry, ParseStep, PortPair, ProbeResult, Stream, StreamParser};
use crate::decode::app::support::bytes::{self, le16, le32};
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::industrial::EnipCommand;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::EtherNetIp,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(EtherNetIp) }),
    frame: None,
};

/// Command, length, session, status, context of the sender, options (section 2-3.1).
const HEAD_BYTES: usize = 24;
/// Most data of a message that are waited for; larger ones are read at their beginning.
const MOST_WHOLE_BYTES: usize = 8 * 1024;
/// Interface and time-out before the items of a message (section 2-4.7).
const BEFORE_ITEMS: usize = HEAD_BYTES + 6;
/// Most items of a message that are looked at: an address, data, and up to two socket addresses.
const MOST_ITEMS: usize = 4;
/// An item with a message of a connection: a sequence number comes first.
const CONNECTED_DATA: u16 = 0x00b1;
/// An item with a message by itself.
const UNCONNECTED_DATA: u16 = 0x00b2;

/// The command and the length of a message; none where the head makes no sense.
fn head(bytes: &[u8]) -> Option<(EnipCommand, usize)> {
    let (command, length) = (command_of(le16(bytes, 0)?)?, usize::from(le16(bytes, 2)?));
    let (status, options) = (le32(bytes, 8)?, le32(bytes, 20)?);
    // What the length may be depends on the command (sections 2-4.1 to 2-4.8).
    let is_right = match command {
        EnipCommand::RegisterSession => length == 4 || length == 0 && status != 0,
        EnipCommand::UnregisterSession => length == 0,
        EnipCommand::ListServices | EnipCommand::ListIdentity | EnipCommand::ListInterfaces => length <= 2048,
        EnipCommand::SendRrData | EnipCommand::SendUnitData => length >= 8 || status != 0,
        EnipCommand::Nop | EnipCommand::IndicateStatus | EnipCommand::Cancel => true,
    };
    (is_right && options == 0 && status <= 0xffff).then_some((command, HEAD_BYTES + length))
}

fn command_of(number: u16) -> Option<EnipCommand> {
    Some(match number {
        0x0000 => EnipCommand::Nop,
        0x0004 => EnipCommand::ListServices,
        0x0063 => EnipCommand::ListIdentity,
        0x0064 => EnipCommand::ListInterfaces,
        0x0065 => EnipCommand::RegisterSession,
        0x0066 => EnipCommand::UnregisterSession,
        0x006f => EnipCommand::SendRrData,
        0x0070 => EnipCommand::SendUnitData,
        0x0072 => EnipCommand::IndicateStatus,
        0x0073 => EnipCommand::Cancel,
        _ => return None,
    })
}

/// True if the head is followed by what it announces: items, or a version.
fn is_telling(command: EnipCommand, bytes: &[u8]) -> bool {
    match command {
        EnipCommand::RegisterSession => le32(bytes, HEAD_BYTES) == Some(1),
        EnipCommand::SendRrData | EnipCommand::SendUnitData => {
            le32(bytes, HEAD_BYTES) == Some(0) && items(bytes).any(|(kind, _)| matches!(kind, 0 | 0xa1))
        }
        _ => false,
    }
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    let is_hinted = ends.hint == Some(AppProto::EtherNetIp);
    match head(bytes) {
        Some((command, _)) if is_telling(command, bytes) => ProbeResult::Certain,
        Some((EnipCommand::Nop, _)) if !is_hinted => ProbeResult::NotForUs,
        Some(_) => ProbeResult::Unsure,
        None if bytes.len() < HEAD_BYTES && is_hinted && le16(bytes, 0).is_none_or(|n| command_of(n).is_some()) => {
            ProbeResult::NeedMore
        }
        None => ProbeResult::NotForUs,
    }
}

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let Some((command, length)) = head(payload) else { return ProbeResult::NotForUs };
    message(command, bytes::part(payload, 0, length), fields);
    if is_telling(command, payload) { ProbeResult::Certain } else { ProbeResult::Unsure }
}

struct EtherNetIp;

impl StreamParser for EtherNetIp {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEAD_BYTES {
            return ParseStep::Took(0);
        }
        let Some((command, length)) = head(bytes) else { return search(bytes) };
        if bytes.len() < length.min(MOST_WHOLE_BYTES) {
            return ParseStep::Took(0);
        }
        message(command, bytes::part(bytes, 0, length), fields);
        bytes::pass(bytes, length as u64)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

/// The next message in bytes that begin amid one: only what is sure is taken for one.
fn search(bytes: &[u8]) -> ParseStep {
    let is_one = |at: &usize| {
        let rest = bytes::from(bytes, *at);
        head(rest).is_some_and(|(command, _)| is_telling(command, rest))
    };
    // The last bytes may be the beginning of one, with its first items.
    let kept = BEFORE_ITEMS + 6;
    ParseStep::Took((1..bytes.len()).find(is_one).unwrap_or(bytes.len().saturating_sub(kept).max(1)))
}

/// Kinds and contents of the items of a message (section 2-6).
fn items(message: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let n = usize::from(le16(message, BEFORE_ITEMS).unwrap_or(0)).min(MOST_ITEMS);
    let mut at = BEFORE_ITEMS + 2;
    (0..n).map_while(move |_| {
        let (kind, length) = (le16(message, at)?, usize::from(le16(message, at + 2)?));
        let content = bytes::part(message, at + 4, length);
        at += 4 + length;
        Some((kind, content))
    })
}

fn message(command: EnipCommand, whole: &[u8], fields: &mut FieldBuffer) {
    fields.begin();
    fields.token(FieldId::Command, command);
    if let Some(status) = le32(whole, 8).filter(|status| *status != 0) {
        fields.format(FieldId::Error, format_args!("status {status:#06x}"));
    }
    if !matches!(command, EnipCommand::SendRrData | EnipCommand::SendUnitData) {
        return;
    }
    for (kind, content) in items(whole) {
        match kind {
            UNCONNECTED_DATA => cip::message(content, fields),
            CONNECTED_DATA => cip::message(bytes::from(content, 2), fields),
            _ => {}
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    /// A message with one CIP message by itself.
    pub fn send(cip: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x6f, 0, 16 + cip.len() as u8, 0, 1, 0, 0, 0];
        bytes.resize(BEFORE_ITEMS, 0);
        bytes.extend([2, 0, 0, 0, 0, 0, 0xb2, 0, cip.len() as u8, 0]);
        bytes.extend(cip);
        bytes
    }

    const REGISTER: &[u8] = b"\x65\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0";

    #[test]
    fn commands_and_what_they_carry_are_read_and_no_prefix_panics() {
        let mut fields = FieldBuffer::default();
        let reset = send(&[5, 2, 0x20, 1, 0x24, 1]);
        for bytes in [REGISTER, &reset] {
            for end in 0..bytes.len() {
                let cut = EtherNetIp.on_data(Direction::ToResponder, &bytes[..end], &mut fields);
                assert_eq!(cut, ParseStep::Took(0));
            }
            assert_eq!(EtherNetIp.on_data(Direction::ToResponder, bytes, &mut fields), ParseStep::Took(bytes.len()));
        }
        let expected =
            ["command=register session", "command=send RR data", "message=request", "function=reset", "class=Identity"];
        assert_eq!(listed(&fields), expected);
    }

    #[test]
    fn sessions_and_data_are_recognised_on_any_port_and_found_behind_a_loss() {
        let elsewhere = PortPair::new(true, 50_000, 50_001);
        let stop = send(&[7, 2, 0x20, 0x8e, 0x24, 1]);
        assert_eq!(guess(REGISTER, &elsewhere), ProbeResult::Certain);
        assert_eq!(guess(&stop, &elsewhere), ProbeResult::Certain);
        assert_eq!(guess(&[0; 40], &elsewhere), ProbeResult::NotForUs);
        let late = [&[7, 0x20, 1, 2, 3][..], &stop].concat();
        let step = EtherNetIp.on_data(Direction::ToResponder, &late.repeat(2), &mut FieldBuffer::default());
        assert_eq!(step, ParseStep::Took(5));
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&send(&[0x4c, 0]), &PortPair::new(false, 50_000, 44_818), &mut fields), ProbeResult::Certain);
    }
}
