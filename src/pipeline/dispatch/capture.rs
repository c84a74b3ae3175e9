//! Passes packets to the detectors that need single packets and nothing else, on the thread that decodes.

use super::{Watchers, entries, watchers};
use crate::detect::detector::{Detector, Interest};
use crate::model::Packet;

/// The detectors of the first half.
#[derive(Default)]
pub struct CaptureDispatch {
    /// With their places in the table of detectors.
    detectors: Vec<(usize, Box<dyn Detector>)>,
    /// Places in `detectors`.
    watchers: Watchers,
}

impl CaptureDispatch {
    /// All detectors that belong here; the usual value has none, and shows nothing.
    pub fn all() -> CaptureDispatch {
        let here = entries(true);
        CaptureDispatch {
            watchers: watchers(here.clone().enumerate().map(|(place, (_, entry))| (place, entry))),
            detectors: here.map(|(place, entry)| (place, (entry.make)())).collect(),
        }
    }

    /// Shows a packet to those that want it.
    #[inline]
    pub fn packet(&mut self, packet: &Packet) {
        self.show(Interest::of_packet(packet), packet);
        if packet.extras.is_some() {
            self.show_extras(packet);
        }
    }

    /// The detectors with their places in the table of detectors.
    pub fn into_detectors(self) -> impl Iterator<Item = (usize, Box<dyn Detector>)> {
        self.detectors.into_iter()
    }

    #[cold]
    fn show_extras(&mut self, packet: &Packet) {
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
}
