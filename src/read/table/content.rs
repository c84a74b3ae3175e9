//! The values of the first rows to what columns hold, where headings do not say it or say something else: addresses, ports,
//! protocols, counts, labels.

use super::labels::{self, Values};
use super::plain::plain;
use super::roles::{self, Row};
use crate::model::format::text;
use crate::model::rows::{CellValue, Column, Role};

/// What the values of a column look like.
#[derive(Clone, Debug, Default)]
struct Tally {
    n: u32,
    n_addresses: u32,
    n_whole: u32,
    n_protocols: u32,
    n_protocol_words: u32,
    max: f64,
    values: Values,
}

/// The values of the first rows, column by column.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    columns: Vec<Tally>,
    /// Whole numbers of the first rows: what is compared row by row.
    rows: Vec<Vec<Option<f64>>>,
}

/// Rows whose numbers are compared.
const COMPARED: usize = 60;
/// Columns that are compared.
const MOST_COMPARED: usize = 64;
/// Protocol numbers that flows mostly have.
const PROTOCOLS: [f64; 12] = [0.0, 1.0, 2.0, 6.0, 17.0, 41.0, 47.0, 50.0, 51.0, 58.0, 89.0, 132.0];
const PROTOCOL_WORDS: [&str; 14] =
    ["tcp", "udp", "icmp", "icmp6", "icmpv6", "ipv6-icmp", "igmp", "gre", "esp", "ah", "sctp", "ospf", "arp", "ipv6"];

impl Sample {
    /// Notes a row.
    pub fn add(&mut self, row: &Row<'_>) {
        self.columns.resize(self.columns.len().max(row.values.len()), Tally::default());
        let mut numbers = Vec::new();
        for (tally, value) in self.columns.iter_mut().zip(row.values) {
            let number = value.number().filter(|number| number.fract() == 0.0 && matches!(value, CellValue::Number(_)));
            numbers.push(number);
            let text = match value {
                CellValue::Missing => continue,
                CellValue::Text(start, end) => row.bytes.get(*start as usize..*end as usize).unwrap_or_default(),
                _ => b"",
            };
            tally.n += 1;
            tally.n_addresses += u32::from(roles::host(text).is_some());
            if let Some(number) = number {
                tally.n_whole += 1;
                tally.n_protocols += u32::from(PROTOCOLS.contains(&number));
                tally.max = tally.max.max(number);
            }
            match value {
                CellValue::Number(number) => tally.values.add(&number.to_string()),
                CellValue::Text(..) => {
                    let word = text::decode(text);
                    let is_protocol = PROTOCOL_WORDS.iter().any(|known| known.eq_ignore_ascii_case(&word));
                    tally.n_protocol_words += u32::from(is_protocol);
                    tally.values.add(&word);
                }
                _ => {}
            }
        }
        if self.rows.len() < COMPARED {
            numbers.truncate(MOST_COMPARED);
            self.rows.push(numbers);
        }
    }

    fn tally(&self, place: usize) -> Option<&Tally> {
        self.columns.get(place).filter(|tally| tally.n > 0)
    }

    fn holds_addresses(&self, place: usize) -> bool {
        self.tally(place).is_some_and(|tally| tally.n_addresses * 10 >= tally.n * 8)
    }

    fn holds_ports(&self, place: usize) -> bool {
        self.tally(place).is_some_and(|tally| tally.n_whole == tally.n && tally.max <= 65_535.0)
    }

    /// Words of protocols, or of columns without a heading their numbers.
    fn holds_protocols(&self, place: usize, is_unnamed: bool) -> bool {
        self.tally(place).is_some_and(|tally| {
            tally.n_protocol_words * 10 >= tally.n * 9
                || (is_unnamed && tally.n_protocols == tally.n && (6.0..=132.0).contains(&tally.max))
        })
    }

    /// True if `bytes` could be the sizes of so many packets, row by row.
    fn are_counts(&self, packets: usize, bytes: usize) -> bool {
        let pairs =
            || self.rows.iter().filter_map(|row| Some((row.get(packets)?.as_ref()?, row.get(bytes)?.as_ref()?)));
        let fits =
            |(packets, bytes): (&f64, &f64)| *packets >= 1.0 && (20.0 * packets..=65_535.0 * packets).contains(bytes);
        pairs().count() * 10 >= self.rows.len() * 9 && pairs().count() > 0 && pairs().all(fits)
    }
}

/// Which columns hold something else than their headings say, of columns that have these names and roles.
pub fn judge(columns: &[Column], sample: &Sample, has_header: bool) -> Vec<(usize, Role)> {
    let mut judged = Judged { columns, sample, has_header, roles: Vec::new() };
    judged.labels();
    judged.addresses();
    judged.protocol();
    judged.counts();
    judged.roles
}

struct Judged<'a> {
    columns: &'a [Column],
    sample: &'a Sample,
    has_header: bool,
    roles: Vec<(usize, Role)>,
}

impl Judged<'_> {
    fn role(&self, place: usize) -> Role {
        let changed = self.roles.iter().rev().find(|(changed, _)| *changed == place);
        changed.map_or_else(|| self.columns.get(place).map_or(Role::Plain, |column| column.role), |(_, role)| *role)
    }

    fn places(&self) -> std::ops::Range<usize> {
        0..self.columns.len()
    }

    fn has(&self, role: Role) -> bool {
        self.places().any(|place| self.role(place) == role)
    }

    fn name(&self, place: usize) -> String {
        self.columns.get(place).map_or_else(String::new, |column| plain(&column.name))
    }

    fn labels(&mut self) {
        for (place, column) in self.columns.iter().enumerate() {
            let Some(tally) = self.sample.tally(place) else { continue };
            let name = plain(&column.name);
            match column.role {
                Role::Label if tally.values.is_void() => self.roles.push((place, Role::Plain)),
                Role::Plain if labels::is_possible(&name) && tally.values.are_labels() => {
                    self.roles.push((place, Role::Label))
                }
                _ => {}
            }
        }
    }

    fn addresses(&mut self) {
        let holds = |judged: &Self, role: Role| {
            judged
                .places()
                .any(|place| judged.role(place) == role && judged.sample.tally(place).is_none_or(|t| t.n_addresses > 0))
        };
        if holds(self, Role::Source) && holds(self, Role::Target) {
            return;
        }
        const OTHERS: [&str; 9] =
            ["nat", "nexthop", "gateway", "sampler", "exporter", "router", "collector", "agent", "mask"];
        let may_be = |judged: &Self, place: &usize| {
            let name = judged.name(*place);
            let is_free =
                matches!(judged.role(*place), Role::Plain | Role::Source | Role::Target | Role::ServerName | Role::Id);
            is_free && judged.sample.holds_addresses(*place) && !OTHERS.iter().any(|other| name.contains(other))
        };
        let found: Vec<usize> = self.places().filter(|place| may_be(self, place)).collect();
        let hinted = |judged: &Self, words: &[&str]| {
            found.iter().copied().find(|place| {
                let name = judged.name(*place);
                words.iter().any(|word| name.contains(word))
            })
        };
        const SOURCES: [&str; 10] =
            ["src", "sourc", "client", "orig", "from", "local", "send", "quell", "init", "attacker"];
        const TARGETS: [&str; 9] = ["dst", "dest", "server", "resp", "remote", "recv", "ziel", "target", "victim"];
        let source = hinted(self, &SOURCES);
        let target = hinted(self, &TARGETS).filter(|target| Some(*target) != source);
        let others = || found.iter().copied().filter(|place| Some(*place) != source && Some(*place) != target);
        let (source, target) = match (source, target) {
            (Some(source), Some(target)) => (source, target),
            (Some(source), None) => match others().next() {
                Some(target) => (source, target),
                None => return,
            },
            (None, Some(target)) => match others().next() {
                Some(source) => (source, target),
                None => return,
            },
            (None, None) => match found.as_slice() {
                [source, target, ..] => (*source, *target),
                _ => return,
            },
        };
        for place in self.places() {
            if matches!(self.role(place), Role::Source | Role::Target) {
                self.roles.push((place, Role::Plain));
            }
        }
        self.roles.extend([(source, Role::Source), (target, Role::Target)]);
        self.ports(source, target);
    }

    /// Columns of ports stand behind their addresses, or both behind both.
    fn ports(&mut self, source: usize, target: usize) {
        if self.has(Role::SourcePort) || self.has(Role::TargetPort) {
            return;
        }
        let is_free = |place: usize| self.role(place) == Role::Plain && self.sample.holds_ports(place);
        let named: Vec<usize> =
            self.places().filter(|place| is_free(*place) && self.name(*place).contains("port")).collect();
        let (first, second) = match named.as_slice() {
            [first, second] => (*first, *second),
            _ if is_free(source + 1) && is_free(target + 1) => (source + 1, target + 1),
            _ if target == source + 1 && is_free(target + 1) && is_free(target + 2) => (target + 1, target + 2),
            _ => return,
        };
        self.roles.extend([(first, Role::SourcePort), (second, Role::TargetPort)]);
    }

    fn protocol(&mut self) {
        if self.has(Role::Protocol) || !self.has(Role::Source) {
            return;
        }
        let fits =
            |place: &usize| self.role(*place) == Role::Plain && self.sample.holds_protocols(*place, !self.has_header);
        if let Some(place) = self.places().find(fits) {
            self.roles.push((place, Role::Protocol));
        }
    }

    fn counts(&mut self) {
        use Role::{Bytes, FwdBytes, FwdPackets, Packets};
        let has_any = [Bytes, Packets, FwdBytes, FwdPackets].into_iter().any(|role| self.has(role));
        if self.has_header || has_any || !self.has(Role::Source) {
            return;
        }
        let free: Vec<usize> = self.places().filter(|place| self.role(*place) == Role::Plain).collect();
        let pair = free.windows(2).find_map(|pair| match pair {
            [a, b] if self.sample.are_counts(*a, *b) => Some((*a, *b)),
            [a, b] if self.sample.are_counts(*b, *a) => Some((*b, *a)),
            _ => None,
        });
        if let Some((packets, bytes)) = pair {
            self.roles.extend([(packets, Packets), (bytes, Bytes)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::{self, Delimiter};
    use super::super::format::CellFormats;
    use super::super::roles::Places;
    use super::*;

    fn judged(names: &[&str], rows: &[&str], has_header: bool) -> Vec<Role> {
        let mut columns: Vec<Column> =
            names.iter().map(|name| Column { name: (*name).to_owned(), role: Role::Plain }).collect();
        let (mut sample, places) = (Sample::default(), Places::default());
        for row in rows {
            let (mut values, mut room) = (Vec::new(), Vec::new());
            let cut = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };
            let bytes = cells::values(row.as_bytes(), cut, &CellFormats::default(), &mut values, &mut room);
            sample.add(&Row { bytes, values: &values, places: &places });
        }
        for (place, role) in judge(&columns, &sample, has_header) {
            columns[place].role = role;
        }
        columns.into_iter().map(|column| column.role).collect()
    }

    #[test]
    fn columns_without_headings_are_known_by_their_values() {
        use Role::*;
        let rows = ["10.0.0.1,10.0.0.2,5000,443,6,12,5000,x", "10.0.0.1,10.0.0.3,5001,53,17,1,80,y"];
        let names = ["column 1", "column 2", "column 3", "column 4", "column 5", "column 6", "column 7", "column 8"];
        assert_eq!(
            judged(&names, &rows, false),
            [Source, Target, SourcePort, TargetPort, Protocol, Packets, Bytes, Plain]
        );
    }

    #[test]
    fn unknown_headings_give_way_to_values() {
        use Role::*;
        let rows = ["a,192.0.2.1,80,10.0.0.1,5000,tcp,benign", "b,192.0.2.1,80,10.0.0.2,5001,udp,scan"];
        let names = ["name", "their_dst", "p1", "our_src", "p2", "kind", "category"];
        assert_eq!(judged(&names, &rows, true), [Plain, Target, TargetPort, Source, SourcePort, Protocol, Label]);
    }
}
