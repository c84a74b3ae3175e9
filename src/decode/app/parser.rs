//! What each application protocol gives: how it is recognised, and what reads it in datagrams, streams and frames.

use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::flow::Direction;
use crate::model::packet::Packet;

/// One application protocol: how it is recognised and read, by what carries it.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The protocol.
    pub protocol: AppProto,
    /// In UDP datagrams.
    pub datagram: Option<Datagram>,
    /// In TCP streams.
    pub stream: Option<Stream>,
    /// In packets whose innermost layer it is: no TCP, no UDP.
    pub frame: Option<Frame>,
}

/// Reads one datagram by itself, facts and all.
pub type ReadDatagram = fn(&[u8], &PortPair, &mut FieldBuffer) -> ProbeResult;

/// Reads a packet whose innermost layer the protocol is; the bytes are the packet's from its link header on.
pub type Frame = fn(&Packet, &[u8], &mut FieldBuffer);

/// A protocol over UDP.
#[derive(Clone, Copy)]
pub struct Datagram {
    /// True if it can be told on any port; else only datagrams on its ports are shown to it.
    pub is_by_content: bool,
    /// Reads a datagram.
    pub read: ReadDatagram,
}

/// A protocol over TCP.
#[derive(Clone, Copy)]
pub struct Stream {
    /// Recognises it by the first bytes of one side.
    pub guess: fn(&[u8], &PortPair) -> ProbeResult,
    /// Begins to read it.
    pub talk: fn() -> Box<dyn StreamParser>,
}

/// Whether some bytes are of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProbeResult {
    /// They are not.
    NotForUs,
    /// They may be: counts where the port says the same.
    Unsure,
    /// They are, whatever the port.
    Certain,
    /// More bytes are needed to say.
    NeedMore,
}

/// Where a payload comes from and goes to.
#[derive(Clone, Copy, Debug)]
pub struct PortPair {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub target_port: u16,
    /// The protocol that one of the ports usually means.
    pub hint: Option<AppProto>,
}

impl PortPair {
    /// With the hint of the ports; of two, that of the smaller comes first.
    #[inline]
    pub fn new(is_tcp: bool, source_port: u16, target_port: u16) -> PortPair {
        let (low, high) = (source_port.min(target_port), source_port.max(target_port));
        let hint = Protocol::from_port(is_tcp, low).or_else(|| Protocol::from_port(is_tcp, high));
        PortPair { source_port, target_port, hint }
    }

    /// True if the datagram goes to this port or comes from it.
    pub fn has(&self, port: u16) -> bool {
        self.source_port == port || self.target_port == port
    }
}

/// A connection's two sides as one protocol reads them.
pub trait StreamParser: Send {
    /// Reads what it can at the start of the bytes that come next on one side. Facts go out message by message.
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep;

    /// Bytes of one side are missing. True if it can go on with what follows.
    fn on_gap(&mut self, _way: Direction) -> bool {
        false
    }

    /// Where the next message of a side may begin in bytes that follow missing ones; none if none does, and the bytes are
    /// passed over. A parser that finds its way by itself begins at once.
    fn find_start(&mut self, _way: Direction, _bytes: &[u8]) -> Option<usize> {
        Some(0)
    }
}

/// How far a reader came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseStep {
    /// It read so many bytes and wants to be shown the rest; with none it waits for more.
    Took(usize),
    /// So many bytes do not matter, also those that are still to come.
    Skip(u64),
    /// Nothing more of this side matters.
    Done,
    /// After so many bytes both sides speak another protocol, which is to be found out anew.
    Switch(usize),
    /// After so many bytes both sides speak this protocol.
    SwitchTo(usize, AppProto),
}
