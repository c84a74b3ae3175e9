//! Names to the domains that somebody registered, by the public suffix list (publicsuffix.org).

/// `www.example.co.uk` to `example.co.uk`; none for a public suffix itself, a single label, and names of addresses.
pub fn registered(name: &str) -> Option<&str> {
    let name = name.trim_end_matches('.');
    if name.ends_with(".arpa") || !name.contains('.') {
        return None;
    }
    psl::domain_str(name)
}

/// What stands before the registered domain, without the dot between.
pub fn before<'a>(name: &'a str, registered: &str) -> &'a str {
    name.trim_end_matches('.').strip_suffix(registered).map_or("", |before| before.trim_end_matches('.'))
}

/// Words of a Wireshark filter that match names of a domain; none if it holds characters that no host name has.
pub fn filter(registered: &str) -> Option<String> {
    let is_plain = registered.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_plain.then(|| format!("dns.qry.name matches \"(^|[.]){}$\"", registered.replace('.', "[.]")))
}

/// Bits in a character of a text, by how often each comes (Shannon).
#[derive(Clone, Debug)]
pub struct Characters {
    counts: [u32; 64],
    n: u32,
}

impl Default for Characters {
    fn default() -> Self {
        Characters { counts: [0; 64], n: 0 }
    }
}

impl Characters {
    /// Adds the characters of a text.
    pub fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            if let Some(count) = self.counts.get_mut(usize::from(byte.to_ascii_lowercase() & 63)) {
                *count = count.saturating_add(1);
                self.n = self.n.saturating_add(1);
            }
        }
    }

    /// Bits in a character; 0 if there is none.
    pub fn entropy(&self) -> f64 {
        let n = f64::from(self.n);
        let bits = |count: f64| -(count / n) * libm::log2(count / n);
        self.counts.iter().filter(|count| **count > 0).map(|count| bits(f64::from(*count))).sum::<f64>().max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_domains_are_told_from_suffixes() {
        assert_eq!(registered("a.b.example.co.uk."), Some("example.co.uk"));
        assert_eq!(registered("co.uk"), None);
        assert_eq!(registered("localhost"), None);
        assert_eq!(registered("4.3.2.1.in-addr.arpa"), None);
        assert_eq!(before("a.b.example.com", "example.com"), "a.b");
    }

    #[test]
    fn a_filter_holds_no_characters_that_could_mean_something_else() {
        assert_eq!(filter("ex-a.pw").as_deref(), Some("dns.qry.name matches \"(^|[.])ex-a[.]pw$\""));
        assert_eq!(filter("a\" || ip"), None);
    }

    #[test]
    fn entropy_counts_bits() {
        let mut characters = Characters::default();
        characters.add("abcdabcd");
        assert_eq!(characters.entropy(), 2.0);
    }
}
