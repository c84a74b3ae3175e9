//! An answer of a server to whether the server failed, and how: not what the client asked wrongly or may not have.

use crate::model::app::field::{FieldId, Message};
use crate::model::app::kinds::database::MySqlError;
use crate::model::app::kinds::directory::{KerberosError, KerberosMessage, LdapError, LdapMessage};
use crate::model::app::kinds::industrial::{ModbusError, MqttError};
use crate::model::app::kinds::infra::SnmpError;
use crate::model::app::protocol::AppProto;

/// How a server fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Failure {
    /// Something in it went wrong.
    Fault,
    /// It has too much to do, or is not ready.
    Overload,
    /// Another server, which it asks in turn, does not answer.
    Behind,
}

impl Failure {
    /// Every kind, by number.
    pub const ALL: [Failure; 3] = [Failure::Fault, Failure::Overload, Failure::Behind];

    /// For a column of figures.
    pub fn label(self) -> &'static str {
        match self {
            Failure::Fault => "Server errors (such as HTTP 500)",
            Failure::Overload => "Overloaded or not ready (such as HTTP 503)",
            Failure::Behind => "A server behind it does not answer (such as HTTP 502, 504)",
        }
    }
}

/// True if answers of this protocol say whether the server failed, as far as they are read.
pub fn is_told(protocol: AppProto) -> bool {
    use AppProto::{
        Ftp, Http, Http2, Kerberos, Ldap, Modbus, Mqtt, MySql, PostgreSql, Rtsp, Sip, Smb, Smtp, Snmp, Winrm,
    };
    matches!(
        protocol,
        Http | Http2
            | Winrm
            | Sip
            | Rtsp
            | Smtp
            | Ftp
            | Smb
            | Ldap
            | Kerberos
            | Modbus
            | Mqtt
            | MySql
            | PostgreSql
            | Snmp
    )
}

/// Whether an answer is a failure; none for what is no answer, or does not say.
pub fn of(message: &Message<'_>) -> Option<Option<Failure>> {
    let said = &message.fields;
    match message.protocol {
        // Some 1xx come before the answer (RFC 9110, section 15.2).
        AppProto::Http | AppProto::Http2 | AppProto::Winrm => {
            said.number(FieldId::HttpStatus).filter(|status| *status >= 200).map(of_http)
        }
        AppProto::Sip | AppProto::Rtsp => said.number(FieldId::Reply).filter(|status| *status >= 200).map(of_http),
        // What a server puts off (450, 451) it does on purpose (RFC 6647).
        AppProto::Smtp | AppProto::Ftp => said.number(FieldId::Reply).map(|code| match code {
            421 | 452 => Some(Failure::Overload),
            _ => None,
        }),
        AppProto::Smb => said.text(FieldId::SmbStatus).filter(|status| *status != "STATUS_PENDING").map(of_smb),
        AppProto::Ldap => match said.kind(FieldId::Message) {
            // Parts of an answer, before its end.
            Some(LdapMessage::SearchEntry | LdapMessage::SearchReference | LdapMessage::IntermediateAnswer) => None,
            _ => Some(match said.kind(FieldId::Error) {
                Some(LdapError::Busy | LdapError::Unavailable) => Some(Failure::Overload),
                Some(LdapError::OperationsError) => Some(Failure::Fault),
                _ => None,
            }),
        },
        AppProto::Kerberos => match said.kind(FieldId::Message)? {
            KerberosMessage::KrbError => Some(match said.kind(FieldId::Error) {
                Some(KerberosError::ServiceNotAvailable) => Some(Failure::Overload),
                Some(KerberosError::GenericError) => Some(Failure::Fault),
                _ => None,
            }),
            KerberosMessage::AsRep | KerberosMessage::TgsRep => Some(None),
            _ => None,
        },
        AppProto::Modbus => Some(match said.kind(FieldId::Error) {
            Some(ModbusError::DeviceFailure | ModbusError::MemoryParityError) => Some(Failure::Fault),
            Some(ModbusError::DeviceBusy) => Some(Failure::Overload),
            Some(ModbusError::GatewayPathUnavailable | ModbusError::GatewayTargetDoesNotRespond) => {
                Some(Failure::Behind)
            }
            _ => None,
        }),
        AppProto::Mqtt => Some(match said.kind(FieldId::Error) {
            Some(MqttError::ServerUnavailable | MqttError::QuotaExceeded) => Some(Failure::Overload),
            _ => None,
        }),
        AppProto::MySql => {
            of_login(said.has(FieldId::Login), said.kind(FieldId::Error) == Some(MySqlError::TooManyConnections))
        }
        AppProto::PostgreSql => {
            // Texts of PostgreSQL 9 to 17 (src/backend/postmaster, storage/lmgr/proc.c).
            let text = said.text(FieldId::Error).unwrap_or_default();
            let is_full = text.contains("too many c") || text.contains("remaining connection slots");
            of_login(said.has(FieldId::Login), is_full || text.contains("the database system is"))
        }
        AppProto::Snmp => Some(said.is(FieldId::Error, SnmpError::GeneralError).then_some(Failure::Fault)),
        _ => None,
    }
}

/// What the status says (RFC 9110, section 15.6; RFC 3261, section 21.5; beyond 511 that of large proxies). That the server
/// does not know a method or version (501, 505) is the client's fault, and 511 asks for a login.
fn of_http(status: u64) -> Option<Failure> {
    match status {
        500 | 508 | 520 | 525..=527 => Some(Failure::Fault),
        503 | 507 | 509 | 529 => Some(Failure::Overload),
        502 | 504 | 521..=524 | 530 | 598 | 599 => Some(Failure::Behind),
        _ => None,
    }
}

/// What an NT status says (MS-ERREF, section 2.3.1).
fn of_smb(status: &str) -> Option<Failure> {
    match status {
        "STATUS_INSUFFICIENT_RESOURCES"
        | "STATUS_INSUFF_SERVER_RESOURCES"
        | "STATUS_REQUEST_NOT_ACCEPTED"
        | "STATUS_DISK_FULL" => Some(Failure::Overload),
        // Of the device below, which no name is listed for: unexpected I/O error, device data error, I/O device error.
        "STATUS_UNSUCCESSFUL" | "0xc00000e9" | "0xc000009c" | "0xc0000185" => Some(Failure::Fault),
        "STATUS_IO_TIMEOUT" => Some(Failure::Behind),
        _ => None,
    }
}

/// Of a database only what comes of a connection is read.
fn of_login(is_login: bool, is_full: bool) -> Option<Option<Failure>> {
    (is_login || is_full).then(|| is_full.then_some(Failure::Overload))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::{FieldBuffer, FieldValue};
    use crate::model::app::kinds::login::Outcome;

    #[test]
    fn failures_are_the_servers_and_not_what_the_client_asked() {
        let of = |protocol, facts: &[(FieldId, FieldValue<'_>)]| {
            let mut fields = FieldBuffer::default();
            facts.iter().for_each(|(kind, value)| fields.add(*kind, *value));
            super::of(&Message { protocol, time_ns: 0, packet: 0, fields: fields.messages().next().unwrap() })
        };
        let status = |code| of(AppProto::Http, &[(FieldId::HttpStatus, FieldValue::Number(code))]);
        assert_eq!(
            [100, 200, 404, 500, 501].map(status),
            [None, Some(None), Some(None), Some(Some(Failure::Fault)), Some(None)]
        );
        assert_eq!([503, 504].map(status), [Some(Some(Failure::Overload)), Some(Some(Failure::Behind))]);
        let smb = |name| of(AppProto::Smb, &[(FieldId::SmbStatus, FieldValue::Text(name))]);
        assert_eq!(smb("STATUS_PENDING"), None);
        assert_eq!(smb("STATUS_ACCESS_DENIED"), Some(None));
        assert_eq!(smb("STATUS_INSUFF_SERVER_RESOURCES"), Some(Some(Failure::Overload)));
        let full = FieldValue::Text("sorry, too many clients already");
        assert_eq!(of(AppProto::PostgreSql, &[(FieldId::Error, full)]), Some(Some(Failure::Overload)));
        assert_eq!(of(AppProto::MySql, &[(FieldId::Login, Outcome::Accepted.into())]), Some(None));
        let busy = (FieldId::Error, ModbusError::DeviceBusy.into());
        assert_eq!(of(AppProto::Modbus, &[busy]), Some(Some(Failure::Overload)));
        assert!(is_told(AppProto::Smb) && !is_told(AppProto::Dns));
    }
}
