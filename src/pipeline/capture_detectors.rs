//! The detectors that look at single packets and nothing else: they watch in the front half of the line, which has time.

use crate::detect;
use crate::detect::detector::Detector;
use crate::detect::detector::Interest;
use crate::model::Packet;

/// Those detectors, until they are taken for judging.
pub(super) struct CaptureDetectors {
    /// With their places in the table of detectors.
    detectors: Vec<(usize, Box<dyn Detector>)>,
    /// Places in `detectors` of those that want packets of each kind, by the bit of the kind in [`Interest`].
    watchers: [Vec<usize>; Interest::KINDS],
}

/// True for a detector that belongs here.
pub(super) fn is_watcher(interest: Interest) -> bool {
    interest.intersects(Interest::ANY_PACKET) && !interest.intersects(Interest::ANY_FLOW.union(Interest::MESSAGES))
}

impl Default for CaptureDetectors {
    fn default() -> Self {
        let here = || detect::ALL.iter().enumerate().filter(|(_, entry)| is_watcher(entry.interest));
        let watchers = std::array::from_fn(|bit| {
            let wants_kind = |(_, (_, entry)): &(usize, (usize, &detect::detector::Entry))| {
                entry.interest.intersects(Interest::kind(bit))
            };
            here().enumerate().filter(wants_kind).map(|(place, _)| place).collect()
        });
        CaptureDetectors { detectors: here().map(|(place, entry)| (place, (entry.make)())).collect(), watchers }
    }
}

impl CaptureDetectors {
    /// Shows a packet to those that want it.
    #[inline]
    pub fn observe(&mut self, packet: &Packet) {
        self.show(Interest::of_packet(packet), packet);
        if packet.extras.is_some() {
            self.show_rare(packet);
        }
    }

    #[cold]
    fn show_rare(&mut self, packet: &Packet) {
        if packet.fragment().is_some() {
            self.show(Interest::FRAGMENTS, packet);
        }
        if packet.anomalies().is_some() {
            self.show(Interest::ANOMALOUS, packet);
        }
    }

    #[inline]
    fn show(&mut self, kind: Interest, packet: &Packet) {
        for place in self.watchers.get(kind.place()).into_iter().flatten() {
            if let Some((_, detector)) = self.detectors.get_mut(*place) {
                detector.observe_packet(packet);
            }
        }
    }

    /// The detectors with their places in the table; nothing is watched from then on.
    pub fn take(&mut self) -> Vec<(usize, Box<dyn Detector>)> {
        std::mem::take(&mut self.detectors)
    }
}
