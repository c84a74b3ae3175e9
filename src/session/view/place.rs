//! Where a view stands in the navigation, and what a file must have for it.

use crate::model::Analysis;
use crate::model::rows::RowKind;

/// Views that stand together in the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// What was found.
    Findings,
    /// How much traffic, of what, when and between whom.
    Traffic,
    /// Hosts, and what they say to each other.
    Names,
    /// Flows, packets, rows and columns.
    Tables,
    /// About the file and the program.
    File,
}

impl Group {
    /// Every group, in the order of the navigation.
    pub const ALL: [Group; 5] = [Group::Findings, Group::Traffic, Group::Names, Group::Tables, Group::File];

    /// Its heading.
    pub fn label(self) -> &'static str {
        match self {
            Group::Findings => "Findings",
            Group::Traffic => "Traffic",
            Group::Names => "Hosts and names",
            Group::Tables => "Tables",
            Group::File => "File",
        }
    }
}

/// What a view needs. What a file cannot have is not offered; the overview says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing: it is there before a file is open.
    Nothing,
    /// A file.
    File,
    /// Flows: a capture, or a table that has them.
    Flows,
    /// Packets: a capture.
    Packets,
    /// Rows and columns: a table.
    Table,
    /// One of these protocols in the traffic.
    Protocols(&'static [&'static str]),
    /// Packets of one of these protocols.
    PacketsOf(&'static [&'static str]),
    /// One of these fields of application messages in the traffic, by its id.
    Fields(&'static [&'static str]),
}

impl Needs {
    /// True if a file has what the view needs.
    pub(in crate::session) fn are_met(self, analysis: &Analysis) -> bool {
        let table = analysis.table.as_ref();
        match self {
            Needs::Nothing | Needs::File => true,
            Needs::Flows => table.is_none_or(|table| table.layout.kind != RowKind::Rows),
            Needs::Packets => table.is_none(),
            Needs::Table => table.is_some(),
            Needs::Protocols(names) => {
                Needs::Flows.are_met(analysis)
                    && analysis.summary.protocols.iter().any(|protocol| names.contains(&protocol.name.as_str()))
            }
            Needs::PacketsOf(names) => Needs::Packets.are_met(analysis) && Needs::Protocols(names).are_met(analysis),
            Needs::Fields(ids) => {
                let mut fields = analysis.summary.protocols.iter().flat_map(|protocol| &protocol.fields);
                Needs::Flows.are_met(analysis) && fields.any(|field| ids.contains(&field.id.as_str()))
            }
        }
    }
}
