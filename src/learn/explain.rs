//! A row that stands out to why: its features with what is typical, the nearest usual row, and the methods that agree.

use super::consensus::Consensus;
use super::method::Method;
use super::neighbours::square;
use super::prepare::{Feature, FeatureKind, Prepared, Source, Values};
use crate::maths::order::nearest_quantile_of;
use crate::maths::sorting::Arrange;
use std::collections::BTreeMap;

/// Most features named.
const MOST_FEATURES: usize = 5;
/// Usual rows that the nearest is sought among, at most, evenly spread.
const MOST_USUAL: usize = 50_000;

/// Why a row stands out.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// The row.
    pub row: usize,
    /// Its score, from 0 to 1.
    pub score: f64,
    /// What adds most to it, first.
    pub features: Vec<Reason>,
    /// The row most like it among the half that is usual.
    pub nearest_usual: Option<usize>,
    /// The methods to which it is among the most unusual hundredth, of those asked.
    pub agreeing: Vec<&'static Method>,
    /// How many were asked.
    pub n_methods: usize,
    /// The score that it would have if its first feature had the typical value.
    pub without_first: f64,
}

/// What a feature has to do with a row's score.
#[derive(Clone, PartialEq, Debug)]
pub struct Reason {
    /// Place among the prepared features.
    pub feature: usize,
    /// For people.
    pub name: String,
    /// In the column's own unit; 1 or 0 for yes or no. None if it is missing.
    pub value: Option<f64>,
    /// A quarter, half and three quarters of all rows have at most these.
    pub quartiles: [f64; 3],
    /// Its share of what all features add, the mean over the methods: from 0 to 1.
    pub contribution: f64,
}

/// How much is wanted of the reasons: the nearest usual row and the score without the first feature take long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// The features only; the score without the first is the score.
    Features,
    /// All.
    Whole,
}

/// Why each of some rows stands out.
pub fn reasons(
    consensus: &Consensus,
    prepared: &Prepared,
    source: &dyn Source,
    rows: &[usize],
    depth: Depth,
) -> Vec<Reasons> {
    let usual = if depth == Depth::Whole { usual_rows(&consensus.scores) } else { Vec::new() };
    let mut all: Vec<Reasons> = rows.iter().map(|row| reasons_of(consensus, prepared, &usual, *row, depth)).collect();
    // Each column is asked for once.
    let mut wanted: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, reasons) in all.iter().enumerate() {
        for (place, reason) in reasons.features.iter().enumerate() {
            if let Some(feature) = prepared.features.get(reason.feature) {
                wanted.entry(feature.column).or_default().push((at, place));
            }
        }
    }
    for (column, places) in wanted {
        let values = source.values(column);
        for (at, place) in places {
            let Some(reasons) = all.get_mut(at) else { continue };
            let row = reasons.row;
            let Some(reason) = reasons.features.get_mut(place) else { continue };
            let feature = prepared.features.get(reason.feature);
            reason.value = feature.and_then(|feature| value(feature, &values, row, prepared, reason.feature));
        }
    }
    all
}

fn reasons_of(consensus: &Consensus, prepared: &Prepared, usual: &[usize], row: usize, depth: Depth) -> Reasons {
    let mut shares = vec![0.0; prepared.features.len()];
    for scored in &consensus.scored {
        let parts: Vec<f64> = scored.contributions(prepared, row).into_iter().map(|part| part.max(0.0)).collect();
        let all: f64 = parts.iter().sum();
        if all > 0.0 && all.is_finite() {
            let n = consensus.scored.len() as f64;
            shares.iter_mut().zip(&parts).for_each(|(share, part)| *share += part / all / n);
        }
    }
    // Six digits: what differs in the last bits between a browser and a native program must not change the order.
    shares.iter_mut().for_each(|share| *share = (*share * 1e6).round() / 1e6);
    let mut places: Vec<usize> = (0..shares.len()).collect();
    let share = |place: usize| shares.get(place).copied().unwrap_or(0.0);
    places.arrange_by(|a, b| share(*b).total_cmp(&share(*a)).then(a.cmp(b)));
    let reason = |place: &usize| {
        let feature = prepared.features.get(*place)?;
        let (name, quartiles) = (feature.name.clone(), feature.quartiles);
        Some(Reason { feature: *place, name, value: None, quartiles, contribution: share(*place) })
    };
    let named = places.iter().filter(|place| share(**place) > 0.0).take(MOST_FEATURES);
    let features: Vec<Reason> = named.filter_map(reason).collect();
    let score = consensus.scores.get(row).copied().unwrap_or(0.0);
    let first = features
        .first()
        .filter(|_| depth == Depth::Whole)
        .and_then(|first| Some((first.feature, prepared.features.get(first.feature)?.typical)));
    Reasons {
        row,
        score,
        features,
        nearest_usual: nearest(prepared, usual, row),
        agreeing: consensus.agreeing(row),
        n_methods: consensus.scored.len(),
        without_first: first.map_or(score, |first| consensus.score_with(prepared, row, &[first])),
    }
}

/// Rows with at most the median score.
fn usual_rows(scores: &[f64]) -> Vec<usize> {
    let median = nearest_quantile_of(scores.to_vec(), 0.5);
    let usual: Vec<usize> = (0..).zip(scores).filter(|(_, score)| **score <= median).map(|(row, _)| row).collect();
    let stride = usual.len().div_ceil(MOST_USUAL).max(1);
    usual.into_iter().step_by(stride).collect()
}

fn nearest(prepared: &Prepared, usual: &[usize], row: usize) -> Option<usize> {
    let own = prepared.filled().row(row);
    let distances = usual.iter().filter(|other| **other != row);
    let distances = distances.map(|other| (square(own, prepared.filled().row(*other)), *other));
    distances.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, other)| other)
}

/// The values that a row has in some prepared features, as people know them.
pub fn values_of(prepared: &Prepared, source: &dyn Source, features: &[usize], row: usize) -> Vec<Option<f64>> {
    let of = |place: &usize| {
        let feature = prepared.features.get(*place)?;
        value(feature, &source.values(feature.column), row, prepared, *place)
    };
    features.iter().map(of).collect()
}

/// The value that people know.
fn value(feature: &Feature, values: &Values, row: usize, prepared: &Prepared, place: usize) -> Option<f64> {
    let yes = |is: bool| f64::from(u8::from(is));
    match (feature.kind, values) {
        (FeatureKind::Number, Values::Numbers(values)) => values.get(row).copied().filter(|x| !x.is_nan()),
        (FeatureKind::Text(code), Values::Texts(codes, _)) => codes.get(row)?.map(|other| yes(other == code)),
        (FeatureKind::IsMissing, Values::Numbers(values)) => values.get(row).map(|x| yes(x.is_nan())),
        (FeatureKind::IsMissing, Values::Texts(codes, _)) => codes.get(row).map(|code| yes(code.is_none())),
        (FeatureKind::Rarity, Values::Texts(codes, _)) => {
            let own = (*codes.get(row)?)?;
            let n = codes.iter().filter(|code| **code == Some(own)).count();
            let all = codes.iter().flatten().count();
            let is_there = !prepared.rows().at(row, place).is_nan();
            is_there.then(|| -crate::maths::elementary::ln(n as f64 / all.max(1) as f64))
        }
        _ => None,
    }
}
