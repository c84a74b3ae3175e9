//! The address's hash to the view that it names and what all views are narrowed to, and back:
//! `#/flows?q=dns&sort=bytes&desc=1&with=10.0.0.5`.

use super::route::{Given, Route};
use super::selection::Selection;
use super::view::{self, View};

impl Selection {
    /// The selection that a hash names.
    pub fn from_hash(hash: &str) -> Selection {
        Given::new(hash.split_once('?').map_or("", |(_, query)| query)).selection()
    }

    /// The hash of a view with this selection. [`Route::from_hash`] and [`Selection::from_hash`] give both back.
    pub fn hash(&self, route: &Route) -> String {
        let mut hash = route.hash();
        self.write(&mut hash);
        hash
    }
}

impl Route {
    /// The view, whatever is chosen in it.
    pub fn view(&self) -> &'static View {
        match self {
            Route::Overview => &view::OVERVIEW,
            Route::Findings { .. } => &view::FINDINGS,
            Route::Explore(explore) => View::of(&explore.combination).unwrap_or(&view::EXPLORE),
            Route::Panels(panels) => View::of(panels.view).unwrap_or(&view::OVERVIEW),
            Route::Neighbours => &view::NEIGHBOURS,
            Route::Graph => &view::GRAPH,
            Route::Stream(_) => &view::STREAM,
            Route::Flows(_) => &view::FLOWS,
            Route::Packets(_) => &view::PACKETS,
            Route::Reading => &view::READING,
            Route::Columns(_) => &view::COLUMNS,
            Route::Rows(_) => &view::ROWS,
            Route::Anomalies => &view::ANOMALIES,
            Route::Learn(_) => &view::LEARN,
            Route::Comparison => &view::COMPARISON,
            Route::Train => &view::TRAIN,
            Route::Issues => &view::ISSUES,
            Route::Settings => &view::SETTINGS,
        }
    }

    /// The view that a hash names; parts that make no sense are left out, an unknown view is the overview.
    pub fn from_hash(hash: &str) -> Route {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (id, rest) = path.split_once('/').unwrap_or((path, ""));
        // Views that were parts of Explore are understood by their former addresses.
        let (id, rest) = if id == view::EXPLORE.id && View::of(rest).is_some() { (rest, "") } else { (id, rest) };
        View::of(id).map_or(Route::Overview, |view| (view.read)(rest, &Given::new(query)))
    }

    /// The hash that names this view. [`Route::from_hash`] gives the same route back.
    pub fn hash(&self) -> String {
        self.view().hash() + &self.choices()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::model::explore::{Mark, Order, Split, Term};
    use crate::protocol::{Filter, FlowSort, RowSort};
    use crate::session::explore::ExploreRoute;
    use crate::session::route::hash::{FLOW_SORTS, PACKET_SORTS};
    use crate::session::route::{ColumnsRoute, FlowsRoute, PacketsRoute, PanelsRoute, RowsRoute, StreamRoute};
    use crate::session::selection::Chip;
    use crate::session::view::VIEWS;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_view_has_its_own_address_and_comes_back_from_it() {
        let unique: BTreeSet<&str> = VIEWS.iter().map(|view| view.id).collect();
        assert_eq!(unique.len(), VIEWS.len());
        for view in VIEWS {
            let route = Route::from_hash(&view.hash());
            assert_eq!((route.view(), route.hash()), (*view, view.hash()));
        }
    }

    #[test]
    fn hashes_are_readable() {
        let route = Route::Flows(FlowsRoute {
            filter: Filter { text: "port 443".into(), finding: Some("beacon-1".into()), ..Filter::default() },
            sort: FlowSort::Bytes,
            is_descending: true,
        });
        assert_eq!(route.hash(), "#/flows?q=port%20443&finding=beacon-1&sort=bytes&desc=1");
        assert_eq!(Route::findings(Some("scan-2")).hash(), "#/findings/scan-2");
    }

    #[test]
    fn nonsense_is_the_overview_or_is_left_out() {
        for hash in ["", "#", "#/", "#/nowhere/else?x", "#%%%", "junk"] {
            assert_eq!(Route::from_hash(hash), Route::Overview);
        }
        assert_eq!(Route::from_hash("#/packets?packet=-1&sort=up&q=%zz%"), {
            Route::packets(Filter { text: "%zz%".into(), ..Filter::default() })
        });
        assert_eq!(Route::from_hash("#/findings?severity=huge"), Route::findings(None));
        assert_eq!(Selection::from_hash("#/flows?from=9&to=x&with=%20&q=1"), Selection::default());
    }

    #[test]
    fn former_addresses_are_understood() {
        assert_eq!(Route::from_hash("#/explore/endpoints").hash(), "#/endpoints");
        assert_eq!(Route::from_hash("#/explore/protocols").hash(), "#/protocols");
        let rows = Route::from_hash("#/rows?from=24");
        assert_eq!(
            (rows.hash().as_str(), Selection::from_hash("#/rows?from=24")),
            ("#/rows?first=24", Selection::default())
        );
        let time = Selection::from_hash("#/explore/time?from=5&to=9");
        assert_eq!(time.time, Some((5, 9)));
    }

    proptest! {
        #[test]
        fn any_choice_comes_back(
            text in ".{0,12}", flow: Option<u32>, finding in proptest::option::of("[^\\x00]{1,8}"), packet: Option<u64>,
            sort in 0..11usize, is_descending: bool, severity in 0..6usize,
        ) {
            let filter = Filter { text, flow, finding: finding.clone(), ..Filter::default() };
            let flows = FlowsRoute { filter: filter.clone(), sort: FLOW_SORTS[sort].1, is_descending };
            let packets = PacketsRoute { filter, sort: PACKET_SORTS[sort % 4].1, is_descending, packet };
            let severity = Severity::ALL.get(severity).copied();
            let filter = Filter { text: "a=b".into(), flow, ..Filter::default() };
            let row_sort = [RowSort::Number, RowSort::Score, RowSort::Column(sort as u32)][sort % 3];
            let first_column = sort as u32;
            let rows = RowsRoute { filter: filter.clone(), sort: row_sort, is_descending, first_column, row: packet };
            let columns = ColumnsRoute { filter, column: flow };
            let explore = ExploreRoute {
                combination: ["", "time", "heatmap"][sort % 3].to_owned(),
                by: flow.map(|n| vec![Split { term: Term::of("column", "a,b=c"), limit: Some(n.max(1)) }]),
                measures: packet.map(|_| Term::parse_list("packets,mean=x")),
                mark: Mark::ALL.get(sort).map(|(mark, ..)| *mark),
                filter: Filter::default(),
                order: [Order::Usual, Order::Values { is_descending }, Order::Measure { place: 3, is_descending }][sort % 3],
            };
            let panels = PanelsRoute { view: "hosts", item: finding.clone(), filter: rows.filter.clone() };
            let tables = [Route::Rows(rows), Route::Columns(columns), Route::Explore(explore), Route::Panels(panels)];
            let stream = StreamRoute { flow, from: u64::from(flow.unwrap_or(0)), is_hex: is_descending };
            let selection = Selection {
                time: flow.map(|n| (i64::from(n), i64::from(n) + 9)),
                chips: finding.iter().map(|text| Chip { text: format!("x{text}"), is_off: is_descending, is_inverted: sort > 4 }).collect(),
            };
            for route in [Route::Flows(flows), Route::Packets(packets), Route::Findings { id: finding, severity }].into_iter().chain(tables).chain([Route::Stream(stream)]) {
                let hash = selection.hash(&route);
                prop_assert_eq!(Selection::from_hash(&hash), selection.clone());
                prop_assert_eq!(Route::from_hash(&hash), route);
            }
        }
    }
}
