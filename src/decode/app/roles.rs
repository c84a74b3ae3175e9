//! The payload of a connection that was joined in the middle to who sent it, the client or the server, as far as its protocol
//! says so by a single message.

use super::support::bytes::be16;
use super::support::dcerpc::Fragment;
use super::support::{ber, lines};
use crate::model::app::protocol::AppProto;

/// A side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Who asks.
    Client,
    /// Who answers, or greets.
    Server,
}

/// Who sends this message of a protocol; none where both sides may.
pub fn sender(protocol: AppProto, payload: &[u8]) -> Option<Role> {
    let is_server = match protocol {
        AppProto::Http => payload.starts_with(b"HTTP/"),
        AppProto::Rtsp => payload.starts_with(b"RTSP/"),
        AppProto::Ftp | AppProto::Smtp => is_reply(payload),
        AppProto::Pop3 => payload.starts_with(b"+") || payload.starts_with(b"-ERR"),
        AppProto::Imap => payload.starts_with(b"* ") || payload.starts_with(b"+"),
        AppProto::Tls => match payload {
            [22, 3, _, _, _, 1, ..] => false,
            [22, 3, _, _, _, 2, ..] => true,
            _ => return None,
        },
        AppProto::MsRpc => match Fragment::new(payload)?.kind {
            // Request, bind, alter_context and auth3; response, fault, bind_ack, bind_nak and alter_context_resp (C706,
            // section 12.6.4; MS-RPCE, section 2.2.2).
            0 | 11 | 14 | 16 => false,
            2 | 3 | 12 | 13 | 15 => true,
            _ => return None,
        },
        // The flag of a response (MS-CIFS, section 2.2.3.1; MS-SMB2, section 2.2.1).
        AppProto::Smb => match payload.get(4..)? {
            [0xff, b'S', b'M', b'B', _, _, _, _, _, flags, ..] => flags & 0x80 != 0,
            [0xfe, b'S', b'M', b'B', _, _, _, _, _, _, _, _, _, _, _, _, flags, ..] => flags & 1 != 0,
            _ => return None,
        },
        AppProto::Dns => be16(payload, 4)? & 0x8000 != 0,
        AppProto::Kerberos => match payload.get(4)? {
            // AS-REQ, TGS-REQ; AS-REP, TGS-REP, KRB-ERROR (RFC 4120, section 5.10).
            0x6a | 0x6c => false,
            0x6b | 0x6d | 0x7e => true,
            _ => return None,
        },
        AppProto::Ldap => {
            let (_, message, _) = ber::value(payload)?;
            let (_, _, message) = ber::value(message)?;
            match message.first()? {
                0x60 | 0x42 | 0x63 | 0x66 | 0x68 | 0x4a | 0x6c | 0x6e | 0x50 | 0x77 => false,
                0x61 | 0x64 | 0x65 | 0x67 | 0x69 | 0x6b | 0x6d | 0x6f | 0x73 | 0x78 | 0x79 => true,
                _ => return None,
            }
        }
        // A connection is asked for and confirmed (X.224, section 13.3).
        AppProto::Rdp => match payload.get(5)? & 0xf0 {
            0xe0 => false,
            0xd0 => true,
            _ => return None,
        },
        AppProto::Mqtt => match payload.first()? >> 4 {
            1 | 8 | 10 | 12 => false,
            2 | 9 | 11 | 13 => true,
            _ => return None,
        },
        _ => return None,
    };
    Some(if is_server { Role::Server } else { Role::Client })
}

/// True for three digits and a space or a hyphen, which an answer begins with (RFC 959, section 4.2; RFC 5321, section 4.2).
fn is_reply(payload: &[u8]) -> bool {
    let (code, _) = lines::word(payload);
    let code = code.split(|byte| *byte == b'-').next().unwrap_or(code);
    code.len() == 3 && code.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_are_told() {
        use Role::{Client, Server};
        let of = |protocol, payload: &[u8]| sender(protocol, payload);
        assert_eq!(of(AppProto::Http, b"HTTP/1.1 200 OK\r\n"), Some(Server));
        assert_eq!(of(AppProto::Http, b"GET / HTTP/1.1\r\n"), Some(Client));
        assert_eq!(of(AppProto::Smtp, b"220-mail.example ESMTP\r\n"), Some(Server));
        assert_eq!(of(AppProto::Ftp, b"230 Welcome\r\n"), Some(Server));
        assert_eq!(of(AppProto::Ftp, b"USER anna\r\n"), Some(Client));
        assert_eq!(of(AppProto::Tls, b"\x16\x03\x03\0\x40\x02\0\0\x3c"), Some(Server));
        assert_eq!(of(AppProto::Tls, b"\x17\x03\x03\0\x40abc"), None);
        let ack = b"\x05\0\x0c\x03\x10\0\0\0\x18\0\0\0\x02\0\0\0\0\0\0\0\0\0\x0c\0";
        assert_eq!(of(AppProto::MsRpc, ack), Some(Server));
        assert_eq!(of(AppProto::Ldap, b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0"), Some(Client));
        assert_eq!(of(AppProto::Ldap, b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"), Some(Server));
        assert_eq!(of(AppProto::Ssh, b"SSH-2.0-x\r\n"), None, "both sides greet");
    }
}
