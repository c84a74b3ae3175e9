//! Cards, settings and measured tables to the page of each detector in docs/detectors. The test holds the pages to their
//! sources; with PACKETLOUPE_WRITE_PAGES set it writes them instead.

use packetloupe::pipeline;
use packetloupe::settings::Descriptor;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

type Card = packetloupe::detect::card::Card;

/// Rows of the tables beside the pages, by detector, cell by cell.
type Rows = BTreeMap<String, Vec<Vec<String>>>;

const WRITE: &str = "PACKETLOUPE_WRITE_PAGES";

/// Words for the marks of the grid.
const MARKS: &str = "C: found and named right; n: found, another technique named; l: found below medium severity; \
                     -: missed. The number: exchanges of the attack that were left.";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/detectors")
}

/// Cells of a line of CSV; quotes hold commas together.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            letter => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

fn rows(name: &str) -> Rows {
    let mut rows = Rows::new();
    for line in std::fs::read_to_string(folder().join(name)).unwrap().lines().skip(1) {
        let mut cells = cells(line);
        rows.entry(cells.remove(0)).or_default().push(cells);
    }
    rows
}

fn table(out: &mut String, headings: &[&str], rows: &[Vec<String>]) {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    writeln!(out, "{}|{}", line(&headings), "---|".repeat(headings.len())).unwrap();
    rows.iter().for_each(|row| out.push_str(&line(row)));
    out.push('\n');
}

fn setting_row(setting: &Descriptor) -> Vec<String> {
    let value = format!("{} {}", setting.default, setting.unit);
    let range = format!("{} to {}", setting.min, setting.max);
    vec![format!("`{}`", setting.id), setting.label.to_owned(), value.trim().to_owned(), range, setting.help.to_owned()]
}

/// The grid of each capture: what was found at each share kept, the largest first, and spread over time.
fn grid(out: &mut String, rows: &[Vec<String>]) {
    let number = |text: &str| text.parse::<f64>().unwrap();
    let order = |row: &&Vec<String>| (number(&row[1]), -number(&row[2]));
    for capture in rows.chunk_by(|a, b| a[0] == b[0]) {
        let mut steps: Vec<&Vec<String>> = capture.iter().collect();
        steps.sort_by(|a, b| order(b).partial_cmp(&order(a)).unwrap());
        let headings: Vec<String> = steps.iter().map(|row| format!("{}, {}", row[1], row[2])).collect();
        let headings: Vec<&str> =
            std::iter::once("kept, times the time").chain(headings.iter().map(String::as_str)).collect();
        let marks = steps.iter().map(|row| format!("{} {}", row[3], row[4]));
        table(out, &headings, &[std::iter::once(format!("`{}`", capture[0][0])).chain(marks).collect()]);
    }
}

fn page(
    card: &Card,
    settings: &[Descriptor],
    [published, steps, recordings]: [Option<&Vec<Vec<String>>>; 3],
) -> String {
    let technique = card.technique.map_or(String::new(), |(id, name)| format!(" · MITRE ATT&CK {id}, {name}"));
    let mut out = format!("# {}\n\n`{}` · {}{technique}\n\n", card.name, card.id, card.category.id());
    for (heading, text) in
        [("What it sees", card.sees), ("Why it matters", card.matters), ("What else it could be", card.otherwise)]
    {
        write!(out, "**{heading}.** {text}\n\n").unwrap();
    }
    write!(out, "## Method and source\n\n{}\n\n", card.source).unwrap();
    if let Some(rules) = published {
        out.push_str("Published rules for the same behaviour:\n\n");
        table(&mut out, &["tool", "rule"], rules);
    }
    if !settings.is_empty() {
        out.push_str("## Settings\n\n");
        table(
            &mut out,
            &["id", "name", "default", "range", "what it does"],
            &settings.iter().map(setting_row).collect::<Vec<_>>(),
        );
    }
    out.push_str("## Measured\n\n");
    let benign = card.benign_rate().map_or("not measured.".to_owned(), |rate| format!("found {}.", rate.words()));
    write!(out, "Benign traffic: {benign}\n\n").unwrap();
    if let Some(rows) = recordings {
        out.push_str("Recordings of our lab with random tools, rates and places, by strength of the behaviour:\n\n");
        table(&mut out, &["strength", "recorded", "found"], rows);
    }
    if let Some(rows) = steps {
        out.push_str("How weak the behaviour may become: of the lab's capture a share of the exchanges is kept and spread over so many times the time.\n\n");
        grid(&mut out, rows);
        write!(out, "{MARKS}\n\n").unwrap();
    }
    if steps.is_none() && recordings.is_none() {
        out.push_str("No recordings of several strengths: that it finds the behaviour is held by the pair of captures in `tests/fixtures/captures`, no curve was measured.\n\n");
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// File name and content of each page, and of the list of all.
fn pages() -> Vec<(String, String)> {
    let [published, steps, recordings] = ["published.csv", "grid.csv", "recordings.csv"].map(rows);
    let cards = pipeline::cards();
    let ids: Vec<&str> = cards.iter().map(|(card, _)| card.id).collect();
    let unknown: Vec<&String> = published.keys().filter(|id| !ids.contains(&id.as_str())).collect();
    assert!(unknown.is_empty(), "published.csv names no detector: {unknown:?}");
    let mut list = "# Detectors\n\nMade from the cards in `src/detect` and the tables in this folder: `scripts/curves --write` measures, \
                    `PACKETLOUPE_WRITE_PAGES=1 cargo test --test suite detectors` writes the pages.\n\n".to_owned();
    let link = |card: &Card| {
        vec![format!("[{}]({}.md)", card.name, card.id), card.category.id().to_owned(), card.sees.to_owned()]
    };
    table(
        &mut list,
        &["detector", "category", "what it sees"],
        &cards.iter().map(|(card, _)| link(card)).collect::<Vec<_>>(),
    );
    let page = |(card, settings): &(&Card, &[Descriptor])| {
        let tables = [&published, &steps, &recordings].map(|table| table.get(card.id));
        (format!("{}.md", card.id), page(card, settings, tables))
    };
    let mut pages: Vec<_> = cards.iter().map(page).collect();
    pages.push(("README.md".to_owned(), list.trim_end().to_owned() + "\n"));
    pages
}

#[test]
fn the_pages_of_detectors_are_up_to_date() {
    let is_page = |name: &String| name.ends_with(".md");
    let listed = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let kept: Vec<String> = listed.filter(is_page).collect();
    let pages = pages();
    if std::env::var_os(WRITE).is_some() {
        kept.iter().for_each(|name| std::fs::remove_file(folder().join(name)).unwrap());
        pages.iter().for_each(|(name, text)| std::fs::write(folder().join(name), text).unwrap());
        return;
    }
    let is_old =
        |(name, text): &&(String, String)| std::fs::read_to_string(folder().join(name)).ok().as_ref() != Some(text);
    let old: Vec<&String> = pages.iter().filter(is_old).map(|(name, _)| name).collect();
    assert!(old.is_empty() && kept.len() == pages.len(), "out of date: {old:?}; {WRITE}=1 writes them");
}
