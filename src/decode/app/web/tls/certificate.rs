//! Turns the certificate of a server into fields, with x509-parser (RFC 5280, section 4.1).

use crate::decode::app::support::memo::Memo;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::YesNo;
use std::cell::RefCell;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Names that become facts; certificates of content networks hold hundreds.
const MOST_NAMES: usize = 12;

/// How certificates are signed, by the identifier (RFC 3279, RFC 4055, RFC 5758), in the words of OpenSSL.
const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.10040.4.3", "dsaWithSHA1"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
];

/// Reads the body of a Certificate message (RFC 5246, section 7.4.2): its first certificate is the server's own.
pub(super) fn add_fields(mut body: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut list = body.field24()?;
    add_one(list.field24()?, fields)
}

thread_local! {
    static SEEN: RefCell<Memo<Option<Rc<FieldBuffer>>>> = RefCell::default();
}

/// Reads a certificate. One that came before is not taken apart again: that costs as much as reading ten packets.
pub(super) fn add_one(der: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let read = || {
        let mut own = FieldBuffer::default();
        take_apart(der, &mut own).map(|()| Rc::new(own))
    };
    fields.append(&*SEEN.with_borrow_mut(|seen| seen.of(der, read))?);
    Some(())
}

fn take_apart(der: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let (subject, issuer) = (certificate.subject(), certificate.issuer());
    fields.format(FieldId::CertSubject, subject);
    fields.format(FieldId::CertIssuer, issuer);
    let validity = certificate.validity();
    for (kind, time) in [(FieldId::CertFrom, validity.not_before), (FieldId::CertUntil, validity.not_after)] {
        if time.timestamp() >= 0 {
            fields.time(kind, time.timestamp());
        }
    }
    fields.token(FieldId::CertSelfSigned, if subject.as_raw() == issuer.as_raw() { YesNo::Yes } else { YesNo::No });
    if let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() {
        fields.number(FieldId::CertKeyBits, key.key_size() as u64);
    }
    let signature = certificate.signature_algorithm.algorithm.to_id_string();
    if let Some((_, name)) = SIGNATURES.iter().find(|(known, _)| *known == signature) {
        fields.text(FieldId::CertSignature, name);
    }
    if let Ok(Some(names)) = certificate.subject_alternative_name() {
        names.value.general_names.iter().take(MOST_NAMES).for_each(|name| other_name(name, fields));
    }
    Some(())
}

fn other_name(name: &GeneralName<'_>, fields: &mut FieldBuffer) {
    let kind = FieldId::CertName;
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => fields.text(kind, text),
        GeneralName::IPAddress(bytes) => {
            if let Ok(address) = <[u8; 4]>::try_from(*bytes) {
                fields.addr(kind, Ipv4Addr::from(address));
            } else if let Ok(address) = <[u8; 16]>::try_from(*bytes) {
                fields.addr(kind, Ipv6Addr::from(address));
            }
        }
        _ => {}
    }
}
