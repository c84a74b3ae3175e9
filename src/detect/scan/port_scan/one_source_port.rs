//! Counts how many failed contacts came from the same source port: a scanner that crafts its own packets reuses one,
//! while an ordinary stack uses a new port for each connection.

use crate::detect::support::connection_attempts::Contact;
use crate::maths::combinations::ln_choose;
use crate::maths::elementary::ln;
use crate::model::Protocol;
use std::collections::BTreeMap;

/// Ports that a stack chooses from: the dynamic ports of RFC 6335, section 6. Linux has more.
const N_DYNAMIC: f64 = 16_384.0;
/// Share of scanners that use one port throughout, set by us: nmap and ZMap do, hping counts up.
const SCANNERS_SHARE: f64 = 0.5;

/// The largest group of ports of one host that were tried without success from one port of the source.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct OneSourcePort {
    /// Ports tried without success from it.
    pub n: usize,
    /// Natural logarithm of the likelihood ratio of "one program that makes its own packets" to "chance".
    pub log_ratio: f64,
}

impl OneSourcePort {
    /// Of the contacts of one source to one host over one transport.
    ///
    /// By chance, `n` given ones of `m` independent choices among R ports agree with probability R^(1-n), in at most
    /// C(m, n) ways (the union bound of the birthday problem), so ratio = share · R^(n-1) / C(m, n).
    pub fn of(contacts: &[Contact]) -> OneSourcePort {
        let mut by_port: BTreeMap<u16, usize> = BTreeMap::new();
        let mut m = 0_usize;
        for contact in contacts {
            // Servers that call back do so from the port of their service (FTP's data), and rests of older connections are
            // no tries.
            let is_tcp = contact.protocol == 6;
            let is_vain = contact.outcome.is_vain();
            if is_vain && contact.from_port >= 1024 && !Protocol::is_service(is_tcp, contact.from_port) {
                m += 1;
                *by_port.entry(contact.from_port).or_default() += 1;
            }
        }
        let n = by_port.into_values().max().unwrap_or(0);
        if n < 2 {
            return OneSourcePort::default();
        }
        let ways = ln_choose(m as u64, n as u64);
        OneSourcePort { n, log_ratio: ln(SCANNERS_SHARE) + (n - 1) as f64 * ln(N_DYNAMIC) - ways }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::connection_attempts::Contacts;
    use crate::detect::support::testing::{Made, inside};

    fn of(ports: impl Iterator<Item = u16>) -> OneSourcePort {
        let mut contacts = Contacts::default();
        for (i, port) in ports.enumerate() {
            let refused = Made::refused(inside(9), inside(1), 100 + i as u16, i as f64);
            contacts.add(&Made { from: (inside(9), port), ..refused }.flow());
        }
        OneSourcePort::of(&contacts.groups(1.0, |c| Some(c.source))[0])
    }

    #[test]
    fn one_port_for_two_is_no_chance_and_two_of_hundreds_may_be() {
        let two = of([50_000, 50_000].into_iter());
        assert_eq!(two.n, 2);
        assert!((two.log_ratio - 8192_f64.ln()).abs() < 1e-9);
        assert_eq!(of(50_000..50_020).n, 0);
        assert!(of((50_000..50_300).chain([50_000])).log_ratio < 0.0);
        assert_eq!(of([20, 20, 20].into_iter()).n, 0, "a server of files that calls back");
    }
}
