//! Messages, record types and response codes of DNS and its kin; NetBIOS datagrams.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A message of DNS, mDNS, LLMNR or NBNS.
    DnsMessage {
        Question "question", Answer "answer",
    }

    /// A type of records (IANA, DNS parameters; RFC 1002, section 4.2.1.3).
    DnsType {
        A "A", Ns "NS", Cname "CNAME", Soa "SOA", Null "NULL", Ptr "PTR", Hinfo "HINFO", Mx "MX", Txt "TXT",
        Rp "RP", Sig "SIG", Key "KEY", Aaaa "AAAA", Loc "LOC", Srv "SRV", Naptr "NAPTR", Cert "CERT", Dname "DNAME",
        Opt "OPT", Ds "DS", Sshfp "SSHFP", Rrsig "RRSIG", Nsec "NSEC", Dnskey "DNSKEY", Nsec3 "NSEC3",
        Nsec3param "NSEC3PARAM", Tlsa "TLSA", Cds "CDS", Cdnskey "CDNSKEY", Svcb "SVCB", Https "HTTPS", Spf "SPF",
        Tkey "TKEY", Tsig "TSIG", Ixfr "IXFR", Axfr "AXFR", Any "ANY", Caa "CAA", Nb "NB", Nbstat "NBSTAT",
    }

    /// A response code (RFC 1035, section 4.1.1; RFC 2136, section 2.2; RFC 1002, section 4.2.6).
    DnsCode {
        NoError "no error", FormatError "format error", ServerFailure "server failure", NoSuchName "no such name",
        NotImplemented "not implemented", Refused "refused", NameExists "name exists", RecordsExist "records exist",
        NoSuchRecords "no such records", NotAuthoritative "not authoritative", NotInZone "not in zone",
        OtherError "other error", NameIsInUse "name is in use", NameInConflict "name in conflict",
    }

    /// An operation of NBNS (RFC 1002, section 4.2.1.1).
    NbnsOperation {
        Query "query", Registration "registration", Release "release", Wait "wait", Refresh "refresh",
        MultiHomedRegistration "multi-homed registration", Other "other",
    }

    /// A NetBIOS datagram (RFC 1002, section 4.4.1).
    NbdgmMessage {
        ToOne "to one", ToAGroup "to a group", ToAll "to all", Error "error", Question "question",
        PositiveAnswer "positive answer", NegativeAnswer "negative answer",
    }

    /// A command of the browser service (MS-BRWS).
    BrowserCommand {
        HostAnnouncement "host announcement", AnnouncementRequest "announcement request",
        ElectionRequest "election request", BackupListRequest "backup list request",
        BackupListResponse "backup list response", BecomeBackup "become backup",
        DomainAnnouncement "domain announcement", MasterAnnouncement "master announcement",
        ResetState "reset state", LocalMasterAnnouncement "local master announcement",
    }
}
