//! The values of a row by what they mean: addresses, ports, counts and moments, wherever their columns stand.

use crate::model::Addr;
use crate::model::format::time;
use crate::model::rows::{CellValue, Role};
use std::net::IpAddr;

/// A larger count, 281 trillion, is damage; sums of those up to it fit into 64 bits.
pub const MOST_COUNT: u64 = 1 << 48;

/// Where the column of each role stands.
#[derive(Clone, Debug)]
pub struct Places([u32; Role::N]);

impl Default for Places {
    fn default() -> Self {
        Places([u32::MAX; Role::N])
    }
}

impl Places {
    /// Notes a column; the first of a role counts.
    pub fn add(&mut self, role: Role, place: usize) {
        if let Some(slot) = self.0.get_mut(role as usize).filter(|slot| **slot == u32::MAX) {
            *slot = place as u32;
        }
    }

    /// Puts another column in the place of the first.
    pub fn set(&mut self, role: Role, place: usize) {
        if let Some(slot) = self.0.get_mut(role as usize) {
            *slot = place as u32;
        }
    }

    /// True if a column has this role.
    pub fn has(&self, role: Role) -> bool {
        self.get(role).is_some()
    }

    /// The column of a role.
    #[inline]
    pub fn get(&self, role: Role) -> Option<usize> {
        self.0.get(role as usize).filter(|place| **place != u32::MAX).map(|place| *place as usize)
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
        self.places.get(role).and_then(|place| self.values.get(place)).copied().unwrap_or(CellValue::Missing)
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

    /// A count of a role; what is negative, or more than anybody counts, is nothing.
    pub fn count(&self, role: Role) -> Option<u64> {
        self.number(role).filter(|number| (0.0..=MOST_COUNT as f64).contains(number)).map(|number| number as u64)
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

    /// The port of a role; 0 where there is none.
    pub fn port(&self, role: Role) -> u16 {
        self.number(role).filter(|port| (0.0..=65_535.0).contains(port)).map_or(0, |port| port as u16)
    }

    /// A moment, ns since 1970, clamped to [`time::FURTHEST_NS`]. Of a number, the size tells the unit.
    pub fn moment(&self, role: Role) -> Option<i64> {
        moment(self.value(role))
    }
}

/// The moment that a cell holds, ns since 1970, clamped to [`time::FURTHEST_NS`]. Of a number, the size tells the unit.
pub fn moment(value: CellValue) -> Option<i64> {
    let (number, is_time) = match value {
        CellValue::Number(number) => (number, false),
        CellValue::Time(number) => (number, true),
        _ => return None,
    };
    let unit = match number.abs() {
        _ if is_time => 1e9,
        x if x < 1e11 => 1e9,
        x if x < 1e14 => 1e6,
        x if x < 1e17 => 1e3,
        _ => 1.0,
    };
    // To the microsecond: a double holds no more of a moment of today.
    let ns = ((number * (unit / 1e3)).round() as i64).saturating_mul(1000);
    Some(ns.clamp(-time::FURTHEST_NS, time::FURTHEST_NS))
}

/// An address of either family.
pub fn host(text: &[u8]) -> Option<Addr> {
    if text.len() > 45 {
        return None;
    }
    if let Some(octets) = v4(text) {
        return Some(Addr::v4(octets));
    }
    match std::str::from_utf8(text).ok()?.parse::<IpAddr>().ok()? {
        IpAddr::V4(ip) => Some(Addr::v4(ip.octets())),
        IpAddr::V6(ip) => Some(ip.to_ipv4_mapped().map_or(Addr::v6(ip.octets()), |v4| Addr::v4(v4.octets()))),
    }
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

    proptest! {
        #[test]
        fn addresses_are_those_of_the_standard_library(text in "[0-9]{0,4}(\\.[0-9]{1,3}){2,4}|[0-9a-f:]{2,12}") {
            let expected = text.parse::<IpAddr>().ok().map(|ip| match ip {
                IpAddr::V4(ip) => Addr::v4(ip.octets()),
                IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or(Addr::v6(ip.octets()), |v4| Addr::v4(v4.octets())),
            });
            prop_assert_eq!(host(text.as_bytes()), expected);
        }
    }
}
