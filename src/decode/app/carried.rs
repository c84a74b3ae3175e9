//! A stream that another protocol carries in its own messages, as TDS and OpenVPN carry TLS: turns its bytes into
//! fields.

use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::registry::entry;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Most bytes of a side that wait for more: a long chain of certificates.
const MOST_WAITING: usize = 1 << 16;

/// The stream.
pub struct Carried {
    parser: Box<dyn StreamParser>,
    /// What waits to be read; none once nothing more of the side matters.
    sides: [Option<Vec<u8>>; 2],
}

impl Carried {
    /// A stream that begins; none for a protocol that is not read in streams.
    pub fn of(protocol: AppProto) -> Option<Carried> {
        let stream = entry(protocol)?.stream?;
        Some(Carried { parser: (stream.parser)(), sides: [Some(Vec::new()), Some(Vec::new())] })
    }

    /// Takes the next bytes of a side.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) {
        let [forward, backward] = &mut self.sides;
        let slot = if direction == Direction::ToResponder { forward } else { backward };
        let Some(waiting) = slot else { return };
        waiting.extend_from_slice(bytes);
        let mut n_read = 0;
        loop {
            match self.parser.on_data(direction, waiting.get(n_read..).unwrap_or(&[]), fields) {
                ParseStep::Took(0) if waiting.len() - n_read <= MOST_WAITING => break,
                ParseStep::Took(n) if n > 0 && n_read + n < waiting.len() => n_read += n,
                ParseStep::Took(n) if n > 0 => {
                    n_read = waiting.len();
                    break;
                }
                // No stream that is carried goes on in another protocol, or is skipped.
                _ => {
                    *slot = None;
                    return;
                }
            }
        }
        waiting.drain(..n_read);
    }

    /// True once nothing more matters.
    #[cfg(test)]
    fn is_over(&self) -> bool {
        self.sides.iter().all(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn what_comes_in_pieces_is_read_once_it_is_whole() {
        let mut fields = FieldBuffer::default();
        let mut carried = Carried::of(AppProto::Tls).unwrap();
        let alerts = b"\x15\x03\x03\0\x02\x01\0\x15\x03\x03\0\x02\x02\x28\x17\x03\x03";
        for byte in alerts {
            carried.push(Direction::ToResponder, &[*byte], &mut fields);
        }
        carried.push(Direction::ToResponder, b"\0\x01x", &mut fields);
        assert_eq!(listed(&fields).len(), 4);
        assert!(!carried.is_over());
        carried.push(Direction::ToOriginator, b"\x17\x03\x03\0\x01x", &mut fields);
        assert!(carried.is_over());
        assert!(Carried::of(AppProto::Arp).is_none());
    }
}
