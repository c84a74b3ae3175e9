//! Requests of WS-Management (DSP0226; MS-WSMV), which WinRM sends as SOAP: the action, and the program that is to run.
//!
//! Only what is sent in the clear; logins by NTLM and Kerberos encrypt it.

use crate::decode::app::support::bytes;
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::web::WsmanAction;
use std::borrow::Cow;

/// Where the action of a shell and its program are named.
const ACTION: &[u8] = b":Action";
const COMMAND: &[u8] = b":Command>";

/// Adds what the beginning of a body asks for; false if it is no request of WS-Management.
pub(super) fn read(body: &[u8], fields: &mut FieldBuffer) -> bool {
    let body = narrow(body);
    if !body.trim_ascii_start().starts_with(b"<") {
        return false;
    }
    let Some(action) = element(&body, ACTION) else { return false };
    let name = action.rsplit(|byte| *byte == b'/').next().unwrap_or(action);
    let action = match name {
        b"Create" => WsmanAction::Create,
        b"Delete" => WsmanAction::Delete,
        b"Get" => WsmanAction::Get,
        b"Put" => WsmanAction::Put,
        b"Enumerate" => WsmanAction::Enumerate,
        b"Pull" => WsmanAction::Pull,
        b"Command" => WsmanAction::Command,
        b"Receive" => WsmanAction::Receive,
        b"Send" => WsmanAction::Send,
        b"Signal" => WsmanAction::Signal,
        b"Connect" => WsmanAction::Connect,
        b"Disconnect" => WsmanAction::Disconnect,
        b"Subscribe" => WsmanAction::Subscribe,
        _ => WsmanAction::Other,
    };
    fields.token(FieldId::Function, action);
    if let (WsmanAction::Command, Some(program)) = (action, element(&body, COMMAND)) {
        fields.bytes(FieldId::Argument, program);
    }
    true
}

/// The text of the first element whose tag contains this.
fn element<'a>(body: &'a [u8], tag: &[u8]) -> Option<&'a [u8]> {
    let rest = bytes::from(body, bytes::find(body, tag)? + tag.len() - 1);
    let text = bytes::from(rest, memchr::memchr(b'>', rest)? + 1);
    Some(bytes::part(text, 0, memchr::memchr(b'<', text)?).trim_ascii())
}

/// UTF-16, which Windows sends too, as bytes.
fn narrow(body: &[u8]) -> Cow<'_, [u8]> {
    match body.strip_prefix(b"\xff\xfe").unwrap_or(body) {
        wide @ [b'<', 0, ..] => Cow::Owned(wide.iter().step_by(2).copied().collect()),
        body => Cow::Borrowed(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    const COMMAND_LINE: &str = "<s:Envelope><s:Header><a:Action s:mustUnderstand=\"true\">\
        http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command</a:Action></s:Header><s:Body>\
        <rsp:CommandLine><rsp:Command>whoami</rsp:Command></rsp:CommandLine></s:Body></s:Envelope>";

    #[test]
    fn the_program_of_a_shell_is_read_in_either_width_and_no_prefix_panics() {
        let wide: Vec<u8> = COMMAND_LINE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for body in [COMMAND_LINE.as_bytes(), &wide] {
            let mut fields = FieldBuffer::default();
            (0..body.len()).for_each(|end| {
                read(&body[..end], &mut fields);
            });
            fields.clear();
            assert!(read(body, &mut fields));
            assert_eq!(listed(&fields), ["function=command", "argument=whoami"]);
        }
    }

    #[test]
    fn forms_are_none_of_it() {
        assert!(!read(b"user=anna&password=x", &mut FieldBuffer::default()));
    }
}
