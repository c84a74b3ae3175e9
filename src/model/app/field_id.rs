//! The fields that messages of all application protocols can have: meaning, id in exports, label, and how each is kept
//! and shown. Protocol parsers write them, flows, detectors and exports read them.

/// How a field is kept and shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldShape {
    /// One of few values: also counted per protocol in the statistics.
    Kind,
    /// Free text or a number.
    Value,
    /// Belongs to one message only: shown with the packet and to detectors, not kept with the flow.
    Passing,
    /// A time.
    Time,
    /// A password or the like: shown masked unless asked for.
    Secret,
    /// Both passing and secret.
    PassingSecret,
}

impl FieldShape {
    /// True if it belongs to one message only and is not kept with the flow.
    pub fn is_passing(self) -> bool {
        matches!(self, FieldShape::Passing | FieldShape::PassingSecret)
    }

    /// True if it is masked unless passwords are shown.
    pub fn is_secret(self) -> bool {
        matches!(self, FieldShape::Secret | FieldShape::PassingSecret)
    }
}

macro_rules! field_ids {
    ($($name:ident $id:literal $label:literal $shape:ident $doc:literal),* $(,)?) => {
        /// What a field means.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum FieldId { $(#[doc = $doc] $name),* }

        impl FieldId {
            /// Every field.
            pub const ALL: &[FieldId] = &[$(FieldId::$name),*];

            /// Id in exports.
            pub fn id(self) -> &'static str {
                match self { $(FieldId::$name => $id),* }
            }

            /// Label on the page and in reports.
            pub fn label(self) -> &'static str {
                match self { $(FieldId::$name => $label),* }
            }

            /// How it is kept and shown.
            pub fn shape(self) -> FieldShape {
                match self { $(FieldId::$name => FieldShape::$shape),* }
            }
        }
    };
}

bitflags::bitflags! {
    /// A set of fields: the bit of each is its number in [`FieldId`].
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct FieldSet: u128 {
        const _ = !0;
    }
}

const _: () = assert!(FieldId::ALL.len() <= u128::BITS as usize, "each kind has a bit in a set of kinds");

impl FieldSet {
    /// Every field.
    pub const ALL: FieldSet = FieldSet::all();
    /// No field.
    pub const NONE: FieldSet = FieldSet::empty();

    /// These fields.
    pub const fn of(kinds: &[FieldId]) -> FieldSet {
        let (mut set, mut rest) = (0, kinds);
        while let [kind, others @ ..] = rest {
            (set, rest) = (set | 1 << *kind as u8, others);
        }
        FieldSet::from_bits_retain(set)
    }
}

field_ids! {
    // Of many protocols.
    Message "message" "Message" Kind "What kind of message it is, in the terms of its protocol.",
    Version "version" "Version" Kind "Version of the protocol that the message is written in.",
    Command "command" "Command" Kind "Verb of a request or command.",
    Argument "argument" "Argument" Passing "What follows the verb of a command.",
    Reply "reply" "Reply" Kind "Code or word of a server's reply.",
    Banner "banner" "Server software" Value "Software or system named in a server's greeting.",
    Agent "agent" "Client software" Value "Software that a client reports.",
    User "user" "User" Value "Account that a client sends.",
    Password "password" "Password" Secret "Password or equivalent secret, in cleartext.",
    Login "login" "Login" Kind "Result of a login: an `Outcome`.",
    Method "method" "Login method" Kind "How a client authenticates.",
    Host "host" "Host name" Value "Name of a host, from the host itself or a directory.",
    Domain "domain" "Domain" Value "Domain or workgroup that a host or an account belongs to.",
    File "file" "File" Value "Name or path of a file that is requested or sent.",
    Bytes "bytes" "Bytes" Passing "Length in bytes of what the message describes.",
    Identifier "identifier" "Identifier" Passing "Number that matches an answer to its request.",
    Mac "mac" "MAC address" Value "Ethernet address that the message carries.",
    Address "address" "Address" Value "IP address that the message carries.",
    Security "security" "Security" Kind "Encryption or signing that is negotiated or requested.",
    Error "error" "Error" Kind "What went wrong, or what is malformed.",
    Service "service" "Service" Value "Service, interface or principal that is requested.",
    // DNS and related protocols.
    DnsQuery "dns.query" "Query name" Value "Name that is queried.",
    DnsType "dns.type" "Record type" Kind "Type of the records that are queried.",
    DnsCode "dns.code" "Result" Kind "Response code.",
    DnsAnswer "dns.answer" "Answer" Value "Address or name in an answer.",
    DnsAnswers "dns.answers" "Answers" Passing "Number of records in the answer section, from the header.",
    DnsTtl "dns.ttl" "TTL" Passing "Shortest TTL of the answers, seconds.",
    DnsAnswerBytes "dns.answer_bytes" "Answer size" Passing "Length of an answer, bytes.",
    // TLS and QUIC.
    TlsOffered "tls.offered" "Highest version offered" Kind "Highest version that a client offers.",
    TlsSni "tls.sni" "Server name" Value "Name of the server in a client hello (RFC 6066).",
    TlsAlpn "tls.alpn" "Protocol offered" Kind "Application protocol that a client offers (RFC 7301).",
    TlsAlpnChosen "tls.alpn_chosen" "Protocol chosen" Kind "Application protocol that the server chooses.",
    TlsCipher "tls.cipher" "Cipher" Kind "Cipher suite that the server chooses.",
    Ja3 "tls.ja3" "JA3" Value "JA3 fingerprint of a client hello.",
    Ja3s "tls.ja3s" "JA3S" Value "JA3S fingerprint of a server hello.",
    Ja4 "tls.ja4" "JA4" Value "JA4 fingerprint of a client hello.",
    CertSubject "tls.subject" "Certificate subject" Value "Subject of a certificate.",
    CertIssuer "tls.issuer" "Certificate issuer" Value "Issuer of a certificate.",
    CertFrom "tls.not_before" "Valid from" Time "Start of a certificate's validity.",
    CertUntil "tls.not_after" "Valid until" Time "End of a certificate's validity.",
    CertName "tls.certificate_name" "Certificate name" Value "Alternative name of the subject of a certificate.",
    CertSelfSigned "tls.self_signed" "Self-signed" Kind "Whether subject and issuer of a certificate are the same.",
    CertKeyBits "tls.key_bits" "Key size, bits" Passing "Size of the RSA or DSA key of a certificate, bits.",
    CertSignature "tls.signature" "Signature" Passing "How a certificate is signed, in the words of OpenSSL.",
    TlsAlert "tls.alert" "Alert" Kind "Description of an alert.",
    // HTTP.
    HttpMethod "http.method" "Request" Kind "Method of a request.",
    HttpHost "http.host" "Host" Value "Host that a request is for.",
    HttpPath "http.path" "Path" Value "Target of a request with its query.",
    HttpStatus "http.status" "Status" Kind "Status code of a response.",
    HttpAgent "http.agent" "User agent" Value "User-Agent of a request.",
    HttpServer "http.server" "Server" Value "Server of a response.",
    HttpRequestType "http.request_type" "Request type" Kind "Media type of the body of a request.",
    HttpResponseType "http.response_type" "Response type" Kind "Media type of the body of a response.",
    HttpAuth "http.auth" "Authentication" Kind "Scheme of a request's Authorization header.",
    HttpReferer "http.referer" "Referer" Value "Referer of a request.",
    HttpForm "http.form" "Form field" PassingSecret "Name and value of a field of a submitted form.",
    // SSH.
    Hassh "ssh.hassh" "HASSH" Value "HASSH fingerprint of a client.",
    HasshServer "ssh.hassh_server" "HASSH server" Value "HASSH fingerprint of a server.",
    // Mail.
    MailFrom "mail.from" "Mail from" Value "Envelope sender of a mail.",
    MailTo "mail.to" "Mail to" Value "Envelope recipient of a mail.",
    // Windows.
    SmbStatus "smb.status" "NT status" Kind "NT status of an answer.",
    SmbTree "smb.tree" "Share" Value "Share that a client connects to.",
    Realm "kerberos.realm" "Realm" Value "Kerberos realm.",
    Cipher "cipher" "Encryption" Kind "Encryption of a ticket or a proof of identity.",
    // Of one or a few protocols each.
    Community "snmp.community" "Community" Secret "Community of SNMP 1 and 2c, used as a password.",
    Client "client" "Client id" Value "Identifier that a client gives itself.",
    Topic "mqtt.topic" "Topic" Value "Topic that is published or subscribed to.",
    Function "function" "Function" Kind "Function, method or operation that is called.",
    AnsweredFunction "function.answered" "Answered function" Kind "Function whose call is missing, by its interface and the size of its answer.",
    Unit "unit" "Unit" Value "Unit or station behind the address.",
    Channel "irc.channel" "Channel" Value "Channel of a chat.",
    Hash "hash" "Info hash" Value "Info hash of a torrent.",
    From "from" "From" Value "Sender within the protocol.",
    To "to" "To" Value "Receiver within the protocol.",
    Stratum "ntp.stratum" "Stratum" Kind "Number of hops from a clock to its reference.",
    Router "router" "Router" Value "Address of a router that the message names.",
    Netmask "netmask" "Netmask" Value "Mask of the network of the address that the message names.",
    DnsServer "dns_server" "DNS server" Value "Address of a DNS server that the message names.",
    Lease "lease" "Lease, seconds" Value "How long an address or a router may be used, seconds.",
    Requested "requested" "Requested address" Value "Address that a client requests.",
    Vendor "vendor" "Vendor" Value "Vendor or type of a device.",
    Port "port" "Port" Value "TCP or UDP port that the message names.",
    Server "server" "Server" Value "Address or identifier of the server that the message names.",
    Location "location" "Location" Value "Where a service or its description can be found.",
    SearchBase "ldap.base" "Search base" Value "Directory entry below which to search.",
    Priority "priority" "Priority" Value "Priority: of a log line in words, of a bridge as a number.",
    Payload "payload" "Payload type" Kind "Encoding of a media packet.",
    Media "media" "Media stream" Value "Kind, port and encoding of a stream that a session describes.",
    Ssrc "rtp.ssrc" "SSRC" Value "Identifier of the source of a media stream.",
    MediaSequence "rtp.sequence" "Sequence number" Passing "Number of a media packet in its stream.",
    MediaTime "rtp.timestamp" "Timestamp" Passing "When a media packet was made, in ticks of its encoding's clock.",
    ReportedSource "rtcp.source" "Reported SSRC" Passing "Source of the media stream that a receiver reports on.",
    ReportedLoss "rtcp.lost" "Reported loss" Passing "Packets that a receiver lost since its last report, of 256 that were sent.",
    ReportedJitter "rtcp.jitter" "Reported jitter" Passing "Jitter that a receiver measured, in ticks of the encoding's clock.",
    Group "igmp.group" "Multicast group" Value "Multicast group that is joined, left or queried.",
    Root "stp.root" "Root bridge" Value "Ethernet address in the identifier of the root bridge.",
    SwitchPort "switch_port" "Switch port" Value "Port of the switch that announces itself.",
    Platform "platform" "Platform" Value "Hardware or software of the device that announces itself.",
    Alert "alert" "Alert" Value "What the tool that wrote a log reported: a notice, an alert, a protocol anomaly.",
    Prefix "prefix" "Address prefix" Value "Address prefix that a router advertises.",
    Cause "cause" "Cause" Kind "Why a message is sent.",
    Class "class" "Class" Kind "Class of the object that is called or made.",
    LdapFilter "ldap.filter" "Search filter" Value "Filter of a search (RFC 4515).",
    LdapTarget "ldap.target" "Searches for" Kind "Accounts that are searched for: an `LdapTarget`.",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_labels_filled() {
        let ids: BTreeSet<&str> = FieldId::ALL.iter().map(|kind| kind.id()).collect();
        assert_eq!(ids.len(), FieldId::ALL.len());
        assert!(FieldId::ALL.iter().all(|kind| !kind.label().is_empty()));
    }
}
