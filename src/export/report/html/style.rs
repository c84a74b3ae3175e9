//! The report's style sheet: the fixed part, and the chart colours of the dark theme.

use crate::chart::draw::Theme;

/// The style sheet. Charts are drawn in light colours; on a dark screen (not on paper) each is put in another's place.
pub fn css() -> String {
    let swaps: String = Theme::LIGHT
        .colours()
        .into_iter()
        .zip(Theme::DARK.colours())
        .map(|((r, g, b), (dark_r, dark_g, dark_b))| {
            format!(".chart [fill=\"#{r:02X}{g:02X}{b:02X}\"]{{fill:#{dark_r:02X}{dark_g:02X}{dark_b:02X}}}\n")
        })
        .collect();
    format!("{}@media screen and (prefers-color-scheme:dark){{\n{swaps}}}\n", include_str!("style.css"))
}
