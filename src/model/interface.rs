//! A capture interface: what it saw, and how much of the traffic it missed, as far as the packets show.

use super::format::quantity::percent;
use serde::{Deserialize, Serialize};

/// One interface, or one file of several that were opened together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaptureInterface {
    /// Its file among those that were opened together, from 0.
    pub file: u8,
    /// Its place among the interfaces of the file, from 0; [`CaptureInterface::UNDESCRIBED`] for all that the file's packets
    /// name and the file does not describe.
    pub number: u16,
    /// What the file calls it; empty if it says nothing.
    pub name: String,
    /// Packets.
    pub packets: u64,
    /// Packets that the capture has once more, just before.
    pub copies: u64,
    /// Packets whose copies can be told from repetitions.
    pub comparable: u64,
    /// Times at which its clock jumped back by more than a second.
    pub clock_steps: u64,
    /// What TCP shows of the bytes that it missed.
    pub loss: CaptureLoss,
}

/// What TCP shows of the bytes that were not captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureLoss {
    /// Payload bytes of directions whose acknowledgments are in the capture, those that were not captured among them.
    pub stream_bytes: u64,
    /// Bytes of them that the receiver acknowledged and no packet of the capture has.
    pub missing_bytes: u64,
    /// Places in streams at which those are missing.
    pub gaps: u64,
    /// Places at which sequence numbers are missing and nothing says whether the receiver has them.
    pub gaps_unknown: u64,
    /// Segments that others overtook.
    pub reordered: u64,
    /// Connections with packets of both directions.
    pub connections: u64,
    /// Connections whose other direction must have had packets, none of which is in the capture.
    pub one_sided: u64,
    /// Number of the first packet, from 1, that shows bytes to be missing.
    pub first_packet: Option<u64>,
}

impl CaptureInterface {
    /// The number that stands for interfaces that a file does not describe.
    pub const UNDESCRIBED: u16 = u16::MAX;

    /// The share of copies among the packets whose copies can be told, 0 to 1; none if there are none of those.
    pub fn copied_share(&self) -> Option<f64> {
        (self.comparable > 0).then(|| self.copies as f64 / self.comparable as f64)
    }

    /// What people call it.
    pub fn label(&self) -> String {
        let name = match self.name.as_str() {
            "" if self.number == Self::UNDESCRIBED => "interfaces not described".to_owned(),
            "" => format!("interface {}", self.number),
            name => name.to_owned(),
        };
        if self.file == 0 { name } else { format!("{name} of file {}", u32::from(self.file) + 1) }
    }
}

impl CaptureLoss {
    /// The share of the acknowledged bytes that are missing, 0 to 1; none where no acknowledgments show it.
    pub fn share(&self) -> Option<f64> {
        (self.stream_bytes > 0).then(|| self.missing_bytes as f64 / self.stream_bytes as f64)
    }

    /// The share of connections of which only one direction was captured; none without connections.
    pub fn one_sided_share(&self) -> Option<f64> {
        let all = self.connections + self.one_sided;
        (all > 0).then(|| self.one_sided as f64 / all as f64)
    }

    /// Adds another's.
    pub fn add(&mut self, other: &CaptureLoss) {
        self.stream_bytes += other.stream_bytes;
        self.missing_bytes += other.missing_bytes;
        self.gaps += other.gaps;
        self.gaps_unknown += other.gaps_unknown;
        self.reordered += other.reordered;
        self.connections += other.connections;
        self.one_sided += other.one_sided;
        self.first_packet = [self.first_packet, other.first_packet].into_iter().flatten().min();
    }

    /// In a few words: `2.3 % of TCP bytes`, `none seen`, or `not known`.
    pub fn words(&self) -> String {
        match self.share() {
            None => "not known".to_owned(),
            Some(_) if self.missing_bytes == 0 => "none seen".to_owned(),
            Some(share) => format!("{} of TCP bytes", percent(share, 1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_has_its_name_or_its_number() {
        let label = |file, number, name: &str| {
            CaptureInterface { file, number, name: name.into(), ..CaptureInterface::default() }.label()
        };
        assert_eq!([label(0, 3, ""), label(1, 3, "eth0")], ["interface 3", "eth0 of file 2"]);
        assert_eq!(label(1, CaptureInterface::UNDESCRIBED, ""), "interfaces not described of file 2");
    }

    #[test]
    fn what_is_not_known_is_not_none() {
        let mut loss = CaptureLoss::default();
        assert_eq!((loss.share(), loss.words()), (None, "not known".to_owned()));
        loss.add(&CaptureLoss { stream_bytes: 1000, first_packet: Some(9), ..CaptureLoss::default() });
        assert_eq!(loss.words(), "none seen");
        loss.add(&CaptureLoss { missing_bytes: 23, gaps: 1, first_packet: Some(4), ..CaptureLoss::default() });
        assert_eq!((loss.words(), loss.first_packet), ("2.3 % of TCP bytes".to_owned(), Some(4)));
    }
}
