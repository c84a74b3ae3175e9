//! Fingerprints of hellos: JA3 and JA3S (Salesforce, 2017), JA4 (FoxIO, 2023, the part under the BSD licence).

use crate::decode::app::support::digest;
use crate::decode::app::support::hello::ALPN;
use crate::decode::app::support::hello::Carrier;
use crate::decode::app::support::hello::ClientHello;
use crate::decode::app::support::hello::SERVER_NAME;
use crate::decode::app::support::hello::ServerHello;
use crate::maths::sorting::Arrange;
use sha2::{Digest, Sha256};

/// Characters of a digest that JA4 keeps.
const JA4_CHARS: usize = 12;
/// Room for the numbers of most hellos.
const LIKELY_CHARS: usize = 256;
/// JA4 counts no further.
const MOST_COUNTED: usize = 99;

/// `version,ciphers,extensions,groups,point formats`, without GREASE, as MD5.
pub(super) fn ja3(hello: &ClientHello<'_>) -> String {
    let mut text = Vec::with_capacity(LIKELY_CHARS);
    digest::push_decimal(&mut text, hello.version);
    join(&mut text, hello.ciphers());
    join(&mut text, hello.kinds());
    join(&mut text, hello.groups());
    join(&mut text, hello.point_formats().iter().map(|format| u16::from(*format)));
    digest::md5(&text)
}

/// `version,cipher,extensions` as MD5.
pub(super) fn ja3s(hello: &ServerHello<'_>) -> String {
    let mut text = Vec::with_capacity(LIKELY_CHARS);
    digest::push_decimal(&mut text, hello.version);
    join(&mut text, [hello.cipher]);
    join(&mut text, hello.extensions.iter().map(|extension| extension.kind));
    digest::md5(&text)
}

/// Carrier, version, whether a name is given, counts and ALPN; then digests of sorted ciphers, and of sorted extensions with
/// the signature algorithms in their order.
pub(super) fn ja4(hello: &ClientHello<'_>, carrier: Carrier) -> String {
    let mut ciphers: Vec<u16> = hello.ciphers().collect();
    let mut kinds: Vec<u16> = hello.kinds().collect();
    let n_kinds = kinds.len().min(MOST_COUNTED);
    let has_name = if hello.data(SERVER_NAME).is_some() { 'd' } else { 'i' };
    let start = format!(
        "{}{}{has_name}{:02}{n_kinds:02}{}",
        match carrier {
            Carrier::Tcp => 't',
            Carrier::Quic => 'q',
            Carrier::Dtls => 'd',
        },
        version(hello.highest()),
        ciphers.len().min(MOST_COUNTED),
        alpn(hello.alpn().next().unwrap_or(&[])),
    );
    ciphers.arrange();
    kinds.retain(|kind| ![SERVER_NAME, ALPN].contains(kind));
    kinds.arrange();
    let mut said = Vec::with_capacity(LIKELY_CHARS);
    hexes(&mut said, kinds);
    let n = said.len();
    if n > 0 {
        said.push(b'_');
    }
    hexes(&mut said, hello.signatures());
    if said.len() == n + 1 {
        said.truncate(n);
    }
    let mut listed = Vec::with_capacity(LIKELY_CHARS);
    hexes(&mut listed, ciphers);
    format!("{start}_{}_{}", cut(&listed), cut(&said))
}

fn version(version: u16) -> &'static str {
    match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    }
}

/// First and last character of the first protocol; of its hexadecimal digits if one of the two is no letter and no digit.
fn alpn(name: &[u8]) -> String {
    let (Some(first), Some(last)) = (name.first(), name.last()) else { return "00".to_owned() };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [*first, *last].iter().map(|byte| char::from(*byte)).collect();
    }
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    [digit(first >> 4), digit(last & 0x0f)].iter().collect()
}

/// The start of the SHA-256 of a list; zeros for an empty one.
fn cut(list: &[u8]) -> String {
    if list.is_empty() {
        return "0".repeat(JA4_CHARS);
    }
    digest::hex(Sha256::digest(list).get(..JA4_CHARS / 2).unwrap_or(&[]))
}

/// Adds a comma, and the numbers with hyphens between them.
fn join(text: &mut Vec<u8>, numbers: impl IntoIterator<Item = u16>) {
    text.push(b',');
    for (place, number) in numbers.into_iter().enumerate() {
        if place > 0 {
            text.push(b'-');
        }
        digest::push_decimal(text, number);
    }
}

/// Adds numbers in hexadecimal digits with commas between them.
fn hexes(text: &mut Vec<u8>, numbers: impl IntoIterator<Item = u16>) {
    for (place, number) in numbers.into_iter().enumerate() {
        if place > 0 {
            text.push(b',');
        }
        digest::push_hex(text, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of JA4's description: a Chrome of 2023.
    const CIPHERS: &str = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9";
    const REST: &str = "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_\
        0403,0804,0401,0503,0805,0501,0806,0601";

    #[test]
    fn the_published_digests_come_out() {
        assert_eq!(cut(CIPHERS.as_bytes()), "8daaf6152771");
        assert_eq!(cut(REST.as_bytes()), "e5627efa2ab1");
        assert_eq!(cut(b""), "000000000000");
        // The examples of JA3's description.
        let client = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0";
        assert_eq!(digest::md5(client.as_bytes()), "ada70206e40642a3e4461f35503241d5");
        assert_eq!(digest::md5(b"769,4-5-10-9-100-98-3-6-19-18-99,,,"), "de350869b8c85de67a350c8d186f11e6");
    }

    #[test]
    fn a_protocol_is_two_characters() {
        let two = |name: &[u8]| alpn(name);
        assert_eq!([two(b"h2"), two(b"http/1.1"), two(b"")], ["h2", "h1", "00"]);
        assert_eq!([two(b"\xab"), two(b"\x30\xab"), two(b"\x0a\x0a")], ["ab", "3b", "0a"]);
    }
}
