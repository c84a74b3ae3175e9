//! The messages in a row of a log, with their fields, on their way to the flow stage.

use crate::model::Flow;
use crate::model::app::field::{FieldBuffer, FieldId, Message};
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::flow::Direction;
use std::ops::Range;

/// A row of a log: a connection and what it carried.
pub struct LogRow {
    /// The connection; its counts are zero where the log counts nothing.
    pub flow: Flow,
    /// Which connection of the log it is: a hash of the tool's own id of it, or of its ends.
    pub connection: u64,
    /// `connection` is of the tool's own id, so the same one is the same connection however long ago it was.
    pub has_id: bool,
    /// It counts what came since the row before of the same connection.
    pub is_part: bool,
    /// What it carried.
    pub messages: Messages,
}

impl LogRow {
    /// The same connection, with nothing that it carried.
    pub fn without_messages(&self) -> LogRow {
        let messages = Messages::new(Some(&self.flow), self.messages.time_ns);
        LogRow { flow: self.flow.clone(), messages, ..*self }
    }
}

/// Messages in the order in which they were sent.
pub struct Messages {
    protocol: AppProto,
    time_ns: i64,
    fields: FieldBuffer,
    list: Vec<(Direction, i64, Range<u32>)>,
}

impl Messages {
    /// None yet, of a connection at this time, ns since 1970.
    pub fn new(flow: Option<&Flow>, time_ns: i64) -> Messages {
        let lower = |flow: &Flow| match flow.transport() {
            Protocol::AppProto(transport) => transport,
            _ if flow.key.low.is_v4() => AppProto::Ipv4,
            _ => AppProto::Ipv6,
        };
        // What is not known to carry an application is still known to be of the layer below.
        let protocol = flow.map_or(AppProto::RawIp, |flow| flow.app.unwrap_or_else(|| lower(flow)));
        Messages { protocol, time_ns, fields: FieldBuffer::default(), list: Vec::new() }
    }

    /// True if all of them are the client's.
    pub fn asks(&self) -> bool {
        !self.list.is_empty() && self.list.iter().all(|(direction, ..)| *direction == Direction::ToResponder)
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The time of messages that follow is this much later, ns.
    pub fn delay(&mut self, by_ns: i64) {
        self.time_ns = self.time_ns.saturating_add(by_ns);
    }

    /// Adds a message of the fields that `fill` adds; without any there is none.
    pub fn message(&mut self, direction: Direction, fill: impl FnOnce(&mut FieldBuffer)) {
        let from = self.fields.len() as u32;
        fill(&mut self.fields);
        let to = self.fields.len() as u32;
        if to > from {
            self.list.push((direction, self.time_ns, from..to));
        }
    }

    /// Adds fields to the last message of this direction if it came last of all, else a message.
    pub fn extend(&mut self, direction: Direction, fill: impl FnOnce(&mut FieldBuffer)) {
        fill(&mut self.fields);
        let to = self.fields.len() as u32;
        match self.list.last_mut() {
            Some((last, _, places)) if *last == direction => places.end = to,
            last => {
                let from = last.map_or(0, |(_, _, places)| places.end);
                if to > from {
                    self.list.push((direction, self.time_ns, from..to));
                }
            }
        }
    }

    /// Adds what another row told as one message.
    pub fn append(&mut self, direction: Direction, other: &Messages) {
        self.message(direction, |fields| fields.append(&other.fields));
    }

    /// True if a message has a field of this kind.
    pub fn has(&self, id: FieldId) -> bool {
        self.fields.iter().any(|(kind, _)| kind == id)
    }

    /// Messages and who sends them; `number` stands for the packet that completes them.
    pub fn iter(&self, number: u64) -> impl Iterator<Item = (Direction, Message<'_>)> {
        let protocol = self.protocol;
        self.list.iter().map(move |(direction, time_ns, places)| {
            let fields = self.fields.fields_at(places.clone());
            (*direction, Message { protocol, time_ns: *time_ns, packet: number, fields })
        })
    }
}
