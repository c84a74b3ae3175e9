//! GSS-API tokens of a login, with SPNEGO (RFC 4178) or without: the user, from NTLM or a Kerberos ticket.

use crate::decode::app::support::bytes;
use crate::decode::app::support::kerberos;
use crate::decode::app::support::ntlm;
use crate::model::app::field::FieldBuffer;

/// Before a Kerberos AP-REQ: the end of the mechanism's object identifier, the kind of token (RFC 4121, section 4.1), the tag.
const TICKET: &[u8] = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e";

/// Reads a token into facts; false if it says nothing.
pub fn read(token: &[u8], fields: &mut FieldBuffer) -> bool {
    if ntlm::read(token, fields) {
        return true;
    }
    let Some(at) = bytes::find(token, TICKET) else { return false };
    kerberos::ticket(bytes::from(token, at + TICKET.len() - 1), fields)
}
