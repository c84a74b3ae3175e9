//! SSH: the identification strings, the fingerprints HASSH and HASSHServer of the key exchange's first messages, which are
//! in the clear (RFC 4253, sections 4.2, 6 and 7.1; HASSH: Salesforce, 2018), and how the login ended.

mod login;

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::digest;
use crate::decode::app::support::lines;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use login::{Answer, Login};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Ssh,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Ssh::default()) }),
    frame: None,
};

const KEXINIT: u8 = 20;
/// All that follows is encrypted.
const NEWKEYS: u8 = 21;
/// Most bytes of a packet (RFC 4253, section 6.1).
const MOST_PACKET_BYTES: u32 = 35_000;
/// A server may say other lines before its identification (RFC 4253, section 4.2).
const MOST_LINES: u8 = 16;

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    if bytes.starts_with(b"SSH-2.0-") || bytes.starts_with(b"SSH-1.") {
        return ProbeResult::Certain;
    }
    let may_follow = [&b"SSH-2.0-"[..], b"SSH-1."].iter().any(|whole| whole.starts_with(bytes));
    if may_follow { ProbeResult::NeedMore } else { ProbeResult::NotForUs }
}

#[derive(Default)]
struct Ssh {
    sides: [Side; 2],
    login: Login,
    /// Nothing more can be told.
    is_over: bool,
}

#[derive(Default)]
struct Side {
    is_identified: bool,
    is_encrypted: bool,
    n_lines: u8,
}

impl StreamParser for Ssh {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if self.is_over {
            return ParseStep::Done;
        }
        let side = self.side(direction);
        if !side.is_identified {
            return side.identification(direction, bytes, fields);
        }
        if !side.is_encrypted {
            return side.exchange(direction, bytes, fields);
        }
        match direction {
            Direction::ToResponder => self.login.ask(),
            Direction::ToOriginator => self.answer(bytes.len(), fields),
        }
        if self.is_over { ParseStep::Done } else { ParseStep::Took(bytes.len()) }
    }

    /// Without a packet of the encrypted part the others cannot be told apart.
    fn on_gap(&mut self, direction: Direction) -> bool {
        self.is_over |= self.side(direction).is_encrypted;
        !self.is_over
    }

    fn find_start(&mut self, direction: Direction, bytes: &[u8]) -> Option<usize> {
        if bytes.starts_with(b"SSH-") {
            return Some(0);
        }
        // The line that names the software may be what is missing: the exchange of keys follows it.
        let mut rest = bytes;
        let is_exchange = rest.u32().is_some_and(|n| n <= MOST_PACKET_BYTES) && rest.get(1) == Some(&KEXINIT);
        self.side(direction).is_identified |= is_exchange;
        is_exchange.then_some(0)
    }
}

impl Side {
    fn identification(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        let Some(said) = line.strip_prefix(b"SSH-") else {
            self.n_lines += 1;
            return if self.n_lines < MOST_LINES { ParseStep::Took(n) } else { ParseStep::Done };
        };
        let version = said.split(|byte| *byte == b'-').next().unwrap_or(said);
        fields.begin();
        fields.bytes(if direction == Direction::ToResponder { FieldId::Agent } else { FieldId::Banner }, line);
        fields.bytes(FieldId::Version, version);
        self.is_identified = true;
        // Version 1 exchanges keys in another way; 1.99 is one of 2.0 that knows both.
        if matches!(version, b"2.0" | b"1.99") { ParseStep::Took(n) } else { ParseStep::Done }
    }

    /// Reads a packet behind the identification that is not encrypted.
    fn exchange(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let mut rest = bytes;
        let Some(n) = rest.u32() else { return ParseStep::Took(0) };
        if n > MOST_PACKET_BYTES {
            return ParseStep::Done;
        }
        let Some(packet) = rest.take(n as usize) else { return ParseStep::Took(0) };
        self.is_encrypted = packet.get(1) == Some(&NEWKEYS);
        let mark = fields.mark();
        fields.begin();
        if fingerprint(direction, packet, fields).is_none() {
            fields.forget(mark);
        }
        ParseStep::Took(bytes.len() - rest.len())
    }
}

impl Ssh {
    fn side(&mut self, direction: Direction) -> &mut Side {
        let [forward, backward] = &mut self.sides;
        if direction == Direction::ToResponder { forward } else { backward }
    }

    /// The server sent a segment that cannot be read.
    fn answer(&mut self, n_bytes: usize, fields: &mut FieldBuffer) {
        let outcome = match self.login.answer(n_bytes) {
            Answer::Unclear => return,
            Answer::Over => return self.is_over = true,
            Answer::Refused => Outcome::Refused,
            Answer::Accepted => Outcome::Accepted,
        };
        self.is_over = outcome == Outcome::Accepted;
        fields.begin();
        fields.token(FieldId::Login, outcome);
    }
}

/// The name-lists of SSH_MSG_KEXINIT, those of the way that the sender speaks for, as MD5.
fn fingerprint(direction: Direction, packet: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut cursor = packet;
    cursor.u8()?;
    (cursor.u8()? == KEXINIT).then_some(())?;
    // The cookie.
    cursor.take(16)?;
    let kex = cursor.field32()?;
    cursor.field32()?;
    let [cipher_to_server, cipher_to_client] = [cursor.field32()?, cursor.field32()?];
    let [mac_to_server, mac_to_client] = [cursor.field32()?, cursor.field32()?];
    let [compression_to_server, compression_to_client] = [cursor.field32()?, cursor.field32()?];
    let (kind, lists) = match direction {
        Direction::ToResponder => (FieldId::Hassh, [kex, cipher_to_server, mac_to_server, compression_to_server]),
        Direction::ToOriginator => {
            (FieldId::HasshServer, [kex, cipher_to_client, mac_to_client, compression_to_client])
        }
    };
    fields.text(FieldId::Message, "key exchange");
    fields.text(kind, &digest::md5(&lists.join(&b';')));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A KEXINIT with these lists for each way.
    fn packet(lists: [&str; 4]) -> Vec<u8> {
        let [kex, cipher, mac, compression] = lists;
        let mut packet = vec![4, KEXINIT];
        packet.extend([7; 16]);
        for list in [kex, "ssh-ed25519", cipher, "other", mac, "other", compression, "other", "", ""] {
            packet.extend((list.len() as u32).to_be_bytes());
            packet.extend(list.as_bytes());
        }
        packet.extend([0; 9]);
        let mut bytes = (packet.len() as u32).to_be_bytes().to_vec();
        bytes.extend(packet);
        bytes
    }

    #[test]
    fn banner_and_fingerprint_are_read_and_no_prefix_panics() {
        let packet = packet(["curve25519-sha256", "aes128-ctr", "hmac-sha2-256", "none"]);
        let mut ssh = Ssh::default();
        let mut fields = FieldBuffer::default();
        let banner = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
        assert_eq!(ssh.on_data(Direction::ToResponder, banner, &mut fields), ParseStep::Took(banner.len()));
        for end in 0..packet.len() {
            assert_eq!(ssh.on_data(Direction::ToResponder, &packet[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(ssh.on_data(Direction::ToResponder, &packet, &mut fields), ParseStep::Took(packet.len()));
        let messages: Vec<_> = fields.messages().collect();
        assert_eq!(messages[0].text(FieldId::Agent), Some("SSH-2.0-OpenSSH_9.2p1 Debian-2"));
        assert_eq!(messages[0].text(FieldId::Version), Some("2.0"));
        let whole = digest::md5(b"curve25519-sha256;aes128-ctr;hmac-sha2-256;none");
        assert_eq!(messages[1].text(FieldId::Hassh), Some(whole.as_str()));
    }

    #[test]
    fn a_login_is_told_behind_the_exchange_of_keys() {
        let packet = packet(["curve25519-sha256", "aes128-ctr", "hmac-sha2-256", "none"]);
        let new_keys = [0, 0, 0, 12, 10, NEWKEYS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut ssh = Ssh::default();
        let mut fields = FieldBuffer::default();
        for direction in [Direction::ToResponder, Direction::ToOriginator] {
            ssh.on_data(direction, b"SSH-2.0-x\r\n", &mut fields);
            ssh.on_data(direction, &packet, &mut fields);
            assert_eq!(ssh.on_data(direction, &new_keys, &mut fields), ParseStep::Took(new_keys.len()));
        }
        for n in [44, 76, 76, 76, 28] {
            assert_eq!(ssh.on_data(Direction::ToResponder, &[1; 84], &mut fields), ParseStep::Took(84));
            ssh.on_data(Direction::ToOriginator, &[1; 300][..n], &mut fields);
        }
        let outcomes: Vec<Outcome> =
            fields.messages().filter_map(|said| said.kind::<Outcome>(FieldId::Login)).collect();
        assert_eq!(outcomes, [Outcome::Refused, Outcome::Refused, Outcome::Accepted]);
        assert_eq!(ssh.on_data(Direction::ToResponder, &[1; 60], &mut fields), ParseStep::Done);
        assert!(!ssh.on_gap(Direction::ToResponder));
    }

    #[test]
    fn no_slice_of_an_identification_is_taken_for_something_else() {
        let ends = PortPair::new(true, 50_000, 22);
        for whole in [&b"SSH-2.0-x"[..], b"SSH-1.99-x"] {
            for end in 0..=whole.len() {
                assert_ne!(guess(&whole[..end], &ends), ProbeResult::NotForUs, "{end}");
            }
        }
        assert_eq!(guess(b"SSH-3", &ends), ProbeResult::NotForUs);
    }

    #[test]
    fn lines_before_the_banner_are_passed_over() {
        let mut ssh = Ssh::default();
        let mut fields = FieldBuffer::default();
        assert_eq!(ssh.on_data(Direction::ToOriginator, b"Go away\r\n", &mut fields), ParseStep::Took(9));
        assert_eq!(ssh.on_data(Direction::ToOriginator, b"SSH-1.5-old\n", &mut fields), ParseStep::Done);
        assert_eq!(fields.messages().next().unwrap().text(FieldId::Banner), Some("SSH-1.5-old"));
    }
}
