//! What could be learnt from and how: the scopes, the features with their distributions, the methods.

use super::subjects::{Subjects, scopes};
use crate::learn::method::Cost;
use crate::learn::prepare::Values;
use crate::learn::random::Selection;
use crate::learn::{CONSENSUS, METHODS, Method};
use crate::maths::order::nearest_quantile;
use crate::maths::sorting::Arrange;
use crate::model::format::quantity;
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::{AnomalyChoice, AnomalyFeature, AnomalyMethod, AnomalyOffer, AnomalyParameter};
use crate::settings::Descriptor;
use std::iter;

/// Most rows that distributions are of.
const MOST_ROWS: u32 = 10_000;
/// Bins of a histogram.
const N_BINS: usize = 24;

/// Features whose values are described, at most: a message to the page stays small however wide a table is.
const MOST_DESCRIBED: usize = 200;
/// Features that are listed, at most. All are learnt from.
const MOST_LISTED: usize = 1000;

/// What there is for a choice.
pub fn offer(pipeline: &Pipeline, subjects: &Subjects, choice: &AnomalyChoice) -> AnomalyOffer {
    let n = subjects.len() as u32;
    let mut selection = Selection::new(choice.seed, n, MOST_ROWS);
    let members: Vec<u32> = (0..n).filter(|_| selection.picks()).collect();
    let mut features = subjects.features(pipeline);
    let n_unlisted = features.len().saturating_sub(MOST_LISTED);
    features.truncate(MOST_LISTED);
    let unlisted = (n_unlisted > 0)
        .then(|| format!("{} more are not listed, but looked at too.", quantity::count(n_unlisted as u64)));
    let described: Vec<usize> = (0..features.len().min(MOST_DESCRIBED)).collect();
    let values = subjects.values(pipeline, &members, &described);
    let values = values.into_iter().map(Some).chain(iter::repeat_with(|| None));
    let features = features.into_iter().zip(values).map(|(feature, values)| {
        let spread = spread(values);
        AnomalyFeature {
            name: feature.name,
            group: feature.group.to_owned(),
            unit: feature.unit.to_owned(),
            formula: feature.formula,
            withheld: feature.withheld,
            ..spread
        }
    });
    let features: Vec<AnomalyFeature> = features.collect();
    let labels = subjects.labels(pipeline, choice, &members);
    AnomalyOffer {
        scope: subjects.scope(),
        scopes: scopes(pipeline, choice),
        window_seconds: subjects.window_seconds(),
        sampled: (members.len() < n as usize).then_some(members.len() as u64),
        methods: METHODS.iter().map(method).collect(),
        label: labels.map(|labels| labels.label),
        note: subjects.note(pipeline).into_iter().chain(unlisted).reduce(|note, more| format!("{note} {more}")),
        features,
    }
}

/// How values are spread; without them nothing is said.
fn spread(values: Option<Values>) -> AnomalyFeature {
    let nothing = AnomalyFeature {
        name: String::new(),
        group: String::new(),
        unit: String::new(),
        formula: String::new(),
        withheld: None,
        is_described: values.is_some(),
        n_missing: 0,
        n_texts: None,
        figures: None,
        histogram: Vec::new(),
    };
    match values {
        Some(Values::Numbers(values)) => {
            let n_missing = values.iter().filter(|x| x.is_nan()).count() as u64;
            let mut sorted: Vec<f64> = values.into_iter().filter(|x| x.is_finite()).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let figures =
                (!sorted.is_empty()).then(|| [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| nearest_quantile(&sorted, share)));
            AnomalyFeature { n_missing, figures, histogram: histogram(&sorted), ..nothing }
        }
        Some(Values::Texts(codes, texts)) => {
            let mut counts = vec![0_u32; texts.len()];
            for code in codes.iter().flatten() {
                counts.get_mut(*code as usize).into_iter().for_each(|n| *n += 1);
            }
            counts.retain(|n| *n > 0);
            let n_texts = counts.len() as u64;
            counts.arrange_by(|a, b| b.cmp(a));
            counts.truncate(N_BINS);
            let n_missing = codes.iter().filter(|code| code.is_none()).count() as u64;
            AnomalyFeature { n_missing, n_texts: Some(n_texts), histogram: counts, ..nothing }
        }
        None | Some(Values::NotForLearning) => nothing,
    }
}

/// How many of ascending values lie in each part between the first and the last.
fn histogram(sorted: &[f64]) -> Vec<u32> {
    let (Some(low), Some(high)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let width = (high - low) / N_BINS as f64;
    let mut counts = vec![0; N_BINS];
    for value in sorted {
        let part = if width > 0.0 { ((value - low) / width) as usize } else { 0 };
        counts.iter_mut().skip(part.min(N_BINS - 1)).take(1).for_each(|n| *n += 1);
    }
    counts
}

/// Parameters as the page offers them.
pub fn parameter_offers(parameters: &[Descriptor]) -> Vec<AnomalyParameter> {
    let parameter = |of: &Descriptor| AnomalyParameter {
        id: of.id.to_owned(),
        label: of.label.to_owned(),
        help: of.help.to_owned(),
        unit: of.unit.to_owned(),
        range: [of.min, of.default, of.max],
    };
    parameters.iter().map(parameter).collect()
}

/// A method's parameters, speed and explanation; its names and texts are left empty for the caller.
pub fn method_offer(explains: &str, parameters: &[Descriptor], cost: Cost) -> AnomalyMethod {
    AnomalyMethod {
        id: String::new(),
        label: String::new(),
        help: String::new(),
        fails: String::new(),
        source: String::new(),
        explains: explains.to_owned(),
        is_default: false,
        cost: match cost {
            Cost::Light => "fast",
            Cost::Medium => "medium",
            Cost::Heavy => "slow",
        }
        .to_owned(),
        parameters: parameter_offers(parameters),
    }
}

fn method(method: &Method) -> AnomalyMethod {
    AnomalyMethod {
        id: method.id.to_owned(),
        label: method.label.to_owned(),
        help: method.help.to_owned(),
        fails: method.fails.to_owned(),
        source: method.source.to_owned(),
        is_default: CONSENSUS.contains(&method.id),
        ..method_offer(method.explains, method.parameters, method.cost)
    }
}
