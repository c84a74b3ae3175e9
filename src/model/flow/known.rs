//! Which values of a flow were measured, as a set of bits: all of them in a capture, in a table those with a column.

/// The values of a flow that were measured, as bits. A value whose bit is not set must not be read as zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known(u32);

impl Known {
    /// The IP protocol.
    pub const PROTOCOL: Known = Known(1);
    /// The ports, or that there are none.
    pub const PORTS: Known = Known(1 << 1);
    /// Which side is the originator.
    pub const DIRECTION: Known = Known(1 << 2);
    /// How many packets there were.
    pub const PACKETS: Known = Known(1 << 3);
    /// How many bytes there were.
    pub const BYTES: Known = Known(1 << 4);
    /// How many packets and bytes the originator sent.
    pub const FORWARD: Known = Known(1 << 5);
    /// How many packets and bytes the responder sent.
    pub const BACKWARD: Known = Known(1 << 6);
    /// Which TCP flags were set.
    pub const FLAGS: Known = Known(1 << 7);
    /// How many packets had each flag set.
    pub const FLAG_COUNTS: Known = Known(1 << 8);
    /// Times between packets, not only those of the first and the last packet.
    pub const GAPS: Known = Known(1 << 9);
    /// Payload bytes; if not known, they are estimated from the bytes on the wire.
    pub const PAYLOAD: Known = Known(1 << 10);
    /// When the flow ended.
    pub const DURATION: Known = Known(1 << 11);
    /// Smallest and largest payload of a packet, and their variance.
    pub const SIZES: Known = Known(1 << 12);
    /// Bytes of the transport headers.
    pub const HEADERS: Known = Known(1 << 13);
    /// The TCP window in the first packet of each side.
    pub const WINDOWS: Known = Known(1 << 14);
    /// How many packets of the originator carried payload.
    pub const DATA_PACKETS: Known = Known(1 << 15);
    /// What only the single packets show, and no flow table has.
    pub const EACH_PACKET: Known = Known(1 << 16);
    /// A firewall wrote of its first packet and let it pass: what came of it may not be in the table. In no capture.
    pub const ONLY_BEGUN: Known = Known(1 << 17);
    /// A firewall wrote of its first packet and did not say whether it let it pass. In no capture.
    pub const NO_VERDICT: Known = Known(1 << 18);
    /// Packets and bytes of both directions.
    pub const VOLUME: Known = Known(Known::PACKETS.0 | Known::BYTES.0 | Known::FORWARD.0 | Known::BACKWARD.0);
    /// Everything, as in a capture.
    pub const ALL: Known = Known((1 << 17) - 1);
    /// Nothing.
    pub const NOTHING: Known = Known(0);

    /// True if all of `wanted` is known.
    pub fn has(self, wanted: Known) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// With `more`.
    #[must_use]
    pub const fn with(self, more: Known) -> Known {
        Known(self.0 | more.0)
    }

    /// With `more` if `is_known`.
    #[must_use]
    pub fn with_if(self, is_known: bool, more: Known) -> Known {
        if is_known { self.with(more) } else { self }
    }

    /// Without `less`.
    #[must_use]
    pub const fn without(self, less: Known) -> Known {
        Known(self.0 & !less.0)
    }

    /// What is known in both.
    #[must_use]
    pub fn both(self, other: Known) -> Known {
        Known(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_knows_what_was_put_in() {
        let known = Known::NOTHING.with(Known::FLAGS).with_if(false, Known::GAPS).with_if(true, Known::PORTS);
        assert!(known.has(Known::FLAGS.with(Known::PORTS)) && !known.has(Known::GAPS) && Known::ALL.has(known));
        assert_eq!(known.without(Known::FLAGS), Known::PORTS);
        assert_eq!(known.both(Known::PORTS.with(Known::BYTES)), Known::PORTS);
    }
}
