//! What the page asks about anomalies, answered: makes a task of the pipeline's tables for whoever learns, and gives the rows of the
//! answers their names and links.

use super::learner::Learner;
use super::offer::offer;
use super::subjects::Subjects;
use super::task::Task;
use crate::learn::column::{Cells, TableColumn};
use crate::learn::random::Selection;
use crate::learn::work::Work;
use crate::learn::{CONSENSUS, METHODS, Method, Refusal, method};
use crate::maths::sorting::Gather;
use crate::model::Finding;
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyChoice, AnomalyQuery, AnomalyReasons, AnomalyRow, FindingLink};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// From this share of the rows on a finding decides what is usual.
const DOMINANT: f64 = 0.2;

/// Answers the page's queries about anomalies; remembers which rows the last task had.
#[derive(Default)]
pub struct AnomalyQueries {
    known: Option<Known>,
    learner: Option<Learner>,
}

struct Known {
    subjects: Subjects,
    /// The places of the rows of the task among the subjects.
    members: Vec<u32>,
}

impl AnomalyQueries {
    /// Makes a task; a sentence if that cannot be done.
    pub fn task(&mut self, pipeline: &Pipeline, choice: &AnomalyChoice) -> Result<Task, String> {
        chosen_methods(choice)?;
        let subjects = Subjects::of(pipeline, choice).ok_or_else(|| nothing(choice))?;
        let features = subjects.features(pipeline);
        let known: BTreeSet<&str> = features.iter().map(|feature| feature.name.as_str()).gathered();
        let unknown = choice.added.iter().chain(&choice.removed).find(|name| !known.contains(name.as_str()));
        if let Some(name) = unknown {
            return Err(format!("There is no feature called {name:?} of {}.", choice.scope.nouns().1));
        }
        let is_wanted = |feature: &super::feature::Feature| {
            let is_default = feature.withheld.is_none() && !choice.removed.contains(&feature.name);
            is_default || choice.added.contains(&feature.name)
        };
        let wanted: Vec<usize> =
            features.iter().enumerate().filter(|(_, feature)| is_wanted(feature)).map(|(place, _)| place).collect();
        if wanted.is_empty() {
            return Err("No feature is chosen.".to_owned());
        }
        let n = subjects.len() as u32;
        let mut selection = Selection::new(choice.seed, n, choice.most_rows.max(1));
        let members: Vec<u32> = (0..n).filter(|_| selection.picks()).collect();
        let values = subjects.values(pipeline, &members, &wanted);
        let column = |(place, values): (&usize, _)| {
            let feature = features.get(*place)?;
            let (name, unit) = (feature.name.clone(), feature.unit.to_owned());
            Some(TableColumn { name, unit, cells: Cells::from(values) })
        };
        let columns = wanted.iter().zip(values).filter_map(column).collect();
        let labels = subjects.labels(pipeline, choice, &members);
        let task = Task { choice: choice.clone(), n_all: n.into(), n_rows: members.len() as u64, columns, labels };
        self.learner = None;
        self.known = Some(Known { subjects, members });
        Ok(task)
    }

    /// Answers what needs no learning; hands back what does.
    pub fn answer(&mut self, pipeline: &Pipeline, query: &AnomalyQuery) -> Option<AnomalyAnswer> {
        match query {
            AnomalyQuery::Offer(choice) => Some(match Subjects::of(pipeline, choice) {
                Some(subjects) => AnomalyAnswer::Offer(Box::new(offer(pipeline, &subjects, choice))),
                None => AnomalyAnswer::Refused(nothing(choice)),
            }),
            AnomalyQuery::Cancel => Some(AnomalyAnswer::Cancelled),
            _ => None,
        }
    }

    /// Answers here, learning included, for who has no other worker, such as the command. `report` is told how far it is, as a share,
    /// and may stop it.
    pub fn ask(
        &mut self,
        pipeline: &Pipeline,
        findings: &[Finding],
        query: &AnomalyQuery,
        report: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> AnomalyAnswer {
        if let Some(answer) = self.answer(pipeline, query) {
            return answer;
        }
        let answer = match query {
            AnomalyQuery::Learn(choice) => match self.task(pipeline, choice) {
                Ok(task) => {
                    let (learner, answer) = Learner::answer_to(task, report);
                    self.learner = learner;
                    answer
                }
                Err(why) => AnomalyAnswer::Refused(why),
            },
            query => match &self.learner {
                Some(learner) => learner.answer(query),
                None => AnomalyAnswer::Refused("Nothing has been learnt yet.".to_owned()),
            },
        };
        self.named(pipeline, findings, answer)
    }

    /// The learner of the last task that was answered here.
    pub fn learner(&self) -> Option<&Learner> {
        self.learner.as_ref()
    }

    /// The number that a row of the last task has in its file, or its place among all.
    pub fn number(&self, pipeline: &Pipeline, row: usize) -> u64 {
        let known = self.known.as_ref().and_then(|known| Some((known, *known.members.get(row)?)));
        known.map_or(row as u64, |(known, place)| known.subjects.number(pipeline, place as usize))
    }

    /// What a row of the last task is called.
    pub fn name(&self, pipeline: &Pipeline, row: usize) -> String {
        let known = self.known.as_ref().and_then(|known| Some((known, *known.members.get(row)?)));
        known.map(|(known, place)| known.subjects.name(pipeline, place as usize)).unwrap_or_default()
    }

    /// Gives the rows of an answer their names and links, and says which finding means them.
    pub fn named(&self, pipeline: &Pipeline, findings: &[Finding], mut answer: AnomalyAnswer) -> AnomalyAnswer {
        match &mut answer {
            AnomalyAnswer::Learnt(result) => result.dominant = self.dominant(pipeline, findings),
            AnomalyAnswer::Rows(page) => page.rows.iter_mut().for_each(|row| self.name_row(pipeline, findings, row)),
            AnomalyAnswer::Reasons(Some(reasons)) => {
                let AnomalyReasons { row, nearest, .. } = reasons.as_mut();
                std::iter::once(row).chain(nearest).for_each(|row| self.name_row(pipeline, findings, row));
            }
            _ => {}
        }
        answer
    }

    /// The finding that means most rows, if these are many.
    fn dominant(&self, pipeline: &Pipeline, findings: &[Finding]) -> Option<(FindingLink, u64)> {
        let Known { subjects, members } = self.known.as_ref()?;
        let mut counts: BTreeMap<&str, (FindingLink, u64)> = BTreeMap::new();
        for place in members {
            if let Some(finding) = subjects.finding(pipeline, findings, *place as usize) {
                counts.entry(finding.id.as_str()).or_insert_with(|| (link(finding), 0)).1 += 1;
            }
        }
        let most = counts.into_values().max_by_key(|(_, n)| *n)?;
        (most.1 as f64 >= DOMINANT * members.len() as f64).then_some(most)
    }

    fn name_row(&self, pipeline: &Pipeline, findings: &[Finding], row: &mut AnomalyRow) {
        let Some(known) = &self.known else { return };
        if let Some(place) = known.members.get(row.row as usize) {
            row.name = known.subjects.name(pipeline, *place as usize);
            row.link = known.subjects.link(pipeline, *place as usize);
            row.finding = known.subjects.finding(pipeline, findings, *place as usize).map(link);
        }
    }
}

impl Learner {
    /// Learns, and says what came of it.
    pub fn answer_to(task: Task, report: &mut dyn FnMut(f32) -> ControlFlow<()>) -> (Option<Learner>, AnomalyAnswer) {
        let methods = match chosen_methods(&task.choice) {
            Ok(methods) => methods,
            Err(why) => return (None, AnomalyAnswer::Refused(why)),
        };
        let mut work = Work::new(report);
        let learnt = Learner::learn(task, &methods, &mut work.part(0.0, 0.95)).and_then(|learner| {
            let result = learner.result(&mut work.part(0.95, 1.0))?;
            Ok((learner, result))
        });
        match learnt {
            Ok((learner, result)) => (Some(learner), AnomalyAnswer::Learnt(Box::new(result))),
            Err(Refusal::NotEnough(why)) => (None, AnomalyAnswer::Refused(why)),
            Err(Refusal::Stopped) => (None, AnomalyAnswer::Cancelled),
        }
    }

    /// Answers what is asked about what was learnt.
    pub fn answer(&self, query: &AnomalyQuery) -> AnomalyAnswer {
        match query {
            AnomalyQuery::Rows(window, within) => AnomalyAnswer::Rows(self.rows(window, within)),
            AnomalyQuery::Reasons(row) => AnomalyAnswer::Reasons(self.reasons(*row).map(Box::new)),
            _ => AnomalyAnswer::Refused("This is not about what was learnt.".to_owned()),
        }
    }
}

fn link(finding: &Finding) -> FindingLink {
    FindingLink { id: finding.id.clone(), title: finding.title.clone() }
}

/// The methods of a choice; a sentence if one is unknown.
pub fn chosen_methods(choice: &AnomalyChoice) -> Result<Vec<&'static Method>, String> {
    if choice.methods.is_empty() {
        return Ok(METHODS.iter().filter(|method| CONSENSUS.contains(&method.id)).collect());
    }
    if choice.methods.iter().any(|id| id == "*") {
        return Ok(METHODS.iter().collect());
    }
    let find = |id: &String| method(id).ok_or_else(|| format!("There is no method called {id:?}."));
    choice.methods.iter().map(find).collect()
}

fn nothing(choice: &AnomalyChoice) -> String {
    format!("This file has no {}.", choice.scope.nouns().1)
}
