//! Logs of SMB: shares, files and what is done to them, and Suricata's requests with their answers.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, names, request};
use super::words::rpc_function;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::FileOperation;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::token::Token;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Shares that clients connect to.
pub static MAPPING: Log = Log {
    id: "smb_mapping",
    marks: &[&["path", "share_type"], &["path", "native_file_system"]],
    protocol: Some(AppProto::Smb),
    transport: 6,
    messages: &[
        request(None, &[field(FieldId::SmbTree, Text, "path", "", "")]),
        answer(None, &[field(FieldId::Service, Text, "service", "", "")]),
    ],
    ..COMMON
};

/// Files that are opened, read, written, renamed or deleted.
pub static FILES: Log = Log {
    id: "smb_files",
    marks: &[&["action", "path", "name"], &["action", "name", "prev_name"]],
    protocol: Some(AppProto::Smb),
    transport: 6,
    messages: &[request(
        None,
        &[
            field(FieldId::Command, Text, "action", "", ""),
            field(FieldId::Function, Word(operation), "action", "", ""),
            field(FieldId::SmbTree, Text, "path", "", ""),
            field(FieldId::File, Text, "name", "", ""),
        ],
    )],
    ..COMMON
};

/// Older logs of all commands, and those of Suricata.
pub static COMMANDS: Log = Log {
    id: "smb_cmd",
    aliases: &["smb"],
    marks: &[&["command", "sub_command", "rtt"]],
    protocol: Some(AppProto::Smb),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Command, Text, "command", "smb.command", ""),
                field(FieldId::SmbTree, Text, "tree", "smb.share", ""),
                field(FieldId::File, Text, "referenced_file.name", "smb.filename", ""),
                field(FieldId::Domain, Text, "", "smb.ntlmssp.domain", ""),
                field(FieldId::User, Text, "username", "smb.ntlmssp.user", ""),
                field(FieldId::Host, Text, "", "smb.ntlmssp.host", ""),
                field(FieldId::Function, Word(rpc_function), "", "smb.dcerpc.operation", ""),
            ],
        ),
        answer(None, &[field(FieldId::SmbStatus, Text, "status", "smb.status", "")]),
    ],
    columns: &[names("command", "smb.command", ""), names("status", "smb.status", "")],
    more: Some(|cells, messages| {
        // A session that is set up is a login; what more is to be said of it comes first.
        let is_login = cells.text(0).is_some_and(|command| command.ends_with("SESSION_SETUP"));
        let outcome = cells.text(1).filter(|_| is_login).and_then(|status| match &*status {
            "STATUS_SUCCESS" | "SUCCESS" => Some(Outcome::Accepted),
            "STATUS_MORE_PROCESSING_REQUIRED" | "MORE_PROCESSING_REQUIRED" => None,
            _ => Some(Outcome::Refused),
        });
        if let Some(outcome) = outcome {
            messages.extend(Direction::ToOriginator, |fields| fields.token(FieldId::Login, outcome));
        }
    }),
    ..COMMON
};

fn operation(action: &str) -> Option<Token> {
    Some(
        match action {
            "SMB::FILE_RENAME" => FileOperation::Rename,
            "SMB::FILE_DELETE" => FileOperation::Delete,
            _ => return None,
        }
        .into(),
    )
}
