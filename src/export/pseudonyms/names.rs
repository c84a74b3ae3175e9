//! Names to pseudonyms: each label by a keyed hash of itself and what stands behind it; a last label that says nothing stays.

use super::cipher::Keyed;

/// Last labels that identify nobody, and so stay: registries, and what networks call themselves inside.
const COMMON: [&str; 44] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "io", "de", "uk", "fr", "eu", "ru", "cn",
    "nl", "ch", "at", "us", "jp", "it", "es", "pl", "se", "br", "in", "local", "lan", "internal", "intranet", "home",
    "example", "test", "invalid", "arpa", "pw", "top", "xyz", "dev", "app", "cloud", "online",
];
/// Of these, the ones that words of filters, files and sentences end in as well: no sign of a name.
const WORDS: [&str; 5] = ["name", "in", "it", "at", "app"];
/// Accounts and hosts that have the same name everywhere.
const GENERIC: &[&str] = &[
    "root",
    "admin",
    "administrator",
    "anonymous",
    "guest",
    "user",
    "test",
    "localhost",
    "workgroup",
    "local",
    "none",
    "http",
    "https",
    "www",
    "krbtgt",
    "system",
    "ldap",
    "cifs",
    "host",
    "mssqlsvc",
    "dns",
    "rpcss",
    "termsrv",
    "wsman",
    "svcctl",
    "samr",
    "lsarpc",
    "srvsvc",
    "epmapper",
    "ftp",
    "ssh",
    "smb",
    "ipc",
    "ipc$",
    "print",
    "null",
    "unknown",
    "client",
    "server",
    "tcp",
    "udp",
    "tls",
    "name",
    "service",
    "port",
    "data",
    "the",
];

/// Letters of a pseudonym: no vowels, so that it is no word.
const LETTERS: &[u8; 32] = b"bcdfghjklmnpqrstvwxz0123456789ky";
/// Length of the pseudonym of a label: 40 bits.
const N_LETTERS: usize = 8;

/// True for a letter of a run, which is replaced as a whole or by its parts; all others stay.
pub fn is_of_run(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | ':' | '-' | '_')
}

/// True for a name that everybody has.
pub fn is_generic(name: &str) -> bool {
    name.len() < 3 || GENERIC.contains(&name) || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// True for a text of several labels that ends as names do; it is in lower case.
pub fn looks_like_name(text: &str) -> bool {
    let Some((front, last)) = text.rsplit_once('.') else { return false };
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    };
    COMMON.contains(&last) && !WORDS.contains(&last) && front.split('.').all(is_label)
}

/// The pseudonym of a name in lower case, with as many labels.
pub fn pseudonym(keyed: &Keyed, name: &str) -> String {
    let labels: Vec<&str> = name.split('.').collect();
    let (mut behind, mut said) = (String::new(), Vec::new());
    for (place, label) in labels.iter().rev().enumerate() {
        behind = if place == 0 { (*label).to_owned() } else { format!("{label}.{behind}") };
        let stays = label.is_empty() || place == 0 && labels.len() > 1 && COMMON.contains(label);
        said.push(if stays { (*label).to_owned() } else { word(keyed, &behind) });
    }
    said.reverse();
    said.join(".")
}

/// A word that begins with a letter.
fn word(keyed: &Keyed, text: &str) -> String {
    let hash = keyed.hash(b'n', text);
    let letters = hash.iter().take(N_LETTERS).enumerate().map(|(place, byte)| {
        // The first twenty are letters.
        let most = if place == 0 { 20 } else { LETTERS.len() };
        char::from(LETTERS.get(usize::from(*byte) % most).copied().unwrap_or(b'x'))
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::super::cipher::PseudonymKey;
    use super::*;

    #[test]
    fn names_keep_their_labels_and_what_they_share() {
        let keyed = Keyed::new(&PseudonymKey::new([9; 32]));
        let of = |name: &str| pseudonym(&keyed, name);
        let (a, b) = (of("www.acme.com"), of("mail.acme.com"));
        assert_eq!(a.split('.').count(), 3);
        assert_eq!(a.split_once('.').unwrap().1, b.split_once('.').unwrap().1);
        assert!(a.ends_with(".com") && a != b && !a.contains("acme"));
        assert_ne!(of("www.acme.com").split('.').next(), of("www.other.com").split('.').next());
        assert_ne!(of("db.acme").split('.').next_back(), Some("acme"));
        assert_eq!(of("anna"), of("anna"));
    }

    #[test]
    fn fields_of_filters_are_no_names() {
        for text in [
            "ip.src",
            "tcp.flags.syn",
            "dns.qry.name",
            "http.host",
            "port_scan.ports",
            "example",
            "cmd.exe",
            "site.local_networks",
        ] {
            assert!(!looks_like_name(text), "{text}");
        }
        assert!(
            looks_like_name("a.example.com")
                && looks_like_name("4.3.2.1.in-addr.arpa")
                && looks_like_name("printer.local")
        );
    }
}
