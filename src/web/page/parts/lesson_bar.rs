//! Above the views of a lesson's file: which lesson it is, and the way back to its questions.

use super::icon::Icon;
use crate::session::route::LearnRoute;
use crate::session::{Phase, Route, Shared, State};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LessonBarProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// The bar; nothing unless a lesson's file is open, and another view than its questions is shown.
#[component]
pub fn LessonBar(props: &LessonBarProps) -> Html {
    let state = &props.state;
    let learn = &state.learn;
    let lesson = learn.open.as_ref().zip(learn.course.as_ref()).and_then(|(id, course)| course.lesson(id));
    let Some(lesson) = lesson.filter(|_| state.phase == Phase::Ready && !matches!(state.route, Route::Learn(_))) else {
        return Html::default();
    };
    let route = LearnRoute { lesson: Some(lesson.id.clone()), is_class: learn.is_class };
    html! {
        <p class="lesson-bar">
            { Icon::Hint.html() }
            <span>{"Lesson: "}<strong>{ &lesson.title }</strong></span>
            <a href={Route::Learn(route).hash()}>{"Back to its questions"}</a>
        </p>
    }
}
