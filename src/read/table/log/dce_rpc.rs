//! Logs of DCE/RPC, the remote calls of Windows: the interface and the function.

use super::contract::{COMMON, FieldForm::*, Log, field, request};
use super::words::rpc_function;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;

pub static LOG: Log = Log {
    id: "dce_rpc",
    aliases: &["dcerpc"],
    marks: &[&["endpoint", "operation"], &["named_pipe", "operation"]],
    protocol: Some(AppProto::MsRpc),
    transport: 6,
    messages: &[request(
        None,
        &[
            field(FieldId::Service, Text, "endpoint", "dcerpc.interfaces.uuid", ""),
            field(FieldId::Function, Word(rpc_function), "operation", "", ""),
        ],
    )],
    ..COMMON
};
