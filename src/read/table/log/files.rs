//! Logs of files that connections carried.

use super::contract::{COMMON, FieldForm::*, Log, answer, field};
use crate::model::app::field::FieldId;

pub static LOG: Log = Log {
    id: "files",
    aliases: &["fileinfo", "file"],
    marks: &[&["fuid", "mime_type", "seen_bytes"], &["tx_hosts", "rx_hosts"]],
    messages: &[answer(
        None,
        &[
            field(FieldId::File, Text, "filename", "fileinfo.filename", "file.name"),
            field(
                FieldId::Hash,
                Text,
                "sha256|sha1|md5",
                "fileinfo.sha256|fileinfo.sha1|fileinfo.md5",
                "file.hash.sha256|file.hash.md5",
            ),
        ],
    )],
    ..COMMON
};
