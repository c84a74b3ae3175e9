//! Recognises from the first rows what columns hold, where headings do not say it or are misleading: addresses, ports,
//! protocols, counts, labels.

mod sample;

use super::dialect::{Entry, KnownBy};
use super::names;
use super::plain::plain;
use crate::model::rows::{Column, Role, label_names};
use sample::MOST_COMPARED;
pub use sample::Sample;
use std::collections::BTreeMap;

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
    if matches!(entry.known_by, KnownBy::Rest) {
        judged.payload_or_all();
    }
    judged.states();
    judged.port_of_service();
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

    /// Of several columns that are called so, those without any address are something else: a device, a zone.
    fn only_addresses(&mut self) {
        for role in [Role::Source, Role::Target] {
            let is_empty =
                |judged: &Self, place: usize| judged.sample.tally(place).is_some_and(|t| t.n > 0 && t.n_addresses == 0);
            let all: Vec<usize> = self.places().filter(|place| self.is(*place, role)).collect();
            let empty: Vec<usize> = all.iter().copied().filter(|place| is_empty(self, *place)).collect();
            if empty.len() < all.len() {
                empty.into_iter().for_each(|place| self.take_for(place, Role::Plain));
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
            self.only_addresses();
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
            // `from` and `to` may be moments or hosts.
            let is_free = [Role::Plain, Role::Source, Role::Target, Role::ServerName, Role::Id, Role::Start, Role::End]
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
        // Packets and bytes of both sides, in the orders in which tools write them.
        let is_beside = |places: &&[usize]| places.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        let both = free.windows(4).filter(is_beside).find_map(|places| {
            let &[a, b, c, d] = places else { return None };
            let orders = [[a, b, c, d], [c, d, a, b], [a, c, b, d]];
            orders.into_iter().find(|[fwd_packets, bwd_packets, fwd_bytes, bwd_bytes]| {
                self.sample.are_counts(*fwd_packets, *fwd_bytes)
                    && self.sample.are_counts_of_answers(*bwd_packets, *bwd_bytes)
            })
        });
        if let Some(places) = both.filter(|_| self.chosen(Packets).or(self.chosen(Bytes)).is_none()) {
            let roles = [FwdPackets, Role::BwdPackets, FwdBytes, Role::BwdBytes];
            places.into_iter().zip(roles).for_each(|(place, role)| self.take_for(place, role));
            return;
        }
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

    /// Zeek calls payload what others call bytes: of a table of another tool each row shows whether headers are among them.
    fn payload_or_all(&mut self) {
        let sides = [
            (Role::FwdPayload, Role::FwdPackets, Role::FwdBytes),
            (Role::BwdPayload, Role::BwdPackets, Role::BwdBytes),
        ];
        let found: Vec<(usize, usize, Role)> = sides
            .into_iter()
            .filter_map(|(payload, packets, bytes)| Some((self.first(payload)?, self.first(packets)?, bytes)))
            .collect();
        let is_all = |(bytes, packets, _): &(usize, usize, Role)| self.sample.have_headers(*packets, *bytes);
        let is_free = !self.has(Role::FwdBytes) && !self.has(Role::BwdBytes) && !self.has(Role::Bytes);
        if found.len() == 2 && is_free && found.iter().all(is_all) {
            found.into_iter().for_each(|(place, _, role)| self.take_for(place, role));
        }
    }

    /// States of connections, and what a firewall did, where no heading says so.
    fn states(&mut self) {
        if !self.is_unnamed || !self.has(Role::Source) {
            return;
        }
        let acts = |place: &usize| self.is(*place, Role::Plain) && self.sample.holds_actions(*place);
        if let Some(place) = self.places().find(acts).filter(|_| !self.has(Role::Action)) {
            self.take_for(place, Role::Action);
        }
        if self.has(Role::State) {
            return;
        }
        let holds = |place: &usize| self.is(*place, Role::Plain) && self.sample.holds_states(*place);
        if let Some(place) = self.places().find(holds) {
            self.take_for(place, Role::State);
        }
    }

    /// Firewalls call the target's port the service.
    fn port_of_service(&mut self) {
        if self.has(Role::TargetPort) || !self.has(Role::Target) {
            return;
        }
        let holds = |place: &usize| self.is(*place, Role::Service) && self.sample.holds_ports(*place);
        if let Some(place) = self.places().find(holds) {
            self.take_for(place, Role::TargetPort);
        }
    }
}

#[cfg(test)]
mod tests;
