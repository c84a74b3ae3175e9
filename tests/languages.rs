//! Every text that people read stands in the catalogue of each language, and nothing else does; what detectors and the report say
//! of real captures comes out in German.

use crate::texts;
use packetloupe::export::report::{ReportFormat, ReportOptions, names, write};
use packetloupe::language::{Catalogue, Language, built_in, entries, is_template, places};
use packetloupe::model::Analysis;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Instant;

/// Texts that stand in no catalogue, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("onmessage = ({ data }) => { self. = data.{0}; wasm_bindgen({ module_or_path: data. }); }", "a program"),
    (
        "onmessage = async ({ data }) => { await self.held; return wasm_bindgen({ module_or_path: await new \
         Response(data.stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer() }); }",
        "a program",
    ),
    (
        "self.held = new Promise((held) => { const { locks } = self.navigator; if (!locks) return held(); \
         locks.request({0}, () => { held(); return new Promise(() => {1}); }).catch(held); })",
        "a program",
    ),
];

/// Where the missing texts are written, in the form of a catalogue: `PACKETLOUPE_WRITE_MISSING=FILE cargo test --test suite languages`.
const WRITE_MISSING: &str = "PACKETLOUPE_WRITE_MISSING";

/// All texts of the sources, and what findings on the fixtures say.
static TEXTS: LazyLock<Vec<texts::Text>> = LazyLock::new(|| texts::all(root()));
static SAID: LazyLock<Vec<String>> = LazyLock::new(said);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn others() -> impl Iterator<Item = (Language, String)> {
    let others = Language::ALL.iter().copied().filter(|language| *language != Language::ENGLISH);
    others.map(|language| {
        let path = root().join(format!("static/languages/{}.txt", language.id));
        (language, std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display())))
    })
}

/// The folder that a text is grouped under.
fn room(file: &str) -> String {
    let parts: Vec<&str> = file.split('/').collect();
    let depth = match parts.as_slice() {
        ["src", "web", "page", "views" | "parts", _, _, ..] => 5,
        ["src", "web", "page", "views" | "parts", ..] => 4,
        ["src", "web", "page", ..] => 3,
        ["src", _, _, ..] => 3,
        ["src", ..] => 2,
        _ => parts.len(),
    };
    parts[..depth.min(parts.len() - usize::from(parts[0] == "src"))].join("/")
}

#[test]
fn every_text_that_is_read_stands_in_every_catalogue() {
    let texts = &*TEXTS;
    assert!(texts.len() > 5_000, "sources not found: {} texts", texts.len());
    for (language, text) in others() {
        let known: BTreeSet<&str> =
            entries(&text).filter(|entry| !entry.other.is_empty()).map(|entry| entry.english).collect();
        let is_missing = |text: &&texts::Text| {
            !known.contains(text.english.as_str()) && !EXCEPTIONS.iter().any(|(english, _)| *english == text.english)
        };
        let missing: Vec<&texts::Text> = texts.iter().filter(is_missing).collect();
        if let Ok(path) = std::env::var(WRITE_MISSING) {
            let mut rooms: BTreeMap<String, String> = BTreeMap::new();
            for text in &missing {
                let of = rooms.entry(room(&text.file)).or_default();
                of.push_str(&format!("en {}\n{} \n\n", text.english, language.id));
            }
            let all: String = rooms.iter().map(|(room, texts)| format!("# {room}\n\n{texts}")).collect();
            std::fs::write(path, all).unwrap();
        }
        let named: Vec<String> =
            missing.iter().map(|text| format!("{}:{}: {}", text.file, text.line, text.english)).collect();
        assert!(
            named.is_empty(),
            "{} texts are not in static/languages/{}.txt (see docs/adding.md):\n{}",
            named.len(),
            language.id,
            named.join("\n")
        );
    }
}

#[test]
fn catalogues_have_no_texts_that_no_source_has() {
    let texts: BTreeSet<&str> = TEXTS.iter().map(|text| text.english.as_str()).collect();
    for (language, text) in others() {
        let stale: Vec<String> = entries(&text)
            .filter(|entry| !texts.contains(entry.english))
            .map(|entry| format!("{}: {}", entry.line, entry.english))
            .collect();
        assert!(
            stale.is_empty(),
            "{}.txt has {} texts that no source has:\n{}",
            language.id,
            stale.len(),
            stale.join("\n")
        );
    }
    let unused: Vec<&str> =
        EXCEPTIONS.iter().map(|exception| exception.0).filter(|text| !texts.contains(*text)).collect();
    assert!(unused.is_empty(), "exceptions that no source has: {unused:?}");
}

#[test]
fn translations_have_the_same_places_and_one_line() {
    for (language, text) in others() {
        let set = |text: &str| places(text).into_iter().collect::<BTreeSet<usize>>();
        let mut seen = BTreeSet::new();
        let mut wrong = Vec::new();
        for entry in entries(&text) {
            let is_twice = !seen.insert(entry.english);
            let has_same = entry.other.is_empty() || set(entry.english) == set(entry.other);
            let has_space = entry.other.trim() != entry.other || entry.other.contains("  ");
            if is_twice || !has_same || has_space {
                wrong.push(format!("{}.txt:{}: {} -> {}", language.id, entry.line, entry.english, entry.other));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} entries are twice, have other places, or space at their ends:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}

#[test]
fn texts_are_found_where_they_stand_and_names_are_not() {
    let source = r##"
        const CARD: Card = Card { id: "beacon", name: "Beacon", technique: Some(("T1071", "Application Layer Protocol")) };
        // "a comment"
        fn title(&self) -> String {
            let filter = format!("ip.addr == {}", self.host);
            let n = counted(n, "flow", "flows");
            assert!(ok, "never shown to people");
            html! { <p class="chips button" id="a b" aria-label={format!("Rows of {name}")}>{"Start"}</p> }
            format!("{} connects to {server} every {:.1} s.{}{} Then {{it}} stops. ", self.source, short(period), a, b)
        }
        #[cfg(test)]
        mod tests { const TEXT: &str = "only in a test"; }
        #[error("the file has {n} rows")]
        struct Error;
    "##;
    let found: Vec<String> = texts::of_rust(source, "src/detect/x.rs");
    let wanted = [
        "Beacon",
        "flow",
        "flows",
        "Rows of {0}",
        "Start",
        "{0} connects to {1} every {2} s.",
        "Then {it} stops.",
        "the file has {0} rows",
    ];
    assert_eq!(found, wanted);
    assert!(texts::of_rust(source, "src/command/x.rs").is_empty(), "arguments and lists of ids stay English");
    assert_eq!(texts::of_rust(source, "src/command/summary.rs"), wanted);
}

/// What is left of a text when its marked parts are taken away: `[…]` within each other.
fn unmarked(text: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '‹' => depth += 1,
            '›' => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn analyse(path: &Path) -> Analysis {
    let bytes = std::fs::read(path).unwrap();
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture.pcap", bytes.len() as u64));
    pipeline.feed(&bytes).unwrap();
    pipeline.end().unwrap();
    pipeline.evaluate(&settings)
}

fn attacks() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("tests/fixtures/captures")).unwrap();
    let mut paths: Vec<PathBuf> =
        folders.map(|folder| folder.unwrap().path().join("attack.pcap")).filter(|path| path.exists()).collect();
    paths.sort();
    assert!(paths.len() > 50, "fixtures not found");
    paths
}

/// Everything that findings of all attacks say.
fn said() -> Vec<String> {
    let mut all = Vec::new();
    for analysis in attacks().iter().map(|path| analyse(path)) {
        for finding in &analysis.findings {
            all.extend([finding.title.clone(), finding.explanation.clone()]);
            all.extend(finding.evidence.iter().flat_map(|line| [line.name.clone(), line.typical.clone()]));
            all.extend(finding.advice.iter().chain(&finding.benign_causes).cloned());
        }
    }
    all.retain(|text| text.contains(' '));
    all
}

/// A catalogue that marks each of its texts shows which words of a sentence are in none.
#[test]
fn what_findings_say_is_in_the_sources_texts() {
    let marked: String = TEXTS.iter().map(|text| format!("en {0}\nde ‹{0}›\n", text.english)).collect();
    let marked = Catalogue::new(marked);
    let said = &*SAID;
    let begun = Instant::now();
    let is_left = |text: &&String| {
        let left = unmarked(&marked.translated(text).unwrap_or_else(|| (*text).clone()));
        left.split(|c: char| !c.is_alphabetic())
            .filter(|word| word.len() > 3 && word.chars().all(char::is_lowercase))
            .count()
            > 2
    };
    let left: Vec<&String> = said.iter().filter(is_left).collect();
    println!("{} texts in {:?}, {} are not whole", said.len(), begun.elapsed(), left.len());
    assert!(
        left.len() * 50 < said.len(),
        "{} of {} texts have parts that are in no catalogue:\n{left:#?}",
        left.len(),
        said.len()
    );
}

#[test]
fn findings_and_reports_come_out_in_german() {
    let german = Language::of("de").unwrap();
    let catalogue = built_in(german).unwrap();
    let said = &*SAID;
    let left: Vec<&String> = said.iter().filter(|text| catalogue.translated(text).is_none()).collect();
    assert!(left.len() * 50 < said.len(), "{} of {} texts stay English:\n{left:#?}", left.len(), said.len());

    let analysis = analyse(&root().join("static/samples/portscan_syn.pcap"));
    let options = ReportOptions::default();
    let html = write(&analysis, &options, ReportFormat::Html);
    let translated = ReportFormat::Html.in_language(html.clone(), german, Some(&catalogue));
    assert!(translated.contains("<html lang=\"de\">") && translated.contains("Befund"));
    assert!(!translated.contains(">Findings<") && !translated.contains(">Summary<"));
    // Only texts differ: the elements are the same, one by one.
    let tags = |html: &str| {
        let names = html.split('<').skip(1).map(|tag| tag.split([' ', '>']).next().unwrap_or_default().to_owned());
        names.collect::<Vec<String>>()
    };
    assert_eq!(tags(&html), tags(&translated));
    for finding in &analysis.findings {
        assert!(translated.contains(&finding.id), "{}", finding.id);
    }
    let markdown = write(&analysis, &options, ReportFormat::Markdown);
    let translated = ReportFormat::Markdown.in_language(markdown.clone(), german, Some(&catalogue));
    assert_eq!(markdown.lines().count(), translated.lines().count());
    assert_ne!(markdown, translated);
    let json = write(&analysis, &options, ReportFormat::Json);
    assert_eq!(json, ReportFormat::Json.in_language(json.clone(), german, Some(&catalogue)), "programs read JSON");
}

#[test]
fn no_text_of_a_catalogue_is_lost_to_another() {
    for (language, text) in others() {
        let catalogue = Catalogue::new(text.clone());
        let wrong: Vec<String> = entries(&text)
            .filter(|entry| !entry.other.is_empty() && entry.other != entry.english && !is_template(entry.english))
            .filter(|entry| catalogue.translated(entry.english).as_deref() != Some(entry.other))
            .map(|entry| format!("{} -> {:?}", entry.english, catalogue.translated(entry.english)))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", language.id);
    }
}

#[test]
fn names_in_a_report_that_are_words_of_the_catalogue_stay() {
    let german = Language::of("de").unwrap();
    let catalogue = built_in(german).unwrap();
    let mut analysis = analyse(&root().join("static/samples/c2_https.pcapng"));
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let count = |text: &str, word: &str| text.split(|c: char| !is_part(c)).filter(|part| *part == word).count();
    let own = write(&analysis, &ReportOptions::default(), ReportFormat::Html);
    // Words of the catalogue that the report does not say of itself.
    let is_free = |word: &&str| catalogue.translated(word).is_some_and(|said| said != **word) && count(&own, word) == 0;
    let words = ["outlier", "semicolon", "exfiltration", "tunnels", "routers", "unreachable", "vanished"];
    let free: Vec<&str> = words.into_iter().filter(is_free).collect();
    let [host, domain, ..] = free.as_slice() else { panic!("too few words: {free:?}") };
    analysis.stats.top_hosts[0].name = (*host).to_owned();
    let finding = &mut analysis.findings[0];
    finding.title = finding.title.replace(&finding.names[0], domain);
    finding.explanation = finding.explanation.replace(&finding.names[0], domain);
    assert!(finding.title.contains(*domain), "{}", finding.title);
    finding.names = vec![(*domain).to_owned()];
    catalogue.keep(names(&analysis));
    for format in [ReportFormat::Html, ReportFormat::Markdown] {
        let english = write(&analysis, &ReportOptions::default(), format);
        let translated = format.in_language(english.clone(), german, Some(&catalogue));
        assert!(count(&english, domain) > 2, "{format:?}");
        assert!(format != ReportFormat::Html || count(&english, host) > 0, "{format:?}");
        for word in [host, domain] {
            assert_eq!(count(&translated, word), count(&english, word), "{word} in {format:?}");
        }
    }
}
