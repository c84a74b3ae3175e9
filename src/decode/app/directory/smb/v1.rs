//! SMB 1 messages (MS-CIFS and MS-SMB, section 2.2): dialect, login, share, files, pipes and what is called in them.

use super::pipes::Pipes;
use super::pipes::add_signing;
use super::status;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::gss;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::Smb1Command;
use crate::model::app::kinds::directory::SmbMessage;
use crate::model::app::kinds::directory::SmbVersion;
use crate::model::app::kinds::login::Method;

const HEADER_BYTES: usize = 32;
const IS_RESPONSE: u8 = 0x80;
const HAS_UNICODE: u16 = 0x8000;
const HAS_NT_STATUS: u16 = 0x4000;
const HAS_EXTENDED_SECURITY: u16 = 0x0800;
const READ: u8 = 0x2e;
const WRITE: u8 = 0x2f;
const TRANSACTION: u8 = 0x25;
const NEGOTIATE: u8 = 0x72;
const SESSION_SETUP: u8 = 0x73;
const TREE_CONNECT: u8 = 0x75;
const NT_CREATE: u8 = 0xa2;
const OPEN: u8 = 0x2d;
/// Commands that another may follow in the same message (MS-CIFS, section 2.2.3.4).
const CHAINED: [u8; 7] = [READ, WRITE, SESSION_SETUP, TREE_CONNECT, NT_CREATE, OPEN, 0x74];
/// Most commands of a message that are looked at.
const MOST_CHAINED: usize = 4;

/// What is remembered of a connection.
#[derive(Default)]
pub struct Smb1 {
    pipes: Pipes,
}

/// A command of a message: parameters of two bytes each, then data.
struct Block<'a> {
    /// From the header on.
    message: &'a [u8],
    words: &'a [u8],
    data: &'a [u8],
    /// Where the data begin in the message.
    data_at: usize,
    flags: u16,
    status: u32,
    tree: u32,
}

impl<'a> Block<'a> {
    fn word(&self, n: usize) -> usize {
        self.word_at(n * 2)
    }

    /// A word that is not at an even place of the words.
    fn word_at(&self, at: usize) -> usize {
        le16(self.words, at).map_or(0, usize::from)
    }

    /// The number that a request and its answer have (MS-CIFS, section 2.2.3.1: MID, with the process's number).
    fn number(&self) -> u64 {
        u64::from(le16(self.message, 30).unwrap_or(0)) << 16 | u64::from(le16(self.message, 26).unwrap_or(0))
    }

    fn has_unicode(&self) -> bool {
        self.flags & HAS_UNICODE > 0
    }

    /// A text at a place of the data, and where it ends; UTF-16 begins at an even place of the message.
    fn text(&self, at: usize) -> (String, usize) {
        if !self.has_unicode() {
            let text = bytes::until_nul(bytes::from(self.data, at));
            return (String::from_utf8_lossy(text).into_owned(), at + text.len() + 1);
        }
        let at = at + (self.data_at + at) % 2;
        let raw = bytes::from(self.data, at);
        let n_units = raw.as_chunks::<2>().0.iter().take_while(|unit| **unit != [0, 0]).count();
        (bytes::utf16(raw), at + 2 * n_units + 2)
    }

    fn add_text(&self, kind: FieldId, at: usize, fields: &mut FieldBuffer) -> usize {
        let (text, end) = self.text(at);
        fields.text(kind, &text);
        end
    }

    fn part(&self, at: usize, length: usize) -> &'a [u8] {
        if at < HEADER_BYTES { &[] } else { bytes::part(self.message, at, length) }
    }
}

impl Smb1 {
    /// Reads a message as far as it is there.
    pub fn read(&mut self, message: &[u8], fields: &mut FieldBuffer) {
        let (Some(command), Some(status), Some(flags), Some(flags2), Some(tree)) =
            (message.get(4), le32(message, 5), message.get(9), le16(message, 10), le16(message, 24))
        else {
            return;
        };
        let is_response = flags & IS_RESPONSE > 0;
        fields.begin();
        fields.token(FieldId::Message, if is_response { SmbMessage::Response } else { SmbMessage::Request });
        if is_response && flags2 & HAS_NT_STATUS > 0 {
            status::add(status, fields);
        } else if is_response {
            // Class and code of DOS (MS-CIFS, section 2.2.2.4).
            fields.format(FieldId::SmbStatus, format_args!("DOS {}/{}", status & 0xff, status >> 16));
        }
        let (mut command, mut at) = (*command, HEADER_BYTES);
        for _ in 0..MOST_CHAINED {
            name(command, fields);
            let n_words = usize::from(message.get(at).copied().unwrap_or(0));
            let words = bytes::part(message, at + 1, 2 * n_words);
            let data_at = at + 3 + 2 * n_words;
            let length = le16(message, data_at - 2).map_or(0, usize::from);
            let data = bytes::part(message, data_at, length);
            let block = Block { message, words, data, data_at, flags: flags2, status, tree: tree.into() };
            match is_response {
                true => self.response(command, &block, fields),
                false => self.request(command, &block, fields),
            }
            let next = (words.first().copied(), block.word(1));
            match next {
                (Some(follows), place) if CHAINED.contains(&command) && follows != 0xff && place > at => {
                    (command, at) = (follows, place);
                }
                _ => return,
            }
        }
    }

    fn request(&mut self, command: u8, block: &Block<'_>, fields: &mut FieldBuffer) {
        match command {
            SESSION_SETUP if block.flags & HAS_EXTENDED_SECURITY > 0 => {
                let length = block.word(7);
                gss::read(bytes::part(block.data, 0, length), fields);
                block.add_text(FieldId::Agent, length, fields);
            }
            SESSION_SETUP => plain_login(block, fields),
            TREE_CONNECT => {
                block.add_text(FieldId::SmbTree, block.word(3), fields);
            }
            NT_CREATE | OPEN => {
                let (name, _) = block.text(0);
                fields.text(self.pipes.kind(block.tree), &name);
                self.pipes.ask(block.number(), &name);
            }
            // Delete, rename, make and remove a directory: a format byte, then the name.
            0x00 | 0x01 | 0x06 | 0x07 => {
                block.add_text(FieldId::File, 1, fields);
            }
            WRITE => self.pipes.call(block.part(block.word(11), block.word(10)), block.word(2) as u64, fields),
            // The function of the pipe and its number are the set-up words.
            TRANSACTION => {
                self.pipes.call(block.part(block.word_at(24), block.word_at(22)), block.word(15) as u64, fields);
            }
            _ => {}
        }
    }

    fn response(&mut self, command: u8, block: &Block<'_>, fields: &mut FieldBuffer) {
        match command {
            NEGOTIATE if block.word(0) != 0xffff && !block.words.is_empty() => {
                fields.token(FieldId::Version, SmbVersion::Smb1);
                let must_sign = block.words.get(2).is_some_and(|mode| mode & 8 > 0);
                add_signing(must_sign, fields);
            }
            SESSION_SETUP => {
                let length = if block.words.len() >= 8 { block.word(3) } else { 0 };
                gss::read(bytes::part(block.data, 0, length), fields);
                status::login(block.status, fields);
                if block.word(2) & 1 > 0 {
                    fields.token(FieldId::Method, Method::Guest);
                }
                let end = block.add_text(FieldId::Banner, length, fields);
                block.add_text(FieldId::Banner, end, fields);
            }
            TREE_CONNECT if block.status == 0 => self.pipes.connect(block.tree, block.data.starts_with(b"IPC\0")),
            NT_CREATE if block.status == 0 => self.pipes.opened(block.number(), block.word_at(5) as u64),
            READ => self.pipes.call(block.part(block.word(6), block.word(5)), 0, fields),
            TRANSACTION => self.pipes.call(block.part(block.word(7), block.word(6)), 0, fields),
            _ => {}
        }
    }
}

/// A login without SPNEGO (MS-CIFS, section 2.2.4.53.1): answers to the challenge, then user, domain and system.
fn plain_login(block: &Block<'_>, fields: &mut FieldBuffer) {
    let nt_bytes = block.word(8);
    let (user, end) = block.text(block.word(7) + nt_bytes);
    let method = match (user.is_empty(), nt_bytes) {
        (true, _) => "anonymous",
        (false, 25..) => "NTLMv2",
        (false, _) => "NTLMv1",
    };
    fields.text(FieldId::Method, method);
    fields.text(FieldId::User, &user);
    let end = block.add_text(FieldId::Domain, end, fields);
    block.add_text(FieldId::Agent, end, fields);
}

fn name(command: u8, fields: &mut FieldBuffer) {
    let name = match command {
        0x00 => Smb1Command::CreateDirectory,
        0x01 => Smb1Command::DeleteDirectory,
        0x04 => Smb1Command::Close,
        0x05 => Smb1Command::Flush,
        0x06 => Smb1Command::Delete,
        0x07 => Smb1Command::Rename,
        0x08 => Smb1Command::QueryInformation,
        0x10 => Smb1Command::CheckDirectory,
        0x24 => Smb1Command::Lock,
        TRANSACTION => Smb1Command::Transaction,
        0x2b => Smb1Command::Echo,
        OPEN => Smb1Command::Open,
        READ => Smb1Command::Read,
        WRITE => Smb1Command::Write,
        0x32 => Smb1Command::Transaction2,
        0x33 => Smb1Command::Transaction2Secondary,
        0x34 => Smb1Command::FindClose,
        0x71 => Smb1Command::TreeDisconnect,
        NEGOTIATE => Smb1Command::Negotiate,
        SESSION_SETUP => Smb1Command::SessionSetup,
        0x74 => Smb1Command::Logoff,
        TREE_CONNECT => Smb1Command::TreeConnect,
        0xa0 => Smb1Command::NtTransaction,
        0xa1 => Smb1Command::NtTransactionSecondary,
        NT_CREATE => Smb1Command::Create,
        0xa4 => Smb1Command::Cancel,
        other => return fields.format(FieldId::Command, format_args!("{other:#04x}")),
    };
    fields.token(FieldId::Command, name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_login_and_the_share_that_follows_it_are_read() {
        let mut message = b"\xffSMB\x73\0\0\0\0\x18\x01\x00".to_vec();
        message.resize(HEADER_BYTES, 0);
        // A login of 13 words with one byte of password each; the share follows at 80.
        let mut words = vec![0x75, 0, 80, 0];
        words.extend([0; 10]);
        words.extend([1, 0, 1, 0]);
        words.resize(26, 0);
        message.push(13);
        message.extend(words);
        let data = b"xyanna\0LAB\0Unix\0S\0";
        message.extend([data.len() as u8, 0]);
        message.extend(data);
        message.resize(80, 0);
        message.extend([4, 0xff, 0, 0, 0, 0, 0, 1, 0, 13, 0]);
        message.extend(b"\0\\\\S\\IPC$\0IPC\0");
        let mut fields = FieldBuffer::default();
        Smb1::default().read(&message, &mut fields);
        let said: Vec<_> = fields.iter().collect();
        for expected in [
            (FieldId::User, "anna"),
            (FieldId::Domain, "LAB"),
            (FieldId::Agent, "Unix"),
            (FieldId::SmbTree, "\\\\S\\IPC$"),
            (FieldId::Command, "tree connect"),
        ] {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
        for end in 0..message.len() {
            Smb1::default().read(&message[..end], &mut fields);
        }
    }
}
