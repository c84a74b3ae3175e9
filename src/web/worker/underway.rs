//! A question that takes long on its way to its answer: it is counted in turns, between which messages get in, and dropped when nobody
//! wants the answer any more or the tables change under it.

use super::scope::now;
use crate::explore::Turn;
use crate::explore::turn::go_on;
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::protocol::{Answer, Query};
use crate::query::{Source, TableViews};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

/// A turn takes so long, ms.
const TURN_MS: f64 = 50.0;

/// The question, and what it holds of a job.
pub(super) struct Underway {
    count: Pin<Box<dyn Future<Output = (Answer, TableViews)>>>,
    /// When the turn began, ms.
    since: Rc<Cell<f64>>,
}

impl Underway {
    /// Begins with a question; nothing is counted yet.
    pub(super) fn begin(
        (pipeline, analysis): (Rc<Pipeline>, Rc<Analysis>),
        mut tables: TableViews,
        mut source: impl Source + 'static,
        query: Query,
    ) -> Underway {
        let since = Rc::new(Cell::new(now()));
        let begun = since.clone();
        let count = async move {
            let is_due = || now() - begun.get() >= TURN_MS;
            let answer = tables.ask((&pipeline, &analysis), &mut source, query, &Turn::new(&is_due)).await;
            (answer, tables)
        };
        Underway { count: Box::pin(count), since }
    }

    /// Counts for one turn.
    pub(super) fn take_turn(&mut self) -> Poll<(Answer, TableViews)> {
        self.since.set(now());
        go_on(self.count.as_mut())
    }
}
