//! TFTP (RFC 1350): requested files. The transfer itself uses other ports.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be16;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::TftpError;
use crate::model::app::kinds::infra::TftpMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Tftp,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

fn read(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let &[0, operation @ 1..=6, ..] = payload else { return ProbeResult::NotForUs };
    let is_hinted = ends.hint == Some(AppProto::Tftp);
    let rest = bytes::from(payload, 2);
    match operation {
        1 | 2 => {
            let file = bytes::until_nul(rest);
            let mode = bytes::until_nul(bytes::from(rest, file.len() + 1));
            let is_known = [&b"octet"[..], b"netascii", b"mail"].iter().any(|known| mode.eq_ignore_ascii_case(known));
            // A request without a name is broken, but on its own port nothing else.
            if !is_known || file.is_empty() && !is_hinted {
                return ProbeResult::NotForUs;
            }
            fields.token(FieldId::Message, if operation == 1 { TftpMessage::Read } else { TftpMessage::Write });
            fields.bytes(FieldId::File, file);
            return ProbeResult::Certain;
        }
        _ if !is_hinted || payload.len() < 4 => return ProbeResult::NotForUs,
        3 => fields.token(FieldId::Message, TftpMessage::Data),
        4 => fields.token(FieldId::Message, TftpMessage::Acknowledgement),
        5 => {
            fields.token(FieldId::Message, TftpMessage::Error);
            error(be16(payload, 2).unwrap_or(0), fields);
        }
        _ => fields.token(FieldId::Message, TftpMessage::Options),
    }
    ProbeResult::Unsure
}

/// Section 5; the last by RFC 2347.
fn error(code: u16, fields: &mut FieldBuffer) {
    let name = match code {
        1 => TftpError::FileNotFound,
        2 => TftpError::AccessViolation,
        3 => TftpError::DiskFull,
        4 => TftpError::IllegalOperation,
        5 => TftpError::UnknownTransfer,
        6 => TftpError::FileExists,
        7 => TftpError::NoSuchUser,
        8 => TftpError::OptionsRefused,
        _ => TftpError::OtherError,
    };
    fields.token(FieldId::Error, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn a_file_that_is_asked_for_is_named_and_noise_is_not() {
        let ask = b"\0\x01boot.bin\0octet\0";
        let (own, other) = (PortPair::new(false, 50_000, 69), PortPair::new(false, 50_000, 50_001));
        let mut fields = FieldBuffer::default();
        assert_eq!(read(ask, &other, &mut fields), ProbeResult::Certain);
        assert!(fields.iter().any(|fact| fact == (FieldId::File, FieldValue::Text("boot.bin"))));
        assert_eq!(
            (read(b"\0\x03\0\x01x", &own, &mut fields), read(b"\0\x03\0\x01x", &other, &mut fields)),
            (ProbeResult::Unsure, ProbeResult::NotForUs)
        );
        for end in 0..ask.len() - 1 {
            assert_eq!(read(&ask[..end], &own, &mut fields), ProbeResult::NotForUs);
        }
    }
}
