//! Turns filters of LDAP searches (RFC 4511, section 4.5.1) into text (RFC 4515), and recognises searches for accounts
//! in a Windows directory that interest attackers.

use crate::decode::app::support::ber;
use crate::model::app::field::{FieldBuffer, FieldId, MOST_TEXT_BYTES};
use crate::model::app::kinds::directory::LdapTarget;

/// Deepest nesting that is read.
const MOST_DEPTH: u8 = 12;
const AND: u8 = 0xa0;
const OR: u8 = 0xa1;
const NOT: u8 = 0xa2;
const EQUAL: u8 = 0xa3;
const SUBSTRINGS: u8 = 0xa4;
const GREATER: u8 = 0xa5;
const LESS: u8 = 0xa6;
const PRESENT: u8 = 0x87;
const APPROXIMATE: u8 = 0xa8;
const EXTENSIBLE: u8 = 0xa9;
/// Every bit of the value is set (MS-ADTS, section 3.1.1.3.4.4.1).
const ALL_BITS: &[u8] = b"1.2.840.113556.1.4.803";
/// Any bit of the value is set (section 3.1.1.3.4.4.2).
const ANY_BIT: &[u8] = b"1.2.840.113556.1.4.804";
/// Bits of userAccountControl (section 2.2.16): no pre-authentication is needed; trusted for delegation, or to delegate.
const DONT_REQ_PREAUTH: u64 = 0x0040_0000;
const DELEGATION: u64 = 0x0108_0000;
/// Attributes in which passwords of computers are kept.
const PASSWORDS: [&[u8]; 4] =
    [b"ms-mcs-admpwd", b"mslaps-password", b"mslaps-encryptedpassword", b"msds-managedpassword"];

/// Adds the filter of a search as text, and whom it is for; `rest` begins with it, and the attributes asked for follow.
pub(super) fn read(rest: &[u8], fields: &mut FieldBuffer) {
    let Some((tag, content, attributes)) = ber::value(rest) else { return };
    let mut filter = Filter::default();
    filter.add(tag, content, true, MOST_DEPTH);
    fields.text(FieldId::LdapFilter, &filter.text);
    if let Some((_, list, _)) = ber::value(attributes) {
        for name in values(list).map(|(_, name)| name) {
            if is_password(name) {
                filter.note(LdapTarget::Passwords);
            }
        }
    }
    filter.targets.into_iter().for_each(|target| fields.token(FieldId::LdapTarget, target));
}

/// The values that stand one behind the other.
fn values(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (tag, content, rest) = ber::value(bytes)?;
        bytes = rest;
        Some((tag, content))
    })
}

fn is_password(name: &[u8]) -> bool {
    PASSWORDS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[derive(Default)]
struct Filter {
    text: String,
    targets: Vec<LdapTarget>,
}

impl Filter {
    /// Adds a part; what a "not" is about is not what is searched for.
    fn add(&mut self, tag: u8, content: &[u8], is_wanted: bool, depth: u8) {
        if depth == 0 || self.text.len() > MOST_TEXT_BYTES {
            return;
        }
        self.text.push('(');
        match tag {
            AND | OR | NOT => {
                self.text.push(match tag {
                    AND => '&',
                    OR => '|',
                    _ => '!',
                });
                let is_wanted = is_wanted && tag != NOT;
                values(content).for_each(|(tag, content)| self.add(tag, content, is_wanted, depth - 1));
            }
            PRESENT => {
                self.push(content);
                self.text.push_str("=*");
                self.judge(content, b"*", is_wanted);
            }
            EQUAL | GREATER | LESS | APPROXIMATE => self.comparison(tag, content, is_wanted),
            SUBSTRINGS => self.substrings(content, is_wanted),
            EXTENSIBLE => self.extensible(content, is_wanted),
            _ => self.text.push('?'),
        }
        self.text.push(')');
    }

    fn comparison(&mut self, tag: u8, content: &[u8], is_wanted: bool) {
        let mut parts = values(content).map(|(_, part)| part);
        let (name, value) = (parts.next().unwrap_or(&[]), parts.next().unwrap_or(&[]));
        self.push(name);
        self.text.push_str(match tag {
            GREATER => ">=",
            LESS => "<=",
            APPROXIMATE => "~=",
            _ => "=",
        });
        self.push(value);
        self.judge(name, value, is_wanted && tag == EQUAL);
    }

    /// First, middle and last pieces, each with its tag.
    fn substrings(&mut self, content: &[u8], is_wanted: bool) {
        let mut parts = values(content).map(|(_, part)| part);
        let (name, pieces) = (parts.next().unwrap_or(&[]), parts.next().unwrap_or(&[]));
        self.push(name);
        self.text.push('=');
        let mut is_open = true;
        for (tag, piece) in values(pieces) {
            if tag != 0x80 {
                self.text.push('*');
            }
            self.push(piece);
            is_open = tag != 0x82;
        }
        if is_open {
            self.text.push('*');
        }
        self.judge(name, b"*", is_wanted);
    }

    fn extensible(&mut self, content: &[u8], is_wanted: bool) {
        let part = |wanted: u8| values(content).find(|(tag, _)| *tag == wanted).map_or(&[][..], |(_, part)| part);
        let (rule, name, value) = (part(0x81), part(0x82), part(0x83));
        self.push(name);
        // dnAttributes, FALSE if it is not there.
        if part(0x84).first().is_some_and(|is_dn| *is_dn != 0) {
            self.text.push_str(":dn");
        }
        if !rule.is_empty() {
            self.text.push(':');
            self.push(rule);
        }
        self.text.push_str(":=");
        self.push(value);
        let bits = std::str::from_utf8(value).ok().and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
        if is_wanted && (rule == ALL_BITS || rule == ANY_BIT) && name.eq_ignore_ascii_case(b"userAccountControl") {
            if bits & DONT_REQ_PREAUTH != 0 {
                self.note(LdapTarget::NoPreAuthentication);
            }
            if bits & DELEGATION != 0 {
                self.note(LdapTarget::Delegation);
            }
        }
    }

    /// Whom a comparison is for: any service rather than a certain one, administrators, passwords.
    fn judge(&mut self, name: &[u8], value: &[u8], is_wanted: bool) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let target = match value {
            b"*" if is("servicePrincipalName") => LdapTarget::ServiceAccounts,
            b"*" if is("msDS-AllowedToDelegateTo") => LdapTarget::Delegation,
            b"*" if is_password(name) => LdapTarget::Passwords,
            b"1" | b"*" if is("adminCount") => LdapTarget::AdminCount,
            _ => return,
        };
        if is_wanted {
            self.note(target);
        }
    }

    fn note(&mut self, target: LdapTarget) {
        if !self.targets.contains(&target) {
            self.targets.push(target);
        }
    }

    /// Text as it is; anything else as a backslash and two digits (RFC 4515, section 3).
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().take(MOST_TEXT_BYTES) {
            match byte {
                b' '..=b'~' if !b"()*\\".contains(byte) => self.text.push(char::from(*byte)),
                _ => self.text.push_str(&format!("\\{byte:02x}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, content.len() as u8], content].concat()
    }

    fn comparison(name: &str, value: &str) -> Vec<u8> {
        tagged(EQUAL, &[tagged(4, name.as_bytes()), tagged(4, value.as_bytes())].concat())
    }

    fn bits(value: &str) -> Vec<u8> {
        let parts = [tagged(0x81, ALL_BITS), tagged(0x82, b"userAccountControl"), tagged(0x83, value.as_bytes())];
        tagged(EXTENSIBLE, &parts.concat())
    }

    fn facts(filter: &[u8], attributes: &[&str]) -> Vec<String> {
        let names: Vec<u8> = attributes.iter().flat_map(|name| tagged(4, name.as_bytes())).collect();
        let whole = [filter, &tagged(0x30, &names)].concat();
        for end in 0..whole.len() {
            read(&whole[..end], &mut FieldBuffer::default());
        }
        let mut fields = FieldBuffer::default();
        read(&whole, &mut fields);
        listed(&fields)
    }

    #[test]
    fn a_search_for_any_service_account_is_told_from_one_for_a_certain_service() {
        let any = tagged(PRESENT, b"servicePrincipalName");
        let all = tagged(AND, &[comparison("objectClass", "user"), any.clone()].concat());
        let expected = [
            "ldap.filter=(&(objectClass=user)(servicePrincipalName=*))",
            "ldap.target=accounts with a service principal name",
        ];
        assert_eq!(facts(&all, &["cn"]), expected);
        assert_eq!(facts(&comparison("servicePrincipalName", "cifs/a"), &[]).len(), 1);
        assert_eq!(facts(&tagged(NOT, &any), &[]), ["ldap.filter=(!(servicePrincipalName=*))"]);
    }

    #[test]
    fn bits_of_accounts_administrators_and_passwords_are_told() {
        assert!(facts(&bits("4194304"), &[])[1].contains("without pre-authentication"));
        assert_eq!(facts(&tagged(NOT, &bits("2")), &[]).len(), 1);
        assert!(facts(&comparison("adminCount", "1"), &[])[1].contains("administrators"));
        assert!(facts(&comparison("cn", "(x)"), &["ms-Mcs-AdmPwd"])[1].contains("passwords"));
        assert_eq!(facts(&comparison("cn", "(x)"), &[]), ["ldap.filter=(cn=\\28x\\29)"]);
        let pieces = [tagged(0x80, b"sql"), tagged(0x82, b"x")].concat();
        let some = tagged(SUBSTRINGS, &[tagged(4, b"cn"), tagged(0x30, &pieces)].concat());
        assert_eq!(facts(&some, &[]), ["ldap.filter=(cn=sql*x)"]);
    }

    #[test]
    fn an_extensible_match_is_written_with_and_without_a_rule() {
        let parts = [tagged(0x82, b"ou"), tagged(0x83, b"x")].concat();
        assert_eq!(facts(&tagged(EXTENSIBLE, &parts), &[]), ["ldap.filter=(ou:=x)"]);
        let parts = [tagged(0x81, b"2.4"), parts, tagged(0x84, &[0xff])].concat();
        assert_eq!(facts(&tagged(EXTENSIBLE, &parts), &[]), ["ldap.filter=(ou:dn:2.4:=x)"]);
    }

    #[test]
    fn a_filter_of_filters_without_end_is_cut() {
        let mut deep = tagged(PRESENT, b"a");
        (0..40).for_each(|_| deep = tagged(NOT, &deep));
        assert!(facts(&deep, &[])[0].len() < 60);
    }
}
