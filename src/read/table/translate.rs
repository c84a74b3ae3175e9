//! Headings in other languages to the same in English, word by word, as far as the words are those of tables of traffic.
//!
//! Whole headings that Wireshark writes are in [`super::wording`]; here are the words that others make theirs of.

/// English words, and those of other languages that mean nothing else, without accents.
const WORDS: &[(&str, &[&str])] = &[
    (
        "packets",
        &["pakete", "paquets", "paquetes", "pacotes", "pacchetti", "pakketten", "пакетов", "пакеты", "пакетів"],
    ),
    ("packets", &["pakiety", "pakietow", "paket", "pakety", "paketu"]),
    ("bytes", &["байт", "байты", "байтов", "байтів", "bajty", "bajtow", "bajtu", "bayt", "oktetten"]),
    ("sent", &["gesendet", "gesendete", "envoyes", "envoyees", "emis", "enviados", "enviadas", "inviati", "verzonden"]),
    (
        "sent",
        &["отправлено", "отправленные", "отправленных", "передано", "надіслано", "wyslane", "wyslanych", "gonderilen"],
    ),
    ("sent", &["giden", "skickade", "skickat", "odeslane", "odeslano", "hin", "ausgehend", "hochgeladen", "transmis"]),
    ("received", &["empfangen", "empfangene", "recus", "recues", "recibidos", "recebidos", "ricevuti", "ontvangen"]),
    ("received", &["получено", "принято", "полученные", "отримано", "odebrane", "odebranych", "alinan", "gelen"]),
    ("received", &["mottagna", "mottaget", "prijate", "prijato", "zuruck", "eingehend", "heruntergeladen", "vuelta"]),
    ("source", &["quell", "quelle", "origen", "origem", "sorgente", "mittente", "origine", "источника", "отправителя"]),
    (
        "source",
        &["zrodlowy", "zrodlowa", "zrodla", "zrodlo", "kaynak", "bron", "kalla", "zdrojova", "zdrojovy", "джерела"],
    ),
    ("destination", &["ziel", "destino", "destinazione", "destinataire", "назначения", "получателя", "призначення"]),
    ("destination", &["docelowy", "docelowa", "hedef", "doel", "bestemming", "cilova", "cilovy"]),
    (
        "address",
        &["adresse", "direccion", "endereco", "indirizzo", "adres", "адрес", "адреса", "adresi", "adresa", "adress"],
    ),
    ("port", &["puerto", "порт", "poort", "portu"]),
    (
        "size",
        &["große", "grosse", "taille", "tamano", "tamanho", "dimensione", "размер", "rozmiar", "boyut", "grootte"],
    ),
    ("source port", &["bronpoort", "kallport"]),
    ("destination port", &["doelpoort", "malport"]),
    ("protocol", &["protokoll", "protocole", "protocolo", "protocollo", "протокол", "protokol", "protokolu"]),
    ("duration", &["dauer", "duree", "duracion", "duracao", "durata", "duur", "длительность", "продолжительность"]),
    ("duration", &["trwania", "suresi", "varaktighet", "trvani", "тривалість"]),
    (
        "start",
        &[
            "beginn",
            "anfang",
            "debut",
            "inicio",
            "inizio",
            "начала",
            "начало",
            "початку",
            "starttid",
            "zacatek",
            "rozpoczecia",
            "poczatek",
            "baslangic",
        ],
    ),
    ("end", &["ende", "termino", "окончания", "конца", "завершения", "zakonczenia", "koniec", "bitis"]),
    ("time", &["zeit", "uhrzeit", "heure", "hora", "время", "час", "czas", "saat", "zaman", "tijd", "godzina"]),
    ("date", &["datum", "fecha", "дата", "tarih"]),
    ("timestamp", &["zeitstempel", "horodatage", "tijdstempel", "znacznik"]),
    ("label", &["etiquette", "etiqueta", "etichetta", "метка", "etykieta"]),
    ("class", &["klasse", "clase", "класс", "klasa", "sinif"]),
    ("action", &["aktion", "accion", "acao", "azione", "действие", "akcja", "eylem", "дія"]),
    ("state", &["zustand", "etat", "estado", "stato", "состояние", "durum"]),
    ("flags", &["drapeaux", "banderas", "флаги", "flagi", "bayraklar"]),
    ("service", &["dienst", "servicio", "servico", "servizio", "сервис", "usluga", "hizmet"]),
];

/// Words that mean something else in English: they count beside one of the others.
const BESIDE: &[(&str, &[&str])] = &[
    ("bytes", &["octets", "octetos", "byte", "octetti"]),
    ("end", &["fin", "fim", "fine"]),
    ("port", &["porta", "port"]),
    ("date", &["data"]),
    ("duration", &["sure"]),
    ("time", &["cas"]),
    ("state", &["stan"]),
    ("sent", &["aller", "ida"]),
    ("received", &["retour"]),
    (
        "",
        &[
            "de", "del", "do", "da", "di", "des", "du", "la", "le", "el", "d", "l", "nombre", "numero", "anzahl", "nb",
            "nbr", "cantidad", "antal", "von",
        ],
    ),
    (
        "",
        &[
            "der",
            "des",
            "количество",
            "кол",
            "во",
            "e",
            "y",
            "et",
            "und",
            "i",
            "и",
            "ve",
            "en",
            "a",
            "liczba",
            "sayisi",
        ],
    ),
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
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ı' => 'i',
        'ğ' => 'g',
        'ñ' | 'ń' | 'ň' => 'n',
        'ř' => 'r',
        'ś' | 'ş' | 'š' => 's',
        'ť' => 't',
        'ý' => 'y',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => 'u',
        'ź' | 'ż' | 'ž' => 'z',
        'ł' => 'l',
        other => other,
    }
}

/// A heading in lower case in English, if it is in another language that is known here.
pub fn in_english(heading: &str) -> Option<String> {
    let short: String = heading.chars().map(unaccented).collect();
    let words = match short.is_ascii() || !short.chars().any(|letter| letter as u32 >= 0x2e80) {
        true => of_words(&short, short != heading)?,
        false => of_parts(&short)?,
    };
    Some(in_order(words).join(" "))
}

/// `has_accents`: it had letters that English has not, so that words of both languages are of the other.
fn of_words(heading: &str, has_accents: bool) -> Option<Vec<&str>> {
    let (mut words, mut is_foreign) = (Vec::new(), false);
    // What stands in brackets is a unit.
    let (name, unit) = heading.find(['(', '[']).and_then(|at| heading.split_at_checked(at)).unwrap_or((heading, ""));
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let of = |table: &[(&'static str, &[&str])]| {
            table.iter().find(|(_, words)| words.contains(&word)).map(|(english, _)| *english)
        };
        let (known, beside) = (of(WORDS), of(BESIDE));
        is_foreign |= known.is_some() || (has_accents && beside.is_some());
        words.push(known.or(beside).unwrap_or(word));
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
    if words.contains(&"duration") {
        words.retain(|word| *word != "time");
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
            ("adres źródłowy", "source address"),
            ("pakiety odebrane", "packets received"),
            ("gönderilen bayt", "sent bytes"),
            ("kaynak ip", "source ip"),
            ("byte inviati", "bytes sent"),
            ("bytes zurück", "bytes received"),
            ("doel-ip", "destination ip"),
            ("süre (sn)", "duration (sn)"),
            ("czas trwania (s)", "duration (s)"),
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
