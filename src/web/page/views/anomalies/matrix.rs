//! How far every two methods agree, as a small matrix.

use crate::model::format::quantity;
use crate::protocol::anomalies::AnomalyResult;
use crate::session::Shared;
use yew::prelude::*;

/// From more methods on the matrix takes the whole width.
const WIDE: usize = 6;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct MatrixProps {
    /// What was learnt.
    pub result: Shared<AnomalyResult>,
}

/// Above the diagonal the correlation of ranks, below it what the most unusual rows have in common.
#[component]
pub fn Matrix(props: &MatrixProps) -> Html {
    let result = &props.result;
    let n = result.methods.len();
    let cell = |row: usize, column: usize| {
        let Some(agreement) = result.agreement.get(row * n + column) else { return Html::default() };
        let (value, text) = match row.cmp(&column) {
            std::cmp::Ordering::Equal => return html! { <td class="diagonal" aria-label="the same method"></td> },
            std::cmp::Ordering::Less => (agreement.correlation, format!("{:.2}", agreement.correlation)),
            std::cmp::Ordering::Greater => (agreement.shared, quantity::percent(agreement.shared, 1.0)),
        };
        let level = (value.clamp(0.0, 1.0) * 5.0).round() as u32;
        html! { <td class={format!("num heat-{level}")}>{ text }</td> }
    };
    html! {
        <section class={classes!("card", (n > WIDE).then_some("wide-part"))} aria-labelledby="matrix-title">
            <h2 id="matrix-title">{"Do the methods agree?"}</h2>
            <p class="hint">
                { format!(
                    "Above the diagonal: how alike two methods order all rows (1 the same, 0 not at all). Below: what share of the {} \
                     most unusual rows both name.", quantity::count(result.n_compared)
                ) }
            </p>
            <div class="scroll" tabindex="0" role="region" aria-label="Agreement of methods">
                <table class="plain matrix">
                    <thead>
                        <tr>
                            <td></td>
                            for (place, method) in result.methods.iter().enumerate() {
                                <th scope="col" class="num" title={method.label.clone()} aria-label={method.label.clone()}>{ place + 1 }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for (row, method) in result.methods.iter().enumerate() {
                            <tr>
                                <th scope="row">{ format!("{} {}", row + 1, method.label) }</th>
                                for column in 0..n {
                                    { cell(row, column) }
                                }
                            </tr>
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}
