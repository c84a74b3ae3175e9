//! Whom a capture is about: the hosts inside or, where there are none, the one public host that begins most of it.

use crate::detect::support::capped_map::Tally;
use crate::model::{Addr, Flow};

/// Where nobody inside is seen, the public host that begins at least this share of all flows is the one that was watched.
const SHARE: f64 = 0.5;
/// Fewer flows do not tell whom a capture is about.
const LEAST_FLOWS: u64 = 10;
/// Most hosts kept of each kind.
const MOST_HOSTS: usize = 1 << 17;

/// True for a flow that a host inside began to one host outside.
pub fn is_outward(flow: &Flow) -> bool {
    let (source, target) = (flow.originator().0, flow.responder().0);
    source.is_internal() && !target.is_internal() && !flow.is_to_group()
}

/// True for addresses of one /24, or /64 of IPv6.
pub fn is_neighbour(a: Addr, b: Addr) -> bool {
    let host_bits = if a.is_v4() { 8 } else { 64 };
    a.is_v4() == b.is_v4() && a.0 >> host_bits == b.0 >> host_bits
}

/// Hosts that begin flows.
#[derive(Default)]
pub struct Home {
    inside: Tally<Addr, (), MOST_HOSTS>,
    /// Flows begun by public addresses, to public addresses.
    public: Tally<Addr, u64, MOST_HOSTS>,
}

impl Home {
    /// Takes the source of a flow, if it is inside.
    pub fn add_inside(&mut self, source: Addr) {
        if source.is_internal() {
            self.inside.of(source);
        }
    }

    /// Counts a flow of a public address to another, if there is room for more of them; true if it was counted.
    pub fn add_public(&mut self, source: Addr, has_room: bool) -> bool {
        let slot = self.public.of(source).filter(|_| has_room);
        slot.map(|n| *n += 1).is_some()
    }

    /// Hosts inside that were seen.
    pub fn n_inside(&self) -> usize {
        self.inside.n_keys()
    }

    /// Public hosts that begin flows in the network (/24, or /64 of IPv6) of the one that the capture is about.
    pub fn n_neighbours(&self) -> usize {
        let Some(host) = self.public() else { return 0 };
        self.public.iter().filter(|(other, _)| is_neighbour(host, **other)).count()
    }

    /// The public host that a capture without anybody inside is about.
    pub fn public(&self) -> Option<Addr> {
        if self.n_inside() > 0 {
            return None;
        }
        let total: u64 = self.public.iter().map(|(_, n)| n).sum();
        let (host, n) = self.public.iter().max_by_key(|(host, n)| (**n, **host))?;
        (*n >= LEAST_FLOWS && *n as f64 >= SHARE * total as f64).then_some(*host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{inside, outside};

    #[test]
    fn the_public_host_that_begins_most_is_at_home_unless_somebody_is_inside() {
        let mut home = Home::default();
        (0..LEAST_FLOWS).for_each(|_| assert!(home.add_public(outside(1), true)));
        (2..9).for_each(|last| assert!(home.add_public(outside(last), true)));
        assert!(!home.add_public(outside(1), false));
        home.add_inside(outside(3));
        assert_eq!((home.public(), home.n_inside()), (Some(outside(1)), 0));
        home.add_inside(inside(1));
        assert_eq!((home.public(), home.n_inside()), (None, 1));
    }
}
