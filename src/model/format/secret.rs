//! Facts to how they are shown: passwords and the like are masked unless people ask for them.

use crate::model::app::field::FieldId;
use std::borrow::Cow;

/// Whether secrets are written as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Secrets {
    /// They are masked.
    #[default]
    Masked,
    /// They are shown.
    Shown,
}

/// Shown instead of a secret.
pub const MASK: &str = "••••••";

/// Parameters of a web address that are secrets, by the end of their names in lower case.
const PARAMETERS: [&str; 9] = ["password", "passwd", "passwort", "pass", "pwd", "secret", "token", "apikey", "api_key"];

/// A fact's text as it is shown.
pub fn shown(kind: FieldId, text: &str, secrets: Secrets) -> Cow<'_, str> {
    match (secrets, kind, kind.shape()) {
        (Secrets::Shown, _, _) => Cow::Borrowed(text),
        (_, _, shape) if shape.is_secret() => Cow::Borrowed(MASK),
        (_, FieldId::HttpPath | FieldId::HttpReferer, _) => address(text),
        _ => Cow::Borrowed(text),
    }
}

/// A web address without the values of parameters that are secrets.
fn address(text: &str) -> Cow<'_, str> {
    let Some((path, query)) = text.split_once('?') else { return Cow::Borrowed(text) };
    let mut has_secret = false;
    let parts: Vec<Cow<'_, str>> = query
        .split('&')
        .map(|part| match part.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret(name) => {
                has_secret = true;
                Cow::Owned(format!("{name}={MASK}"))
            }
            _ => Cow::Borrowed(part),
        })
        .collect();
    if has_secret { Cow::Owned(format!("{path}?{}", parts.join("&"))) } else { Cow::Borrowed(text) }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PARAMETERS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
