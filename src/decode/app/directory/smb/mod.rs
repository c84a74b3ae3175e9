//! SMB over TCP and NetBIOS sessions: frames (RFC 1002, section 4.3; MS-SMB2, section 2.1); bulk data is skipped.
//!
//! Own code, as there is no crate that is maintained and takes messages that are cut short or begin in their midst.

mod pipes;
mod status;
mod v1;
mod v2;

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be32;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::netbios;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::SmbFault;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Smb,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Smb::default()) }),
    frame: None,
};

const FRAME_BYTES: usize = 4;
const SESSION_MESSAGE: u8 = 0;
const SESSION_REQUEST: u8 = 0x81;
const POSITIVE_ANSWER: u8 = 0x82;
const NEGATIVE_ANSWER: u8 = 0x83;
const KEEP_ALIVE: u8 = 0x85;
/// Longest message that is looked at in full: logins with large tickets and remote calls fit.
const MOST_WHOLE_BYTES: u64 = 16 * 1024;
/// As much is looked at of a longer one: its header and parameters.
const HEAD_BYTES: usize = 256;
/// Longest message that a frame can hold: its length has three bytes.
const MOST_FRAME_BYTES: u64 = 0x00ff_ffff;

fn guess(mut bytes: &[u8], ends: &PortPair) -> ProbeResult {
    // That a session is kept alive does not say what is spoken in it.
    while let [KEEP_ALIVE, 0, 0, 0, rest @ ..] = bytes {
        bytes = rest;
        if rest.is_empty() && ends.hint == Some(AppProto::Smb) {
            return ProbeResult::NeedMore;
        }
    }
    match bytes {
        [SESSION_MESSAGE, _, _, _, magic, b'S', b'M', b'B', ..] if *magic >= 0xfc => ProbeResult::Certain,
        [SESSION_REQUEST, 0, 0, 68, 32, ..] => ProbeResult::Certain,
        [POSITIVE_ANSWER, 0, 0, 0] | [NEGATIVE_ANSWER, 0, 0, 1, _] => ProbeResult::Unsure,
        [SESSION_MESSAGE, _, _, ..] if bytes.len() < 8 && ends.hint == Some(AppProto::Smb) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

/// By the flag of a response (MS-CIFS, section 2.2.3.1; MS-SMB2, section 2.2.1).
fn sender(bytes: &[u8]) -> Option<Role> {
    let is_response = match bytes.get(FRAME_BYTES..)? {
        [0xff, b'S', b'M', b'B', _, _, _, _, _, flags, ..] => flags & 0x80 != 0,
        [0xfe, b'S', b'M', b'B', _, _, _, _, _, _, _, _, _, _, _, _, flags, ..] => flags & 1 != 0,
        _ => return None,
    };
    Some(if is_response { Role::Server } else { Role::Client })
}

#[derive(Default)]
struct Smb {
    one: v1::Smb1,
    two: v2::Smb2,
}

impl StreamParser for Smb {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some(frame) = be32(bytes, 0) else { return ParseStep::Took(0) };
        let [kind, ..] = frame.to_be_bytes();
        let length = frame & 0x00ff_ffff;
        match kind {
            SESSION_MESSAGE => {}
            SESSION_REQUEST..=KEEP_ALIVE if length <= 68 => return session(kind, bytes, length as usize, fields),
            _ => return search(bytes),
        }
        let n_needed =
            if u64::from(length) > MOST_WHOLE_BYTES { FRAME_BYTES + HEAD_BYTES } else { FRAME_BYTES + length as usize };
        let message = bytes::part(bytes, FRAME_BYTES, length as usize);
        if message.len() >= 4 && !matches!(message, [0xfc..=0xff, b'S', b'M', b'B', ..]) {
            return search(bytes);
        }
        if bytes.len() < n_needed {
            return ParseStep::Took(0);
        }
        match message {
            [0xff, ..] => self.one.read(message, fields),
            [0xfe, ..] => self.two.read(message, fields),
            [0xfd, ..] => {
                fields.begin();
                fields.token(FieldId::Security, Security::Encrypted);
            }
            [0xfc, ..] => compressed(message, length, fields),
            _ => {}
        }
        bytes::pass(bytes, FRAME_BYTES as u64 + u64::from(length))
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

/// The next frame in bytes that begin amid one.
fn search(bytes: &[u8]) -> ParseStep {
    let mut from = 1 + FRAME_BYTES;
    while let Some(at) = bytes::find(bytes::from(bytes, from), b"SMB") {
        let magic = from + at - 1;
        let is_frame = bytes.get(magic).is_some_and(|byte| *byte >= 0xfc)
            && magic > FRAME_BYTES
            && bytes.get(magic - FRAME_BYTES) == Some(&SESSION_MESSAGE);
        if is_frame {
            return ParseStep::Took(magic - FRAME_BYTES);
        }
        from = magic + 2;
    }
    // The last bytes may be the beginning of a frame.
    ParseStep::Took(bytes.len().saturating_sub(FRAME_BYTES + 3).max(1))
}

/// A NetBIOS message about the session itself.
fn session(kind: u8, bytes: &[u8], length: usize, fields: &mut FieldBuffer) -> ParseStep {
    let Some(body) = bytes.get(FRAME_BYTES..FRAME_BYTES + length) else { return ParseStep::Took(0) };
    fields.begin();
    match kind {
        SESSION_REQUEST => {
            fields.text(FieldId::Command, "NetBIOS session");
            if let Some((called, n)) = netbios::name(body) {
                fields.text(FieldId::Host, &called.name);
                if let Some((calling, _)) = netbios::name(bytes::from(body, n)) {
                    fields.text(FieldId::Client, &calling.name);
                }
            }
        }
        NEGATIVE_ANSWER => fields.token(FieldId::Error, SmbFault::NetbiosSessionRefused),
        _ => {}
    }
    ParseStep::Took(FRAME_BYTES + length)
}

/// MS-SMB2, section 2.2.42. An offset beyond the message, or a size that no frame can have, is CVE-2020-0796: the two
/// are added to make the buffer that is written to.
fn compressed(message: &[u8], length: u32, fields: &mut FieldBuffer) {
    fields.begin();
    fields.token(FieldId::Security, Security::Compressed);
    let is_chained = message.get(10).is_some_and(|flags| flags & 1 > 0);
    let (Some(size), Some(offset)) = (le32(message, 4), le32(message, 12)) else { return };
    let offset = if is_chained { 0 } else { offset };
    if offset > length {
        fields.token(FieldId::Error, SmbFault::CompressionOffsetOutOfRange);
    } else if u64::from(size) + u64::from(offset) > MOST_FRAME_BYTES {
        fields.token(FieldId::Error, SmbFault::CompressionSizeOutOfRange);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    /// A frame with an SMB2 header and body.
    fn frame(command: u8, status: u32, flags: u8, body: &[u8]) -> Vec<u8> {
        let mut frame = vec![0, 0, 0, 64 + body.len() as u8, 0xfe, b'S', b'M', b'B', 64, 0, 0, 0];
        frame.extend(status.to_le_bytes());
        frame.extend([command, 0, 1, 0, flags, 0, 0, 0]);
        frame.resize(68, 0);
        frame.extend(body);
        frame
    }

    #[test]
    fn a_share_and_a_pipe_are_named_and_no_prefix_panics() {
        let path = "\\\\s\\IPC$".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let connect = [&[9, 0, 0, 0, 72, 0, path.len() as u8, 0][..], &path].concat();
        let name = "svcctl".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let mut create = vec![0; 56];
        create[44] = 120;
        create[46] = name.len() as u8;
        create.extend(name);
        let (mut smb, mut fields) = (Smb::default(), FieldBuffer::default());
        let ends = PortPair::new(true, 50_000, 445);
        let connect = frame(3, 0, 0, &connect);
        assert_eq!(guess(&connect, &ends), ProbeResult::Certain);
        assert_eq!(guess(&connect[..6], &ends), ProbeResult::NeedMore);
        let alive = [KEEP_ALIVE, 0, 0, 0];
        assert_eq!(guess(&alive, &ends), ProbeResult::NeedMore);
        assert_eq!(guess(&[&alive[..], &connect].concat(), &ends), ProbeResult::Certain);
        for message in [connect, frame(3, 0, 1, &[16, 0, 2, 0]), frame(5, 0, 0, &create), frame(5, 0xc000_0022, 1, &[])]
        {
            for end in 0..message.len() {
                assert_eq!(smb.on_data(Direction::ToResponder, &message[..end], &mut fields), ParseStep::Took(0));
            }
            assert_eq!(smb.on_data(Direction::ToResponder, &message, &mut fields), ParseStep::Took(message.len()));
        }
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::SmbTree, FieldValue::Text("\\\\s\\IPC$"))));
        assert!(said.contains(&(FieldId::Service, FieldValue::Text("svcctl"))));
        assert!(said.contains(&(FieldId::SmbStatus, FieldValue::Text("STATUS_ACCESS_DENIED"))));
    }

    #[test]
    fn bulk_data_is_passed_over_and_a_frame_found_again() {
        let mut write = frame(9, 0, 0, &[0; 400]);
        write[1..4].copy_from_slice(&[1, 0, 0]);
        let (mut smb, mut fields) = (Smb::default(), FieldBuffer::default());
        assert_eq!(smb.on_data(Direction::ToResponder, &write, &mut fields), ParseStep::Skip(0x1_0004));
        let echo = frame(13, 0, 0, &[4, 0, 0, 0]);
        assert_eq!(
            smb.on_data(Direction::ToResponder, &[b"lost SMB", &echo[..]].concat(), &mut fields),
            ParseStep::Took(8)
        );
    }

    #[test]
    fn sizes_and_offsets_that_no_message_has_are_errors() {
        let error = |size: u32, flags: u8, offset: u32| {
            let mut message = b"\xfcSMB".to_vec();
            message.extend(size.to_le_bytes());
            message.extend([1, 0, flags, 0]);
            message.extend(offset.to_le_bytes());
            message.resize(60, 7);
            let mut fields = FieldBuffer::default();
            compressed(&message, 60, &mut fields);
            fields.iter().find(|(kind, _)| *kind == FieldId::Error).map(|(_, value)| value.to_string())
        };
        assert_eq!(error(0xffff_ffff, 0, 16).as_deref(), Some("compression size out of range"));
        assert_eq!(error(100, 0, 0xffff_ffff).as_deref(), Some("compression offset out of range"));
        assert_eq!((error(65_000, 0, 16), error(65_000, 1, 0xffff_0000)), (None, None));
    }
}
