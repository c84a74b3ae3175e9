//! One lesson: its story, its file, its questions with hints and answers, and what its words mean.

use super::FOLDER;
use crate::session::lesson::{Course, LessonQuestion};
use crate::session::route::LearnRoute;
use crate::session::{Action, Learn, LearnAction, Route, Shared};
use crate::web::browser::fetch;
use crate::web::page::hooks::{use_action, use_store};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::plain;
use crate::web::page::store::Store;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LessonPageProps {
    /// The course, and what of it is shown.
    pub learn: Shared<Learn>,
    /// Id of the lesson.
    pub id: String,
    /// Answers are not offered.
    pub is_class: bool,
}

/// The lesson.
#[component]
pub fn LessonPage(props: &LessonPageProps) -> Html {
    let store = use_store();
    let is_loading = use_state_eq(|| false);
    let Some((course, lesson)) =
        props.learn.course.as_ref().and_then(|course| Some((course, course.lesson(&props.id)?)))
    else {
        return Html::default();
    };
    let is_open = props.learn.open.as_deref() == Some(&props.id);
    let open = {
        let (is_loading, id, file, is_class) =
            (is_loading.setter(), props.id.clone(), lesson.file.clone(), props.is_class);
        let is_own = props.learn.is_own;
        Callback::from(move |_: MouseEvent| {
            let Some(store) = store.clone() else { return };
            let opened = Action::Learn(LearnAction::Opened(id.clone(), is_class));
            match is_own {
                true => open_given(&store, &file, opened),
                false => open_fetched(store, format!("{FOLDER}{file}"), opened, is_loading.clone()),
            }
        })
    };
    let to_list = Route::Learn(LearnRoute { lesson: None, is_class: props.is_class }).hash();
    html! {
        <div class="learn">
            <p><a href={to_list}>{"All lessons"}</a></p>
            <h1>{ &lesson.title }</h1>
            for paragraph in lesson.story.split("\n\n") {
                <p class="story">{ explained(paragraph) }</p>
            }
            <p class="buttons">
                <button type="button" class="button main" onclick={open} disabled={*is_loading && !is_open}>
                    { Icon::Open.html() }<span>{ format!("Open {}", plain(&lesson.file)) }</span>
                </button>
                if is_open {
                    <span role="status">{"It is open: the views at the side are about it."}</span>
                }
            </p>
            <ol class="questions" aria-label="Questions">
                for (place, question) in lesson.questions.iter().enumerate() {
                    <li key={place}>
                        <Question learn={props.learn.clone()} id={props.id.clone()} {place} question={question.clone()}
                            is_class={props.is_class} {is_open} />
                    </li>
                }
            </ol>
            if !lesson.words.is_empty() {
                { words(course, &lesson.words) }
            }
        </div>
    }
}

/// Opens a file that was given beside the file of lessons.
fn open_given(store: &Store, file: &str, opened: Action) {
    match store.lesson_file(file) {
        Some(found) => {
            store.open(vec![found]);
            store.dispatch(opened);
        }
        None => {
            store.dispatch(Action::Fail(format!("{} was not given beside the file of lessons.", plain(file))));
        }
    }
}

/// Opens a file that comes with the page, once it has been fetched.
fn open_fetched(store: Store, path: String, opened: Action, is_loading: UseStateSetter<bool>) {
    is_loading.set(true);
    spawn_local(async move {
        match fetch::file(&path).await {
            Ok(found) => {
                store.open_own(found, &path);
                store.dispatch(opened);
            }
            Err(text) => {
                is_loading.set(false);
                store.dispatch(Action::Fail(text));
            }
        }
    });
}

/// What the words of a lesson mean.
fn words(course: &Course, words: &[String]) -> Html {
    html! {
        <section aria-labelledby="lesson-words">
            <h2 id="lesson-words">{"Words"}</h2>
            for word in words {
                <details key={word.clone()} class="word">
                    <summary>{ word }</summary>
                    <p>{ course.words.get(word).map_or("", String::as_str) }</p>
                </details>
            }
        </section>
    }
}

/// What a question shows.
#[derive(Properties, PartialEq)]
struct QuestionProps {
    learn: Shared<Learn>,
    id: String,
    place: usize,
    question: LessonQuestion,
    is_class: bool,
    is_open: bool,
}

#[component]
fn Question(props: &QuestionProps) -> Html {
    let (id, place, question) = (&props.id, props.place, &props.question);
    let shown = props.learn.revealed(id, place);
    let (for_hint, for_answer) = (id.clone(), id.clone());
    let hint = use_action(move |_: MouseEvent| Action::Learn(LearnAction::Hint(for_hint.clone(), place)));
    let answer = use_action(move |_: MouseEvent| Action::Learn(LearnAction::Answer(for_answer.clone(), place)));
    let n_hints = question.hints.len();
    let has_answer = shown.has_answer && !props.is_class;
    html! {
        <>
            <p class="ask-text">{ explained(&question.ask) }</p>
            <div aria-live="polite">
                for text in question.hints.iter().take(shown.n_hints) {
                    <p class="lesson-hint">{ Icon::Hint.html() }<span>{ explained(text) }</span></p>
                }
                if has_answer {
                    <p class="lesson-answer"><strong>{"Answer: "}</strong>{ explained(&question.answer) }
                        if let Some(look) = question.look.as_ref().filter(|_| props.is_open) {
                            {" "}<a href={look.clone()}>{"See it"}</a>
                        }
                    </p>
                }
            </div>
            <p class="buttons">
                if shown.n_hints < n_hints {
                    <button type="button" class="button" onclick={hint}>
                        { format!("Hint {} of {n_hints}", shown.n_hints + 1) }
                    </button>
                }
                if !props.is_class {
                    <button type="button" class="button quiet" onclick={answer} aria-expanded={has_answer.to_string()}>
                        { if has_answer { "Hide the answer" } else { "Show the answer" } }
                    </button>
                }
            </p>
        </>
    }
}
