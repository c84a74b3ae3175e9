//! The key, and what is computed under it: addresses by Crypto-PAn, and short words by a keyed hash.

use aes::Aes128;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Thirty-two secret bytes: the same key gives the same pseudonyms.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PseudonymKey([u8; PseudonymKey::N_BYTES]);

/// Keeps the key out of logs and error messages.
impl fmt::Debug for PseudonymKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PseudonymKey(..)")
    }
}

impl PseudonymKey {
    /// Bytes of a key.
    pub const N_BYTES: usize = 32;

    /// From bytes that nobody can guess.
    pub fn new(bytes: [u8; PseudonymKey::N_BYTES]) -> PseudonymKey {
        PseudonymKey(bytes)
    }

    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<PseudonymKey> {
        let digits = text.trim();
        let mut bytes = [0; PseudonymKey::N_BYTES];
        for (place, byte) in bytes.iter_mut().enumerate() {
            let pair = digits
                .get(2 * place..2 * place + 2)
                .filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        (digits.len() == 2 * PseudonymKey::N_BYTES).then_some(PseudonymKey(bytes))
    }

    /// As 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a key computes.
pub struct Keyed {
    aes: Aes128,
    /// What stands behind the bits of an address that are looked at.
    pad: [u8; 16],
}

impl Keyed {
    /// With the first half of the key for the cipher, and the second for the padding, as the reference has it.
    pub fn new(key: &PseudonymKey) -> Keyed {
        let (mut cipher_key, mut pad) = ([0; 16], [0; 16]);
        for (to, from) in cipher_key.iter_mut().chain(&mut pad).zip(key.0) {
            *to = from;
        }
        let aes = Aes128::new(&Array(cipher_key));
        let mut keyed = Keyed { aes, pad };
        keyed.pad = keyed.encrypted(pad);
        keyed
    }

    fn encrypted(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = Array(block);
        self.aes.encrypt_block(&mut block);
        block.0
    }

    /// The first `n_bits` of 128, the rest unchanged: bit by bit, each is turned over or not by what stands before it (Xu, Fan,
    /// Ammar, Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002).
    fn prefix_preserving(&self, bits: u128, n_bits: u32) -> u128 {
        let pad = u128::from_be_bytes(self.pad);
        let mut turned = 0;
        for place in 0..n_bits {
            let rest = u128::MAX.checked_shr(place).unwrap_or(0);
            let first = u128::from_be_bytes(self.encrypted(((bits & !rest) | (pad & rest)).to_be_bytes()));
            turned |= (first >> 127) << (127 - place);
        }
        bits ^ turned
    }

    /// Two addresses keep the length of their common prefix. 0.0.0.0 and 255.255.255.255, which belong to nobody, are returned unchanged.
    pub fn v4(&self, address: Ipv4Addr) -> Ipv4Addr {
        if address.is_unspecified() || address.is_broadcast() {
            return address;
        }
        let bits = u128::from(u32::from(address)) << 96;
        Ipv4Addr::from((self.prefix_preserving(bits, 32) >> 96) as u32)
    }

    /// The same over 128 bits, `::` unchanged; an IPv4-mapped address is treated by [`Keyed::v4`] and stays IPv4-mapped.
    pub fn v6(&self, address: Ipv6Addr) -> Ipv6Addr {
        if address.is_unspecified() {
            return address;
        }
        if let Some(v4) = address.to_ipv4_mapped() {
            return self.v4(v4).to_ipv6_mapped();
        }
        Ipv6Addr::from(self.prefix_preserving(u128::from(address), 128))
    }

    /// A keyed hash of a text: CBC-MAC with the length before the text, which makes it safe for texts of any length.
    pub fn hash(&self, purpose: u8, text: &str) -> [u8; 16] {
        let mut block = [0; 16];
        let head = (text.len() as u64).to_be_bytes();
        for (to, from) in block.iter_mut().zip([purpose].into_iter().chain(head)) {
            *to = from;
        }
        let mut state = self.encrypted(block);
        for part in text.as_bytes().chunks(16) {
            for (to, from) in state.iter_mut().zip(part) {
                *to ^= from;
            }
            state = self.encrypted(state);
        }
        state
    }

    /// A MAC address to a locally administered one; the multicast bit is kept, all zeros and broadcast are returned unchanged.
    pub fn mac(&self, address: [u8; 6]) -> [u8; 6] {
        if address == [0; 6] || address == [0xff; 6] {
            return address;
        }
        let [first, ..] = address;
        let text: String = address.iter().map(|byte| format!("{byte:02x}")).collect();
        let [a, b, c, d, e, f, ..] = self.hash(b'm', &text);
        [(a & 0xfc) | 2 | (first & 1), b, c, d, e, f]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the pairs that the reference implementation of Crypto-PAn comes with.
    const KEY: [u8; 32] = [
        21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39,
        98, 87, 76, 45, 42, 132, 34, 2,
    ];
    const PAIRS: [(&str, &str); 6] = [
        ("128.11.68.132", "135.242.180.132"),
        ("129.118.74.4", "134.136.186.123"),
        ("130.132.252.244", "133.68.164.234"),
        ("141.223.7.43", "141.167.8.160"),
        ("141.233.145.108", "141.129.237.235"),
        ("152.163.225.39", "151.140.114.167"),
    ];

    #[test]
    fn addresses_are_those_of_the_reference() {
        let keyed = Keyed::new(&PseudonymKey::new(KEY));
        for (from, to) in PAIRS {
            assert_eq!(keyed.v4(from.parse().unwrap()).to_string(), to, "{from}");
        }
    }

    #[test]
    fn addresses_of_both_families_keep_common_prefixes() {
        let keyed = Keyed::new(&PseudonymKey::new(KEY));
        let v6 = |text: &str| u128::from(keyed.v6(text.parse().unwrap()));
        let common = |a: u128, b: u128| (a ^ b).leading_zeros();
        assert_eq!(common(v6("2001:db8::1"), v6("2001:db8::2")), 126);
        assert_eq!(common(v6("2001:db8::1"), v6("2001:db8:8000::1")), 32);
        let v4 = |text: &str| u32::from(keyed.v4(text.parse().unwrap()));
        assert_eq!((v4("10.1.2.3") ^ v4("10.1.3.3")).leading_zeros(), 23);
    }

    #[test]
    fn a_key_is_read_as_it_is_written_and_hashes_differ_by_key_purpose_and_text() {
        let key = PseudonymKey::new(KEY);
        assert_eq!(PseudonymKey::parse(&key.hex()).map(|read| read.hex()), Some(key.hex()));
        assert!(PseudonymKey::parse("12").is_none() && PseudonymKey::parse(&"g".repeat(64)).is_none());
        assert!(PseudonymKey::parse(&"0".repeat(66)).is_none());
        let (a, b) = (Keyed::new(&key), Keyed::new(&PseudonymKey::new([7; 32])));
        let all = [a.hash(1, "x"), a.hash(2, "x"), a.hash(1, "y"), a.hash(1, "x\0"), b.hash(1, "x")];
        assert!(all.iter().enumerate().all(|(place, one)| !all.iter().skip(place + 1).any(|other| other == one)));
        assert_eq!((a.mac([2, 2, 3, 4, 5, 6])[0] & 3, a.mac([1, 2, 3, 4, 5, 6])[0] & 3), (2, 3));
    }
}
