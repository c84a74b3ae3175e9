//! Packets to figures of the interfaces that captured them.

use crate::model::interface::CaptureInterface;
use crate::model::packet::Captured;

/// Most interfaces kept; all others share the last place.
const MOST: usize = Captured::MOST_INTERFACES as usize;
/// A packet that is so much earlier than the one before of its interface did not only take another way through the
/// capturing machine.
const CLOCK_STEP_NS: i64 = 1_000_000_000;

/// The interfaces in the order of their first packets.
#[derive(Default)]
pub struct Interfaces {
    list: Vec<Counted>,
    latest: u8,
}

struct Counted {
    facts: CaptureInterface,
    before_ns: i64,
}

impl Interfaces {
    /// Counts a packet of an interface of a file; gives the interface's place here.
    #[inline]
    pub fn take(&mut self, file: u8, number: u16, time_ns: i64) -> u8 {
        let is_it = |counted: &Counted| counted.facts.file == file && counted.facts.number == number;
        if !self.list.get(usize::from(self.latest)).is_some_and(is_it) {
            self.latest = self.place(file, number, time_ns);
        }
        if let Some(counted) = self.list.get_mut(usize::from(self.latest)) {
            counted.facts.packets += 1;
            counted.facts.clock_steps += u64::from(time_ns < counted.before_ns.saturating_sub(CLOCK_STEP_NS));
            counted.before_ns = time_ns;
        }
        self.latest
    }

    /// Counts whether a packet of the interface at a place is a copy of one before.
    #[inline]
    pub fn compared(&mut self, place: u8, is_copy: bool) {
        if let Some(counted) = self.list.get_mut(usize::from(place)) {
            counted.facts.comparable += 1;
            counted.facts.copies += u64::from(is_copy);
        }
    }

    /// What was counted, by place.
    pub fn facts(&self) -> impl Iterator<Item = &CaptureInterface> {
        self.list.iter().map(|counted| &counted.facts)
    }

    #[cold]
    fn place(&mut self, file: u8, number: u16, time_ns: i64) -> u8 {
        let known = self.list.iter().position(|counted| counted.facts.file == file && counted.facts.number == number);
        let place = known.unwrap_or_else(|| {
            if self.list.len() < MOST {
                let facts = CaptureInterface { file, number, ..CaptureInterface::default() };
                self.list.push(Counted { facts, before_ns: time_ns });
            }
            self.list.len() - 1
        });
        place as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_copies_are_those_of_each_interface() {
        let mut interfaces = Interfaces::default();
        // The second interface is three seconds behind the first, as its own clock is: no step of either.
        for i in 0..10 {
            let at = i * 100_000_000;
            assert_eq!(interfaces.take(0, 0, at), 0);
            let place = interfaces.take(0, 1, at - 3_000_000_000);
            interfaces.compared(place, i % 2 == 0);
        }
        interfaces.take(0, 1, -9_000_000_000);
        let facts: Vec<_> = interfaces.facts().collect();
        let steps = [facts[0].clock_steps, facts[1].clock_steps];
        assert_eq!((facts.len(), steps, facts[1].packets), (2, [0, 1], 11));
        assert_eq!((facts[0].copied_share(), facts[1].copied_share()), (None, Some(0.5)));
        (0..200).for_each(|number| assert!(usize::from(interfaces.take(1, number, 0)) < MOST));
        assert_eq!(interfaces.facts().count(), MOST);
    }
}
