//! Headings in other languages to the same in English, word by word, as far as the words are those of tables of traffic.
//!
//! Whole headings that Wireshark writes are in [`super::wording`]; here are the words that others make theirs of.

/// English words, and those of other languages that mean nothing else, without accents.
const WORDS: &[(&str, &[&str])] = &[
    ("packets", &["pakete", "paquets", "paquetes", "pacotes", "pacchetti", "pakketten", "пакетов", "пакеты"]),
    ("bytes", &["байт", "байты", "байтов"]),
    ("sent", &["gesendet", "gesendete", "envoyes", "envoyees", "emis", "enviados", "enviadas", "inviati", "verzonden"]),
    ("sent", &["отправлено", "отправленные", "отправленных", "передано"]),
    ("received", &["empfangen", "empfangene", "recus", "recues", "recibidos", "recebidos", "ricevuti", "ontvangen"]),
    ("received", &["получено", "принято", "полученные"]),
    ("source", &["quell", "quelle", "origen", "origem", "sorgente", "mittente", "origine", "источника", "отправителя"]),
    ("destination", &["ziel", "destino", "destinazione", "destinataire", "назначения", "получателя"]),
    ("address", &["adresse", "direccion", "endereco", "indirizzo", "adres", "адрес"]),
    ("port", &["puerto", "порт", "poort"]),
    ("protocol", &["protokoll", "protocole", "protocolo", "protocollo", "протокол"]),
    ("duration", &["dauer", "duree", "duracion", "duracao", "durata", "duur", "длительность", "продолжительность"]),
    ("start", &["beginn", "anfang", "debut", "inicio", "inizio", "начала", "начало"]),
    ("end", &["ende", "termino", "окончания", "конца", "завершения"]),
    ("time", &["zeit", "uhrzeit", "heure", "hora", "время"]),
    ("date", &["datum", "fecha", "дата"]),
    ("timestamp", &["zeitstempel", "horodatage"]),
    ("label", &["etiquette", "etiqueta", "etichetta", "метка"]),
    ("class", &["klasse", "clase", "класс"]),
    ("action", &["aktion", "accion", "acao", "azione", "действие"]),
    ("state", &["zustand", "etat", "estado", "stato", "состояние"]),
    ("flags", &["drapeaux", "banderas", "флаги"]),
    ("service", &["dienst", "servicio", "servico", "servizio", "сервис"]),
];

/// Words that mean something else in English: they count beside one of the others.
const BESIDE: &[(&str, &[&str])] = &[
    ("bytes", &["octets", "octetos"]),
    ("end", &["fin", "fim", "fine"]),
    ("port", &["porta", "port"]),
    ("date", &["data"]),
    (
        "",
        &["de", "del", "do", "da", "di", "des", "du", "la", "le", "el", "d", "l", "nombre", "numero", "anzahl", "von"],
    ),
    ("", &["der", "des", "количество", "кол", "во"]),
];

/// Parts of headings in languages that put no marks between words, the longer first.
const PARTS: &[(&str, &str)] = &[
    ("持续时间", "duration"),
    ("継続時間", "duration"),
    ("プロトコル", "protocol"),
    ("타임스탬프", "timestamp"),
    ("프로토콜", "protocol"),
    ("パケット", "packets"),
    ("アドレス", "address"),
    ("时间戳", "timestamp"),
    ("送信元", "source"),
    ("目的地址", "destination address"),
    ("目的地", "destination"),
    ("数据包", "packets"),
    ("バイト", "bytes"),
    ("ポート", "port"),
    ("출발지", "source"),
    ("목적지", "destination"),
    ("바이트", "bytes"),
    ("字节", "bytes"),
    ("流量", "bytes"),
    ("發送", "sent"),
    ("发送", "sent"),
    ("送信", "sent"),
    ("上行", "sent"),
    ("接收", "received"),
    ("受信", "received"),
    ("下行", "received"),
    ("宛先", "destination"),
    ("目的", "destination"),
    ("目标", "destination"),
    ("来源", "source"),
    ("地址", "address"),
    ("端口", "port"),
    ("协议", "protocol"),
    ("協定", "protocol"),
    ("时长", "duration"),
    ("期間", "duration"),
    ("开始", "start"),
    ("起始", "start"),
    ("開始", "start"),
    ("结束", "end"),
    ("終了", "end"),
    ("日時", "timestamp"),
    ("时间", "time"),
    ("時間", "time"),
    ("時刻", "time"),
    ("日期", "date"),
    ("标签", "label"),
    ("类别", "class"),
    ("动作", "action"),
    ("状态", "state"),
    ("패킷", "packets"),
    ("주소", "address"),
    ("포트", "port"),
    ("시작", "start"),
    ("종료", "end"),
    ("시간", "time"),
    ("송신", "sent"),
    ("수신", "received"),
    ("源", "source"),
    ("包", "packets"),
    ("数", ""),
    ("수", ""),
];

/// A letter without its accent.
pub fn unaccented(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' | 'ć' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ź' | 'ż' => 'z',
        'ł' => 'l',
        other => other,
    }
}

/// A heading in lower case in English, if it is in another language that is known here.
pub fn in_english(heading: &str) -> Option<String> {
    let short: String = heading.chars().map(unaccented).collect();
    let words = match short.is_ascii() || !short.chars().any(|letter| letter as u32 >= 0x2e80) {
        true => of_words(&short)?,
        false => of_parts(&short)?,
    };
    Some(in_order(words).join(" "))
}

fn of_words(heading: &str) -> Option<Vec<&str>> {
    let (mut words, mut is_foreign) = (Vec::new(), false);
    // What stands in brackets is a unit.
    let (name, unit) = heading.find(['(', '[']).and_then(|at| heading.split_at_checked(at)).unwrap_or((heading, ""));
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let of = |table: &[(&'static str, &[&str])]| {
            table.iter().find(|(_, words)| words.contains(&word)).map(|(english, _)| *english)
        };
        let known = of(WORDS);
        is_foreign |= known.is_some();
        words.push(known.or_else(|| of(BESIDE)).unwrap_or(word));
    }
    words.push(unit);
    words.retain(|word| !word.is_empty());
    is_foreign.then_some(words)
}

fn of_parts(heading: &str) -> Option<Vec<&str>> {
    let (mut words, mut rest, mut is_foreign) = (Vec::new(), heading, false);
    while let Some(letter) = rest.chars().next() {
        if let Some((part, english)) = PARTS.iter().find(|(part, _)| rest.starts_with(part)) {
            words.push(*english);
            is_foreign = true;
            rest = rest.get(part.len()..).unwrap_or_default();
            continue;
        }
        if !letter.is_ascii_alphanumeric() {
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            continue;
        }
        let n = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, behind) = rest.split_at_checked(n)?;
        words.push(word);
        rest = behind;
    }
    words.retain(|word| !word.is_empty());
    is_foreign.then_some(words)
}

/// English says of what before what: `ip source` -> `source ip`, `address ip source` -> `source ip`.
fn in_order(mut words: Vec<&str>) -> Vec<&str> {
    if words.contains(&"ip") && words.contains(&"address") {
        words.retain(|word| *word != "address");
    }
    let is_about = |word: &&str| matches!(*word, "source" | "destination" | "start" | "end");
    if let [what, about, ..] = words.as_mut_slice()
        && is_about(about)
        && !is_about(what)
        && matches!(*what, "ip" | "address" | "port" | "time" | "date")
    {
        std::mem::swap(what, about);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_put_into_english_word_by_word() {
        for (heading, english) in [
            ("pakete gesendet", "packets sent"),
            ("octets reçus", "bytes received"),
            ("ip de origem", "source ip"),
            ("porta de destino", "destination port"),
            ("adresse ip source", "source ip"),
            ("quell-ip", "source ip"),
            ("dauer (s)", "duration (s)"),
            ("heure de début", "start time"),
            ("data/hora", "date time"),
            ("порт назначения", "destination port"),
            ("отправлено пакетов", "sent packets"),
            ("源ip", "source ip"),
            ("目的端口", "destination port"),
            ("目的地址", "destination address"),
            ("发送字节数", "sent bytes"),
            ("送信元ポート", "source port"),
            ("受信パケット数", "received packets"),
        ] {
            assert_eq!(in_english(heading).as_deref(), Some(english), "{heading}");
        }
    }

    #[test]
    fn english_headings_and_other_words_stay() {
        for heading in ["fin flag count", "total data", "porta", "octets", "source ip", "de_rate", "ngày", "", "（）"]
        {
            assert_eq!(in_english(heading), None, "{heading}");
        }
    }
}
