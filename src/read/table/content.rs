//! Recognises from the first rows what columns hold, where headings do not say it or are misleading: addresses, ports,
//! protocols, counts, labels.

use super::dialect::Entry;
use super::labels::Values;
use super::names;
use super::plain::plain;
use super::roles::{self, Row};
use crate::model::app::protocol::Protocol;
use crate::model::format::text;
use crate::model::rows::{CellValue, Column, Role, label_names};
use std::collections::{BTreeMap, BTreeSet};

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

    /// True if nearly all rows have the port of a service in one of two columns and that of a client in the other.
    fn are_ports(&self, first: usize, second: usize) -> bool {
        let pairs =
            || self.rows.iter().filter_map(|row| Some((*row.get(first)?.as_ref()?, *row.get(second)?.as_ref()?)));
        let is_client = |port: f64| port > 1023.0 && !is_of_service(port);
        let fits = |(first, second): &(f64, f64)| {
            (is_of_service(*first) && is_client(*second)) || (is_of_service(*second) && is_client(*first))
        };
        let n = pairs().filter(fits).count();
        // Clients take another port each time; a size or count that comes again and again is none.
        let clients: BTreeSet<u64> =
            pairs().flat_map(|(a, b)| [a, b]).filter(|port| is_client(*port)).map(|port| port as u64).collect();
        n >= LEAST_SERVICES && n * 10 >= pairs().count() * 8 && clients.len() * 2 >= n.min(LEAST_SERVICES)
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

/// Rows that have to show ports of services.
const LEAST_SERVICES: usize = 8;

/// True for a port that a service is known by.
fn is_of_service(port: f64) -> bool {
    let port = port as u16;
    [true, false].into_iter().any(|is_tcp| Protocol::from_port(is_tcp, port).is_some())
}

/// Which columns hold something else than their headings say, of columns that have these names and roles. What people say
/// of a column holds. Headings that say nothing of any column are as good as none.
pub fn judge(columns: &[Column], sample: &Sample, has_header: bool, entry: &Entry) -> Vec<(usize, Role)> {
    let by_heading: Vec<Role> = columns.iter().map(|column| names::role(&column.name, entry).0).collect();
    let is_unnamed = !has_header || by_heading.iter().all(|role| matches!(role, Role::Plain | Role::Id));
    let mut chosen = BTreeMap::new();
    for (place, column) in columns.iter().enumerate().filter(|(_, column)| column.is_chosen()) {
        chosen.entry(column.role).or_insert(place);
    }
    let now = columns.iter().map(|column| column.role).collect();
    let mut judged = Judged { columns, by_heading, sample, is_unnamed, chosen, now, roles: Vec::new() };
    judged.labels();
    judged.addresses();
    judged.protocol();
    judged.counts();
    judged.roles
}

struct Judged<'a> {
    columns: &'a [Column],
    by_heading: Vec<Role>,
    sample: &'a Sample,
    is_unnamed: bool,
    /// The columns that people chose for a role, of several the first.
    chosen: BTreeMap<Role, usize>,
    /// Roles by place, with those that were found.
    now: Vec<Role>,
    /// Those that were found, in the order in which they were.
    roles: Vec<(usize, Role)>,
}

impl Judged<'_> {
    fn role(&self, place: usize) -> Role {
        self.now.get(place).copied().unwrap_or(Role::Plain)
    }

    fn take_for(&mut self, place: usize, role: Role) {
        if let Some(now) = self.now.get_mut(place) {
            *now = role;
            self.roles.push((place, role));
        }
    }

    fn places(&self) -> std::ops::Range<usize> {
        0..self.columns.len()
    }

    fn has(&self, role: Role) -> bool {
        self.places().any(|place| self.role(place) == role)
    }

    /// True for a column of a role that nobody chose.
    fn is(&self, place: usize, role: Role) -> bool {
        self.role(place) == role && !self.columns.get(place).is_some_and(Column::is_chosen)
    }

    /// The column that people chose for a role.
    fn chosen(&self, role: Role) -> Option<usize> {
        self.chosen.get(&role).copied()
    }

    /// True for a column that people chose for a role that its heading does not say.
    fn is_chosen_anew(&self, place: usize, role: Role) -> bool {
        self.chosen(role) == Some(place) && self.by_heading.get(place) != Some(&role)
    }

    /// The column of a role, one that people chose before others.
    fn first(&self, role: Role) -> Option<usize> {
        self.chosen(role).or_else(|| self.places().find(|place| self.role(*place) == role))
    }

    /// True for a plain column, and for the one that people chose for a role.
    fn is_free_for(&self, place: usize, role: Role) -> bool {
        self.role(place) == Role::Plain || self.chosen(role) == Some(place)
    }

    /// True if a column has one of these roles that nobody chose.
    fn has_unchosen(&self, roles: &[Role]) -> bool {
        self.places().any(|place| roles.iter().any(|role| self.is(place, *role)))
    }

    /// True unless people said that another column has this role, or this column another role.
    fn may_be(&self, place: usize, role: Role) -> bool {
        let is_other = self.columns.get(place).is_some_and(|column| column.is_chosen() && column.role != role);
        !is_other && self.chosen(role).is_none_or(|chosen| chosen == place)
    }

    fn name(&self, place: usize) -> String {
        self.columns.get(place).map_or_else(String::new, |column| plain(&column.name))
    }

    fn labels(&mut self) {
        for (place, column) in self.columns.iter().enumerate() {
            let Some(tally) = self.sample.tally(place).filter(|_| !column.is_chosen()) else { continue };
            match column.role {
                Role::Label if tally.values.is_void() => self.take_for(place, Role::Plain),
                Role::Plain if tally.values.are_labels() && label_names::is_possible(&plain(&column.name)) => {
                    self.take_for(place, Role::Label);
                }
                _ => {}
            }
        }
        // Where no heading says anything, words may; of a table that has headings they are asked only by possible names.
        if self.is_unnamed && !self.has_unchosen(&[Role::Label]) {
            let says = |place: &usize| {
                let tally = self.sample.tally(*place).filter(|_| self.role(*place) == Role::Plain);
                tally.is_some_and(|tally| tally.values.name_traffic())
            };
            let named = self.places().rev().find(says).filter(|place| self.may_be(*place, Role::Label));
            if let Some(place) = named {
                self.take_for(place, Role::Label);
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
            let ends = self.first(Role::Source).zip(self.first(Role::Target));
            // Columns that people took for addresses against their headings have their ports where values would.
            let is_by_choice = |(source, target): &(usize, usize)| {
                self.is_chosen_anew(*source, Role::Source) || self.is_chosen_anew(*target, Role::Target)
            };
            match ends.filter(is_by_choice) {
                Some((source, target)) => self.ports(source, target),
                None => self.ports_by_values(),
            }
            return;
        }
        const OTHERS: [&str; 9] =
            ["nat", "nexthop", "gateway", "sampler", "exporter", "router", "collector", "agent", "mask"];
        let may_be = |judged: &Self, place: &usize| {
            let is_free = [Role::Plain, Role::Source, Role::Target, Role::ServerName, Role::Id]
                .into_iter()
                .any(|role| judged.is(*place, role));
            let has_other_name = || {
                let name = judged.name(*place);
                OTHERS.iter().any(|other| name.contains(other))
            };
            is_free && judged.sample.holds_addresses(*place) && !has_other_name()
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
        let source = self.chosen(Role::Source).or_else(|| hinted(self, &SOURCES));
        let target = self.chosen(Role::Target).or_else(|| hinted(self, &TARGETS));
        let target = target.filter(|target| Some(*target) != source);
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
            if self.is(place, Role::Source) || self.is(place, Role::Target) {
                self.take_for(place, Role::Plain);
            }
        }
        self.take_for(source, Role::Source);
        self.take_for(target, Role::Target);
        self.ports(source, target);
    }

    /// Columns of ports stand behind their addresses, or both behind both.
    fn ports(&mut self, source: usize, target: usize) {
        if self.has_unchosen(&[Role::SourcePort, Role::TargetPort]) {
            return;
        }
        let is_free = |place| self.may_hold_ports(place);
        let named: Vec<usize> =
            self.places().filter(|place| is_free(*place) && self.name(*place).contains("port")).collect();
        let (first, second) = match named.as_slice() {
            [first, second] => (*first, *second),
            _ if is_free(source + 1) && is_free(target + 1) => (source + 1, target + 1),
            _ if target == source + 1 && is_free(target + 1) && is_free(target + 2) => (target + 1, target + 2),
            _ => return self.ports_by_values(),
        };
        self.take_ports(first, second);
    }

    /// True for a column of numbers that may be ports and are nothing else so far.
    fn may_hold_ports(&self, place: usize) -> bool {
        self.sample.holds_ports(place)
            && (self.is_free_for(place, Role::SourcePort) || self.is_free_for(place, Role::TargetPort))
    }

    /// Takes two columns for ports, unless people said otherwise.
    fn take_ports(&mut self, source: usize, target: usize) {
        if self.may_be(source, Role::SourcePort) && self.may_be(target, Role::TargetPort) {
            self.take_for(source, Role::SourcePort);
            self.take_for(target, Role::TargetPort);
        }
    }

    /// Two columns of which nearly all rows have the port of a service in one and that of a client in the other, wherever
    /// they stand.
    fn ports_by_values(&mut self) {
        if self.has_unchosen(&[Role::SourcePort, Role::TargetPort]) {
            return;
        }
        let free: Vec<usize> = self.places().take(MOST_COMPARED).filter(|place| self.may_hold_ports(*place)).collect();
        let pairs =
            free.iter().enumerate().flat_map(|(at, first)| free.iter().skip(at + 1).map(|second| (*first, *second)));
        let found = pairs.filter(|(first, second)| self.sample.are_ports(*first, *second)).collect::<Vec<_>>();
        // Of several none is sure.
        if let [(first, second)] = found.as_slice() {
            self.take_ports(*first, *second);
        }
    }

    fn protocol(&mut self) {
        if self.has(Role::Protocol) || !self.has(Role::Source) {
            return;
        }
        let fits = |place: &usize| self.is(*place, Role::Plain) && self.sample.holds_protocols(*place, self.is_unnamed);
        if let Some(place) = self.places().find(fits) {
            self.take_for(place, Role::Protocol);
        }
    }

    fn counts(&mut self) {
        use Role::{Bytes, FwdBytes, FwdPackets, Packets};
        let has_any = self.has_unchosen(&[Bytes, Packets]) || self.has(FwdBytes) || self.has(FwdPackets);
        if !self.is_unnamed || has_any || !self.has(Role::Source) {
            return;
        }
        let is_free = |place: &usize| self.is_free_for(*place, Packets) || self.is_free_for(*place, Bytes);
        let free: Vec<usize> = self.places().filter(is_free).collect();
        let fits = |packets: usize, bytes: usize| {
            self.may_be(packets, Packets) && self.may_be(bytes, Bytes) && self.sample.are_counts(packets, bytes)
        };
        let pair = free.windows(2).find_map(|pair| match pair {
            [a, b] if fits(*a, *b) => Some((*a, *b)),
            [a, b] if fits(*b, *a) => Some((*b, *a)),
            _ => None,
        });
        if let Some((packets, bytes)) = pair {
            self.take_for(packets, Packets);
            self.take_for(bytes, Bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::{self, Delimiter};
    use super::super::dialect::ALL;
    use super::super::format::CellFormats;
    use super::super::roles::Places;
    use super::*;

    fn judged(names: &[&str], rows: &[&str], has_header: bool) -> Vec<Role> {
        let mut columns: Vec<Column> = names.iter().map(|name| Column::named(name)).collect();
        let (mut sample, places) = (Sample::default(), Places::default());
        for row in rows {
            let (mut values, mut room) = (Vec::new(), Vec::new());
            let cut = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };
            let bytes = cells::values(row.as_bytes(), cut, &CellFormats::default(), &mut values, &mut room);
            sample.add(&Row { bytes, values: &values, places: &places });
        }
        for (place, role) in judge(&columns, &sample, has_header, ALL.last().unwrap()) {
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
    fn ports_are_known_by_services_and_clients_wherever_they_stand() {
        use Role::*;
        let row =
            |n: u32| format!("10.0.0.{n},x,{},10.0.1.1,64,{},{}", 50_000 + 7 * n, [443, 53, 80][n as usize % 3], n % 4);
        let rows: Vec<String> = (1..20).map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let names = ["qa", "qb", "qc", "qd", "qe", "qf", "qg"];
        assert_eq!(judged(&names, &rows, true), [Source, Plain, SourcePort, Target, Plain, TargetPort, Plain]);
        let sizes: Vec<String> = (1..20).map(|n| format!("10.0.0.{n},x,{n},10.0.1.1,64,{}", 1100 + 60 * n)).collect();
        let rows: Vec<&str> = sizes.iter().map(String::as_str).collect();
        assert!(!judged(&names, &rows, true).contains(&SourcePort));
    }

    #[test]
    fn words_of_attacks_are_labels_where_no_heading_says_anything() {
        use Role::*;
        let rows = ["10.0.0.1,10.0.0.2,a,benign", "10.0.0.1,10.0.0.3,b,port scan"];
        assert_eq!(judged(&["qa", "qb", "qc", "qd"], &rows, true), [Source, Target, Plain, Label]);
        // With headings that say something, the others are asked too: this one is no label's.
        assert_eq!(judged(&["qa", "qb", "qc", "src port"], &rows, true)[3], Plain);
    }

    #[test]
    fn unknown_headings_give_way_to_values() {
        use Role::*;
        let rows = ["a,192.0.2.1,80,10.0.0.1,5000,tcp,benign", "b,192.0.2.1,80,10.0.0.2,5001,udp,scan"];
        let names = ["name", "their_dst", "p1", "our_src", "p2", "kind", "category"];
        assert_eq!(judged(&names, &rows, true), [Plain, Target, TargetPort, Source, SourcePort, Protocol, Label]);
    }
}
