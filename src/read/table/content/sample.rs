//! Counts what the values of each column look like in the first rows: addresses, ports, protocols, counts, states.

use crate::maths::sorting::Gather;
use crate::model::app::protocol::Protocol;
use crate::model::format::text;
use crate::model::rows::CellValue;
use crate::read::table::labels::Values;
use crate::read::table::roles::{self, Row};
use crate::read::table::state;
use std::collections::BTreeSet;

/// What the values of a column look like.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub n: u32,
    pub n_addresses: u32,
    n_whole: u32,
    n_protocols: u32,
    n_protocol_words: u32,
    n_states: u32,
    n_sure_states: u32,
    n_actions: u32,
    max: f64,
    pub values: Values,
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
pub(super) const MOST_COMPARED: usize = 64;
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
                    tally.n_actions += u32::from(state::is_action(text));
                    tally.n_states += u32::from(state::is_of_zeek(text));
                    tally.n_sure_states += u32::from(state::is_surely_of_zeek(text));
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

    pub(super) fn tally(&self, place: usize) -> Option<&Tally> {
        self.columns.get(place).filter(|tally| tally.n > 0)
    }

    pub fn holds_addresses(&self, place: usize) -> bool {
        self.tally(place).is_some_and(|tally| tally.n_addresses * 10 >= tally.n * 8)
    }

    pub fn holds_ports(&self, place: usize) -> bool {
        self.tally(place).is_some_and(|tally| tally.n_whole == tally.n && tally.max <= 65_535.0)
    }

    /// Words of protocols, or of columns without a heading their numbers.
    pub fn holds_protocols(&self, place: usize, is_unnamed: bool) -> bool {
        self.tally(place).is_some_and(|tally| {
            tally.n_protocol_words * 10 >= tally.n * 9
                || (is_unnamed && tally.n_protocols == tally.n && (6.0..=132.0).contains(&tally.max))
        })
    }

    /// The figures of two columns, row by row, where both are there.
    fn pairs(&self, first: usize, second: usize) -> impl Iterator<Item = (f64, f64)> {
        self.rows.iter().filter_map(move |row| Some(((*row.get(first)?)?, (*row.get(second)?)?)))
    }

    /// True if nearly all rows have the port of a service in one of two columns and that of a client in the other.
    pub fn are_ports(&self, first: usize, second: usize) -> bool {
        let pairs = || self.pairs(first, second);
        let is_client = |port: f64| port > 1023.0 && !is_of_service(port);
        let fits = |(first, second): &(f64, f64)| {
            (is_of_service(*first) && is_client(*second)) || (is_of_service(*second) && is_client(*first))
        };
        let n = pairs().filter(fits).count();
        // Clients take another port each time; a size or count that comes again and again is none.
        let clients: BTreeSet<u64> =
            pairs().flat_map(|(a, b)| [a, b]).filter(|port| is_client(*port)).map(|port| port as u64).gathered();
        n >= LEAST_SERVICES && n * 10 >= pairs().count() * 8 && clients.len() * 2 >= n.min(LEAST_SERVICES)
    }

    /// True if all texts are states of connections in Zeek's words.
    pub fn holds_states(&self, place: usize) -> bool {
        self.tally(place).is_some_and(|tally| tally.n_states == tally.n && tally.n_sure_states > 0)
    }

    /// True if all texts say what a firewall did.
    pub fn holds_actions(&self, place: usize) -> bool {
        self.tally(place).is_some_and(|tally| tally.n_actions == tally.n)
    }

    /// True if `bytes` could be the sizes of so many packets, row by row, where there are any: answers may be missing.
    pub fn are_counts_of_answers(&self, packets: usize, bytes: usize) -> bool {
        let pairs = || self.pairs(packets, bytes);
        let fits = |(packets, bytes): (f64, f64)| match packets {
            0.0 => bytes == 0.0,
            _ => packets > 0.0 && (20.0 * packets..=65_535.0 * packets).contains(&bytes),
        };
        pairs().count() * 10 >= self.rows.len() * 9 && pairs().any(|(packets, _)| packets > 0.0) && pairs().all(fits)
    }

    /// True if in each of many rows there are the headers of TCP at least for each packet: of payload there is less where packets
    /// only acknowledge.
    pub fn have_headers(&self, packets: usize, bytes: usize) -> bool {
        let pairs = || self.pairs(packets, bytes);
        let has_headers = |(packets, bytes): (f64, f64)| bytes >= HEADERS * packets && (packets > 0.0 || bytes == 0.0);
        pairs().filter(|(packets, _)| *packets > 0.0).count() >= LEAST_SERVICES && pairs().all(has_headers)
    }

    /// True if `bytes` could be the sizes of so many packets, row by row.
    pub fn are_counts(&self, packets: usize, bytes: usize) -> bool {
        let pairs = || self.pairs(packets, bytes);
        let fits =
            |(packets, bytes): (f64, f64)| packets >= 1.0 && (20.0 * packets..=65_535.0 * packets).contains(&bytes);
        pairs().count() * 10 >= self.rows.len() * 9 && pairs().count() > 0 && pairs().all(fits)
    }
}

/// Headers of IP and TCP, bytes.
const HEADERS: f64 = 40.0;
/// Rows that have to show ports of services.
const LEAST_SERVICES: usize = 8;

/// True for a port that a service is known by.
fn is_of_service(port: f64) -> bool {
    let port = port as u16;
    [true, false].into_iter().any(|is_tcp| Protocol::from_port(is_tcp, port).is_some())
}
