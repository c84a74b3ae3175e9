//! TCP packets to application messages: the streams being parsed, bounded in number and bytes.

use crate::decode::app::parser::{ParseStep, PortPair, ProbeResult, StreamParser};
use crate::decode::app::registry;
use crate::flow::reassembly::{Consumed, StreamData, StreamSide};
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::packet::{Tcp, tcp_flag};

/// Most connections parsed at a time; of a few, the one that was silent longest is dropped.
const MOST_STREAMS: usize = 1 << 16;
/// How many connections are compared to find the one that was silent longest.
const LOOKED_AT: usize = 16;
/// Most pending bytes of all connections; beyond that all pending bytes are dropped.
const MOST_BYTES: usize = 64 << 20;

/// The connections being parsed.
#[derive(Default)]
pub struct AppLayer {
    list: Vec<ParsedStream>,
    free: Vec<u32>,
    n_bytes: usize,
    /// Where the search for one that makes room goes on.
    hand: usize,
}

#[derive(Default)]
struct ParsedStream {
    /// Its flow.
    serial: u32,
    last_ns: i64,
    /// Its last packet, from 0.
    last_packet: u64,
    /// What reads it, once that is known.
    reader: Option<(AppProto, Box<dyn StreamParser>)>,
    sides: [StreamSide; 2],
    /// Sides, by their direction, of which the parser has to find a message again.
    is_lost: [bool; 2],
}

/// A TCP segment with payload.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    /// Serial number of its flow.
    pub serial: u32,
    /// Its direction in the flow.
    pub direction: Direction,
    /// Nanoseconds since 1970.
    pub time_ns: i64,
    /// Its packet, from 0.
    pub packet: u64,
    /// Its header.
    pub tcp: &'a Tcp,
    /// What was captured of its payload.
    pub payload: &'a [u8],
}

/// The result of parsing a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentResult {
    /// What becomes of its flow.
    pub outcome: StreamState,
    /// The protocol, if there is one, and whether that is certain.
    pub app: Option<(AppProto, bool)>,
    /// Bytes that differ from what was sent before at their place in the stream.
    pub n_differing: usize,
}

/// A side of a stream that was read to its end.
#[derive(Clone, Copy, Debug)]
pub struct ReadToEnd {
    /// Serial number of its flow.
    pub serial: u32,
    /// The protocol.
    pub protocol: AppProto,
    /// Time of the last packet, nanoseconds since 1970.
    pub time_ns: i64,
    /// The last packet, from 0.
    pub packet: u64,
}

/// What becomes of a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamState {
    /// Its flow is read at this place.
    At(u32),
    /// There is nothing to read; the next segment may tell more.
    Nothing,
    /// Nothing more of the flow matters.
    Over,
}

impl AppLayer {
    /// Parses a segment of the flow at `place` (none yet: 0). Fields are those of messages that it completes. `evict` gets
    /// whose flow made room.
    pub fn on_segment(
        &mut self,
        place: u32,
        segment: Segment<'_>,
        fields: &mut FieldBuffer,
        evict: impl FnOnce(u32),
    ) -> SegmentResult {
        let nothing = |outcome, app| SegmentResult { outcome, app, n_differing: 0 };
        let ends = PortPair::new(true, segment.tcp.source_port, segment.tcp.target_port);
        if place == 0 {
            match registry::guess_stream(segment.payload, &ends) {
                (ProbeResult::NotForUs, _) => return nothing(StreamState::Nothing, None),
                // What no port confirms is named, but not read.
                (ProbeResult::Unsure, app) => {
                    return nothing(StreamState::Nothing, app.map(|(protocol, _)| (protocol, false)));
                }
                _ => {}
            }
        }
        let place = if place == 0 { self.begin(segment.serial, evict) } else { place };
        let Some(stream) = self.list.get_mut(place as usize - 1) else {
            return nothing(StreamState::Over, None);
        };
        let n_before = stream.n_bytes();
        let event = stream.reader.as_ref().map(|(protocol, _)| *protocol);
        (stream.last_ns, stream.last_packet) = (segment.time_ns, segment.packet);
        let n_differing = stream.on_segment(segment, &ends, fields);
        self.n_bytes = (self.n_bytes + stream.n_bytes()).saturating_sub(n_before);
        // Where one protocol makes way for another, the message that says so is of the first.
        let app = event.or(stream.reader.as_ref().map(|(protocol, _)| *protocol)).map(|protocol| (protocol, true));
        if stream.sides.iter().all(StreamSide::is_over) {
            self.end(place);
            return SegmentResult { outcome: StreamState::Over, app, n_differing };
        }
        SegmentResult { outcome: StreamState::At(place), app, n_differing }
    }

    /// Streams, from place 1 on.
    pub fn n_places(&self) -> u32 {
        self.list.len() as u32
    }

    /// Nothing more comes: reads what waits behind holes on one side of the stream at a place, whose flow has these ports
    /// of originator and responder. None if nothing waits.
    pub fn end_side(
        &mut self,
        place: u32,
        direction: Direction,
        ports: impl FnOnce(u32) -> Option<(u16, u16)>,
        fields: &mut FieldBuffer,
    ) -> Option<ReadToEnd> {
        let stream = (place as usize).checked_sub(1).and_then(|at| self.list.get_mut(at))?;
        let [forward, backward] = &mut stream.sides;
        let side = if direction == Direction::ToResponder { forward } else { backward };
        if !side.is_waiting() {
            return None;
        }
        let (originator, responder) = ports(stream.serial)?;
        let ends = match direction {
            Direction::ToResponder => PortPair::new(true, originator, responder),
            Direction::ToOriginator => PortPair::new(true, responder, originator),
        };
        let (reader, is_lost) = (&mut stream.reader, &mut stream.is_lost);
        side.end(&mut |data: StreamData<'_>| parse(reader, is_lost, direction, data, &ends, fields, &mut false));
        let protocol = stream.reader.as_ref().map(|(protocol, _)| *protocol)?;
        Some(ReadToEnd { serial: stream.serial, protocol, time_ns: stream.last_ns, packet: stream.last_packet })
    }

    /// True if more bytes wait than may.
    pub fn is_full(&self) -> bool {
        self.n_bytes > MOST_BYTES
    }

    /// Forgets all that wait; gives the flows that are no longer read.
    pub fn forget_all(&mut self) -> impl Iterator<Item = u32> {
        self.n_bytes = 0;
        self.free.clear();
        std::mem::take(&mut self.list).into_iter().map(|stream| stream.serial)
    }

    /// A flow is over: its place is free.
    pub fn end(&mut self, place: u32) {
        if let Some(stream) = (place as usize).checked_sub(1).and_then(|at| self.list.get_mut(at)) {
            self.n_bytes = self.n_bytes.saturating_sub(stream.n_bytes());
            *stream = ParsedStream { serial: u32::MAX, last_ns: i64::MAX, ..ParsedStream::default() };
            self.free.push(place);
        }
    }

    fn begin(&mut self, serial: u32, evict: impl FnOnce(u32)) -> u32 {
        if self.free.is_empty() && self.list.len() >= MOST_STREAMS {
            let n = self.list.len();
            let from = self.hand;
            self.hand = (from + LOOKED_AT) % n;
            let silent = |at: &usize| self.list.get(*at).map_or(i64::MAX, |stream| stream.last_ns);
            if let Some(at) = (from..from + LOOKED_AT).map(|at| at % n).min_by_key(silent) {
                evict(self.list.get(at).map_or(u32::MAX, |stream| stream.serial));
                self.end(at as u32 + 1);
            }
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.list.push(ParsedStream::default());
            self.list.len() as u32
        });
        if let Some(stream) = self.list.get_mut(place as usize - 1) {
            stream.serial = serial;
        }
        place
    }
}

impl ParsedStream {
    fn n_bytes(&self) -> usize {
        self.sides.iter().map(StreamSide::n_bytes).sum()
    }

    /// Gives how many bytes differ from what was sent before.
    fn on_segment(&mut self, segment: Segment<'_>, ends: &PortPair, fields: &mut FieldBuffer) -> usize {
        let direction = segment.direction;
        let Segment { tcp, payload, .. } = segment;
        let mut is_handed_on = false;
        let [forward, backward] = &mut self.sides;
        let (side, other) = if direction == Direction::ToResponder { (forward, backward) } else { (backward, forward) };
        let (reader, is_lost) = (&mut self.reader, &mut self.is_lost);
        if tcp.flags & tcp_flag::ACK != 0 {
            other.acknowledge(tcp.acknowledgment);
        }
        let mut read = |data: StreamData<'_>| parse(reader, is_lost, direction, data, ends, fields, &mut is_handed_on);
        let n_differing = side.push(tcp.sequence, payload, tcp.payload_bytes, &mut read);
        if is_handed_on {
            // Bytes of the other side may have come already, or it was found to send nothing more.
            other.resume();
            other.read_on(&mut |data| parse(reader, is_lost, direction.other(), data, ends, fields, &mut false));
        }
        n_differing
    }
}

/// Gives bytes to the parser of a connection, or finds one.
fn parse(
    reader: &mut Option<(AppProto, Box<dyn StreamParser>)>,
    is_lost: &mut [bool; 2],
    direction: Direction,
    data: StreamData<'_>,
    ends: &PortPair,
    fields: &mut FieldBuffer,
    is_handed_on: &mut bool,
) -> Consumed {
    let [forward, backward] = is_lost;
    let is_lost = if direction == Direction::ToResponder { forward } else { backward };
    let StreamData::Bytes(bytes) = data else {
        *is_lost = true;
        // While the protocol is not known, what follows may tell it.
        let goes_on = reader.as_mut().is_none_or(|(_, parser)| parser.on_gap(direction));
        return if goes_on { Consumed::Took(0) } else { Consumed::Stop };
    };
    if reader.is_none() {
        match registry::guess_stream(bytes, ends) {
            (ProbeResult::Certain, Some((protocol, stream))) => *reader = Some((protocol, (stream.parser)())),
            (ProbeResult::NeedMore, _) => return Consumed::Took(0),
            _ => return Consumed::Stop,
        }
    }
    let Some((_, parser)) = reader else { return Consumed::Stop };
    if std::mem::take(is_lost) {
        match parser.find_start(direction, bytes) {
            Some(0) => {}
            Some(n) => {
                *is_lost = true;
                return Consumed::Took(n.min(bytes.len()));
            }
            None => {
                *is_lost = true;
                return Consumed::Took(bytes.len());
            }
        }
    }
    let step = parser.on_data(direction, bytes, fields);
    match step {
        ParseStep::Took(n) => Consumed::Took(n.min(bytes.len())),
        ParseStep::Skip(n) => Consumed::Skip(n),
        ParseStep::Done => Consumed::Stop,
        ParseStep::Switch(n) | ParseStep::SwitchTo(n, _) => {
            *reader = match step {
                ParseStep::SwitchTo(_, next) => reader_of(next),
                _ => None,
            };
            *is_handed_on = true;
            if n == 0 { Consumed::Stop } else { Consumed::Took(n.min(bytes.len())) }
        }
    }
}

fn reader_of(protocol: AppProto) -> Option<(AppProto, Box<dyn StreamParser>)> {
    let stream = registry::entry(protocol)?.stream?;
    Some((protocol, (stream.parser)()))
}
