//! The contract of an application protocol: how it is recognised, and what reads it in datagrams, streams and frames.

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
    /// In packets that have it as their innermost layer, without TCP or UDP.
    pub frame: Option<Frame>,
}

/// Reads one datagram on its own, with its fields.
pub type ReadDatagram = fn(&[u8], &PortPair, &mut FieldBuffer) -> ProbeResult;

/// Reads a packet with this protocol as its innermost layer; the bytes start at the packet's link header.
pub type Frame = fn(&Packet, &[u8], &mut FieldBuffer);

/// A protocol over UDP.
#[derive(Clone, Copy)]
pub struct Datagram {
    /// True if it can be recognised on any port; else it receives only datagrams on its ports.
    pub is_by_content: bool,
    /// Reads a datagram.
    pub read: ReadDatagram,
}

/// A protocol over TCP.
#[derive(Clone, Copy)]
pub struct Stream {
    /// Recognises it by the first bytes of one side.
    pub guess: fn(&[u8], &PortPair) -> ProbeResult,
    /// The side that sends a message with these first bytes, for connections captured from the middle; `None` if both
    /// sides may send it.
    pub sender: fn(&[u8]) -> Option<Role>,
    /// Creates the parser of a connection.
    pub parser: fn() -> Box<dyn StreamParser>,
}

/// A side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The side that sends requests.
    Client,
    /// The side that sends answers or a greeting.
    Server,
}

/// Whether some bytes belong to a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProbeResult {
    /// They do not.
    NotForUs,
    /// They may; accepted if the port agrees.
    Unsure,
    /// They do, on any port.
    Certain,
    /// More bytes are needed to decide.
    NeedMore,
}

/// Where a payload comes from and goes to.
#[derive(Clone, Copy, Debug)]
pub struct PortPair {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub target_port: u16,
    /// The protocol usually found on one of the ports.
    pub hint: Option<AppProto>,
}

impl PortPair {
    /// With the hint from the ports; if both have one, the smaller port counts.
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

/// Reads both sides of a connection in one protocol.
pub trait StreamParser: Send {
    /// Reads as much as it can from the next bytes of one side. Fields are emitted message by message.
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep;

    /// Bytes of one side are missing. True if it can continue with the following bytes.
    fn on_gap(&mut self, _side: Direction) -> bool {
        false
    }

    /// Offset where the next message of a side may begin in bytes that follow missing ones; `None` if there is none,
    /// and the bytes are skipped. A parser that resynchronises by itself keeps the default, 0.
    fn find_start(&mut self, _side: Direction, _bytes: &[u8]) -> Option<usize> {
        Some(0)
    }
}

/// How far a parser got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseStep {
    /// It consumed this many bytes and is shown the rest again; with 0 it waits for more.
    Took(usize),
    /// Skip this many bytes, including ones still to come.
    Skip(u64),
    /// Ignore the rest of this side.
    Done,
    /// After this many bytes both sides switch to another protocol, which must be recognised again.
    Switch(usize),
    /// After this many bytes both sides switch to this protocol.
    SwitchTo(usize, AppProto),
}
