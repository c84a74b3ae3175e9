//! A text to the same text with pseudonyms, run by run: a run is a stretch of letters, digits and the signs that addresses
//! and names have.

use super::cipher::{Keyed, PseudonymKey};
use super::names::{is_of_run, looks_like_name, pseudonym};
use super::packets::{self, PseudonymCache};
use crate::model::net::addr::{mac_from_text, mac_text};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

/// How a text escapes letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notation {
    /// With backslashes, as JSON.
    Json,
    /// In any other way, none of which looks like part of a name.
    Other,
}

impl Notation {
    /// Of files of a media type.
    pub fn of_media_type(media_type: &str) -> Notation {
        if media_type.contains("json") { Notation::Json } else { Notation::Other }
    }
}

/// Most runs whose pseudonyms are remembered, and the longest of these, bytes.
const MOST_REMEMBERED: usize = 1 << 16;
const MOST_REMEMBERED_BYTES: usize = 256;
/// The longest line that is rewritten as a whole, bytes; longer ones are cut between runs.
const MOST_LINE_BYTES: usize = 1 << 20;

/// Replaces addresses and names under a key.
pub struct Pseudonyms {
    keyed: Keyed,
    names: BTreeSet<String>,
    /// Ids of findings are hashes of addresses that anybody can compute.
    ids: BTreeMap<String, String>,
    remembered: BTreeMap<String, String>,
    cache: PseudonymCache,
}

impl Pseudonyms {
    /// Under a key, for an input that holds these names (in lower case) and has findings of these ids.
    pub fn new<'a>(key: &PseudonymKey, names: BTreeSet<String>, ids: impl Iterator<Item = &'a str>) -> Pseudonyms {
        let keyed = Keyed::new(key);
        let mut renamed = BTreeMap::new();
        for id in ids {
            let (detector, old) = id.rsplit_once('-').unwrap_or((id, ""));
            let new: String = keyed.hash(b'i', id).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            renamed.insert(id.to_owned(), format!("{detector}-{new}"));
            // Anchors have more around an id. Shorter ends are no hash.
            if old.len() >= 8 {
                renamed.insert(old.to_owned(), new);
            }
        }
        let ids = renamed;
        Pseudonyms { ids, names, keyed, remembered: BTreeMap::new(), cache: PseudonymCache::default() }
    }

    /// The headers of a packet with pseudonyms, of a LINKTYPE_ number; what it carries is left out.
    pub fn packet(&mut self, link_type: u16, captured: &[u8]) -> Vec<u8> {
        packets::headers(&self.keyed, &mut self.cache, link_type, captured)
    }

    /// The text with pseudonyms.
    pub fn rewrite(&mut self, text: &str, notation: Notation) -> String {
        let mut out = String::with_capacity(text.len() + text.len() / 8);
        let mut rest = text;
        while let Some(start) = rest.find(is_of_run) {
            let (before, from) = rest.split_at(start);
            // The letter behind a backslash is part of the escape, and so are the digits of `\u`.
            let n_slashes = before.len() - before.trim_end_matches('\\').len();
            let n_escaped = match from.as_bytes().first() {
                Some(b'u') if notation == Notation::Json && n_slashes % 2 == 1 => 5,
                Some(b'n' | b't' | b'r' | b'b' | b'f') if notation == Notation::Json && n_slashes % 2 == 1 => 1,
                _ => 0,
            };
            let n_escaped = from.floor_char_boundary(n_escaped);
            out.push_str(before);
            let (escaped, from) = from.split_at(n_escaped);
            out.push_str(escaped);
            let end = from.find(|letter| !is_of_run(letter)).unwrap_or(from.len());
            let (run, behind) = from.split_at(end);
            out.push_str(&self.run(run, n_mask_bits(behind)));
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// A run, with the signs around it left out; as a network if the length of its prefix stands behind it.
    fn run<'a>(&mut self, run: &'a str, n_mask_bits: Option<u32>) -> Cow<'a, str> {
        if run.len() < 2 {
            return Cow::Borrowed(run);
        }
        if let Some(known) = self.remembered.get(run).filter(|_| n_mask_bits.is_none()) {
            return if known == run { Cow::Borrowed(run) } else { Cow::Owned(known.clone()) };
        }
        let is_sign = |letter: char| matches!(letter, '.' | '-' | '_');
        // A colon is part of an address only: `::1`, `fe80::`.
        let inner = run.trim_matches(is_sign);
        let inner = if is_address(inner) { inner } else { inner.trim_matches([':', '.', '-', '_']) };
        let start = inner.as_ptr() as usize - run.as_ptr() as usize;
        let (before, after) = (run.get(..start).unwrap_or(""), run.get(start + inner.len()..).unwrap_or(""));
        let said = format!("{before}{}{after}", self.token(inner, n_mask_bits));
        let is_short = run.len() <= MOST_REMEMBERED_BYTES;
        if n_mask_bits.is_none() && is_short && self.remembered.len() < MOST_REMEMBERED {
            self.remembered.insert(run.to_owned(), said.clone());
        }
        Cow::Owned(said)
    }

    fn token(&self, text: &str, n_mask_bits: Option<u32>) -> String {
        if let Some(id) = self.ids.get(text) {
            return id.clone();
        }
        if let Some(said) = self.address(text, n_mask_bits) {
            return said;
        }
        if let Some((front, uuid)) = split_uuid(text) {
            return format!("{front}{}", self.uuid(uuid));
        }
        let lower = text.to_lowercase();
        if self.names.contains(&lower) || looks_like_name(&lower) || self.is_below_known(&lower) {
            return pseudonym(&self.keyed, &lower);
        }
        // `198.18.10.5:443`, `anna:secret`, `10.0.0.5-report`, `scan.anna.txt`.
        for sign in [':', '-', '_', '.'] {
            if sign == '.'
                && let Some(said) = self.quads(text)
            {
                return said;
            }
            if text.contains(sign) {
                let parts: Vec<String> = text.split(sign).map(|part| self.token(part, None)).collect();
                return parts.join(sign.to_string().as_str());
            }
        }
        text.to_owned()
    }

    fn address(&self, text: &str, n_mask_bits: Option<u32>) -> Option<String> {
        if !text.starts_with(|letter: char| letter.is_ascii_hexdigit() || letter == ':') {
            return None;
        }
        if let Ok(v4) = text.parse::<Ipv4Addr>() {
            let bits = u32::from(self.keyed.v4(v4));
            let mask = n_mask_bits.map_or(u32::MAX, |n| u32::MAX.checked_shl(32_u32.saturating_sub(n)).unwrap_or(0));
            return Some(Ipv4Addr::from(bits & mask).to_string());
        }
        if let Some(mac) = mac_from_text(text) {
            let own = mac_text(self.keyed.mac(mac));
            return Some(if text.contains('-') { own.replace(':', "-") } else { own });
        }
        let v6 = text.contains(':').then(|| text.parse::<Ipv6Addr>().ok()).flatten()?;
        let bits = u128::from(self.keyed.v6(v6));
        let mask = n_mask_bits.map_or(u128::MAX, |n| u128::MAX.checked_shl(128_u32.saturating_sub(n)).unwrap_or(0));
        Some(Ipv6Addr::from(bits & mask).to_string())
    }

    /// STIX makes its ids of what they are about, so that anybody can try out addresses.
    fn uuid(&self, uuid: &str) -> String {
        let hex: String = self.keyed.hash(b'u', uuid).iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// True for a name in a domain that is known.
    fn is_below_known(&self, name: &str) -> bool {
        let mut rest = name;
        while let Some((_, behind)) = rest.split_once('.') {
            if behind.contains('.') && self.names.contains(behind) {
                return true;
            }
            rest = behind;
        }
        false
    }

    /// IPv4 addresses among labels: `10.0.0.5.pcap`.
    fn quads(&self, text: &str) -> Option<String> {
        let labels: Vec<&str> = text.split('.').collect();
        let place = (0..labels.len()).find(|place| {
            let four = labels.get(*place..place + 4);
            four.is_some_and(|four| four.join(".").parse::<Ipv4Addr>().is_ok())
        })?;
        let four = labels.get(place..place + 4)?.join(".");
        let before = labels.get(..place)?.iter().map(|label| self.token(label, None));
        let behind = labels.get(place + 4..)?.iter().map(|label| self.token(label, None));
        let parts: Vec<String> = before.chain([self.address(&four, None)?]).chain(behind).collect();
        Some(parts.join("."))
    }
}

/// What stands before a UUID at the end, and the UUID.
fn split_uuid(text: &str) -> Option<(&str, &str)> {
    let start = text.len().checked_sub(36).filter(|start| text.is_char_boundary(*start))?;
    let (front, uuid) = text.split_at(start);
    let is_uuid = uuid.bytes().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    is_uuid.then_some((front, uuid))
}

fn is_address(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// The length of a prefix, as in `10.0.0.0/24`, from what stands behind an address.
fn n_mask_bits(behind: &str) -> Option<u32> {
    let digits = behind.strip_prefix('/')?;
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    let is_path = digits
        .get(end..)
        .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '/'));
    digits.get(..end).filter(|_| !is_path)?.parse().ok().filter(|n| *n <= 128)
}

/// Writes what it is given with pseudonyms, line by line.
pub struct Rewriter<'a, W: Write> {
    out: W,
    pseudonyms: &'a mut Pseudonyms,
    notation: Notation,
    pending: Vec<u8>,
}

impl<'a, W: Write> Rewriter<'a, W> {
    /// In front of `out`.
    pub fn new(out: W, pseudonyms: &'a mut Pseudonyms, notation: Notation) -> Rewriter<'a, W> {
        Rewriter { out, pseudonyms, notation, pending: Vec::new() }
    }

    /// Writes with pseudonyms what `fill` writes.
    ///
    /// # Errors
    /// Those of `fill`, or what is behind cannot be written.
    pub fn through(
        out: W,
        pseudonyms: &'a mut Pseudonyms,
        notation: Notation,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut rewriter = Rewriter::new(out, pseudonyms, notation);
        fill(&mut rewriter)?;
        rewriter.finish()
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// What is behind cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.pending);
        self.pass(&rest)?;
        self.out.flush()
    }

    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = self.pseudonyms.rewrite(&String::from_utf8_lossy(bytes), self.notation);
        self.out.write_all(text.as_bytes())
    }
}

impl<W: Write> Write for Rewriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        let end = self.pending.iter().rposition(|byte| *byte == b'\n').map(|place| place + 1);
        let is_long = self.pending.len() > MOST_LINE_BYTES;
        // Of a long line, up to a sign that no run has.
        let end = end
            .or_else(|| self.pending.iter().rposition(|byte| *byte == b' ').filter(|_| is_long).map(|place| place + 1));
        if let Some(end) = end {
            let rest = self.pending.split_off(end);
            let lines = std::mem::replace(&mut self.pending, rest);
            self.pass(&lines)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonyms(names: &[&str]) -> Pseudonyms {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Pseudonyms::new(&PseudonymKey::new([5; 32]), names, ["port_scan-0a1b2c3d"].into_iter())
    }

    fn rewritten(text: &str) -> String {
        pseudonyms(&["anna", "db01", "corp.zz", "аррӏе"]).rewrite(text, Notation::Other)
    }

    #[test]
    fn whatever_has_the_shape_of_an_address_goes_wherever_it_stands() {
        let texts = [
            "10.1.2.3 scanned 10.1.2.4.",
            "(10.1.2.3:443)",
            "http://10.1.2.3/x",
            "ip.addr == 10.1.2.3&&tcp",
            "scan-10.1.2.3.pcap",
            "&quot;10.1.2.3&quot;",
            "10.1.2.3\u{2013}80",
        ];
        for text in texts {
            assert!(!rewritten(text).contains("10.1.2.3"), "{text}: {}", rewritten(text));
        }
        for text in ["fe80::1", "[2001:db8::5]:80", "00:1b:21:07:07:07", "00-1B-21-07-07-07", "::ffff:10.1.2.3"] {
            assert_ne!(rewritten(text), text);
            assert!(!rewritten(text).to_lowercase().contains(&text[1..text.len() - 1].to_lowercase()), "{text}");
        }
        let (mac, dashed) = (rewritten("00:1b:21:07:07:07"), rewritten("00-1B-21-07-07-07"));
        assert_eq!(mac.replace(':', "-"), dashed);
        assert_eq!(rewritten("0.0.0.0, :: and ff:ff:ff:ff:ff:ff"), "0.0.0.0, :: and ff:ff:ff:ff:ff:ff");
    }

    #[test]
    fn a_network_stays_one_that_holds_its_hosts() {
        let network = rewritten("10.1.2.0/24");
        let host = rewritten("10.1.2.77");
        assert!(network.ends_with(".0/24"), "{network}");
        assert_eq!(network.rsplit_once('.').unwrap().0, host.rsplit_once('.').unwrap().0);
    }

    #[test]
    fn names_go_and_words_times_and_fields_stay() {
        let kept = "At 2026-11-21 09:41:05 UTC, tcp.port == 443 and dns.qry.name: 1,234 packets (3.20 s), port_scan.ports, e.g. this.";
        assert_eq!(rewritten(kept), kept);
        for text in ["user anna", "CORP\\Anna", "anna@mail.example.com", "db01:445", "x.y.corp.zz", "reads аррӏе"]
        {
            let said = rewritten(text).to_lowercase();
            assert!(
                !["anna", "db01", "corp.zz", "mail.example", "аррӏе"].iter().any(|name| said.contains(name)),
                "{said}"
            );
        }
        assert_ne!(rewritten("port_scan-0a1b2c3d"), "port_scan-0a1b2c3d");
        assert!(rewritten("#port_scan-0a1b2c3d").starts_with("#port_scan-"));
        assert_eq!(rewritten("annabel"), "annabel");
    }

    #[test]
    fn escapes_of_json_are_no_part_of_a_name() {
        let mut all = pseudonyms(&["anna"]);
        let said = all.rewrite("\"a\\nanna\\u202eanna\\\\anna\"", Notation::Json);
        assert!(
            !said.contains("anna") && said.starts_with("\"a\\n") && said.contains("\\u202e") && said.contains("\\\\"),
            "{said}"
        );
    }

    #[test]
    fn lines_are_written_whole_however_they_come() {
        let mut out = Vec::new();
        let mut all = pseudonyms(&[]);
        let mut writer = Rewriter::new(&mut out, &mut all, Notation::Other);
        for piece in ["10.1", ".2.3\nx 10.1.2.", "3"] {
            writer.write_all(piece.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        let expected = pseudonyms(&[]).rewrite("10.1.2.3\nx 10.1.2.3", Notation::Other);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
