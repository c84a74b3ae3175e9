//! EAP over LAN (IEEE 802.1X, clause 11): message types and identities.

use crate::decode::app::parser::Entry;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::EapMethod;
use crate::model::app::kinds::link::EapolMessage;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Eapol, datagram: None, stream: None, frame: Some(read) };

const IDENTITY: u8 = 1;

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let message = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
    let Some(([_, kind, n0, n1], rest)) = message.split_first_chunk::<4>() else { return };
    let body = rest.get(..usize::from(u16::from_be_bytes([*n0, *n1]))).unwrap_or(rest);
    match kind {
        0 => drop(eap(body, fields)),
        1 => fields.token(FieldId::Message, EapolMessage::Start),
        2 => fields.token(FieldId::Message, EapolMessage::Logoff),
        3 => fields.token(FieldId::Message, EapolMessage::Key),
        _ => fields.token(FieldId::Message, EapolMessage::Other),
    }
}

/// An EAP packet (RFC 3748, section 4).
fn eap(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let code = rest.u8()?;
    fields.token(
        FieldId::Message,
        match code {
            1 => EapolMessage::EapRequest,
            2 => EapolMessage::EapResponse,
            3 => EapolMessage::EapSuccess,
            4 => EapolMessage::EapFailure,
            _ => EapolMessage::EapOther,
        },
    );
    match code {
        3 => fields.token(FieldId::Login, Outcome::Accepted),
        4 => fields.token(FieldId::Login, Outcome::Refused),
        _ => {}
    }
    let _identifier = rest.u8()?;
    let length = usize::from(rest.u16()?);
    let mut body = rest.get(..length.checked_sub(4)?).unwrap_or(rest);
    let kind = body.u8()?;
    match kind {
        IDENTITY if code == 2 => fields.bytes(FieldId::User, body),
        IDENTITY => {}
        _ => method(kind, body, fields),
    }
    Some(())
}

/// Names of methods (IANA's registry of EAP); `data` is what follows the type.
fn method(kind: u8, data: &[u8], fields: &mut FieldBuffer) {
    let name = match kind {
        2 => EapMethod::Notification,
        3 => EapMethod::LegacyNak,
        4 => EapMethod::Md5Challenge,
        6 => EapMethod::Gtc,
        13 => EapMethod::Tls,
        17 => EapMethod::Leap,
        18 => EapMethod::Sim,
        21 => EapMethod::Ttls,
        23 => EapMethod::Aka,
        25 => EapMethod::Peap,
        26 | 29 => EapMethod::MSCHAPv2,
        43 => EapMethod::Fast,
        52 => EapMethod::Pwd,
        // Expanded types (RFC 3748, section 5.7): of the Wi-Fi Alliance, whose type 1 is WPS.
        254 if data.starts_with(&[0, 0x37, 0x2a, 0, 0, 0, 1]) => EapMethod::Wps,
        _ => EapMethod::Other,
    };
    fields.token(FieldId::Method, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    fn said(eapol: &[u8]) -> Vec<String> {
        let head = [1, 0x80, 0xc2, 0, 0, 3, 2, 0, 0, 0, 0, 1, 0x88, 0x8e];
        let frame = [&head[..], eapol].concat();
        (0..frame.len()).for_each(|end| drop(facts_of_frame(1, &frame[..end])));
        let (protocol, fields) = facts_of_frame(1, &frame);
        assert_eq!(protocol, Some(AppProto::Eapol));
        listed(&fields)
    }

    #[test]
    fn who_asks_to_be_let_in_is_read_and_whether_that_works() {
        let padded = b"\x01\0\0\x09\x02\x01\0\x09\x01anna\0\0\0\0";
        assert_eq!(said(padded), ["message=EAP response", "user=anna"]);
        assert_eq!(said(b"\x01\0\0\x06\x01\x02\0\x06\x19\x20"), ["message=EAP request", "method=PEAP"]);
        let expanded = |vendor: u8| [&b"\x01\0\0\x0d\x01\x02\0\x0d\xfe\0\x37"[..], &[vendor, 0, 0, 0, 1, 1]].concat();
        assert_eq!(said(&expanded(0x2a)), ["message=EAP request", "method=WPS"]);
        assert_eq!(said(&expanded(0x2b)), ["message=EAP request", "method=other"]);
        assert_eq!(said(b"\x01\0\0\x04\x04\x02\0\x04"), ["message=EAP failure", "login=refused"]);
        assert_eq!(said(b"\x01\x03\0\x5f"), ["message=key"]);
    }
}
