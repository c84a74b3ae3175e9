//! OpenVPN by the shape of its packets (draft-openvpn-wireformat, section 3), over UDP and TCP.

use super::{Datagram, Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: Named::OpenVpn,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: Some(Stream { guess, talk: || Box::new(OpenVpn) }),
    frame: None,
};

const CLIENT_RESET_V2: u8 = 7;
const CLIENT_RESET_V3: u8 = 10;
/// Opcode and session id.
const HEAD_BYTES: usize = 9;
/// HMAC by MD5, SHA-1, SHA-256 or SHA-512, then packet id and time (tls-auth); or these and a tag (tls-crypt).
const WRAPS: [usize; 5] = [0, 16 + 8, 20 + 8, 32 + 8, 64 + 8];

fn read(payload: &[u8], ends: &Ends, facts: &mut Facts) -> Guess {
    let Some(first) = payload.first() else { return Guess::NotMine };
    let (kind, key) = (first >> 3, first & 7);
    let Some(name) = name(kind) else { return Guess::NotMine };
    let guess = match kind {
        CLIENT_RESET_V2 | 8 | CLIENT_RESET_V3 if key == 0 && is_reset(payload) => Guess::Certain,
        _ if ends.hint != Some(Named::OpenVpn) => return Guess::NotMine,
        6 | 9 => Guess::Unsure,
        _ if payload.len() > HEAD_BYTES => Guess::Unsure,
        _ => return Guess::NotMine,
    };
    facts.text(FactKind::Message, name);
    guess
}

/// The first packet of a side: it acknowledges nothing (or the other's first packet) and has the number 0. Encrypted
/// (tls-crypt), that cannot be seen, but its time stamp's place and its length are known.
fn is_reset(payload: &[u8]) -> bool {
    const FIRST: [u8; 5] = [0; 5];
    // One acknowledged packet, its number 0, then the session id of the other side, then the own number 0.
    const ANSWER_BYTES: usize = 1 + 4 + 8 + 4;
    WRAPS.iter().any(|wrap| {
        let Some(rest) = payload.get(HEAD_BYTES + wrap..) else { return false };
        let answers = rest.len() == ANSWER_BYTES
            && rest.starts_with(&[1, 0, 0, 0, 0])
            && rest.ends_with(&[0, 0, 0, 0])
            && payload.first().is_some_and(|first| first >> 3 == 8);
        answers || rest == FIRST
    })
}

fn name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 | CLIENT_RESET_V2 | CLIENT_RESET_V3 => "client reset",
        2 | 8 => "server reset",
        3 => "soft reset",
        4 => "control",
        5 => "acknowledgment",
        6 | 9 => "data",
        11 => "wrapped control",
        _ => return None,
    })
}

/// Packets with their length in two bytes in front.
fn packet(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let ([n0, n1], rest) = bytes.split_first_chunk::<2>()?;
    let n = usize::from(u16::from_be_bytes([*n0, *n1]));
    Some((rest.get(..n).unwrap_or(rest), n))
}

fn guess(bytes: &[u8], ends: &Ends) -> Guess {
    match packet(bytes) {
        Some((packet, n)) if packet.len() == n && n > 0 => read(packet, ends, &mut Facts::default()),
        _ => Guess::NotMine,
    }
}

struct OpenVpn;

impl Talk for OpenVpn {
    fn read(&mut self, _: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some((packet, n)) = packet(bytes) else { return Step::Took(0) };
        let Some(first) = packet.first() else { return if n == 0 { Step::Done } else { Step::Took(0) } };
        let Some(name) = name(first >> 3) else { return Step::Done };
        facts.begin();
        facts.text(FactKind::Message, name);
        Step::Skip(2 + n as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::shared::listed;
    use super::*;

    fn reset(opcode: u8, wrap: usize, rest: &[u8]) -> Vec<u8> {
        [&[opcode << 3][..], &[0xab; 8], &vec![0xcd; wrap], rest].concat()
    }

    #[test]
    fn the_first_packets_are_certain_on_any_port() {
        let ends = Ends::new(false, 40_000, 40_001);
        let answer = [&[1, 0, 0, 0, 0][..], &[0xef; 8], &[0; 4]].concat();
        for (packet, name) in [
            (reset(7, 0, &[0; 5]), "client reset"),
            (reset(7, 28, &[0; 5]), "client reset"),
            (reset(8, 0, &answer), "server reset"),
            (reset(8, 72, &answer), "server reset"),
        ] {
            let mut facts = Facts::default();
            assert_eq!(read(&packet, &ends, &mut facts), Guess::Certain);
            assert_eq!(listed(&facts), [format!("message={name}")]);
            for end in 0..packet.len() - 5 {
                assert_eq!(read(&packet[..end], &ends, &mut facts), Guess::NotMine);
            }
            let stream = [&[0, packet.len() as u8], packet.as_slice()].concat();
            assert_eq!(guess(&stream, &Ends::new(true, 40_000, 40_001)), Guess::Certain);
            assert_eq!(OpenVpn.read(Way::Forward, &stream, &mut facts), Step::Skip(stream.len() as u64));
        }
        assert_eq!(read(&[0x30; 100], &ends, &mut Facts::default()), Guess::NotMine);
        assert_eq!(read(&[0x30; 100], &Ends::new(false, 1194, 40_001), &mut Facts::default()), Guess::Unsure);
    }
}
