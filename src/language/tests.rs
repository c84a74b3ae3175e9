//! Translation as a whole: exact texts, templates, values within values, figures, what is not ours, hostile texts.

use super::*;

const TEXT: &str = "\
! decimal ,
! thousands .
! date D.M.Y
! quotes „“
! small der die es

# src/web
en Settings
de Einstellungen

en {0} of {1} connections
de Von {1} Verbindungen {0}

en connections
de Verbindungen

en connects to {0} every {1} s: {2}
de verbindet sich alle {1} s mit {0}: {2}

en {0} connects to {1} every {2} s: {3}
de {0} verbindet sich alle {2} s mit {1}: {3}

en {0} and {1}
de {0} und {1}

en {0} {1}, typically {2} s apart{3}.
de {0} {1}, meist im Abstand von {2} s{3}.

en connected to {0} {1} times{2}
de hat sich {1}-mal mit {0} verbunden{2}

en (deviation {0} s)
de (Abweichung {0} s)

en Programs do this; people do not.
de Programme tun das, Menschen nicht.

en The outcome is known for {0} of {1} connections.
de Bei {0} von {1} Verbindungen ist der Ausgang bekannt.

en high
de hoch

en Protocol
de Protokoll

en Users: {0}
de Benutzer: {0}

en and {0} more
de und {0} weitere

en User “{0}” logged in to {1}.
de Benutzer „{0}“ hat sich bei {1} angemeldet.

en First seen: {0}
de Zuerst gesehen: {0}

en mail
de E-Mail

en Modbus
de =

en untranslated
de 

en {0} port {1}
de {0} Port {1}

en Note: {0}
de Hinweis: {0}

en No method is chosen.
de Es ist kein Verfahren ausgewählt.

en Encrypted by {0}
de Verschlüsselt mit {0}
";

fn german() -> Catalogue {
    Catalogue::new(TEXT.to_owned())
}

#[track_caller]
fn check(english: &str, german: &str) {
    let catalogue = self::german();
    assert_eq!(catalogue.translated(english).as_deref().unwrap_or("(as it is)"), german);
}

#[test]
fn exact_texts_keep_the_space_around_them() {
    check("Settings", "Einstellungen");
    check("  Settings\n", "  Einstellungen\n");
    check("High", "Hoch");
    for same in ["", "   ", "Modbus", "untranslated", "Nobody wrote this", "settings.json", "–"] {
        check(same, "(as it is)");
    }
}

#[test]
fn templates_take_values_in_any_order_and_translate_them() {
    check("3 of 1,234 connections", "Von 1.234 Verbindungen 3");
    check(
        "10.0.0.1 connects to x.example port 8080 every 0.5 s: 1,200 connections",
        "10.0.0.1 verbindet sich alle 0,5 s mit x.example Port 8080: 1.200 Verbindungen",
    );
    check(
        "10.0.0.1 connected to 192.0.2.7 port 443 90 times, typically 30.5 s apart (deviation 1.2 s). Programs do this; people do not. The outcome is known for 3 of 4 connections.",
        "10.0.0.1 hat sich 90-mal mit 192.0.2.7 Port 443 verbunden, meist im Abstand von 30,5 s (Abweichung 1,2 s). Programme tun das, Menschen nicht. Bei 3 von 4 Verbindungen ist der Ausgang bekannt.",
    );
}

#[test]
fn parts_are_translated_where_the_whole_is_not_known() {
    check("Settings · high", "Einstellungen · hoch");
    check("12 connections, 3 connections", "12 Verbindungen, 3 Verbindungen");
    check("Something else. Settings", "Something else. Einstellungen");
    // Half a translation of a list would be a mixture.
    check("high, somebody", "(as it is)");
}

#[test]
fn quotes_lists_and_small_beginnings_are_those_of_the_language() {
    check("Note: “2 connections” and “high”", "Hinweis: „2 Verbindungen“ und „hoch“");
    check(
        "2 connections; high; no method is chosen; Settings",
        "2 Verbindungen; hoch; es ist kein Verfahren ausgewählt; Einstellungen",
    );
    check("high (2 connections; high)", "hoch (2 Verbindungen; hoch)");
}

#[test]
fn figures_and_dates_are_written_by_locale_and_nothing_else() {
    check("1,234.5", "1.234,5");
    check("First seen: 2026-11-21 09:41:05.123456 UTC", "Zuerst gesehen: 21.11.2026 09:41:05,123456 UTC");
    check("2026-11-21", "21.11.2026");
    check("1.53 kB", "1,53 kB");
    check("Encrypted by TLS 1.2", "Verschlüsselt mit TLS 1.2");
    for same in [
        "192.168.0.1",
        "10.0.0.0/8",
        "fe80::1.5",
        "1.2.3",
        "00:1b:21:0a:2b:3c",
        "477b9337",
        "443",
        "0x1f.5",
        "v1.5",
        "12,34",
    ] {
        check(same, "(as it is)");
    }
}

#[test]
fn data_that_looks_like_a_text_is_not_torn_apart() {
    for data in ["Smith and Sons", "mail.example", "GET /high and low", "high score", "one, two and three"] {
        check(data, "(as it is)");
    }
    check("10.0.0.1 and a.example", "10.0.0.1 und a.example");
}

#[test]
fn the_template_with_most_words_of_its_own_counts() {
    check("connects to a.example every 5 s: 2 connections", "verbindet sich alle 5 s mit a.example: 2 Verbindungen");
}

#[test]
fn hostile_texts_end_soon() {
    let catalogue = german();
    for part in
        [" of ", " and ", "connections ", "{0}", "apart, typically ", ". A", "; ", ": ", "a connects to b every c s: "]
    {
        for n in [10, 400, 100_000] {
            let text = part.repeat(n);
            let _ = catalogue.translated(&text);
        }
    }
    let long = "high ".repeat(2_000);
    assert_eq!(catalogue.translated(&long), None);
}

#[test]
fn pages_keep_their_form_and_their_data() {
    let german = german();
    let language = Language::of("de").unwrap();
    let html = "<html lang=\"en\"><p title=\"Settings\">Settings <b>high</b> &amp; Sons</p><code>high</code>\
        <td translate=\"no\">mail <i title=\"mail\">high</i></td><style>high</style>high";
    let said = "<html lang=\"de\"><p title=\"Einstellungen\">Einstellungen <b>hoch</b> &amp; Sons</p><code>high</code>\
        <td translate=\"no\">mail <i title=\"mail\">high</i></td><style>high</style>hoch";
    assert_eq!(page(html, &german, language), said);
    assert_eq!(
        lines("# Settings\n\n- **high**: 2 of 3 connections\n| high | Settings |\n```\nhigh\n```\n", &german),
        "# Einstellungen\n\n- **hoch**: Von 3 Verbindungen 2\n| hoch | Einstellungen |\n```\nhigh\n```\n"
    );
}

#[test]
fn the_language_is_the_first_wanted_one_that_there_is() {
    assert_eq!(Language::wanted(["fr-FR", "de-AT", "en"]).id, "de");
    assert_eq!(Language::wanted(["en-US", "de"]).id, "en");
    assert_eq!(Language::wanted(["fr"]), Language::ENGLISH);
}

proptest::proptest! {
    #[test]
    fn any_text_is_translated_without_harm(text in ".{0,200}") {
        let _ = german().translated(&text);
        let _ = page(&text, &german(), Language::ENGLISH);
        let _ = lines(&text, &german());
        let _ = Catalogue::new(text.clone()).translated("a b 1.5");
    }
}

#[test]
fn names_from_the_file_stay() {
    let catalogue = german();
    let translated = |text: &str| catalogue.translated(text).unwrap_or_else(|| text.to_owned());
    assert_eq!(translated("mail and high"), "E-Mail und hoch");
    assert_eq!(translated("User “high” logged in to 10.0.0.1."), "Benutzer „high“ hat sich bei 10.0.0.1 angemeldet.");
    assert_eq!(translated("Users: high, mail, and 3 more."), "Benutzer: high, mail, und 3 weitere.");
    let set = |name: &str| [name.to_owned()].into();
    let kept = || Kept { names: set("mail"), headings: set("Protocol") };
    assert!(catalogue.keep(kept()) && !catalogue.keep(kept()), "only what is new changes something");
    assert_eq!(translated("mail and high"), "mail und hoch");
    assert_eq!(translated("First seen: mail"), "Zuerst gesehen: mail");
    assert_eq!(translated("10.0.0.1 mail"), "10.0.0.1 mail");
    assert_eq!(translated("mail"), "mail");
    assert_eq!(translated("Protocol"), "Protokoll", "by itself it is a heading of ours");
    assert_eq!(translated("First seen: Protocol"), "Zuerst gesehen: Protocol");
}

#[test]
fn what_begins_a_sentence_of_its_own_begins_none_within_another() {
    check("No method is chosen.", "Es ist kein Verfahren ausgewählt.");
    check("Note: no method is chosen", "Hinweis: es ist kein Verfahren ausgewählt");
    check("Note: mail", "Hinweis: E-Mail");
}

#[test]
fn quotations_stay_whole() {
    // The template with most letters would take the sentence around it for a value.
    check(
        "First seen: “10.0.0.9 connects to 10.0.0.5 every 5 s: 3 connections” and high",
        "Zuerst gesehen: „10.0.0.9 verbindet sich alle 5 s mit 10.0.0.5: 3 Verbindungen“ und hoch",
    );
    check(
        "high: “mail (high)” and “10.0.0.9 connects to 10.0.0.5 every 5 s: 3 connections”",
        "hoch: „E-Mail (hoch)“ und „10.0.0.9 verbindet sich alle 5 s mit 10.0.0.5: 3 Verbindungen“",
    );
    check("No method is chosen. (high)", "Es ist kein Verfahren ausgewählt. (hoch)");
}

#[test]
fn what_an_address_does_is_found_behind_it() {
    let catalogue = Catalogue::new("! small liest\n\nen reads secrets\nde liest Geheimnisse\n".to_owned());
    assert_eq!(
        catalogue.translated("10.0.0.5 reads secrets: 10.0.0.1").unwrap(),
        "10.0.0.5 liest Geheimnisse: 10.0.0.1"
    );
}

#[test]
fn shares_are_no_versions_and_brackets_stay_whole() {
    let numbers = |text: &str| german().locale().text(text, "");
    assert_eq!(numbers("TLS 1.2, SSH 4.7 %, HTTP 1.5"), "TLS 1.2, SSH 4,7 %, HTTP 1.5");
    let catalogue = Catalogue::new("en {0} sent it to {1} ({2})\nde {1} ({2}) bekam es von {0}\n".to_owned());
    assert_eq!(catalogue.translated("“A.1 sent it to B.2 (IMAP)”").unwrap(), "“B.2 (IMAP) bekam es von A.1”");
}
