//! Fields of application messages, by Wireshark's names.

use super::headers;
use crate::filter::field::FieldType::{Any, Named, Number, Protocol, Text, Word};
use crate::filter::field::{Field, FieldRead, FieldType, KnownBy, Out, Value};
use crate::filter::view::PacketView;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto::{
    self, Dhcp, Dns, Ftp, Http, Imap, Kerberos, Ldap, Llmnr, Mdns, Mqtt, Nbns, Ntp, Pop3, Quic, Sip, Smb, Smtp, Snmp,
    Ssh, Tftp, Tls,
};

/// Those that Wireshark's `dns.` fields are of.
const OF_DNS: &[AppProto] = &[Dns, Mdns, Llmnr];
const OF_TLS: &[AppProto] = &[Tls, Quic];

/// The fields.
pub const FIELDS: &[Field] = &[
    Field::of_message("dns.qry.name", Text, "Name that is asked for", FieldId::DnsQuery, OF_DNS),
    Field::of_message("dns.qry.type", Named(DNS_TYPES), "Type of the records asked for", FieldId::DnsType, OF_DNS),
    Field::of_message(
        "dns.flags.response",
        Named(ANSWERS),
        "1 for an answer, 0 for a question",
        FieldId::Message,
        OF_DNS,
    ),
    Field::of_message(
        "dns.flags.rcode",
        Named(DNS_CODES),
        "Result of a query: 3 for no such name",
        FieldId::DnsCode,
        OF_DNS,
    ),
    Field::of_message("dns.count.answers", Number, "Records in the answer", FieldId::DnsAnswers, OF_DNS),
    Field::of_message("dns.resp.ttl", Number, "Shortest time to live of the answers, seconds", FieldId::DnsTtl, OF_DNS),
    Field::of_message("dns.a", Any, "Address in an answer", FieldId::DnsAnswer, OF_DNS),
    Field::of_message("dns.aaaa", Any, "IPv6 address in an answer", FieldId::DnsAnswer, OF_DNS),
    Field::of_message("dns.cname", Any, "Name in an answer", FieldId::DnsAnswer, OF_DNS),
    Field::of_message("nbns.name", Text, "Name in a NetBIOS message", FieldId::DnsQuery, &[Nbns]),
    Field::of_message(
        "nbns.flags.response",
        Named(ANSWERS),
        "1 for an answer, 0 for a question",
        FieldId::Message,
        &[Nbns],
    ),
    Field::of_message(
        "tls.handshake.extensions_server_name",
        Text,
        "Server name in a client hello",
        FieldId::TlsSni,
        OF_TLS,
    ),
    Field::of_message("tls.handshake.ja3", Text, "JA3 fingerprint of a client", FieldId::Ja3, OF_TLS),
    Field::of_message("tls.handshake.ja3s", Text, "JA3S fingerprint of a server", FieldId::Ja3s, OF_TLS),
    Field::of_message("tls.handshake.ja4", Text, "JA4 fingerprint of a client", FieldId::Ja4, OF_TLS),
    Field::of_packet("tls.record.content_type", Named(TLS_RECORDS), "Kind of a TLS record", |p, out| {
        records(p, |kind, _| out(Value::Number(i64::from(kind))));
    }),
    Field::of_packet("tls.handshake.type", Named(TLS_MESSAGES), "Kind of a handshake message", |p, out| {
        records(p, |kind, body| handshakes(kind, body, out));
    }),
    Field::of_packet(
        "tls.alert_message.level",
        Named(&[(1, "warning"), (2, "fatal")]),
        "Level of an alert",
        |p, out| alert(p, 0, out),
    ),
    Field::of_packet("tls.alert_message.desc", Number, "Number of an alert", |p, out| alert(p, 1, out)),
    Field::of_message("http.host", Text, "Host that a request is for", FieldId::HttpHost, &[Http]),
    Field::of_message("http.request.method", Text, "Method of a request, as GET", FieldId::HttpMethod, &[Http]),
    Field::of_message("http.request.uri", Text, "Target of a request with its query", FieldId::HttpPath, &[Http]),
    Field::of_message("http.user_agent", Text, "User agent of a request", FieldId::HttpAgent, &[Http]),
    Field::of_message("http.referer", Text, "Referer of a request", FieldId::HttpReferer, &[Http]),
    Field::of_message("http.response.code", Number, "Status code of a response", FieldId::HttpStatus, &[Http]),
    Field::of_message("http.server", Text, "Server software in a response", FieldId::HttpServer, &[Http]),
    Field::of_message("http.content_type", Text, "Media type of a response's body", FieldId::HttpResponseType, &[Http]),
    present("http.request", "A request", FieldId::HttpMethod, &[Http], |_, out| out(Value::Present)),
    present("http.response", "A response", FieldId::HttpStatus, &[Http], |_, out| out(Value::Present)),
    Field::of_message("ssh.kex.hassh", Text, "HASSH fingerprint of a client", FieldId::Hassh, &[Ssh]),
    Field::of_message("ssh.kex.hasshserver", Text, "HASSH fingerprint of a server", FieldId::HasshServer, &[Ssh]),
    Field::of_message("smb2.filename", Text, "Name of a file or pipe", FieldId::File, &[Smb]),
    Field::of_message("smb2.tree", Text, "Share that a client connects to", FieldId::SmbTree, &[Smb]),
    Field::of_message("smb2.nt_status", Word, "Status of an answer, in words", FieldId::SmbStatus, &[Smb]),
    Field::of_message(
        "kerberos.msg_type",
        Named(KERBEROS),
        "Kind of a Kerberos message",
        FieldId::Message,
        &[Kerberos],
    ),
    Field::of_message("kerberos.realm", Text, "Kerberos realm", FieldId::Realm, &[Kerberos]),
    present("ldap.searchRequest_element", "A search request", FieldId::Message, &[Ldap], |value, out| {
        if value == Value::Text("search") {
            out(Value::Present);
        }
    }),
    Field::of_message("ldap.baseObject", Text, "Directory entry below which is searched", FieldId::SearchBase, &[Ldap]),
    Field::of_message("dhcp.option.dhcp", Named(DHCP), "Kind of a DHCP message", FieldId::Message, &[Dhcp]),
    Field::of_message("dhcp.option.hostname", Text, "Host name that a client gives", FieldId::Host, &[Dhcp]),
    Field::of_message("dhcp.option.dhcp_server_id", Any, "Address of the DHCP server", FieldId::Server, &[Dhcp]),
    Field::of_message("dhcp.hw.mac_addr", Any, "Ethernet address of the client", FieldId::Mac, &[Dhcp]),
    Field::of_message("ftp.request.command", Text, "Command of a client, as USER", FieldId::Command, &[Ftp]),
    Field::of_message("ftp.response.code", Any, "Code of an answer", FieldId::Reply, &[Ftp]),
    Field::of_message("smtp.req.command", Text, "Command of a client, as MAIL", FieldId::Command, &[Smtp]),
    Field::of_message("smtp.response.code", Any, "Code of an answer", FieldId::Reply, &[Smtp]),
    Field::of_message("pop.request.command", Text, "Command of a client", FieldId::Command, &[Pop3]),
    Field::of_message("imap.request.command", Text, "Command of a client", FieldId::Command, &[Imap]),
    Field::of_message("tftp.source_file", Text, "File that is asked for", FieldId::File, &[Tftp]),
    Field::of_message("mqtt.topic", Text, "Topic that is published or subscribed to", FieldId::Topic, &[Mqtt]),
    Field::of_message("sip.Method", Text, "Method of a request, as INVITE", FieldId::Command, &[Sip]),
    Field::of_message("sip.from.addr", Text, "Caller", FieldId::From, &[Sip]),
    Field::of_message("sip.to.addr", Text, "Called", FieldId::To, &[Sip]),
    Field::of_packet(
        "ntp.flags.mode",
        Number,
        "Mode of an NTP message: 3 client, 4 server, 6 control, 7 private",
        |p, out| {
            first_byte(p, Ntp, |first, _| out(Value::Number(i64::from(first & 7))));
        },
    ),
    Field::of_packet("ntp.ctrl.flags2.opcode", Number, "Operation of an NTP control message", |p, out| {
        first_byte(p, Ntp, |first, second| {
            if first & 7 == 6 {
                out(Value::Number(i64::from(second & 0x1f)));
            }
        });
    }),
    Field::of_message("snmp.version", Word, "Version of SNMP", FieldId::Version, &[Snmp]),
    Field::of_packet("tls.handshake", Protocol, "A message of the TLS handshake", |p, out| {
        records(p, |kind, _| {
            if kind == 22 {
                out(Value::Present)
            }
        });
    }),
];

/// What is there if a message has a field, or one with some value.
const fn present(
    id: &'static str,
    help: &'static str,
    field: FieldId,
    protocols: &'static [AppProto],
    translate: fn(Value<'_>, Out<'_>),
) -> Field {
    Field {
        id,
        kind: FieldType::Protocol,
        help,
        known: KnownBy::Flow,
        read: FieldRead::Translated(field, protocols, translate),
    }
}

const ANSWERS: &[(i64, &str)] = &[(0, "question"), (1, "answer"), (0, "false"), (1, "true")];

/// IANA, DNS parameters.
const DNS_TYPES: &[(i64, &str)] = &[
    (1, "A"),
    (28, "AAAA"),
    (16, "TXT"),
    (15, "MX"),
    (5, "CNAME"),
    (252, "AXFR"),
    (2, "NS"),
    (6, "SOA"),
    (10, "NULL"),
    (12, "PTR"),
    (13, "HINFO"),
    (17, "RP"),
    (24, "SIG"),
    (25, "KEY"),
    (29, "LOC"),
    (33, "SRV"),
    (35, "NAPTR"),
    (37, "CERT"),
    (39, "DNAME"),
    (41, "OPT"),
    (43, "DS"),
    (44, "SSHFP"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (99, "SPF"),
    (249, "TKEY"),
    (250, "TSIG"),
    (251, "IXFR"),
    (255, "ANY"),
    (257, "CAA"),
    (32, "NB"),
    (33, "NBSTAT"),
];

/// RFC 1035, section 4.1.1; RFC 2136, section 2.2. The names of this program, then those of the standard.
const DNS_CODES: &[(i64, &str)] = &[
    (0, "no error"),
    (1, "format error"),
    (2, "server failure"),
    (3, "no such name"),
    (4, "not implemented"),
    (5, "refused"),
    (6, "name exists"),
    (7, "records exist"),
    (8, "no such records"),
    (9, "not authoritative"),
    (10, "not in zone"),
    (11, "other error"),
    (0, "NOERROR"),
    (1, "FORMERR"),
    (2, "SERVFAIL"),
    (3, "NXDOMAIN"),
    (4, "NOTIMP"),
    (5, "REFUSED"),
];

/// RFC 8446, appendix B.1, and RFC 6520.
const TLS_RECORDS: &[(i64, &str)] =
    &[(22, "handshake"), (23, "application data"), (21, "alert"), (20, "change cipher spec"), (24, "heartbeat")];

/// IANA, TLS handshake types.
const TLS_MESSAGES: &[(i64, &str)] = &[
    (1, "client hello"),
    (2, "server hello"),
    (11, "certificate"),
    (4, "new session ticket"),
    (12, "server key exchange"),
    (13, "certificate request"),
    (14, "server hello done"),
    (16, "client key exchange"),
    (20, "finished"),
    (22, "certificate status"),
];

/// RFC 4120, section 5.10.
const KERBEROS: &[(i64, &str)] = &[
    (10, "AS-REQ"),
    (11, "AS-REP"),
    (12, "TGS-REQ"),
    (13, "TGS-REP"),
    (14, "AP-REQ"),
    (15, "AP-REP"),
    (30, "KRB-ERROR"),
];

/// RFC 2132, section 9.6; RFC 3203; RFC 4388.
const DHCP: &[(i64, &str)] = &[
    (1, "discover"),
    (2, "offer"),
    (3, "request"),
    (4, "decline"),
    (5, "ack"),
    (6, "nak"),
    (7, "release"),
    (8, "inform"),
    (9, "force renew"),
    (10, "lease query"),
];

fn records(view: &PacketView<'_>, mut see: impl FnMut(u8, &[u8])) {
    view.read.iter().flat_map(|read| read.records).for_each(|record| see(record.kind, &record.body));
}

/// The types of the messages in a record (RFC 8446, section 4); encrypted ones have none.
fn handshakes(kind: u8, body: &[u8], out: Out<'_>) {
    let mut left = if kind == 22 { body } else { &[] };
    while let [message, high, middle, low, rest @ ..] = left {
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        if length > 1 << 17 || !TLS_MESSAGES.iter().any(|(number, _)| *number == i64::from(*message)) {
            return;
        }
        out(Value::Number(i64::from(*message)));
        left = rest.get(length..).unwrap_or_default();
    }
}

/// A byte of an alert that is not encrypted (RFC 8446, section 6).
fn alert(view: &PacketView<'_>, at: usize, out: Out<'_>) {
    records(view, |kind, body| {
        if let (21, 2, Some(byte)) = (kind, body.len(), body.get(at)) {
            out(Value::Number(i64::from(*byte)));
        }
    });
}

fn first_byte(view: &PacketView<'_>, app: AppProto, see: impl FnOnce(u8, u8)) {
    if let Some(read) = view.read.filter(|read| read.app == Some(app))
        && let [first, second, ..] = headers::payload(&read)
    {
        see(*first, *second);
    }
}
