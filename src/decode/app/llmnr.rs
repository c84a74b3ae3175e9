//! Link-local multicast name resolution (RFC 4795).

use super::shared::dns;
use super::{Datagram, Ends, Entry, Guess};
use crate::model::fact::Facts;
use crate::model::protocol::AppProto;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Llmnr,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

fn read(payload: &[u8], _: &Ends, facts: &mut Facts) -> Guess {
    if dns::read(payload, facts) { Guess::Certain } else { Guess::NotMine }
}
