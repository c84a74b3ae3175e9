//! How good what was trained is: figures, curves, classes, folds, what it goes by, and what speaks against believing it.

use super::save_model::SaveModel;
use crate::model::format::quantity;
use crate::protocol::training::{TestMeasures, TestedMethod};
use crate::session::Shared;
use crate::session::training::{Training, TrainingAction, figures};
use crate::web::page::parts::curve::Curve;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// Importances that are shown.
const MOST_IMPORTANCES: usize = 20;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ResultsProps {
    /// Choices and result.
    pub it: Shared<Training>,
    /// Called with what people do.
    pub on_action: Callback<TrainingAction>,
}

/// All of it.
#[component]
pub fn Results(props: &ResultsProps) -> Html {
    let it = &props.it;
    let (Some(result), Some(tested)) = (&it.result, it.tested()) else { return Html::default() };
    html! {
        <>
            { side_by_side(it, &result.methods, &props.on_action) }
            { against(tested) }
            <SaveModel it={it.clone()} />
            <div class="anomalies-parts">
                { curves(tested) }
                { confusion(tested) }
                { classes(tested) }
                { importances(tested) }
                { folds(tested) }
                { about(tested) }
            </div>
        </>
    }
}

fn figure(name: &str, value: f64) -> String {
    match name {
        "AUROC" | "Average precision" | "F1" | "Brier score" => format!("{value:.4}"),
        _ => quantity::percent(value, 1.0),
    }
}

/// The classifiers beside each other; one of them is shown in full.
fn side_by_side(it: &Training, methods: &[TestedMethod], on_action: &Callback<TrainingAction>) -> Html {
    let row = |name: Html, of: &TestMeasures, is_strong: bool| {
        html! {
            <tr class={is_strong.then_some("strong")}>
                <th scope="row">{ name }</th>
                for (name, value) in figures(of) {
                    <td class="num">{ figure(name, value) }</td>
                }
            </tr>
        }
    };
    let heads = methods.first().map(|first| figures(&first.measures).map(|(name, _)| name));
    html! {
        <section class="card" aria-labelledby="train-figures">
            <h2 id="train-figures">{"On rows that were not trained on"}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Figures">
                <table class="plain" data-testid="train-figures">
                    <thead>
                        <tr>
                            <th scope="col">{"Model"}</th>
                            for name in heads.into_iter().flatten() {
                                <th scope="col" class="num">{ name }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for (place, of) in methods.iter().enumerate() {
                            { {
                                let show = on_action.reform(move |_: MouseEvent| TrainingAction::Show(place));
                                let is_shown = place == it.shown;
                                let name = html! {
                                    <button type="button" class="as-link" aria-pressed={is_shown.to_string()} onclick={show}>{ of.label.clone() }</button>
                                };
                                html! {
                                    <>
                                        { row(name, &of.measures, is_shown) }
                                        if let Some(of_new) = &of.of_new {
                                            { row(html! { <span class="hint">{"new rows only"}</span> }, of_new, false) }
                                        }
                                    </>
                                }
                            } }
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// What speaks against believing the figures, and what they cannot say.
fn against(of: &TestedMethod) -> Html {
    html! {
        <section class="card" aria-labelledby="train-leaks">
            <h2 id="train-leaks">{ format!("{}: what these figures are worth", of.label) }</h2>
            if of.leaks.is_empty() {
                <p>{"No sign of a leak: no row comes twice on both sides, no column counts rows or says what a row is, and their order gives nothing away."}</p>
            } else {
                <ul class="plain-list" data-testid="train-leaks">
                    for (kind, sentence) in of.leaks.iter() {
                        <li key={sentence.clone()} data-kind={kind.clone()}>{ plain(sentence) }</li>
                    }
                </ul>
            }
            <p class="hint">
                { format!("They hold for traffic like this table's. In another network, with other attacks or another way of capturing, \
                    expect less; measure there. {}", of.fails) }
            </p>
        </section>
    }
}

fn curves(of: &TestedMethod) -> Html {
    let measures = &of.measures;
    let share = measures.n_attacks as f64 / measures.n_rows.max(1) as f64;
    let roc = Curve {
        title: format!("ROC curve, area {:.4}", measures.auroc),
        axes: ["false positive rate", "recall"],
        points: &measures.roc,
        chance: [(0.0, 0.0), (1.0, 1.0)],
    };
    let pr = Curve {
        title: format!("Precision-recall curve, average precision {:.4}", measures.average_precision),
        axes: ["recall", "precision"],
        points: &measures.pr,
        chance: [(0.0, share), (1.0, share)],
    };
    let reliability: Vec<(f32, f32)> =
        measures.reliability.iter().map(|(said, is, _)| (*said as f32, *is as f32)).collect();
    let calibration = Curve {
        title: format!("Calibration, Brier score {:.4}", measures.brier),
        axes: ["probability said", "share of attacks"],
        points: &reliability,
        chance: [(0.0, 0.0), (1.0, 1.0)],
    };
    html! {
        <section class="card wide-part" aria-labelledby="train-curves">
            <h2 id="train-curves">{"Curves"}</h2>
            <div class="judged">{ roc.html() }{ pr.html() }{ calibration.html() }</div>
        </section>
    }
}

fn confusion(of: &TestedMethod) -> Html {
    let [hit, missed, wrong, right] = of.measures.confusion;
    html! {
        <section class="card" aria-labelledby="train-confusion">
            <h2 id="train-confusion">{ explained("Confusion") }</h2>
            <table class="plain" data-testid="train-confusion">
                <thead><tr><th scope="col">{"Is"}</th><th scope="col" class="num">{"Reported"}</th><th scope="col" class="num">{"Left quiet"}</th></tr></thead>
                <tbody>
                    <tr><th scope="row">{"Attack"}</th><td class="num">{ quantity::count(hit) }</td><td class="num">{ quantity::count(missed) }</td></tr>
                    <tr><th scope="row">{"Benign"}</th><td class="num">{ quantity::count(wrong) }</td><td class="num">{ quantity::count(right) }</td></tr>
                </tbody>
            </table>
            <p class="hint">{ format!("Reported from a probability of {} on.", quantity::percent(of.threshold, 1.0)) }</p>
        </section>
    }
}

fn classes(of: &TestedMethod) -> Html {
    html! {
        <section class="card" aria-labelledby="train-classes">
            <h2 id="train-classes">{"Share of each class that is reported"}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Classes">
                <table class="plain">
                    <thead><tr><th scope="col">{"Class"}</th><th scope="col" class="num">{"Rows"}</th><th scope="col" class="num">{"Reported"}</th>
                        <th scope="col" class="num">{"Share"}</th></tr></thead>
                    <tbody>
                        for (name, n, is_attack, reported) in of.measures.by_class.iter() {
                            <tr key={name.clone()}>
                                <th scope="row">{ data(name) }<span class="hint">{ if *is_attack { " attack" } else { " benign" } }</span></th>
                                <td class="num">{ quantity::count(*n) }</td>
                                <td class="num">{ quantity::count(*reported) }</td>
                                <td class="num">{ quantity::percent(*reported as f64, *n as f64) }</td>
                            </tr>
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn importances(of: &TestedMethod) -> Html {
    let most = of.importances.first().map_or(0.0, |(_, rises)| *rises).max(f64::MIN_POSITIVE);
    html! {
        <section class="card" aria-labelledby="train-importances">
            <h2 id="train-importances">{"What it goes by"}</h2>
            <p class="hint">{"How much the mean squared error of the probability rises if the values of a column change places."}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Permutation importances">
                <table class="plain">
                    <thead><tr><th scope="col">{"Column"}</th><th scope="col" class="num">{"Rise"}</th><th scope="col"><span class="unseen">{"Bar"}</span></th></tr></thead>
                    <tbody>
                        for (name, rises) in of.importances.iter().take(MOST_IMPORTANCES) {
                            <tr key={name.clone()}>
                                <th scope="row">{ data(name) }</th>
                                <td class="num">{ format!("{rises:.5}") }</td>
                                <td class="share">
                                    <svg class="share-bar" aria-hidden="true"><rect width={format!("{:.2}%", (rises / most * 100.0).clamp(0.0, 100.0))} height="100%" /></svg>
                                </td>
                            </tr>
                        }
                    </tbody>
                </table>
            </div>
            if of.importances.len() > MOST_IMPORTANCES {
                <p class="hint">{ format!("{} more are in the CSV.", of.importances.len() - MOST_IMPORTANCES) }</p>
            }
        </section>
    }
}

fn folds(of: &TestedMethod) -> Html {
    html! {
        <section class="card" aria-labelledby="train-fold-figures">
            <h2 id="train-fold-figures">{ explained("Folds") }</h2>
            <table class="plain">
                <thead><tr><th scope="col">{ explained("Fold") }</th><th scope="col" class="num">{"Trained on"}</th><th scope="col" class="num">{"Tested"}</th>
                    <th scope="col" class="num">{"AUROC"}</th><th scope="col" class="num">{ explained("F1") }</th></tr></thead>
                <tbody>
                    for (place, (train, test, auroc, f1)) in of.folds.iter().enumerate() {
                        <tr key={place}>
                            <th scope="row">{ place + 1 }</th>
                            <td class="num">{ quantity::count(*train) }</td>
                            <td class="num">{ quantity::count(*test) }</td>
                            <td class="num">{ format!("{auroc:.4}") }</td>
                            <td class="num">{ format!("{f1:.4}") }</td>
                        </tr>
                    }
                </tbody>
            </table>
        </section>
    }
}

fn about(of: &TestedMethod) -> Html {
    html! {
        <section class="card" aria-labelledby="train-preparation">
            <h2 id="train-preparation">{"What was done to the columns"}</h2>
            <p>{ format!("{} after preparation.", quantity::counted(of.n_features, "feature", "features")) }
                { of.sampled.map(|n| format!(" It learnt from a random {} of the rows.", quantity::count(n))) }</p>
            <ul class="plain-list">
                for sentence in of.preparation.iter().take(100) {
                    <li>{ plain(sentence) }</li>
                }
            </ul>
        </section>
    }
}
