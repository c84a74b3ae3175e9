//! Turns CIP messages (CIP networks library, volume 1, section 2-4) into service, class of the object, and error.

use super::pccc;
use crate::decode::app::support::bytes::{self, le16};
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::industrial::{CipClass, CipError, CipMessage, CipService};

/// Bit of the service: an answer.
const IS_RESPONSE: u8 = 0x80;
/// Deepest nesting: a message that is to be sent on, with several messages in it.
const MOST_NESTED: u8 = 3;
/// Most messages in one that carries several.
const MOST_SERVICES: usize = 64;
const MULTIPLE_SERVICES: u8 = 0x0a;
const UNCONNECTED_SEND: u8 = 0x52;
const EXECUTE_PCCC: u8 = 0x4b;
/// Priority, ticks and length before the message in an "unconnected send" (section 3-5.5.2).
const BEFORE_SENT: usize = 4;

/// Reads a message; those that it carries become messages of their own.
pub(super) fn message(bytes: &[u8], fields: &mut FieldBuffer) {
    nested(bytes, MOST_NESTED, fields);
}

fn nested(bytes: &[u8], depth: u8, fields: &mut FieldBuffer) {
    let Some(service) = bytes.first().copied() else { return };
    if service & IS_RESPONSE != 0 {
        return response(bytes, service & !IS_RESPONSE, fields);
    }
    let n_path = 2 * usize::from(bytes.get(1).copied().unwrap_or(0));
    let class = class(bytes::part(bytes, 2, n_path));
    let data = bytes::from(bytes, 2 + n_path);
    fields.token(FieldId::Message, CipMessage::Request);
    match class {
        Some(CipClass::Pccc) if service == EXECUTE_PCCC => fields.token(FieldId::Function, pccc::request(data)),
        _ => fields.token(FieldId::Function, service_of(service, class)),
    }
    if let Some(class) = class {
        fields.token(FieldId::Class, class);
    }
    if depth == 0 {
        return;
    }
    match (service, class) {
        (MULTIPLE_SERVICES, _) => {
            let n = usize::from(le16(data, 0).unwrap_or(0)).min(MOST_SERVICES);
            let places = (0..n).map_while(|i| le16(data, 2 + 2 * i)).map(usize::from);
            for place in places.filter(|place| *place >= 2 + 2 * n) {
                fields.begin();
                nested(bytes::from(data, place), depth - 1, fields);
            }
        }
        (UNCONNECTED_SEND, Some(CipClass::ConnectionManager)) => {
            let n = usize::from(le16(data, 2).unwrap_or(0));
            fields.begin();
            nested(bytes::part(data, BEFORE_SENT, n), depth - 1, fields);
        }
        _ => {}
    }
}

/// Behind the service: a byte of nothing, the status, and how many words of more status (section 2-4.2).
fn response(bytes: &[u8], service: u8, fields: &mut FieldBuffer) {
    fields.token(FieldId::Message, CipMessage::Response);
    fields.token(FieldId::Function, service_of(service, None));
    let error = match bytes.get(2).copied() {
        // "Partial transfer": more is to be asked for.
        None | Some(0 | 6) => return,
        Some(1) => CipError::ConnectionFailure,
        Some(2) => CipError::ResourceUnavailable,
        Some(3) => CipError::InvalidParameter,
        Some(4 | 5) => CipError::PathUnknown,
        Some(8) => CipError::ServiceNotSupported,
        Some(0x0c) => CipError::ObjectStateConflict,
        Some(0x0e) => CipError::AttributeNotSettable,
        Some(0x0f) => CipError::PrivilegeViolation,
        Some(0x10) => CipError::DeviceStateConflict,
        Some(0x14) => CipError::AttributeNotSupported,
        Some(_) => CipError::Other,
    };
    fields.token(FieldId::Error, error);
}

/// The class in a path: the last logical segment that names one; a name is that of a tag (appendix C-1).
fn class(mut path: &[u8]) -> Option<CipClass> {
    let mut class = None;
    loop {
        let (found, n) = match path {
            [0x20, number, ..] => (Some(class_of(u16::from(*number))), 2),
            [0x21, _, low, high, ..] => (Some(class_of(u16::from_le_bytes([*low, *high]))), 4),
            [0x22..=0x3f, _, ..] if path.first().is_some_and(|kind| kind & 3 == 0) => (None, 2),
            [0x22..=0x3f, ..] if path.first().is_some_and(|kind| kind & 3 == 1) => (None, 4),
            [0x22..=0x3f, ..] => (None, 6),
            [0x91, n, ..] => (Some(CipClass::Symbol), 2 + usize::from(*n).next_multiple_of(2)),
            _ => return class,
        };
        class = found.or(class);
        path = bytes::from(path, n);
    }
}

fn class_of(number: u16) -> CipClass {
    match number {
        0x01 => CipClass::Identity,
        0x02 => CipClass::MessageRouter,
        0x04 => CipClass::Assembly,
        0x05 => CipClass::Connection,
        0x06 => CipClass::ConnectionManager,
        0x0f => CipClass::Parameter,
        0x37 => CipClass::File,
        0x67 => CipClass::Pccc,
        0x68 => CipClass::Program,
        0x6b => CipClass::Symbol,
        0x6c => CipClass::Template,
        0x8b => CipClass::WallClock,
        // Where Logix controllers keep their state; Wireshark gives only the number.
        0x8e => CipClass::Controller,
        0xf4 => CipClass::Port,
        0xf5 => CipClass::TcpIp,
        0xf6 => CipClass::EthernetLink,
        _ => CipClass::Other,
    }
}

/// Appendix A-3; above 0x4a the class says what a number means (Logix: publication 1756-PM020).
fn service_of(number: u8, class: Option<CipClass>) -> CipService {
    match (number, class) {
        (0x01, _) => CipService::GetAttributesAll,
        (0x02, _) => CipService::SetAttributesAll,
        (0x03, _) => CipService::GetAttributeList,
        (0x04, _) => CipService::SetAttributeList,
        (0x05, _) => CipService::Reset,
        (0x06, _) => CipService::Start,
        (0x07, _) => CipService::Stop,
        (0x08, _) => CipService::Create,
        (0x09, _) => CipService::Delete,
        (0x0a, _) => CipService::MultipleServices,
        (0x0d, _) => CipService::ApplyAttributes,
        (0x0e, _) => CipService::GetAttributeSingle,
        (0x10, _) => CipService::SetAttributeSingle,
        (0x11, _) => CipService::FindNext,
        (0x15, _) => CipService::Restore,
        (0x16, _) => CipService::Save,
        (0x17, _) => CipService::Nop,
        (0x4e, Some(CipClass::ConnectionManager)) => CipService::ForwardClose,
        (0x52, Some(CipClass::ConnectionManager)) => CipService::UnconnectedSend,
        (0x54 | 0x5b, Some(CipClass::ConnectionManager)) => CipService::ForwardOpen,
        (0x4b..=0x55, Some(CipClass::File)) => CipService::FileTransfer,
        (0x4b, Some(CipClass::Pccc)) => CipService::ExecutePccc,
        (0x4c | 0x52, Some(CipClass::Symbol)) => CipService::ReadTag,
        (0x4d | 0x53, Some(CipClass::Symbol)) => CipService::WriteTag,
        (0x4e, Some(CipClass::Symbol)) => CipService::ReadModifyWrite,
        (0x55, Some(CipClass::Symbol)) => CipService::ListInstances,
        _ => CipService::ObjectSpecific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn read(bytes: &[u8]) -> Vec<String> {
        let mut fields = FieldBuffer::default();
        for end in 0..bytes.len() {
            message(&bytes[..end], &mut fields);
        }
        fields.clear();
        message(bytes, &mut fields);
        listed(&fields)
    }

    #[test]
    fn services_are_named_by_their_class() {
        assert_eq!(read(b"\x07\x02\x20\x8e\x24\x01"), ["message=request", "function=stop", "class=Controller"]);
        let write = b"\x4d\x04\x91\x05speed\0\xc3\0\x01\0\x07\0";
        assert_eq!(read(write), ["message=request", "function=write tag", "class=Symbol"]);
        let other = b"\x4d\x03\x21\0\x72\0\x24\x01";
        assert_eq!(read(other), ["message=request", "function=object specific", "class=other class"]);
        assert_eq!(read(b"\x85\0\x0f\0"), ["message=response", "function=reset", "error=privilege violation"]);
    }

    #[test]
    fn messages_within_messages_are_read() {
        let several = b"\x0a\x02\x20\x02\x24\x01\x02\0\x06\0\x0c\0\x07\x02\x20\x8e\x24\x01\x05\x02\x20\x01\x24\x01";
        assert_eq!(read(several).iter().filter(|field| field.starts_with("function")).count(), 3);
        let sent = b"\x52\x02\x20\x06\x24\x01\x07\xf9\x06\0\x05\x02\x20\x01\x24\x01\x01\0\x01\0";
        assert!(read(sent).contains(&"function=reset".to_owned()));
        let mode = b"\x4b\x02\x20\x67\x24\x01\x07\x4d\0\x01\x02\x03\x04\x0f\0\x34\x12\x80\x01";
        assert_eq!(read(mode), ["message=request", "function=PCCC change mode to program", "class=PCCC"]);
    }

    #[test]
    fn messages_that_carry_themselves_end() {
        let mut bytes = b"\x0a\0\x01\0\x04\0".repeat(40);
        bytes.extend([5, 0]);
        assert!(read(&bytes).len() <= 16);
    }
}
