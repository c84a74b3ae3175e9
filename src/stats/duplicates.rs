//! Recognises packets that were captured twice: by a mirror port (SPAN) that copies both ingress and egress, a capture
//! on all interfaces of a router or bridge, or merged captures of two places.
//!
//! A copy has the same IP header, apart from what routers change, and the same bytes behind it, within a few milliseconds. A
//! sender that repeats a packet gives it another identification, or waits longer.

use crate::model::Packet;

/// A copy comes within so many ns: it took another way through the same switch or router.
const MOST_DELAY_NS: i64 = 10_000_000;
/// Packets that are remembered: a hundred thousand a second for the delay of a copy, as far as they do not take each
/// other's places.
const N_SLOTS: usize = 2048;
/// A packet with more copies is one that its sender repeats, as floods do.
const MOST_COPIES: u32 = 6;
/// So many bytes from the IP header on are compared.
const COMPARED_BYTES: usize = 72;
/// Fewer copies, and a smaller share of all packets, are no property of the capture.
const LEAST_COPIES: u64 = 10;
const LEAST_SHARE: f64 = 0.1;

/// Remembers the packets of the last milliseconds.
pub struct Duplicates {
    slots: Vec<Slot>,
    /// Packets whose copies can be told from repetitions, see [`hash`].
    n_packets: u64,
    n_copies: u64,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u64,
    time_ns: i64,
    copies: u32,
}

/// What is known of the copies in a capture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateShare {
    /// Packets that are copies of one before.
    pub copies: u64,
    /// The share of copies among the packets whose copies can be told from repetitions, from 0 to 1: 0.5 where each of them
    /// is there twice.
    pub share: f64,
}

impl Default for Duplicates {
    fn default() -> Self {
        Duplicates { slots: vec![Slot::default(); N_SLOTS], n_packets: 0, n_copies: 0 }
    }
}

impl Duplicates {
    /// Takes a packet with its bytes; true if it is a copy of one before, none if copies of it could not be told.
    #[inline]
    pub fn take(&mut self, packet: &Packet, data: &[u8]) -> Option<bool> {
        let hash = hash(packet, data)?;
        self.n_packets += 1;
        let slot = self.slots.get_mut((hash >> 32) as usize % N_SLOTS)?;
        let is_same = slot.hash == hash && packet.time_ns.abs_diff(slot.time_ns) <= MOST_DELAY_NS.unsigned_abs();
        if !is_same {
            *slot = Slot { hash, time_ns: packet.time_ns, copies: 0 };
            return Some(false);
        }
        slot.copies += 1;
        slot.time_ns = packet.time_ns;
        if slot.copies == MOST_COPIES {
            self.n_copies -= u64::from(MOST_COPIES - 1);
        } else if slot.copies < MOST_COPIES {
            self.n_copies += 1;
        }
        Some(slot.copies < MOST_COPIES)
    }

    /// The copies, if they are many enough to be a property of the capture.
    pub fn share(&self) -> Option<DuplicateShare> {
        let share = self.n_copies as f64 / self.n_packets.max(1) as f64;
        let is_much = self.n_copies >= LEAST_COPIES && share >= LEAST_SHARE;
        is_much.then_some(DuplicateShare { copies: self.n_copies, share })
    }
}

/// A hash of what copies have in common; none for packets that senders may repeat as they are.
#[inline]
fn hash(packet: &Packet, data: &[u8]) -> Option<u64> {
    packet.ip.as_ref()?;
    let header = data.get(packet.net_at as usize..)?;
    let (words, _) = header.get(..header.len().min(COMPARED_BYTES))?.as_chunks::<8>();
    let [first, second, rest @ ..] = words else { return None };
    let (first, second) = (u64::from_be_bytes(*first), u64::from_be_bytes(*second));
    // Where there is no identification, only sequence numbers tell what is sent again from a copy.
    let has_sequence = packet.tcp().is_some() && !packet.payload.is_empty();
    // Routers change the class and the hops of both, and the checksum of IPv4.
    let (first, second, end) = match first >> 60 {
        4 => {
            if first >> 16 & 0xffff == 0 && !has_sequence {
                return None;
            }
            (first & !(0xff << 48), second & !(0xff << 56 | 0xffff << 32), first >> 32 & 0xffff)
        }
        6 if has_sequence => (first & !(0xff << 52 | 0xff), second, (first >> 16 & 0xffff) + 40),
        _ => return None,
    };
    // What is behind the packet is padding of the link. Its last bytes may be part of a word: they count if whole.
    let n_words = (usize::try_from(end).ok()? / 8).saturating_sub(2).min(rest.len());
    let mut hash = mix(mix(0, first), second);
    for word in rest.get(..n_words)? {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    Some(hash | 1)
}

/// One step of a multiplicative hash. Its upper bits choose the slot, which the multiplication mixes best. Who makes packets
/// whose hashes are equal only makes packets look like copies.
#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::net::addr::Addr;
    use crate::model::packet::{Captured, Ip, Layers, Transport};

    /// A UDP datagram over IPv4 with this identification, hops and payload.
    fn datagram(id: u16, ttl: u8, payload: &[u8]) -> Vec<u8> {
        let length = (28 + payload.len()) as u16;
        let mut bytes = vec![0x45, 0];
        bytes.extend(length.to_be_bytes());
        bytes.extend(id.to_be_bytes());
        bytes.extend([0, 0, ttl, 17, ttl, 0xaa, 10, 0, 0, 1, 10, 0, 0, 2, 0x12, 0x34, 0, 53, 0, 8, 0, 0]);
        bytes.extend(payload);
        bytes
    }

    fn take(duplicates: &mut Duplicates, micros: i64, data: &[u8]) -> bool {
        let n = data.len() as u32;
        let (source, target) = (Addr::v4([10, 0, 0, 1]), Addr::v4([10, 0, 0, 2]));
        let packet = Packet {
            index: 0,
            time_ns: micros * 1000,
            is_timed: true,
            wire_bytes: n,
            captured_bytes: n,
            macs: None,
            vlan: 0,
            vlan_stack: 0,
            layers: Layers::default(),
            arp: None,
            ip: Some(Ip { source, target, protocol: 17, ttl: 64, is_fragment: false, payload_bytes: n - 20 }),
            transport: Transport::None,
            is_damaged: false,
            captured: Captured::default(),
            net_at: 0,
            transport_at: 20,
            payload: 28..n,
            extras: None,
        };
        duplicates.take(&packet, data) == Some(true)
    }

    #[test]
    fn copies_are_found_also_behind_a_router() {
        let mut duplicates = Duplicates::default();
        for id in 0..200 {
            let at = i64::from(id) * 20;
            assert!(!take(&mut duplicates, at, &datagram(id + 1, 64, b"some question")));
            assert!(take(&mut duplicates, at + 300, &datagram(id + 1, 63, b"some question")));
        }
        assert_eq!(duplicates.share(), Some(DuplicateShare { copies: 200, share: 0.5 }));
    }

    #[test]
    fn what_senders_repeat_is_no_copy() {
        let mut duplicates = Duplicates::default();
        for round in 0..400 {
            // A flood of one packet; questions asked again with another identification; and again much later.
            take(&mut duplicates, round * 50, &datagram(7, 64, b"flood"));
            assert!(!take(&mut duplicates, round * 50, &datagram(1000 + round as u16, 64, b"again")));
            assert!(!take(&mut duplicates, 1_000_000 + round * 20_000, &datagram(8, 64, b"later")));
        }
        assert_eq!(duplicates.share(), None);
    }
}
