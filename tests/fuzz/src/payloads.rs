//! Any bytes as what an application says. The first says which decoder takes them, the second whether ports hint at it,
//! in which pieces they come and where one is lost. Each decoder of the table is driven by itself, as the line drives it.

use packetloupe::decode::app::parser::{Entry, ParseStep, PortPair, StreamParser};
use packetloupe::decode::app::registry::{self, Datagrams};
use packetloupe::decode::app::{self, describe};
use packetloupe::model::Addr;
use packetloupe::model::app::field::FieldBuffer;
use packetloupe::model::flow::Direction;
use packetloupe::model::format::secret::Secrets;

/// One input of the target.
pub fn run(bytes: &[u8]) {
    let Some(([choice, how], payload)) = bytes.split_first_chunk::<2>() else { return };
    let Some(entry) = app::ALL.get(usize::from(*choice) % app::ALL.len()) else { return };
    let hint = (how % 2 == 0).then_some(entry.protocol);
    let ends = PortPair { source_port: 40_000, target_port: u16::from(*choice), hint };
    let mut fields = FieldBuffer::default();
    if let Some(datagram) = entry.datagram {
        (datagram.read)(payload, &ends, &mut fields);
        describe_all(entry, &fields);
        fields.clear();
        registry::read_datagram(payload, &ends, &mut fields);
        describe_all(entry, &fields);
        fields.clear();
        exchange(entry, payload, usize::from(*how));
    }
    if let Some(stream) = entry.stream {
        (stream.guess)(payload, &ends);
        registry::read_segment(payload, &ends, hint, Direction::ToResponder, &mut fields);
        describe_all(entry, &fields);
        fields.clear();
        converse(entry, (stream.parser)(), payload, usize::from(*how));
    }
}

/// Datagrams of both sides, in turn.
fn exchange(entry: &Entry, payload: &[u8], how: usize) {
    let mut datagrams = Datagrams::default();
    let mut fields = FieldBuffer::default();
    let [client, server] = [(Addr::v4([10, 0, 0, 1]), 40_000), (Addr::v4([10, 0, 0, 2]), 443)];
    for (n, piece) in payload.chunks(64 + how * 8).enumerate() {
        let (source, target) = if (n + how).is_multiple_of(2) { (client, server) } else { (server, client) };
        datagrams.read(piece, source, target, &mut fields);
        describe_all(entry, &fields);
        fields.clear();
    }
}

/// Both sides in pieces, in turn; what a decoder does not take comes again with the next piece.
fn converse(entry: &Entry, mut parser: Box<dyn StreamParser>, payload: &[u8], how: usize) {
    let mut sides = [(Direction::ToResponder, Vec::new(), 0_u64), (Direction::ToOriginator, Vec::new(), 0)];
    let mut fields = FieldBuffer::default();
    for (n, piece) in payload.chunks(8 + how * 4).enumerate() {
        let Some((direction, waiting, skip)) = sides.get_mut((n + how) % 2) else { return };
        if how % 11 == 10 && n == 2 && !parser.on_gap(*direction) {
            return;
        }
        let skipped = (*skip).min(piece.len() as u64);
        *skip -= skipped;
        waiting.extend_from_slice(&piece[skipped as usize..]);
        while !waiting.is_empty() {
            let step = parser.on_data(*direction, waiting, &mut fields);
            describe_all(entry, &fields);
            fields.clear();
            match step {
                ParseStep::Took(0) => break,
                ParseStep::Took(taken) => {
                    assert!(taken <= waiting.len(), "{taken} of {} bytes", waiting.len());
                    waiting.drain(..taken);
                }
                ParseStep::Skip(more) => {
                    let now = more.min(waiting.len() as u64);
                    *skip = more - now;
                    waiting.drain(..now as usize);
                    if more == 0 {
                        break;
                    }
                }
                ParseStep::SwitchTo(taken, protocol) => {
                    assert!(taken <= waiting.len(), "{taken} of {} bytes", waiting.len());
                    waiting.drain(..taken);
                    let Some(stream) = registry::entry(protocol).and_then(|entry| entry.stream) else { return };
                    parser = (stream.parser)();
                }
                ParseStep::Done | ParseStep::Switch(_) => return,
            }
        }
    }
}

fn describe_all(entry: &Entry, fields: &FieldBuffer) {
    let line = describe::line(entry.protocol, fields, Secrets::Masked);
    assert!(line.is_none_or(|line| line.chars().count() <= 160));
    describe::described(fields, Secrets::Masked);
}
