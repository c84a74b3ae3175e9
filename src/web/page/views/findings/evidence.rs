//! Measured values beside the usual ones.

use crate::model::Evidence;
use crate::model::format::quantity;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// The evidence of a finding as a table.
pub fn evidence(evidence: &[Evidence]) -> Html {
    html! {
        if !evidence.is_empty() {
            <div class="scroll" role="region" aria-label="Evidence" tabindex="0">
                <table class="plain evidence">
                    <caption class="unseen">{"Evidence"}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{ explained("Evidence") }</th>
                            <th scope="col" class="num">{"Value"}</th>
                            <th scope="col">{ explained("Baseline") }</th>
                        </tr>
                    </thead>
                    <tbody>
                        for line in evidence {
                            <tr>
                                <th scope="row">{ explained(&plain(&line.name)) }</th>
                                <td class="num strong">{ quantity::with_unit(line.value, &line.unit) }</td>
                                <td>{ if line.typical.is_empty() { "–".to_owned() } else { plain(&line.typical) } }</td>
                            </tr>
                        }
                    </tbody>
                </table>
            </div>
        }
    }
}
