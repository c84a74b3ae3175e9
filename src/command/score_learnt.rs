//! `packetloupe score` by methods that learn: the same choices and the same figures as the page's view of anomalies.

use super::{Failure, output};
use crate::anomalies::AnomalyQueries;
use crate::learn::{METHODS, Method};
use crate::model::format::quantity::counted;
use crate::model::format::visible;
use crate::pipeline::Pipeline;
use crate::protocol::Window;
use crate::protocol::anomalies::{
    AnomalyAnswer, AnomalyChoice, AnomalyFeature, AnomalyQuery, AnomalyResult, AnomalyRow, AnomalyScope, AnomalySort,
    PROFILES, ScoredWithin,
};
use crate::session::anomalies::read_choice;
use crate::settings::{self, Settings};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::Path;

/// Most unusual rows in the JSON document. Set by us.
const MOST_ROWS: u64 = 1000;

/// What is chosen for the methods.
#[derive(clap::Args)]
pub struct LearningArguments {
    /// What one row is: flows, hosts, pairs, windows, or rows of a table. Without it, rows
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    scope: Option<AnomalyScope>,
    /// Features or groups of features that alone are compared; or with + and - in front, those to add or to leave out
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', allow_hyphen_values = true)]
    features: Vec<String>,
    /// Call rows unusual from this score on: a number, `tail`, `knee`, `share`, or a share as 2%
    #[arg(long, value_name = "SCORE")]
    threshold: Option<String>,
    /// Length of a time window; without it a round one that gives about two hundred
    #[arg(long, value_name = "SECONDS")]
    window: Option<f64>,
    /// Score at most so many rows, a random sample of more
    #[arg(long, value_name = "N")]
    most_rows: Option<u32>,
    /// Begin with a profile (fast, balanced, thorough, teaching), or with choices that the page saved to a file
    #[arg(long, value_name = "ID|FILE")]
    profile: Option<String>,
    /// Write what was learnt as JSON: thresholds, agreement of the methods, the unusual rows with reasons
    #[arg(long, value_name = "OUT")]
    json: Option<std::path::PathBuf>,
}

fn scope(id: &str) -> Result<AnomalyScope, String> {
    let ids = AnomalyScope::ALL.map(AnomalyScope::id).join(", ");
    AnomalyScope::from_id(id).ok_or_else(|| format!("one of {ids}"))
}

impl LearningArguments {
    /// Where the JSON document goes.
    pub fn output(&self) -> Option<&Path> {
        self.json.as_deref()
    }

    /// True if methods are chosen by a profile.
    pub fn has_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// True if rows of a table are what is scored.
    pub fn is_of_rows(&self) -> bool {
        self.scope.is_none_or(|scope| scope == AnomalyScope::Rows)
    }
}

/// What `score` is asked for: input, output, seed, and the choices for learning.
pub struct Asked<'a> {
    /// The input.
    pub file: &'a Path,
    /// Where scores go.
    pub out: &'a Path,
    /// Seed of random choices; that of the settings or the profile without it.
    pub seed: Option<u32>,
    /// What is chosen.
    pub learning: &'a LearningArguments,
}

/// Learns, and writes scores and what else is asked for.
pub fn run(
    asked: &Asked<'_>,
    methods: &[&'static Method],
    pipeline: &Pipeline,
    settings: &Settings,
) -> Result<(), Failure> {
    let refuse = |why: &str| Failure::input(format!("{}: {why}", asked.file.display()));
    let mut queries = AnomalyQueries::default();
    let choice = choice(asked, methods, settings)?;
    let choice = with_features(&mut queries, pipeline, choice, &asked.learning.features)?;
    let result = match ask(&mut queries, pipeline, AnomalyQuery::Learn(choice)) {
        AnomalyAnswer::Learnt(result) => result,
        AnomalyAnswer::Refused(why) => return Err(refuse(&why)),
        _ => return Err(refuse("nothing could be learnt.")),
    };
    result.left_out.iter().for_each(|(method, why)| output::notice(&format!("{method} is left out: {why}")));
    result.methods.iter().filter_map(|of| of.sample.as_ref()).for_each(|sample| output::notice(sample));
    let threshold = threshold(asked.learning.threshold.as_deref(), &result)?;
    if let Some((least, how)) = &threshold {
        let scores = queries.learner().map(|learner| learner.scores()).unwrap_or_default();
        let n = scores.iter().filter(|score| *score >= least).count() as u64;
        let (one, many) = result.choice.scope.nouns();
        output::notice(&format!("{} at or above {least} ({how})", counted(n, one, many)));
    }
    if let Some(out) = &asked.learning.json {
        let document = document(&mut queries, pipeline, &result, threshold.as_ref());
        let text = format!("{document:#}");
        output::write(out, |out| writeln!(out, "{}", visible::json(&text)))?;
    }
    write_scores(asked, &queries, pipeline, &result)
}

fn ask(queries: &mut AnomalyQueries, pipeline: &Pipeline, query: AnomalyQuery) -> AnomalyAnswer {
    queries.ask(pipeline, &[], &query, &mut |_| ControlFlow::Continue(()))
}

fn choice(asked: &Asked<'_>, methods: &[&'static Method], settings: &Settings) -> Result<AnomalyChoice, Failure> {
    let given = asked.learning;
    // The command has the memory and the time to score all rows.
    let mut choice = AnomalyChoice { scope: AnomalyScope::Rows, most_rows: u32::MAX, ..AnomalyChoice::default() };
    if let Some(profile) = &given.profile {
        match PROFILES.iter().find(|known| known.id == profile) {
            Some(known) => {
                choice.methods = known.methods.iter().map(|id| (*id).to_owned()).collect();
                choice.most_rows = known.most_rows;
            }
            None => {
                let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {profile}: {why}"));
                let text = std::fs::read_to_string(profile).map_err(|error| cannot(&error))?;
                choice = read_choice(&text).map_err(|why| cannot(&why))?;
            }
        }
    }
    choice.scope = given.scope.unwrap_or(choice.scope);
    if !methods.is_empty() {
        choice.methods = methods.iter().map(|method| method.id.to_owned()).collect();
    }
    if asked.seed.is_some() || given.profile.is_none() {
        choice.seed = settings.count(&settings::SEED);
    }
    choice.window_seconds = given.window.unwrap_or(choice.window_seconds);
    choice.most_rows = given.most_rows.unwrap_or(choice.most_rows);
    if let Some(share) = given.threshold.as_deref().and_then(share) {
        choice.share = share;
    }
    for descriptor in METHODS.iter().flat_map(|method| method.parameters) {
        if settings.changed().contains_key(descriptor.id) {
            choice.parameters.retain(|(id, _)| id != descriptor.id);
            choice.parameters.push((descriptor.id.to_owned(), settings.get(descriptor)));
        }
    }
    Ok(choice)
}

/// A share such as `2%`.
fn share(text: &str) -> Option<f64> {
    let percent: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    Some(percent / 100.0).filter(|share| *share > 0.0 && *share <= 0.5)
}

/// The choice with the features that are named.
fn with_features(
    queries: &mut AnomalyQueries,
    pipeline: &Pipeline,
    mut choice: AnomalyChoice,
    names: &[String],
) -> Result<AnomalyChoice, Failure> {
    if names.is_empty() {
        return Ok(choice);
    }
    let AnomalyAnswer::Offer(offer) = ask(queries, pipeline, AnomalyQuery::Offer(choice.clone())) else {
        // What there is none of is said when it is to be learnt from.
        return Ok(choice);
    };
    let is_change = |name: &String| name.starts_with(['+', '-']);
    if !names.iter().any(is_change) {
        choice.added.clear();
        choice.removed = offer.features.iter().filter(|of| of.withheld.is_none()).map(|of| of.name.clone()).collect();
    }
    for name in names {
        let is_wanted = !name.starts_with('-');
        let bare = name.trim_start_matches(['+', '-']).trim();
        let is_meant = |of: &&AnomalyFeature| of.name == bare;
        let of_group = |of: &&AnomalyFeature| of.group == bare;
        let mut meant: Vec<&AnomalyFeature> = offer.features.iter().filter(is_meant).collect();
        if meant.is_empty() {
            meant = offer.features.iter().filter(of_group).collect();
        }
        if meant.is_empty() {
            let many = choice.scope.nouns().1;
            return Err(Failure::usage(format!("{many} have no feature and no group of features called {bare:?}")));
        }
        for feature in meant {
            let list = if feature.withheld.is_some() { &mut choice.added } else { &mut choice.removed };
            list.retain(|name| *name != feature.name);
            if is_wanted == feature.withheld.is_some() {
                list.push(feature.name.clone());
            }
        }
    }
    Ok(choice)
}

/// The threshold that was asked for, and how it was found.
fn threshold(asked: Option<&str>, result: &AnomalyResult) -> Result<Option<(f64, String)>, Failure> {
    let Some(asked) = asked else { return Ok(None) };
    if let Ok(score) = asked.parse::<f64>() {
        return Ok(Some((score, "as you say".to_owned())));
    }
    let id = if share(asked).is_some() { "share" } else { asked };
    if !["tail", "knee", "share"].contains(&id) {
        return Err(Failure::usage(format!(
            "--threshold {asked:?} is neither a score nor tail, knee, share or a share as 2%"
        )));
    }
    let found = result.proposals.iter().find(|proposal| proposal.id == id);
    let found = found.ok_or_else(|| Failure::usage(format!("the scores give no threshold by {id}")))?;
    Ok(Some((found.threshold, found.sentence.clone())))
}

fn write_scores(
    asked: &Asked<'_>,
    queries: &AnomalyQueries,
    pipeline: &Pipeline,
    result: &AnomalyResult,
) -> Result<(), Failure> {
    let scores = queries.learner().map(|learner| learner.scores()).unwrap_or_default();
    if result.choice.scope != AnomalyScope::Rows {
        return output::write(asked.out, |out| {
            writeln!(out, "{},score", result.choice.scope.nouns().0)?;
            for (row, score) in scores.iter().enumerate() {
                writeln!(out, "{},{}", queries.name(pipeline, row), *score as f32)?;
            }
            Ok(())
        });
    }
    let n_rows = pipeline.rows().map_or(0, |rows| rows.n_rows());
    let n_missing = n_rows.saturating_sub(scores.len() as u64);
    if n_missing > 0 {
        output::notice(&format!("{} not scored: their lines are empty", counted(n_missing, "row is", "rows are")));
    }
    output::write(asked.out, |out| {
        let numbered = scores.iter().enumerate().map(|(row, score)| (queries.number(pipeline, row), score));
        let mut scored = numbered.peekable();
        for number in 0..n_rows {
            match scored.next_if(|(of, _)| *of == number) {
                Some((_, score)) => writeln!(out, "{}", *score as f32)?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    })
}

/// What was learnt, for machines: the figures of the page.
fn document(
    queries: &mut AnomalyQueries,
    pipeline: &Pipeline,
    result: &AnomalyResult,
    threshold: Option<&(f64, String)>,
) -> Value {
    let best = || result.proposals.first().map(|proposal| (proposal.threshold, proposal.sentence.clone()));
    let threshold = threshold.cloned().or_else(best);
    let least = threshold.as_ref().map_or(f64::INFINITY, |(least, _)| *least);
    let n = result.methods.len();
    let agreement: Vec<Value> = result
        .agreement
        .iter()
        .enumerate()
        .filter(|(place, _)| place / n.max(1) < place % n.max(1))
        .map(|(place, of)| {
            let id = |place: usize| result.methods.get(place).map(|method| method.id.clone());
            json!({
                "methods": [id(place / n.max(1)), id(place % n.max(1))],
                "correlation": of.correlation,
                "shared": of.shared,
            })
        })
        .collect();
    let rows = rows(queries, pipeline, least);
    json!({
        "schema": 1,
        "scope": result.choice.scope.id(),
        "rows": result.n_rows,
        "rows_in_all": result.n_all,
        "seed": result.choice.seed,
        "features": result.features,
        "preparation": result.steps,
        "methods": result.methods.iter().map(|of| json!({
            "id": of.id,
            "auroc": of.judged.map(|[auroc, _]| auroc),
            "average_precision": of.judged.map(|[_, precision]| precision),
        })).collect::<Vec<_>>(),
        "left_out": result.left_out.iter().map(|(method, why)| json!({ "method": method, "why": why })).collect::<Vec<_>>(),
        "threshold": threshold.map(|(score, how)| json!({ "score": score, "how": how })),
        "proposals": result.proposals.iter().map(|of| json!({
            "id": of.id, "score": of.threshold, "rows": of.n_rows, "how": of.sentence,
        })).collect::<Vec<_>>(),
        "histogram": { "low": result.scores.low, "high": result.scores.high, "counts": result.scores.counts },
        "agreement": agreement,
        "label": result.judged.as_ref().map(|judged| json!({
            "column": judged.label,
            "auroc": judged.auroc,
            "average_precision": judged.average_precision,
        })),
        "unusual": rows,
    })
}

/// The rows from a score on, the most unusual first.
fn rows(queries: &mut AnomalyQueries, pipeline: &Pipeline, least: f64) -> Vec<Value> {
    let mut rows: Vec<AnomalyRow> = Vec::new();
    let within = ScoredWithin { least, region: None };
    loop {
        let (filter, sort, offset) = (crate::protocol::Filter::default(), AnomalySort::Score, rows.len() as u64);
        let window = Window { filter, sort, is_descending: true, offset, count: 256 };
        let AnomalyAnswer::Rows(page) = ask(queries, pipeline, AnomalyQuery::Rows(window, within)) else { break };
        let is_last = page.rows.is_empty();
        rows.extend(page.rows);
        if is_last || rows.len() as u64 >= page.total.min(MOST_ROWS) {
            break;
        }
    }
    rows.truncate(MOST_ROWS as usize);
    let document = |row: &AnomalyRow| {
        json!({
            "name": row.name,
            "score": row.score,
            "ranks": row.ranks,
            "methods_agreeing": row.n_agreeing,
            "label": row.class,
            "reasons": row.reasons,
        })
    };
    rows.iter().map(document).collect()
}
