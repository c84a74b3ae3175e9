//! Logs of HTTP: a request and the answer to it.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, request};
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;

pub static LOG: Log = Log {
    id: "http",
    aliases: &["http2"],
    marks: &[&["method", "uri"], &["method", "host", "status_code"], &["host", "uri", "user_agent"]],
    protocol: Some(AppProto::Http),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::HttpMethod, Text, "method", "http.http_method", "http.request.method"),
                field(
                    FieldId::HttpHost,
                    Text,
                    "host",
                    "http.hostname",
                    "url.domain|url.host|http.request.headers.host",
                ),
                field(FieldId::HttpPath, Text, "uri", "http.url", "url.original|url.full|url.path"),
                field(FieldId::HttpAgent, Text, "user_agent", "http.http_user_agent", "user_agent.original"),
                field(FieldId::HttpReferer, Text, "referrer", "http.http_refer", "http.request.referrer"),
                field(FieldId::HttpRequestType, List, "orig_mime_types", "", "http.request.mime_type"),
                field(FieldId::User, Text, "username", "", ""),
                field(FieldId::Password, Text, "password", "", ""),
            ],
        ),
        answer(
            None,
            &[
                field(FieldId::HttpStatus, Number, "status_code", "http.status", "http.response.status_code"),
                field(FieldId::HttpServer, Text, "server", "http.server", "http.response.headers.server"),
                field(
                    FieldId::HttpResponseType,
                    Text,
                    "resp_mime_types",
                    "http.http_content_type",
                    "http.response.mime_type|http.response.headers.content-type",
                ),
            ],
        ),
    ],
    ..COMMON
};
