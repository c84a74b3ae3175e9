//! The views of the page in one table: what each is called, when it is offered, and how much is in it.
//!
//! Addresses, tabs and the tests in a browser go by this table. What is chosen in a view is its [`Route`].

use super::panel::Panel;
use super::route::{Given, Route};
use crate::model::Analysis;
use crate::model::explore::Mark;
use crate::model::rows::RowKind;

mod dns;
mod files;
mod graph;
mod health;
mod hosts;
mod http;
mod logins;
mod neighbours;
mod protocols;
mod tls;

pub use graph::GRAPH;
pub use hosts::HOSTS;
pub use neighbours::NEIGHBOURS;

/// A view of the page.
#[derive(Debug)]
pub struct View {
    /// Id: what its address begins with.
    pub id: &'static str,
    /// Name, for its heading and the navigation.
    pub label: &'static str,
    /// Where it stands in the navigation.
    pub group: Group,
    /// What it is offered for.
    pub needs: Needs,
    /// How much is in it; none where that says nothing.
    pub count: fn(&Analysis) -> Option<u64>,
    /// What its address chooses in it: the part behind the id, and what is given by name.
    pub(super) read: fn(&str, &Given) -> Route,
    /// What it answers, in a sentence; empty where its content says so itself.
    pub help: &'static str,
    /// Questions that it shows side by side, if it is made of these.
    pub panels: &'static [Panel],
    /// The same about one thing, as a host.
    pub item_panels: &'static [Panel],
    /// What it shows is narrowed to what is selected.
    pub is_narrowed: bool,
}

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
    pub(super) fn are_met(self, analysis: &Analysis) -> bool {
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

/// Messages of some protocols; none where none were read.
fn messages(analysis: &Analysis, names: &[&str]) -> Option<u64> {
    let own = analysis.summary.protocols.iter().filter(|protocol| names.contains(&protocol.name.as_str()));
    Some(own.map(|protocol| protocol.messages).sum()).filter(|n| *n > 0)
}

/// What is in the capture, in short; before a file is open, where one is chosen.
pub static OVERVIEW: View = View {
    id: "overview",
    label: "Overview",
    group: Group::Findings,
    needs: Needs::Nothing,
    read: |_, _| Route::Overview,
    help: "What is in the file, and what does not belong there.",
    panels: &[
        Panel::drawn("Traffic over time", "time,protocol:4", "bytes", Mark::Areas).wide(),
        Panel::drawn("Protocols", "protocol", "bytes,packets,flows", Mark::Bars),
        Panel::drawn("Ports", "port", "flows,bytes", Mark::Bars),
        Panel::drawn("Packet sizes", "packet_size", "packets", Mark::Columns),
        Panel::table("Hosts", "host", "bytes,bytes_out,bytes_in,packets,flows").wide(),
        Panel::table("Rows by label", "label", "rows"),
    ],
    ..View::PLAIN
};

/// The list of findings, and one of them in full.
pub static FINDINGS: View = View {
    id: "findings",
    label: "Findings",
    group: Group::Findings,
    count: |analysis| Some(analysis.findings.len() as u64),
    read: |rest, given| given.findings(rest),
    ..View::PLAIN
};

/// What is unusual, by methods that learn from the file alone.
pub static ANOMALIES: View =
    View { id: "anomalies", label: "Anomalies", group: Group::Findings, read: |_, _| Route::Anomalies, ..View::WHOLE };

/// What is new, gone or different against a baseline.
pub static COMPARISON: View = View {
    id: "compare",
    label: "Compare",
    group: Group::Findings,
    needs: Needs::Flows,
    read: |_, _| Route::Comparison,
    ..View::PLAIN
};

/// Learning from labels, and how good that is.
pub static TRAIN: View = View {
    id: "train",
    label: "Train",
    group: Group::Findings,
    needs: Needs::Table,
    read: |_, _| Route::Train,
    ..View::WHOLE
};

/// Any measure over time.
pub static TIME: View = View {
    id: "time",
    label: "Time series",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("time")),
    ..View::PLAIN
};

/// Who talks with whom.
pub static CONVERSATIONS: View = View {
    id: "conversations",
    label: "Conversations",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("conversations")),
    ..View::PLAIN
};

/// How much each host sends and receives.
pub static ENDPOINTS: View = View {
    id: "endpoints",
    label: "Endpoints",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("endpoints")),
    ..View::PLAIN
};

/// How the services on each port fare.
pub static SERVICES: View = View {
    id: "services",
    label: "Services",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("services")),
    ..View::PLAIN
};

/// How sizes are spread.
pub static DISTRIBUTIONS: View = View {
    id: "distributions",
    label: "Distributions",
    group: Group::Traffic,
    needs: Needs::File,
    read: |_, given| Route::Explore(given.explore("distributions")),
    ..View::PLAIN
};

/// Any two dimensions against each other.
pub static HEATMAP: View = View {
    id: "heatmap",
    label: "Heatmap",
    group: Group::Traffic,
    needs: Needs::File,
    read: |_, given| Route::Explore(given.explore("heatmap")),
    ..View::PLAIN
};

/// Any measures by any dimensions.
pub static EXPLORE: View = View {
    id: "explore",
    label: "Explore",
    group: Group::Traffic,
    read: |_, given| Route::Explore(given.explore("")),
    ..View::PLAIN
};

/// The flow table.
pub static FLOWS: View = View {
    id: "flows",
    label: "Flows",
    needs: Needs::Flows,
    count: |analysis| Some(analysis.coverage.flows_kept),
    read: |_, given| Route::Flows(given.flows()),
    ..View::PLAIN
};

/// The packet table.
pub static PACKETS: View = View {
    id: "packets",
    label: "Packets",
    needs: Needs::Packets,
    count: |analysis| Some(analysis.summary.packets),
    read: |_, given| Route::Packets(given.packets()),
    ..View::PLAIN
};

/// What a flow carries, in order.
pub static STREAM: View = View {
    id: "stream",
    label: "Stream",
    needs: Needs::Packets,
    read: |rest, given| Route::Stream(given.stream(rest)),
    ..View::WHOLE
};

/// What the columns of a table are taken for, and why.
pub static READING: View =
    View { id: "reading", label: "Reading", needs: Needs::Table, read: |_, _| Route::Reading, ..View::WHOLE };

/// The columns of a table.
pub static COLUMNS: View = View {
    id: "columns",
    label: "Columns",
    needs: Needs::Table,
    count: |analysis| analysis.table.as_ref().map(|table| table.layout.columns.len() as u64),
    read: |_, given| Route::Columns(given.columns()),
    ..View::WHOLE
};

/// The rows of a table.
pub static ROWS: View = View {
    id: "rows",
    label: "Rows",
    needs: Needs::Table,
    count: |analysis| analysis.table.as_ref().map(|table| table.rows),
    read: |_, given| Route::Rows(given.rows()),
    ..View::PLAIN
};

/// Captures and tables to learn from, with questions.
pub static LEARN: View = View {
    id: "learn",
    label: "Lessons",
    group: Group::File,
    needs: Needs::Nothing,
    read: |rest, given| Route::Learn(given.learn(rest)),
    ..View::WHOLE
};

/// What could not be read.
pub static ISSUES: View = View {
    id: "issues",
    label: "Issues",
    group: Group::File,
    count: |analysis| Some(analysis.issues.len() as u64),
    read: |_, _| Route::Issues,
    ..View::WHOLE
};

/// Settings and what detectors do.
pub static SETTINGS: View = View {
    id: "settings",
    label: "Settings",
    group: Group::File,
    needs: Needs::Nothing,
    read: |_, _| Route::Settings,
    ..View::WHOLE
};

/// All views in the order of the navigation, group by group. The first is shown for an address that names none.
pub static VIEWS: &[&View] = &[
    &OVERVIEW,
    &FINDINGS,
    &ANOMALIES,
    &TRAIN,
    &COMPARISON,
    &TIME,
    &protocols::PROTOCOLS,
    &CONVERSATIONS,
    &ENDPOINTS,
    &SERVICES,
    &health::HEALTH,
    &DISTRIBUTIONS,
    &HEATMAP,
    &EXPLORE,
    &hosts::HOSTS,
    &GRAPH,
    &NEIGHBOURS,
    &dns::DNS,
    &tls::TLS,
    &http::HTTP,
    &logins::LOGINS,
    &files::FILES,
    &FLOWS,
    &PACKETS,
    &STREAM,
    &READING,
    &COLUMNS,
    &ROWS,
    &ISSUES,
    &LEARN,
    &SETTINGS,
];

impl View {
    /// What most views have: of a file, a table, narrowed to what is selected.
    const PLAIN: View = View {
        id: "",
        label: "",
        group: Group::Tables,
        needs: Needs::File,
        count: |_| None,
        read: |_, _| Route::Overview,
        help: "",
        panels: &[],
        item_panels: &[],
        is_narrowed: true,
    };

    /// The same, but always about the whole file.
    const WHOLE: View = View { is_narrowed: false, ..View::PLAIN };

    /// The view of an id.
    pub(super) fn of(id: &str) -> Option<&'static View> {
        VIEWS.iter().find(|view| view.id == id).copied()
    }

    /// The address's hash of the view, with nothing chosen in it.
    pub fn hash(&self) -> String {
        format!("#/{}", self.id)
    }
}

/// Views are constants told apart by their ids.
impl PartialEq for View {
    fn eq(&self, other: &View) -> bool {
        self.id == other.id
    }
}

impl Eq for View {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Filter;
    use crate::session::explore::COMBINATIONS;

    #[test]
    fn groups_stand_together_and_every_view_is_in_one() {
        let groups: Vec<Group> = VIEWS.iter().map(|view| view.group).collect();
        let mut seen = groups.clone();
        seen.dedup();
        assert_eq!(seen, Group::ALL);
    }

    #[test]
    fn every_combination_is_a_view() {
        for combination in &COMBINATIONS {
            assert_eq!(View::of(combination.id).map(|view| view.label), Some(combination.label));
        }
    }

    #[test]
    fn filters_of_panels_are_understood() {
        for view in VIEWS {
            assert!(view.panels.is_empty() || !view.help.is_empty(), "{}", view.id);
            for panel in view.panels.iter().chain(view.item_panels) {
                let text = panel.route(Some("10.0.0.1"), &Filter::default()).filter.text;
                assert!(crate::filter::compile(&text).is_ok(), "{}: {text}", view.id);
                assert!(panel.pages.is_none_or(|id| View::of(id).is_some()), "{}", panel.title);
            }
        }
    }
}
