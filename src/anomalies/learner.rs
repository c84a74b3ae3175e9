//! A task to what is unusual in it, and then the answers to what is asked about that.

use super::cuts::{cuts, histogram, proposed};
use super::subjects::RowLabels;
use super::task::Task;
use crate::learn::agreement::agreements;
use crate::learn::consensus::Consensus;
use crate::learn::explain::{Depth, Reason, Reasons, reasons, values_of};
use crate::learn::plane::Plane;
use crate::learn::prepare::{FeatureKind, Prepared, Step, prepare};
use crate::learn::random::Selection;
use crate::learn::scoring::Scored;
use crate::learn::work::Work;
use crate::learn::{METHODS, Method, Refusal};
use crate::maths::sorting::Arrange;
use crate::model::format::quantity;
use crate::model::listing::Page;
use crate::protocol::Window;
use crate::protocol::anomalies::{
    Agreement, AnomalyLink, AnomalyMap, AnomalyReason, AnomalyReasons, AnomalyResult, AnomalyRow, AnomalySort, Judged,
    MapAxis, MapPoint, MapRegion, MethodResult, ScoredWithin,
};
use crate::settings::Settings;
use crate::stats::labels::{Class, Labels};
use crate::stats::ranking::{Ranking, rank};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

/// Most rows in one answer.
const MOST_ROWS: u32 = 256;
/// Most rows on the map, and how many of these are the most unusual.
const MOST_POINTS: usize = 2000;
const MOST_TOP_POINTS: usize = 700;
/// Most steps of the preparation that are listed: of 2,000 columns a thousand may be left out.
const MOST_STEPS: usize = 100;
/// The share of rows that agreement compares, and the fewest.
const COMPARED: f64 = 0.01;
const FEWEST_COMPARED: usize = 10;
/// Rows of the list that are kept.
const MOST_KEPT: usize = 10_000;
/// Features named in a line of the list.
const MOST_NAMED: usize = 3;

/// What was learnt of a task.
pub struct Learner {
    task: Task,
    prepared: Prepared,
    consensus: Consensus,
    scores: Vec<f64>,
    /// The rows by falling score, of equal ones the first.
    order: Vec<u32>,
    /// Rows of the list that were told already: finding their reasons takes most of the time.
    described_rows: RefCell<BTreeMap<u32, AnomalyRow>>,
    /// Where rows lie on the map, once there is one.
    plane: OnceCell<ScaledPlane>,
    /// The part of the map that was asked for last, and the rows in it by falling score.
    in_region: RefCell<(Option<MapRegion>, Vec<u32>)>,
}

/// A plane whose map goes from 0 to 1 both ways.
struct ScaledPlane {
    plane: Plane,
    /// Where the map begins along each axis, and its length.
    extents: [(f64, f64); 2],
}

impl ScaledPlane {
    fn scaled(&self, [along, up]: [f64; 2]) -> (f32, f32) {
        let [x, y] = self.extents;
        (((along - x.0) / x.1) as f32, ((up - y.0) / y.1) as f32)
    }

    fn place(&self, prepared: &Prepared, row: u32) -> (f32, f32) {
        self.scaled(self.plane.place(prepared, row as usize))
    }
}

impl RowLabels {
    /// True if the label calls a row an attack.
    pub fn is_attack(&self, row: usize) -> bool {
        let class = self.of_rows.get(row).and_then(|class| self.classes.get(*class as usize));
        class.is_some_and(|(.., is_attack)| *is_attack)
    }

    fn class(&self, row: usize) -> Option<String> {
        let class = self.of_rows.get(row).and_then(|class| self.classes.get(*class as usize));
        class.map(|(name, ..)| name.clone())
    }

    /// Areas under the curves, and the curves.
    fn judge(&self, scores: &[f64]) -> Ranking {
        let class = |(name, n_rows, is_attack): &(String, u64, bool)| Class {
            name: name.clone(),
            n_rows: *n_rows,
            is_attack: *is_attack,
        };
        let labels = Labels::new(self.classes.iter().map(class).collect(), self.of_rows.clone());
        let scores: Vec<f32> = scores.iter().map(|score| *score as f32).collect();
        rank(&scores, &vec![false; scores.len()], &labels)
    }
}

impl Learner {
    /// Learns with some methods.
    pub fn learn(task: Task, methods: &[&'static Method], work: &mut Work<'_>) -> Result<Learner, Refusal> {
        let prepared = prepare(&task, &mut work.part(0.0, 0.1))?;
        let settings = settings(&task.choice.parameters);
        let consensus = Consensus::of(methods, &prepared, &settings, task.choice.seed, &mut work.part(0.1, 1.0))?;
        let scores = match &consensus.scored[..] {
            [alone] => alone.unit_scores(),
            _ => consensus.scores.clone(),
        };
        // With their scores: looked up elsewhere, each comparison would wait for the memory.
        let mut order: Vec<(f64, u32)> = scores.iter().copied().zip(0..).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let order = order.into_iter().map(|(_, row)| row).collect();
        let (plane, in_region) = (OnceCell::new(), RefCell::default());
        Ok(Learner { task, prepared, consensus, scores, order, described_rows: RefCell::default(), plane, in_region })
    }

    /// Scores from 0 to 1, one a row: of one method its own, of several the mean of the ranks.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// All that is shown at first.
    pub fn result(&self, work: &mut Work<'_>) -> Result<AnomalyResult, Refusal> {
        let labels = self.task.labels.as_ref();
        let n = self.scores.len();
        let proposals = proposed(&self.scores, self.task.choice.share);
        let n_compared = ((n as f64 * COMPARED).round() as usize).max(FEWEST_COMPARED).min(n);
        let agree =
            |of: crate::learn::agreement::Agreement| Agreement { correlation: of.correlation, shared: of.shared };
        let method = |scored: &Scored| {
            let scores = scored.unit_scores();
            MethodResult {
                id: scored.method.id.to_owned(),
                label: scored.method.label.to_owned(),
                sample: scored.sample(),
                scores: histogram(&scores, labels),
                judged: labels
                    .map(|labels| labels.judge(&scored.scores))
                    .map(|ranking| [ranking.auroc, ranking.average_precision]),
            }
        };
        let judged = labels.map(|labels| {
            let Ranking { auroc, average_precision, roc, pr, .. } = labels.judge(&self.scores);
            Judged { label: labels.label.clone(), auroc, average_precision, roc, pr, classes: labels.classes.clone() }
        });
        Ok(AnomalyResult {
            choice: self.task.choice.clone(),
            n_rows: n as u64,
            n_all: self.task.n_all,
            features: self.prepared.features.iter().map(|feature| feature.name.clone()).collect(),
            steps: first_of(self.prepared.steps.iter().map(Step::sentence)),
            methods: self.consensus.scored.iter().map(method).collect(),
            left_out: self.consensus.left_out.iter().map(|(of, why)| (of.label.to_owned(), why.clone())).collect(),
            scores: histogram(&self.scores, labels),
            cuts: cuts(&self.scores, &self.order, labels, &proposals),
            proposals,
            agreement: agreements(&self.consensus.ranks, n_compared).into_iter().map(agree).collect(),
            n_compared: n_compared as u64,
            map: self.map(work)?,
            judged,
            dominant: None,
        })
    }

    /// The most unusual rows and a random sample of the others.
    fn map(&self, work: &mut Work<'_>) -> Result<Option<AnomalyMap>, Refusal> {
        let Some(plane) = Plane::fit(&self.prepared, self.task.choice.seed, work)? else { return Ok(None) };
        let (top, rest) = self.order.split_at(self.order.len().min(MOST_TOP_POINTS));
        let most = (MOST_POINTS - top.len()) as u32;
        let mut selection = Selection::new(self.task.choice.seed, rest.len() as u32, most);
        let mut rows: Vec<u32> = rest.iter().copied().filter(|_| selection.picks()).collect();
        rows.extend(top);
        rows.arrange_by(|a, b| self.score(*a).total_cmp(&self.score(*b)).then(a.cmp(b)));
        let places: Vec<[f64; 2]> = rows.iter().map(|row| plane.place(&self.prepared, *row as usize)).collect();
        let extents = [0, 1].map(|axis: usize| {
            let values = || places.iter().filter_map(move |place| place.get(axis)).copied();
            let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
            (low, (high - low).max(f64::MIN_POSITIVE))
        });
        let labels = self.task.labels.as_ref();
        let scaled = ScaledPlane { plane, extents };
        let point = |(row, place): (&u32, &[f64; 2])| {
            let (x, y) = scaled.scaled(*place);
            let is_attack = labels.is_some_and(|labels| labels.is_attack(*row as usize));
            MapPoint { row: *row, x, y, score: self.score(*row), is_attack }
        };
        let name =
            |place: usize| self.prepared.features.get(place).map(|feature| feature.name.clone()).unwrap_or_default();
        let axes = scaled.plane.axes.each_ref().map(|axis| MapAxis {
            share: axis.share,
            features: axis.features().into_iter().map(|(place, grows)| (name(place), grows)).collect(),
        });
        let points = rows.iter().zip(&places).map(point).collect();
        let _ = self.plane.set(scaled);
        Ok(Some(AnomalyMap { axes, points }))
    }

    fn score(&self, row: u32) -> f64 {
        self.scores.get(row as usize).copied().unwrap_or(0.0)
    }

    /// A window of the rows that are asked for. Names and links are those of who has the subjects.
    pub fn rows(&self, window: &Window<AnomalySort>, within: &ScoredWithin) -> Page<AnomalyRow> {
        let mut places = self.within(within);
        let n = places.len();
        match window.sort {
            AnomalySort::Score => {}
            AnomalySort::Place => {
                places.sort_unstable();
                places.reverse();
            }
            AnomalySort::Agreeing => {
                places.sort_by_cached_key(|row| std::cmp::Reverse(self.consensus.agreeing(*row as usize).len()));
            }
            AnomalySort::Class => {
                let class = |row: u32| self.task.labels.as_ref().and_then(|labels| labels.of_rows.get(row as usize));
                places.arrange_by_key(|row| std::cmp::Reverse(class(*row)));
            }
        }
        // Largest first is how scores are read.
        if !window.is_descending {
            places.reverse();
        }
        let wanted = places.iter().skip(window.offset as usize).take(window.count.min(MOST_ROWS) as usize);
        let wanted: Vec<u32> = wanted.copied().collect();
        let mut described = self.described_rows.borrow_mut();
        if described.len() > MOST_KEPT {
            described.clear();
        }
        let new: Vec<usize> =
            wanted.iter().filter(|row| !described.contains_key(row)).map(|row| *row as usize).collect();
        for why in reasons(&self.consensus, &self.prepared, &self.task, &new, Depth::Features) {
            described.insert(why.row as u32, self.row(&why));
        }
        let rows = wanted.iter().filter_map(|row| described.get(row).cloned()).collect();
        Page { total: n as u64, offset: window.offset, rows, refused: None }
    }

    /// The rows that are asked for, by falling score.
    fn within(&self, ScoredWithin { least, region }: &ScoredWithin) -> Vec<u32> {
        let Some(region) = region else {
            let n = self.order.partition_point(|row| self.score(*row) >= *least);
            return self.order.get(..n).unwrap_or_default().to_vec();
        };
        let mut known = self.in_region.borrow_mut();
        if known.0 != Some(*region) {
            let is_in =
                |row: &&u32| self.plane.get().is_some_and(|plane| region.has(plane.place(&self.prepared, **row)));
            *known = (Some(*region), self.order.iter().filter(is_in).copied().collect());
        }
        known.1.clone()
    }

    fn row(&self, why: &Reasons) -> AnomalyRow {
        let rank = |ranks: &Vec<f64>| ranks.get(why.row).copied().unwrap_or(0.0);
        AnomalyRow {
            row: why.row as u32,
            name: String::new(),
            link: AnomalyLink::Nowhere,
            score: self.score(why.row as u32),
            ranks: self.consensus.ranks.iter().map(rank).collect(),
            n_agreeing: why.agreeing.len() as u32,
            finding: None,
            class: self.task.labels.as_ref().and_then(|labels| labels.class(why.row)),
            reasons: why.features.iter().take(MOST_NAMED).map(|reason| self.words(reason)).collect(),
        }
    }

    /// A feature with its value, in words.
    fn words(&self, reason: &Reason) -> String {
        match (reason.value, self.is_yes_or_no(reason)) {
            (Some(value), true) if value > 0.0 => reason.name.clone(),
            (Some(_), true) => format!("not: {}", reason.name),
            (Some(value), false) => {
                // "packets 155" says it, "packets 155 packets" says it twice.
                let unit =
                    Some(self.unit(reason.feature)).filter(|unit| !reason.name.to_lowercase().contains(unit.as_str()));
                format!("{} {}", reason.name, quantity::amount(value, &unit.unwrap_or_default()))
            }
            (None, _) => format!("{} missing", reason.name),
        }
    }

    fn is_yes_or_no(&self, reason: &Reason) -> bool {
        let kind = self.prepared.features.get(reason.feature).map(|feature| feature.kind);
        matches!(kind, Some(FeatureKind::Text(_) | FeatureKind::IsMissing))
    }

    fn unit(&self, feature: usize) -> String {
        let feature = self.prepared.features.get(feature).filter(|feature| feature.kind == FeatureKind::Number);
        let column = feature.and_then(|feature| self.task.columns.get(feature.column));
        column.map(|column| column.unit.clone()).unwrap_or_default()
    }

    /// Why a row stands out; names and links as above.
    pub fn reasons(&self, row: u32) -> Option<AnomalyReasons> {
        if row as usize >= self.scores.len() {
            return None;
        }
        let why = reasons(&self.consensus, &self.prepared, &self.task, &[row as usize], Depth::Whole).pop()?;
        let places: Vec<usize> = why.features.iter().map(|reason| reason.feature).collect();
        let beside = why.nearest_usual.map(|other| values_of(&self.prepared, &self.task, &places, other));
        let nearest = why
            .nearest_usual
            .and_then(|other| reasons(&self.consensus, &self.prepared, &self.task, &[other], Depth::Features).pop());
        let feature = |(place, reason): (usize, &Reason)| AnomalyReason {
            name: reason.name.clone(),
            unit: self.unit(reason.feature),
            is_yes_or_no: self.is_yes_or_no(reason),
            value: reason.value,
            quartiles: reason.quartiles,
            nearest: beside.as_ref().and_then(|values| values.get(place).copied().flatten()),
            contribution: reason.contribution,
        };
        let all = || self.consensus.scored.iter().map(|scored| scored.method);
        let agrees = |method: &&'static Method| why.agreeing.iter().any(|other| other.id == method.id);
        // Of one method alone the score is its own, not its rank.
        let without_first = match (&self.consensus.scored[..], why.features.first()) {
            ([alone], Some(first)) => {
                let typical = self.prepared.features.get(first.feature).map_or(0.0, |feature| feature.typical);
                let raw = alone.score_with(&self.prepared, row as usize, &[(first.feature, typical)]);
                alone.unit_score(raw)
            }
            _ => why.without_first,
        };
        Some(AnomalyReasons {
            row: self.row(&why),
            features: why.features.iter().enumerate().map(feature).collect(),
            nearest: nearest.map(|nearest| self.row(&nearest)),
            agreeing: all().filter(agrees).map(|method| method.label.to_owned()).collect(),
            others: all().filter(|method| !agrees(method)).map(|method| method.label.to_owned()).collect(),
            without_first,
        })
    }
}

/// The parameters that were set, and all others by default.
fn settings(parameters: &[(String, f64)]) -> Settings {
    let mut settings = Settings::default();
    for descriptor in METHODS.iter().flat_map(|method| method.parameters) {
        if let Some((_, value)) = parameters.iter().find(|(id, _)| id == descriptor.id) {
            settings.set(descriptor, *value);
        }
    }
    settings
}

/// The first sentences, and how many more there are.
fn first_of(mut sentences: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let mut first: Vec<String> = sentences.by_ref().take(MOST_STEPS).collect();
    if sentences.len() > 0 {
        first.push(format!("Likewise {}.", quantity::counted(sentences.len() as u64, "more column", "more columns")));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_steps_the_first_are_listed_and_the_others_counted() {
        let steps = |n: u32| first_of((0..n).map(|step| step.to_string()).collect::<Vec<_>>().into_iter());
        assert_eq!((steps(100).len(), steps(101).len(), steps(2000).len()), (100, 101, 101));
        assert_eq!(steps(2000).last().unwrap(), "Likewise 1,900 more columns.");
    }
}
