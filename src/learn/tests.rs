//! What holds for every outlier method of the register, and for several together.

use super::consensus::Consensus;
use super::explain::{Depth, reasons};
use super::method::{Method, Refusal};
use super::prepare::{Prepared, Source, Values, prepare};
use super::random::{Random, normal};
use super::scoring::{Scored, ranks, score};
use super::work::Work;
use super::{CONSENSUS, METHODS, method};
use crate::settings::Settings;
use std::ops::ControlFlow;

const ODD: usize = 137;

/// Columns of numbers.
struct Table(Vec<Vec<f64>>);

impl Source for Table {
    fn n_rows(&self) -> usize {
        self.0[0].len()
    }
    fn n_columns(&self) -> usize {
        self.0.len()
    }
    fn name(&self, column: usize) -> String {
        format!("c{column}")
    }
    fn values(&self, column: usize) -> Values {
        Values::Numbers(self.0[column].clone())
    }
}

/// Four columns, of which two go together, and one row far out in the third, and so far in the second and fourth.
fn table(n: usize, fourth: f64) -> Table {
    let mut random = Random::new(11);
    let mut columns = vec![Vec::new(); 4];
    for row in 0..n {
        let (x, y) = (normal(&mut random), normal(&mut random));
        let values = [x, x + y, normal(&mut random), normal(&mut random)];
        let values = if row == ODD { [x, -fourth, 9.0, fourth] } else { values };
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    Table(columns)
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn prepared(table: &Table) -> Prepared {
    prepare(table, &mut Work::new(&mut go_on)).unwrap()
}

fn scored(method: &'static Method, prepared: &Prepared, seed: u64) -> Result<Scored, Refusal> {
    score(method, prepared, &Settings::default(), seed, &mut Work::new(&mut go_on))
}

fn top(scores: &[f64]) -> usize {
    (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap()
}

#[test]
fn ids_are_those_of_the_files_and_of_the_parameters() {
    for method in METHODS {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/learn/outlier/");
        assert!(std::path::Path::new(&format!("{source}{}.rs", method.id)).exists(), "{}", method.id);
        for parameter in method.parameters {
            assert!(parameter.id.starts_with(&format!("{}.", method.id)), "{}", parameter.id);
            assert!(!parameter.help.is_empty() && (parameter.min..=parameter.max).contains(&parameter.default));
        }
        assert!(
            [method.label, method.help, method.fails, method.source, method.explains]
                .iter()
                .all(|text| !text.is_empty())
        );
    }
    assert!(CONSENSUS.iter().all(|id| method(id).is_some()));
}

#[test]
fn a_planted_outlier_scores_highest_and_its_column_adds_most() {
    let prepared = prepared(&table(400, 9.0));
    for method in METHODS {
        let scored = scored(method, &prepared, 42).unwrap();
        assert_eq!(top(&scored.scores), ODD, "{}", method.id);
        let parts = scored.contributions(&prepared, ODD);
        assert!(parts.len() == 4 && top(&parts) >= 1, "{}: {parts:?}", method.id);
        let units = scored.unit_scores();
        assert!(units.iter().all(|score| (0.0..=1.0).contains(score)) && units[ODD] > 0.5, "{}", method.id);
    }
}

#[test]
fn the_seed_alone_decides() {
    let prepared = prepared(&table(300, 0.0));
    for method in METHODS {
        let of = |seed| scored(method, &prepared, seed).unwrap().scores;
        assert_eq!(of(1), of(1), "{}", method.id);
    }
}

#[test]
fn missing_values_are_no_reason_to_stand_out() {
    let mut table = table(400, 9.0);
    (0..300).step_by(7).for_each(|row| table.0[0][row] = f64::NAN);
    table.0[3][5] = f64::INFINITY;
    let prepared = prepared(&table);
    for method in METHODS {
        let scored = scored(method, &prepared, 42).unwrap();
        assert!(scored.scores.iter().all(|score| score.is_finite()), "{}", method.id);
        let ranks = scored.ranks();
        let mean = (0..300).step_by(7).map(|row| ranks[row]).sum::<f64>() / 43.0;
        assert!(ranks[ODD] > 0.9 && mean < 0.85, "{}: {mean}", method.id);
    }
}

#[test]
fn rows_that_hardly_differ_give_finite_scores() {
    let mut columns = vec![vec![1.0; 60], vec![2.0; 60]];
    columns[0][7] = 3.0;
    let prepared = prepared(&Table(columns));
    assert_eq!(prepared.features.len(), 1);
    for method in METHODS {
        let scored = scored(method, &prepared, 42).unwrap();
        assert!(scored.scores.iter().all(|score| score.is_finite()), "{}", method.id);
        assert_eq!(top(&scored.scores), 7, "{}", method.id);
    }
}

#[test]
fn too_few_rows_are_refused_in_words() {
    let prepared = prepared(&table(3, 0.0));
    for method in METHODS {
        let Err(Refusal::NotEnough(why)) = scored(method, &prepared, 42) else { panic!("{}", method.id) };
        assert_eq!(why, format!("Only 3 rows: {} needs at least {}.", method.label, method.fewest_rows));
    }
}

#[test]
fn every_method_reports_and_stops() {
    let prepared = prepared(&table(300, 0.0));
    for method in METHODS {
        let mut last = 0.0;
        let mut said = |share: f32| {
            assert!((0.0..=1.0).contains(&share) && share >= last - 0.26, "{}: {share} after {last}", method.id);
            last = share;
            ControlFlow::Continue(())
        };
        score(method, &prepared, &Settings::default(), 1, &mut Work::new(&mut said)).unwrap();
        let mut stop = |_: f32| ControlFlow::Break(());
        let stopped = score(method, &prepared, &Settings::default(), 1, &mut Work::new(&mut stop));
        assert_eq!(stopped.err(), Some(Refusal::Stopped), "{}", method.id);
    }
}

#[test]
fn a_consensus_ranks_explains_and_says_who_agrees() {
    let table = table(400, 0.0);
    let prepared = prepared(&table);
    let methods: Vec<&'static Method> = CONSENSUS.iter().filter_map(|id| method(id)).collect();
    let consensus = Consensus::of(&methods, &prepared, &Settings::default(), 42, &mut Work::new(&mut go_on)).unwrap();
    assert_eq!(top(&consensus.scores), ODD);
    let reasons = reasons(&consensus, &prepared, &table, &[ODD], Depth::Whole);
    let odd = &reasons[0];
    assert_eq!((odd.features[0].name.as_str(), odd.features[0].value), ("c2", Some(9.0)));
    assert!(odd.features[0].contribution > 0.5 && odd.features[0].quartiles[1].abs() < 0.3, "{odd:?}");
    assert_eq!((odd.agreeing.len(), odd.n_methods), (methods.len(), methods.len()));
    assert!(odd.score > 0.99 && odd.without_first < 0.9, "{odd:?}");
    assert!(consensus.scores[odd.nearest_usual.unwrap()] < 0.6);
}

#[test]
fn ranks_are_shares_of_all_and_those_alike_share_theirs() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, 9.0]), [0.5, 0.125, 0.5, 0.875]);
    assert!(ranks(&[]).is_empty());
}
