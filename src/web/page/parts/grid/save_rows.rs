//! Buttons below a grid that save all of its rows: windows are asked for one after another and become parts of the file as they come.

use super::row::{Row, Wanted};
use crate::export::rows::RowFormat;
use crate::model::format::quantity;
use crate::session::Action;
use crate::session::saved_rows::{NextPart, SavedRows};
use crate::web::browser::blob_writer::BlobWriter;
use crate::web::browser::download;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use crate::web::page::store::Store;
use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;
use yew::prelude::*;

/// What is saved.
#[derive(Properties, PartialEq)]
pub struct SaveRowsProps<R: Row> {
    /// The rows of the grid.
    pub wanted: Wanted<R>,
}

/// A file on its way.
struct Writing<R: Row> {
    saved: RefCell<SavedRows<R>>,
    out: RefCell<BlobWriter>,
    wanted: Wanted<R>,
    format: RowFormat,
    store: Store,
    /// Counts files of this grid: an older one ends when a newer begins, or when it is cancelled.
    runs: Rc<Cell<u32>>,
    run: u32,
    set_done: UseStateSetter<Option<u64>>,
}

/// The buttons; while a file is being written, how far it is.
#[component]
pub fn SaveRows<R: Row>(props: &SaveRowsProps<R>) -> Html {
    let store = use_store();
    let done = use_state_eq(|| None::<u64>);
    let runs = use_memo((), |()| Cell::new(0_u32));
    {
        // Nobody waits for the file of a grid that is gone.
        let runs = runs.clone();
        use_effect_with((), move |()| move || runs.set(runs.get().wrapping_add(1)));
    }
    if let Some(n) = *done {
        let cancel = {
            let (runs, done) = (runs.clone(), done.setter());
            Callback::from(move |_: MouseEvent| {
                runs.set(runs.get().wrapping_add(1));
                done.set(None);
            })
        };
        return html! {
            <span class="save-rows">
                <span>{ format!("{} written", quantity::counted(n, R::NOUNS.0, R::NOUNS.1)) }</span>
                <button type="button" class="button quiet" onclick={cancel}>{"Cancel"}</button>
            </span>
        };
    }
    let begin = {
        let (wanted, set_done) = (props.wanted.clone(), done.setter());
        Callback::from(move |format: RowFormat| {
            let Some(store) = store.clone() else { return };
            let names: Vec<String> = store
                .state()
                .analysis
                .as_ref()
                .and_then(|analysis| analysis.table.as_ref())
                .map_or_else(Vec::new, |table| table.layout.columns.iter().map(|column| column.name.clone()).collect());
            let (saved, above) = SavedRows::<R>::begin(format, wanted.beside.clone().into(), &names);
            let mut out = BlobWriter::default();
            if out.write_all(&above).is_err() {
                return;
            }
            runs.set(runs.get().wrapping_add(1));
            set_done.set(Some(0));
            let next = saved.first();
            let writing = Rc::new(Writing {
                saved: RefCell::new(saved),
                out: RefCell::new(out),
                wanted: wanted.clone(),
                format,
                store,
                run: runs.get(),
                runs: runs.clone(),
                set_done: set_done.clone(),
            });
            go_on(&writing, next);
        })
    };
    html! {
        <span class="save-rows">
            for format in RowFormat::ALL {
                <button type="button" class="button quiet" title={format!("Save all these {} as {}", R::NOUNS.1, format.label())}
                    onclick={begin.reform(move |_: MouseEvent| format)}>
                    { Icon::Save.html() }<span>{ format!("Save as {}", format.label()) }</span>
                </button>
            }
        </span>
    }
}

fn go_on<R: Row>(writing: &Rc<Writing<R>>, next: NextPart<R::Cells>) {
    let NextPart::Ask(offset, count, cells) = next else { return finish(writing) };
    let query = writing.wanted.query_cells(offset, count, cells);
    let own = writing.clone();
    writing.store.ask(
        query,
        Callback::from(move |answer| {
            let state = own.store.state();
            if own.runs.get() != own.run {
                return;
            }
            let page = R::page(answer).filter(|_| (state.job, R::revision(&state)) == own.wanted.result);
            let Some(page) = page else {
                return fail(&own, "The rows have changed while they were written: save them again.");
            };
            if let Some(refused) = &page.refused {
                return fail(&own, &format!("The filter cannot be used here: {refused}"));
            }
            let (lines, next) = own.saved.borrow_mut().take(&page);
            if own.out.borrow_mut().write_all(&lines).is_err() {
                return fail(&own, "There is not enough room for the file.");
            }
            own.set_done.set(Some(own.saved.borrow().n_done()));
            go_on(&own, next);
        }),
    );
}

fn finish<R: Row>(writing: &Writing<R>) {
    let (ending, _) = writing.format.file();
    let capture = writing.store.state().file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
    let name = download::name(&capture, &format!("{}.{ending}", R::NOUNS.1.replace(' ', "-")));
    let blob = writing.out.take().finish().map_err(|_| format!("There is not enough room for {name}."));
    writing.set_done.set(None);
    if let Err(text) = blob.and_then(|blob| download::save_blob(&name, &blob)) {
        writing.store.dispatch(Action::Fail(text));
    }
}

fn fail<R: Row>(writing: &Writing<R>, text: &str) {
    writing.set_done.set(None);
    writing.store.dispatch(Action::Fail(text.to_owned()));
}
