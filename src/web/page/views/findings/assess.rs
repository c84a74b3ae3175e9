//! What people say of a finding: a verdict and a note, kept with the file in this browser.

use crate::model::{Annotation, Verdict};
use crate::session::Action;
use crate::web::page::hooks::use_action;
use crate::web::page::parts::terms::explained;
use gloo::timers::callback::Timeout;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// What is typed is kept once typing has paused this long, ms.
const PAUSE_MS: u32 = 500;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct AssessProps {
    /// Id of the finding.
    pub id: String,
    /// What is said of it.
    pub annotation: Annotation,
}

/// Verdict and note. Use the id as its key: what is typed belongs to one finding.
#[component]
pub fn Assess(props: &AssessProps) -> Html {
    let say = {
        let id = props.id.clone();
        use_action(move |annotation| Action::Annotation(id.clone(), annotation))
    };
    // What is said so far, and whether some of it is typed and not yet kept.
    let said = use_mut_ref(|| props.annotation.clone());
    let is_typing = use_mut_ref(|| false);
    let timer = use_mut_ref(|| None::<Timeout>);
    if !*is_typing.borrow() {
        said.replace(props.annotation.clone());
    }
    let verdict = props.annotation.verdict;
    let decide = |verdict: Option<Verdict>| {
        let (say, said, is_typing) = (say.clone(), said.clone(), is_typing.clone());
        Callback::from(move |_: Event| {
            is_typing.replace(false);
            said.borrow_mut().verdict = verdict;
            let annotation = said.borrow().clone();
            say.emit(annotation);
        })
    };
    let keep = {
        let (say, said, is_typing) = (say.clone(), said.clone(), is_typing.clone());
        move || {
            if is_typing.replace(false) {
                let annotation = said.borrow().clone();
                say.emit(annotation);
            }
        }
    };
    let on_input = {
        let (keep, said, is_typing) = (keep.clone(), said.clone(), is_typing.clone());
        Callback::from(move |event: InputEvent| {
            let area = event.target_dyn_into::<HtmlTextAreaElement>();
            said.borrow_mut().note = area.map(|area| area.value()).unwrap_or_default();
            is_typing.replace(true);
            timer.replace(Some(Timeout::new(PAUSE_MS, keep.clone())));
        })
    };
    let on_change = {
        let keep = keep.clone();
        Callback::from(move |_: Event| keep())
    };
    // Another finding may be opened before typing has paused.
    use_effect_with((), move |()| keep);
    html! {
        <section class="assess" aria-labelledby="assess-title">
            <h3 id="assess-title">{ explained("Your verdict") }</h3>
            <div class="chips" role="radiogroup" aria-labelledby="assess-title">
                { choice("Open", verdict.is_none(), decide(None)) }
                for one in Verdict::ALL {
                    { choice(one.name(), verdict == Some(one), decide(Some(one))) }
                }
            </div>
            <label for="assess-note">{"Note"}</label>
            <textarea id="assess-note" rows="2" maxlength="2000" value={props.annotation.note.clone()} oninput={on_input}
                onchange={on_change} />
            <p class="hint">{"Kept with this file in this browser, and written into report and JSON."}</p>
        </section>
    }
}

fn choice(name: &'static str, is_chosen: bool, on_choose: Callback<Event>) -> Html {
    html! {
        <label class={classes!("chip", "choice", is_chosen.then_some("is-chosen"))}>
            <input type="radio" name="verdict" checked={is_chosen} onchange={on_choose} />{ name }
        </label>
    }
}
