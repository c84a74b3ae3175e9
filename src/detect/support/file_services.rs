//! Recognises by server name the external services where anybody can store files.

use crate::detect::support::domains;

/// What is kept there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    /// Files, in an account or for whoever has the link.
    Files,
    /// Texts for whoever has the link.
    Texts,
    /// Messages to a robot or channel.
    Messages,
}

/// Registered domains, and names below shared ones, of well-known services; each as its owner documents it.
const FILES: [&str; 42] = [
    "4shared.com",
    "amazonaws.com",
    "anonfiles.com",
    "backblazeb2.com",
    "blob.core.windows.net",
    "box.com",
    "boxcloud.com",
    "catbox.moe",
    "digitaloceanspaces.com",
    "drive.google.com",
    "dropbox.com",
    "dropboxapi.com",
    "dropboxusercontent.com",
    "file.io",
    "filebin.net",
    "file.core.windows.net",
    "gofile.io",
    "icloud-content.com",
    "idrive.com",
    "mediafire.com",
    "mega.co.nz",
    "mega.io",
    "mega.nz",
    "onedrive.com",
    "onedrive.live.com",
    "pcloud.com",
    "pixeldrain.com",
    "proton.me",
    "put.io",
    "r2.cloudflarestorage.com",
    "send-anywhere.com",
    "sendspace.com",
    "sharepoint.com",
    "storage.googleapis.com",
    "sync.com",
    "temp.sh",
    "tresorit.com",
    "ufile.io",
    "uploadfiles.io",
    "wasabisys.com",
    "wetransfer.com",
    "yadi.sk",
];
const TEXTS: [&str; 10] = [
    "0bin.net",
    "dpaste.com",
    "ghostbin.com",
    "gist.github.com",
    "hastebin.com",
    "paste.ee",
    "pastebin.com",
    "privatebin.net",
    "rentry.co",
    "termbin.com",
];
const MESSAGES: [&str; 4] = ["api.telegram.org", "discord.com", "discordapp.com", "hooks.slack.com"];

impl Store {
    /// The kind of place that a server's name is of, if it is a known one.
    pub fn of(name: &str) -> Option<Store> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let lists = [(Store::Files, &FILES[..]), (Store::Texts, &TEXTS[..]), (Store::Messages, &MESSAGES[..])];
        lists
            .into_iter()
            .find(|(_, names)| names.iter().any(|known| domains::is_of(&name, known)))
            .map(|(store, _)| store)
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Store::Files => "a file storage service",
            Store::Texts => "a text sharing service",
            Store::Messages => "a messaging service",
        }
    }

    /// ATT&CK technique of data that is carried out to it, and its published name.
    pub fn technique(self) -> (&'static str, &'static str) {
        match self {
            Store::Files => ("T1567.002", "Exfiltration to Cloud Storage"),
            Store::Texts => ("T1567.003", "Exfiltration to Text Storage Sites"),
            Store::Messages => ("T1567", "Exfiltration Over Web Service"),
        }
    }
}

/// The name under which several servers of one owner are one place: the registered domain.
pub fn place(name: &str) -> Option<&str> {
    if name.is_empty() { None } else { domains::registered(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_told_by_whole_labels() {
        assert_eq!(Store::of("bucket.s3.eu-central-1.AmazonAWS.com."), Some(Store::Files));
        assert_eq!(Store::of("pastebin.com"), Some(Store::Texts));
        assert_eq!(Store::of("api.telegram.org").map(Store::words), Some("a messaging service"));
        assert_eq!((Store::of("notmega.nz"), Store::of("www.example.org"), Store::of("")), (None, None, None));
        for list in [&FILES[..], &TEXTS[..], &MESSAGES[..]] {
            assert!(list.iter().all(|name| !name.is_empty() && **name == name.to_ascii_lowercase()));
        }
        assert_eq!((place("a.b.example.co.uk"), place("")), (Some("example.co.uk"), None));
    }
}
