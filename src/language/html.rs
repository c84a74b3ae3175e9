//! A page of our own making (well formed) to the same page in another language: its texts and the attributes that are read.

use super::Language;
use super::catalogue::Catalogue;

/// Elements whose text is no language.
pub const CODE: &[&str] = &["code", "pre", "samp", "script", "style", "textarea"];
/// Elements without an end.
const VOID: &[&str] = &["br", "hr", "img", "meta", "link", "input", "col", "wbr", "source"];
/// Attributes that are read to people.
pub const SPOKEN: &[&str] = &["title", "aria-label", "placeholder", "alt", "aria-description", "aria-valuetext"];

/// The page in the language. What has `translate="no"` is data and stays.
pub fn page(html: &str, catalogue: &Catalogue, language: Language) -> String {
    let mut out = String::with_capacity(html.len() * 9 / 8);
    let mut rest = html;
    // Elements within one that stays as it is; 0 outside.
    let mut kept_depth = 0_u32;
    while let Some(start) = rest.find('<') {
        let (text, tail) = rest.split_at(start);
        out.push_str(&if kept_depth > 0 { text.to_owned() } else { translated(text, catalogue) });
        let end = tag_end(tail);
        let tag = tail.get(..end).unwrap_or(tail);
        rest = tail.get(end..).unwrap_or_default();
        let name =
            tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let is_open = !tag.starts_with("</") && !tag.starts_with("<!") && !tag.ends_with("/>") && !VOID.contains(&name);
        if tag.starts_with("</") {
            kept_depth = kept_depth.saturating_sub(1);
        } else if is_open && (kept_depth > 0 || CODE.contains(&name) || tag.contains(" translate=\"no\"")) {
            kept_depth += 1;
        }
        if kept_depth == 0 {
            out.push_str(&attributes(tag, name, catalogue, language));
        } else {
            out.push_str(tag);
        }
    }
    if kept_depth > 0 {
        out.push_str(rest);
    } else {
        out.push_str(&translated(rest, catalogue));
    }
    out
}

/// Where a tag ends: at the first `>` outside of quotes.
fn tag_end(tail: &str) -> usize {
    let mut is_quoted = false;
    for (at, byte) in tail.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return at + 1,
            _ => {}
        }
    }
    tail.len()
}

fn attributes(tag: &str, name: &str, catalogue: &Catalogue, language: Language) -> String {
    if name == "html" {
        return tag.replace("lang=\"en\"", &format!("lang=\"{}\"", language.id));
    }
    let mut out = tag.to_owned();
    for attribute in SPOKEN {
        let opening = format!(" {attribute}=\"");
        let Some((before, behind)) = out.split_once(&opening) else { continue };
        let Some((value, behind)) = behind.split_once('"') else { continue };
        out = format!("{before}{opening}{}\"{behind}", translated(value, catalogue));
    }
    out
}

fn translated(text: &str, catalogue: &Catalogue) -> String {
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    match catalogue.translated(&plain) {
        Some(said) => said.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        None => text.to_owned(),
    }
}
