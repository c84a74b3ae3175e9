//! Logs of SSH: banners, fingerprints and what Zeek says of logins by the size of answers.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, names, request};
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Most tries of one connection that are counted; OpenSSH allows six.
const MOST_TRIES: u64 = 64;

pub static LOG: Log = Log {
    id: "ssh",
    marks: &[
        &["auth_attempts"],
        &["auth_success", "client"],
        &["client", "server", "kex_alg"],
        &["client", "server", "host_key"],
    ],
    protocol: Some(AppProto::Ssh),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Agent, Text, "client", "ssh.client.software_version", "ssh.client.software"),
                field(FieldId::Hassh, Text, "hassh", "ssh.client.hassh.hash", ""),
            ],
        ),
        answer(
            None,
            &[
                field(FieldId::Banner, Text, "server", "ssh.server.software_version", "ssh.server.software"),
                field(FieldId::HasshServer, Text, "hasshServer", "ssh.server.hassh.hash", ""),
            ],
        ),
    ],
    columns: &[names("auth_success|status", "", ""), names("auth_attempts", "", "")],
    more: Some(|cells, messages| {
        let Some(is_accepted) = cells.yes_or_no(0) else { return };
        // The attempt that was accepted is one of them; older logs count none.
        let n = cells.count(1).unwrap_or(1).clamp(1, MOST_TRIES);
        for _ in 0..n - u64::from(is_accepted) {
            messages.message(Direction::ToOriginator, |fields| fields.token(FieldId::Login, Outcome::Refused));
        }
        if is_accepted {
            messages.message(Direction::ToOriginator, |fields| fields.token(FieldId::Login, Outcome::Accepted));
        }
    }),
    ..COMMON
};
