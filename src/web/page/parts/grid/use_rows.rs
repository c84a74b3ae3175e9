//! The rows of a grid: asks the worker for windows as they come into sight, and keeps the last ones.

use super::row::{Row, Wanted};
use crate::model::listing::Page;
use crate::session::Shared;
use crate::session::window::Pages;
use crate::web::page::hooks::use_store;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

/// Rows that have come.
pub struct Rows<R: Row>(Rc<RefCell<Held<R>>>);

impl<R: Row> Clone for Rows<R> {
    fn clone(&self) -> Self {
        Rows(self.0.clone())
    }
}

impl<R: Row> Rows<R> {
    /// A row, if it has come.
    pub fn get(&self, index: u64) -> Option<Shared<R>> {
        self.0.borrow().shown.row(index).cloned()
    }

    /// Rows in all, once that is known.
    pub fn total(&self) -> Option<u64> {
        self.0.borrow().shown.total()
    }

    /// Why the worker refused the filter, if it did.
    pub fn refused(&self) -> Option<String> {
        self.0.borrow().shown.refused().map(|error| error.text.clone())
    }

    /// True while other rows than those shown were asked for.
    pub fn is_waiting(&self) -> bool {
        let held = self.0.borrow();
        held.coming.is_some() || held.shown.total().is_none()
    }
}

struct Held<R: Row> {
    wanted: Option<Wanted<R>>,
    generation: u32,
    visible: Range<u64>,
    shown: Pages<Shared<R>>,
    /// Rows of a new filter or order, until the first of them have come: the old ones stay in sight so long.
    coming: Option<Pages<Shared<R>>>,
}

/// The rows that are wanted, of which `visible` are in sight.
#[hook]
pub fn use_rows<R: Row>(wanted: &Wanted<R>, visible: Range<u64>) -> Rows<R> {
    let store = use_store();
    let update = use_force_update();
    let held =
        use_mut_ref(|| Held { wanted: None, generation: 0, visible: 0..0, shown: Pages::default(), coming: None });
    {
        let mut held = held.borrow_mut();
        held.visible = visible;
        if held.wanted.as_ref() != Some(wanted) {
            held.wanted = Some(wanted.clone());
            held.generation = held.generation.wrapping_add(1);
            held.coming = Some(Pages::default());
        }
    }
    let rows = held.clone();
    use_effect(move || {
        let Some(store) = store else { return };
        let (query, generation) = {
            let mut held = held.borrow_mut();
            // New rows begin at the top: where the old ones stood means nothing to them.
            let visible = if held.coming.is_some() { 0..1 } else { held.visible.clone() };
            let Held { shown, coming, wanted, generation, .. } = &mut *held;
            let offset = coming.as_mut().unwrap_or(shown).ask(&visible);
            let (Some(offset), Some(wanted)) = (offset, wanted) else { return };
            (wanted.query(offset, Pages::<Shared<R>>::SIZE), *generation)
        };
        store.ask(
            query,
            Callback::from(move |answer| {
                let mut held = held.borrow_mut();
                let Some(page) = R::page(answer).filter(|_| held.generation == generation) else { return };
                if let Some(coming) = held.coming.take() {
                    held.shown = coming;
                }
                let visible = held.visible.clone();
                let Page { total, offset, rows, refused } = page;
                let rows = rows.into_iter().map(Shared::new).collect();
                held.shown.take(Page { total, offset, rows, refused }, &visible);
                drop(held);
                update.force_update();
            }),
        );
    });
    Rows(rows)
}
