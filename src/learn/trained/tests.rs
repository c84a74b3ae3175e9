//! Every classifier of the register, and what is found to speak against one.

use super::*;
use crate::learn::column::{Cells, TableColumn};
use crate::learn::method::Refusal;
use crate::learn::random::{Random, normal};
use crate::learn::work::Work;
use crate::settings::Settings;
use crate::stats::labels::Class;
use std::ops::ControlFlow;

fn column(name: &str, values: Vec<f64>) -> TableColumn {
    TableColumn { name: name.to_owned(), unit: String::new(), cells: Cells::Numbers(values) }
}

fn table(n: usize, columns: Vec<TableColumn>, is_attack: impl Fn(usize) -> bool) -> LabelledTable {
    let of_rows: Vec<u32> = (0..n).map(|row| u32::from(is_attack(row))).collect();
    let n_attacks = of_rows.iter().filter(|class| **class == 1).count() as u64;
    let class = |name: &str, n_rows, is_attack| Class { name: name.to_owned(), n_rows, is_attack };
    let classes = vec![class("normal", n as u64 - n_attacks, false), class("scan", n_attacks, true)];
    LabelledTable { n_rows: n, columns, classes, of_rows, ..LabelledTable::default() }
}

fn plan<'a>(classifier: &'static Classifier, settings: &'a Settings) -> Plan<'a> {
    Plan {
        classifier,
        by_class: false,
        is_balanced: false,
        settings,
        seed: 42,
        folds: FoldKind::Stratified,
        n_folds: 5,
        threshold: None,
    }
}

fn validated(table: &LabelledTable, plan: &Plan<'_>) -> Validation {
    validate(table, plan, &mut Work::new(&mut |_| ControlFlow::Continue(()))).unwrap()
}

/// Two columns that tell every third row apart, one in its mean and one in its spread, one of noise, one of texts with gaps.
fn learnable(n: usize) -> LabelledTable {
    let mut random = Random::new(7);
    let mut draw =
        |of: &dyn Fn(usize, f64) -> f64| (0..n).map(|row| of(row, normal(&mut random))).collect::<Vec<f64>>();
    let mean = draw(&|row, x| x + if row % 3 == 0 { 3.0 } else { 0.0 });
    let spread = draw(&|row, x| x * if row % 3 == 0 { 4.0 } else { 1.0 });
    let noise = draw(&|_, x| x);
    let texts = Cells::Texts(
        (0..n).map(|row| (row % 5 > 0).then_some((row % 2) as u32)).collect(),
        vec!["tcp".to_owned(), "udp".to_owned()],
    );
    let mut table =
        table(n, vec![column("mean", mean), column("spread", spread), column("noise", noise)], |row| row % 3 == 0);
    table.columns.push(TableColumn { name: "protocol".to_owned(), unit: String::new(), cells: texts });
    table
}

#[test]
fn every_classifier_learns_what_can_be_learnt_and_says_what_it_goes_by() {
    let (table, settings) = (learnable(900), Settings::default());
    for classifier in CLASSIFIERS {
        let validation = validated(&table, &plan(classifier, &settings));
        let auroc = validation.measures.auroc;
        assert!(auroc > 0.95, "{}: {auroc}", classifier.id);
        assert!(validation.measures.f1() > 0.85, "{}: {:?}", classifier.id, validation.measures.confusion);
        assert_eq!(validation.importances[0].0, "mean", "{}", classifier.id);
        assert_eq!(validation.measures.n_rows, 900);
        assert!(validation.leaks.is_empty(), "{:?}", validation.leaks);
        let again = validated(&table, &plan(classifier, &settings));
        assert_eq!((again.raw, again.threshold), (validation.raw, validation.threshold), "{}", classifier.id);
    }
}

#[test]
fn of_pure_noise_nothing_is_learnt() {
    let mut random = Random::new(3);
    let columns = (0..8).map(|i| column(&format!("noise {i}"), (0..600).map(|_| normal(&mut random)).collect()));
    let columns: Vec<TableColumn> = columns.collect();
    let labels: Vec<bool> = (0..600).map(|_| random.unit() < 0.3).collect();
    let table = table(600, columns, |row| labels[row]);
    for classifier in CLASSIFIERS {
        let validation = validated(&table, &plan(classifier, &Settings::default()));
        let auroc = validation.measures.auroc;
        // Four standard errors of an AUROC of 0.5 with 180 and 420 rows: 0.10.
        assert!((auroc - 0.5).abs() < 0.11, "{}: {auroc}", classifier.id);
    }
}

#[test]
fn what_gives_the_answer_away_is_said() {
    let mut table = learnable(900);
    let settings = Settings::default();
    let plan = plan(&CLASSIFIERS[0], &settings);
    table.columns.push(column("row", (0..900).map(f64::from).collect()));
    let codes = (0..900).map(|row| if row % 3 == 0 { 4.0 + f64::from(row % 2) } else { f64::from(row % 4) });
    table.columns.push(column("code", codes.collect()));
    let sure = (0..900).map(|row| f64::from(row) / 1e6 + if row % 3 == 0 { 7.0 } else { 3.0 });
    table.columns.push(column("sure", sure.rev().collect::<Vec<f64>>().into_iter().rev().collect()));
    // Rows 600 to 899 are once more those from 0 to 299.
    for column in &mut table.columns {
        if let Cells::Numbers(values) = &mut column.cells
            && column.name != "row"
        {
            values.copy_within(0..300, 600);
        }
    }
    let kinds = |table: &LabelledTable| -> Vec<(String, Option<String>)> {
        let leaks = validated(table, &plan).leaks;
        leaks.into_iter().map(|leak| (leak.kind, leak.column)).collect()
    };
    let of = |kind: &str, column: &str| (kind.to_owned(), Some(column.to_owned()));
    let found = kinds(&table);
    assert_eq!(found, [of("row_number", "row"), of("second_label", "code"), of("separates", "sure")]);
    table.columns.retain(|column| ["mean", "spread", "noise"].contains(&column.name.as_str()));
    assert_eq!(kinds(&table), [("duplicates".to_owned(), None)]);
    let validation = validated(&table, &plan);
    assert!(validation.of_new.unwrap().n_rows < validation.measures.n_rows);
    table.of_rows.sort_unstable();
    assert!(kinds(&table).iter().any(|(kind, _)| kind == "order"));
}

#[test]
fn a_model_file_gives_the_same_model_and_the_same_bytes() {
    let (table, settings) = (learnable(600), Settings::default());
    for classifier in CLASSIFIERS {
        for by_class in [false, true] {
            let plan = Plan { by_class, ..plan(classifier, &settings) };
            let mut report = |_: f32| ControlFlow::Continue(());
            let work = &mut Work::new(&mut report);
            let model = TrainedModel::train(&table, &plan, "rows", ModelCard::default(), work).unwrap();
            let text = model.text();
            let read = TrainedModel::read(&text).unwrap();
            assert_eq!(read.text(), text, "{}", classifier.id);
            let of = |model: &TrainedModel| {
                model.say(&table.columns, 600, &mut Work::new(&mut |_| ControlFlow::Continue(()))).unwrap()
            };
            let (Ok(own), Ok(other)) = (of(&model), of(&read)) else { panic!("{}", classifier.id) };
            assert_eq!(own.probabilities, other.probabilities, "{}", classifier.id);
            let row = (0..600).find(|row| table.is_attack(*row) && own.probabilities[*row as usize] > 0.9).unwrap();
            let row = own.rows.row(row as usize);
            assert!(!model.reasons(row).is_empty());
            assert!(model.class(row).unwrap().is_attack);
        }
    }
    assert!(TrainedModel::read("{}").err().unwrap().contains("no model file"));
    let newer = r#"{"format":"packetloupe model","version":2}"#;
    assert!(TrainedModel::read(newer).err().unwrap().contains("version 2"));
}

#[test]
fn a_model_says_which_columns_it_lacks_and_which_are_in_another_unit() {
    let (mut table, settings) = (learnable(300), Settings::default());
    let mut report = |_: f32| ControlFlow::Continue(());
    let plan = plan(&CLASSIFIERS[0], &settings);
    let model = TrainedModel::train(&table, &plan, "rows", ModelCard::default(), &mut Work::new(&mut report)).unwrap();
    table.columns.remove(0);
    table.columns[0].unit = "ms".to_owned();
    let mut report = |_: f32| ControlFlow::Continue(());
    let said = model.say(&table.columns, 300, &mut Work::new(&mut report)).unwrap();
    let why = said.err().unwrap().sentence();
    assert_eq!(why, "there is no mean; the unit of spread is ms, not none");
}

#[test]
fn learning_can_be_stopped() {
    let (table, settings) = (learnable(3000), Settings::default());
    for classifier in CLASSIFIERS.iter().take(3) {
        let mut report = |share: f32| if share > 0.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let stopped = validate(&table, &plan(classifier, &settings), &mut Work::new(&mut report));
        assert!(matches!(stopped.err(), Some(Refusal::Stopped)), "{}", classifier.id);
    }
}
