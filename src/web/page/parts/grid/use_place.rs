//! Where a grid stood when it was left, so that coming back shows the same rows.

use crate::session::window::Scroll;
use crate::web::page::hooks::use_store;
use crate::web::page::store::Place;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// What decides where a grid stands.
pub struct Standing<'a> {
    /// Names the rows.
    pub key: &'a str,
    /// Where it stands.
    pub place: Place,
    /// Its heights.
    pub scroll: Scroll,
    /// A row that must be in sight when the grid comes.
    pub wished: Option<u64>,
}

/// Brings a grid that comes back to where it stood with the same rows, and to its top when its rows change; remembers
/// where it goes from there. `set` puts it there.
#[hook]
pub fn use_place(standing: Standing<'_>, set: Callback<Place>) {
    let Standing { key, place, scroll, wished } = standing;
    let store = use_store();
    let is_first = use_mut_ref(|| true);
    // Where to go as soon as the rows are there; nothing is remembered until then.
    let target = use_mut_ref(|| None::<Place>);
    {
        let (store, target, set) = (store.clone(), target.clone(), set.clone());
        use_effect_with(key.to_owned(), move |key| {
            if is_first.replace(false) {
                let known = store.and_then(|store| store.place(key)).unwrap_or_default();
                target.replace(Some(wished.map_or(known, |row| Place { cursor: Some(row), ..known })));
            } else {
                set.emit(Place::default());
            }
        });
    }
    {
        let target = target.clone();
        use_effect_with(scroll.n_rows > 0, move |has_rows| {
            // A moment later: the element must have grown to its height before it can be scrolled.
            let timer = has_rows.then(|| {
                Timeout::new(0, move || {
                    if let Some(place) = target.take() {
                        let top_px = wished.map_or(place.top_px, |row| scroll.reveal(place.top_px, row));
                        set.emit(Place { top_px, ..place });
                    }
                })
            });
            move || drop(timer)
        });
    }
    use_effect_with((key.to_owned(), place), move |(key, place)| {
        if let Some(store) = store.filter(|_| target.borrow().is_none()) {
            store.keep_place(key, *place);
        }
    });
}
