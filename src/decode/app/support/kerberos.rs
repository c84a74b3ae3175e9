//! Kerberos tickets and the names of their encryption, by kerberos-parser (RFC 4120). Carried by itself and in logins of others.

use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::KerberosCipher;
use crate::model::app::kinds::login::Method;
use asn1_rs::FromDer;
use kerberos_parser::krb5::{ApReq, EncryptionType, PrincipalName};

/// Reads an AP-REQ, the proof that one has a ticket; false if it is none.
pub fn ticket(bytes: &[u8], fields: &mut FieldBuffer) -> bool {
    let Ok((_, request)) = ApReq::from_der(bytes) else { return false };
    fields.token(FieldId::Method, Method::Kerberos);
    fields.text(FieldId::Realm, &request.ticket.realm.0);
    name(FieldId::Service, &request.ticket.sname, fields);
    encryption(request.ticket.enc_part.etype, fields);
    true
}

/// Adds a principal's name.
pub fn name(kind: FieldId, name: &PrincipalName, fields: &mut FieldBuffer) {
    fields.format(kind, name);
}

/// Adds the name of an encryption (IANA's registry of Kerberos parameters).
pub fn encryption(kind: EncryptionType, fields: &mut FieldBuffer) {
    let name = match kind.0 {
        1 => KerberosCipher::DesCbcCrc,
        2 => KerberosCipher::DesCbcMd4,
        3 => KerberosCipher::DesCbcMd5,
        5 => KerberosCipher::Des3CbcMd5,
        16 => KerberosCipher::Des3CbcSha1,
        17 => KerberosCipher::Aes128CtsHmacSha196,
        18 => KerberosCipher::Aes256CtsHmacSha196,
        19 => KerberosCipher::Aes128CtsHmacSha256128,
        20 => KerberosCipher::Aes256CtsHmacSha384192,
        23 => KerberosCipher::Rc4Hmac,
        24 => KerberosCipher::Rc4HmacExp,
        25 => KerberosCipher::Camellia128CtsCmac,
        26 => KerberosCipher::Camellia256CtsCmac,
        other => return fields.format(FieldId::Cipher, other),
    };
    fields.token(FieldId::Cipher, name);
}
