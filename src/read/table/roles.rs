//! The values of a row by their role: addresses, ports, counts and times, whatever the order of the columns.

use super::time::numeric::Scale;
use crate::maths::number::number_of;
use crate::model::Addr;
use crate::model::format::time;
use crate::model::rows::{CellValue, Role};
use std::net::IpAddr;

/// A larger count, 281 trillion, is damage; sums of those up to it fit into 64 bits.
pub const MOST_COUNT: u64 = 1 << 48;

/// Where the column of each role stands, and others of the same role that are read where it is empty.
#[derive(Clone, Debug)]
pub struct Places {
    first: [u32; Role::N],
    ranks: [u16; Role::N],
    others: Vec<(Role, u32)>,
}

impl Default for Places {
    fn default() -> Self {
        Places { first: [u32::MAX; Role::N], ranks: [u16::MAX; Role::N], others: Vec::new() }
    }
}

/// Most other columns that are kept in mind.
const MOST_OTHERS: usize = 64;

impl Places {
    /// Notes a column; the one of the best rank (0) counts, of equals the first.
    pub fn add(&mut self, role: Role, place: usize, rank: u16) {
        if !role.has_part() {
            return;
        }
        let (Some(slot), Some(known)) = (self.first.get_mut(role as usize), self.ranks.get_mut(role as usize)) else {
            return;
        };
        let is_better = *slot == u32::MAX || rank < *known;
        let other = if is_better { std::mem::replace(slot, place as u32) } else { place as u32 };
        *known = if is_better { rank } else { *known };
        if other != u32::MAX && self.others.len() < MOST_OTHERS {
            self.others.push((role, other));
        }
    }

    /// Forgets a column of a role; another of the same role takes its place.
    pub fn remove(&mut self, role: Role, place: usize) {
        self.others.retain(|other| *other != (role, place as u32));
        let Some(slot) = self.first.get_mut(role as usize).filter(|slot| **slot == place as u32) else { return };
        let other = self.others.iter().position(|(other, _)| *other == role);
        *slot = other.map_or(u32::MAX, |other| self.others.remove(other).1);
    }

    /// Notes a column that counts before all others of its role so far, which are read where it is empty.
    pub fn add_first(&mut self, role: Role, place: usize) {
        if let Some(slot) = self.first.get_mut(role as usize).filter(|_| role.has_part()) {
            let other = std::mem::replace(slot, place as u32);
            if other != u32::MAX && other != place as u32 && self.others.len() < MOST_OTHERS {
                self.others.insert(0, (role, other));
            }
        }
        if let Some(rank) = self.ranks.get_mut(role as usize) {
            *rank = 0;
        }
    }

    /// Puts another column in the place of the first.
    pub fn set(&mut self, role: Role, place: usize) {
        if let Some((slot, rank)) = self.first.get_mut(role as usize).zip(self.ranks.get_mut(role as usize)) {
            (*slot, *rank) = (place as u32, 0);
        }
    }

    /// True if a column has this role.
    pub fn has(&self, role: Role) -> bool {
        self.get(role).is_some()
    }

    /// The column of a role.
    #[inline]
    pub fn get(&self, role: Role) -> Option<usize> {
        self.first.get(role as usize).filter(|place| **place != u32::MAX).map(|place| *place as usize)
    }

    /// The other columns of a role.
    fn others(&self, role: Role) -> impl Iterator<Item = usize> {
        self.others.iter().filter(move |(other, _)| *other == role).map(|(_, place)| *place as usize)
    }
}

/// A row by roles.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// What texts are ranges of.
    pub bytes: &'a [u8],
    /// Its values.
    pub values: &'a [CellValue],
    /// Which is which.
    pub places: &'a Places,
}

impl<'a> Row<'a> {
    /// The value of a role.
    #[inline]
    pub fn value(&self, role: Role) -> CellValue {
        // Without a first column there are no others.
        let Some(first) = self.places.get(role) else { return CellValue::Missing };
        match self.at(first) {
            CellValue::Missing => {
                let mut others = self.places.others(role).map(|place| self.at(place));
                others.find(|value| *value != CellValue::Missing).unwrap_or(CellValue::Missing)
            }
            value => value,
        }
    }

    /// The value at a place.
    #[inline]
    pub fn at(&self, place: usize) -> CellValue {
        self.values.get(place).copied().unwrap_or(CellValue::Missing)
    }

    /// The finite number of a role.
    #[inline]
    pub fn number(&self, role: Role) -> Option<f64> {
        self.value(role).number().filter(|number| number.is_finite())
    }

    /// A count of a role, to the nearest whole number: multiples of a byte have parts. What is negative, or more than anybody
    /// counts, is nothing.
    pub fn count(&self, role: Role) -> Option<u64> {
        self.number(role)
            .filter(|number| (0.0..=MOST_COUNT as f64).contains(number))
            .map(|number| (number + 0.5) as u64)
    }

    /// The text of a role.
    #[inline]
    pub fn text(&self, role: Role) -> Option<&'a [u8]> {
        match self.value(role) {
            CellValue::Text(start, end) => self.bytes.get(start as usize..end as usize),
            _ => None,
        }
    }

    /// The address of a role.
    pub fn host(&self, role: Role) -> Option<Addr> {
        host(self.text(role)?)
    }

    /// The port of an end: its own column's, that of datagrams, or the one behind the address in one cell; 0 where there is none.
    pub fn port_of(&self, [port, of_udp, address]: [Role; 3]) -> u16 {
        match self.port(port) {
            0 if self.places.has(of_udp) => self.port(of_udp),
            0 if !self.places.has(port) => self.text(address).and_then(port_behind).unwrap_or(0),
            port => port,
        }
    }

    /// The port of a role; 0 where there is none.
    pub fn port(&self, role: Role) -> u16 {
        // tshark writes those of all headers: `443,3389`.
        let first = || number_of(first_of(self.text(role)?));
        self.number(role).or_else(first).filter(|port| (0.0..=65_535.0).contains(port)).map_or(0, |port| port as u16)
    }

    /// A moment, ns since 1970, clamped to [`time::FURTHEST_NS`]. Of a number, the size tells the unit.
    pub fn moment(&self, role: Role) -> Option<i64> {
        moment(self.value(role))
    }
}

/// The moment that a cell holds, ns since 1970, clamped to [`time::FURTHEST_NS`]. Of a number, the size tells the unit.
pub fn moment(value: CellValue) -> Option<i64> {
    let (number, scale) = match value {
        CellValue::Number(number) => (number, Scale::of(number)),
        CellValue::Time(number) => (number, Scale::Second),
        _ => return None,
    };
    // To the microsecond: a double holds no more of a moment of today.
    let ns = (scale.microseconds(number).round() as i64).saturating_mul(1000);
    Some(ns.clamp(-time::FURTHEST_NS, time::FURTHEST_NS))
}

/// What stands before the first comma.
fn first_of(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b',').next().unwrap_or(text)
}

/// An address of either family; of several that commas part, the first.
pub fn host(text: &[u8]) -> Option<Addr> {
    if let Some(octets) = v4(text) {
        return Some(Addr::v4(octets));
    }
    if text.len() > 92 || !text.iter().any(|byte| matches!(byte, b'.' | b':')) {
        return None;
    }
    let text = std::str::from_utf8(first_of(text)).ok()?;
    // As spreadsheets keep texts from being numbers.
    let text =
        text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim_start_matches('\'');
    // With its name before it.
    let text = in_brackets(text).unwrap_or(text);
    let (text, _) = text.split_once('#').unwrap_or((text, ""));
    if let Some((address, _)) = dotted_port(text) {
        return v4(address.as_bytes()).map(Addr::v4);
    }
    // With the port behind it, and behind that the name of an interface.
    if let Some((address, _)) = text.split_once(':').filter(|(address, _)| address.contains('.')) {
        return v4(address.as_bytes()).map(Addr::v4);
    }
    // With the length of its network, in brackets, or with the name of an interface.
    let bare = text.trim_start_matches('[').split([']', '/', '%']).next().unwrap_or(text);
    match bare.parse::<IpAddr>().ok()? {
        IpAddr::V4(ip) => Some(Addr::v4(ip.octets())),
        IpAddr::V6(ip) => Some(ip.to_ipv4_mapped().map_or(Addr::v6(ip.octets()), |v4| Addr::v4(v4.octets()))),
    }
}

/// The address in round brackets at the end: `srv1 (10.0.0.1)`.
fn in_brackets(text: &str) -> Option<&str> {
    let (before, inside) = text.strip_suffix(')')?.rsplit_once('(')?;
    (!before.is_empty()).then_some(inside)
}

/// An address of IPv4 and the port behind it, parted by a point as in tcpdump's lines: `10.0.0.1.443`.
fn dotted_port(text: &str) -> Option<(&str, &str)> {
    let is_dotted = text.bytes().filter(|byte| *byte == b'.').count() == 4;
    text.rsplit_once('.').filter(|(address, _)| is_dotted && v4(address.as_bytes()).is_some())
}

/// The port behind an address: `10.0.0.1:443`, `10.0.0.1:443:X0`, `[2001:db8::1]:443`, `10.0.0.1.443`, `10.0.0.1#443`.
fn port_behind(text: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(first_of(text)).ok()?;
    if let Some((_, port)) = dotted_port(text).or_else(|| text.split_once('#')) {
        return port.parse().ok();
    }
    let behind = match text.split_once("]:") {
        Some((_, behind)) => behind,
        None => text.split_once(':').filter(|(address, _)| v4(address.as_bytes()).is_some())?.1,
    };
    behind.split(':').next()?.parse().ok()
}

/// The octets of a plain IPv4 address; the standard library is asked for all else.
fn v4(text: &[u8]) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    let mut parts = text.split(|byte| *byte == b'.');
    for slot in &mut octets {
        let part = parts.next().filter(|part| (1..=3).contains(&part.len()))?;
        let is_number = part.iter().all(u8::is_ascii_digit) && (part.len() == 1 || part.first() != Some(&b'0'));
        let number = part.iter().fold(0_u32, |all, digit| all * 10 + u32::from(digit.wrapping_sub(b'0')));
        *slot = u8::try_from(number).ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports_stand_behind_addresses() {
        let ends = |text: &str| (host(text.as_bytes()).map(|host| host.to_string()), port_behind(text.as_bytes()));
        let end = |host: &str, port| (Some(host.to_owned()), port);
        assert_eq!(ends("10.0.0.1:443"), end("10.0.0.1", Some(443)));
        assert_eq!(ends("10.0.0.1:443:X0"), end("10.0.0.1", Some(443)));
        assert_eq!(ends("[2001:db8::1]:443"), end("2001:db8::1", Some(443)));
        assert_eq!(ends("2001:db8::1"), end("2001:db8::1", None));
        assert_eq!(ends("=\"10.0.0.1\""), end("10.0.0.1", None));
        assert_eq!(ends("10.0.0.1.443"), end("10.0.0.1", Some(443)));
        assert_eq!(ends("2001:db8::1#53"), end("2001:db8::1", Some(53)));
        assert_eq!(ends("srv1 (10.0.0.1)"), end("10.0.0.1", None));
        assert_eq!((ends("10.0.0.1"), ends("a.example:443").0), (end("10.0.0.1", None), None));
    }

    #[test]
    fn a_number_is_a_moment_whatever_it_counts() {
        let moments = [
            1_545_770_950.25,
            1_545_770_950_250.0,
            1.545_770_950_25e15,
            1.545_770_950_25e18,
            131_902_445_502_500_000.0,
        ];
        for number in moments {
            assert_eq!(moment(CellValue::Number(number)), Some(1_545_770_950_250_000_000), "{number}");
        }
        assert_eq!(moment(CellValue::Time(2e11)), Some(time::FURTHEST_NS), "seconds as a date says them");
    }

    proptest! {
        #[test]
        fn addresses_are_those_of_the_standard_library(text in "[0-9]{0,4}(\\.[0-9]{1,3}){2,3}|[0-9a-f:]{2,12}") {
            let expected = text.parse::<IpAddr>().ok().map(|ip| match ip {
                IpAddr::V4(ip) => Addr::v4(ip.octets()),
                IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or(Addr::v6(ip.octets()), |v4| Addr::v4(v4.octets())),
            });
            prop_assert_eq!(host(text.as_bytes()), expected);
        }
    }
}
