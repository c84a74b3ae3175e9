//! The filter language: Wireshark's display filters for all that is decoded, and plain words.
//!
//! A text becomes a [`Filter`]; over the [`Tables`] of a capture that is a [`Selection`], which flows and packets pass or
//! not. Fields stand in a register, one line each.

mod check;
mod error;
mod fault;
mod field;
mod fields;
mod literal;
mod node;
mod parser;
mod register;
mod rows;
mod selection;
mod suggest;
mod token;
mod view;
mod word;

pub use field::{Field, FieldType, KnownBy};
pub use register::{all, field};
pub use rows::{CellCheck, CellWord, FlowCheck, RowCondition};
pub use selection::Selection;
pub use suggest::{Completion, complete};
pub use view::{PacketView, ReadPacket, Side, Tables, TlsRecord};

use crate::model::listing::FilterError;
use node::{FieldCheck, Node};

/// A filter that was understood.
#[derive(Clone)]
pub struct Filter {
    node: Node,
}

/// Understands a filter of flows and packets. An empty text passes everything.
///
/// # Errors
/// What is wrong, and where.
pub fn compile(text: &str) -> Result<Filter, FilterError> {
    compile_for_rows(text, &[])
}

/// The same for the rows of a table with these columns, whose names are fields.
///
/// # Errors
/// What is wrong, and where.
pub fn compile_for_rows(text: &str, columns: &[String]) -> Result<Filter, FilterError> {
    let tokens = token::tokens(text)?;
    let node = parser::parse(&tokens, text.len(), parser::Scope { columns })?;
    Ok(Filter { node })
}

/// A text as a plain word of a filter, whatever is in it.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Filter {
    /// True if it passes everything.
    pub fn is_empty(&self) -> bool {
        matches!(&self.node, Node::All(list) if list.is_empty())
    }

    /// True if a flow knows all that it asks for. Otherwise a flow passes exactly if one of its packets does.
    pub fn is_by_flow(&self) -> bool {
        self.fields().all(|check| matches!(check.field.known, KnownBy::Side | KnownBy::Flow))
    }

    /// The first field that only packets know, if it names one: what to say where there are no packets.
    pub fn needs_packets(&self) -> Option<FilterError> {
        let is_of_packets = |check: &&FieldCheck| !check.field.has_side();
        let FieldCheck { field, place: (at, length), .. } = self.fields().find(is_of_packets)?;
        let text = format!("{} stands in packets, and there are none here.", field.id);
        Some(error::error(*at, *length, text))
    }

    /// The first field that a flow does not know exactly, if it names one: packets have to be read for it.
    pub fn needs_reading(&self) -> Option<FilterError> {
        let is_known = |check: &&FieldCheck| !matches!(check.field.known, KnownBy::Side | KnownBy::Flow);
        let FieldCheck { field, place: (at, length), .. } = self.fields().find(is_known)?;
        Some(error::error(*at, *length, format!("{} stands in packets.", field.id)))
    }

    /// True if it asks for what TCP analysis says of a packet, which needs all packets of its connection.
    pub fn needs_analysis(&self) -> bool {
        self.fields().any(|check| check.field.id.starts_with("tcp.analysis."))
    }

    /// True if it asks for what detectors found.
    pub fn needs_findings(&self) -> bool {
        self.fields().any(|check| matches!(check.field.id, "finding" | "severity" | "score"))
    }

    /// True if it asks for fields of messages that a flow keeps only so many of.
    pub fn needs_messages(&self) -> bool {
        self.fields().any(|check| check.field.known == KnownBy::Flow)
    }

    /// True if it asks for more than the headers up to the transport.
    pub fn needs_applications(&self) -> bool {
        const OF_HEADERS: &[&str] = &[
            "frame", "eth", "vlan", "arp", "ip", "ipv6", "icmp", "icmpv6", "tcp", "udp", "port", "severity", "finding",
        ];
        let is_of_headers =
            |id: &str| OF_HEADERS.contains(&id.split('.').next().unwrap_or_default()) && id != "frame.protocols";
        let mut has_words = false;
        self.node.each(&mut |leaf| has_words |= matches!(leaf, Node::Word(_)));
        has_words || self.fields().any(|check| !is_of_headers(check.field.id))
    }

    /// True if it asks for messages of connections, which only all their packets together tell.
    pub fn needs_streams_followed(&self) -> bool {
        self.needs_messages() || self.fields().any(|check| check.field.id.starts_with("tls."))
    }

    /// True if it asks for labels.
    pub fn needs_labels(&self) -> bool {
        let mut has_words = false;
        self.node.each(&mut |leaf| has_words |= matches!(leaf, Node::Word(_)));
        has_words || self.fields().any(|check| check.field.id == "label")
    }

    /// True if it asks for the number of a flow among those of its transport.
    pub fn needs_streams(&self) -> bool {
        self.fields().any(|check| check.field.id.ends_with(".stream"))
    }

    /// True if the answer may change from one packet to the next of the same side of a flow without reading it.
    pub fn needs_index(&self) -> bool {
        self.fields().any(|check| check.field.known == KnownBy::Index)
    }

    /// The filter over these tables.
    pub fn over<'a>(&'a self, tables: &'a Tables<'a>) -> Selection<'a> {
        Selection::new(&self.node, tables)
    }

    fn fields(&self) -> impl Iterator<Item = &FieldCheck> {
        let mut list = Vec::new();
        self.node.each(&mut |leaf| {
            if let Node::Field(check) = leaf {
                list.push(check);
            }
        });
        list.into_iter()
    }
}

#[cfg(test)]
mod tests;
