//! What a model says of rows to a few findings: one for each class and source, with the features that spoke for it.

use super::apply::Judged;
use crate::detect::card::Card;
use crate::detect::support::finding_builder::{FindingBuilder, Identity, evidence, host_filter, time_filter};
use crate::detect::support::severity::{Confidence, Impact};
use crate::learn::column::Cells;
use crate::learn::trained::recipe::Reading;
use crate::learn::trained::{Measures, TrainedModel};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::finding::{Category, Evidence, Finding};
use crate::model::format::quantity::{counted, percent, plain, with_unit};
use crate::model::{Addr, Flow};
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::AnomalyLink;
use std::collections::{BTreeMap, BTreeSet};

/// Most findings of one model.
const MOST_FINDINGS: usize = 20;
/// Features that a finding names.
const MOST_REASONS: usize = 4;
/// The share of a finding's flows from which on another finding says the same.
const SAME: f64 = 0.8;

/// The texts of what trained models say.
pub const CARD: Card = Card {
    id: "trained_model",
    name: "Trained model",
    category: Category::Statistical,
    technique: None,
    sees: "Rows that a model, trained on labelled data, holds for attacks.",
    matters: "The model knows attacks of the data that it was trained on, and finds what looks like them.",
    otherwise: "Traffic of another network than that of the training data.",
    benign_causes: &[
        "Wanted traffic that the training data does not have, or has only as an attack.",
        "Another network, other programs or another way of capturing than in the training data.",
    ],
    advice: &[
        "Look at the features that spoke for it, and open the flows.",
        "Compare with the other findings about these hosts: a model alone is a hint, not proof.",
        "Measure the model on labelled traffic of this network with `packetloupe evaluate --model`.",
    ],
    part_of: &[],
    source: "The model's own card: data, folds and figures.",
}
.explained_where_shown();

struct Group {
    class: String,
    source: Option<Addr>,
    /// Rows by falling probability.
    rows: Vec<usize>,
}

impl Group {
    /// The likeliest of its rows.
    fn top(&self) -> usize {
        self.rows.first().copied().unwrap_or(0)
    }
}

/// Findings for the rows that the model reports; those of `known` are named where they mean the same flows.
pub fn findings(model: &TrainedModel, judged: &Judged, pipeline: &Pipeline, known: &[Finding]) -> Vec<Finding> {
    let threshold = model.file.threshold;
    let p = |row: usize| judged.probability(row);
    let mut groups: BTreeMap<(String, Option<Addr>), Vec<usize>> = BTreeMap::new();
    for row in (0..judged.said.probabilities.len()).filter(|row| p(*row) >= threshold) {
        let class = model.class(judged.said.rows.row(row)).filter(|class| class.is_attack);
        let class = class.map_or("attack", |class| class.name.as_str()).to_owned();
        let source = flow(judged, pipeline, row).map(|(_, flow)| flow.originator().0);
        groups.entry((class, source)).or_default().push(row);
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|((class, source), mut rows)| {
            rows.arrange_by(|a, b| p(*b).total_cmp(&p(*a)).then(a.cmp(b)));
            Group { class, source, rows }
        })
        .collect();
    let n_groups = groups.len();
    groups.arrange_by_key(|group| std::cmp::Reverse(group.rows.len()));
    groups.truncate(MOST_FINDINGS);
    let report = Report { model, judged, pipeline, known, n_groups };
    groups.iter().map(|group| report.finding(group)).collect()
}

/// What a model says of an input, with what findings about it need.
struct Report<'a> {
    model: &'a TrainedModel,
    judged: &'a Judged,
    pipeline: &'a Pipeline,
    known: &'a [Finding],
    /// Groups in all, also those that are not reported.
    n_groups: usize,
}

fn flow<'a>(judged: &Judged, pipeline: &'a Pipeline, row: usize) -> Option<(u32, &'a Flow)> {
    let serial = judged.serials.get(row).copied().flatten()?;
    Some((serial, pipeline.flows().get(serial)?))
}

impl Report<'_> {
    fn finding(&self, group: &Group) -> Finding {
        let Report { model, judged, pipeline, .. } = *self;
        let flows: Vec<(u32, &Flow)> = group.rows.iter().filter_map(|row| flow(judged, pipeline, *row)).collect();
        let mut serials: Vec<u32> = flows.iter().map(|(serial, _)| *serial).collect();
        serials.sort_unstable();
        serials.dedup();
        let top = group.top();
        let probability = judged.probability(top);
        let n = group.rows.len() as u64;
        let many = judged.subjects.scope().nouns().1;
        let reasons = reasons(model, judged, top);
        let threshold = model.file.threshold;
        let extent = (probability - threshold) / (1.0 - threshold).max(1e-9);
        let ports = flows.iter().filter(|(_, flow)| flow.is_tcp() || flow.is_udp()).map(|(_, flow)| flow.responder().1);
        let protocols: BTreeSet<String> = flows.iter().map(|(_, flow)| flow.transport().to_string()).gathered();
        let builder = Finding::builder(&CARD)
            .title(self.title(group))
            .score(probability)
            .weighed(
                Impact::ACCESS_TRY,
                Confidence::UNLIKELY.towards(Confidence::LIKELY, extent * model.file.card.measures.precision()),
                extent,
            )
            .sources(group.source)
            .targets(flows.iter().map(|(_, flow)| flow.responder().0))
            .ports(ports)
            .protocol(protocols.into_iter().collect::<Vec<_>>().join(", "))
            .explanation(self.explanation(group, &reasons, &serials))
            .evidence([
                evidence("Probability", probability, "", format!("reported from {}", plain(round(threshold)))),
                evidence(&format!("{} reported", capital(many)), n as f64, many, String::new()),
            ])
            .evidence(reasons)
            .identity(Identity::Word(group.class.clone()));
        let builder = match group.source {
            Some(source) => of_source(builder, source, &flows),
            None => builder,
        };
        if flows.is_empty() {
            let number = |row: &usize| match judged.subjects.link(pipeline, *row) {
                AnomalyLink::Row(number) => Some(number),
                _ => None,
            };
            return builder.packet_indices(group.rows.iter().filter_map(number).collect()).build();
        }
        let n_packets = flows.iter().map(|(_, flow)| flow.packets()).sum();
        builder.n_flows(serials.len() as u64).n_packets(n_packets).flow_serials(serials).build()
    }

    fn title(&self, group: &Group) -> String {
        let (one, many) = self.judged.subjects.scope().nouns();
        let n = group.rows.len() as u64;
        let what = counted(n, one, many);
        let from = group.source.map(|source| format!(" from {source}")).unwrap_or_default();
        let (looks, class) = (if n == 1 { "looks" } else { "look" }, &group.class);
        let like = if class == "attack" { "an attack".to_owned() } else { format!("{class:?}") };
        format!("{what}{from} {looks} like {like} to the trained model")
    }

    fn explanation(&self, group: &Group, reasons: &[Evidence], serials: &[u32]) -> String {
        let Report { model, judged, pipeline, known, n_groups } = *self;
        let top = group.top();
        let mut explanation = format!(
            "The model ({}, trained on {}) gives {} a probability of {} to be an attack; it reports from {}.",
            model.file.method.replace('_', " "),
            model.file.card.data.join(", "),
            if group.rows.len() == 1 {
                "it".to_owned()
            } else {
                format!("the likeliest of them, {},", judged.subjects.name(pipeline, top))
            },
            percent(judged.probability(top), 1.0),
            percent(model.file.threshold, 1.0),
        );
        let named: Vec<String> = reasons
            .iter()
            .map(|of| format!("{} ({}; {})", of.name, with_unit(of.value, &of.unit), of.typical))
            .collect();
        if !named.is_empty() {
            explanation.push_str(&format!(" What speaks for it most: {}.", named.join("; ")));
        }
        let measures = &model.file.card.measures;
        let (n_found, n_of_class) = recall(measures, &group.class);
        explanation.push_str(&format!(
            " On rows of its own data that it was not trained on, {} of what it reported were attacks and it found {} of this kind.",
            percent(measures.precision(), 1.0),
            percent(n_found as f64, n_of_class.max(1) as f64),
        ));
        if let Some(same) = known.iter().find(|other| means_same(other, serials)) {
            explanation.push_str(&format!(
                " The finding \"{}\" means the same flows: this one adds nothing to it.",
                same.title
            ));
        }
        if n_groups > MOST_FINDINGS {
            explanation.push_str(&format!(" Of {n_groups} such groups the {MOST_FINDINGS} largest are reported."));
        }
        explanation
    }
}

/// When the flows of a source were, and a filter for them.
fn of_source(builder: FindingBuilder, source: Addr, flows: &[(u32, &Flow)]) -> FindingBuilder {
    let ends = |of: fn(&Flow) -> i64| flows.iter().map(move |(_, flow)| of(flow));
    let (start, end) = (ends(|f| f.first_ns).min().unwrap_or(0), ends(|f| f.last_ns).max().unwrap_or(0));
    let filter = host_filter("addr", source);
    let filter = if start > 0 { format!("{filter} && {}", time_filter(start, end)) } else { filter };
    builder.period((start, end)).filter(filter)
}

/// Of the rows of an attack class in the model's own test: how many it reported, and how many there were.
fn recall(measures: &Measures, class: &str) -> (u64, u64) {
    let of_class = measures.by_class.iter().filter(|of| of.is_attack && (class == "attack" || of.name == class));
    of_class.fold((0, 0), |(n_found, n_rows), of| (n_found + of.n_reported, n_rows + of.n_rows))
}

fn means_same(other: &Finding, serials: &[u32]) -> bool {
    let n = serials.iter().filter(|serial| other.flow_serials.binary_search(serial).is_ok()).count();
    other.category != Category::Statistical && n > 0 && n as f64 >= SAME * serials.len() as f64
}

/// The features that speak for an attack, with what is usual in the benign rows of the training data.
fn reasons(model: &TrainedModel, judged: &Judged, row: usize) -> Vec<Evidence> {
    let mut reasons = Vec::new();
    for reason in model.reasons(judged.said.rows.row(row)) {
        let Some(feature) = model.file.recipe.features.get(reason.feature) else { continue };
        let Some(needed) = model.file.recipe.columns.get(feature.column) else { continue };
        let column = judged.columns.iter().find(|column| column.name == needed.name);
        let value = match (&feature.reading, column.map(|column| &column.cells)) {
            (Reading::Number, Some(Cells::Numbers(values))) => values.get(row).copied().unwrap_or(f64::NAN),
            (Reading::Text(text), Some(Cells::Texts(codes, texts))) => {
                let own = codes.get(row).copied().flatten().and_then(|code| texts.get(code as usize));
                f64::from(u8::from(own == Some(text)))
            }
            _ => continue,
        };
        if value.is_nan() || reasons.len() >= MOST_REASONS {
            continue;
        }
        let quartiles = model.file.usual.get(reason.feature).and_then(|usual| usual.quartiles);
        let typical = match (&feature.reading, quartiles) {
            (Reading::Number, Some([low, median, high])) => format!(
                "benign: median {}, middle half {} to {}",
                with_unit(round(median), &needed.unit),
                plain(round(low)),
                plain(round(high))
            ),
            _ => "benign: mostly otherwise".to_owned(),
        };
        reasons.push(evidence(&feature.name, value, &needed.unit, typical));
    }
    reasons
}

fn capital(word: &str) -> String {
    let mut word = word.to_owned();
    word.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    word
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
