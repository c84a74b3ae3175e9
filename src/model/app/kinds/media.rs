//! Message types of STUN, TURN and RTCP, with their labels.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A class of STUN messages (RFC 8489, section 5).
    StunClass {
        Request "request", Indication "indication", Success "success", Error "error",
    }

    /// A method of STUN and TURN.
    StunMethod {
        Binding "binding", Allocate "allocate", Refresh "refresh", Send "send", Data "data",
        CreatePermission "create permission", BindChannel "bind channel", Connect "connect",
        BindConnection "bind connection", ConnectionAttempt "connection attempt", Other "other",
    }

    /// A type of RTCP messages (RFC 3550, section 6; feedback: RFC 4585).
    RtcpMessage {
        SenderReport "sender report", ReceiverReport "receiver report", Feedback "feedback",
    }
}
