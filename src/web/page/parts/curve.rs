//! A curve between two shares, with its points as a table.

use yew::prelude::*;

/// What is drawn.
pub struct Curve<'a> {
    /// What it is, with its main figure.
    pub title: String,
    /// What the axes are: right, up.
    pub axes: [&'static str; 2],
    /// The points, 0 to 1.
    pub points: &'a [(f32, f32)],
    /// What chance gives: a line between these.
    pub chance: [(f64, f64); 2],
}

impl Curve<'_> {
    /// The picture and its table.
    pub fn html(&self) -> Html {
        let Curve { title, axes: [right, up], points, chance: [from, to] } = self;
        let place = |x: f64, y: f64| (format!("{:.2}", x * 100.0), format!("{:.2}", 100.0 - y * 100.0));
        let line: Vec<String> = points
            .iter()
            .map(|(x, y)| {
                let (x, y) = place(f64::from(*x), f64::from(*y));
                format!("{x},{y}")
            })
            .collect();
        let ((x1, y1), (x2, y2)) = (place(from.0, from.1), place(to.0, to.1));
        html! {
            <figure class="roc">
                <svg viewBox="-1 -1 102 102" role="img" aria-label={title.clone()}>
                    <line class="chance" {x1} {y1} {x2} {y2} />
                    <polyline class="roc-line" points={line.join(" ")} />
                    <rect class="frame" x="0" y="0" width="100" height="100" />
                </svg>
                <figcaption class="hint">{ format!("{title}: {up} (up) against {right} (right)") }</figcaption>
                <details>
                    <summary>{"Points as a table"}</summary>
                    <div class="scroll curve-points" tabindex="0" role="region" aria-label={format!("Points of {title}")}>
                        <table class="plain">
                            <thead><tr><th scope="col" class="num">{ *right }</th><th scope="col" class="num">{ *up }</th></tr></thead>
                            <tbody>
                                for (x, y) in points.iter() {
                                    <tr><td class="num">{ format!("{x:.4}") }</td><td class="num">{ format!("{y:.4}") }</td></tr>
                                }
                            </tbody>
                        </table>
                    </div>
                </details>
            </figure>
        }
    }
}
