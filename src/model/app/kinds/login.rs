//! Values that many protocols share, with their labels: results and methods of logins, and how a connection is
//! protected; also the messages and errors of RDP.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A server's result of a login.
    Outcome {
        Accepted "accepted", Refused "refused",
    }

    /// How a connection is protected, or which protection a side requests.
    Security {
        Tls "TLS", OnlyWeakEncryptionAskedFor "only weak encryption asked for",
        WeakEncryptionGranted "weak encryption granted", Signed "signed",
        SignedOrSealed "signed or sealed", StartTls "STARTTLS", Encrypted "encrypted", Compressed "compressed",
        SigningRequired "signing required", SigningNotRequired "signing not required", AuthTls "AUTH TLS",
        Rdp "RDP",
    }

    /// A yes or no.
    YesNo {
        Yes "yes", No "no",
    }

    /// How a client authenticates.
    Method {
        Anonymous "anonymous", Simple "simple", Sicily "Sicily", Pap "PAP", Chap "CHAP", MsChap "MS-CHAP",
        MsChap2 "MS-CHAP-2", Eap "EAP", Guest "guest", Rdp "RDP", Apop "APOP", Kerberos "Kerberos", Ntlm "NTLM",
    }

    /// An RDP connection request or its confirmation (MS-RDPBCGR, section 1.3.1.1).
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
