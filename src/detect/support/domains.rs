//! Turns names into their registered domain, by the public suffix list (publicsuffix.org).

use crate::flow::names::Names;
use crate::maths::entropy;
use public_suffix::{DEFAULT_PROVIDER, EffectiveTLDProvider};

/// `www.example.co.uk` to `example.co.uk`; none for a public suffix itself, a single label, and names of addresses.
pub fn registered(name: &str) -> Option<&str> {
    let name = name.trim_end_matches('.');
    if name.ends_with(".arpa") || !name.contains('.') {
        return None;
    }
    DEFAULT_PROVIDER.effective_tld_plus_one(name).ok()
}

/// True if a name is this domain or one below it; both in lower case.
pub fn is_of(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The domain of every name that was asked for, looked up once.
#[derive(Debug, Default)]
pub struct Domains {
    /// By the index of the name as it was asked for.
    known: Vec<Option<Known>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Index of the name in lower case: resolvers mix cases against forged answers.
    name: u32,
    /// Index of the domain among the names; 0 for none.
    domain: u32,
    /// Length of what stands before the domain, with the dot between.
    before: u32,
}

/// A name that was asked for, taken apart; all in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DnsQuery<'a> {
    /// Index of the whole name among the names.
    pub name: u32,
    /// Index of its registered domain.
    pub domain: u32,
    /// What stands before the domain, without the dot between.
    pub before: &'a str,
}

impl Domains {
    /// Looks up the domain of the name with this index, unless that was done before.
    #[inline]
    pub fn learn(&mut self, names: &mut Names, index: u32) {
        let place = index as usize;
        if self.known.len() <= place {
            self.known.resize(place + 1, None);
        }
        if let Some(known @ None) = self.known.get_mut(place) {
            *known = Some(look_up(names, index));
        }
    }

    /// A name that was looked up, taken apart; none if it has no registered domain, or no room was left for it.
    #[inline]
    pub fn of<'a>(&self, names: &'a Names, index: u32) -> Option<DnsQuery<'a>> {
        let Known { name, domain, before } = (*self.known.get(index as usize)?)?;
        let before = names.text(name).get(..before as usize)?.trim_end_matches('.');
        (domain != 0).then_some(DnsQuery { name, domain, before })
    }
}

fn look_up(names: &mut Names, index: u32) -> Known {
    let name = names.text(index).to_owned();
    let name = names.intern(&name);
    let text = names.text(name);
    let Some(domain) = registered(text).map(str::to_owned) else { return Known::default() };
    let before = (text.len() - domain.len()) as u32;
    Known { name, domain: names.keep(&domain), before }
}

/// A Wireshark filter that matches names of a domain. What is no letter, digit, hyphen or underscore stands for any bytes
/// there: programs show such bytes in different ways, and none of them may mean something else in the filter.
pub fn filter(registered: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut pattern = String::new();
    let mut was_plain = true;
    for c in registered.chars() {
        match c {
            '.' => pattern.push_str("[.]"),
            c if is_plain(c) => pattern.push(c),
            _ if was_plain => pattern.push_str(".*"),
            _ => {}
        }
        was_plain = is_plain(c);
    }
    format!("dns.qry.name matches \"(^|[.]){pattern}$\"")
}

/// The characters of texts, and what they can carry by how often each comes (Shannon).
#[derive(Clone, Debug)]
pub struct Characters {
    counts: [u32; 64],
}

impl Default for Characters {
    fn default() -> Self {
        Characters { counts: [0; 64] }
    }
}

impl Characters {
    /// Adds the characters of a text.
    pub fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            if let Some(count) = self.counts.get_mut(usize::from(byte.to_ascii_lowercase() & 63)) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// How many there are.
    pub fn n(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// Bits in a character; 0 if there is none.
    pub fn entropy(&self) -> f64 {
        entropy::bits(self.counts.iter().copied())
    }

    /// Bytes of data that a character can carry; names have no more than 64 different ones.
    pub fn bytes_each(&self) -> f64 {
        self.entropy().min(6.0) / 8.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_domains_are_told_from_suffixes() {
        assert_eq!(registered("a.b.example.co.uk."), Some("example.co.uk"));
        assert_eq!(registered("a.b.name.no.such.suffix.exists"), Some("suffix.exists"));
        assert_eq!(registered("site.github.io"), Some("site.github.io"));
        assert_eq!(registered("www.city.kawasaki.jp"), Some("city.kawasaki.jp"));
        assert_eq!(registered("co.uk"), None);
        assert_eq!(registered("a..com"), None);
        assert_eq!(registered("localhost"), None);
        assert_eq!(registered("4.3.2.1.in-addr.arpa"), None);
    }

    #[test]
    fn a_name_is_taken_apart_once_and_the_same_again() {
        let (mut domains, mut names) = (Domains::default(), Names::default());
        let said = names.keep("A.b.Example.COM.");
        let name = names.keep("a.b.example.com");
        let domain = names.keep("example.com");
        let none = names.keep("localhost");
        for _ in 0..2 {
            [said, domain, none, 0].into_iter().for_each(|index| domains.learn(&mut names, index));
            assert_eq!(domains.of(&names, said), Some(DnsQuery { name, domain, before: "a.b" }));
            assert_eq!(domains.of(&names, domain), Some(DnsQuery { name: domain, domain, before: "" }));
            assert_eq!([none, 0].map(|index| domains.of(&names, index)), [None, None]);
        }
    }

    #[test]
    fn a_filter_holds_no_characters_that_could_mean_something_else() {
        assert_eq!(filter("ex-a.pw"), "dns.qry.name matches \"(^|[.])ex-a[.]pw$\"");
        assert_eq!(filter("a\" || ip.pw"), "dns.qry.name matches \"(^|[.])a.*ip[.]pw$\"");
        assert_eq!(filter("a\u{fffd}\u{fffd}\\.b.pw"), "dns.qry.name matches \"(^|[.])a.*[.]b[.]pw$\"");
    }

    #[test]
    fn entropy_counts_bits() {
        let mut characters = Characters::default();
        characters.add("abcdabcd");
        assert_eq!(characters.entropy(), 2.0);
    }
}
