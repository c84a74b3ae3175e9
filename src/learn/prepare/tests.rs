//! Preparation on small tables.

use super::*;
use std::ops::ControlFlow;

struct Table(Vec<(&'static str, Values)>);

impl Source for Table {
    fn n_rows(&self) -> usize {
        100
    }
    fn n_columns(&self) -> usize {
        self.0.len()
    }
    fn name(&self, column: usize) -> String {
        self.0[column].0.to_owned()
    }
    fn values(&self, column: usize) -> Values {
        match &self.0[column].1 {
            Values::Numbers(values) => Values::Numbers(values.clone()),
            Values::Texts(codes, texts) => Values::Texts(codes.clone(), texts.clone()),
            Values::NotForLearning => Values::NotForLearning,
        }
    }
}

fn numbers(of: impl Fn(usize) -> f64) -> Values {
    Values::Numbers((0..100).map(of).collect())
}

fn prepared(columns: Vec<(&'static str, Values)>) -> Result<Prepared, Refusal> {
    prepare(&Table(columns), &mut Work::new(&mut |_| ControlFlow::Continue(())))
}

fn sentences(prepared: &Prepared) -> Vec<String> {
    prepared.steps.iter().map(Step::sentence).collect()
}

#[test]
fn columns_that_say_nothing_are_left_out_and_that_is_said() {
    let prepared = prepared(vec![
        ("a", numbers(|i| i as f64)),
        ("b", numbers(|_| 3.0)),
        ("c", numbers(|i| 10.0 * i as f64)),
        ("d", numbers(|_| f64::NAN)),
        ("e", Values::NotForLearning),
    ])
    .unwrap();
    assert_eq!(prepared.features.len(), 1);
    assert_eq!(
        sentences(&prepared),
        [
            "b is left out: all rows have the same value.",
            "c is left out: it says the same as a.",
            "d is left out: no row has a value.",
            "e is left out: it says who, when or what a row was, not how it behaved.",
        ]
    );
}

#[test]
fn what_is_missing_stays_missing_and_is_never_zero() {
    let prepared =
        prepared(vec![("a", numbers(|i| if i < 30 { f64::NAN } else { 1000.0 + (i % 50) as f64 }))]).unwrap();
    assert_eq!(prepared.features[1].name, "a is missing");
    assert!(prepared.rows().at(0, 0).is_nan() && prepared.rows().at(30, 0).is_finite());
    assert_eq!(prepared.filled().at(0, 0), prepared.features[0].typical);
    assert_eq!(
        sentences(&prepared),
        ["a: 30 rows have no value (30 %) and nothing is assumed for it; that it is missing is compared too."]
    );
}

#[test]
fn heavy_tails_and_infinite_values_keep_their_order() {
    let prepared = prepared(vec![(
        "a",
        numbers(|i| match i {
            98 => 1e6,
            99 => f64::INFINITY,
            i => i as f64,
        }),
    )])
    .unwrap();
    let column: Vec<f32> = prepared.rows().rows().map(|row| row[0]).collect();
    assert!(column.windows(2).all(|pair| pair[0] <= pair[1]) && column[97] < column[98]);
    assert_eq!(
        sentences(&prepared),
        [
            "a: 1 infinite value counts as the largest or smallest finite one.",
            "a has values far out, so the logarithm of the distance from the median is compared.",
        ]
    );
    assert_eq!(prepared.features[0].quartiles, [25.0, 50.0, 74.0]);
}

#[test]
fn texts_become_features() {
    let texts = |n: u32| (0..n).map(|code| format!("t{code}")).collect();
    let prepared = prepared(vec![
        ("few", Values::Texts((0..100).map(|i| Some(i % 3)).collect(), texts(3))),
        ("many", Values::Texts((0..100).map(|i| Some(i * i % 31)).collect(), texts(31))),
        ("own", Values::Texts((0..100).map(Some).collect(), texts(100))),
    ])
    .unwrap();
    let names: Vec<&str> = prepared.features.iter().map(|feature| feature.name.as_str()).collect();
    assert_eq!(names, ["few is t0", "few is t1", "few is t2", "Rarity of many"]);
    assert_eq!(
        sentences(&prepared),
        [
            "few became 3 features of yes or no.",
            "many has 16 texts; how rare a row's text is, is compared.",
            "own is left out: most rows have a text of their own.",
        ]
    );
}

#[test]
fn a_table_of_constants_is_refused_in_words() {
    let Err(Refusal::NotEnough(why)) = prepared(vec![("a", numbers(|_| 1.0))]) else { panic!("prepared") };
    assert!(why.starts_with("The table has no column that varies"));
    let stopped = prepare(
        &Table(vec![("a", numbers(|i| i as f64))]),
        &mut Work::new(&mut |_| ControlFlow::Break(())).part(0.0, 1.0),
    );
    assert!(matches!(stopped, Err(Refusal::Stopped)));
}
