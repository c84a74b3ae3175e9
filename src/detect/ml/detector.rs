//! Turns the flow table into scores and findings with any [`Model`]: learn from a sample, score all flows, report those
//! past a threshold.
//!
//! What the model learnt is kept, so that a changed threshold only repeats the last step.

use crate::detect::detector::{Conclusion, Context, Detector};
use crate::detect::ml::flow_rows::{FlowRows, Key};
use crate::detect::ml::outliers::{Evaluated, findings};
use crate::detect::ml::rows::{self, FittedRows};
use crate::detect::ml::spec::Spec;
use crate::learn::model::Model;
use crate::learn::scale::Robust;
use crate::maths::order::nearest_quantile;
use crate::model::format::quantity;
use crate::settings::{self, Descriptor, Settings};
use crate::stats::rows::RowStore;

/// The setting for the score from which on a flow is reported.
pub const fn threshold(id: &'static str, help: &'static str, default: f64) -> Descriptor {
    Descriptor::number(id, "Score for a report", default).range(0.5, 0.99).help(help)
}

/// The setting for the fewest flows that a model is made of.
pub const fn fewest_flows(id: &'static str) -> Descriptor {
    Descriptor::count(id, "Fewest flows", 100.0)
        .range(10.0, 100_000.0)
        .unit("flows")
        .help("With fewer flows there is no baseline, and nothing is scored.")
}

/// The setting for the most flows that are scored; `help` says how long they take.
pub const fn most_scored(id: &'static str, help: &'static str) -> Descriptor {
    Descriptor::count(id, "Most flows scored", 50_000.0).range(1000.0, 100_000_000.0).unit("flows").help(help)
}

/// A detector that works by a model.
pub struct ModelDetector<M> {
    spec: &'static Spec,
    fitted: Option<(Key, Fitted<M>)>,
    fitted_rows: Option<FittedRows<M>>,
}

struct Fitted<M> {
    model: M,
    usual: Robust,
    /// One a kept flow, NaN where it was not scored.
    scores: Vec<f32>,
    median_score: f32,
}

impl<M: Model> ModelDetector<M> {
    /// One that has learnt nothing yet.
    pub fn new(spec: &'static Spec) -> ModelDetector<M> {
        ModelDetector { spec, fitted: None, fitted_rows: None }
    }
}

impl<M: Model> Detector for ModelDetector<M> {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let n = context.flows.len();
        let fewest = context.settings.get(self.spec.fewest);
        if (n as f64) < fewest {
            let flows = quantity::counted(n as u64, "flow", "flows");
            return not_enough(format!(
                "Only {flows}: a model of this capture's baseline needs at least {}.",
                quantity::plain(fewest)
            ));
        }
        let key = Key {
            seed: context.settings.count(&settings::SEED),
            most_scored: context.settings.get(self.spec.most) as u32,
            n_flows: n,
            first_serial: context.flows.first_serial(),
            packets: context.packets,
        };
        if self.fitted.as_ref().is_none_or(|(fitted_for, _)| *fitted_for != key) {
            let rows = context.rows.rows(context.flows, key);
            self.fitted = fit(&rows, n, key.seed).map(|fitted| (key, fitted));
        }
        let Some((_, fitted)) = &self.fitted else {
            return not_enough("All flows are alike, so there are no outliers.".to_owned());
        };
        let evaluated = Evaluated {
            card: self.spec.card,
            threshold: context.settings.get(self.spec.threshold) as f32,
            scores: &fitted.scores,
            median_score: fitted.median_score,
            usual: &fitted.usual,
            parts: &|row, usual| fitted.model.parts(row, usual),
        };
        Conclusion {
            findings: findings(&evaluated, context.flows),
            scores: Some(fitted.scores.clone()),
            ..Conclusion::default()
        }
    }

    fn finish_rows(&mut self, rows: &RowStore, settings: &Settings) -> Option<Conclusion> {
        Some(rows::finish(self.spec, &mut self.fitted_rows, rows, settings))
    }
}

fn not_enough(why: String) -> Conclusion {
    Conclusion { not_enough_data: Some(why), ..Conclusion::default() }
}

fn fit<M: Model>(rows: &FlowRows, n_flows: usize, seed: u64) -> Option<Fitted<M>> {
    let model = M::fit(&rows.learnt, &rows.usual, seed)?;
    let mut scores = vec![f32::NAN; n_flows];
    let scored = rows.scored.iter().flat_map(|block| model.scores(block));
    for (place, score) in rows.places.iter().zip(scored) {
        if let Some(slot) = scores.get_mut(*place as usize) {
            // Six decimals: what differs in the last bits between a browser and a native program must not show.
            *slot = ((score * 1e6).round() / 1e6) as f32;
        }
    }
    let mut sorted: Vec<f32> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let median_score = nearest_quantile(&sorted, 0.5);
    Some(Fitted { model, usual: rows.usual.clone(), scores, median_score })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::detector::Entry;
    use crate::detect::ml::{isolation_forest, pca};
    use crate::detect::support::testing;
    use crate::flow::endpoints::EndpointIndex;
    use crate::flow::names::Names;
    use crate::flow::table::{FlowKeyHash, FlowTable, Limits};
    use crate::model::format::time::SECOND;
    use crate::model::packet::{Ip, Packet, Transport, Udp};
    use crate::model::{Addr, Severity};

    const ODD_PORT: u16 = 9999;

    fn udp(time_ns: i64, from: (u8, u16), to: (u8, u16), payload_bytes: u32) -> Packet {
        let (source, target) = (Addr::v4([10, 0, 0, from.0]), Addr::v4([10, 0, 0, to.0]));
        let wire_bytes = payload_bytes + 42;
        Packet {
            time_ns,
            wire_bytes,
            captured_bytes: wire_bytes,
            macs: None,
            arp: None,
            ip: Some(Ip {
                source,
                target,
                protocol: 17,
                ttl: 64,
                is_fragment: false,
                payload_bytes: payload_bytes + 8,
            }),
            transport: Transport::Udp(Udp { source_port: from.1, target_port: to.1, payload_bytes }),
            ..testing::arp(0, 0.0, 1, 1, source, target)
        }
    }

    /// Questions and answers of much the same size, and after the first hundred one flow of a thousand full packets.
    fn table(n_flows: u16) -> FlowTable {
        let (mut table, names) = (FlowTable::new(Limits::default()), Names::default());
        let mut add = |packet: Packet| {
            let found = table.seek(&packet, table.begin(FlowKeyHash::of(&packet)));
            table.update(&packet, found, &names, &mut |_, _| {});
        };
        for i in 0..n_flows {
            let (at, size) = (i64::from(i) * SECOND, u32::from(i % 13));
            let client = ((i % 20) as u8, 30_000 + i);
            add(udp(at, client, (200, 53), 40 + size));
            add(udp(at + 2_000_000 + i64::from(i % 7) * 100_000, (200, 53), client, 90 + 2 * size));
            if i == 100 {
                (0..1000).for_each(|k| add(udp(at + k * 1_000_000, (77, 4000), (78, ODD_PORT), 1400)));
            }
        }
        table
    }

    fn finish(detector: &mut dyn Detector, flows: &FlowTable, settings: &Settings) -> Conclusion {
        let names = Names::default();
        let endpoints = EndpointIndex::of(flows);
        let fields = crate::flow::fields::FlowFields::default();
        let span_ns = (0, 0);
        detector.finish(&Context {
            settings,
            flows,
            endpoints: &endpoints,
            losses: &Default::default(),
            names: &names,
            fields: &fields,
            contacts: &Default::default(),
            claims: &Default::default(),
            gateway: &Default::default(),
            answers: &Default::default(),
            outside: Default::default(),
            site: &Default::default(),
            rows: &Default::default(),
            span_ns,
            packets: 0,
        })
    }

    fn both(of: impl Fn(&Entry)) {
        of(&pca::ENTRY);
        of(&isolation_forest::ENTRY);
    }

    #[test]
    fn the_odd_flow_is_found_and_explained() {
        let flows = table(400);
        both(|entry| {
            let result = finish((entry.make)().as_mut(), &flows, &Settings::default());
            let finding = &result.findings[0];
            assert_eq!(finding.ports, [ODD_PORT], "{}", entry.card.id);
            assert_eq!((finding.n_flows, finding.n_packets), (1, 1000));
            assert!(finding.severity <= Severity::Low);
            // It is far outside in several properties that go together; which of them a forest cut by is left to chance.
            let reasons = [
                ("Packets sent", "packets sent (1,000 packets; median 1 packet"),
                ("Byte rate", "byte rate (1,401,401 B/s; "),
            ];
            let (name, words) =
                reasons.into_iter().find(|(name, _)| finding.evidence.iter().any(|e| e.name == *name)).unwrap();
            assert!(finding.explanation.contains(words), "{name}: {}", finding.explanation);
            let scores = result.scores.unwrap();
            let top = scores[finding.flow_serials[0] as usize];
            assert_eq!(scores.len(), flows.len());
            assert!(scores.iter().all(|score| *score <= top && (0.0..=1.0).contains(score)));
        });
    }

    #[test]
    fn unusual_flows_of_the_same_actors_are_one_finding() {
        let (mut flows, names) = (table(400), Names::default());
        for (k, port) in [(0_i64, 9000_u16), (1, 9001), (2, 9002)] {
            for i in 0..800 {
                let packet = udp((500 + k) * SECOND + i * 1_000_000, (90, 5000), (91, port), 1400);
                let found = flows.seek(&packet, flows.begin(FlowKeyHash::of(&packet)));
                flows.update(&packet, found, &names, &mut |_, _| {});
            }
        }
        both(|entry| {
            let result = finish((entry.make)().as_mut(), &flows, &Settings::default());
            let three = result.findings.iter().find(|finding| finding.ports == [9000, 9001, 9002]).unwrap();
            assert_eq!((three.n_flows, three.n_packets), (3, 2400), "{}", entry.card.id);
            assert_eq!(three.title, "3 flows from 10.0.0.90 to 10.0.0.91 are unusual");
            assert!(three.display_filter.contains("udp.port in {9000, 9001, 9002}"), "{}", three.display_filter);
            assert!(three.flow_serials.is_sorted() && three.flow_serials.len() == 3);
        });
    }

    #[test]
    fn few_flows_are_not_enough() {
        both(|entry| {
            let result = finish((entry.make)().as_mut(), &table(98), &Settings::default());
            assert_eq!(
                result.not_enough_data.unwrap(),
                "Only 98 flows: a model of this capture's baseline needs at least 100."
            );
            assert!(result.findings.is_empty() && result.scores.is_none());
        });
    }

    #[test]
    fn a_threshold_selects_among_the_same_scores() {
        let flows = table(400);
        both(|entry| {
            let (mut low, mut detector) = (Settings::default(), (entry.make)());
            assert!(low.set(&entry.settings[0], 0.5));
            let strict = finish(detector.as_mut(), &flows, &Settings::default());
            let mild = finish(detector.as_mut(), &flows, &low);
            assert_eq!(strict.scores, mild.scores);
            let reached = |result: &Conclusion| result.findings.iter().map(|f| f.n_flows).sum::<u64>();
            assert!(reached(&mild) > reached(&strict));
            assert!(mild.findings.len() <= 3);
        });
    }

    #[test]
    fn past_the_cap_a_sample_is_scored_and_that_is_said() {
        let flows = table(2000);
        both(|entry| {
            let mut capped = Settings::default();
            assert!(capped.set(&entry.settings[2], 1000.0) && capped.set(&entry.settings[0], 0.5));
            let result = finish((entry.make)().as_mut(), &flows, &capped);
            let scored = result.scores.unwrap().iter().filter(|score| !score.is_nan()).count();
            assert_eq!(scored, 1000);
            assert!(result.findings[0].explanation.contains("a random 1,000 of 2,001 flows"));
        });
    }
}
