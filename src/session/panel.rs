//! Panels: questions of measures and dimensions that a view shows side by side.

use super::explore::{self, ExploreRoute};
use crate::model::explore::{Catalogue, Mark, Split, Term};
use crate::protocol::Filter;

/// A question and how its answer is drawn.
#[derive(Debug)]
pub struct Panel {
    /// Name.
    pub title: &'static str,
    /// Dimensions, as [`Split::parse_list`] reads them.
    pub by: &'static str,
    /// Measures, as [`Term::parse_list`] reads them; the first is drawn.
    pub measures: &'static str,
    /// What is counted; `{}` is what the view is about.
    pub filter: &'static str,
    /// How it is drawn.
    pub mark: Mark,
    /// It takes the whole width.
    pub is_wide: bool,
    /// Its first values have pages of their own in this view, by its id.
    pub pages: Option<&'static str>,
}

impl Panel {
    /// A table of measures by dimensions.
    pub const fn table(title: &'static str, by: &'static str, measures: &'static str) -> Panel {
        Panel { title, by, measures, filter: "", mark: Mark::Table, is_wide: false, pages: None }
    }

    /// A chart of measures by dimensions.
    pub const fn drawn(title: &'static str, by: &'static str, measures: &'static str, mark: Mark) -> Panel {
        Panel { mark, ..Panel::table(title, by, measures) }
    }

    /// Of some traffic only.
    #[must_use]
    pub const fn of(mut self, filter: &'static str) -> Panel {
        self.filter = filter;
        self
    }

    /// As wide as the view.
    #[must_use]
    pub const fn wide(mut self) -> Panel {
        self.is_wide = true;
        self
    }

    /// With a page in a view for each of its first values.
    #[must_use]
    pub const fn with_pages(mut self, view: &'static str) -> Panel {
        self.pages = Some(view);
        self
    }

    /// What stands behind it, about a thing or about all, within a view's own filter: can be changed in Explore.
    pub fn route(&self, item: Option<&str>, filter: &Filter) -> ExploreRoute {
        let own = self.filter.replace("{}", item.unwrap_or_default());
        let text = match (own.trim(), filter.text.trim()) {
            (own, "") => own.to_owned(),
            ("", text) => text.to_owned(),
            (own, text) => format!("({own}) and ({text})"),
        };
        ExploreRoute {
            by: Some(Split::parse_list(self.by)),
            measures: Some(Term::parse_list(self.measures)),
            mark: Some(self.mark),
            filter: Filter { text, ..filter.clone() },
            ..ExploreRoute::default()
        }
    }

    /// True if an input has what it asks for.
    pub fn is_of(&self, catalogue: &Catalogue) -> bool {
        let by = Split::parse_list(self.by);
        let measures = Term::parse_list(self.measures);
        by.iter().all(|split| explore::has(&catalogue.dimensions, &split.term))
            && measures.first().is_some_and(|term| explore::has(&catalogue.measures, term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_about_its_item_within_the_filter_of_its_view() {
        let panel = Panel::table("Services", "port", "flows").of("target == {}");
        let filter = Filter { text: "tls".into(), ..Filter::default() };
        assert_eq!(panel.route(Some("10.0.0.1"), &Filter::default()).filter.text, "target == 10.0.0.1");
        assert_eq!(panel.route(Some("10.0.0.1"), &filter).filter.text, "(target == 10.0.0.1) and (tls)");
        assert!(!panel.is_of(&Catalogue::default()));
    }
}
