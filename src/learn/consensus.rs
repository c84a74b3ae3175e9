//! Scores of several methods to one: the mean of their ranks.
//!
//! No method is better than the others on average, and nobody knows beforehand which one fits a table (Han et al., ADBench,
//! NeurIPS 2022). Ranks need no common measure, and a method that fails on a table is outvoted (Aggarwal and Sathe,
//! SIGKDD Explorations 17, 2015).

use super::method::{Method, Refusal};
use super::prepare::Prepared;
use super::scoring::{self, Scored};
use super::work::{Work, share};
use crate::settings::Settings;

/// A row that a method ranks above this share of the rows is unusual to it.
const UNUSUAL: f64 = 0.99;

/// What several methods make of a table together.
#[derive(Debug)]
pub struct Consensus {
    /// The methods that could judge.
    pub scored: Vec<Scored>,
    /// Those that could not, and why.
    pub left_out: Vec<(&'static Method, String)>,
    /// Of each method, the rank of each row, from 0 to 1.
    pub ranks: Vec<Vec<f64>>,
    /// One a row, from 0 to 1: larger is more unusual.
    pub scores: Vec<f64>,
}

impl Consensus {
    /// Lets the methods learn and score, one after the other.
    pub fn of(
        methods: &[&'static Method],
        prepared: &Prepared,
        settings: &Settings,
        seed: u64,
        work: &mut Work<'_>,
    ) -> Result<Consensus, Refusal> {
        let (mut scored, mut left_out) = (Vec::new(), Vec::new());
        for (place, method) in methods.iter().enumerate() {
            let mut part = work.part(share(place, methods.len()), share(place + 1, methods.len()));
            match scoring::score(method, prepared, settings, seed, &mut part) {
                Ok(of) => scored.push(of),
                Err(Refusal::NotEnough(why)) => left_out.push((*method, why)),
                Err(Refusal::Stopped) => return Err(Refusal::Stopped),
            }
        }
        if scored.is_empty() {
            let why = left_out.into_iter().next().map(|(_, why)| why);
            return Err(Refusal::NotEnough(why.unwrap_or_else(|| "No method is chosen.".to_owned())));
        }
        let ranks: Vec<Vec<f64>> = scored.iter().map(Scored::ranks).collect();
        let mut scores = vec![0.0; prepared.rows().n_rows()];
        for ranks in &ranks {
            scores.iter_mut().zip(ranks).for_each(|(score, rank)| *score += rank / scored.len() as f64);
        }
        Ok(Consensus { scored, left_out, ranks, scores })
    }

    /// The methods to which a row is among the most unusual hundredth.
    pub fn agreeing(&self, row: usize) -> Vec<&'static Method> {
        let is_unusual = |ranks: &Vec<f64>| ranks.get(row).is_some_and(|rank| *rank >= UNUSUAL);
        self.scored.iter().zip(&self.ranks).filter(|(_, ranks)| is_unusual(ranks)).map(|(of, _)| of.method).collect()
    }

    /// The score that a row of the table would have with some features replaced.
    pub fn score_with(&self, prepared: &Prepared, row: usize, replaced: &[(usize, f32)]) -> f64 {
        let rank = |of: &Scored| of.rank_of(of.score_with(prepared, row, replaced));
        self.scored.iter().map(rank).sum::<f64>() / self.scored.len() as f64
    }
}
