//! Files that are named in the traffic: requested, sent or shared.

use super::{Group, Needs, View};
use crate::session::panel::Panel;

/// What it is of.
const OF: &str = "file";

/// The view's entry in the register.
pub static FILES: View = View {
    id: "files",
    label: "Files seen",
    group: Group::Names,
    needs: Needs::Fields(&["file", "http.response_type", "smb.tree"]),
    count: |_| None,
    read: |rest, given| given.panels("files", rest),
    help: "Files that are named in the traffic: requested, sent or shared.",
    panels: &[
        Panel::table("Names of files", "field=file", "flows,hosts,bytes").of(OF).wide(),
        Panel::table("Over which protocol", "protocol", "flows,bytes,hosts").of(OF),
        Panel::table("Who sends and receives", "pair", "flows,bytes").of(OF),
        Panel::table("Types of web responses", "field=http.response_type", "flows,bytes").of("http.response_type"),
        Panel::table("Shares", "field=smb.tree", "flows,hosts,bytes").of("smb.tree"),
    ],
    ..View::PLAIN
};
