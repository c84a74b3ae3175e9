//! Reads submitted forms (application/x-www-form-urlencoded, WHATWG URL Standard, section 5): logins, and fields that
//! may carry attacks.

use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::format::percent;

/// Names of fields that hold a user, without case and what is no letter.
const USERS: &[&str] = &[
    "user",
    "username",
    "login",
    "loginname",
    "loginid",
    "email",
    "mail",
    "uname",
    "userid",
    "uid",
    "usr",
    "log",
    "account",
    "accountname",
    "name",
    "nick",
    "nickname",
    "jusername",
    "useremail",
    "userlogin",
    "logonname",
    "benutzer",
    "usuario",
    "utilisateur",
];
/// Names of fields that hold a password.
const PASSWORDS: &[&str] = &[
    "password",
    "pass",
    "passwd",
    "pwd",
    "pw",
    "psw",
    "passw",
    "passwort",
    "userpassword",
    "userpass",
    "jpassword",
    "loginpassword",
    "passphrase",
    "contrasena",
    "motdepasse",
    "pin",
    "passcode",
    "pword",
];
/// Of these the ones that mean other things as often, such as the width of a page: they count beside a user.
const AMBIGUOUS: &[&str] = &["pw", "psw", "pin"];
/// Most fields of a form that are looked at.
const MOST_FIELDS: usize = 64;
/// Most bytes of a field's name.
const MOST_NAME_BYTES: usize = 32;

/// Adds user and password; false, and nothing, if there is no password.
pub(super) fn add_login(form: &[u8], fields: &mut FieldBuffer) -> bool {
    let mark = fields.mark();
    let mut has_password = false;
    let mut has_user = false;
    let mut is_sure = false;
    for field in form.split(|byte| *byte == b'&').take(MOST_FIELDS) {
        let Some(at) = memchr::memchr(b'=', field) else { continue };
        let (name, value) = field.split_at(at);
        let value = value.get(1..).unwrap_or(&[]);
        let Some(kind) = kind(name).filter(|_| !value.is_empty()) else { continue };
        match kind {
            FieldId::User if has_user => continue,
            FieldId::User => has_user = true,
            _ => {
                has_password = true;
                is_sure |= !is_ambiguous(name);
            }
        }
        fields.bytes(kind, &decode(value));
    }
    let is_login = has_password && (is_sure || has_user);
    if !is_login {
        fields.forget(mark);
    }
    is_login
}

/// Adds the fields, as they were sent, whose values are more than words and numbers; true if there are any.
pub(super) fn add_fields(form: &[u8], fields: &mut FieldBuffer) -> bool {
    let n_before = fields.len();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-_.@*=".contains(byte);
    for field in form.split(|byte| *byte == b'&').take(MOST_FIELDS).filter(|field| !field.iter().all(is_word)) {
        fields.bytes(FieldId::HttpForm, field);
    }
    fields.len() > n_before
}

fn kind(name: &[u8]) -> Option<FieldId> {
    if name.len() > MOST_NAME_BYTES {
        return None;
    }
    let plain = plain(name);
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.as_bytes() == plain);
    if is_one_of(PASSWORDS) {
        return Some(FieldId::Password);
    }
    is_one_of(USERS).then_some(FieldId::User)
}

fn is_ambiguous(name: &[u8]) -> bool {
    let plain = plain(name);
    AMBIGUOUS.iter().any(|known| known.as_bytes() == plain)
}

/// A name without case and what is no letter.
fn plain(name: &[u8]) -> Vec<u8> {
    decode(name).into_iter().filter(u8::is_ascii_alphabetic).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Plus signs are spaces, a per cent sign has two hexadecimal digits behind it.
fn decode(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent::decode(&spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_more_than_words_are_handed_on() {
        let mut fields = FieldBuffer::default();
        assert!(!add_fields(b"user=anna&n=-1.5", &mut fields) && fields.is_empty());
        assert!(add_fields(b"q=two+words&id=1'+or+1%3d1&n=5", &mut fields));
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!(said.texts(FieldId::HttpForm).collect::<Vec<_>>(), ["id=1'+or+1%3d1"]);
    }

    #[test]
    fn a_user_counts_only_with_a_password() {
        let mut fields = FieldBuffer::default();
        assert!(!add_login(b"user=anna&q=1", &mut fields));
        assert!(fields.is_empty());
        assert!(add_login(b"q=1&User_Name=anna&login%5Bpassword%5D=&Passwd=%zz%41", &mut fields));
        let mut width = FieldBuffer::default();
        assert!(!add_login(b"pw=1286&ph=722", &mut width) && width.is_empty());
        assert!(add_login(b"pw=1286&user=anna", &mut width));
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!((said.text(FieldId::User), said.text(FieldId::Password)), (Some("anna"), Some("%zzA")));
    }
}
