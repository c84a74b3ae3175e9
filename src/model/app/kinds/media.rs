//! Message types of STUN, TURN and RTCP, with their labels.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A class of STUN messages (RFC 8489, section 5).
    StunMessage {
        Request "request", Indication "indication", Success "success", Error "error",
    }

    /// A method of STUN and TURN.
    StunMethod {
        Binding "binding", Allocate "allocate", Refresh "refresh", Send "send", Data "data",
        CreatePermission "create permission", BindChannel "bind channel", Connect "connect",
        BindConnection "bind connection", ConnectionAttempt "connection attempt", Other "other",
    }

    /// A message of RTCP.
    RtcpMessage {
        SenderReport "sender report", ReceiverReport "receiver report", Feedback "feedback",
    }
}
