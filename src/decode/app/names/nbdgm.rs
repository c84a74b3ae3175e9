//! NetBIOS datagrams (RFC 1002, section 4.4): source and destination names, and what computers announce to the browser
//! service (MS-BRWS, section 2.2).

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::netbios;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::names::BrowserCommand;
use crate::model::app::kinds::names::NbdgmMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Nbdgm,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

/// Before the names of a message.
const HEADER_BYTES: usize = 14;
/// Before the name of a question.
const SHORT_HEADER_BYTES: usize = 10;
/// Place, in the SMB message that carries a mailslot, of where its data stand (MS-CIFS, section 2.2.4.33).
const DATA_OFFSET: usize = 57;
/// Place of the mailslot's name in that message.
const MAILSLOT: usize = 69;
/// Name of the mailslot of the browser service.
const BROWSE: &[u8] = b"\\MAILSLOT\\BROWSE";
/// Bytes of a computer's name in an announcement.
const NAME_BYTES: usize = 16;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let Some(kind) = payload.first().copied() else { return ProbeResult::NotForUs };
    let (message, at) = match kind {
        0x10 => (NbdgmMessage::ToOne, HEADER_BYTES),
        0x11 => (NbdgmMessage::ToAGroup, HEADER_BYTES),
        0x12 => (NbdgmMessage::ToAll, HEADER_BYTES),
        0x13 => (NbdgmMessage::Error, SHORT_HEADER_BYTES),
        0x14 => (NbdgmMessage::Question, SHORT_HEADER_BYTES),
        0x15 => (NbdgmMessage::PositiveAnswer, SHORT_HEADER_BYTES),
        0x16 => (NbdgmMessage::NegativeAnswer, SHORT_HEADER_BYTES),
        _ => return ProbeResult::NotForUs,
    };
    if payload.len() < at {
        return ProbeResult::NotForUs;
    }
    fields.token(FieldId::Message, message);
    let names = bytes::from(payload, at);
    if at == SHORT_HEADER_BYTES {
        if let Some((name, _)) = netbios::name(names) {
            fields.text(FieldId::To, &name.name);
        }
        return ProbeResult::Certain;
    }
    let Some((source, n)) = netbios::name(names) else { return ProbeResult::NotForUs };
    fields.text(FieldId::Host, &source.name);
    let names = bytes::from(names, n);
    let Some((target, n)) = netbios::name(names) else { return ProbeResult::NotForUs };
    fields.text(FieldId::To, &target.name);
    if let Some(service) = target.service() {
        fields.text(FieldId::Service, service);
    }
    mailslot(bytes::from(names, n), fields);
    ProbeResult::Certain
}

fn mailslot(message: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    if !message.starts_with(b"\xffSMB") {
        return None;
    }
    let name = bytes::until_nul(bytes::from(message, MAILSLOT));
    fields.bytes(FieldId::File, name);
    let data = bytes::from(message, le16(message, DATA_OFFSET)?.into());
    name.eq_ignore_ascii_case(BROWSE).then(|| announcement(data, fields))?
}

fn announcement(data: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let kind = *data.first()?;
    let command = match kind {
        1 => BrowserCommand::HostAnnouncement,
        2 => BrowserCommand::AnnouncementRequest,
        8 => BrowserCommand::ElectionRequest,
        9 => BrowserCommand::BackupListRequest,
        10 => BrowserCommand::BackupListResponse,
        11 => BrowserCommand::BecomeBackup,
        12 => BrowserCommand::DomainAnnouncement,
        13 => BrowserCommand::MasterAnnouncement,
        14 => BrowserCommand::ResetState,
        15 => BrowserCommand::LocalMasterAnnouncement,
        _ => return None,
    };
    fields.token(FieldId::Command, command);
    if !matches!(kind, 1 | 12 | 15) {
        return None;
    }
    // Behind kind, count and period.
    let name = bytes::until_nul(bytes::part(data, 6, NAME_BYTES));
    let rest = bytes::from(data, 6 + NAME_BYTES);
    let comment = bytes::until_nul(bytes::from(rest, 10));
    // The comment of a domain is the computer that speaks for it.
    let (of_name, of_comment) =
        if kind == 12 { (FieldId::Domain, FieldId::Server) } else { (FieldId::Host, FieldId::Banner) };
    fields.bytes(of_name, name);
    if kind != 12
        && let Some(version) = be16(rest, 0)
    {
        let [major, minor] = version.to_be_bytes();
        fields.format(FieldId::Version, format_args!("{major}.{minor}"));
    }
    fields.bytes(of_comment, comment);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    const WORKGROUP: &[u8] = b"\x20FHEPFCELEHFCEPFFFACACACACACACABN\0";
    const ALPHA: &[u8] = b"\x20EBEMFAEIEBCACACACACACACACACACACA\0";

    fn datagram(data: &[u8]) -> Vec<u8> {
        let mut smb = b"\xffSMB\x25".to_vec();
        smb.resize(32, 0);
        smb.push(17);
        smb.resize(MAILSLOT, 0);
        smb.extend(BROWSE);
        smb.push(0);
        smb[DATA_OFFSET] = smb.len() as u8;
        smb.extend(data);
        [&[0x11, 2, 0, 7, 10, 0, 0, 1, 0, 138, 0, 0, 0, 0][..], ALPHA, WORKGROUP, &smb].concat()
    }

    #[test]
    fn a_computer_announces_itself_and_no_prefix_panics() {
        let mut data = vec![1, 0, 0, 0, 0, 0];
        data.extend(b"ALPHA\0\0\0\0\0\0\0\0\0\0\0");
        data.extend(b"\x05\x01\0\0\0\0\x0f\x01\x55\xaafront desk\0");
        let bytes = datagram(&data);
        let ends = PortPair::new(false, 138, 138);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&bytes, &ends, &mut fields), ProbeResult::Certain);
        let expected = [
            "message=to a group",
            "host=ALPHA",
            "to=WORKGROUP",
            "service=master browser",
            "file=\\MAILSLOT\\BROWSE",
            "command=host announcement",
            "host=ALPHA",
            "version=5.1",
            "banner=front desk",
        ];
        assert_eq!(listed(&fields), expected);
        for end in 0..bytes.len() {
            read(&bytes[..end], &ends, &mut FieldBuffer::default());
        }
    }

    #[test]
    fn a_domain_has_a_computer_that_speaks_for_it() {
        let mut data = vec![12, 0, 0, 0, 0, 0];
        data.extend(b"WORKGROUP\0\0\0\0\0\0\0");
        data.extend(b"\x03\x0a\0\0\0\x80\0\0\0\0ALPHA\0");
        let mut fields = FieldBuffer::default();
        read(&datagram(&data), &PortPair::new(false, 138, 138), &mut fields);
        assert_eq!(listed(&fields)[6..], ["domain=WORKGROUP".to_owned(), "server=ALPHA".to_owned()]);
        assert_eq!(read(b"\x11\x02", &PortPair::new(false, 138, 138), &mut fields), ProbeResult::NotForUs);
    }
}
