//! Lines of a tree as an icicle: below each value those that are part of it, each as wide as its share.

use crate::model::format::quantity;
use crate::web::page::parts::text::plain;
use crate::web::page::store::Store;
use yew::prelude::*;

/// Height of a level, px.
const LEVEL_PX: usize = 30;
/// Narrower parts are left out, in percent of the width: the table has all.
const LEAST: f64 = 0.15;

/// Room that a letter needs, in percent of the usual width: a name that is cut to a letter or two tells nothing.
const LETTER: f64 = 0.8;

/// A value with what is below it.
pub struct TreeLine {
    /// Values above it.
    pub depth: usize,
    /// In words.
    pub text: String,
    /// It is taken from the file.
    pub is_data: bool,
    /// Each measure.
    pub figures: Vec<Option<f64>>,
    /// Filter that selects it.
    pub filter: Option<String>,
}

/// A part of the picture: its line, and its place from the left and its width in percent.
struct Part<'a> {
    line: &'a TreeLine,
    left: f64,
    width: f64,
}

/// The icicle; nothing where the shares of the lines are not known.
pub fn icicle(lines: &[TreeLine], total: Option<f64>, store: Option<&Store>) -> Html {
    let parts = parts(lines, total);
    let Some(deepest) = parts.iter().map(|part| part.line.depth).max().filter(|_| parts.len() > 1) else {
        return Html::default();
    };
    let height = ((deepest + 1) * LEVEL_PX).to_string();
    html! {
        // All that it says stands in the table, where keys reach it.
        <svg class="icicle" aria-hidden="true" width="100%" {height}>
            for (place, part) in parts.iter().enumerate() {
                { drawn(part, place, store) }
            }
        </svg>
    }
}

fn drawn(part: &Part<'_>, place: usize, store: Option<&Store>) -> Html {
    let Part { line, left, width } = part;
    let name = plain(&line.text);
    let on_click = line.filter.clone().zip(store.cloned()).map(|(filter, store)| {
        Callback::from(move |_: MouseEvent| store.select(store.state().selection.with(&filter)))
    });
    let class = classes!(format!("level-{}", line.depth.min(3)), on_click.is_some().then_some("is-picked"));
    html! {
        <svg key={place} x={format!("{left:.3}%")} y={(line.depth * LEVEL_PX).to_string()} width={format!("{width:.3}%")} height={(LEVEL_PX - 2).to_string()}
            {class} onclick={on_click}>
            <title>{ format!("{name}: {}", quantity::percent(*width, 100.0)) }</title>
            <rect width="100%" height="100%" />
            if *width >= LETTER * (name.chars().count() + 1) as f64 {
                <text x="6" y={(LEVEL_PX / 2 + 4).to_string()} translate={line.is_data.then_some("no")}>{ name }</text>
            }
        </svg>
    }
}

/// Where each line lies: within the one that it stands below, behind its neighbours.
fn parts(lines: &[TreeLine], total: Option<f64>) -> Vec<Part<'_>> {
    let Some(total) = total.filter(|total| *total > 0.0) else { return Vec::new() };
    // For each depth where the next part begins.
    let mut next = vec![0.0_f64; 1];
    let mut parts = Vec::new();
    for line in lines {
        let Some(value) = line.figures.first().copied().flatten() else { continue };
        let width = (value / total * 100.0).max(0.0);
        next.resize(line.depth + 1, next.last().copied().unwrap_or(0.0));
        let Some(left) = next.get(line.depth).copied() else { continue };
        if let Some(own) = next.get_mut(line.depth) {
            *own += width;
        }
        // What is below it begins where it begins.
        next.push(left);
        if width >= LEAST {
            parts.push(Part { line, left, width: width.min(100.0 - left) });
        }
    }
    parts.retain(|part| part.width > 0.0);
    parts
}
