//! One change of traffic in words and figures: when, of what, and by how much.

use crate::detect::support::finding_builder;
use crate::model::finding::Evidence;
use crate::model::{Addr, Flow, Series};
use crate::stats::change::Sense;

/// One figure that changed.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What it counts or of what it is the spread, with a capital.
    pub name: String,
    /// Over which span, in words.
    pub within: String,
    /// Unit of the values.
    pub unit: &'static str,
    /// Above the usual or below it.
    pub direction: Sense,
    /// True for an entropy from 0 to 1, false for a sum.
    pub is_spread: bool,
    /// Mean while it lasted.
    pub mean: f64,
    /// Median of the capture.
    pub usual: f64,
    /// How many times the usual; of an entropy how many times the least difference, and one.
    pub times: f64,
    /// How many times what it must be to count.
    pub past: f64,
    /// Its course, with the change marked.
    pub series: Option<Series>,
}

impl Measured {
    /// The mean beside the median.
    pub fn evidence(&self) -> Evidence {
        let name = format!("{}, {}, mean during the change", self.name, self.within);
        finding_builder::evidence(
            &name,
            self.mean,
            self.unit,
            format!("{} is the median of this capture", finding_builder::round3(self.usual)),
        )
    }

    /// `New connections rose to 40 times the usual`, `Destination ports were more varied than usual`.
    fn words(&self) -> String {
        match (self.is_spread, self.direction) {
            (false, _) => format!("{} rose to {:.0} times the baseline", self.name, self.times),
            (true, Sense::Up) => format!("{} were far more varied than usual", self.name),
            (true, Sense::Down) => format!("{} were far less varied than usual", self.name),
        }
    }
}

/// Figures that changed at one time.
#[derive(Clone, Debug)]
pub struct Shift {
    /// First and last moment, ns since 1970.
    pub span_ns: (i64, i64),
    /// Of this host alone; none for the whole capture.
    pub host: Option<Addr>,
    /// What changed, at least one.
    pub measured: Vec<Measured>,
}

impl Shift {
    /// The figure that is furthest off.
    fn main(&self) -> Option<&Measured> {
        // A rise of the volume says more than how it is spread.
        let key = |one: &&Measured| (!one.is_spread, one.past);
        self.measured.iter().max_by(|a, b| key(a).0.cmp(&key(b).0).then(a.past.total_cmp(&b.past)))
    }

    /// How many times the usual the main figure is.
    pub fn times(&self) -> f64 {
        self.main().map_or(0.0, |main| main.times)
    }

    /// How many times what it must be to count the main figure is.
    pub fn past(&self) -> f64 {
        self.main().map_or(0.0, |main| main.past)
    }

    /// True if only the spread of something changed.
    pub fn is_spread(&self) -> bool {
        self.measured.iter().all(|one| one.is_spread)
    }

    /// The course of the main figure.
    pub fn series(&self) -> Option<Series> {
        self.main().and_then(|main| main.series.clone())
    }

    /// What changed, in the words of a title.
    pub fn words(&self) -> String {
        let words = self.main().map_or_else(String::new, Measured::words);
        match self.host {
            Some(host) => {
                let mut letters = words.chars();
                let first = letters.next().map_or_else(String::new, |letter| letter.to_lowercase().to_string());
                format!("{host}: {first}{}", letters.as_str())
            }
            None => words,
        }
    }

    /// How much a flow contributes to the main figure in the time of the change.
    pub fn amount(&self, flow: &Flow) -> f64 {
        let (start, end) = (flow.first_ns.max(self.span_ns.0), flow.last_ns.min(self.span_ns.1));
        let share = (end - start).max(1) as f64 / flow.duration_ns().max(1) as f64;
        match self.main().map(|main| main.name.as_str()) {
            Some("Packets") => share * flow.packets() as f64,
            Some("Bytes") => share * flow.bytes() as f64,
            // The rest is of connections that begin.
            _ => f64::from(u8::from(flow.first_ns >= self.span_ns.0)),
        }
    }

    /// True if most of the shorter one's time is also of the other.
    pub fn is_beside(&self, other: &Shift) -> bool {
        let ((a, b), (c, d)) = (self.span_ns, other.span_ns);
        let shared = b.min(d).saturating_sub(a.max(c)).max(0);
        2 * shared >= b.saturating_sub(a).min(d.saturating_sub(c)) && a <= d && c <= b
    }

    /// What was seen, and what such a change often is.
    pub fn explanation(&self, length: &str) -> String {
        let whose = self.host.map_or_else(|| "in this capture".to_owned(), |host| format!("for {host}"));
        let all: Vec<String> = self
            .measured
            .iter()
            .map(|one| {
                let name = one.name.to_lowercase();
                let (mean, usual) = (finding_builder::round3(one.mean), finding_builder::round3(one.usual));
                match one.is_spread {
                    true => format!("the entropy of {name} was {mean} of 1 instead of {usual}"),
                    false => format!("{name} were {:.0} times the baseline {whose}", one.times),
                }
            })
            .collect();
        let meaning = self.meaning().map_or_else(String::new, |meaning| format!(" It looks {meaning}."));
        format!("For {length} {}.{meaning} Other findings at the same time may explain it.", all.join(", "))
    }

    /// What the spread of addresses and ports tells, after Lakhina, Crovella and Diot's table of anomalies.
    fn meaning(&self) -> Option<&'static str> {
        let direction =
            |name: &str| self.measured.iter().find(|one| one.is_spread && one.name == name).map(|one| one.direction);
        let (from, to, ports) =
            (direction("Source addresses"), direction("Destination addresses"), direction("Destination ports"));
        match (from, to, ports) {
            (_, Some(Sense::Up), Some(Sense::Down)) => Some("as if many hosts were searched for one service"),
            (_, Some(Sense::Down) | None, Some(Sense::Up)) => Some("as if many ports were tried on few hosts"),
            (Some(Sense::Up), Some(Sense::Down), _) => {
                Some("as if many hosts, or forged addresses, contacted one destination at once")
            }
            (_, Some(Sense::Down), _) => Some("as if much traffic went to one destination"),
            (Some(Sense::Down), ..) => Some("as if one host were busier than all others"),
            (_, Some(Sense::Up), _) => Some("as if many hosts were contacted that usually are not"),
            _ => None,
        }
    }
}

/// What changes at the same time is one change.
pub fn joined(shifts: impl Iterator<Item = Shift>) -> Vec<Shift> {
    let mut all: Vec<Shift> = Vec::new();
    for shift in shifts {
        let touches = |other: &&mut Shift| other.span_ns.0 <= shift.span_ns.1 && shift.span_ns.0 <= other.span_ns.1;
        match all.iter_mut().find(touches) {
            Some(other) => {
                // The first is the one of volume where there is one: it is the sharper in time.
                if other.is_spread() == shift.is_spread() {
                    other.span_ns = (other.span_ns.0.min(shift.span_ns.0), other.span_ns.1.max(shift.span_ns.1));
                }
                other.measured.extend(shift.measured);
            }
            None => all.push(shift),
        }
    }
    all
}
