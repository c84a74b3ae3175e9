//! Kerberos tickets and the names of their encryption, by kerberos-parser (RFC 4120). Carried by itself and in log-ins of others.

use crate::model::fact::{FactKind, Facts};
use asn1_rs::FromDer;
use kerberos_parser::krb5::{ApReq, EncryptionType, PrincipalName};

/// Reads an AP-REQ, the proof that one has a ticket; false if it is none.
pub fn ticket(bytes: &[u8], facts: &mut Facts) -> bool {
    let Ok((_, request)) = ApReq::from_der(bytes) else { return false };
    facts.text(FactKind::Method, "Kerberos");
    facts.text(FactKind::Realm, &request.ticket.realm.0);
    name(FactKind::Service, &request.ticket.sname, facts);
    encryption(request.ticket.enc_part.etype, facts);
    true
}

/// Adds a principal's name.
pub fn name(kind: FactKind, name: &PrincipalName, facts: &mut Facts) {
    facts.format(kind, name);
}

/// Adds the name of an encryption (IANA's registry of Kerberos parameters).
pub fn encryption(kind: EncryptionType, facts: &mut Facts) {
    let name = match kind.0 {
        1 => "des-cbc-crc",
        2 => "des-cbc-md4",
        3 => "des-cbc-md5",
        5 => "des3-cbc-md5",
        16 => "des3-cbc-sha1",
        17 => "aes128-cts-hmac-sha1-96",
        18 => "aes256-cts-hmac-sha1-96",
        19 => "aes128-cts-hmac-sha256-128",
        20 => "aes256-cts-hmac-sha384-192",
        23 => "rc4-hmac",
        24 => "rc4-hmac-exp",
        25 => "camellia128-cts-cmac",
        26 => "camellia256-cts-cmac",
        other => return facts.format(FactKind::Cipher, other),
    };
    facts.text(FactKind::Cipher, name);
}
