//! Adds up the signs in what one host queries of one domain to a log-likelihood ratio: a tunnel, with data in names and
//! answers, rather than an ordinary domain of which several names are queried.
//!
//! Added up as [`log_ratio`](crate::detect::support::log_ratio) says. The chances are set by us from what is published on
//! lengths, types and counts of names (Sammour et al. 2018; Nadler, Aminov and Shabtai 2019; RITA) and from what standards ask
//! of answers.

use crate::maths::elementary::ln;

/// What is known of the questions of one host for names of one domain, and of their answers.
#[derive(Clone, Copy, Debug)]
pub struct NameSigns {
    /// Different names.
    pub n_names: f64,
    /// Questions that ask the same again after a while, as a share of all.
    pub repeated: f64,
    /// Mean length before the domain.
    pub length: f64,
    /// How random the names look, as a logarithm.
    pub random: f64,
    /// Share of questions for types that hardly any program asks: NULL, KEY, numbers of nobody.
    pub odd: f64,
    /// Share of questions for TXT, CNAME and MX.
    pub wide: f64,
    /// Share of the answers that are not to be kept, with 5 s or less to live; none if the time is not known.
    pub short_lived: Option<f64>,
    /// Mean bytes of the records of answers that are text or names; none if there are none.
    pub answer_bytes: Option<f64>,
    /// What the addresses in the answers say.
    pub addresses: Addresses,
    /// All names have one form, and it is that of a checksum.
    pub is_checksum: bool,
    /// All names differ by a short number only.
    pub is_numbered: bool,
    /// Share of the answers by which the resolver says that it could not find out (SERVFAIL, REFUSED).
    pub failed: f64,
}

/// What addresses in answers say.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Addresses {
    /// There are none, or too few.
    Unknown,
    /// Hosts connect to them.
    Used,
    /// The same come again for other names.
    Shared,
    /// They are codes of a list (RFC 5782).
    Codes,
    /// Each name has another, all over the internet, and nobody connects there; from 0 to 1 by how many.
    Data(f64),
}

/// Straight lines between points, and level before and behind them.
fn line(x: f64, points: &[(f64, f64)]) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for (at, value) in points {
        if x <= *at {
            return before.map_or(*value, |(from, low)| low + (value - low) * (x - from) / (at - from));
        }
        before = Some((*at, *value));
    }
    before.map_or(0.0, |(_, value)| value)
}

impl NameSigns {
    /// The logarithm of the ratio.
    pub fn log_ratio(&self) -> f64 {
        // Ordinary names have 8 characters; 3 % of domains have 24 in the mean, 0.7 % have 40.
        let length =
            line(self.length, &[(6.0, -1.5), (10.0, -1.0), (16.0, 0.5), (24.0, 3.0), (40.0, 4.5), (64.0, 5.5)]);
        // Domains with many names for one host are about as rare as they have names.
        let count = (1.1 * ln(self.n_names.max(2.0) / 2.0)).min(4.5);
        let repeated = (-8.0 * (self.repeated - 0.1).max(0.0)).max(-7.0);
        let types = match (self.odd, self.wide) {
            (odd, _) if odd >= 0.2 => 5.0,
            (_, wide) if wide >= 0.2 => line(wide, &[(0.2, 0.5), (0.5, 2.5)]),
            _ => -0.3,
        };
        let lives = self.short_lived.map_or(0.0, |share| if share >= 0.5 { 2.5 } else { -1.4 });
        let data = self.answer_bytes.map_or(0.0, |n| line(n, &[(8.0, -1.5), (24.0, -0.5), (40.0, 1.0), (100.0, 2.0)]));
        let addresses = match self.addresses {
            Addresses::Unknown => 0.0,
            Addresses::Used | Addresses::Shared => -4.0,
            Addresses::Codes => -3.0,
            Addresses::Data(share) => 4.0 * share,
        };
        // Whoever looks up checksums gets a word or a code back.
        let is_answered_in_text = self.answer_bytes.is_some_and(|n| n >= 40.0);
        let is_answered_by_data = is_answered_in_text || matches!(self.addresses, Addresses::Data(_));
        let checksum = if self.is_checksum && !is_answered_by_data { -8.0 } else { 0.0 };
        // A tunnel has a server that answers: where the resolver gets nothing, neither do those at its ends; and of ordinary
        // names the addresses that tell them are then missing.
        let failed = -3.5 * self.failed;
        let numbered = if self.is_numbered && !is_answered_in_text { -6.0 } else { 0.0 };
        length + self.random + count + repeated + types + lives + data + addresses + checksum + numbered + failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: NameSigns = NameSigns {
        n_names: 8.0,
        repeated: 0.0,
        length: 48.0,
        random: 3.0,
        odd: 0.0,
        wide: 1.0,
        short_lived: Some(1.0),
        answer_bytes: Some(60.0),
        addresses: Addresses::Unknown,
        is_checksum: false,
        is_numbered: false,
        failed: 0.0,
    };

    #[test]
    fn a_line_is_level_outside_its_points() {
        let points = [(1.0, 10.0), (3.0, 20.0)];
        assert_eq!([0.0, 1.0, 2.0, 3.0, 9.0].map(|x| line(x, &points)), [10.0, 10.0, 15.0, 20.0, 20.0]);
    }

    #[test]
    fn few_questions_with_data_weigh_more_than_many_of_content_networks_and_virus_scanners() {
        let polls = NameSigns {
            n_names: 10.0,
            length: 7.0,
            addresses: Addresses::Data(1.0),
            wide: 0.0,
            answer_bytes: None,
            ..DATA
        };
        let network = NameSigns {
            n_names: 90.0,
            length: 24.0,
            wide: 0.0,
            answer_bytes: None,
            short_lived: Some(0.0),
            addresses: Addresses::Shared,
            ..DATA
        };
        let scanner = NameSigns {
            n_names: 100.0,
            length: 59.0,
            wide: 0.5,
            answer_bytes: Some(13.0),
            short_lived: Some(0.0),
            addresses: Addresses::Codes,
            is_checksum: true,
            ..DATA
        };
        let words = NameSigns { length: 9.0, random: -2.0, wide: 0.0, answer_bytes: None, short_lived: None, ..DATA };
        let ratios = [DATA, polls, network, scanner, words].map(|signs| signs.log_ratio());
        assert!(ratios[0] > 12.0 && ratios[1] > 8.0, "{ratios:?}");
        assert!(ratios[2..].iter().all(|ratio| *ratio < 5.0), "{ratios:?}");
        let unresolved =
            NameSigns { length: 24.0, wide: 0.0, answer_bytes: None, short_lived: None, failed: 0.9, ..DATA };
        assert!(unresolved.log_ratio() < 5.0, "a content network whose names cannot be resolved");
        let again = NameSigns { repeated: 0.9, ..DATA };
        assert!(again.log_ratio() < ratios[0] - 6.0, "names that come again");
    }
}
