//! Application payload to one line for the packet table: the question asked, the server named, the command given.

use super::{Verdict, http, tls};
use crate::model::protocol::Named;
use simple_dns::Packet;

/// Longest line; the rest is cut.
const MOST_CHARS: usize = 160;

/// One line on what a payload says; none if it says nothing readable.
pub fn line(app: Named, payload: &[u8]) -> Option<String> {
    match app {
        Named::Dns | Named::Mdns | Named::Llmnr => dns(payload),
        Named::Tls => hello(payload),
        Named::Http if http::read(payload) != Verdict::NotMine => first_line(payload),
        Named::Ftp | Named::Smtp | Named::Pop3 | Named::Imap | Named::Ssh => first_line(payload),
        _ => None,
    }
}

fn dns(payload: &[u8]) -> Option<String> {
    let packet = Packet::parse(payload).ok()?;
    let asked = packet.questions.first().map_or(String::new(), |question| {
        let kind = format!("{:?}", question.qtype);
        let kind = kind.trim_start_matches("TYPE(").trim_end_matches(')').to_owned();
        format!("{kind} {}", question.qname)
    });
    let is_answer = payload.get(2).is_some_and(|flags| flags & 0x80 != 0);
    let text = match (is_answer, packet.answers.len()) {
        (false, _) => format!("Asks {asked}"),
        (true, 0) => format!("Answers {asked}: {:?}", packet.rcode()),
        (true, n) => {
            let first = super::dns::addresses(payload).first().map(|(host, _)| host.to_string());
            let more = if n > 1 { format!(" and {} more", n - 1) } else { String::new() };
            format!("Answers {asked}: {}{more}", first.unwrap_or_else(|| format!("{n} records")))
        }
    };
    Some(cut(&text))
}

fn hello(payload: &[u8]) -> Option<String> {
    match tls::read(payload) {
        Verdict::Mine(Some((name, _))) => Some(cut(&format!("Client hello for {name}"))),
        Verdict::More => Some("Client hello (continues in the next packet)".to_owned()),
        Verdict::Mine(None) => Some(
            match (payload.first(), payload.get(5)) {
                (Some(22), Some(1)) => "Client hello without a server name",
                (Some(22), Some(2)) => "Server hello",
                (Some(22), _) => "Handshake",
                (Some(23), _) => "Application data",
                (Some(21), _) => "Alert",
                (Some(20), _) => "Change cipher spec",
                _ => "TLS record",
            }
            .to_owned(),
        ),
        Verdict::NotMine => None,
    }
}

fn first_line(payload: &[u8]) -> Option<String> {
    let line = payload.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let is_text = !line.is_empty() && line.iter().take(MOST_CHARS).all(|byte| matches!(byte, 9 | 32..=126 | 128..));
    is_text.then(|| cut(&String::from_utf8_lossy(line)))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST_CHARS {
        return text.to_owned();
    }
    text.chars().take(MOST_CHARS - 1).chain(['…']).collect()
}
