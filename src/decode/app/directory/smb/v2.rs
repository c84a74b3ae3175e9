//! SMB 2 and 3 messages (MS-SMB2, section 2.2): dialect, login, share, files, pipes and what is called in them.

use super::pipes::Pipes;
use super::pipes::add_signing;
use super::status;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::add_utf16;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::bytes::le64;
use crate::decode::app::support::gss;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::FileOperation;
use crate::model::app::kinds::directory::SmbMessage;
use crate::model::app::kinds::directory::SmbVersion;
use crate::model::app::kinds::login::Method;

const HEADER_BYTES: usize = 64;
const IS_RESPONSE: u32 = 1;
const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const TREE_CONNECT: u16 = 3;
const CREATE: u16 = 5;
const READ: u16 = 8;
const WRITE: u16 = 9;
const IOCTL: u16 = 11;
const SET_INFO: u16 = 17;
const COMMANDS: [&str; 20] = [
    "negotiate",
    "session setup",
    "logoff",
    "tree connect",
    "tree disconnect",
    "create",
    "close",
    "flush",
    "read",
    "write",
    "lock",
    "ioctl",
    "cancel",
    "echo",
    "query directory",
    "change notify",
    "query info",
    "set info",
    "oplock break",
    "server to client notification",
];
/// Share type of named pipes (section 2.2.10).
const PIPES: u8 = 2;
/// Most compounded messages of one frame that are read (section 3.3.5.2.7).
const MOST_COMPOUNDED: usize = 64;
/// Class of a file's information that renames it (MS-FSCC, section 2.4).
const RENAME: u8 = 10;
/// Class of a file's information that deletes it.
const DISPOSITION: u8 = 13;

/// What is remembered of a connection.
#[derive(Default)]
pub struct Smb2 {
    pipes: Pipes,
}

/// One message of a frame.
struct Message<'a> {
    /// From the header on.
    bytes: &'a [u8],
    body: &'a [u8],
    status: u32,
    tree: u32,
}

impl Message<'_> {
    /// What an offset and a length in the body point to; offsets count from the header (section 2.2).
    fn field(&self, place: Option<usize>, length: Option<usize>) -> &[u8] {
        let (Some(place), Some(length)) = (place, length) else { return &[] };
        if place < HEADER_BYTES { &[] } else { bytes::part(self.bytes, place, length) }
    }

    /// The MessageId, which a response shares with its request (section 2.2.1).
    fn number(&self) -> u64 {
        le64(self.bytes, 24).unwrap_or(0)
    }

    fn u16_at(&self, at: usize) -> Option<usize> {
        le16(self.body, at).map(usize::from)
    }

    fn u32_at(&self, at: usize) -> Option<usize> {
        le32(self.body, at).map(|word| word as usize)
    }
}

impl Smb2 {
    /// Reads the messages of a frame as far as they are there.
    pub fn read(&mut self, frame: &[u8], fields: &mut FieldBuffer) {
        let mut rest = frame;
        for _ in 0..MOST_COMPOUNDED {
            if !rest.starts_with(b"\xfeSMB") || rest.len() < HEADER_BYTES {
                return;
            }
            self.message(rest, fields);
            match le32(rest, 20) {
                Some(next) if next as usize >= HEADER_BYTES => rest = bytes::from(rest, next as usize),
                _ => return,
            }
        }
    }

    fn message(&mut self, message: &[u8], fields: &mut FieldBuffer) {
        let (Some(status), Some(command), Some(flags), Some(tree)) =
            (le32(message, 8), le16(message, 12), le32(message, 16), le32(message, 36))
        else {
            return;
        };
        let message = Message { bytes: message, body: bytes::from(message, HEADER_BYTES), status, tree };
        fields.begin();
        let is_response = flags & IS_RESPONSE > 0;
        fields.token(FieldId::Message, if is_response { SmbMessage::Response } else { SmbMessage::Request });
        match COMMANDS.get(usize::from(command)) {
            Some(name) => fields.text(FieldId::Command, name),
            None => fields.format(FieldId::Command, command),
        }
        if is_response {
            status::add(status, fields);
            self.response(command, &message, fields);
        } else {
            self.request(command, &message, fields);
        }
    }

    fn request(&mut self, command: u16, message: &Message<'_>, fields: &mut FieldBuffer) {
        match command {
            SESSION_SETUP => {
                gss::read(message.field(message.u16_at(12), message.u16_at(14)), fields);
            }
            TREE_CONNECT => add_utf16(FieldId::SmbTree, message.field(message.u16_at(4), message.u16_at(6)), fields),
            CREATE => {
                let kind = self.pipes.kind(message.tree);
                let name = bytes::utf16(message.field(message.u16_at(44), message.u16_at(46)));
                fields.text(kind, &name);
                self.pipes.ask(message.number(), &name);
            }
            WRITE => self.call(message.field(message.u16_at(2), message.u32_at(4)), le64(message.body, 24), fields),
            READ => self.pipes.read(message.number(), le64(message.body, 24).unwrap_or(0)),
            IOCTL => self.call(message.field(message.u32_at(24), message.u32_at(28)), le64(message.body, 16), fields),
            SET_INFO => set_info(message, fields),
            _ => {}
        }
    }

    fn response(&mut self, command: u16, message: &Message<'_>, fields: &mut FieldBuffer) {
        match command {
            NEGOTIATE => negotiated(message, fields),
            SESSION_SETUP => {
                gss::read(message.field(message.u16_at(4), message.u16_at(6)), fields);
                status::login(message.status, fields);
                // Session flags: guest, nobody (section 2.2.6).
                match (message.status, message.u16_at(2).map_or(0, |flags| flags & 3)) {
                    (0, 1) => fields.token(FieldId::Method, Method::Guest),
                    (0, 2) => fields.token(FieldId::Method, Method::Anonymous),
                    _ => {}
                }
            }
            TREE_CONNECT if message.status == 0 => {
                self.pipes.connect(message.tree, message.body.get(2) == Some(&PIPES));
            }
            CREATE if message.status == 0 => {
                if let (Some(number), Some(file)) = (le64(message.bytes, 24), le64(message.body, 72)) {
                    self.pipes.opened(number, file);
                }
            }
            READ => {
                let data = message.field(message.body.get(2).map(|at| usize::from(*at)), message.u32_at(4));
                self.pipes.answer(data, self.pipes.read_by(message.number()), fields);
            }
            IOCTL => {
                let data = message.field(message.u32_at(32), message.u32_at(36));
                self.pipes.answer(data, le64(message.body, 16), fields);
            }
            _ => {}
        }
    }

    /// Data sent to a file, which may be a pipe; `file` is the volatile half of its FileId (section 2.2.14.1).
    fn call(&mut self, data: &[u8], file: Option<u64>, fields: &mut FieldBuffer) {
        self.pipes.call(data, file.unwrap_or(0), fields);
    }
}

fn negotiated(message: &Message<'_>, fields: &mut FieldBuffer) {
    if message.status != 0 {
        return;
    }
    let name = match le16(message.body, 4) {
        Some(0x0202) => SmbVersion::Smb202,
        Some(0x0210) => SmbVersion::Smb21,
        Some(0x02ff) => SmbVersion::Smb2X,
        Some(0x0300) => SmbVersion::Smb30,
        Some(0x0302) => SmbVersion::Smb302,
        Some(0x0311) => SmbVersion::Smb311,
        _ => return,
    };
    fields.token(FieldId::Version, name);
    let must_sign = message.body.get(2).is_some_and(|mode| mode & 2 > 0);
    add_signing(must_sign, fields);
}

fn set_info(message: &Message<'_>, fields: &mut FieldBuffer) {
    let data = message.field(message.u16_at(8), message.u32_at(4));
    match (message.body.get(2), message.body.get(3)) {
        (Some(1), Some(&RENAME)) => {
            fields.token(FieldId::Function, FileOperation::Rename);
            add_utf16(FieldId::File, bytes::from(data, 20), fields);
        }
        (Some(1), Some(&DISPOSITION)) if data.first() == Some(&1) => {
            fields.token(FieldId::Function, FileOperation::Delete)
        }
        _ => {}
    }
}
