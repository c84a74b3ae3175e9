//! The flow table to rows, one a flow: CICFlowMeter's figures, score, severity, findings and, when asked for, figures of our own.
//!
//! Where the flows are not those of the flow table, score, severity, findings and further figures are those of the flow that the
//! first packet belongs to.

use crate::flow::features::figures::Figures;
use crate::flow::features::own::OwnFigures;
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::table::FlowTable;
use crate::maths::sorting::Arrange;
use crate::model::finding::{Finding, Severity};
use std::io;

/// What the rows are made from.
pub struct FlowSource<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// Server names.
    pub names: &'a Names,
    /// The tables beside the flow table, if any was asked for.
    pub optional: Option<&'a OptionalTables>,
    /// Largest score of the models for each kept flow, in order, not a number where there is none; may be shorter.
    pub scores: &'a [f32],
    /// Findings; their ids, parted by `;`, and worst severity go to the flows that they list.
    pub findings: &'a [Finding],
    /// Serial numbers of the flows that are written, ascending; all if none are named.
    pub passing: Option<&'a [u32]>,
}

/// One flow.
pub struct FlowRow<'a> {
    /// The figures of CICFlowMeter's columns.
    pub figures: &'a Figures,
    /// Those of our own columns, if they were asked for.
    pub own: Option<OwnFigures>,
    /// Largest score of the models.
    pub score: Option<f32>,
    /// The worst of its findings.
    pub severity: Option<Severity>,
    /// Ids of its findings, parted by `;`.
    pub findings: &'a str,
}

impl FlowSource<'_> {
    /// True if rows have figures of our own columns.
    pub fn has_own(&self) -> bool {
        self.optional.is_some_and(|optional| optional.extended.is_some())
    }

    /// Gives each row to `take`, in order of the flows' first packets.
    ///
    /// # Errors
    /// That of `take`, which ends it.
    pub fn each(&self, mut take: impl FnMut(&FlowRow<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut rows = Rows { source: self, named: Named::new(self.findings), ids: String::new() };
        let passes = |serial: u32| self.passing.is_none_or(|passing| passing.binary_search(&serial).is_ok());
        match self.optional.and_then(|optional| optional.cic.as_ref()) {
            Some(cic) => cic
                .rows()
                .filter(|(serial, _)| passes(*serial))
                .try_for_each(|(serial, figures)| take(&rows.row(serial, &figures))),
            None => self
                .flows
                .iter()
                .filter(|(serial, _)| passes(*serial))
                .try_for_each(|(serial, flow)| take(&rows.row(serial, &Figures::from(flow)))),
        }
    }
}

struct Rows<'a> {
    source: &'a FlowSource<'a>,
    named: Named<'a>,
    ids: String,
}

impl Rows<'_> {
    fn row<'b>(&'b mut self, serial: u32, figures: &'b Figures) -> FlowRow<'b> {
        let FlowSource { flows, names, optional, scores, .. } = *self.source;
        let own = || {
            let flow = flows.get(serial)?;
            let extended = optional?.extended.as_ref()?;
            Some(OwnFigures::new(flow, extended.get(serial), names.text(flow.name)))
        };
        let place = serial.checked_sub(flows.first_serial());
        let score = place.and_then(|place| scores.get(place as usize)).copied();
        let severity = self.named.of(serial, &mut self.ids);
        FlowRow { figures, own: own(), score, severity, findings: &self.ids }
    }
}

/// Which findings list which flow.
struct Named<'a> {
    findings: &'a [Finding],
    /// Serial number and place of the finding, ascending.
    pairs: Vec<(u32, u32)>,
}

impl<'a> Named<'a> {
    fn new(findings: &'a [Finding]) -> Named<'a> {
        let mut pairs: Vec<(u32, u32)> = (0u32..)
            .zip(findings)
            .flat_map(|(place, finding)| finding.flow_serials.iter().map(move |serial| (*serial, place)))
            .collect();
        pairs.arrange();
        Named { findings, pairs }
    }

    /// Puts the ids of a flow's findings into `ids`; gives the worst severity.
    fn of(&self, serial: u32, ids: &mut String) -> Option<Severity> {
        let start = self.pairs.partition_point(|(of, _)| *of < serial);
        let mut severity: Option<Severity> = None;
        ids.clear();
        for (_, place) in self.pairs.iter().skip(start).take_while(|(of, _)| *of == serial) {
            let Some(finding) = self.findings.get(*place as usize) else { continue };
            severity = severity.max(Some(finding.severity));
            if !ids.is_empty() {
                ids.push(';');
            }
            ids.push_str(&finding.id);
        }
        severity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::START_NS;
    use crate::model::Category;

    fn finding(id: &str, severity: Severity, flow_serials: Vec<u32>) -> Finding {
        Finding {
            id: id.to_owned(),
            detector: "made".to_owned(),
            category: Category::Scan,
            title: String::new(),
            severity,
            score: 0.5,
            confidence: 0.5,
            technique: None,
            technique_name: None,
            start_ns: START_NS,
            end_ns: START_NS,
            sources: Vec::new(),
            targets: Vec::new(),
            ports: Vec::new(),
            protocol: "TCP".to_owned(),
            names: vec![],
            series: None,
            evidence: Vec::new(),
            explanation: String::new(),
            benign_causes: Vec::new(),
            advice: Vec::new(),
            display_filter: String::new(),
            n_flows: flow_serials.len() as u64,
            n_packets: 0,
            flow_serials,
            packet_indices: Vec::new(),
            repeats: None,
            same_traffic: Vec::new(),
            is_supposed: false,
        }
    }

    #[test]
    fn a_flow_has_the_ids_of_its_findings_and_the_worst_severity() {
        let findings = [finding("a-1", Severity::Low, vec![0, 1]), finding("b-2", Severity::High, vec![1])];
        let (named, mut ids) = (Named::new(&findings), String::new());
        let mut of = |serial| (named.of(serial, &mut ids), ids.clone());
        assert_eq!(of(0), (Some(Severity::Low), "a-1".to_owned()));
        assert_eq!(of(1), (Some(Severity::High), "a-1;b-2".to_owned()));
        assert_eq!(of(2), (None, String::new()));
    }
}
