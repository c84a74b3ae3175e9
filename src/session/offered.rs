//! Which views are available now, and which one is shown.

use super::state::{Phase, State};
use super::view::{Needs, OVERVIEW, VIEWS, View};

impl State {
    /// The views that are offered now, in order.
    pub fn views(&self) -> Vec<&'static View> {
        let is_offered = |view: &&&View| match (self.phase, &self.analysis) {
            (Phase::Empty, _) => view.needs == Needs::Nothing,
            (Phase::Reading, _) => false,
            (Phase::Ready, Some(analysis)) => view.needs.are_met(analysis),
            (Phase::Ready, None) => true,
        };
        VIEWS.iter().filter(is_offered).copied().collect()
    }

    /// The view that is shown: before a file is open, the overview stands for those that need one.
    pub fn view(&self) -> &'static View {
        let view = self.route.view();
        if self.phase == Phase::Empty && view.needs != Needs::Nothing { &OVERVIEW } else { view }
    }

    /// What a view is called now.
    pub fn label(&self, view: &View) -> &'static str {
        if self.phase == Phase::Empty && *view == OVERVIEW { "Start" } else { view.label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Analysis;
    use crate::model::analysis::{FieldCount, ProtocolCount};
    use crate::model::rows::{Layout, RowKind, TableFacts};
    use crate::session::view::SETTINGS;
    use crate::session::{Route, Shared};

    fn ids(state: &State) -> Vec<&'static str> {
        state.views().iter().map(|view| view.id).collect()
    }

    fn ready(kind: Option<RowKind>) -> State {
        let layout = |kind| Layout { kind, ..Layout::default() };
        let table = kind.map(|kind| TableFacts { layout: layout(kind), ..TableFacts::default() });
        let analysis = Some(Shared::new(Analysis { table, ..Analysis::default() }));
        State { phase: Phase::Ready, analysis, ..State::default() }
    }

    #[test]
    fn what_a_file_cannot_have_is_not_offered() {
        assert_eq!(ids(&State::default()), ["overview", "learn", "settings"]);
        // Of a capture in which no application speaks: no DNS, TLS, HTTP, logins, files.
        let capture = "overview findings anomalies train compare time protocols conversations endpoints services health distributions heatmap \
                       correlation explore hosts graph flows packets stream issues learn settings";
        assert_eq!(ids(&ready(None)).join(" "), capture);
        let table = "overview findings anomalies train distributions heatmap correlation explore reading columns rows issues learn settings";
        assert_eq!(ids(&ready(Some(RowKind::Rows))).join(" "), table);
        assert!(ids(&ready(Some(RowKind::Flows))).contains(&"flows"));
    }

    #[test]
    fn views_of_applications_are_offered_where_these_speak() {
        let field = FieldCount { id: "user".to_owned(), ..FieldCount::default() };
        let dns = ProtocolCount { name: "mDNS".to_owned(), messages: 3, ..ProtocolCount::default() };
        let ftp = ProtocolCount { name: "FTP".to_owned(), fields: vec![field], ..ProtocolCount::default() };
        let mut analysis = Analysis::default();
        analysis.summary.protocols = vec![dns, ftp];
        let view = VIEWS.iter().find(|view| view.id == "dns").unwrap();
        assert_eq!((view.count)(&analysis), Some(3));
        let offered = ids(&State { analysis: Some(Shared::new(analysis)), ..ready(None) });
        assert!(offered.contains(&"dns") && offered.contains(&"logins"));
        assert!(!offered.contains(&"tls") && !offered.contains(&"files"));
        assert!(ids(&State { phase: Phase::Reading, ..State::default() }).is_empty());
    }

    #[test]
    fn before_a_file_is_open_the_start_stands_for_views_that_need_one() {
        let state = State { route: Route::Issues, ..State::default() };
        assert_eq!((state.view(), state.label(state.view())), (&OVERVIEW, "Start"));
        let state = State { route: Route::Settings, ..State::default() };
        assert_eq!((state.view(), state.label(state.view())), (&SETTINGS, "Settings"));
    }
}
