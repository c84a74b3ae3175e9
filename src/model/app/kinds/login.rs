//! What many protocols say in the same words: logins and how a connection is protected; and the messages of RDP.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A server's result of a login.
    Outcome {
        Accepted "accepted", Refused "refused",
    }

    /// How a connection is protected, or is to be.
    Security {
        Tls "TLS", OnlyWeakEncryptionAskedFor "only weak encryption asked for",
        WeakEncryptionGranted "weak encryption granted", Signed "signed",
        SignedOrSealed "signed or sealed", StartTls "STARTTLS", Encrypted "encrypted", Compressed "compressed",
        SigningRequired "signing required", SigningNotRequired "signing not required", AuthTls "AUTH TLS",
        Rdp "RDP",
    }

    /// Whether something is so.
    YesNo {
        Yes "yes", No "no",
    }

    /// How a client proves who it is.
    Method {
        Anonymous "anonymous", Simple "simple", Sicily "Sicily", Pap "PAP", Chap "CHAP", MsChap "MS-CHAP",
        MsChap2 "MS-CHAP-2", Eap "EAP", Guest "guest", Rdp "RDP", Apop "APOP", Kerberos "Kerberos", Ntlm "NTLM",
    }

    /// A message of RDP before a session.
    RdpMessage {
        Connect "connect", Confirm "confirm",
    }

    /// Why an RDP server refuses (MS-RDPBCGR, section 2.2.1.2.2).
    RdpError {
        TlsRequired "TLS required", TlsNotAllowed "TLS not allowed", NoCertificate "no certificate",
        InconsistentFlags "inconsistent flags", CredSSPRequired "CredSSP required",
        TlsWithClientCertificateRequired "TLS with client certificate required",
        NegotiationFailed "negotiation failed",
    }
}
