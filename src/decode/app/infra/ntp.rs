//! NTP (RFC 5905): version, mode and stratum; control and private requests (RFC 9327), with which servers are made to amplify.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::NtpCommand;
use crate::model::app::kinds::infra::NtpMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Ntp,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

const CLOCK_BYTES: usize = 48;
const CONTROL_BYTES: usize = 12;
const PRIVATE_BYTES: usize = 8;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let &[first, second, _, fourth, ..] = payload else { return ProbeResult::NotForUs };
    let (version, mode) = (first >> 3 & 7, first & 7);
    let least = match mode {
        6 => CONTROL_BYTES,
        7 => PRIVATE_BYTES,
        _ => CLOCK_BYTES,
    };
    if payload.len() < least || !(1..=4).contains(&version) {
        return ProbeResult::NotForUs;
    }
    fields.number(FieldId::Version, u64::from(version));
    let name = match mode {
        1 => NtpMessage::SymmetricActive,
        2 => NtpMessage::SymmetricPassive,
        3 => NtpMessage::Client,
        4 => NtpMessage::Server,
        5 => NtpMessage::Broadcast,
        6 if second & 0x80 > 0 => NtpMessage::ControlAnswer,
        6 => NtpMessage::Control,
        7 if first & 0x80 > 0 => NtpMessage::PrivateAnswer,
        7 => NtpMessage::Private,
        _ => NtpMessage::Reserved,
    };
    fields.token(FieldId::Message, name);
    match mode {
        6 => control(second & 0x1f, fields),
        7 => private(fourth, fields),
        _ => fields.number(FieldId::Stratum, u64::from(second)),
    }
    ProbeResult::Certain
}

/// RFC 9327, section 2.
fn control(operation: u8, fields: &mut FieldBuffer) {
    let name = match operation {
        1 => NtpCommand::ReadStatus,
        2 => NtpCommand::ReadVariables,
        3 => NtpCommand::WriteVariables,
        4 => NtpCommand::ReadClockVariables,
        8 => NtpCommand::Configure,
        10 => NtpCommand::Mrulist,
        11 => NtpCommand::ReadOrderedList,
        12 => NtpCommand::RequestNonce,
        other => return fields.format(FieldId::Command, format_args!("operation {other}")),
    };
    fields.token(FieldId::Command, name);
}

/// The list of last clients (ntpd's ntp_request.h) answers with up to a hundred packets: CVE-2013-5211.
fn private(request: u8, fields: &mut FieldBuffer) {
    let name = match request {
        0 => NtpCommand::PeerList,
        1 => NtpCommand::PeerListWithSummary,
        16 => NtpCommand::Reslist,
        20 | 42 => NtpCommand::Monlist,
        other => return fields.format(FieldId::Command, format_args!("request {other}")),
    };
    fields.token(FieldId::Command, name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(payload: &[u8]) -> Vec<(FieldId, String)> {
        let mut fields = FieldBuffer::default();
        read(payload, &PortPair::new(false, 50_000, 123), &mut fields);
        fields.iter().map(|(kind, value)| (kind, value.to_string())).collect()
    }

    #[test]
    fn clocks_and_lists_of_clients_are_told_apart() {
        let mut clock = vec![0x24, 2];
        clock.resize(48, 0);
        assert_eq!(said(&clock)[1..], [(FieldId::Message, "server".to_owned()), (FieldId::Stratum, "2".to_owned())]);
        assert_eq!(said(&clock[..47]), []);
        let list = [0x17, 0, 3, 42, 0, 0, 0, 0];
        assert_eq!(said(&list)[2], (FieldId::Command, "monlist".to_owned()));
        assert_eq!(said(&list[..7]), []);
    }
}
