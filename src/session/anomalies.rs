//! What is chosen in the view of anomalies and what came of it: kept while other views are shown.

use super::shared::Shared;
use crate::protocol::anomalies::{
    AnomalyAnswer, AnomalyChoice, AnomalyFeature, AnomalyOffer, AnomalyProfile, AnomalyResult, AnomalyScope,
    AnomalySort, Cut, MapRegion, PROFILES,
};
use serde_json::{Value, json};

/// What people did.
#[derive(Clone, Debug)]
pub enum AnomalyAction {
    /// A choice was made.
    Choose(AnomalyChoice),
    /// Choices were loaded: features of their scope with them.
    Load(AnomalyChoice),
    /// A profile was taken, by its id.
    Profile(&'static str),
    /// An answer came to a question with this number.
    Received(u32, AnomalyAnswer),
    /// What there is was asked for.
    Asked,
    /// Learning was begun.
    Begun,
    /// Another threshold, by its place among the cuts.
    Cut(usize),
    /// Another order; the same one again turns it round.
    Sort(AnomalySort),
    /// A row was selected, by its place among those that were scored.
    Select(Option<u32>),
    /// A part of the map was chosen: the list has its rows; none for those past the threshold.
    Brush(Option<MapRegion>),
}

/// What is chosen, and what came of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Anomalies {
    /// What is chosen.
    pub choice: AnomalyChoice,
    /// The scopes that there are, with how many rows each has; empty until that is known.
    pub scopes: Vec<(AnomalyScope, u64)>,
    /// What could be chosen; none until it has come.
    pub offer: Option<Shared<AnomalyOffer>>,
    /// What was learnt last.
    pub result: Option<Shared<AnomalyResult>>,
    /// Place of the threshold among the result's cuts.
    pub cut: usize,
    /// How far learning is; none while nothing is learnt.
    pub progress: Option<f32>,
    /// Why nothing was learnt.
    pub refused: Option<String>,
    /// Order of the list.
    pub sort: AnomalySort,
    /// It is turned round.
    pub is_turned: bool,
    /// The row that is selected.
    pub selected: Option<u32>,
    /// The part of the map whose rows are listed; none while those past the threshold are.
    pub region: Option<MapRegion>,
    /// Counts questions to learn: answers to older ones are dropped.
    pub question: u32,
    /// Counts questions about what there is; the same.
    pub asked: u32,
    /// Counts results: lists ask again when it changes.
    pub revision: u32,
}

impl Anomalies {
    /// The next state.
    pub fn step(&self, action: AnomalyAction) -> Anomalies {
        let mut next = self.clone();
        next.take(action);
        next
    }

    fn take(&mut self, action: AnomalyAction) {
        match action {
            AnomalyAction::Choose(choice) => self.choose(choice),
            AnomalyAction::Load(choice) => {
                self.choose(choice.clone());
                self.choice = choice;
            }
            AnomalyAction::Profile(id) => {
                if let Some(profile) = PROFILES.iter().find(|profile| profile.id == id) {
                    let methods = profile.methods.iter().map(|id| (*id).to_owned()).collect();
                    self.choice = AnomalyChoice { methods, most_rows: profile.most_rows, ..self.choice.clone() };
                }
            }
            AnomalyAction::Asked => self.asked = self.asked.wrapping_add(1),
            AnomalyAction::Begun => {
                self.question = self.question.wrapping_add(1);
                (self.progress, self.refused) = (Some(0.0), None);
                // Who learns forgets what was learnt before.
                (self.result, self.selected, self.region) = (None, None, None);
            }
            AnomalyAction::Received(question, answer) => {
                let is_of_offer = match answer {
                    AnomalyAnswer::Offer(_) => true,
                    // Nothing is being learnt: there is nothing to learn from.
                    AnomalyAnswer::Refused(_) => self.offer.is_none() && self.progress.is_none(),
                    _ => false,
                };
                if question == if is_of_offer { self.asked } else { self.question } {
                    self.receive(answer);
                }
            }
            AnomalyAction::Cut(cut) => {
                let last = self.result.as_ref().map_or(0, |result| result.cuts.len().saturating_sub(1));
                self.cut = cut.min(last);
                self.region = None;
            }
            AnomalyAction::Sort(sort) => {
                self.is_turned = sort == self.sort && !self.is_turned;
                self.sort = sort;
            }
            AnomalyAction::Select(row) => self.selected = row,
            AnomalyAction::Brush(region) => self.region = region,
        }
    }

    fn choose(&mut self, choice: AnomalyChoice) {
        let is_other = choice.scope != self.choice.scope;
        self.choice = choice;
        if is_other {
            // Features of another scope are others.
            self.choice.added.clear();
            self.choice.removed.clear();
            self.choice.label = None;
            (self.offer, self.result, self.refused) = (None, None, None);
            (self.selected, self.region) = (None, None);
        }
    }

    fn receive(&mut self, answer: AnomalyAnswer) {
        match answer {
            AnomalyAnswer::Offer(offer) => {
                self.scopes.clone_from(&offer.scopes);
                self.offer = Some(Shared::new(*offer));
            }
            AnomalyAnswer::Progress(share) if self.progress.is_some() => self.progress = Some(share),
            AnomalyAnswer::Learnt(result) => {
                let proposed = result.proposals.first().map_or(1, |proposal| proposal.n_rows);
                self.cut = result.cut_at(proposed);
                self.result = Some(Shared::new(*result));
                (self.progress, self.refused, self.selected) = (None, None, None);
                (self.sort, self.is_turned) = (AnomalySort::Score, false);
                self.revision = self.revision.wrapping_add(1);
            }
            AnomalyAnswer::Refused(why) => (self.progress, self.refused) = (None, Some(why)),
            AnomalyAnswer::Cancelled => {
                (self.progress, self.refused) = (None, Some("Learning was cancelled.".to_owned()))
            }
            AnomalyAnswer::Progress(_) | AnomalyAnswer::Rows(_) | AnomalyAnswer::Reasons(_) => {}
        }
    }

    /// The threshold that is in force.
    pub fn threshold(&self) -> Option<&Cut> {
        self.result.as_ref()?.cuts.get(self.cut)
    }

    /// The profile that the choice is, if it is one.
    pub fn profile(&self) -> Option<&'static AnomalyProfile> {
        let is = |profile: &&AnomalyProfile| {
            profile.methods.iter().eq(self.choice.methods.iter()) && profile.most_rows == self.choice.most_rows
        };
        PROFILES.iter().find(is)
    }

    /// True if the result is of another choice than the one that is made now.
    pub fn is_outdated(&self) -> bool {
        self.result.as_ref().is_some_and(|result| result.choice != self.choice)
    }

    /// True if a method is chosen, by its id.
    pub fn has_method(&self, id: &str) -> bool {
        match &self.choice.methods[..] {
            [] => self.offer.as_ref().is_some_and(|o| o.methods.iter().any(|of| of.is_default && of.id == id)),
            methods => methods.iter().any(|method| method == id || method == "*"),
        }
    }

    /// The choice with a method added, or taken out if it is chosen; the last one stays.
    pub fn with_method(&self, id: &str) -> AnomalyChoice {
        let all = self.offer.as_ref().map(|offer| offer.methods.clone()).unwrap_or_default();
        let wanted = |of: &str| self.has_method(of) != (of == id);
        let mut methods: Vec<String> = all.iter().map(|of| of.id.clone()).filter(|of| wanted(of)).collect();
        let is_default = all.iter().all(|of| of.is_default == methods.contains(&of.id));
        if methods.is_empty() {
            return self.choice.clone();
        }
        if is_default {
            methods.clear();
        }
        AnomalyChoice { methods, ..self.choice.clone() }
    }

    /// True if a feature is looked at.
    pub fn has_feature(&self, feature: &AnomalyFeature) -> bool {
        let is_default = feature.withheld.is_none() && !self.choice.removed.contains(&feature.name);
        is_default || self.choice.added.contains(&feature.name)
    }

    /// The choice with some features looked at or not.
    pub fn with_features(&self, names: &[&str], is_wanted: bool) -> AnomalyChoice {
        let mut choice = self.choice.clone();
        let all = self.offer.as_ref().map(|offer| offer.features.clone()).unwrap_or_default();
        for feature in all.iter().filter(|feature| names.contains(&feature.name.as_str())) {
            let list = if feature.withheld.is_some() { &mut choice.added } else { &mut choice.removed };
            list.retain(|name| *name != feature.name);
            if is_wanted == feature.withheld.is_some() {
                list.push(feature.name.clone());
            }
        }
        choice
    }
}

/// What marks a file of choices.
const MARK: &str = "packetloupe_anomalies";

/// A choice as a file: JSON that the command takes too.
pub fn write_choice(choice: &AnomalyChoice) -> String {
    let parameters: serde_json::Map<String, Value> =
        choice.parameters.iter().map(|(id, value)| (id.clone(), json!(value))).collect();
    let text = json!({
        MARK: 1,
        "scope": choice.scope.id(),
        "window_seconds": choice.window_seconds,
        "methods": choice.methods,
        "added_features": choice.added,
        "removed_features": choice.removed,
        "label": choice.label,
        "seed": choice.seed,
        "most_rows": choice.most_rows,
        "share": choice.share,
        "parameters": parameters,
    });
    format!("{text:#}\n")
}

/// The choice in a file, or why there is none: a sentence's end.
pub fn read_choice(text: &str) -> Result<AnomalyChoice, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON ({error})"))?;
    if file.get(MARK).and_then(Value::as_u64) != Some(1) {
        return Err("it holds no choices for anomalies".to_owned());
    }
    let texts = |key: &str| -> Vec<String> {
        let list = file.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let number = |key: &str, default: f64| file.get(key).and_then(Value::as_f64).unwrap_or(default);
    let default = AnomalyChoice::default();
    let scope = file.get("scope").and_then(Value::as_str).unwrap_or("flows");
    let parameters = file.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    Ok(AnomalyChoice {
        scope: AnomalyScope::from_id(scope).ok_or_else(|| format!("{scope:?} is no scope"))?,
        window_seconds: number("window_seconds", 0.0).max(0.0),
        methods: texts("methods"),
        added: texts("added_features"),
        removed: texts("removed_features"),
        label: file.get("label").and_then(Value::as_str).map(str::to_owned),
        seed: number("seed", default.seed as f64) as u64,
        most_rows: number("most_rows", default.most_rows.into()).clamp(1.0, 1e9) as u32,
        share: number("share", default.share).clamp(1e-6, 0.5),
        parameters: parameters.into_iter().filter_map(|(id, value)| Some((id, value.as_f64()?))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::anomalies::{AnomalyMethod, ProposedThreshold, ScoreHistogram, Withheld};

    fn feature(name: &str, withheld: Option<Withheld>) -> AnomalyFeature {
        let (group, unit, formula) = (String::new(), String::new(), String::new());
        let name = name.to_owned();
        let (n_missing, n_texts, figures, histogram) = (0, None, None, Vec::new());
        AnomalyFeature {
            name,
            group,
            unit,
            formula,
            withheld,
            is_described: true,
            n_missing,
            n_texts,
            figures,
            histogram,
        }
    }

    fn method(id: &str, is_default: bool) -> AnomalyMethod {
        let text = String::new;
        AnomalyMethod {
            id: id.to_owned(),
            label: text(),
            help: text(),
            fails: text(),
            source: text(),
            explains: text(),
            is_default,
            cost: text(),
            parameters: Vec::new(),
        }
    }

    fn offered() -> Anomalies {
        let offer = AnomalyOffer {
            scope: AnomalyScope::Rows,
            scopes: Vec::new(),
            window_seconds: 0.0,
            sampled: None,
            features: vec![feature("a", None), feature("class", Some(Withheld::Label(String::new())))],
            methods: vec![method("knn", true), method("pca", false)],
            label: None,
            note: None,
        };
        let asked = Anomalies::default().step(AnomalyAction::Asked);
        asked.step(AnomalyAction::Received(asked.asked, AnomalyAnswer::Offer(Box::new(offer))))
    }

    #[test]
    fn methods_and_features_are_chosen_and_what_is_the_default_stays_the_default() {
        let it = offered();
        assert!(it.has_method("knn") && !it.has_method("pca"));
        let more = it.step(AnomalyAction::Choose(it.with_method("pca")));
        assert_eq!(more.choice.methods, ["knn", "pca"]);
        let back = more.step(AnomalyAction::Choose(more.with_method("pca")));
        assert!(back.choice.methods.is_empty());
        assert_eq!(it.with_method("knn"), it.choice, "the last one stays");
        let [a, class] = &it.offer.as_ref().unwrap().features[..] else { panic!() };
        assert!(it.has_feature(a) && !it.has_feature(class));
        let other = it.step(AnomalyAction::Choose(it.with_features(&["class"], true)));
        let other = other.step(AnomalyAction::Choose(other.with_features(&["a"], false)));
        assert!(!other.has_feature(a) && other.has_feature(class));
        assert_eq!(other.with_features(&["a"], true).removed, Vec::<String>::new());
        assert_eq!(read_choice(&write_choice(&other.choice)), Ok(other.choice.clone()));
        assert!(read_choice("{}").is_err() && read_choice("?").is_err());
    }

    #[test]
    fn where_there_is_nothing_to_learn_from_it_says_so() {
        let asked = Anomalies::default().step(AnomalyAction::Asked);
        let refused = |question| AnomalyAction::Received(question, AnomalyAnswer::Refused("No flows.".to_owned()));
        assert_eq!(asked.step(refused(asked.asked)).refused.as_deref(), Some("No flows."));
        assert_eq!(asked.step(refused(asked.asked + 1)).refused, None);
    }

    #[test]
    fn a_result_brings_its_proposal_and_answers_to_older_questions_are_dropped() {
        let cut = |n_rows| Cut { threshold: 1.0 / f64::from(n_rows), n_rows, of_class: Vec::new() };
        let proposal = ProposedThreshold { id: "tail".into(), threshold: 0.5, n_rows: 2, sentence: String::new() };
        let result = AnomalyResult {
            choice: AnomalyChoice::default(),
            n_rows: 9,
            n_all: 9,
            features: Vec::new(),
            steps: Vec::new(),
            methods: Vec::new(),
            left_out: Vec::new(),
            scores: ScoreHistogram::default(),
            cuts: vec![cut(1), cut(2), cut(9)],
            proposals: vec![proposal],
            agreement: Vec::new(),
            n_compared: 0,
            map: None,
            judged: None,
            dominant: None,
        };
        let begun = offered().step(AnomalyAction::Begun);
        let late =
            begun.step(AnomalyAction::Received(begun.question - 1, AnomalyAnswer::Learnt(Box::new(result.clone()))));
        assert!(late.result.is_none() && late.progress.is_some());
        let learnt = begun.step(AnomalyAction::Received(begun.question, AnomalyAnswer::Learnt(Box::new(result))));
        assert_eq!((learnt.threshold().map(|cut| cut.n_rows), learnt.progress), (Some(2), None));
        let brushed = learnt.step(AnomalyAction::Brush(Some(MapRegion::around((0.5, 0.5)))));
        assert!(brushed.region.is_some() && brushed.step(AnomalyAction::Cut(1)).region.is_none());
        assert_eq!(learnt.step(AnomalyAction::Cut(99)).threshold().map(|cut| cut.n_rows), Some(9));
        assert!(!learnt.is_outdated() && learnt.step(AnomalyAction::Profile("fast")).is_outdated());
        assert_eq!(learnt.step(AnomalyAction::Profile("fast")).profile().map(|of| of.id), Some("fast"));
    }
}
