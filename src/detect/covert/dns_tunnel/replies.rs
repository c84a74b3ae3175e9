//! Turns answers that carry data in addresses or alias names into findings of data that was fetched by DNS.

use super::CARD;
use super::weigh::Addresses;
use crate::detect::detector::Context;
use crate::detect::support::domains::{self, Characters, DnsQuery};
use crate::detect::support::finding_builder::{FindingBuilder, Identity, evidence, thousands};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, MessageFields};
use crate::model::app::kinds::names::DnsType;
use crate::model::{Addr, Finding};
use std::collections::BTreeSet;

/// Most answers of each kind that are kept for a pair.
const MOST_KEPT: usize = 1 << 12;
/// Nearly every name has an address of its own,
const LEAST_DIFFERENT: f64 = 0.9;
/// and hardly more than one: who shares the load gives several.
const MOST_ADDRESSES: f64 = 1.5;
/// The addresses lie in so many different networks: those of a provider stand side by side.
const LEAST_SPREAD: f64 = 0.7;
/// Hardly any of them is ever connected to.
const MOST_CONTACTED: f64 = 0.05;
/// From more than this share on, addresses are those of servers.
const MOST_USED: f64 = 0.2;
/// Fewer addresses for each name are those of servers that many names share.
const MOST_SHARED: f64 = 0.6;
/// Fewest names with addresses that say something, and how many say as much as it gets.
const LEAST_ADDRESSED: usize = 4;
const ENOUGH_ADDRESSED: f64 = 8.0;
/// Bits in a character of data; words have less.
const LEAST_ENTROPY: f64 = 3.0;

/// What answers to one host's questions for names of one domain hold.
#[derive(Default)]
pub(super) struct Replies {
    /// Names that were answered by addresses, by their index among the names.
    addressed: BTreeSet<u32>,
    addresses: BTreeSet<Addr>,
    /// Addresses of new names, each as often as it was given.
    n_given: usize,
    /// Names whose alias was asked for and answered.
    aliased: BTreeSet<u32>,
    /// Those of the aliases before their domain.
    characters: Characters,
}

/// How data came back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    Addresses,
    Aliases,
}

/// A case: how, by how many answers, how many bytes they can carry, and how sure it is.
pub(super) struct Carried {
    means: Means,
    n: usize,
    n_bytes: f64,
    /// Addresses that no host can have.
    n_impossible: usize,
    confidence: Confidence,
}

/// True for an address that no host on the internet can have: what is data may be any.
fn is_impossible(address: Addr) -> bool {
    match address.ip() {
        std::net::IpAddr::V4(ip) => {
            let [first, ..] = ip.octets();
            first == 0 && !ip.is_unspecified() || first >= 224
        }
        // All global addresses begin with 001 (RFC 4291, section 2.4).
        std::net::IpAddr::V6(ip) => ip.segments()[0] >> 13 != 1 && !address.is_private() && !ip.is_unspecified(),
    }
}

impl Replies {
    /// Takes an answer to a name.
    pub fn add(&mut self, name: DnsQuery<'_>, fields: &MessageFields<'_>) {
        match fields.kind(FieldId::DnsType) {
            Some(DnsType::A | DnsType::Aaaa) if self.addressed.len() < MOST_KEPT => {
                // A real service is answered by addresses that come again; what is data hardly ever does.
                let is_new = !self.addressed.contains(&name.name);
                for address in fields.addrs(FieldId::DnsAnswer) {
                    self.n_given += usize::from(is_new);
                    if self.addresses.len() < 2 * MOST_KEPT {
                        self.addresses.insert(address);
                    }
                    self.addressed.insert(name.name);
                }
            }
            Some(DnsType::Cname) if self.aliased.len() < MOST_KEPT => {
                let alias = fields.texts(FieldId::DnsAnswer).find_map(|alias| {
                    let domain = domains::registered(alias)?;
                    alias.get(..alias.len().checked_sub(domain.len())?).map(|before| before.trim_end_matches('.'))
                });
                if let Some(before) = alias
                    && self.aliased.insert(name.name)
                {
                    self.characters.add(before);
                }
            }
            _ => {}
        }
    }

    /// What was carried, if it was: at least `sequence` addresses, or `pieces` aliases of `length` characters in the mean.
    pub fn carried(&self, context: &Context<'_>, (sequence, pieces): (f64, f64), length: f64) -> Option<Carried> {
        self.aliases(pieces, length).or_else(|| self.sequence(context, sequence))
    }

    fn aliases(&self, pieces: f64, length: f64) -> Option<Carried> {
        let n = self.aliased.len() as f64;
        let n_characters = self.characters.n() as f64;
        let is_data = n >= pieces && n_characters >= length * n && self.characters.entropy() >= LEAST_ENTROPY;
        is_data.then_some(Carried {
            means: Means::Aliases,
            n: self.aliased.len(),
            n_bytes: n_characters * self.characters.bytes_each(),
            n_impossible: 0,
            confidence: Confidence::LIKELY,
        })
    }

    /// What the addresses say, if there are enough.
    pub fn addresses(&self, context: &Context<'_>) -> Addresses {
        let (n_names, n) = (self.addressed.len(), self.addresses.len());
        if n_names < LEAST_ADDRESSED {
            // Names that have several servers each, some of them the same, are those of a provider.
            let is_provider = n_names > 1 && n < self.n_given && self.n_given as f64 > MOST_ADDRESSES * n_names as f64;
            return if is_provider { Addresses::Shared } else { Addresses::Unknown };
        }
        let share = |is_meant: &dyn Fn(&Addr) -> bool| {
            self.addresses.iter().filter(|address| is_meant(address)).count() as f64 / n.max(1) as f64
        };
        if share(&|address| address.ip().is_loopback()) > 0.5 {
            Addresses::Codes
        } else if share(&|address| context.endpoints.number(*address).is_some()) > MOST_USED {
            Addresses::Used
        } else if (n as f64) < MOST_SHARED * n_names.max(self.n_given) as f64 {
            // Of several that each name has, most come again for others: data never does.
            Addresses::Shared
        } else if self.is_spread() {
            Addresses::Data((n_names as f64 / ENOUGH_ADDRESSED).min(1.0))
        } else {
            Addresses::Unknown
        }
    }

    /// Nearly each name has an address of its own, in another network than the others.
    fn is_spread(&self) -> bool {
        let (n_names, n) = (self.addressed.len() as f64, self.addresses.len() as f64);
        let network = |address: &Addr| address.0 >> if address.is_v4() { 16 } else { 96 };
        let n_networks = self.addresses.iter().map(network).gathered::<BTreeSet<u128>>().len() as f64;
        n >= LEAST_DIFFERENT * n_names && n <= MOST_ADDRESSES * n_names && n_networks >= LEAST_SPREAD * n
    }

    fn sequence(&self, context: &Context<'_>, sequence: f64) -> Option<Carried> {
        let n = self.addresses.len() as f64;
        let n_contacted = self.addresses.iter().filter(|host| context.endpoints.number(**host).is_some()).count();
        if (self.addressed.len() as f64) < sequence || !self.is_spread() || n_contacted as f64 > MOST_CONTACTED * n {
            return None;
        }
        let n_impossible = self.addresses.iter().filter(|address| is_impossible(**address)).count();
        let n_bytes = self.addresses.iter().map(|address| if address.is_v4() { 4.0 } else { 16.0 }).sum();
        let confidence = if n_impossible > 0 { Confidence::VERY_LIKELY } else { Confidence::EVEN };
        Some(Carried { means: Means::Addresses, n: self.addressed.len(), n_bytes, n_impossible, confidence })
    }
}

impl Carried {
    /// The finding, for a host and a domain; the thresholds are those of [`Replies::carried`]. It is as sure as the answers alone
    /// make it, or all signs together, if they were `weighed`.
    pub fn finding(
        &self,
        (asker, domain): (Addr, &str),
        (sequence, pieces): (f64, f64),
        weighed: Option<Confidence>,
    ) -> FindingBuilder {
        let n = thousands(self.n);
        let size = crate::model::format::quantity::bytes(self.n_bytes);
        let (title, least, why) = match self.means {
            Means::Addresses => (
                format!("{asker} is answered by data in {n} addresses of names of {domain}"),
                sequence,
                format!(
                    "{asker} asked for {n} names under {domain}, and each was answered by another address, in networks \
                     all over the internet; hardly any of them was ever connected to{}. Addresses that nobody uses are \
                     bytes: up to {size} came back in them. So programs and commands are fetched where only ordinary \
                     questions may leave.",
                    match self.n_impossible {
                        0 => String::new(),
                        some => format!(", and {} of them no host can have", thousands(some)),
                    }
                ),
            ),
            Means::Aliases => (
                format!("{asker} is answered by data in {n} alias names under {domain}"),
                pieces,
                format!(
                    "{asker} asked for the alias (CNAME) of {n} names under {domain}, which programs hardly ever do, and \
                     each answer was another long name without words: up to {size} came back in them. So commands are \
                     fetched by answers that look like names.",
                ),
            ),
        };
        Finding::builder(&CARD)
            .title(title)
            .rated(
                Impact::CONTROL,
                weighed.filter(|it| *it > self.confidence).unwrap_or(self.confidence),
                (self.n as f64, least),
            )
            .sources([asker])
            .ports([53])
            .protocol("DNS")
            .names(vec![domain.to_owned()])
            .evidence([
                evidence("Names with an answer of their own", self.n as f64, "names", "a few"),
                evidence("Bytes that the answers can carry", self.n_bytes, "B", ""),
                evidence("Addresses that no host can have", self.n_impossible as f64, "addresses", "0"),
            ])
            .explanation(why)
            .filter(domains::filter(domain))
            .identity(Identity::Word(domain.to_owned()))
    }
}
