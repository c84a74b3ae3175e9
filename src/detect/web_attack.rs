//! What is asked of web servers, per client and server, to findings of attacks in the path, the query, the headers or forms.

use super::draft::{self, evidence, lines, thousands};
use super::message_evidence::MessageEvidence;
use super::severity::{Impact, rate};
use super::tally::Tally;
use super::web_signs::{self, Headers, KINDS, Kind};
use super::{AppEvent, Card, Conclusion, Context, Detector, Entry, Wants};
use crate::model::fact::{FieldId, FieldSet, MessageFields};
use crate::model::flow::Direction;
use crate::model::protocol::AppProto;
use crate::model::secret::MASK;
use crate::model::{Addr, Category, Finding, Secrets};
use crate::settings::{Descriptor, OnChange};

const CARD: Card = Card {
    id: "web_attack",
    name: "Web attack",
    category: Category::ProtocolAbuse,
    technique: Some(("T1190", "Exploit Public-Facing Application")),
    sees: "Requests to a web server, or the beginning of the forms that they send, carry database commands, paths that climb out of its folder, script code or shell commands, or ask for very many pages that do not exist.",
    matters: "Such a request makes a careless web application give away data, run the sender's program, or attack its other visitors.",
    otherwise: "A vulnerability scan that you ordered; a search for these very words; a page that teaches them.",
    source: "OWASP Top 10 (injection) and the OWASP Core Rule Set's families; CVE-2021-44228 (Log4Shell), CVE-2014-6271 (Shellshock). Patterns ask for two signs together, such as a quote with a command, because one word alone also stands in searches.",
};

const REQUESTS: Descriptor = Descriptor {
    id: "web_attack.requests",
    label: "Attacking requests",
    help: "So many of one client to one server. One that fits a pattern is enough.",
    unit: "requests",
    min: 1.0,
    max: 100_000.0,
    default: 1.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const MISSING: Descriptor = Descriptor {
    id: "web_attack.missing",
    label: "Pages that do not exist",
    help: "So many requests of one client for pages that the server does not have, if they are most of its requests. Lists of names for guessing have thousands of lines; a broken site has a few dozen.",
    unit: "requests",
    min: 10.0,
    max: 1_000_000.0,
    default: 100.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[REQUESTS, MISSING];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, wants: Wants::MESSAGES, make: || Box::new(WebAttack::default()) };

/// Share of answers that say "not found" from which a client guesses names.
const LEAST_MISSING: f64 = 0.8;
/// From so many attacking requests on it is a tool that tries what it knows.
const MANY: u64 = 20;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;
/// Requests shown, and how much of each.
const MOST_SHOWN: usize = 3;
const MOST_SHOWN_CHARACTERS: usize = 120;
const MOST_NAME_CHARACTERS: usize = 32;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct WebAttack {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
    headers: Headers,
}

#[derive(Default)]
struct Pair {
    n_requests: u64,
    n_answers: u64,
    n_missing: u64,
    n_attacks: u64,
    by_kind: [u64; KINDS.len()],
    shown: Vec<String>,
    /// Forms that attack, and the fields, which are secrets.
    n_forms: u64,
    fields: Vec<String>,
    heard: MessageEvidence,
    missing: MessageEvidence,
}

impl Detector for WebAttack {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if matches!(protocol, AppProto::Http | AppProto::Http2) {
            FieldSet::of(&[FieldId::HttpPath, FieldId::HttpStatus, FieldId::HttpForm])
        } else {
            FieldSet::NONE
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if !matches!(event.message.protocol, AppProto::Http | AppProto::Http2) {
            return;
        }
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let said = &event.message.fields;
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        let Some(pair) = self.pairs.of((client, server, port)) else { return };
        if update.direction == Direction::ToOriginator {
            if let Some(status) = said.number(FieldId::HttpStatus) {
                pair.n_answers += 1;
                if status == 404 {
                    pair.n_missing += 1;
                    pair.missing.add(event);
                }
            }
            return;
        }
        let path = said.text(FieldId::HttpPath);
        pair.n_requests += u64::from(path.is_some());
        let headers = [FieldId::HttpAgent, FieldId::HttpReferer].into_iter().filter_map(|kind| said.text(kind));
        let in_headers = headers.fold(0, |kinds, header| kinds | self.headers.kinds(header));
        let in_head = path.map_or(0, web_signs::of_request) | in_headers;
        let kinds = in_head | pair.form(said);
        if kinds == 0 {
            return;
        }
        pair.n_attacks += 1;
        for (place, n) in pair.by_kind.iter_mut().enumerate() {
            *n += u64::from(kinds & (1 << place) != 0);
        }
        pair.heard.add(event);
        if let Some(path) = path
            && pair.shown.len() < MOST_SHOWN
            && in_head & !Kind::Tool.bit() != 0
        {
            let shown: String = web_signs::decoded(path).chars().take(MOST_SHOWN_CHARACTERS).collect();
            if !pair.shown.contains(&shown) {
                pair.shown.push(shown);
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&REQUESTS);
        let missing = context.settings.get(&MISSING);
        let mut cases =
            self.pairs.sorted_where(|pair| pair.n_attacks as f64 >= least || pair.is_guessing_names(missing));
        cases.sort_by_key(|(key, pair)| (std::cmp::Reverse((pair.n_attacks, pair.n_missing)), **key));
        cases.truncate(MOST_FINDINGS);
        let secrets = if context.settings.shows_secrets() { Secrets::Shown } else { Secrets::Masked };
        let findings = cases.iter().map(|(key, pair)| pair.finding(**key, (least, missing), secrets)).collect();
        Conclusion { findings, n_not_evaluated: self.pairs.n_refused, ..Conclusion::default() }
    }
}

impl Pair {
    /// Kinds of attack in the fields of a form, some of which are remembered.
    fn form(&mut self, said: &MessageFields<'_>) -> u8 {
        let mut kinds = 0;
        for field in said.texts(FieldId::HttpForm) {
            let of_field = web_signs::of_field(field);
            kinds |= of_field;
            if of_field != 0 && self.fields.len() < MOST_SHOWN && !self.fields.iter().any(|known| known == field) {
                self.fields.push(field.to_owned());
            }
        }
        self.n_forms += u64::from(kinds != 0);
        kinds
    }

    /// The first fields of forms that attack; their values only for who asks for secrets.
    fn told_fields(&self, secrets: Secrets) -> String {
        let told = |field: &String| {
            let name = field.split_once('=').map_or("", |(name, _)| name);
            match secrets {
                Secrets::Shown => web_signs::decoded(field).chars().take(MOST_SHOWN_CHARACTERS).collect(),
                Secrets::Masked => {
                    let name: String = web_signs::decoded(name).chars().take(MOST_NAME_CHARACTERS).collect();
                    format!("{name}={MASK}")
                }
            }
        };
        let fields: Vec<String> = self.fields.iter().map(told).collect();
        if fields.is_empty() { String::new() } else { format!(" Fields of forms that do: {}.", fields.join("; ")) }
    }

    fn is_guessing_names(&self, missing: f64) -> bool {
        let n = self.n_missing as f64;
        n >= missing && n >= LEAST_MISSING * self.n_answers as f64
    }

    fn finding(
        &self,
        (client, server, port): (Addr, Addr, u16),
        (least, missing): (f64, f64),
        secrets: Secrets,
    ) -> Finding {
        let is_attack = self.n_attacks as f64 >= least;
        let is_guessing = self.is_guessing_names(missing);
        let (n, threshold) = if is_attack { (self.n_attacks as f64, least) } else { (self.n_missing as f64, missing) };
        let found: Vec<Kind> =
            KINDS.into_iter().zip(self.by_kind).filter(|(_, n)| *n > 0).map(|(kind, _)| kind).collect();
        let is_tool = self.n_attacks >= MANY || is_guessing || found == [Kind::Tool];
        // What outsiders try on a public server all day is a look; what is aimed is a try to get in.
        let impact = match found.iter().all(|kind| *kind == Kind::Tool) {
            true if client.is_internal() => Impact::INSIDE_LOOK,
            true => Impact::OUTSIDE_LOOK,
            false => Impact::ACCESS_TRY,
        };
        let confidence = if is_tool || found.len() >= 2 { 0.92 } else { 0.8 };
        let words: Vec<&str> = found.iter().map(|kind| kind.words()).collect();
        let mut finding = draft::begin(&CARD);
        finding.title = match is_attack {
            true => format!("{client} attacks the web server {server}: {}", words.join(", ")),
            false => format!("{client} guesses names of pages on {server}: {} do not exist", thousands(n as usize)),
        };
        if !is_attack {
            draft::technique(&mut finding, ("T1595.003", "Wordlist Scanning"));
        } else if is_tool {
            draft::technique(&mut finding, ("T1595.002", "Vulnerability Scanning"));
        }
        rate(&mut finding, impact, confidence, (n, threshold));
        finding.sources = draft::addresses([client]);
        finding.targets = draft::addresses([server]);
        finding.ports = vec![port];
        finding.protocol = "HTTP".to_owned();
        finding.evidence = vec![
            evidence("Requests that attack", self.n_attacks as f64, "requests", "0"),
            evidence("Requests in all", self.n_requests as f64, "requests", ""),
            evidence("Pages that do not exist", self.n_missing as f64, "requests", "a few per cent"),
        ];
        if self.n_forms > 0 {
            finding.evidence.push(evidence("Of them in forms", self.n_forms as f64, "requests", "0"));
        }
        for (kind, n) in KINDS.into_iter().zip(self.by_kind).filter(|(_, n)| *n > 0) {
            finding.evidence.push(evidence(&format!("With {}", kind.words()), n as f64, "requests", "0"));
        }
        let examples =
            if self.shown.is_empty() { String::new() } else { format!(" For example: {}.", self.shown.join("; ")) };
        let fields = self.told_fields(secrets);
        let guessed = match is_guessing {
            true => format!(" {} requests were for pages that do not exist.", thousands(self.n_missing as usize)),
            false => String::new(),
        };
        finding.explanation = format!(
            "{client} sent {} requests to {server}, port {port}; {} carry {}.{examples}{fields}{guessed} Whether the attack worked \
             shows in the answers: their size, their status, and what the server does afterwards.",
            thousands(self.n_requests as usize),
            thousands(self.n_attacks as usize),
            if words.is_empty() { "a known attack".to_owned() } else { words.join(", ") }
        );
        finding.benign_causes = lines(&[
            "A vulnerability scan that belongs to the house",
            "Somebody who searches for these very words, or a page that teaches them",
            "An exercise with an application that is broken on purpose",
        ]);
        finding.advice = lines(&[
            "Read the answers to these requests: a list of users or the content of a file means that it worked",
            "Look whether the server opened connections of its own afterwards",
            "Update the application, and let it pass values to its database apart from the command",
        ]);
        if is_attack {
            self.heard.fill(&mut finding)
        } else {
            self.missing.fill(&mut finding)
        }
        finding.display_filter =
            format!("{} && tcp.port == {port} && http.request", draft::pair_filter(client, server));
        draft::finish(finding, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Line, hear, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn found(paths: &[&str]) -> Vec<Finding> {
        let line = |path: &&str| Line {
            protocol: AppProto::Http,
            second: 1.0,
            from: (outside(1), 40_000),
            to: (inside(1), 80),
            direction: Direction::ToResponder,
            facts: vec![(FieldId::HttpMethod, "GET".to_owned()), (FieldId::HttpPath, (*path).to_owned())],
        };
        let lines: Vec<Line> = paths.iter().map(line).collect();
        hear(&ENTRY, &lines, &Settings::default()).findings
    }

    #[test]
    fn an_attack_is_reported_with_its_kind_and_ordinary_requests_are_not() {
        let attack = found(&["/item?id=1%27+UNION+SELECT+user,password+FROM+users--"]);
        assert_eq!(attack.len(), 1);
        assert!(attack[0].severity >= Severity::Medium && attack[0].title.contains("database"));
        assert!(
            found(&["/", "/search?q=how+to+union+select+in+sql", "/a/../b.css", "/fonts?family=Open+Sans|Roboto"])
                .is_empty()
        );
    }
    #[test]
    fn an_attack_in_a_form_is_reported_without_its_value_unless_asked_for() {
        let post = |fields: &[&str]| Line {
            protocol: AppProto::Http,
            second: 1.0,
            from: (outside(1), 40_000),
            to: (inside(1), 80),
            direction: Direction::ToResponder,
            facts: [(FieldId::HttpPath, "/login")]
                .into_iter()
                .chain(fields.iter().map(|field| (FieldId::HttpForm, *field)))
                .map(|(kind, text)| (kind, text.to_owned()))
                .collect(),
        };
        let attack = [post(&["user=x%27+or+%27hunter2%27%3D%27hunter2", "mail=a%40b"])];
        let found = hear(&ENTRY, &attack, &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert!(found[0].explanation.contains("user=\u{2022}") && !format!("{:?}", found[0]).contains("hunter2"));
        let mut asked = Settings::default();
        asked.show_secrets();
        assert!(hear(&ENTRY, &attack, &asked).findings[0].explanation.contains("'hunter2'='hunter2"));
        let ordinary = [post(&["name=O%27Neill", "mail=a%40b", "note=50%25+%26+more"])];
        assert!(hear(&ENTRY, &ordinary, &Settings::default()).findings.is_empty());
    }
}
