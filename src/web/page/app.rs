//! The root of the page: holds the state, and shows the view that phase and route ask for.

use super::hooks::{IsDark, use_dark, use_focus_on_change};
use super::parts::counting::Counting;
use super::parts::drop::DropZone;
use super::parts::header::Header;
use super::parts::lesson_bar::LessonBar;
use super::parts::live::Live;
use super::parts::nav::SideNav;
use super::parts::notice::NoticeBar;
use super::parts::palette::Palette;
use super::parts::terms::TermTip;
use super::store::Store;
use super::{address, kept, language, prefs, views};
use crate::session::state::Notice;
use crate::session::{Action, Clock, Phase, Shared, State};
use crate::web::browser::{scripts, style};
use yew::prelude::*;

/// What the page begins with.
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// Why the wanted language cannot be shown, in a sentence.
    pub failure: Option<String>,
}

/// The whole page.
#[component]
pub fn App(props: &AppProps) -> Html {
    let shown = use_state_eq(language::shown);
    use_effect_with((), {
        let shown = shown.setter();
        move |()| language::listen(Callback::from(move |language| shown.set(language)))
    });
    let theme = use_state_eq(prefs::theme);
    let is_dark = use_dark(*theme);
    let state = use_state(|| {
        Shared::new(State {
            route: address::route(),
            selection: address::selection(),
            clock: prefs::clock(),
            looks_first: prefs::looks_first(),
            settings: kept::settings(),
            memory: Shared::new(kept::memory()),
            last: kept::last().map(|(file, _)| file),
            recent: kept::recent(),
            notice: props.failure.clone().map(Notice::Failed),
            ..State::default()
        })
    });
    let store = {
        let set = state.setter();
        use_memo((), |()| Store::start((**state).clone(), Callback::from(move |next| set.set(next))))
    };
    {
        let store = (*store).clone();
        use_effect_with((), move |()| {
            // How files are opened again is kept only as long as somebody may want it.
            let state = store.state();
            match (&state.last, &state.recent) {
                (None, None) => scripts::forget(),
                (_, recent) => scripts::keep_all(recent.is_some()),
            }
            // The entry that the page began with says all that is chosen, too.
            address::replace(&store.state().route, &store.state().selection);
            let of_others = store.clone();
            let listeners = (
                address::listen(move |route, selection| store.arrive(route, selection)),
                kept::listen(move |settings, memory| of_others.dispatch(Action::KeptElsewhere(settings, memory))),
            );
            move || drop(listeners)
        });
    }
    let main = use_node_ref();
    // Before anything of it is drawn.
    use_memo(state.analysis.clone(), |analysis| language::keep(analysis.as_deref()));
    let view = (state.phase, state.route.view().id);
    use_focus_on_change(&main, view, false);
    use_effect_with(view, |_| style::scroll_to_top());
    {
        let title = title(&state);
        use_effect_with(title, |title| gloo::utils::document().set_title(title));
    }
    let on_theme = {
        let theme = theme.setter();
        Callback::from(move |next| {
            prefs::choose_theme(next);
            theme.set(next);
        })
    };
    let skip = {
        let main = main.clone();
        Callback::from(move |event: MouseEvent| {
            // The address's hash names the view, so the link must not change it.
            event.prevent_default();
            style::focus(&main);
        })
    };
    html! {
        <ContextProvider<Store> context={(*store).clone()}>
        <ContextProvider<Clock> context={state.clock}>
        // Another language is another page: what was written is written again.
        <ContextProvider<IsDark> key={shown.id} context={IsDark(is_dark)}>
            <a class="skip" href="#main" onclick={skip}>{"Skip to the content"}</a>
            <Header state={(*state).clone()} theme={*theme} {on_theme} />
            <div class="frame">
                <SideNav state={(*state).clone()} />
                <main id="main" ref={main} tabindex="-1" aria-label={view_name(&state)}>
                    <NoticeBar notice={state.notice.clone()} n_expected={state.analysis.as_ref().map(|analysis| analysis.expected.len())} />
                    <LessonBar state={(*state).clone()} />
                    { views::view(&state) }
                </main>
            </div>
            <Palette state={(*state).clone()} />
            <DropZone />
            <Live state={(*state).clone()} />
            <Counting />
            <TermTip />
        </ContextProvider<IsDark>>
        </ContextProvider<Clock>>
        </ContextProvider<Store>>
    }
}

fn view_name(state: &State) -> &'static str {
    if state.phase == Phase::Reading { "Reading" } else { state.label(state.view()) }
}

fn title(state: &State) -> String {
    let file = state.file.as_ref().map(|file| format!(" of {}", super::parts::text::plain(&file.name)));
    format!("{}{} – Packetloupe", view_name(state), file.unwrap_or_default())
}
