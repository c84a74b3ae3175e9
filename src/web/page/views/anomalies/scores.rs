//! How scores are spread, with the threshold as a line, and what moves it.

use crate::model::format::quantity;
use crate::protocol::anomalies::{AnomalyResult, Cut, ProposedThreshold, ScoreHistogram};
use crate::session::{Anomalies, AnomalyAction, Route, Shared};
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::plain;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Size of the picture, in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 140.0;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ScoresProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
}

/// Histogram, slider, proposals, count.
#[component]
pub fn Scores(props: &ScoresProps) -> Html {
    let it = &props.it;
    // Whose scores are drawn: those of all together, or of one method.
    let drawn = use_state_eq(String::new);
    let Some(result) = it.result.clone() else { return Html::default() };
    let Some(cut) = it.threshold().cloned() else { return Html::default() };
    let method = result.methods.iter().find(|method| method.id == *drawn);
    let histogram = method.map_or(&result.scores, |method| &method.scores);
    let on_drawn = {
        let drawn = drawn.setter();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|list| list.value());
            drawn.set(chosen.unwrap_or_default());
        })
    };
    let on_slide = props.on_action.reform(|event: InputEvent| {
        let place = event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse().ok());
        AnomalyAction::Cut(place.unwrap_or(0))
    });
    let words = words(&result, &cut);
    html! {
        <section class="card anomaly-scores" aria-labelledby="scores-title">
            <div class="chart-head">
                <h2 id="scores-title">{ explained("Scores") }</h2>
                if result.methods.len() > 1 {
                    <label class="inline-choice">
                        <span>{"Scores of"}</span>
                        <select onchange={on_drawn}>
                            <option value="" selected={drawn.is_empty()}>{"all methods together"}</option>
                            for method in result.methods.iter() {
                                <option value={method.id.clone()} selected={*drawn == method.id}>{ method.label.clone() }</option>
                            }
                        </select>
                    </label>
                }
            </div>
            <p class="anomaly-count" role="status">{ words.clone() }</p>
            if let Some((finding, n)) = &result.dominant {
                <p class="reading-look">
                    <span>
                        { format!("{} of {} belong to one finding and so decide what is usual here: ",
                            quantity::count(*n), quantity::counted(result.n_rows, result.choice.scope.nouns().0, result.choice.scope.nouns().1)) }
                        <a href={Route::findings(Some(&finding.id)).hash()}>{ plain(&finding.title) }</a>{"."}
                    </span>
                </p>
            }
            { picture(histogram, method.is_none().then_some(cut.threshold), &words) }
            <div class="anomaly-axis" aria-hidden="true">
                <span>{ format!("{:.2}", histogram.low) }</span>
                <span>{"score; bar heights grow with the logarithm of the number of rows"}</span>
                <span>{ format!("{:.2}", histogram.high) }</span>
            </div>
            if method.is_none() && result.methods.len() > 1 {
                <p class="hint">{"Means of ranks are spread evenly by their nature. Choose one method above to see the shape of its own scores."}</p>
            }
            <label class="anomaly-slider">
                <span>{"Threshold: more rows to the right"}</span>
                <input type="range" min="0" max={result.cuts.len().saturating_sub(1).to_string()} step="1"
                    value={it.cut.to_string()} oninput={on_slide}
                    aria-valuetext={words} />
            </label>
            <div class="proposals" role="group" aria-label="Proposed thresholds">
                for proposal in result.proposals.iter() {
                    { self::proposal(&result, proposal, it.cut, &props.on_action) }
                }
            </div>
        </section>
    }
}

fn proposal(
    result: &AnomalyResult,
    proposal: &ProposedThreshold,
    cut: usize,
    on_action: &Callback<AnomalyAction>,
) -> Html {
    let place = result.cut_at(proposal.n_rows);
    let name = match proposal.id.as_str() {
        "tail" => "Tail",
        "knee" => "Bend",
        _ => "Share",
    };
    let onclick = on_action.reform(move |_: MouseEvent| AnomalyAction::Cut(place));
    html! {
        <button type="button" class="proposal" {onclick} aria-pressed={(place == cut).to_string()}>
            <strong>{ name }</strong>{" "}<span>{ proposal.sentence.clone() }</span>
        </button>
    }
}

/// How many rows the threshold calls unusual, in words; with a label, how many of them it calls attacks.
fn words(result: &AnomalyResult, cut: &Cut) -> String {
    let (one, many) = result.choice.scope.nouns();
    let rows = quantity::counted(cut.n_rows.into(), one, many);
    let share = quantity::percent(f64::from(cut.n_rows), result.n_rows as f64);
    let reach = if cut.n_rows == 1 { "reaches" } else { "reach" };
    let mut words = format!("{rows} ({share}) {reach} the threshold {:.3}.", cut.threshold);
    if let Some(judged) = &result.judged {
        let attacks = |of: &dyn Fn(usize) -> u64| -> u64 {
            judged
                .classes
                .iter()
                .enumerate()
                .filter(|(_, (.., is_attack))| *is_attack)
                .map(|(place, _)| of(place))
                .sum()
        };
        let found = attacks(&|place| cut.of_class.get(place).copied().unwrap_or(0).into());
        let all = attacks(&|place| judged.classes.get(place).map_or(0, |(_, n, _)| *n));
        let precision = quantity::percent(found as f64, f64::from(cut.n_rows));
        let recall = quantity::percent(found as f64, all as f64);
        words += &format!(" {precision} of them are attacks by the column {}, {recall} of all.", judged.label);
    }
    words
}

/// Bars; those at or above the threshold are marked.
fn picture(histogram: &ScoreHistogram, threshold: Option<f64>, words: &str) -> Html {
    let n = histogram.counts.len().max(1) as f64;
    let most = f64::from(histogram.counts.iter().copied().max().unwrap_or(1).max(1));
    let height = |count: u32| (f64::from(count) + 1.0).ln() / (most + 1.0).ln() * (HEIGHT - 4.0);
    let width = WIDTH / n;
    let extent = histogram.high - histogram.low;
    let at = |score: f64| if extent > 0.0 { (score - histogram.low) / extent * WIDTH } else { 0.0 };
    let line = threshold.map(at);
    let bar = |place: usize, count: u32, class: &'static str| {
        let (x, tall) = (place as f64 * width, if count == 0 { 0.0 } else { height(count) });
        html! {
            <rect {class} x={format!("{:.2}", x + 0.5)} y={format!("{:.2}", HEIGHT - tall)} width={format!("{:.2}", (width - 1.0).max(0.5))}
                height={format!("{tall:.2}")} />
        }
    };
    let class = |place: usize| {
        let is_last = place + 1 == histogram.counts.len();
        let is_past = line.is_some_and(|line| is_last || (place as f64 + 1.0) * width > line + 1e-9);
        if is_past { "bar-past" } else { "bar-usual" }
    };
    html! {
        <svg class="anomaly-histogram" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" role="img"
            aria-label={format!("Histogram of scores. {words}")}>
            for (place, count) in histogram.counts.iter().enumerate() {
                { bar(place, *count, class(place)) }
            }
            for (place, count) in histogram.attacks.iter().enumerate() {
                { bar(place, *count, "bar-attack") }
            }
            if let Some(line) = line {
                <line class="threshold" x1={format!("{line:.2}")} x2={format!("{line:.2}")} y1="0" y2={HEIGHT.to_string()}
                    vector-effect="non-scaling-stroke" />
            }
        </svg>
    }
}
