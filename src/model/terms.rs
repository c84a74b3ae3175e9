//! The terms that people meet on the page and in reports, each with its meaning in a sentence; and where a text has one.

use std::ops::Range;
use std::sync::LazyLock;

/// Terms and what they mean. The first form is its name, the others are how texts write it too; a form with more than a first
/// capital letter is meant as it is written.
pub const TERMS: &[(&[&str], &str)] = &[
    (&["Finding", "findings"], "Something in the traffic that does not belong there, reported by one detector."),
    (&["Severity"], "How much a finding matters if it is true: impact, confidence and extent together."),
    (&["Confidence"], "How sure it is that a finding is what its title says."),
    (&["Evidence"], "What was measured; the baseline beside it is what is usual."),
    (&["Incident", "incidents"], "Findings of the same hosts that follow each other like the steps of an attack."),
    (&["Flow", "flows"], "The packets of one conversation: two addresses, two ports, one protocol."),
    (&["Technique", "techniques"], "The name that MITRE ATT&CK gives to something that attackers do."),
    (&["Display filter", "display filters"], "A text that makes Wireshark show only the packets meant."),
    (&["Detector", "detectors"], "A part of Packetloupe that looks for one kind of attack or trouble."),
    (
        &["Baseline", "baselines"],
        "What is usual: measured in the rest of the capture, set by a rule, or kept in a file of normal traffic.",
    ),
    (
        &["Verdict"],
        "What you say of a finding: confirmed, a false positive, unsure. It is kept and goes into the report.",
    ),
    (
        &["Score", "scores"],
        "How far a value, flow or row is from what is usual; larger is more unusual. It says nothing of harm.",
    ),
    (&["Threshold", "thresholds"], "The value from which on something is reported."),
    (&["False alarm", "false alarms", "false positive", "false positives"], "A report of something harmless."),
    (&["Packet", "packets"], "What is sent over a link in one piece: headers that say from where to where, and data."),
    (&["Payload"], "What a packet carries behind its headers."),
    (&["Protocol", "protocols"], "The rules of a conversation: what messages look like and what answers what."),
    (&["Port", "ports"], "A number from 0 to 65,535 that tells services and programs of one host apart."),
    (&["Service", "services"], "What a host offers on a port: web, mail, names."),
    (&["Originator"], "Who opened a connection: the client."),
    (&["Responder"], "The other side of a connection: the server."),
    (&["SYN"], "The flag of the TCP packet that asks for a connection; a host that accepts answers SYN and ACK."),
    (&["ACK"], "The TCP flag that confirms what has arrived."),
    (&["FIN"], "The TCP flag that ends a connection in good order."),
    (&["RST", "Resets", "reset"], "RST, the TCP flag that ends a connection at once, or refuses it."),
    (&["PSH"], "The TCP flag that asks to hand data on at once."),
    (&["Handshake", "handshakes"], "The first messages of a connection, in which both sides agree on it."),
    (
        &["Retransmissions", "retransmission", "retransmitted"],
        "Data that is sent again because nobody confirmed it: packets were lost on the way.",
    ),
    (
        &["Duplicate ACK", "duplicate ACKs"],
        "A confirmation that comes again, since a packet before the latest one is missing.",
    ),
    (
        &["Zero window", "zero windows"],
        "A receiver says that it can take nothing for now: its program is slow to read.",
    ),
    (&["Round trip", "round trips", "RTT"], "The time from a packet to its answer."),
    (&["Response time", "response times"], "The time from a request to the first byte of its answer."),
    (&["Lost segments"], "Data that was sent and never arrived, or that the capture missed."),
    (&["Fragment", "fragments"], "A part of an IP packet that was too large for the link."),
    (&["TTL"], "Time to live: how many routers a packet may still pass."),
    (&["MTU"], "The largest packet that a link carries."),
    (&["VLAN"], "A network of its own on shared switches, told by a number in each frame."),
    (&["ARP"], "The protocol by which hosts ask on their link which device has an IP address."),
    (&["NDP"], "The same as ARP for IPv6: which device has an address."),
    (&["MAC address", "MAC addresses", "MAC"], "The address of a network card, used on its own link only."),
    (&["Claims"], "A message that says which device has an IP address; anybody on the link can send one."),
    (&["ICMP"], "The protocol for errors and pings."),
    (&["DHCP"], "The protocol by which hosts get their addresses."),
    (&["DNS"], "The protocol that turns names into addresses."),
    (
        &["Query type", "record type"],
        "What is asked for of a DNS name: A and AAAA are addresses, MX mail servers, TXT free text.",
    ),
    (&["NXDOMAIN"], "The answer of a DNS server that a name does not exist."),
    (&["TLS"], "The protocol that encrypts connections, as for https."),
    (
        &["Certificate", "certificates"],
        "What a server shows to prove its name, signed by somebody whom the client trusts.",
    ),
    (&["Self-signed", "signed by itself"], "Signed by nobody but its own holder: it proves no name."),
    (&["SNI", "Server name", "server names"], "The name that a client asks for before encryption begins."),
    (&["JA3", "JA4"], "A fingerprint of how a client program opens TLS connections."),
    (&["QUIC"], "The protocol of HTTP/3: encrypted connections over UDP."),
    (&["Kerberos"], "The protocol by which Windows networks log people in, with tickets."),
    (&["Kill chain", "tactic"], "The steps that attacks usually go through, from looking around to taking data away."),
    (&["Lateral movement"], "Going from one host that was taken over to the next."),
    (
        &["Beacon", "beacons", "beaconing"],
        "Regular calls of a program to a server: malware polls for commands this way, and programs look for updates.",
    ),
    (&["Exfiltration"], "Taking data out of a network."),
    (&["Spoofing", "spoofed"], "Posing as somebody else by a false address or name."),
    (&["Entropy"], "How evenly byte values or letters are spread, in bits: encrypted data has much, text little."),
    (&["Typical range", "middle half"], "From the value that a quarter is below to the one that a quarter is above."),
    (&["Median"], "The value with half of all below and half above."),
    (&["Quantile", "quantiles", "quartiles", "percentile"], "The value that a given share of all is below."),
    (&["Standard deviation"], "How far values usually are from their mean."),
    (
        &["Correlation"],
        "Whether two columns rise and fall together: 1 always, -1 the one rises when the other falls, 0 not at all.",
    ),
    (&["Feature", "features"], "A number that describes a flow or row for learning methods."),
    (&["Label", "labels"], "The class that a table gives a row, such as benign or an attack."),
    (&["Contamination"], "The share of rows that are taken to be unusual."),
    (&["Isolation forest"], "A method that cuts rows apart at random: what is alone after few cuts is unusual."),
    (&["Autoencoder"], "A network that learns to reproduce rows, and fails at unusual ones."),
    (
        &["ROC curve", "ROC"],
        "Found attacks against false alarms, for every threshold. The higher the better; the diagonal is guessing.",
    ),
    (&["Precision"], "The share of what is reported that is an attack."),
    (&["Recall"], "The share of attacks that is reported."),
    (&["F1"], "Precision and recall in one number, their harmonic mean."),
    (&["Confusion"], "How often each class is taken for each other one."),
    (
        &["Folds", "fold"],
        "Parts of the data that are tested one after another, each by a model that was trained on the others.",
    ),
    (&["Leaks"], "A column that tells the label and would not be known in use: figures look better than they are."),
    (&["Indicator", "indicators", "IOC"], "An address, name or hash that is known from an attack."),
    (&["Inside"], "In the own network, as set or as the whole capture shows."),
    (&["SHA-256"], "A fingerprint of a file: another file has another one."),
    (&["Link type"], "Which kind of network the packets were recorded on."),
    (&["Snapshot length"], "How many bytes of each packet the capture keeps."),
];

/// Every form as it is written and in lower case, with the place of its term: looked for whenever a view is drawn.
static FORMS: LazyLock<Vec<(String, String, usize)>> = LazyLock::new(|| forms(&str::to_owned));

/// The forms of all terms as a language writes them: as written, in lower case, and the place of the term; sorted by the second.
pub fn forms(written: &dyn Fn(&str) -> String) -> Vec<(String, String, usize)> {
    let of = |(place, (forms, _)): (usize, &(&'static [&'static str], &str))| {
        forms.iter().map(move |form| {
            let form = written(form);
            let lower = form.to_ascii_lowercase();
            (form, lower, place)
        })
    };
    let mut all: Vec<(String, String, usize)> = TERMS.iter().enumerate().flat_map(of).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    all
}

/// The name and the meaning of a term at a place in [`TERMS`].
pub fn term(place: usize) -> Option<(&'static str, &'static str)> {
    let (forms, meaning) = TERMS.get(place)?;
    Some((forms.first()?, meaning))
}

/// The meaning of the term of this name.
pub fn meaning(name: &str) -> Option<&'static str> {
    TERMS.iter().find(|(forms, _)| forms.first() == Some(&name)).map(|(_, meaning)| *meaning)
}

/// Where a text has terms, each once, in order and apart: the places in the text and in [`TERMS`]. Of terms that overlap, the one that
/// begins first and then the longest counts.
pub fn find(text: &str) -> Vec<(Range<usize>, usize)> {
    find_forms(text, &FORMS)
}

/// The same with the [`forms`] of a language.
pub fn find_forms(text: &str, forms: &[(String, String, usize)]) -> Vec<(Range<usize>, usize)> {
    let lower = text.to_ascii_lowercase();
    // Range, place of the term, place of the form: each form where it comes first.
    let mut all: Vec<(Range<usize>, usize, usize)> = Vec::new();
    let mut is_behind_part = false;
    for (start, c) in lower.char_indices() {
        if !std::mem::replace(&mut is_behind_part, is_part(c)) {
            let rest = lower.get(start..).unwrap_or_default();
            // Only few forms begin with the same sign.
            let begins = |form: &(String, String, usize)| form.1.chars().next().cmp(&Some(c));
            let from = forms.partition_point(|form| begins(form).is_lt());
            let alike = forms.iter().enumerate().skip(from).take_while(|(_, form)| begins(form).is_eq());
            for (nth, (form, wanted, place)) in alike {
                let end = start + wanted.len();
                if rest.starts_with(wanted.as_str())
                    && is_whole(text, start..end, form)
                    && !all.iter().any(|(_, _, other)| *other == nth)
                {
                    all.push((start..end, *place, nth));
                }
            }
        }
    }
    all.sort_by_key(|(range, _, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut end, mut found) = (0, Vec::new());
    for (range, place, _) in all {
        if range.start >= end && !found.iter().any(|(_, other)| *other == place) {
            end = range.end;
            found.push((range, place));
        }
    }
    found
}

/// True if a word means nothing else in a sentence: it is an abbreviation or of several words.
pub fn is_technical(word: &str) -> bool {
    word.contains(' ') || word.chars().skip(1).any(char::is_uppercase)
}

/// What makes a word go on.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "_-./".contains(c)
}

/// No word goes on behind the range, and a form that is meant as it is written is written so.
fn is_whole(text: &str, range: Range<usize>, form: &str) -> bool {
    let is_as_written = form.chars().skip(1).any(char::is_uppercase);
    let mut behind = text.get(range.end..).unwrap_or_default().chars();
    // A mark at the end of a sentence is no part of the word.
    let goes_on = match behind.next() {
        Some('.') => behind.next().is_some_and(char::is_alphanumeric),
        next => next.is_some_and(is_part),
    };
    let first = form.chars().next().map_or(0, char::len_utf8);
    !goes_on && (!is_as_written || text.get(range.start + first..range.end) == form.get(first..))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|(range, _)| &text[range]).collect()
    }

    #[test]
    fn terms_are_found_as_words_once_and_the_longest() {
        assert_eq!(words("Flows that were reset, by flow and port"), ["Flows", "reset", "port"]);
        assert_eq!(words("Duplicate ACKs and SYN-ACK, syn, Ports."), ["Duplicate ACKs", "Ports"]);
        assert_eq!(words("The display filter tcp.port == 443 of support"), ["display filter"]);
        assert_eq!(words("SHA-256 of the file; größer: Label"), ["SHA-256", "Label"]);
        assert!(is_technical("SYN") && is_technical("zero window") && !is_technical("Finding"));
        assert!(find("").is_empty() && find("nothing of note").is_empty());
    }

    #[test]
    fn every_term_has_one_meaning_in_a_sentence() {
        for (place, (forms, meaning)) in TERMS.iter().enumerate() {
            assert!(meaning.ends_with('.') && meaning.len() > 20, "{forms:?}");
            for form in *forms {
                let same =
                    TERMS.iter().flat_map(|(forms, _)| *forms).filter(|other| other.eq_ignore_ascii_case(form)).count();
                assert_eq!(same, 1, "{form}");
                assert_eq!(find(form).first().map(|(_, place)| *place), Some(place), "{form}");
            }
            assert_eq!(term(place).map(|(name, _)| meaning_of(name)), Some(Some(*meaning)));
        }
    }

    fn meaning_of(name: &str) -> Option<&'static str> {
        super::meaning(name)
    }
}
