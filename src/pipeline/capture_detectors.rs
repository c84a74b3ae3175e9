//! The detectors that look at single packets and nothing else: they watch in the front half of the line, which has time.

use crate::detect;
use crate::detect::detector::Detector;
use crate::detect::detector::Wants;
use crate::model::Packet;

/// Those detectors, until they are taken for judging.
pub(super) struct CaptureDetectors {
    /// With their places in the table of detectors.
    detectors: Vec<(usize, Box<dyn Detector>)>,
    /// Places in `detectors` of those that want packets of each kind, by the bit of the kind in [`Wants`].
    watchers: [Vec<usize>; Wants::KINDS],
}

/// True for a detector that belongs here.
pub(super) fn is_watcher(wants: Wants) -> bool {
    wants.meets(Wants::ANY_PACKET) && !wants.meets(Wants::ANY_FLOW.and(Wants::MESSAGES))
}

impl Default for CaptureDetectors {
    fn default() -> Self {
        let here = || detect::ALL.iter().enumerate().filter(|(_, entry)| is_watcher(entry.wants));
        let watchers = std::array::from_fn(|bit| {
            let wants_kind =
                |(_, (_, entry)): &(usize, (usize, &detect::detector::Entry))| entry.wants.meets(Wants::kind(bit));
            here().enumerate().filter(wants_kind).map(|(place, _)| place).collect()
        });
        CaptureDetectors { detectors: here().map(|(place, entry)| (place, (entry.make)())).collect(), watchers }
    }
}

impl CaptureDetectors {
    /// Shows a packet to those that want it.
    #[inline]
    pub fn observe(&mut self, packet: &Packet) {
        self.show(Wants::of_packet(packet), packet);
        if packet.extras.is_some() {
            self.show_rare(packet);
        }
    }

    #[cold]
    fn show_rare(&mut self, packet: &Packet) {
        if packet.fragment().is_some() {
            self.show(Wants::FRAGMENTS, packet);
        }
        if packet.anomalies().is_some() {
            self.show(Wants::ANOMALOUS, packet);
        }
    }

    #[inline]
    fn show(&mut self, kind: Wants, packet: &Packet) {
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
