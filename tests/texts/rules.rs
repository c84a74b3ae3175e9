//! A literal to the texts in it that people read; none if it is for machines.

use super::rust::Literal;
use packetloupe::language::sentences;

/// Whatever takes such a text compares, looks up or names something with it.
const MACHINES: &str = "
    classes! env! option_env! include_str! include_bytes! cfg! assert! assert_eq! debug_assert! debug_assert_eq! json!
    matches! .contains .starts_with .ends_with .strip_prefix .strip_suffix .split .rsplit .split_once .rsplit_once .splitn
    .find .rfind .replace .replacen .eq_ignore_ascii_case .get .trim_start_matches .trim_end_matches .trim_matches
    .get_element_by_id .query_selector .query_selector_all .set_attribute .get_attribute .has_attribute .remove_attribute
    .toggle_attribute .closest .matches Regex::new .set_property .get_property_value .style Reflect::get .get_item .set_item
    .remove_item .create_element .add_event_listener .is_some_and_contains .rsplitn .split_terminator host_filter
    ports_filter JsValue::from_str .type_ .class .position .any .starts .eq .ne .unwrap_or_default_id
    finding_builder::host_filter finding_builder::ports_filter .push_filter css concat_bytes!
";

/// Fields and attributes that hold names for machines.
const NAMES: &str = "
    id class key href for role type type_ name-of xmlns viewBox d points transform method rel target inputmode autocomplete
    aria-labelledby aria-describedby aria-controls aria-activedescendant aria-haspopup aria-live aria-sort aria-current
    aria-keyshortcuts aria-owns data-view data-theme style accept enterkeyhint spellcheck media_type extension file_name
    aria-invalid aria-orientation aria-pressed filter display_filter pattern sigma suricata fill stroke wireshark zeek
    column header aria-modal option flag path
";

/// Rooms without texts for people, or whose texts stay English, with the reason.
pub const ENGLISH: &[(&str, &str)] = &[
    ("src/command", "arguments, lists of ids and tables, which scripts read too; but what is in SPOKEN"),
    ("src/bin", "the native command speaks English"),
    ("src/language", "each language has its own name"),
    ("src/build.rs", "messages of the build"),
    ("src/decode/inspect", "packets are told as tshark tells them"),
    ("src/decode/app", "values of fields are written as tshark writes them"),
    ("src/export/findings", "files for other programs"),
    ("src/export/flow_logs", "files for other programs"),
    ("src/export/json", "files for other programs"),
    ("src/export/pseudonyms", "patterns, no texts"),
    ("src/read/table/dialect", "headings of other programs"),
    ("src/web/worker/speed", "programs, no texts"),
    ("src/export/beacons.rs", "headings of a file for other programs"),
    ("src/export/columnar.rs", "options of the command"),
    ("src/export/report/html/style.rs", "a style sheet"),
    ("src/detect/exploit/web_attack/signatures", "words of attacks"),
    ("src/read/table/synonyms.rs", "headings of other programs"),
    ("src/read/table/wording.rs", "headings of other programs"),
    ("src/flow/features/cic", "names of columns"),
    ("src/model/format/host_name.rs", "names of scripts"),
];

/// Files of the command whose texts are said in the language that is asked for.
const SPOKEN: &[&str] = &[
    "src/command/analyze.rs",
    "src/command/baseline.rs",
    "src/command/exports.rs",
    "src/command/files.rs",
    "src/command/indicators.rs",
    "src/command/model.rs",
    "src/command/output.rs",
    "src/command/progress.rs",
    "src/command/reading.rs",
    "src/command/report.rs",
    "src/command/summary.rs",
    "src/command/together.rs",
];

/// The texts for people in a literal of `file`.
pub fn texts(literal: &Literal, file: &str) -> Vec<String> {
    // What an attack is called is said; the signatures beside it are not.
    let is_said = file == "src/detect/exploit/web_attack/signatures/mod.rs" && literal.item == "words";
    let is_english = ENGLISH.iter().any(|(room, _)| file.starts_with(room)) && !is_said && !SPOKEN.contains(&file);
    if is_english || is_for_machines(literal) {
        return Vec::new();
    }
    let text = if is_template(literal) { with_places(&literal.text) } else { literal.text.clone() };
    let text = without_appended(&text);
    let is_word_place = is_word_place(literal, file);
    let mut found = Vec::new();
    for piece in without_tags(&text) {
        for sentence in sentences(&piece) {
            let sentence = tidy(sentence);
            // Columns of features have their names in every language.
            let is_column = file.starts_with("src/flow/") && is_heading(&sentence);
            // What a field is for is told to developers.
            let is_doc = file == "src/model/app/field_id.rs" && sentence.ends_with('.');
            // Behind a number, in the plural.
            if matches!(literal.head.as_str(), "count" | "finding_builder::count")
                && literal.argument == 1
                && is_read(&sentence, true)
            {
                let ending =
                    if ["s", "x", "ch", "sh"].iter().any(|hiss| sentence.ends_with(hiss)) { "es" } else { "s" };
                found.extend([sentence.clone(), format!("{sentence}{ending}")]);
                continue;
            }
            if is_read(&sentence, is_word_place || is_said) && !is_column && !is_doc {
                found.push(numbered(&sentence));
            }
        }
    }
    found
}

/// Words in the sources that are names, not words.
const NO_WORDS: &[&str] = &[
    "es",
    "ip",
    "arpa",
    "enip",
    "mbtcp",
    "tls",
    "dhcp",
    "udp",
    "tcp",
    "html",
    "markdown",
    "json",
    "gzip",
    "xz",
    "tar",
    "zip",
    "snoop",
    "utc",
    "kdcerr",
    "cell",
    "cell num",
    "anomaly-profile",
    "zeek-flowmeter",
    "pmacct",
    "arp",
];

/// One of the words of a list.
fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|own| own == word)
}

fn is_for_machines(literal: &Literal) -> bool {
    if NO_WORDS.contains(&literal.text.as_str()) {
        return true;
    }
    let is_compared =
        literal.before == "=" && literal.field.is_empty() && literal.behind != ";" && literal.head.is_empty();
    let is_pattern = literal.behind == "=" && literal.head != "html!" || literal.is_alternative;
    is_in(MACHINES, &literal.head)
        || is_in(NAMES, &literal.field)
        || literal.around.iter().any(|name| is_in(MACHINES, name))
        || literal.around.iter().any(|name| name.strip_prefix('=').is_some_and(|name| is_in(NAMES, name)))
        // Names of techniques are those of ATT&CK.
        || literal.field == "technique"
        || (literal.after.starts_with('T') && literal.after[1..].starts_with(|c: char| c.is_ascii_digit()))
        || (literal.head.starts_with("Descriptor::") && literal.argument == 0)
        || is_compared && literal.item.is_empty()
        || is_pattern
}

/// The literal is what a macro fills in values.
fn is_template(literal: &Literal) -> bool {
    match literal.head.as_str() {
        "format!" | "format_args!" | "println!" | "eprintln!" | "panic!" => literal.argument == 0,
        "write!" | "writeln!" => literal.argument == 1,
        _ => false,
    }
}

/// Places become `{}`.
fn with_places(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                out.push(c);
            }
            '{' => {
                chars.by_ref().find(|c| *c == '}');
                out.push_str("{}");
            }
            c => out.push(c),
        }
    }
    out
}

/// A value right behind the end of a sentence is sentences of its own, or nothing: it is left out.
fn without_appended(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{}") {
        out.push_str(&rest[..at]);
        let behind = rest[at..].trim_start_matches("{}");
        let is_appended = out.trim_end_matches(['"', '”', ')']).ends_with(['.', '!', '?'])
            && (behind.is_empty() || behind.starts_with(' '));
        if !is_appended {
            out.push_str("{}");
            rest = &rest[at + 2..];
        } else {
            rest = behind;
        }
    }
    out + rest
}

/// What stands between the tags of HTML, and what their attributes say. A text without tags is one piece.
fn without_tags(text: &str) -> Vec<String> {
    if !has_tags(text) {
        return vec![text.to_owned()];
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        found.push(unescaped(&rest[..at]));
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        let tag = &rest[at..end];
        for name in ["aria-label=\"", "title=\"", "alt=\""] {
            if let Some(value) = tag.split_once(name).and_then(|(_, behind)| behind.split('"').next()) {
                found.push(unescaped(value));
            }
        }
        rest = &rest[end..];
    }
    found.push(unescaped(rest));
    found
}

fn has_tags(text: &str) -> bool {
    text.match_indices('<')
        .any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!'))
        && text.contains('>')
}

fn unescaped(text: &str) -> String {
    text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
}

/// Without signs and places at the ends that belong to what is around: space, commas, bullets.
fn tidy(text: &str) -> String {
    let mut text = text.trim();
    loop {
        let before = text;
        text = text
            .trim_matches([' ', '\t', '|', '#', '`', '*', '>'])
            .trim_start_matches(['-', ',', ';', ':', '·', '.', '→', '–']);
        // A list of values behind a whole sentence is sentences of its own.
        if let Some(start) = text.strip_suffix("{}") {
            let start = start.trim_end_matches("{}");
            if start.ends_with(['.', '!', '?']) {
                text = start;
            }
        }
        if let Some(end) = text.strip_prefix("{}{}") {
            text = end;
        }
        if text == before {
            break;
        }
    }
    let mut text = text.trim_end_matches([',', ';', '·', '(']).trim().to_owned();
    // Values without anything between them are one.
    while text.contains("{}{}") {
        text = text.replace("{}{}", "{}");
    }
    text
}

/// Someone reads this: words with a space between them, or one where words stand alone.
fn is_read(text: &str, is_word_place: bool) -> bool {
    let words = text.replace("{}", " ");
    let n_letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let n_words = words.split_whitespace().filter(|word| is_word(word)).count();
    if n_letters < 2 || (n_words == 0 && !text.starts_with("a ")) || is_code(&words) {
        return false;
    }
    let has_space = text.trim().contains(' ');
    if !has_space && text.contains("{}") && text.contains(['-', '_', '/', '.', '#']) {
        return false;
    }
    let is_phrase = words
        .split(' ')
        .any(|word| matches!(word, "a" | "an" | "the" | "with" | "without" | "or" | "and" | "of" | "to" | "in"));
    has_space && (n_words > 1 || is_phrase || text.contains("{}")) || is_word_place || (!has_space && is_title(text))
}

/// A word of a language: letters, with a hyphen or an apostrophe inside.
fn is_word(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().count() > 1
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '/'))
        && word.chars().skip(1).filter(|c| c.is_uppercase()).count() * 2 < word.chars().count().max(3)
}

/// `Start`, `Loading…`: one word with a capital.
fn is_title(text: &str) -> bool {
    let text = text.trim_end_matches(['.', '…', ':', '!', '?']);
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_uppercase)
        && text.chars().count() > 2
        && chars.all(|c| c.is_lowercase() || matches!(c, '-' | '\''))
}

/// `Bwd Init Win Bytes`: the name of a column.
fn is_heading(text: &str) -> bool {
    text.split([' ', '-', '/']).all(|word| {
        word.is_empty()
            || word.starts_with(|c: char| c.is_uppercase() || c == '{')
            || matches!(word, "s" | "Of" | "From")
    })
}

/// Filters, paths, queries, styles.
fn is_code(text: &str) -> bool {
    if ["default-src", "dns.qry.name ", "(["].iter().any(|sign| text.contains(sign)) {
        return true;
    }
    [
        "==",
        "&&",
        "||",
        "::",
        "=>",
        "://",
        "<=",
        ">=",
        "();",
        "{\"",
        "\\\\",
        ".addr",
        "_.",
        "px;",
        "};",
        "default-src",
        " > 1",
        "{0}",
        " in {",
        "-udp",
        "<p",
        "<li",
        "_content",
        "({",
        "(prefers-",
        "dppx",
        "self.",
    ]
    .iter()
    .any(|sign| text.contains(sign))
        && text.split_whitespace().filter(|word| is_word(word)).count() < 5
}

/// A single word is read here too, even a small one.
fn is_word_place(literal: &Literal, file: &str) -> bool {
    if literal.text.contains('_') {
        return false;
    }
    let shown_field = matches!(
        literal.field.as_str(),
        "label"
            | "title"
            | "aria-label"
            | "placeholder"
            | "alt"
            | "aria-description"
            | "aria-valuetext"
            | "name"
            | "unit"
            | "help"
            | "noun"
            | "one"
            | "many"
            | "heading"
            | "caption"
            | "what"
    );
    let shown_head = matches!(
        literal.head.trim_start_matches('.').rsplit("::").next().unwrap_or_default(),
        "counted"
            | "unit"
            | "pair"
            | "explained"
            | "evidence"
            | "counted_or"
            | "column"
            | "with_unit"
            | "Column"
            | "text"
            | "series"
            | "Word"
    );
    let in_page =
        literal.around.last().is_some_and(|name| name == "html!") && literal.before == "{" && literal.behind == "}";
    let is_named = file.starts_with("src/model")
        && matches!(literal.item.as_str(), "name" | "label" | "words" | "noun" | "unit" | "plural")
        || matches!(literal.item.as_str(), "label" | "words" | "noun" | "heading" | "caption");
    // One of several words that go into a sentence.
    // Severities, categories and themes are written by their ids, too.
    let has_read_ids = matches!(file, "src/model/finding/finding.rs" | "src/web/page/prefs.rs");
    let is_choice = has_read_ids && literal.item == "id"
        || (literal.before == ">" || literal.before == "{" && literal.behind == "}")
            && !matches!(
                literal.item.as_str(),
                "id" | "key"
                    | "class"
                    | "extension"
                    | "media_type"
                    | "slug"
                    | "css"
                    | "token"
                    | "symbol"
                    | "field"
                    | "code"
            )
            && literal.text.chars().all(|c| c.is_ascii_lowercase())
            && literal.text.len() > 1
            && literal.around.iter().all(|name| matches!(name.as_str(), "format!" | "write!"));
    // Names of features, as reasons have them.
    let is_kind = (file == "src/flow/features/model.rs"
        && matches!(literal.head.as_str(), "log" | "plain")
        && literal.argument == 0)
        || (file.starts_with("src/summary") || file.starts_with("src/model/app/kinds"))
            && literal.head.is_empty()
            && literal.text.len() > 3;
    (shown_field || shown_head || in_page || is_named || is_choice || is_kind)
        && literal.text.chars().filter(|c| c.is_alphabetic()).count() > 1
}

/// Places get their numbers.
fn numbered(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut n = 0;
    while let Some(at) = rest.find("{}") {
        out.push_str(&rest[..at]);
        out.push_str(&format!("{{{n}}}"));
        n += 1;
        rest = &rest[at + 2..];
    }
    out + rest
}

/// The texts in a text that is known to be read by people; `{}` stands for its values.
pub fn plain(text: &str) -> Vec<String> {
    sentences(text).into_iter().map(tidy).filter(|text| is_read(text, true)).map(|text| numbered(&text)).collect()
}
