//! What is chosen in a view as the address's hash writes it, and read from there: `?q=dns&sort=bytes&desc=1`.

use super::{ColumnsRoute, FlowsRoute, LearnRoute, PacketsRoute, PanelsRoute, Route, RowsRoute, StreamRoute};
use crate::model::Severity;
use crate::model::explore::{Mark, Order, Split, Term, list};
use crate::model::format::percent;
use crate::protocol::{Filter, FlowSort, PacketSort, RowSort};
use crate::session::explore::ExploreRoute;
use crate::session::selection::Selection;

pub(in crate::session) const FLOW_SORTS: [(&str, FlowSort); 11] = [
    ("start", FlowSort::Start),
    ("duration", FlowSort::Duration),
    ("source", FlowSort::Source),
    ("target", FlowSort::Target),
    ("port", FlowSort::TargetPort),
    ("transport", FlowSort::Transport),
    ("app", FlowSort::App),
    ("name", FlowSort::Name),
    ("packets", FlowSort::Packets),
    ("bytes", FlowSort::Bytes),
    ("score", FlowSort::Score),
];

pub(in crate::session) const PACKET_SORTS: [(&str, PacketSort); 4] = [
    ("number", PacketSort::Number),
    ("time", PacketSort::Time),
    ("length", PacketSort::Length),
    ("flow", PacketSort::Flow),
];

impl Route {
    /// What stands in the address behind the view: the part behind its id, and what is given by name.
    pub(in crate::session) fn choices(&self) -> String {
        let mut wanted = Wanted(String::new());
        let mut rest = String::new();
        match self {
            Route::Overview
            | Route::Neighbours
            | Route::Graph
            | Route::Reading
            | Route::Anomalies
            | Route::Comparison
            | Route::Train
            | Route::Issues
            | Route::Settings => {}
            Route::Findings { id, severity } => {
                wanted.add("severity", severity.map(Severity::id));
                rest = id.as_ref().map_or_else(String::new, |id| format!("/{}", percent::encode(id)));
            }
            Route::Explore(explore) => {
                wanted.add("by", explore.by.as_deref().map(list).as_deref());
                wanted.add("measure", explore.measures.as_deref().map(list).as_deref());
                wanted.add("mark", explore.mark.map(Mark::id));
                wanted.filter(&explore.filter);
                let (sort, is_reversed) = match explore.order {
                    Order::Usual => (None, false),
                    Order::Values { is_descending } => (Some("values".to_owned()), is_descending),
                    Order::Measure { place, is_descending } => (Some(place.to_string()), is_descending),
                };
                wanted.add("sort", sort.as_deref());
                wanted.add("desc", is_reversed.then_some("1"));
            }
            Route::Panels(panels) => {
                rest = panels.item.as_ref().map_or_else(String::new, |item| format!("/{}", percent::encode(item)));
                wanted.filter(&panels.filter);
            }
            Route::Learn(learn) => {
                rest = learn.lesson.as_ref().map_or_else(String::new, |id| format!("/{}", percent::encode(id)));
                wanted.add("class", learn.is_class.then_some("1"));
            }
            Route::Stream(stream) => {
                rest = stream.flow.map_or_else(String::new, |flow| format!("/{flow}"));
                wanted.add("at", (stream.from > 0).then(|| stream.from.to_string()).as_deref());
                wanted.add("hex", stream.is_hex.then_some("1"));
            }
            Route::Flows(flows) => {
                wanted.filter(&flows.filter);
                wanted.sort(&FLOW_SORTS, flows.sort, flows.is_descending);
            }
            Route::Packets(packets) => {
                wanted.filter(&packets.filter);
                wanted.sort(&PACKET_SORTS, packets.sort, packets.is_descending);
                wanted.add("packet", packets.packet.map(|index| index.to_string()).as_deref());
            }
            Route::Columns(columns) => {
                wanted.filter(&columns.filter);
                wanted.add("column", columns.column.map(|place| place.to_string()).as_deref());
            }
            Route::Rows(rows) => {
                wanted.filter(&rows.filter);
                let sort = match rows.sort {
                    RowSort::Number => None,
                    RowSort::Score => Some("score".to_owned()),
                    RowSort::Column(column) => Some(column.to_string()),
                };
                wanted.add("sort", sort.as_deref());
                wanted.add("desc", rows.is_descending.then_some("1"));
                wanted.add("row", rows.row.map(|number| number.to_string()).as_deref());
                wanted.add("first", (rows.first_column > 0).then(|| rows.first_column.to_string()).as_deref());
            }
        }
        rest + &wanted.0
    }
}

/// The query part of a hash, read.
pub(in crate::session) struct Given(Vec<(String, String)>);

impl Given {
    pub(in crate::session) fn new(query: &str) -> Given {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Given(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decode(k), decode(v))).collect(),
        )
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    pub(in crate::session) fn findings(&self, rest: &str) -> Route {
        Route::Findings {
            id: Some(decode(rest)).filter(|id| !id.is_empty()),
            severity: self.get("severity").and_then(|id| Severity::ALL.into_iter().find(|s| s.id() == id)),
        }
    }

    pub(in crate::session) fn panels(&self, view: &'static str, rest: &str) -> Route {
        let item = Some(decode(rest)).filter(|item| !item.is_empty());
        Route::Panels(PanelsRoute { view, item, filter: self.filter() })
    }

    pub(in crate::session) fn learn(&self, rest: &str) -> LearnRoute {
        let lesson = Some(decode(rest)).filter(|id| !id.is_empty());
        LearnRoute { lesson, is_class: self.get("class").is_some() }
    }

    pub(in crate::session) fn stream(&self, rest: &str) -> StreamRoute {
        let from = self.get("at").and_then(|text| text.parse().ok()).unwrap_or(0);
        StreamRoute { flow: rest.parse().ok(), from, is_hex: self.get("hex").is_some() }
    }

    /// What of all views stands beside what is chosen in one.
    pub(in crate::session) fn selection(&self) -> Selection {
        Selection::read(&self.0)
    }

    pub(in crate::session) fn explore(&self, combination: &str) -> ExploreRoute {
        let is_descending = self.get("desc").is_some();
        ExploreRoute {
            combination: combination.to_owned(),
            by: self.get("by").map(Split::parse_list),
            measures: self.get("measure").map(Term::parse_list),
            mark: self.get("mark").and_then(Mark::from_id),
            filter: self.filter(),
            order: match self.get("sort") {
                Some("values") => Order::Values { is_descending },
                Some(place) => place.parse().map_or(Order::Usual, |place| Order::Measure { place, is_descending }),
                None => Order::Usual,
            },
        }
    }

    pub(in crate::session) fn flows(&self) -> FlowsRoute {
        let is_descending = self.get("desc").is_some();
        FlowsRoute { filter: self.filter(), sort: self.sort(&FLOW_SORTS), is_descending }
    }

    pub(in crate::session) fn packets(&self) -> PacketsRoute {
        PacketsRoute {
            filter: self.filter(),
            sort: self.sort(&PACKET_SORTS),
            is_descending: self.get("desc").is_some(),
            packet: self.get("packet").and_then(|text| text.parse().ok()),
        }
    }

    pub(in crate::session) fn columns(&self) -> ColumnsRoute {
        ColumnsRoute { filter: self.filter(), column: self.get("column").and_then(|text| text.parse().ok()) }
    }

    pub(in crate::session) fn rows(&self) -> RowsRoute {
        RowsRoute {
            filter: self.filter(),
            sort: match self.get("sort") {
                Some("score") => RowSort::Score,
                Some(column) => column.parse().map(RowSort::Column).unwrap_or_default(),
                None => RowSort::default(),
            },
            is_descending: self.get("desc").is_some(),
            // Former addresses said it in other words, which are those of time now.
            first_column: self
                .get("first")
                .or_else(|| self.get("from").filter(|_| self.get("to").is_none()))
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            row: self.get("row").and_then(|text| text.parse().ok()),
        }
    }

    fn filter(&self) -> Filter {
        Filter {
            text: self.get("q").unwrap_or("").to_owned(),
            flow: self.get("flow").and_then(|text| text.parse().ok()),
            finding: self.get("finding").filter(|id| !id.is_empty()).map(str::to_owned),
            ..Filter::default()
        }
    }

    fn sort<Sort: Copy + Default>(&self, sorts: &[(&str, Sort)]) -> Sort {
        let id = self.get("sort").unwrap_or("");
        sorts.iter().find(|(name, _)| *name == id).map(|(_, sort)| *sort).unwrap_or_default()
    }
}

/// The query part of a hash, being written.
struct Wanted(String);

impl Wanted {
    fn add(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            let mark = if self.0.is_empty() { '?' } else { '&' };
            self.0.push_str(&format!("{mark}{key}={}", percent::encode(value)));
        }
    }

    fn filter(&mut self, filter: &Filter) {
        self.add("q", Some(filter.text.as_str()).filter(|text| !text.is_empty()));
        self.add("flow", filter.flow.map(|flow| flow.to_string()).as_deref());
        self.add("finding", filter.finding.as_deref().filter(|id| !id.is_empty()));
    }

    fn sort<Sort: PartialEq + Default>(&mut self, sorts: &[(&str, Sort)], sort: Sort, is_descending: bool) {
        let id = sorts.iter().find(|(_, s)| *s == sort).map(|(id, _)| *id);
        self.add("sort", id.filter(|_| sort != Sort::default()));
        self.add("desc", is_descending.then_some("1"));
    }
}

/// The text that was encoded; bytes that are no UTF-8 are replaced.
fn decode(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode(text.as_bytes())).into_owned()
}
