//! What is chosen in the view that trains and what came of it: kept while other views are shown.

use super::shared::Shared;
use crate::export::rows::{RowCell, RowFormat, heading, line};
use crate::protocol::training::{
    TestMeasures, TestedMethod, TrainingAnswer, TrainingChoice, TrainingOffer, TrainingResult,
};

/// What people did.
#[derive(Clone, Debug)]
pub enum TrainingAction {
    /// A choice was made.
    Choose(TrainingChoice),
    /// What there is was asked for.
    Asked,
    /// Training was begun.
    Begun,
    /// An answer came to a question with this number.
    Received(u32, TrainingAnswer),
    /// The classifier at this place of the result is shown.
    Show(usize),
}

/// What is chosen, and what came of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Training {
    /// What is chosen.
    pub choice: TrainingChoice,
    /// What could be chosen; none until it has come.
    pub offer: Option<Shared<TrainingOffer>>,
    /// What was trained last.
    pub result: Option<Shared<TrainingResult>>,
    /// Place of the classifier that is shown.
    pub shown: usize,
    /// How far training is; none while nothing is trained.
    pub progress: Option<f32>,
    /// Why nothing was trained.
    pub refused: Option<String>,
    /// Counts questions to train: answers to older ones are dropped.
    pub question: u32,
    /// Counts questions about what there is; the same.
    pub asked: u32,
}

impl Training {
    /// The next state.
    pub fn step(&self, action: TrainingAction) -> Training {
        let mut next = self.clone();
        next.take(action);
        next
    }

    fn take(&mut self, action: TrainingAction) {
        match action {
            TrainingAction::Choose(choice) => {
                if choice.scope != self.choice.scope {
                    // Features of another scope are others.
                    (self.offer, self.result, self.refused) = (None, None, None);
                    self.choice = TrainingChoice { features: Vec::new(), ..choice };
                } else {
                    self.choice = choice;
                }
            }
            TrainingAction::Asked => self.asked = self.asked.wrapping_add(1),
            TrainingAction::Begun => {
                self.question = self.question.wrapping_add(1);
                (self.progress, self.refused) = (Some(0.0), None);
                // Who trains forgets the models that were trained before.
                self.result = None;
            }
            TrainingAction::Received(question, answer) => {
                let is_offer = matches!(answer, TrainingAnswer::Offer(_));
                if question == if is_offer { self.asked } else { self.question } {
                    self.receive(answer);
                }
            }
            TrainingAction::Show(place) => self.shown = place,
        }
    }

    fn receive(&mut self, answer: TrainingAnswer) {
        match answer {
            TrainingAnswer::Offer(offer) => {
                if self.choice.methods.is_empty() {
                    let defaults = offer.methods.iter().filter(|method| method.is_default);
                    self.choice.methods = defaults.map(|method| method.id.clone()).collect();
                }
                match offer.scopes.first() {
                    // A capture has no rows: what there is instead is asked for.
                    Some((first, _)) if offer.scopes.iter().all(|(scope, _)| *scope != self.choice.scope) => {
                        self.choice.scope = *first;
                    }
                    _ => self.offer = Some(Shared::new(*offer)),
                }
            }
            TrainingAnswer::Progress(share) if self.progress.is_some() => self.progress = Some(share),
            TrainingAnswer::Trained(result) => {
                self.result = Some(Shared::new(*result));
                (self.progress, self.refused, self.shown) = (None, None, 0);
            }
            TrainingAnswer::Refused(why) => (self.progress, self.refused) = (None, Some(why)),
            TrainingAnswer::Cancelled => {
                (self.progress, self.refused) = (None, Some("Training was cancelled.".to_owned()));
            }
            TrainingAnswer::Progress(_) => {}
        }
    }

    /// The classifier that is shown.
    pub fn tested(&self) -> Option<&TestedMethod> {
        let methods = &self.result.as_ref()?.methods;
        methods.get(self.shown).or(methods.first())
    }

    /// True if the result is of another choice than the one that is made now.
    pub fn is_outdated(&self) -> bool {
        self.result.as_ref().is_some_and(|result| result.choice != self.choice)
    }

    /// True if a feature is looked at.
    pub fn has_feature(&self, name: &str, is_withheld: bool) -> bool {
        let said = |sign: char| self.choice.features.iter().any(|of| of.strip_prefix(sign) == Some(name));
        said('+') || !is_withheld && !said('-')
    }

    /// The choice with a feature looked at, or not.
    pub fn with_feature(&self, name: &str, is_withheld: bool, is_wanted: bool) -> TrainingChoice {
        let mut choice = self.choice.clone();
        choice.features.retain(|of| of.get(1..) != Some(name));
        match (is_wanted, is_withheld) {
            (true, true) => choice.features.push(format!("+{name}")),
            (false, false) => choice.features.push(format!("-{name}")),
            _ => {}
        }
        choice
    }
}

/// The seven figures of some rows with their names.
pub fn figures(of: &TestMeasures) -> [(&'static str, f64); 8] {
    [
        ("AUROC", of.auroc),
        ("Average precision", of.average_precision),
        ("F1", of.f1),
        ("Recall", of.recall),
        ("Precision", of.precision),
        ("False positive rate", of.false_positive_rate),
        ("Accuracy", of.accuracy),
        ("Brier score", of.brier),
    ]
}

/// All figures of a classifier as a table of CSV: what part, of what, and its numbers.
pub fn csv(of: &TestedMethod) -> String {
    let heads = ["part", "name", "x", "y", "rows"].map(str::to_owned);
    let mut out = heading(RowFormat::Csv, &heads);
    let mut add = |part: &str, name: &str, x: Option<f64>, y: Option<f64>, rows: Option<u64>| {
        let text = |text: &str| RowCell::Text(text.to_owned());
        let cells =
            [text(part), text(name), RowCell::Number(x), RowCell::Number(y), RowCell::Number(rows.map(|n| n as f64))];
        out.extend(line(RowFormat::Csv, &heads, &cells));
    };
    add("threshold", &of.id, None, Some(of.threshold), None);
    for (part, measures) in [("all rows", Some(&of.measures)), ("new rows", of.of_new.as_ref())] {
        let Some(measures) = measures else { continue };
        for (name, value) in figures(measures) {
            add(part, name, None, Some(value), Some(measures.n_rows));
        }
        let names = ["attacks reported", "attacks missed", "others reported", "others left quiet"];
        for (name, n) in names.iter().zip(measures.confusion) {
            add(part, name, None, None, Some(n));
        }
        for (name, n, _, n_reported) in &measures.by_class {
            add(
                &format!("{part}: reported of class"),
                name,
                None,
                Some(*n_reported as f64 / (*n).max(1) as f64),
                Some(*n),
            );
        }
        for (x, y) in &measures.roc {
            add(&format!("{part}: ROC"), "", Some(f64::from(*x)), Some(f64::from(*y)), None);
        }
        for (x, y) in &measures.pr {
            add(&format!("{part}: precision by recall"), "", Some(f64::from(*x)), Some(f64::from(*y)), None);
        }
        for (said, is, n) in &measures.reliability {
            add(&format!("{part}: share of attacks by probability"), "", Some(*said), Some(*is), Some(*n));
        }
    }
    for (number, (_, n, auroc, f1)) in of.folds.iter().enumerate() {
        let fold = format!("fold {}", number + 1);
        add("AUROC of fold", &fold, None, Some(*auroc), Some(*n));
        add("F1 of fold", &fold, None, Some(*f1), Some(*n));
    }
    for (name, rises) in &of.importances {
        add("permutation importance", name, None, Some(*rises), None);
    }
    for (kind, sentence) in &of.leaks {
        add(&format!("leak: {kind}"), sentence, None, None, None);
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::anomalies::AnomalyScope;

    fn tested(id: &str) -> TestedMethod {
        TestedMethod {
            id: id.to_owned(),
            label: id.to_owned(),
            fails: String::new(),
            threshold: 0.5,
            measures: TestMeasures {
                roc: vec![(0.0, 0.0), (1.0, 1.0)],
                by_class: vec![("=x".to_owned(), 4, true, 3)],
                ..TestMeasures::default()
            },
            of_new: None,
            folds: vec![(8, 2, 0.9, 0.8)],
            importances: vec![("speed".to_owned(), 0.25)],
            leaks: vec![("order".to_owned(), "In order.".to_owned())],
            preparation: Vec::new(),
            sampled: None,
            n_features: 1,
            model_bytes: 10,
        }
    }

    fn trained() -> TrainingAnswer {
        let methods = vec![tested("a"), tested("b")];
        TrainingAnswer::Trained(Box::new(TrainingResult {
            choice: TrainingChoice::default(),
            n_rows: 10,
            held: Vec::new(),
            methods,
        }))
    }

    #[test]
    fn answers_to_older_questions_are_dropped_and_a_result_is_shown() {
        let begun = Training::default().step(TrainingAction::Begun).step(TrainingAction::Begun);
        let late = begun.step(TrainingAction::Received(1, trained()));
        assert_eq!((late.result, late.progress), (None, Some(0.0)));
        let here = begun.step(TrainingAction::Received(2, TrainingAnswer::Progress(0.5)));
        assert_eq!(here.progress, Some(0.5));
        let done = here.step(TrainingAction::Received(2, trained()));
        assert_eq!((done.progress, done.tested().map(|of| of.id.as_str())), (None, Some("a")));
        assert_eq!(done.step(TrainingAction::Show(1)).tested().map(|of| of.id.as_str()), Some("b"));
        let other = TrainingChoice { is_balanced: true, ..TrainingChoice::default() };
        assert!(!done.is_outdated() && done.step(TrainingAction::Choose(other)).is_outdated());
        let scope =
            TrainingChoice { scope: AnomalyScope::Flows, features: vec!["-a".into()], ..TrainingChoice::default() };
        let turned = done.step(TrainingAction::Choose(scope));
        assert!(turned.result.is_none() && turned.choice.features.is_empty());
    }

    #[test]
    fn a_capture_is_trained_on_by_its_flows() {
        let asked = Training::default().step(TrainingAction::Asked);
        let offer = |scope| {
            let scopes = vec![(AnomalyScope::Flows, 9)];
            TrainingAnswer::Offer(Box::new(TrainingOffer { scope, scopes, ..TrainingOffer::default() }))
        };
        let turned = asked.step(TrainingAction::Received(1, offer(AnomalyScope::Rows)));
        assert!(turned.offer.is_none() && turned.choice.scope == AnomalyScope::Flows);
        let again = turned.step(TrainingAction::Asked);
        assert!(again.step(TrainingAction::Received(2, offer(AnomalyScope::Flows))).offer.is_some());
    }

    #[test]
    fn features_are_added_and_left_out_by_their_names() {
        let mut it = Training::default();
        assert!(it.has_feature("a", false) && !it.has_feature("label", true));
        it.choice = it.with_feature("a", false, false);
        it.choice = it.with_feature("label", true, true);
        assert_eq!(it.choice.features, ["-a", "+label"]);
        assert!(!it.has_feature("a", false) && it.has_feature("label", true));
        it.choice = it.with_feature("a", false, true);
        it.choice = it.with_feature("label", true, false);
        assert!(it.choice.features.is_empty());
    }

    #[test]
    fn all_figures_are_lines_without_formulas() {
        let text = csv(&tested("a"));
        for wanted in [
            "part,name,x,y,rows\n",
            "all rows: ROC,,1,1,\n",
            "all rows: reported of class,'=x,,0.75,4\n",
            "AUROC of fold,fold 1,,0.9,2\n",
            "permutation importance,speed,,0.25,\n",
            "leak: order,In order.,,,\n",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}
