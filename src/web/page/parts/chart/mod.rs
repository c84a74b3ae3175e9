//! A chart on a canvas: crisp on any screen, with a read-out for pointer and keys, and a table that says the same.

use super::icon::Icon;
use super::text::{label, plain};
use crate::chart::{self, draw};
use crate::model::chart::{ChartSeries, ChartSpec, Marks};
use crate::session::Route;
use crate::web::page::parts::terms::explained;
use picture::Picture;
use save::SavePicture;
use table::table;
use yew::prelude::*;

mod picture;
mod save;
mod table;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct ChartProps {
    /// The chart as data.
    pub spec: ChartSpec,
    /// Called with the places of the first and the last bin, bar or field that are chosen.
    #[prop_or_default]
    pub on_pick: Option<Callback<(usize, usize)>>,
    /// Name of the file that the picture is saved to, without its ending; none where it is not offered.
    #[prop_or_default]
    pub saved_as: Option<String>,
}

/// A titled chart that can also be read as a table.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let spec = &props.spec;
    let is_table = use_state_eq(|| false);
    let hidden = use_state_eq(Vec::<String>::new);
    let names = series(spec);
    let shown = without(spec, &hidden);
    let on_series = {
        let hidden = hidden.clone();
        Callback::from(move |name: String| {
            let mut next = (*hidden).clone();
            match next.iter().position(|own| *own == name) {
                Some(place) => {
                    next.remove(place);
                }
                None => next.push(name),
            }
            hidden.set(next);
        })
    };
    let toggle = {
        let is_table = is_table.clone();
        Callback::from(move |_: MouseEvent| is_table.set(!*is_table))
    };
    let title = format!("chart-{}", spec.id);
    html! {
        <section class={classes!("card", "chart", format!("chart-{}", spec.id))} aria-labelledby={title.clone()}>
            <div class="chart-head">
                <h3 id={title}>{ explained(&spec.title) }</h3>
                if let Some(name) = props.saved_as.as_ref().filter(|_| !draw::is_empty(spec)) {
                    <SavePicture spec={spec.clone()} name={name.clone()} />
                }
                if !draw::is_empty(spec) {
                    <button type="button" class="button quiet" onclick={toggle} aria-pressed={is_table.to_string()}
                        aria-label={format!("Show as table: {}", spec.title)} title="Show as table">
                        { Icon::Table.html() }
                    </button>
                }
            </div>
            if *is_table {
                <p class="hint">{ spec.summary.clone() }</p>
                { table(spec) }
            } else {
                <Picture spec={shown} on_pick={props.on_pick.clone()} />
                if names.len() > 1 {
                    <div class="chips chart-series" role="group" aria-label={format!("Series of {}", spec.title)}>
                        for name in names {
                            <button type="button" class="chip" aria-pressed={(!hidden.contains(&name)).to_string()} title="Show or hide it"
                                onclick={let name = name.clone(); on_series.reform(move |_: MouseEvent| name.clone())}>{ label(&name, spec.has_data) }</button>
                        }
                    </div>
                }
            }
            { changes(spec) }
        </section>
    }
}

/// The names of what is told apart over time.
fn series(spec: &ChartSpec) -> Vec<String> {
    let (Marks::Areas { series, .. } | Marks::Lines { series, .. } | Marks::Curves { series, .. }) = &spec.marks else {
        return Vec::new();
    };
    let is_there = |one: &&ChartSeries| one.values.iter().any(|value| *value > 0.0);
    series.iter().filter(is_there).map(|one| one.name.clone()).collect()
}

/// A chart without some of its series: what is left keeps its colours.
fn without(spec: &ChartSpec, hidden: &[String]) -> ChartSpec {
    let mut spec = spec.clone();
    if let Marks::Areas { series, .. } | Marks::Lines { series, .. } | Marks::Curves { series, .. } = &mut spec.marks {
        for one in series.iter_mut().filter(|one| hidden.contains(&one.name)) {
            one.values.iter_mut().for_each(|value| *value = 0.0);
        }
    }
    spec
}

/// What is marked on a chart over time, with links to the findings.
fn changes(spec: &ChartSpec) -> Html {
    let Marks::Areas { changes, offset_minutes, .. } = &spec.marks else { return Html::default() };
    html! {
        if !changes.is_empty() {
            <ol class="chart-changes" aria-label="Changes marked on the chart">
                for change in changes.iter() {
                    <li value={change.number.to_string()}>
                        { chart::change_time(change, *offset_minutes) }{": "}
                        <a href={Route::findings(Some(&change.finding)).hash()}>{ plain(&change.title) }</a>
                    </li>
                }
            </ol>
        }
    }
}
