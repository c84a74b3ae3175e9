//! Lessons: the list of them, one with its questions, a tour of the page, and lessons of people's own.

use crate::session::lesson::Course;
use crate::session::route::LearnRoute;
use crate::session::{Action, LearnAction, Route, Shared, State};
use crate::web::browser::{fetch, scripts};
use crate::web::page::hooks::{use_action, use_store};
use crate::web::page::parts::icon::Icon;
use lesson::LessonPage;
use own::OwnLessons;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

mod lesson;
mod own;

/// Where the course that comes with the page lies, and the files beside it.
const FOLDER: &str = "lessons/";

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LearnProps {
    /// The page's state.
    pub state: Shared<State>,
    /// What is chosen.
    pub route: LearnRoute,
}

/// The lessons. They are loaded when they are first looked at.
#[component]
pub fn Learn(props: &LearnProps) -> Html {
    let store = use_store();
    let learn = &props.state.learn;
    use_effect_with(learn.course.is_some(), move |is_there| {
        let Some(store) = store.filter(|_| !*is_there) else { return };
        spawn_local(async move {
            let read = fetch::text("lessons/lessons.json").await.and_then(|text| Course::read(&text));
            store.dispatch(match read {
                Ok(course) => Action::Learn(LearnAction::Loaded(Some(course))),
                Err(text) => Action::Fail(text),
            });
        });
    });
    let Some(course) = &learn.course else {
        return html! { <div class="learn"><h1>{"Lessons"}</h1><p role="status">{"Loading the lessons…"}</p></div> };
    };
    let chosen = props.route.lesson.as_ref().and_then(|id| course.lesson(id));
    match chosen {
        Some(lesson) => html! {
            <LessonPage key={lesson.id.clone()} learn={learn.clone()} id={lesson.id.clone()} is_class={props.route.is_class} />
        },
        None => html! { <List course={course.clone()} is_own={learn.is_own} is_class={props.route.is_class} /> },
    }
}

/// What the list shows.
#[derive(Properties, PartialEq)]
struct ListProps {
    course: Shared<Course>,
    is_own: bool,
    is_class: bool,
}

#[component]
fn List(props: &ListProps) -> Html {
    let course = &props.course;
    let back = use_action(|_: MouseEvent| Action::Learn(LearnAction::Loaded(None)));
    let is_class = props.is_class;
    let to = |lesson: Option<&str>, is_class: bool| {
        Route::Learn(LearnRoute { lesson: lesson.map(str::to_owned), is_class }).hash()
    };
    let minutes: u32 = course.lessons.iter().map(|lesson| lesson.minutes).sum();
    html! {
        <div class="learn">
            <h1>{"Lessons"}</h1>
            <p class="lead">
                { format!("{}: {} lessons, about {minutes} minutes in all. Each has a file to open and questions about it.", course.title, course.lessons.len()) }
            </p>
            <p class="buttons">
                <button type="button" class="button" onclick={Callback::from(|_: MouseEvent| scripts::tour())}>
                    { Icon::Loupe.html() }<span>{"Take the tour of the page"}</span>
                </button>
                <OwnLessons />
                if props.is_own {
                    <button type="button" class="button" onclick={back}>{"Back to the lessons of the page"}</button>
                }
            </p>
            <ol class="lessons" aria-label="Lessons">
                for lesson in &course.lessons {
                    <li key={lesson.id.clone()}>
                        <a href={to(Some(&lesson.id), is_class)}>{ &lesson.title }</a>
                        <span class="hint">
                            { format!("{} minutes, {} questions, {}", lesson.minutes, lesson.questions.len(), lesson.file) }
                        </span>
                    </li>
                }
            </ol>
            <p class="hint">
                if is_class {
                    {"Answers are not offered at this address, which is for a class. "}
                    <a href={to(None, false)}>{"With answers"}</a>
                } else {
                    {"Answers are hidden until you ask for them. "}
                    <a href={to(None, true)}>{"An address for a class, without answers"}</a>
                }
            </p>
        </div>
    }
}
