//! IEC 60870-5-104: control and data of telecontrol stations, with the type of the data and the cause of each message.

use crate::decode::app::parser::{Entry, ParseStep, PortPair, ProbeResult, Stream, StreamParser};
use crate::decode::app::support::bytes::le16;
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::industrial::{Iec104Cause, Iec104Error, Iec104Message, Iec104Type};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Iec104,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Iec104) }),
    frame: None,
};

const START: u8 = 0x68;
/// Start and length.
const HEAD_BYTES: usize = 2;
const CONTROL_BYTES: usize = 4;
/// Control, and the data's type, count, cause, originator and address (section 5; IEC 60870-5-101, section 7.2).
const DATA_HEAD_BYTES: usize = CONTROL_BYTES + 6;
/// Bit of the cause: the answer is negative.
const IS_NEGATIVE: u8 = 0x40;

/// A frame: its length, and its content as far as it is there.
fn frame(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let [START, n, rest @ ..] = bytes else { return None };
    let n = usize::from(*n);
    if !(CONTROL_BYTES..=253).contains(&n) {
        return None;
    }
    let content = rest.get(..n).unwrap_or(rest);
    let is_right = match content {
        // Numbered information, numbered acknowledgment, and one of six unnumbered functions (section 5.1).
        [a, _, c, _, kind, ..] if a & 1 == 0 => n >= DATA_HEAD_BYTES && c & 1 == 0 && *kind != 0,
        [1, 0, c, _] => n == CONTROL_BYTES && c & 1 == 0,
        [a, 0, 0, 0] => n == CONTROL_BYTES && unnumbered(*a).is_some(),
        short => short.len() < n.min(CONTROL_BYTES + 1),
    };
    is_right.then_some((HEAD_BYTES + n, content))
}

fn unnumbered(control: u8) -> Option<Iec104Message> {
    Some(match control {
        0x07 => Iec104Message::StartDataTransfer,
        0x0b => Iec104Message::StartDataTransferConfirm,
        0x13 => Iec104Message::StopDataTransfer,
        0x23 => Iec104Message::StopDataTransferConfirm,
        0x43 => Iec104Message::TestFrame,
        0x83 => Iec104Message::TestFrameConfirm,
        _ => return None,
    })
}

/// The six bytes that start or test a connection are fixed; of data the port must say the same.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    if bytes.first() != Some(&START) {
        return ProbeResult::NotForUs;
    }
    match frame(bytes) {
        Some((_, [0x07 | 0x0b | 0x43 | 0x83, 0, 0, 0])) => ProbeResult::Certain,
        Some((n, _)) if bytes.len() >= n => ProbeResult::Unsure,
        Some(_) if ends.hint == Some(AppProto::Iec104) => ProbeResult::NeedMore,
        None if bytes.len() < HEAD_BYTES && ends.hint == Some(AppProto::Iec104) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

struct Iec104;

impl StreamParser for Iec104 {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEAD_BYTES + CONTROL_BYTES {
            return ParseStep::Took(0);
        }
        let Some((n, content)) = frame(bytes) else {
            // Behind a loss the next frame is found by its start.
            let next = (1..bytes.len()).find(|at| bytes.get(*at..).is_some_and(|rest| frame(rest).is_some()));
            return ParseStep::Took(next.unwrap_or(bytes.len().saturating_sub(HEAD_BYTES).max(1)));
        };
        if bytes.len() < n {
            return ParseStep::Took(0);
        }
        fields.begin();
        match content {
            [control, _, _, _] if control & 3 == 3 => {
                fields.token(FieldId::Message, unnumbered(*control).unwrap_or(Iec104Message::TestFrame));
            }
            [_, _, _, _, data @ ..] if !data.is_empty() => {
                fields.token(FieldId::Message, Iec104Message::Information);
                read_data(data, fields);
            }
            _ => fields.token(FieldId::Message, Iec104Message::Supervisory),
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

/// Type, cause and station of data; the address has two bytes here (section 7.2).
fn read_data(data: &[u8], fields: &mut FieldBuffer) {
    let [kind, _, cause, ..] = data else { return };
    fields.token(FieldId::Function, type_of(*kind));
    fields.token(FieldId::Cause, cause_of(cause & 0x3f));
    if let Some(station) = le16(data, 4) {
        fields.number(FieldId::Unit, u64::from(station));
    }
    if cause & IS_NEGATIVE != 0 {
        fields.token(FieldId::Error, Iec104Error::NegativeConfirm);
    }
}

fn type_of(kind: u8) -> Iec104Type {
    match kind {
        1..=44 => Iec104Type::Monitoring,
        45 | 58 => Iec104Type::SingleCommand,
        46 | 59 => Iec104Type::DoubleCommand,
        47 | 60 => Iec104Type::RegulatingStepCommand,
        48 | 61 => Iec104Type::SetPointNormalised,
        49 | 62 => Iec104Type::SetPointScaled,
        50 | 63 => Iec104Type::SetPointFloat,
        51 | 64 => Iec104Type::BitstringCommand,
        70 => Iec104Type::EndOfInitialisation,
        100 => Iec104Type::Interrogation,
        101 => Iec104Type::CounterInterrogation,
        102 => Iec104Type::Read,
        103 => Iec104Type::ClockSynchronisation,
        104 | 107 => Iec104Type::Test,
        105 => Iec104Type::ResetProcess,
        106 => Iec104Type::DelayAcquisition,
        110..=112 => Iec104Type::Parameter,
        113 => Iec104Type::ParameterActivation,
        120..=127 => Iec104Type::FileTransfer,
        _ => Iec104Type::Other,
    }
}

fn cause_of(cause: u8) -> Iec104Cause {
    match cause {
        1 => Iec104Cause::Periodic,
        2 => Iec104Cause::Background,
        3 => Iec104Cause::Spontaneous,
        4 => Iec104Cause::Initialised,
        5 => Iec104Cause::Request,
        6 => Iec104Cause::Activation,
        7 => Iec104Cause::ActivationConfirm,
        8 => Iec104Cause::Deactivation,
        9 => Iec104Cause::DeactivationConfirm,
        10 => Iec104Cause::ActivationTermination,
        11 => Iec104Cause::RemoteCommand,
        12 => Iec104Cause::LocalCommand,
        13 => Iec104Cause::FileTransfer,
        20..=41 => Iec104Cause::Interrogated,
        44 => Iec104Cause::UnknownType,
        45 => Iec104Cause::UnknownCause,
        46 => Iec104Cause::UnknownAddress,
        47 => Iec104Cause::UnknownObject,
        _ => Iec104Cause::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    const START_TRANSFER: &[u8] = b"\x68\x04\x07\0\0\0";
    const COMMAND: &[u8] = b"\x68\x0e\x02\0\x04\0\x2d\x01\x06\0\x0a\0\x11\0\0\x01";
    const REFUSED: &[u8] = b"\x68\x0e\x04\0\x04\0\x2d\x01\x47\0\x0a\0\x11\0\0\x01";

    #[test]
    fn commands_and_refusals_are_read_and_no_prefix_panics() {
        let mut fields = FieldBuffer::default();
        for bytes in [START_TRANSFER, COMMAND, REFUSED, b"\x68\x04\x01\0\x06\0"] {
            for end in 0..bytes.len() {
                let cut = Iec104.on_data(Direction::ToResponder, &bytes[..end], &mut fields);
                assert_eq!(cut, ParseStep::Took(0));
            }
            assert_eq!(Iec104.on_data(Direction::ToResponder, bytes, &mut fields), ParseStep::Took(bytes.len()));
        }
        let command = ["message=information", "function=single command"];
        let expected = [
            &["message=start data transfer"],
            &command[..],
            &["cause=activation", "unit=10"],
            &command[..],
            &["cause=activation confirmation", "unit=10", "error=negative confirmation", "message=supervisory"],
        ];
        assert_eq!(listed(&fields), expected.concat());
    }

    #[test]
    fn a_start_is_recognised_on_any_port_and_data_on_their_own() {
        let (on_port, elsewhere) = (PortPair::new(true, 50_000, 2404), PortPair::new(true, 50_000, 50_001));
        assert_eq!(guess(START_TRANSFER, &elsewhere), ProbeResult::Certain);
        assert_eq!((guess(COMMAND, &on_port), guess(COMMAND, &elsewhere)), (ProbeResult::Unsure, ProbeResult::Unsure));
        assert_eq!(guess(&COMMAND[..7], &on_port), ProbeResult::NeedMore);
        assert_eq!(guess(b"hello, world", &on_port), ProbeResult::NotForUs);
        assert_eq!(guess(b"\x68\x04\x09\0\0\0", &on_port), ProbeResult::NotForUs);
    }

    #[test]
    fn behind_a_loss_the_next_frame_is_found() {
        let mut fields = FieldBuffer::default();
        let late = [&[0x11, 0, 0, 1][..], COMMAND].concat();
        assert_eq!(Iec104.on_data(Direction::ToResponder, &late, &mut fields), ParseStep::Took(4));
    }
}
