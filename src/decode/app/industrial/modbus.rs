//! Modbus over TCP (the organisation's messaging guide 1.0b and application protocol 1.1b3): units, functions, exceptions.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Modbus,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(Modbus) }),
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
        Some((n, [_, function, ..])) if n <= bytes.len() && name(function & !EXCEPTION_FLAG) != "other" => {
            ProbeResult::Unsure
        }
        _ => ProbeResult::NotForUs,
    }
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
        fields.text(FieldId::Function, name(function & !EXCEPTION_FLAG));
        fields.number(FieldId::Unit, u64::from(*unit));
        if function & EXCEPTION_FLAG != 0 {
            fields.text(FieldId::Error, exception(rest.first().copied().unwrap_or(0)));
        }
        ParseStep::Took(n)
    }

    /// Messages mostly begin with segments.
    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

fn name(function: u8) -> &'static str {
    match function {
        1 => "read coils",
        2 => "read discrete inputs",
        3 => "read holding registers",
        4 => "read input registers",
        5 => "write single coil",
        6 => "write single register",
        7 => "read exception status",
        8 => "diagnostics",
        11 => "get event counter",
        12 => "get event log",
        15 => "write multiple coils",
        16 => "write multiple registers",
        17 => "report server id",
        20 => "read file record",
        21 => "write file record",
        22 => "mask write register",
        23 => "read and write registers",
        24 => "read FIFO queue",
        43 => "encapsulated interface",
        90 => "Unity (Schneider)",
        _ => "other",
    }
}

fn exception(code: u8) -> &'static str {
    match code {
        1 => "illegal function",
        2 => "illegal address",
        3 => "illegal value",
        4 => "device failure",
        5 => "acknowledge",
        6 => "device busy",
        8 => "memory parity error",
        10 => "gateway path unavailable",
        11 => "gateway target does not respond",
        _ => "other",
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
}
