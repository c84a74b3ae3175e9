//! The colours of charts, for a light and a dark page. The report's style sheet replaces those of one by those of the
//! other.

/// Red, green and blue, 0 to 255 each (sRGB).
pub type Rgb = (u8, u8, u8);

/// Colours of a chart. Within a theme they all differ, so that a style sheet can replace each by that of another theme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// Labels and values.
    pub text: Rgb,
    /// Tick labels and captions.
    pub muted: Rgb,
    /// The base line.
    pub axis: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// Series in order; bars and columns take the first. Chosen so that any two stay at least 12 apart (CIE76) for
    /// people with protanopia, deuteranopia or tritanopia, in the simulation of Machado, Oliveira and Fernandes (2009).
    pub series: [Rgb; 5],
}

impl Theme {
    /// For light pages.
    pub const LIGHT: Theme = Theme {
        text: (0x1b, 0x25, 0x30),
        muted: (0x5a, 0x67, 0x75),
        axis: (0x9a, 0xa5, 0xb1),
        grid: (0xe3, 0xe8, 0xed),
        series: [(0x2f, 0x6d, 0xb3), (0xe0, 0x9a, 0x2f), (0x35, 0xbd, 0x98), (0x85, 0x26, 0x5a), (0x92, 0x9b, 0xa6)],
    };

    /// For dark pages.
    pub const DARK: Theme = Theme {
        text: (0xe4, 0xe9, 0xee),
        muted: (0xa0, 0xac, 0xb8),
        axis: (0x5f, 0x6b, 0x78),
        grid: (0x2b, 0x34, 0x3e),
        series: [(0x63, 0x9f, 0xe6), (0xf0, 0xb4, 0x55), (0x93, 0xe3, 0xcc), (0xbf, 0x3a, 0x76), (0x8d, 0x97, 0xa2)],
    };

    /// All colours, in the same order in every theme: text, muted, axis, grid, then the series.
    pub fn colours(&self) -> [Rgb; 9] {
        let [a, b, c, d, e] = self.series;
        [self.text, self.muted, self.axis, self.grid, a, b, c, d, e]
    }

    /// The colour of the series with this index; the colours repeat after the last.
    pub fn series_colour(&self, place: usize) -> Rgb {
        self.series.get(place % self.series.len()).copied().unwrap_or(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn colours_of_a_theme_differ() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            let distinct: BTreeSet<Rgb> = theme.colours().into_iter().collect();
            assert_eq!(distinct.len(), theme.colours().len());
        }
    }

    #[test]
    fn text_stands_out_from_its_page() {
        for (theme, page) in [(Theme::LIGHT, (255, 255, 255)), (Theme::DARK, (0x16, 0x1b, 0x22))] {
            assert!(contrast(theme.text, page) >= 7.0 && contrast(theme.muted, page) >= 4.5);
            for colour in theme.series {
                assert!(contrast(colour, page) >= 2.2, "{colour:?} {}", contrast(colour, page));
            }
        }
    }

    /// Contrast ratio of WCAG 2.2.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let light = |(r, g, b): Rgb| 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}
