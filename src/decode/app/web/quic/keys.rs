//! The keys that protect Initial packets: derived from the connection id in the client's first packet, so that any
//! observer can (RFC 9001, section 5.2; RFC 9369, section 3.3).

use aes::Aes128;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;

const BLOCK_BYTES: usize = 16;
const SALT_VERSION_1: [u8; 20] = *b"\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a";
const SALT_VERSION_2: [u8; 20] = *b"\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9";
const SALT_DRAFT_29: [u8; 20] = *b"\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99";
const SALT_DRAFT_23: [u8; 20] = *b"\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02";

/// The side whose packets the keys protect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// The side that opened the connection.
    Client,
    /// The other side.
    Server,
}

/// Key, IV and header protection of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    key: [u8; 16],
    iv: [u8; 12],
    header: [u8; 16],
}

impl Keys {
    /// Those of one side, for the connection id that the client's first packets go to; none for versions that hide the
    /// keys.
    pub(super) fn new(version: u32, connection: &[u8], role: Role) -> Option<Keys> {
        let (salt, labels) = match version {
            crate::decode::app::web::quic::VERSION_1 | 0xff00_0021..=0xff00_0022 => (SALT_VERSION_1, LABELS),
            crate::decode::app::web::quic::VERSION_2 => (SALT_VERSION_2, LABELS_VERSION_2),
            0xff00_001d..=0xff00_0020 => (SALT_DRAFT_29, LABELS),
            0xff00_0017..=0xff00_001c => (SALT_DRAFT_23, LABELS),
            _ => return None,
        };
        let (_, initial) = Hkdf::<Sha256>::extract(Some(&salt), connection);
        let mut secret = [0; 32];
        let label: &[u8] = if role == Role::Client { b"client in" } else { b"server in" };
        expand(&initial, label, &mut secret)?;
        let secret = Hkdf::<Sha256>::from_prk(&secret).ok()?;
        let mut keys = Keys { key: [0; 16], iv: [0; 12], header: [0; 16] };
        let [key, iv, header] = labels;
        expand(&secret, key, &mut keys.key)?;
        expand(&secret, iv, &mut keys.iv)?;
        expand(&secret, header, &mut keys.header)?;
        Some(keys)
    }

    /// The mask that hides parts of the header (RFC 9001, section 5.4.3).
    pub(super) fn mask(&self, sample: [u8; BLOCK_BYTES]) -> [u8; BLOCK_BYTES] {
        let mut block = Array(sample);
        Aes128::new(&Array(self.header)).encrypt_block(&mut block);
        block.0
    }

    /// Decrypts the payload of a packet, or encrypts it: AES in counter mode, as GCM does it. The tag is not checked: frames
    /// that can be read prove as much here, also where the packet's end was not captured.
    pub(super) fn unlock(&self, packet_number: u32, payload: &mut [u8], is_wanted: impl Fn(&[u8]) -> bool) -> bool {
        let cipher = Aes128::new(&Array(self.key));
        let mut nonce = [0; BLOCK_BYTES];
        let number = u128::from(packet_number) << 32;
        let iv = self.iv.iter().fold(0_u128, |iv, byte| iv << 8 | u128::from(*byte)) << 32;
        for (n, chunk) in (2_u32..).zip(payload.chunks_mut(BLOCK_BYTES)) {
            nonce.copy_from_slice(&(iv ^ number | u128::from(n)).to_be_bytes());
            let mut block = Array(nonce);
            cipher.encrypt_block(&mut block);
            chunk.iter_mut().zip(block.0).for_each(|(byte, mask)| *byte ^= mask);
            if n == 2 && !is_wanted(chunk) {
                return false;
            }
        }
        true
    }
}

/// Labels of key, IV and header protection in version 1 (RFC 9001, section 5.1).
const LABELS: [&[u8]; 3] = [b"quic key", b"quic iv", b"quic hp"];
/// The same in version 2 (RFC 9369, section 3.3.2).
const LABELS_VERSION_2: [&[u8]; 3] = [b"quicv2 key", b"quicv2 iv", b"quicv2 hp"];

/// HKDF-Expand-Label without a context (RFC 8446, section 7.1).
fn expand(secret: &Hkdf<Sha256>, label: &[u8], out: &mut [u8]) -> Option<()> {
    const PREFIX: &[u8] = b"tls13 ";
    let lengths = [0, u8::try_from(out.len()).ok()?, u8::try_from(PREFIX.len() + label.len()).ok()?];
    secret.expand_multi_info(&[&lengths, PREFIX, label, &[0]], out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::digest::hex;

    /// The connection id of the examples (RFC 9001, appendix A; RFC 9369, appendix A).
    const CONNECTION: &[u8] = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08";

    fn keys(version: u32, role: Role) -> [String; 3] {
        let keys = Keys::new(version, CONNECTION, role).unwrap();
        [hex(&keys.key), hex(&keys.iv), hex(&keys.header)]
    }

    #[test]
    fn the_published_keys_come_out() {
        assert_eq!(
            keys(super::super::VERSION_1, Role::Client),
            ["1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"]
        );
        assert_eq!(
            keys(super::super::VERSION_2, Role::Client),
            ["8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"]
        );
        assert_eq!(
            keys(super::super::VERSION_1, Role::Server),
            ["cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e", "c206b8d9b9f0f37644430b490eeaa314"]
        );
        assert_eq!(Keys::new(0x5130_3433, CONNECTION, Role::Client), None);
    }

    #[test]
    fn the_published_mask_comes_out() {
        let keys = Keys::new(super::super::VERSION_1, CONNECTION, Role::Client).unwrap();
        let mask = keys.mask(*b"\xd1\xb1\xc9\x8d\xd7\x68\x9f\xb8\xec\x11\xd2\x42\xb1\x23\xdc\x9b");
        assert_eq!(hex(&mask[..5]), "437b9aec36");
    }
}
