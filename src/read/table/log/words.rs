//! Maps the words of logs for types, codes, versions and outcomes to those of messages.

use super::cells::yes_or_no;
use crate::model::app::kinds::directory::{KerberosCipher, KerberosError, RpcFunction};
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::names::{DnsCode, DnsType};
use crate::model::app::kinds::token::{Kind, Token};
use crate::model::app::kinds::web::TlsVersion;
use crate::read::table::plain::letters;

/// The variant that is called so, whatever the case and the signs between letters.
pub fn named<K: Kind>(text: &str) -> Option<Token> {
    let text = letters(text);
    K::VARIANTS.iter().map(|variant| (*variant).into()).find(|token: &Token| letters(token.label()).eq(text.clone()))
}

/// What the letters and digits of a text mean, by this list.
fn of_list<T: Copy>(text: impl Iterator<Item = char> + Clone, list: &[(&[&str], T)]) -> Option<T> {
    let is_it = |word: &&str| word.chars().eq(text.clone());
    list.iter().find(|(words, _)| words.iter().any(is_it)).map(|(_, meaning)| *meaning)
}

/// What stands behind this front.
fn behind(mut text: impl Iterator<Item = char> + Clone, front: &str) -> Option<impl Iterator<Item = char> + Clone> {
    front.chars().all(|letter| text.next() == Some(letter)).then_some(text)
}

/// What a server makes of a login.
pub fn outcome(text: &str) -> Option<Token> {
    Some(if yes_or_no(text)? { Outcome::Accepted } else { Outcome::Refused }.into())
}

/// A type of records: `AAAA`, or Zeek's `*` for any.
pub fn record_type(text: &str) -> Option<Token> {
    if text == "*" { Some(DnsType::Any.into()) } else { named::<DnsType>(text) }
}

/// A response code of DNS by name (IANA, DNS parameters) or number.
pub fn response_code(text: &str) -> Option<Token> {
    const CODES: &[(&[&str], DnsCode)] = &[
        (&["0", "noerror", "ok"], DnsCode::NoError),
        (&["1", "formerr", "formaterror"], DnsCode::FormatError),
        (&["2", "servfail", "serverfailure"], DnsCode::ServerFailure),
        (&["3", "nxdomain", "nonexistentdomain", "nosuchname"], DnsCode::NoSuchName),
        (&["4", "notimp", "notimplemented"], DnsCode::NotImplemented),
        (&["5", "refused", "queryrefused"], DnsCode::Refused),
        (&["6", "yxdomain"], DnsCode::NameExists),
        (&["7", "yxrrset"], DnsCode::RecordsExist),
        (&["8", "nxrrset"], DnsCode::NoSuchRecords),
        (&["9", "notauth"], DnsCode::NotAuthoritative),
        (&["10", "notzone"], DnsCode::NotInZone),
    ];
    of_list(letters(text), CODES).map(Token::from)
}

/// A version of TLS: `TLSv12`, `TLS 1.2`, `1.2`, `SSLv3`.
pub fn tls_version(text: &str) -> Option<Token> {
    const VERSIONS: &[(&[&str], TlsVersion)] = &[
        (&["sslv2", "ssl2", "ssl20"], TlsVersion::Ssl20),
        (&["sslv3", "ssl3", "ssl30"], TlsVersion::Ssl30),
        (&["tlsv1", "tlsv10", "tls10", "10", "tls1", "1"], TlsVersion::Tls10),
        (&["tlsv11", "tls11", "11"], TlsVersion::Tls11),
        (&["tlsv12", "tls12", "12"], TlsVersion::Tls12),
        (&["tlsv13", "tls13", "13"], TlsVersion::Tls13),
    ];
    of_list(letters(text), VERSIONS).map(Token::from)
}

/// A function of Windows by its name: Zeek leaves out the prefix of the Open Specifications' names of some.
pub fn rpc_function(text: &str) -> Option<Token> {
    let text = letters(text);
    let fits = |label: &str| {
        letters(label).eq(text.clone()) || behind(letters(label), "idl").is_some_and(|label| label.eq(text.clone()))
    };
    RpcFunction::ALL.iter().find(|function| fits(function.label())).map(|function| (*function).into())
}

/// A message of DHCP: `DISCOVER`, `dhcp_discover`.
pub fn dhcp_message(text: &str) -> Option<Token> {
    named::<DhcpMessage>(text.trim_start_matches("DHCP").trim_start_matches("dhcp"))
}

/// Why a ticket is refused, and whether that refuses a login: a name of RFC 4120, section 7.5.9, as `KDC_ERR_CLIENT_REVOKED`.
pub fn kerberos_error(text: &str) -> Option<(KerberosError, bool)> {
    const ERRORS: &[(&[&str], (KerberosError, bool))] = &[
        (&["cprincipalunknown"], (KerberosError::ClientNotKnown, true)),
        (&["sprincipalunknown"], (KerberosError::ServerNotKnown, false)),
        (&["policy"], (KerberosError::PolicyRejects, true)),
        (&["etypenosupp"], (KerberosError::EncryptionNotSupported, false)),
        (&["clientrevoked"], (KerberosError::ClientsCredentialsRevoked, true)),
        (&["keyexpired"], (KerberosError::PasswordExpired, true)),
        (&["preauthfailed"], (KerberosError::PreAuthenticationFailed, true)),
        (&["preauthrequired"], (KerberosError::PreAuthenticationRequired, false)),
        (&["svcunavailable"], (KerberosError::ServiceNotAvailable, false)),
        (&["badintegrity"], (KerberosError::IntegrityCheckFailed, false)),
        (&["tktexpired"], (KerberosError::TicketExpired, false)),
        (&["repeat"], (KerberosError::Replay, false)),
        (&["skew"], (KerberosError::ClockSkewTooGreat, false)),
        (&["modified"], (KerberosError::MessageModified, false)),
        (&["responsetoobig"], (KerberosError::ResponseTooBigForUdp, false)),
        (&["generic"], (KerberosError::GenericError, false)),
        (&["wrongrealm"], (KerberosError::WrongRealm, false)),
    ];
    let name = ["kdcerr", "krbaperr", "krberr"].iter().find_map(|front| behind(letters(text), front))?;
    of_list(name, ERRORS)
}

/// An encryption of Kerberos; Zeek and Suricata name some in other words.
pub fn kerberos_cipher(text: &str) -> Option<Token> {
    const CIPHERS: &[(&[&str], KerberosCipher)] = &[
        (&["arcfourhmac", "arcfourhmacmd5", "rc4"], KerberosCipher::Rc4Hmac),
        (&["arcfourhmacexp"], KerberosCipher::Rc4HmacExp),
        (&["aes128ctshmacsha1"], KerberosCipher::Aes128CtsHmacSha196),
        (&["aes256ctshmacsha1"], KerberosCipher::Aes256CtsHmacSha196),
    ];
    of_list(letters(text), CIPHERS).map(Token::from).or_else(|| named::<KerberosCipher>(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_several_tools_are_known() {
        for text in ["TLSv10", "TLSv1", "TLS 1.0", "1.0"] {
            assert_eq!(tls_version(text), Some(TlsVersion::Tls10.into()), "{text}");
        }
        for text in ["NXDOMAIN", "3", "Non-Existent Domain"] {
            assert_eq!(response_code(text), Some(DnsCode::NoSuchName.into()), "{text}");
        }
        for text in ["DRSGetNCChanges", "IDL_DRSGetNCChanges", "drsgetncchanges"] {
            assert_eq!(rpc_function(text), Some(RpcFunction::IdlDRSGetNCChanges.into()), "{text}");
        }
        assert_eq!(kerberos_error("KDC_ERR_PREAUTH_FAILED"), Some((KerberosError::PreAuthenticationFailed, true)));
        assert_eq!(
            [record_type("*"), dhcp_message("DISCOVER")],
            [Some(DnsType::Any.into()), Some(DhcpMessage::Discover.into())]
        );
        assert_eq!(
            (kerberos_cipher("rc4-hmac"), outcome("F")),
            (Some(KerberosCipher::Rc4Hmac.into()), Some(Outcome::Refused.into()))
        );
        assert_eq!((rpc_function("NoSuchCall"), tls_version("unknown-7"), response_code("9999")), (None, None, None));
    }
}
