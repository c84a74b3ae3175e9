//! What the label says of the scores, for judging only: area under the curve, and of each class how many rows the threshold finds.

use crate::model::format::quantity;
use crate::protocol::anomalies::Judged;
use crate::session::{Anomalies, Shared};
use crate::web::page::parts::curve::Curve;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct JudgedProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
}

/// Figures, curve and classes.
#[component]
pub fn JudgedPart(props: &JudgedProps) -> Html {
    let Some(result) = &props.it.result else { return Html::default() };
    let (Some(judged), Some(cut)) = (&result.judged, props.it.threshold()) else { return Html::default() };
    html! {
        <section class="card" aria-labelledby="judged-title">
            <h2 id="judged-title">{ format!("Compared with {}", plain(&judged.label)) }</h2>
            <p class="hint">{"The label judges what was learnt. No method has seen it."}</p>
            <div class="judged">
                <table class="plain">
                    <thead>
                        <tr>
                            <th scope="col">{ explained("Scores of") }</th>
                            <th scope="col" class="num">{"ROC-AUC"}</th>
                            <th scope="col" class="num">{ explained("Average precision") }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { figures("All together", [judged.auroc, judged.average_precision], true) }
                        for method in result.methods.iter().filter(|_| result.methods.len() > 1) {
                            { figures(&method.label, method.judged.unwrap_or([f64::NAN; 2]), false) }
                        }
                    </tbody>
                </table>
                { roc(judged) }
                { precision_recall(judged) }
            </div>
            { confusion(judged, &cut.of_class) }
            <div class="scroll" tabindex="0" role="region" aria-label="Classes">
                <table class="plain">
                    <thead>
                        <tr>
                            <th scope="col">{"Class"}</th>
                            <th scope="col" class="num">{"Rows"}</th>
                            <th scope="col" class="num">{ explained("Past the threshold") }</th>
                            <th scope="col" class="num">{"Share"}</th>
                        </tr>
                    </thead>
                    <tbody>
                        for (place, (name, n, is_attack)) in judged.classes.iter().enumerate() {
                            { class(name, *n, *is_attack, cut.of_class.get(place).copied().unwrap_or(0)) }
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn figures(name: &str, [auroc, precision]: [f64; 2], is_strong: bool) -> Html {
    html! {
        <tr class={is_strong.then_some("strong")}>
            <th scope="row">{ name.to_owned() }</th>
            <td class="num">{ format!("{auroc:.3}") }</td>
            <td class="num">{ format!("{precision:.3}") }</td>
        </tr>
    }
}

fn class(name: &str, n: u64, is_attack: bool, found: u32) -> Html {
    html! {
        <tr>
            <th scope="row">{ data(name) }<span class="hint">{ if is_attack { " attack" } else { " benign" } }</span></th>
            <td class="num">{ quantity::count(n) }</td>
            <td class="num">{ quantity::count(found.into()) }</td>
            <td class="num">{ quantity::percent(f64::from(found), n as f64) }</td>
        </tr>
    }
}

/// What is past the threshold and what is not, by what the label says.
fn confusion(judged: &Judged, past: &[u32]) -> Html {
    let mut counts = [[0_u64; 2]; 2];
    for ((_, n, is_attack), past) in judged.classes.iter().zip(past) {
        let past = u64::from(*past);
        let row = counts.iter_mut().skip(usize::from(!is_attack)).take(1);
        row.for_each(|[found, left]| (*found, *left) = (*found + past, *left + n.saturating_sub(past)));
    }
    html! {
        <table class="plain">
            <thead>
                <tr><th scope="col">{"Is"}</th><th scope="col" class="num">{ explained("Past the threshold") }</th><th scope="col" class="num">{"Below it"}</th></tr>
            </thead>
            <tbody>
                for (name, [found, left]) in ["Attack", "Benign"].into_iter().zip(counts) {
                    <tr><th scope="row">{ name }</th><td class="num">{ quantity::count(found) }</td><td class="num">{ quantity::count(left) }</td></tr>
                }
            </tbody>
        </table>
    }
}

fn roc(judged: &Judged) -> Html {
    let title = format!("ROC curve; the area under it is {:.3}", judged.auroc);
    curve(title, ["others past the threshold", "attacks found"], &judged.roc, [(0.0, 0.0), (1.0, 1.0)])
}

fn precision_recall(judged: &Judged) -> Html {
    let n = |is_wanted: &dyn Fn(bool) -> bool| -> u64 {
        judged.classes.iter().filter(|(.., is_attack)| is_wanted(*is_attack)).map(|(_, n, _)| n).sum()
    };
    let share = n(&|is_attack| is_attack) as f64 / n(&|_| true).max(1) as f64;
    let title = format!("Precision-recall curve; average precision {:.3}", judged.average_precision);
    let axes = ["attacks found", "share of attacks among what is past the threshold"];
    curve(title, axes, &judged.pr, [(0.0, share), (1.0, share)])
}

fn curve(title: String, axes: [&'static str; 2], points: &[(f64, f64)], chance: [(f64, f64); 2]) -> Html {
    let points: Vec<(f32, f32)> = points.iter().map(|(x, y)| (*x as f32, *y as f32)).collect();
    Curve { title, axes, points: &points, chance }.html()
}
