//! Maps headings as a tool, a program in another language or an envelope writes them to the names known here.

use super::translate;
pub use super::translate::unaccented;

/// The heading in lower case and in English, without the names of envelopes before it: `Quelle` -> `source`,
/// `_source.layers.ip.ip.src` -> `ip.src`.
pub fn heading(name: &str) -> String {
    let lower = name.trim().trim_matches(['"', '\'', '\u{feff}']).trim().to_lowercase();
    // IPFIXcol writes whose element it is, and so that it is of the other direction (RFC 5103).
    let lower = match lower.split_once(':') {
        Some(("iana", element)) => element.to_owned(),
        Some(("iana@reverse", element)) => format!("reverse{element}"),
        _ => lower,
    };
    let bare = without_envelope(without_type(without_typed_value(&lower)));
    let short: String = bare.chars().map(unaccented).collect();
    let known = TRANSLATED.iter().find(|(_, words)| words.contains(&bare) || words.contains(&short.as_str()));
    let known = known.map(|(english, _)| (*english).to_owned()).or_else(|| translate::in_english(bare));
    known.unwrap_or_else(|| bare.to_owned())
}

/// The name of a column as the record has it, without the object that Elasticsearch or Splunk puts around records:
/// `_source.dns.id` -> `dns.id`.
pub fn of_record(name: &str) -> &str {
    let name = name.trim();
    let behind = |front: &str| name.strip_prefix(front).and_then(|rest| rest.strip_prefix('.'));
    [SOURCE, "result", "fields"].into_iter().find_map(behind).unwrap_or(name)
}

/// The object that Elasticsearch puts around records.
const SOURCE: &str = "_source";

/// Names of objects around a record that say nothing of it: those of logs of clouds, search engines, Windows, tshark.
const ENVELOPES: &[&str] = &[
    SOURCE,
    "result",
    "_raw",
    "fields",
    "jsonpayload",
    "connection",
    "layers",
    "event",
    "eventdata",
    "event_data",
    "winlog",
    "properties",
    "attributes",
    "record",
    "log",
    "data",
    "value",
    "flow",
    "flows",
    "netflow",
    "ipfix",
    "packet",
    "flow_record",
    "logcontent",
    "l4",
];

/// Members that hold a value with its type, as MongoDB's and Avro's JSON write them: `bytes.$numberLong`, `bytes.long`.
const TYPED_VALUES: [&str; 12] = [
    ".$numberlong",
    ".$numberint",
    ".$numberdouble",
    ".$numberdecimal",
    ".$date",
    ".$oid",
    ".string",
    ".long",
    ".int",
    ".double",
    ".float",
    ".boolean",
];

fn without_typed_value(name: &str) -> &str {
    let mut rest = name;
    while let Some(bare) = TYPED_VALUES.iter().find_map(|end| rest.strip_suffix(end)).filter(|bare| !bare.is_empty()) {
        rest = bare;
    }
    rest
}

/// Types that NEMEA writes before the names of columns: `uint32 PACKETS`.
const TYPES: [&str; 14] = [
    "ipaddr", "macaddr", "time", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "double",
    "string", "bytes",
];

fn without_type(name: &str) -> &str {
    match name.split_once(' ') {
        Some((first, rest)) if TYPES.contains(&first) && is_field(rest) => rest,
        _ => name,
    }
}

/// Names of NEMEA's fields are one word, most with marks in it.
fn is_field(rest: &str) -> bool {
    let has_mark = rest.contains('_') && !rest.contains(' ');
    has_mark || matches!(rest, "bytes" | "packets" | "protocol")
}

fn without_envelope(name: &str) -> &str {
    let mut rest = name;
    while let Some((first, behind)) = rest.split_once('.') {
        // tshark names the protocol twice: `ip.ip.src`, and for Elasticsearch `ip.ip_ip_src`.
        let is_twice = behind.strip_prefix(first).is_some_and(|behind| behind.starts_with(['.', '_']));
        let names_more = behind.contains(['.', '_', '-']) || first != "event";
        let is_envelope = ENVELOPES.contains(&first) && names_more && !is_figure_of(first, behind);
        if !is_twice && !is_envelope {
            break;
        }
        rest = behind;
    }
    match rest.split_once('_') {
        Some((first, behind)) if name.contains("layers.") && behind.starts_with(first) => behind,
        _ => rest,
    }
}

/// ECS writes the times of an event as its members, and EVE the figures of a flow.
fn is_figure_of(first: &str, behind: &str) -> bool {
    match first {
        "event" => {
            matches!(behind, "start" | "end" | "duration" | "action" | "created" | "category" | "dataset" | "outcome")
        }
        "flow" => {
            let figures = ["pkts_to", "bytes_to", "start", "end", "age", "state", "reason", "alerted", "id"];
            figures.iter().any(|figure| behind.starts_with(figure))
        }
        _ => false,
    }
}

/// The columns of Wireshark's list in the languages that it speaks, and the commonest of other tables.
const TRANSLATED: &[(&str, &[&str])] = &[
    ("no.", &["nr.", "nr", "n°", "nº", "n.", "núm.", "num.", "№", "编号", "番号"]),
    (
        "time",
        &["zeit", "temps", "tiempo", "tempo", "czas", "tid", "tijd", "время", "час", "时间", "時間", "時刻", "시간"],
    ),
    (
        "source",
        &[
            "quelle",
            "origen",
            "origem",
            "sorgente",
            "zrodlo",
            "źródło",
            "bron",
            "källa",
            "источник",
            "джерело",
            "源",
            "来源",
            "送信元",
        ],
    ),
    (
        "destination",
        &[
            "ziel",
            "destino",
            "destinazione",
            "cel",
            "bestemming",
            "mål",
            "назначение",
            "получатель",
            "призначення",
            "目标",
            "目的地",
            "宛先",
        ],
    ),
    (
        "protocol",
        &["protokoll", "protocole", "protocolo", "protocollo", "protokol", "протокол", "协议", "協定", "プロトコル"],
    ),
    (
        "length",
        &[
            "länge",
            "laenge",
            "longueur",
            "longitud",
            "comprimento",
            "lunghezza",
            "dlugosc",
            "długość",
            "lengte",
            "längd",
            "длина",
            "довжина",
            "长度",
            "長さ",
        ],
    ),
    (
        "info",
        &[
            "information",
            "información",
            "informações",
            "informazioni",
            "informacje",
            "инфо",
            "информация",
            "信息",
            "情報",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_and_languages_are_taken_off() {
        for (name, expected) in [
            ("Quelle", "source"),
            ("Länge", "length"),
            ("\"Info\"", "info"),
            ("_source.layers.ip.ip.src", "ip.src"),
            ("_source.layers.frame.frame.time_epoch", "frame.time_epoch"),
            ("layers.ip.ip_ip_src", "ip_src"),
            ("jsonPayload.connection.src_ip", "src_ip"),
            ("winlog.event_data.SourceIp", "sourceip"),
            ("_source.source.ip", "source.ip"),
            ("event.start", "event.start"),
            ("bytes.$numberLong", "bytes"),
            ("ts.$date.$numberLong", "ts"),
            ("src_ip.string", "src_ip"),
            ("uint64 BYTES_REV", "bytes_rev"),
            ("time TIME_FIRST", "time_first"),
            ("time taken", "time taken"),
            ("flow.pkts_toserver", "flow.pkts_toserver"),
            ("id.orig_h", "id.orig_h"),
            ("iana:octetDeltaCount", "octetdeltacount"),
            ("iana@reverse:octetDeltaCount", "reverseoctetdeltacount"),
        ] {
            assert_eq!(heading(name), expected, "{name}");
        }
    }
}
