//! Modbus over TCP (the organisation's messaging guide 1.0b and application protocol 1.1b3): units, functions, exceptions.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::industrial::ModbusError;
use crate::model::app::kinds::industrial::ModbusFunction;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Modbus,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Modbus) }),
    frame: None,
};

/// Bytes of transaction, protocol and length.
const HEAD_BYTES: usize = 6;
/// Set in the function of a reply that is an exception.
const EXCEPTION_FLAG: u8 = 0x80;

/// A message at the start of the bytes: the length of all of it, and what follows its head.
fn message(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let ([_, _, 0, 0, n0, n1], rest) = bytes.split_first_chunk::<HEAD_BYTES>()? else { return None };
    let n = usize::from(u16::from_be_bytes([*n0, *n1]));
    // Unit and function at least, 254 bytes at most (guide, section 3.1.3).
    (2..=254).contains(&n).then(|| (HEAD_BYTES + n, rest.get(..n).unwrap_or(rest)))
}

/// Little in a message is fixed: the port must say the same.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    if ends.hint != Some(AppProto::Modbus) {
        return ProbeResult::NotForUs;
    }
    match message(bytes) {
        Some((n, [_, function, ..]))
            if n <= bytes.len() && name(function & !EXCEPTION_FLAG, &[]) != ModbusFunction::Other =>
        {
            ProbeResult::Unsure
        }
        _ => ProbeResult::NotForUs,
    }
}

/// The head of a message that can be told from what stands before it: its function is known.
fn is_telling(bytes: &[u8]) -> bool {
    matches!(message(bytes), Some((_, [_, function, ..])) if name(function & !EXCEPTION_FLAG, &[]) != ModbusFunction::Other)
}

struct Modbus;

impl StreamParser for Modbus {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEAD_BYTES {
            return ParseStep::Took(0);
        }
        let Some((n, body)) = message(bytes) else { return ParseStep::Done };
        if bytes.len() < n {
            return ParseStep::Took(0);
        }
        let [unit, function, rest @ ..] = body else { return ParseStep::Done };
        fields.begin();
        fields.token(FieldId::Function, name(function & !EXCEPTION_FLAG, rest));
        fields.number(FieldId::Unit, u64::from(*unit));
        if function & EXCEPTION_FLAG != 0 {
            fields.token(FieldId::Error, exception(rest.first().copied().unwrap_or(0)));
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::scan(bytes, is_telling)
    }
}

/// A function; what follows it tells some apart.
fn name(function: u8, rest: &[u8]) -> ModbusFunction {
    match function {
        8 if rest.starts_with(&[0, 1]) => ModbusFunction::RestartCommunications,
        8 if rest.starts_with(&[0, 4]) => ModbusFunction::ForceListenOnly,
        90 => unity(rest),
        1 => ModbusFunction::ReadCoils,
        2 => ModbusFunction::ReadDiscreteInputs,
        3 => ModbusFunction::ReadHoldingRegisters,
        4 => ModbusFunction::ReadInputRegisters,
        5 => ModbusFunction::WriteSingleCoil,
        6 => ModbusFunction::WriteSingleRegister,
        7 => ModbusFunction::ReadExceptionStatus,
        8 => ModbusFunction::Diagnostics,
        11 => ModbusFunction::GetEventCounter,
        12 => ModbusFunction::GetEventLog,
        15 => ModbusFunction::WriteMultipleCoils,
        16 => ModbusFunction::WriteMultipleRegisters,
        17 => ModbusFunction::ReportServerId,
        20 => ModbusFunction::ReadFileRecord,
        21 => ModbusFunction::WriteFileRecord,
        22 => ModbusFunction::MaskWriteRegister,
        23 => ModbusFunction::ReadAndWriteRegisters,
        24 => ModbusFunction::ReadFifoQueue,
        43 => ModbusFunction::EncapsulatedInterface,
        _ => ModbusFunction::Other,
    }
}

/// Schneider's own protocol: a session, then the function (numbers as published by Kaspersky ICS CERT, 2022).
fn unity(rest: &[u8]) -> ModbusFunction {
    match rest.get(1) {
        Some(0x10 | 0x11) => ModbusFunction::UnityReservation,
        Some(0x20 | 0x22 | 0x24 | 0x70) => ModbusFunction::UnityRead,
        Some(0x21 | 0x23 | 0x25 | 0x71) => ModbusFunction::UnityWrite,
        Some(0x30..=0x32) => ModbusFunction::UnityUpload,
        Some(0x33..=0x35) => ModbusFunction::UnityDownload,
        Some(0x40) => ModbusFunction::UnityStart,
        Some(0x41) => ModbusFunction::UnityStop,
        _ => ModbusFunction::UnitySchneider,
    }
}

fn exception(code: u8) -> ModbusError {
    match code {
        1 => ModbusError::IllegalFunction,
        2 => ModbusError::IllegalAddress,
        3 => ModbusError::IllegalValue,
        4 => ModbusError::DeviceFailure,
        5 => ModbusError::Acknowledge,
        6 => ModbusError::DeviceBusy,
        8 => ModbusError::MemoryParityError,
        10 => ModbusError::GatewayPathUnavailable,
        11 => ModbusError::GatewayTargetDoesNotRespond,
        _ => ModbusError::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn functions_and_exceptions_are_read() {
        let mut fields = FieldBuffer::default();
        let both = [0, 1, 0, 0, 0, 6, 17, 3, 0, 107, 0, 3, 0, 2, 0, 0, 0, 3, 17, 0x83, 2];
        assert_eq!(guess(&both[..12], &PortPair::new(true, 50_000, 502)), ProbeResult::Unsure);
        (0..12).for_each(|end| {
            assert_eq!(Modbus.on_data(Direction::ToResponder, &both[..end], &mut fields), ParseStep::Took(0))
        });
        assert_eq!(Modbus.on_data(Direction::ToResponder, &both, &mut fields), ParseStep::Took(12));
        assert_eq!(Modbus.on_data(Direction::ToOriginator, &both[12..], &mut fields), ParseStep::Took(9));
        let expected = [
            "function=read holding registers",
            "unit=17",
            "function=read holding registers",
            "unit=17",
            "error=illegal address",
        ];
        assert_eq!(listed(&fields), expected);
        assert_eq!(Modbus.on_data(Direction::ToResponder, b"GET / HTTP", &mut fields), ParseStep::Done);
    }

    #[test]
    fn what_a_controller_is_told_to_do_is_read_behind_a_loss_too() {
        let (mut modbus, mut fields) = (Modbus, FieldBuffer::default());
        assert!(modbus.on_gap(Direction::ToResponder));
        let stop = [0, 1, 0, 0, 0, 6, 1, 90, 2, 0x41, 0xff, 0];
        let late = [&[0, 9, 9, 0][..], &stop].concat();
        assert_eq!(modbus.find_start(Direction::ToResponder, &late), Some(4));
        assert_eq!(modbus.on_data(Direction::ToResponder, &stop, &mut fields), ParseStep::Took(12));
        let silent = [0, 2, 0, 0, 0, 6, 1, 8, 0, 4, 0, 0];
        assert_eq!(modbus.on_data(Direction::ToResponder, &silent, &mut fields), ParseStep::Took(12));
        let expected = ["function=Unity: stop PLC", "unit=1", "function=force listen only mode", "unit=1"];
        assert_eq!(listed(&fields), expected);
    }
}
