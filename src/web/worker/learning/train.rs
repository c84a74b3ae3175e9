//! Queries about training to answers: what there is to train on is said here, training itself is left to a worker of its own, which
//! sends progress and keeps the models.

use super::{Learning, fresh};
use crate::model::analysis::FileFacts;
use crate::protocol::training::{TrainingAnswer, TrainingOffer, TrainingQuery};
use crate::protocol::{Answer, Reply, SaveError};
use crate::training::queries;
use crate::web::worker::scope::post;
use crate::web::worker::{Shared, with};

const NO_WORKER: &str = "Training needs a worker of its own, which this browser does not start within another one. Train with \
                         the command: packetloupe train.";

/// Answers a question about training, or has it answered.
pub fn ask(shared: &Shared, number: u32, question: u32, query: &TrainingQuery) {
    let reply = |answer| post(number, Reply::Answer { question, answer: Answer::Training(answer) });
    let Learning(training) = &shared.training;
    match query {
        TrainingQuery::Cancel => {
            if let Some(waiting) = shared.training.cancel() {
                let answer = Answer::Training(TrainingAnswer::Cancelled);
                post(number, Reply::Answer { question: waiting, answer });
            }
            reply(TrainingAnswer::Cancelled);
        }
        TrainingQuery::Offer(choice) => {
            let offer = with(shared, number, |job| match shared.applied.marks(job) {
                Ok(marks) => queries::offer(&job.pipeline, choice, marks.as_ref()),
                Err(why) => TrainingOffer { why_not: Some(why), ..queries::offer(&job.pipeline, choice, None) },
            });
            offer.into_iter().for_each(|offer| reply(TrainingAnswer::Offer(Box::new(offer))));
        }
        TrainingQuery::Train(choice) => {
            let task = with(shared, number, |job| {
                let name = job.analysis.as_ref().map_or("", |analysis| analysis.file.name.as_str()).to_owned();
                let marks = shared.applied.marks(job)?;
                queries::task(&job.pipeline, vec![FileFacts::name_of(&[name])], choice, marks.as_ref())
            });
            match task {
                Some(Ok(task)) => match fresh(shared, number, &shared.training) {
                    Some(helper) => {
                        helper.train(question, task);
                        training.replace(Some(helper));
                    }
                    None => reply(TrainingAnswer::Refused(NO_WORKER.to_owned())),
                },
                Some(Err(why)) => reply(TrainingAnswer::Refused(why)),
                None => {}
            }
        }
    }
}

/// Saves a model that was trained, by its place.
pub fn save_model(shared: &Shared, number: u32, place: u32) {
    match &*shared.training.0.borrow() {
        Some(helper) if !helper.is_over() => helper.model(place),
        _ => post(number, Reply::Saved(Err(SaveError::NoModel))),
    }
}
