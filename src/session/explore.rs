//! What is chosen in Explore: a named combination of dimensions, measures and a mark, and what was changed of it.

use crate::model::explore::{self, Catalogue, Choice, Mark, Order, Question, Split, Term};
use crate::protocol::Filter;

/// A named combination.
#[derive(Debug)]
pub struct Combination {
    /// Id in addresses.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// What it answers, in a sentence.
    pub help: &'static str,
    /// Dimensions, as [`Split::parse_list`] reads them.
    by: &'static str,
    /// Measures, as [`Term::parse_list`] reads them; the first is drawn.
    measures: &'static str,
    /// How it is drawn.
    mark: Mark,
}

/// All of them, in order. Each is a view of its own, with its id; the first is that in which everything is chosen.
pub static COMBINATIONS: [Combination; 8] = [
    Combination {
        id: "explore",
        label: "Explore",
        help: "Choose what is counted, what it is split by and how it is drawn.",
        by: "application",
        measures: "bytes,packets,flows,hosts",
        mark: Mark::Bars,
    },
    Combination {
        id: "time",
        label: "Time series",
        help: "When what happened: any measure over time, split by any dimension.",
        by: "time,protocol:4",
        measures: "bytes,packets,flows",
        mark: Mark::Areas,
    },
    Combination {
        id: "endpoints",
        label: "Endpoints",
        help: "How much each host sends and receives. Every packet counts for both of its ends.",
        by: "host",
        measures: "bytes,packets,bytes_out,bytes_in,flows,retransmissions",
        mark: Mark::Bars,
    },
    Combination {
        id: "conversations",
        label: "Conversations",
        help: "Who talks with whom. Sent is what the first host sends to the second.",
        by: "pair",
        measures: "bytes,packets,bytes_out,bytes_in,flows,duration_max",
        mark: Mark::Bars,
    },
    Combination {
        id: "distributions",
        label: "Distributions",
        help: "How sizes are spread; split by flow duration, flow bytes or any column in bins to see these, and by a group to compare. \
               Density, cumulative share and box plot are among the charts.",
        by: "packet_size",
        measures: "packets,bytes",
        mark: Mark::Columns,
    },
    Combination {
        id: "heatmap",
        label: "Heatmap",
        help: "Any two dimensions against each other: hosts over time, hosts and ports, hours and weekdays.",
        by: "host:20,time=~48",
        measures: "packets",
        mark: Mark::Heat,
    },
    Combination {
        id: "correlation",
        label: "Correlation",
        help: "Which columns of numbers of a table, or features of flows, go together: 1 if one rises whenever the other does, -1 if \
               it falls (Spearman's rank correlation, of at most 20,000 rows or flows).",
        by: "",
        measures: "correlation",
        mark: Mark::Heat,
    },
    Combination {
        id: "services",
        label: "Services",
        help: "How the services on each port fare: failed flows, retransmissions, response times.",
        by: "port",
        measures: "flows,errors,retransmissions,response_median,response_p95,hosts",
        mark: Mark::Table,
    },
];

/// What is chosen in Explore. What is none is as the combination says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExploreRoute {
    /// Id of the combination; empty for the first.
    pub combination: String,
    /// Other dimensions.
    pub by: Option<Vec<Split>>,
    /// Other measures.
    pub measures: Option<Vec<Term>>,
    /// Another mark.
    pub mark: Option<Mark>,
    /// What is counted.
    pub filter: Filter,
    /// Order of the rows.
    pub order: Order,
}

/// Rows that the page shows, at most.
pub const MOST_ROWS: u32 = 400;
/// Series that are told apart over time: as many as there are colours, but for that of the others.
pub const MOST_SERIES: u32 = 4;
/// Names of a heatmap.
const MOST_NAMES: u32 = 20;

impl ExploreRoute {
    /// A combination, with nothing changed.
    pub fn of(combination: &'static Combination) -> ExploreRoute {
        let is_first = COMBINATIONS.first().is_some_and(|first| first.id == combination.id);
        let id = if is_first { "" } else { combination.id };
        ExploreRoute { combination: id.to_owned(), ..ExploreRoute::default() }
    }

    /// The combination that is chosen.
    pub fn combination(&self) -> &'static Combination {
        let [first, ..] = &COMBINATIONS;
        COMBINATIONS.iter().find(|one| one.id == self.combination).unwrap_or(first)
    }

    /// The dimensions.
    pub fn by(&self) -> Vec<Split> {
        self.by.clone().unwrap_or_else(|| Split::parse_list(self.combination().by))
    }

    /// The measures; the first is drawn.
    pub fn measures(&self) -> Vec<Term> {
        self.measures.clone().unwrap_or_else(|| Term::parse_list(self.combination().measures))
    }

    /// How it is drawn.
    pub fn mark(&self) -> Mark {
        self.mark.unwrap_or(self.combination().mark)
    }

    /// The question within a selection, of what an input has: a dimension or measure that it lacks is replaced by one of
    /// its own.
    pub fn question(
        &self,
        catalogue: &Catalogue,
        within: &super::selection::Selection,
        offset_minutes: i32,
    ) -> Question {
        let mut by = self.by();
        for split in &mut by {
            if !has(&catalogue.dimensions, &split.term) {
                let other = catalogue.dimensions.iter().find(|choice| choice.term.id == "label");
                let first = || catalogue.dimensions.iter().find(|choice| !choice.is_ordered);
                if let Some(choice) = other.or_else(first) {
                    split.term = choice.term.clone();
                }
            }
        }
        by.retain(|split| has(&catalogue.dimensions, &split.term));
        let mut seen: Vec<Term> = Vec::new();
        by.retain(|split| {
            let is_new = !seen.contains(&split.term);
            seen.push(split.term.clone());
            is_new
        });
        let mut measures = self.measures();
        measures.retain(|term| has(&catalogue.measures, term));
        if measures.is_empty() {
            measures.extend(catalogue.measures.first().map(|choice| choice.term.clone()));
        }
        measures.truncate(Question::MOST_MEASURES);
        if measures.first().is_some_and(|term| term.id == "correlation") {
            by.clear();
            measures.truncate(1);
        } else {
            measures.retain(|term| term.id != "correlation");
        }
        if self.mark() == Mark::Boxes {
            measures = boxes(&measures, catalogue).unwrap_or(measures);
        }
        let filter = within.over(&self.filter);
        Question {
            by: self.limited(by, catalogue),
            measures,
            selection: explore::Selection {
                text: filter.whole_text(),
                flow: filter.flow,
                finding: filter.finding,
                from_ns: filter.scope.from_ns,
                to_ns: filter.scope.to_ns,
            },
            order: self.order,
            limit: matches!(self.mark(), Mark::Table | Mark::Bars).then_some(MOST_ROWS),
            offset_minutes,
        }
    }

    /// Names are many: what is drawn needs no more than can be told apart.
    fn limited(&self, by: Vec<Split>, catalogue: &Catalogue) -> Vec<Split> {
        let is_ordered =
            |term: &Term| catalogue.dimensions.iter().any(|choice| choice.term.id == term.id && choice.is_ordered);
        let limit = |(nth, split): (usize, Split)| {
            let most = match self.mark() {
                Mark::Areas | Mark::Lines | Mark::LogLines | Mark::Density if nth > 0 => Some(MOST_SERIES),
                Mark::Heat | Mark::Clusters | Mark::Columns | Mark::Cumulative | Mark::Density | Mark::Boxes
                    if !is_ordered(&split.term) =>
                {
                    Some(MOST_NAMES)
                }
                _ => None,
            };
            let least = [split.limit, most].into_iter().flatten().min();
            Split { limit: least, ..split }
        };
        by.into_iter().enumerate().map(limit).collect()
    }
}

/// The five measures that boxes are drawn from, the median first, as it orders the rows: of the first measure that has them, else
/// of the first that an input has.
fn boxes(measures: &[Term], catalogue: &Catalogue) -> Option<Vec<Term>> {
    let offered = catalogue.measures.iter().map(|choice| &choice.term);
    let medians = offered.filter(|term| matches!(term.id.as_str(), "median" | "duration_median"));
    let mut five = measures.iter().chain(medians).find_map(Mark::five)?.to_vec();
    five.swap(0, 2);
    Some(five)
}

/// True if a term is among choices; one of a width is as good as without.
pub(super) fn has(choices: &[Choice], term: &Term) -> bool {
    choices.iter().any(|choice| choice.term == *term || choice.term.id == "time" && term.id == "time")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::selection::Selection;
    use std::collections::BTreeSet;

    fn choice(term: &str, is_ordered: bool) -> Choice {
        Choice { term: Term::parse(term), is_ordered, ..Choice::default() }
    }

    #[test]
    fn what_an_input_lacks_is_replaced() {
        let rows_only = Catalogue {
            dimensions: vec![choice("column=a", false), choice("label", false)],
            measures: vec![choice("rows", false)],
            n_left_out: 0,
        };
        for combination in &COMBINATIONS {
            let question = ExploreRoute::of(combination).question(&rows_only, &Selection::default(), 0);
            let by = if combination.by.is_empty() { "" } else { "label" };
            let asked: Vec<&str> = question.by.iter().map(|split| split.term.id.as_str()).collect();
            assert_eq!(asked.join(","), by, "{}", combination.id);
            assert_eq!(question.measures, [Term::new("rows")]);
        }
    }

    #[test]
    fn boxes_ask_for_quartiles_of_what_has_them() {
        let catalogue = Catalogue {
            dimensions: vec![choice("label", false)],
            measures: ["rows", "duration_median", "median=a", "median=b"].map(|term| choice(term, false)).to_vec(),
            n_left_out: 0,
        };
        let asked = |measure: &str| {
            let (by, measures) = (Some(Split::parse_list("label")), Some(Term::parse_list(measure)));
            let route = ExploreRoute { by, measures, mark: Some(Mark::Boxes), ..ExploreRoute::default() };
            crate::model::explore::list(&route.question(&catalogue, &Selection::default(), 0).measures)
        };
        assert_eq!(asked("median=b"), "median=b,q1=b,min=b,q3=b,max=b");
        assert_eq!(asked("rows"), "duration_median,duration_q1,duration_min,duration_q3,duration_max");
    }

    #[test]
    fn combinations_are_told_apart_and_draw_what_can_be_told_apart() {
        let ids: BTreeSet<&str> = COMBINATIONS.iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), COMBINATIONS.len());
        let capture = Catalogue {
            dimensions: vec![choice("time", true), choice("host", false), choice("port", false)],
            measures: vec![choice("bytes", false)],
            n_left_out: 0,
        };
        let by = Some(Split::parse_list("time=10s,host:9"));
        let route = ExploreRoute { combination: "time".to_owned(), by, ..ExploreRoute::default() };
        let question = route.question(&capture, &Selection::default(), 0);
        assert_eq!(crate::model::explore::list(&question.by), "time=10s,host:4");
        assert_eq!(question.limit, None);
    }
}
