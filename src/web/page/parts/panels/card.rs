//! One panel: asks its question and shows the answer, with a way to change it in Explore.

use crate::model::explore::{Catalogue, Mark, Order, ValueKind};
use crate::protocol::Filter;
use crate::session::explore::ExploreRoute;
use crate::session::panel::Panel;
use crate::session::{Route, Selection, Shared};
use crate::web::browser::download;
use crate::web::page::parts::answer::{AnswerView, Asked, use_answer};
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// Rows of a panel, and of one that has pages for its values.
const ROWS: u32 = 10;
const ROWS_WITH_PAGES: u32 = 60;

/// What is shown.
#[derive(Properties)]
pub struct PanelProps {
    /// The panel.
    pub panel: &'static Panel,
    /// What can be asked.
    pub catalogue: Shared<Catalogue>,
    /// What it is about.
    pub item: Option<String>,
    /// The view's own filter.
    pub filter: Filter,
    /// What all views are narrowed to.
    pub selection: Selection,
    /// Job and revision of the result.
    pub result: (u32, u32),
    /// Minutes east of UTC.
    pub offset: i32,
    /// Name of the open file.
    pub file: String,
    /// Id of the view.
    pub view: &'static str,
}

/// Panels are constants.
impl PartialEq for PanelProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.panel, other.panel)
            && self.catalogue == other.catalogue
            && self.item == other.item
            && self.filter == other.filter
            && self.selection == other.selection
            && self.result == other.result
            && self.offset == other.offset
            && self.file == other.file
    }
}

/// A panel.
#[component]
pub fn PanelCard(props: &PanelProps) -> Html {
    let PanelProps { panel, catalogue, selection, offset, .. } = props;
    let order = use_state_eq(Order::default);
    let route = ExploreRoute { order: *order, ..panel.route(props.item.as_deref(), &props.filter) };
    let most = if panel.pages.is_some() { ROWS_WITH_PAGES } else { ROWS };
    let mut question = route.question(catalogue, selection, *offset);
    question.limit = matches!(panel.mark, Mark::Table | Mark::Bars).then_some(most);
    let asked = use_answer(Some(question), props.result);
    let on_order = {
        let order = order.setter();
        Callback::from(move |next| order.set(next))
    };
    let is_busy = !matches!(asked, Asked::Here(_, false));
    // Whether anything is there: a row with all its values and a figure other than zero.
    let is_empty = matches!(&asked, Asked::Here(answer, _) if panel.mark != Mark::Tree && !answer.rows.iter().any(|row| {
        row.values.iter().all(|value| value.kind == ValueKind::Value) && row.figures.first().is_some_and(|figure| figure.is_some_and(|n| n != 0.0))
    }));
    // A chart has its own title.
    let is_titled = is_empty || matches!(panel.mark, Mark::Table | Mark::Tree);
    let class = classes!("panel", (panel.is_wide && !is_empty).then_some("wide"), is_empty.then_some("is-empty"));
    let body = match &asked {
        Asked::Waiting => html! { <p class="hint">{"Counting…"}</p> },
        Asked::Refused(why) => html! { <p class="hint">{ format!("This cannot be shown: {}.", plain(why)) }</p> },
        Asked::Here(answer, _) => {
            let saved_as = download::name(
                &props.file,
                &format!("{}-{}", props.view, panel.title.to_lowercase().replace(' ', "-")),
            );
            if is_empty {
                html! { <p class="hint">{"Nothing in the selected traffic."}</p> }
            } else {
                html! {
                    <AnswerView answer={answer.clone()} mark={panel.mark} order={*order} filter={route.filter.clone()} offset={*offset}
                        {on_order} {saved_as} most={most as usize} all={Some(Route::Explore(route.clone()))} pages={panel.pages}
                        title={Some(panel.title)} has_rows={false} is_of_rows={false} />
                }
            }
        }
    };
    html! {
        <div {class} aria-busy={is_busy.to_string()}>
            <div class="panel-head">
                <h2 class={(!is_titled).then_some("unseen")}>{ explained(panel.title) }</h2>
                <a href={Route::Explore(ExploreRoute { order: Order::default(), ..route.clone() }).hash()}
                    aria-label={format!("Explore: {}", panel.title)}>{"Explore"}</a>
            </div>
            { body }
        </div>
    }
}
