//! Rules for the colours of packets: a filter of the one language and a colour, the first that fits counts.

use serde::{Deserialize, Serialize};

/// A colour that a row can have. Each is a ground on which text is read in both themes; the style sheet has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Paint {
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Violet,
    Pink,
    Grey,
}

impl Paint {
    /// All of them.
    pub const ALL: [Paint; 9] = [
        Paint::Red,
        Paint::Orange,
        Paint::Yellow,
        Paint::Green,
        Paint::Teal,
        Paint::Blue,
        Paint::Violet,
        Paint::Pink,
        Paint::Grey,
    ];

    /// Its name, which is its id too.
    pub fn id(self) -> &'static str {
        match self {
            Paint::Red => "red",
            Paint::Orange => "orange",
            Paint::Yellow => "yellow",
            Paint::Green => "green",
            Paint::Teal => "teal",
            Paint::Blue => "blue",
            Paint::Violet => "violet",
            Paint::Pink => "pink",
            Paint::Grey => "grey",
        }
    }
}

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ColourRule {
    /// Its name.
    pub name: String,
    /// Which packets it is about.
    pub filter: String,
    /// Their colour.
    pub paint: Paint,
    /// It counts.
    pub is_on: bool,
}

/// The rules in order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Colours {
    /// Rows are coloured.
    pub is_on: bool,
    /// The rules; the first that fits a packet counts.
    pub rules: Vec<ColourRule>,
}

/// The rules that there are at first, the most telling first.
const DEFAULTS: [(&str, &str, Paint); 11] = [
    (
        "TCP problems",
        "tcp.analysis.flags and not tcp.analysis.window_update and not tcp.analysis.keep_alive",
        Paint::Red,
    ),
    ("TCP resets", "tcp.flags.reset == 1", Paint::Pink),
    ("ICMP errors", "icmp.type in {3, 4, 5, 11, 12} or icmpv6.type in {1..4}", Paint::Orange),
    ("ARP", "arp", Paint::Yellow),
    ("ICMP", "icmp or icmpv6", Paint::Orange),
    ("DNS", "dns", Paint::Blue),
    ("HTTP", "http", Paint::Green),
    ("TLS and QUIC", "tls or quic", Paint::Violet),
    ("Connections begin and end", "tcp.flags.syn == 1 or tcp.flags.fin == 1", Paint::Grey),
    ("UDP", "udp", Paint::Teal),
    ("In findings", "finding", Paint::Red),
];

impl Default for Colours {
    fn default() -> Self {
        let rule = |(name, filter, paint): (&str, &str, Paint)| ColourRule {
            name: name.to_owned(),
            filter: filter.to_owned(),
            paint,
            is_on: name != "In findings",
        };
        Colours { is_on: true, rules: DEFAULTS.into_iter().map(rule).collect() }
    }
}

impl Colours {
    /// Most rules.
    pub const MOST: usize = 40;
    /// Longest name and filter, bytes.
    const LONGEST: usize = 2000;

    /// The rules that count, in order.
    pub fn in_force(&self) -> impl Iterator<Item = &ColourRule> {
        self.rules.iter().filter(|rule| self.is_on && rule.is_on && !rule.filter.trim().is_empty())
    }

    /// With a rule in the place of another one, or behind the last one. No more than [`Colours::MOST`].
    #[must_use]
    pub fn with(&self, place: usize, rule: ColourRule) -> Colours {
        let mut next = self.clone();
        let is_short = rule.name.len() <= Self::LONGEST && rule.filter.len() <= Self::LONGEST;
        let has_room = next.rules.len() < Self::MOST;
        match next.rules.get_mut(place) {
            Some(slot) if is_short => *slot = rule,
            None if is_short && has_room => next.rules.push(rule),
            _ => {}
        }
        next
    }

    /// Without a rule.
    #[must_use]
    pub fn without(&self, place: usize) -> Colours {
        let mut next = self.clone();
        if place < next.rules.len() {
            next.rules.remove(place);
        }
        next
    }

    /// With a rule before the one that stands before it.
    #[must_use]
    pub fn raised(&self, place: usize) -> Colours {
        let mut next = self.clone();
        if place > 0 && place < next.rules.len() {
            next.rules.swap(place - 1, place);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_first_rules_are_understood_and_rules_can_be_changed() {
        let colours = Colours::default();
        for rule in &colours.rules {
            assert!(crate::filter::compile(&rule.filter).is_ok(), "{}", rule.filter);
        }
        assert_eq!(colours.in_force().count(), colours.rules.len() - 1);
        let own = ColourRule { name: "Mine".into(), filter: "udp.port == 53".into(), paint: Paint::Pink, is_on: true };
        let more = colours.with(99, own.clone());
        assert_eq!(more.rules.last(), Some(&own));
        let last = more.rules.len() - 1;
        assert_eq!(more.raised(last).rules[last - 1], own);
        assert_eq!(more.without(last), colours);
        let long = ColourRule { filter: "x".repeat(3000), ..own };
        assert_eq!(colours.with(99, long), colours);
        let text = serde_json::to_string(&more).unwrap();
        assert_eq!(serde_json::from_str::<Colours>(&text).unwrap(), more);
        assert_eq!(Colours { is_on: false, ..colours }.in_force().count(), 0);
    }

    /// Red, green and blue of both themes: of `NAME: light-dark(#rrggbb, #rrggbb);` behind `place` in the style sheet.
    fn themes(place: &str) -> [[f64; 3]; 2] {
        let sheet = include_str!("../../static/style.css");
        let (_, behind) = sheet.split_once(place).unwrap_or_else(|| panic!("{place} is not in the style sheet"));
        let (_, colours) = behind.split_once("light-dark(").unwrap();
        let (both, _) = colours.split_once(')').unwrap();
        let channel = |colour: &str, at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap());
        let one = |colour: &str| [1, 3, 5].map(|at| channel(colour.trim(), at));
        let (light, dark) = both.split_once(',').unwrap();
        [one(light), one(dark)]
    }

    /// Contrast ratio of WCAG 2.2.
    fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
        let light = |colour: [f64; 3]| {
            let [red, green, blue] = colour
                .map(|channel| channel / 255.0)
                .map(|share| if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_read_on_every_colour_in_both_themes() {
        let mix = |paint: [f64; 3], text: [f64; 3]| [0, 1, 2].map(|at| (80.0 * paint[at] + 8.0 * text[at]) / 88.0);
        let (texts, muted) = (themes("  --text:"), themes("  --muted:"));
        for paint in Paint::ALL {
            let grounds = themes(&format!(".paint-{} {{ --paint:", paint.id()));
            for ((ground, text), muted) in grounds.into_iter().zip(texts).zip(muted) {
                assert!(contrast(ground, text) >= 7.0, "{paint:?}: {:.2}", contrast(ground, text));
                // Under the pointer, and of what is said in a quieter colour.
                for (ground, text) in [(mix(ground, text), text), (ground, muted)] {
                    assert!(contrast(ground, text) >= 4.5, "{paint:?}: {:.2}", contrast(ground, text));
                }
            }
        }
        let [light, dark] = themes("  --chosen:");
        assert!(contrast(light, texts[0]) >= 4.5 && contrast(dark, texts[1]) >= 4.5);
        assert!(contrast([255.0; 3], [0.0; 3]) > 20.9 && contrast(texts[0], texts[0]) < 1.01);
    }
}
