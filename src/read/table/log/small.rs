//! Logs of protocols that need a few columns each: industrial, media, directory and proxy protocols.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, names, request};
use super::words::{named, outcome};
use crate::model::app::field::FieldId;
use crate::model::app::kinds::industrial::{Dnp3Function, ModbusError, ModbusFunction, MqttMessage};
use crate::model::app::kinds::infra::NtpMessage;
use crate::model::app::protocol::AppProto;

pub static MODBUS: Log = Log {
    id: "modbus",
    marks: &[&["func", "exception"], &["func", "unit", "tid"]],
    protocol: Some(AppProto::Modbus),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Function, Word(named::<ModbusFunction>), "func", "modbus.request.function_code", ""),
                field(FieldId::Unit, Text, "unit|unit_id", "modbus.request.unit_id", ""),
            ],
        ),
        answer(
            None,
            &[field(FieldId::Error, Word(named::<ModbusError>), "exception", "modbus.response.exception.code", "")],
        ),
    ],
    ..COMMON
};

pub static DNP3: Log = Log {
    id: "dnp3",
    marks: &[&["fc_request", "iin"], &["fc_request", "fc_reply"]],
    protocol: Some(AppProto::Dnp3),
    transport: 6,
    messages: &[
        request(
            None,
            &[field(
                FieldId::Function,
                Word(named::<Dnp3Function>),
                "fc_request",
                "dnp3.application.function_code",
                "",
            )],
        ),
        answer(None, &[field(FieldId::Function, Word(named::<Dnp3Function>), "fc_reply", "", "")]),
    ],
    ..COMMON
};

pub static MQTT: Log = Log {
    id: "mqtt_connect",
    aliases: &["mqtt", "mqtt_publish", "mqtt_subscribe"],
    marks: &[&["proto_name", "client_id"]],
    protocol: Some(AppProto::Mqtt),
    transport: 6,
    messages: &[request(
        None,
        &[
            field(FieldId::Message, Word(named::<MqttMessage>), "action", "", ""),
            field(FieldId::Client, Text, "client_id", "mqtt.connect.client_id", ""),
            field(FieldId::User, Text, "", "mqtt.connect.username", ""),
            field(FieldId::Password, Text, "", "mqtt.connect.password", ""),
            field(FieldId::Topic, List, "topic|topics", "mqtt.publish.topic|mqtt.subscribe.topics.topic", ""),
        ],
    )],
    ..COMMON
};

pub static MYSQL: Log = Log {
    id: "mysql",
    marks: &[&["cmd", "arg", "success"]],
    protocol: Some(AppProto::MySql),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Command, Text, "cmd", "", ""),
                field(FieldId::Argument, Text, "arg", "", "mysql.query|query"),
            ],
        ),
        answer(None, &[field(FieldId::Error, Text, "response", "", "mysql.error_message")]),
    ],
    // A login is a command too; its success is that of the login.
    columns: &[names("cmd", "", ""), names("success", "", "")],
    more: Some(|cells, messages| {
        let is_login = cells.text(0).is_some_and(|command| command == "login");
        if let Some(token) = cells.text(1).filter(|_| is_login).and_then(|success| outcome(&success)) {
            messages.extend(crate::model::flow::Direction::ToOriginator, |fields| fields.token(FieldId::Login, token));
        }
    }),
    ..COMMON
};

pub static SIP: Log = Log {
    id: "sip",
    marks: &[&["method", "uri", "call_id"], &["request_from", "request_to"]],
    protocol: Some(AppProto::Sip),
    transport: 17,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Command, Text, "method", "sip.method", "sip.method"),
                field(FieldId::From, Text, "request_from", "sip.from", "sip.from.uri.original"),
                field(FieldId::To, Text, "request_to", "sip.to", "sip.to.uri.original"),
                field(FieldId::Agent, Text, "user_agent", "", "sip.user_agent.original"),
            ],
        ),
        answer(None, &[field(FieldId::Reply, Number, "status_code", "sip.code", "sip.code")]),
    ],
    ..COMMON
};

pub static SNMP: Log = Log {
    id: "snmp",
    marks: &[&["community", "get_requests"], &["community", "set_requests"]],
    protocol: Some(AppProto::Snmp),
    transport: 17,
    messages: &[request(
        None,
        &[
            field(FieldId::Version, Text, "version", "snmp.version", ""),
            field(FieldId::Community, Text, "community", "snmp.community", ""),
            field(FieldId::User, Text, "", "snmp.usm", ""),
        ],
    )],
    ..COMMON
};

pub static SYSLOG: Log = Log {
    id: "syslog",
    marks: &[&["facility", "severity", "message"]],
    protocol: Some(AppProto::Syslog),
    transport: 17,
    messages: &[request(
        None,
        &[field(FieldId::Message, Text, "severity", "", ""), field(FieldId::Priority, Text, "facility", "", "")],
    )],
    ..COMMON
};

pub static NTP: Log = Log {
    id: "ntp",
    marks: &[&["stratum", "ref_id"], &["mode", "stratum"]],
    protocol: Some(AppProto::Ntp),
    transport: 17,
    messages: &[request(
        None,
        &[
            field(FieldId::Version, Text, "version", "ntp.version", ""),
            field(FieldId::Message, Word(ntp_mode), "mode", "ntp.mode", ""),
            field(FieldId::Stratum, Number, "stratum", "ntp.stratum", ""),
        ],
    )],
    ..COMMON
};

/// The mode by its number (RFC 5905, section 7.3) or name.
fn ntp_mode(text: &str) -> Option<crate::model::app::kinds::token::Token> {
    Some(
        match text {
            "1" => NtpMessage::SymmetricActive,
            "2" => NtpMessage::SymmetricPassive,
            "3" => NtpMessage::Client,
            "4" => NtpMessage::Server,
            "5" => NtpMessage::Broadcast,
            "6" => NtpMessage::Control,
            "7" => NtpMessage::Private,
            _ => return named::<NtpMessage>(text),
        }
        .into(),
    )
}

pub static IRC: Log = Log {
    id: "irc",
    marks: &[&["nick", "command", "value"]],
    protocol: Some(AppProto::Irc),
    transport: 6,
    messages: &[request(
        None,
        &[
            field(FieldId::Command, Text, "command", "", ""),
            field(FieldId::User, Text, "user", "", ""),
            field(FieldId::From, Text, "nick", "", ""),
            field(FieldId::Channel, Text, "value", "", ""),
            field(FieldId::Argument, Text, "addl", "", ""),
        ],
    )],
    ..COMMON
};

pub static RADIUS: Log = Log {
    id: "radius",
    marks: &[&["username", "mac", "result"], &["username", "framed_addr"]],
    protocol: Some(AppProto::Radius),
    transport: 17,
    messages: &[
        request(None, &[field(FieldId::User, Text, "username", "", ""), field(FieldId::Client, Text, "mac", "", "")]),
        answer(
            None,
            &[
                field(FieldId::Address, Addr, "framed_addr", "", ""),
                field(FieldId::Login, Word(outcome), "result", "", ""),
            ],
        ),
    ],
    ..COMMON
};

pub static SOCKS: Log = Log {
    id: "socks",
    marks: &[&["request.host", "request_p"], &["request.host", "bound.host"]],
    protocol: Some(AppProto::Socks),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Version, Text, "version", "", ""),
                field(FieldId::User, Text, "user", "", ""),
                field(FieldId::Password, Text, "password", "", ""),
                field(FieldId::Address, Addr, "request.host", "", ""),
                field(FieldId::Domain, Text, "request.name", "", ""),
                field(FieldId::Port, Number, "request_p", "", ""),
            ],
        ),
        answer(None, &[field(FieldId::Reply, Text, "status", "", "")]),
    ],
    ..COMMON
};

pub static RFB: Log = Log {
    id: "rfb",
    aliases: &["vnc"],
    marks: &[&["authentication_method", "auth", "share_flag"], &["authentication_method", "desktop_name"]],
    protocol: Some(AppProto::Vnc),
    transport: 6,
    messages: &[
        request(
            None,
            &[field(FieldId::Version, Text, "client_major_version", "rfb.client_protocol_version.major", "")],
        ),
        answer(
            None,
            &[
                field(FieldId::Method, Text, "authentication_method", "rfb.authentication.security_type", ""),
                field(FieldId::Login, Word(outcome), "auth", "", ""),
                field(FieldId::Banner, Text, "desktop_name", "rfb.name", ""),
            ],
        ),
    ],
    ..COMMON
};

pub static TFTP: Log = Log {
    id: "tftp",
    marks: &[&["wrq", "fname"]],
    protocol: Some(AppProto::Tftp),
    transport: 17,
    messages: &[request(None, &[field(FieldId::File, Text, "fname", "tftp.file", "")])],
    ..COMMON
};

pub static LDAP: Log = Log {
    id: "ldap",
    marks: &[&["message_id", "opcode", "result"]],
    protocol: Some(AppProto::Ldap),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Command, Text, "opcode", "ldap.request.operation", ""),
                field(FieldId::User, Text, "", "ldap.request.bind_request.name", ""),
                field(FieldId::SearchBase, Text, "object", "ldap.request.search_request.base_object", ""),
            ],
        ),
        answer(None, &[field(FieldId::Error, Text, "diagnostic_message", "", "")]),
    ],
    ..COMMON
};

pub static LDAP_SEARCH: Log = Log {
    id: "ldap_search",
    marks: &[&["base_object", "filter"]],
    protocol: Some(AppProto::Ldap),
    transport: 6,
    messages: &[request(None, &[field(FieldId::SearchBase, Text, "base_object", "", "")])],
    ..COMMON
};
