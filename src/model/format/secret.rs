//! Facts to how they are shown: passwords and the like are masked unless people ask for them.

use super::command_line;
use super::secret_names::{MOST_NESTED, decoded, is_secret};
use crate::model::app::field::FieldId;
use std::borrow::Cow;

pub use super::secret_names::MASK;

/// Whether secrets are written as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Secrets {
    /// They are masked.
    #[default]
    Masked,
    /// They are shown.
    Shown,
}

impl Secrets {
    /// Shown to who asks for them.
    pub fn shown_if(is_asked: bool) -> Secrets {
        if is_asked { Secrets::Shown } else { Secrets::Masked }
    }
}

/// Schemes whose addresses have no slashes before the user.
const SCHEMES: [&str; 3] = ["sip:", "sips:", "mailto:"];

/// A field's text as it is shown: secrets masked, in addresses too, whatever field they are in.
pub fn shown(kind: FieldId, text: &str, secrets: Secrets) -> Cow<'_, str> {
    match secrets {
        Secrets::Shown => Cow::Borrowed(text),
        Secrets::Masked if kind.shape().is_secret() => Cow::Borrowed(MASK),
        Secrets::Masked if matches!(kind, FieldId::Command | FieldId::Argument) => {
            let masked = command_line::without_secrets(text);
            Cow::Owned(address(&masked).into_owned())
        }
        Secrets::Masked => address(text),
    }
}

/// A text without passwords before a host (`user:password@host`) and without the values of parameters that are secrets.
pub fn address(text: &str) -> Cow<'_, str> {
    let mut masked = Cow::Borrowed(text);
    if text.contains('@') {
        masked = without_userinfo(text);
    }
    if masked.contains('=') {
        masked = Cow::Owned(without_parameters(&masked));
    }
    if masked == text { Cow::Borrowed(text) } else { masked }
}

fn without_userinfo(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('@') {
        let start = before.rfind(['/', ' ', '<', '"', '=', ',', ';']).map_or(0, |at| at + 1);
        let (ahead, user) = before.split_at(start);
        let scheme = SCHEMES.iter().find(|scheme| user.starts_with(**scheme)).map_or(0, |scheme| scheme.len());
        let (scheme, user) = user.split_at(scheme);
        let name = user.split_once(':').filter(|(_, password)| !password.is_empty()).map(|(name, _)| name);
        out.extend([ahead, scheme]);
        match name {
            Some(name) => out.extend([name, ":", MASK]),
            None => out.push_str(user),
        }
        out.push('@');
        rest = behind;
    }
    Cow::Owned(out + rest)
}

fn without_parameters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(['?', '&', ';', '#', ' ']) {
        let (pair, end) = match part.chars().next_back().filter(|last| "?&;# ".contains(*last)) {
            Some(last) => part.split_at(part.len() - last.len_utf8()),
            None => (part, ""),
        };
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && (is_secret(name) || holds_secret(value)) => {
                out.extend([name, "=", MASK]);
            }
            _ => out.push_str(pair),
        }
        out.push_str(end);
    }
    out
}

/// True for a value that is an address of its own, in percent-encoding, with a secret in it.
fn holds_secret(value: &str) -> bool {
    let mut inner = value.to_owned();
    for _ in 0..MOST_NESTED {
        let decoded = decoded(&inner);
        if decoded == inner {
            break;
        }
        if decoded.split(['?', '&', ';', '#']).any(|pair| pair.split_once('=').is_some_and(|(name, _)| is_secret(name)))
        {
            return true;
        }
        inner = decoded;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_of_any_protocol_shows_a_secret_in_an_address() {
        for kind in FieldId::ALL {
            for text in [
                "http://bob:Zq53@h.example/",
                "/in?user=bob&password=Zq53",
                "GET /in?token=Zq53#x",
                "CONNECT bob:Zq53@h.example:443",
                "sip:bob:Zq53@h.example;transport=tcp",
                "/x;jsessionid=Zq53",
                "/go?next=%2Fin%3Fapi_key%3DZq53",
            ] {
                let shown = shown(*kind, text, Secrets::Masked);
                assert!(!shown.contains("Zq53"), "{}: {shown}", kind.id());
            }
        }
    }

    #[test]
    fn secrets_are_masked_unless_asked_for() {
        let (masked, asked) = (Secrets::default(), Secrets::Shown);
        assert_eq!(shown(FieldId::Password, "hunter2", masked), MASK);
        assert_eq!(shown(FieldId::Community, "public", masked), MASK);
        assert_eq!(shown(FieldId::HttpForm, "a=b", masked), MASK);
        assert_eq!(shown(FieldId::Password, "hunter2", asked), "hunter2");
        assert_eq!(shown(FieldId::User, "anna", masked), "anna");
    }

    #[test]
    fn parameters_of_an_address_are_masked_by_name() {
        let path = "/in?user=anna&Password=hunter2&user_pwd=x&page=2&pass=";
        let masked = format!("/in?user=anna&Password={MASK}&user_pwd={MASK}&page=2&pass=");
        assert_eq!(shown(FieldId::HttpPath, path, Secrets::Masked), masked);
        assert_eq!(shown(FieldId::HttpPath, path, Secrets::Shown), path);
        assert_eq!(shown(FieldId::HttpPath, "/a?b", Secrets::Masked), "/a?b");
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_in_an_address() {
        let masked = |text: &str| shown(FieldId::Location, text, Secrets::Masked).into_owned();
        for text in [
            "/l?user[password]=SECRET",
            "/l?password_confirmation=SECRET&a=1",
            "/l?pass%77ord=SECRET",
            "/l?pass%2577ord=SECRET",
            "/l?a=1;password=SECRET",
            "/x;jsessionid=SECRET?a=1",
            "/x?next=%2Flogin%3Ftoken%3DSECRET&a=1",
            "/x#access_token=SECRET",
            "/x?X-Amz-Signature=SECRET",
            "http://bob:SECRET@h.example/",
            "bob:SECRET@h.example:443",
            "rtsp://bob:SECRET@cam/1",
            "<sip:bob:SECRET@h.example>;tag=1",
            "/x?url=http://bob:SECRET@h/",
        ] {
            assert!(!masked(text).contains("SECRET"), "{text}: {}", masked(text));
        }
        for text in ["/x?page=2&q=a", "<sip:bob@h.example>;tag=1", "mailto:bob@h.example", "/x?keyword=shoes", "a=b@c"]
        {
            assert_eq!(masked(text), text);
        }
    }
}
