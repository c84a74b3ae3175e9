//! DNP3 (IEEE 1815): stations and functions. The checksum of the frame header identifies it on any port.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::industrial::Dnp3Function;
use crate::model::app::kinds::industrial::Dnp3Message;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dnp3,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Dnp3) }),
    frame: None,
};

const START: [u8; 2] = [0x05, 0x64];
const HEADER_BYTES: usize = 10;
/// Bytes of a block of user data.
const BLOCK_BYTES: usize = 16;
/// Bytes of the check behind each block.
const CHECK_BYTES: usize = 2;
/// The length counts these five bytes of the header (clause 9.2.4.1).
const COUNTED_BYTES: u8 = 5;
/// Most frames of a datagram.
const MOST_FRAMES: usize = 32;
/// Bit of the transport byte: the first fragment of a message.
const FIRST_FLAG: u8 = 0x40;

#[derive(Debug)]
struct Frame<'a> {
    n_bytes: usize,
    control: u8,
    target: u16,
    source: u16,
    /// What there is of the first block.
    block: &'a [u8],
}

/// The frame at the start of the bytes, if its header's check is right.
fn frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
    let [0x05, 0x64, length, control, t0, t1, s0, s1, c0, c1] = *header else { return None };
    let n = usize::from(length.checked_sub(COUNTED_BYTES)?);
    let checked = header.get(..HEADER_BYTES - CHECK_BYTES)?;
    (check(checked) == u16::from_le_bytes([c0, c1])).then(|| Frame {
        n_bytes: HEADER_BYTES + n + n.div_ceil(BLOCK_BYTES) * CHECK_BYTES,
        control,
        target: u16::from_le_bytes([t0, t1]),
        source: u16::from_le_bytes([s0, s1]),
        block: rest.get(..n.min(BLOCK_BYTES)).unwrap_or(rest),
    })
}

/// CRC-16/DNP (clause 9.2.4.3).
fn check(bytes: &[u8]) -> u16 {
    const REVERSED_POLYNOMIAL: u16 = 0xa6bc;
    let mut crc = 0_u16;
    for byte in bytes {
        crc ^= u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ REVERSED_POLYNOMIAL } else { crc >> 1 };
        }
    }
    !crc
}

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    if !bytes.starts_with(&START) {
        return ProbeResult::NotForUs;
    }
    match frame(bytes) {
        Some(_) => ProbeResult::Certain,
        None if bytes.len() < HEADER_BYTES => ProbeResult::NeedMore,
        None => ProbeResult::NotForUs,
    }
}

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if !payload.starts_with(&START) {
        return ProbeResult::NotForUs;
    }
    let mut rest = payload;
    for _ in 0..MOST_FRAMES {
        let Some(frame) = frame(rest) else { break };
        add_fields(&frame, fields);
        rest = rest.get(frame.n_bytes..).unwrap_or(&[]);
    }
    if rest.len() < payload.len() { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

struct Dnp3;

impl StreamParser for Dnp3 {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEADER_BYTES {
            return ParseStep::Took(0);
        }
        let Some(frame) = frame(bytes) else {
            // Behind a loss the next frame is found by its start.
            let next = memchr::memmem::find(bytes.get(1..).unwrap_or(&[]), &START);
            return ParseStep::Took(next.map_or(bytes.len() - 1, |at| at + 1));
        };
        if bytes.len() < frame.n_bytes {
            return ParseStep::Took(0);
        }
        fields.begin();
        add_fields(&frame, fields);
        ParseStep::Took(frame.n_bytes)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

/// Addresses, and the function: of the application where a message begins, else of the link.
fn add_fields(frame: &Frame<'_>, fields: &mut FieldBuffer) {
    fields.number(FieldId::From, u64::from(frame.source));
    fields.number(FieldId::To, u64::from(frame.target));
    match frame.block {
        // Transport header, application control, function (clauses 8.2 and 4.2.2).
        [transport, _, function, rest @ ..] if transport & FIRST_FLAG != 0 => {
            let function = match (function_of(*function), rest.first()) {
                // Groups of the time and of a station's own flags: every master writes these (clause 5.1).
                (Dnp3Function::Write, Some(50)) => Dnp3Function::WriteTime,
                (Dnp3Function::Write, Some(80)) => Dnp3Function::ClearRestart,
                (function, _) => function,
            };
            fields.token(FieldId::Function, function);
        }
        [] => fields.token(FieldId::Message, link_message(frame.control)),
        _ => fields.token(FieldId::Message, Dnp3Message::Continuation),
    }
}

fn function_of(function: u8) -> Dnp3Function {
    match function {
        0 => Dnp3Function::Confirm,
        1 => Dnp3Function::Read,
        2 => Dnp3Function::Write,
        3 => Dnp3Function::Select,
        4 => Dnp3Function::Operate,
        5 => Dnp3Function::DirectOperate,
        6 => Dnp3Function::DirectOperateNoAnswer,
        7..=12 => Dnp3Function::Freeze,
        13 => Dnp3Function::ColdRestart,
        14 => Dnp3Function::WarmRestart,
        15 => Dnp3Function::InitialiseData,
        16 => Dnp3Function::InitialiseApplication,
        17 => Dnp3Function::StartApplication,
        18 => Dnp3Function::StopApplication,
        19 => Dnp3Function::SaveConfiguration,
        20 => Dnp3Function::EnableUnsolicited,
        21 => Dnp3Function::DisableUnsolicited,
        22 => Dnp3Function::AssignClass,
        23 => Dnp3Function::MeasureDelay,
        24 => Dnp3Function::RecordTime,
        25 => Dnp3Function::OpenFile,
        26 => Dnp3Function::CloseFile,
        27 => Dnp3Function::DeleteFile,
        28 => Dnp3Function::FileInformation,
        29 => Dnp3Function::AuthenticateFile,
        30 => Dnp3Function::AbortFile,
        31 => Dnp3Function::ActivateConfiguration,
        32 | 33 => Dnp3Function::Authentication,
        129 => Dnp3Function::Response,
        130 => Dnp3Function::UnsolicitedResponse,
        131 => Dnp3Function::AuthenticationResponse,
        _ => Dnp3Function::Other,
    }
}

/// Functions of the link (clause 9.2.4.1.3.5); the bit before them tells who asked.
fn link_message(control: u8) -> Dnp3Message {
    match (control & 0x40 != 0, control & 0x0f) {
        (true, 0) => Dnp3Message::ResetLink,
        (true, 2) => Dnp3Message::TestLink,
        (true, 9) => Dnp3Message::RequestLinkStatus,
        (false, 0) => Dnp3Message::Acknowledgment,
        (false, 1) => Dnp3Message::NoAcknowledgment,
        (false, 11) => Dnp3Message::LinkStatus,
        _ => Dnp3Message::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    /// A frame whose blocks' checks are left zero: only the header's is looked at.
    fn made(control: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![5, 0x64, 5 + data.len() as u8, control, 1, 0, 0xe8, 3];
        bytes.extend(check(&bytes).to_le_bytes());
        for block in data.chunks(BLOCK_BYTES) {
            bytes.extend(block);
            bytes.extend([0; CHECK_BYTES]);
        }
        bytes
    }

    #[test]
    fn the_check_is_that_of_the_standard() {
        // The catalogue's value for "123456789".
        assert_eq!(check(b"123456789"), 0xea82);
    }

    #[test]
    fn stations_and_functions_are_read_also_behind_a_loss() {
        let mut fields = FieldBuffer::default();
        let (read_it, status) = (made(0xc4, &[0xc0, 0xc1, 1, 60, 2, 6]), made(0xc9, &[]));
        let ends = PortPair::new(true, 50_000, 50_001);
        assert_eq!(guess(&read_it, &ends), ProbeResult::Certain);
        assert_eq!(guess(&read_it[..9], &ends), ProbeResult::NeedMore);
        for end in 0..read_it.len() {
            assert_eq!(Dnp3.on_data(Direction::ToResponder, &read_it[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(Dnp3.on_data(Direction::ToResponder, &read_it, &mut fields), ParseStep::Took(18));
        let later = [&[7, 5, 0x64, 9, 9, 9, 9, 9, 9, 9, 9][..], &status].concat();
        assert_eq!(Dnp3.on_data(Direction::ToResponder, &later, &mut fields), ParseStep::Took(1));
        assert_eq!(Dnp3.on_data(Direction::ToResponder, &later[1..], &mut fields), ParseStep::Took(10));
        assert_eq!(Dnp3.on_data(Direction::ToResponder, &later[11..], &mut fields), ParseStep::Took(10));
        assert_eq!(
            listed(&fields),
            ["from=1000", "to=1", "function=read", "from=1000", "to=1", "message=request link status"]
        );
        fields.clear();
        assert_eq!(read(&[read_it, status].concat(), &ends, &mut fields), ProbeResult::Certain);
        assert_eq!(fields.len(), 6);
    }
}
