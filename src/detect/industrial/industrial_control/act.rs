//! Turns messages of industrial protocols into their effect on the device, and its technique in MITRE ATT&CK for ICS.

use crate::detect::support::severity::Impact;
use crate::model::app::field::{FieldId, Message, MessageFields};
use crate::model::app::kinds::industrial::{
    CipClass, CipError, CipMessage, CipService, Dnp3Function, Iec104Cause, Iec104Error, Iec104Type, ModbusError,
    ModbusFunction, PcccFunction, S7Error, S7Function, S7Message,
};
use crate::model::app::protocol::AppProto;

/// The protocols that are read.
pub(super) const PROTOCOLS: [AppProto; 5] =
    [AppProto::S7comm, AppProto::EtherNetIp, AppProto::Iec104, AppProto::Dnp3, AppProto::Modbus];
/// The port of Modbus, whose messages do not say which way they go.
const MODBUS_PORT: u16 = 502;

/// The name of a protocol in Wireshark's display filters.
pub(super) fn filter(protocol: AppProto) -> &'static str {
    match protocol {
        AppProto::S7comm => "s7comm",
        AppProto::EtherNetIp => "enip",
        AppProto::Iec104 => "iec60870_104",
        AppProto::Dnp3 => "dnp3",
        _ => "mbtcp",
    }
}

/// What a request does to a device, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Act {
    Stop,
    Restart,
    Download,
    Delete,
    Silence,
    ChangeMode,
    Start,
    Command,
    SetParameter,
    Upload,
    SuppressAlarms,
    MoveFile,
}

impl Act {
    /// Technique of MITRE ATT&CK for ICS, by its published name.
    pub(super) fn technique(self) -> (&'static str, &'static str) {
        match self {
            Act::Stop | Act::ChangeMode | Act::Start => ("T0858", "Change Operating Mode"),
            Act::Restart => ("T0816", "Device Restart/Shutdown"),
            Act::Download => ("T0843", "Program Download"),
            Act::Delete => ("T0809", "Data Destruction"),
            Act::Silence => ("T0814", "Denial of Service"),
            Act::Command => ("T0855", "Unauthorized Command Message"),
            Act::SetParameter => ("T0836", "Modify Parameter"),
            Act::Upload => ("T0845", "Program Upload"),
            Act::SuppressAlarms => ("T0878", "Alarm Suppression"),
            Act::MoveFile => ("T0867", "Lateral Tool Transfer"),
        }
    }

    /// True if one is the whole damage.
    pub(super) fn is_whole_damage(self) -> bool {
        matches!(self, Act::Stop | Act::Restart | Act::Download | Act::Delete | Act::Silence)
    }

    pub(super) fn impact(self) -> Impact {
        match self {
            Act::Stop | Act::Restart | Act::Delete | Act::Silence => Impact::OUTAGE,
            Act::Download | Act::ChangeMode | Act::Start | Act::Command | Act::SetParameter => Impact::CONTROL,
            Act::SuppressAlarms | Act::MoveFile | Act::Upload => Impact::INSIDE_LOOK,
        }
    }

    /// What a host does, for a title.
    pub(super) fn title(self) -> &'static str {
        match self {
            Act::Stop => "stops a controller",
            Act::Restart => "restarts a controller",
            Act::Download => "downloads a program to a controller",
            Act::Delete => "deletes a controller's program or files",
            Act::Silence => "silences a controller",
            Act::ChangeMode => "changes the operating mode of a controller",
            Act::Start => "starts a controller",
            Act::Command => "gives commands to a controller",
            Act::SetParameter => "changes settings of a controller",
            Act::Upload => "uploads the program of a controller",
            Act::SuppressAlarms => "disables a controller's reports",
            Act::MoveFile => "moves files to or from a controller",
        }
    }

    /// Name of its count.
    pub(super) fn label(self) -> &'static str {
        match self {
            Act::Stop => "Stops",
            Act::Restart => "Restarts",
            Act::Download => "Program downloads",
            Act::Delete => "Deletions",
            Act::Silence => "Commands to fall silent",
            Act::ChangeMode => "Mode changes",
            Act::Start => "Starts",
            Act::Command => "Commands and writes",
            Act::SetParameter => "Parameter changes",
            Act::Upload => "Program uploads",
            Act::SuppressAlarms => "Reports disabled",
            Act::MoveFile => "File operations",
        }
    }

    /// What was asked for, in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Act::Stop => "stop",
            Act::Restart => "restart",
            Act::Download => "program download",
            Act::Delete => "deletion",
            Act::Silence => "command to fall silent",
            Act::ChangeMode => "mode change",
            Act::Start => "start",
            Act::Command => "command or write",
            Act::SetParameter => "setting",
            Act::Upload => "program upload",
            Act::SuppressAlarms => "reports disabled",
            Act::MoveFile => "file operation",
        }
    }
}

/// What a message is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Step {
    /// From client to device.
    pub(super) is_request: bool,
    /// What it does, or answers.
    pub(super) act: Option<Act>,
    /// What its answer, which does not name the object, makes of a request; none if that is the same.
    pub(super) answered_as: Option<Act>,
    /// The device says no.
    pub(super) is_refused: bool,
    /// The device reports values without being asked each time.
    pub(super) is_report: bool,
    /// Reports are switched on.
    pub(super) enables_alarms: bool,
}

/// What a message between these ports is.
pub(super) fn step(message: &Message<'_>, sender_port: u16, receiver_port: u16) -> Step {
    let fields = &message.fields;
    match message.protocol {
        AppProto::S7comm => s7(fields),
        AppProto::EtherNetIp => cip(fields),
        AppProto::Iec104 => iec104(fields),
        AppProto::Dnp3 => dnp3(fields),
        AppProto::Modbus => {
            let is_request = receiver_port == MODBUS_PORT || sender_port != MODBUS_PORT && sender_port > receiver_port;
            modbus(fields, is_request)
        }
        _ => Step::default(),
    }
}

fn s7(fields: &MessageFields<'_>) -> Step {
    let is_request = matches!(
        fields.kind(FieldId::Message),
        Some(S7Message::Job | S7Message::UserdataRequest | S7Message::PlusRequest | S7Message::ConnectRequest)
    );
    let act = fields.kind(FieldId::Function).and_then(|function| {
        Some(match function {
            S7Function::PlcStop => Act::Stop,
            S7Function::PlcColdStart => Act::Restart,
            S7Function::PlcStart => Act::Start,
            S7Function::RequestDownload | S7Function::InsertBlock | S7Function::CopyRamToRom => Act::Download,
            S7Function::DeleteBlock => Act::Delete,
            S7Function::PlcControl | S7Function::CompressMemory => Act::ChangeMode,
            S7Function::WriteVar | S7Function::SetVariable | S7Function::SetMultiVariables => Act::Command,
            S7Function::SetPassword | S7Function::ClearPassword => Act::SetParameter,
            S7Function::StartUpload => Act::Upload,
            _ => return None,
        })
    });
    Step { is_request, act, is_refused: fields.kind::<S7Error>(FieldId::Error).is_some(), ..Step::default() }
}

/// What a service of CIP does to an object of this class: a stop of the whole controller is none of a timer.
fn cip_act(service: CipService, class: Option<CipClass>) -> Option<Act> {
    use CipClass::{Controller, File, Identity, MessageRouter, Program, Symbol};
    let is_device = matches!(class, None | Some(Identity | MessageRouter | Controller | Program));
    let is_program = matches!(class, Some(Program | File | Symbol));
    Some(match service {
        CipService::Stop if is_device => Act::Stop,
        CipService::Reset if is_device => Act::Restart,
        CipService::Start if is_device => Act::Start,
        CipService::Delete if is_program => Act::Delete,
        CipService::Stop | CipService::Reset | CipService::Start | CipService::Delete | CipService::Restore => {
            Act::Command
        }
        CipService::WriteTag | CipService::ReadModifyWrite => Act::Command,
        CipService::SetAttributeSingle | CipService::SetAttributesAll | CipService::SetAttributeList => {
            Act::SetParameter
        }
        CipService::FileTransfer => Act::MoveFile,
        _ => return None,
    })
}

fn cip(fields: &MessageFields<'_>) -> Step {
    let service = fields.kind(FieldId::Function);
    // The worst that it may answer.
    let answered_as = service.and_then(|service| match service {
        CipService::Delete => Some(Act::Delete),
        _ => cip_act(service, None),
    });
    let is_request = !fields.is(FieldId::Message, CipMessage::Response);
    let by_service = match is_request {
        true => service.and_then(|service| cip_act(service, fields.kind(FieldId::Class))),
        false => answered_as,
    };
    let by_pccc = || {
        Some(match fields.kind(FieldId::Function)? {
            PcccFunction::ToProgram | PcccFunction::DisableOutputs => Act::Stop,
            PcccFunction::Restart | PcccFunction::InitialiseMemory => Act::Restart,
            PcccFunction::Download => Act::Download,
            PcccFunction::ToRun => Act::Start,
            PcccFunction::ChangeMode | PcccFunction::DisableForces => Act::ChangeMode,
            PcccFunction::Write => Act::Command,
            PcccFunction::Upload => Act::Upload,
            _ => return None,
        })
    };
    Step {
        is_request,
        act: by_service.or_else(by_pccc),
        answered_as,
        is_refused: fields.kind::<CipError>(FieldId::Error).is_some(),
        ..Step::default()
    }
}

fn iec104(fields: &MessageFields<'_>) -> Step {
    use Iec104Cause::{Activation, Deactivation, Request};
    let cause = fields.kind(FieldId::Cause);
    let kind = fields.kind(FieldId::Function);
    let act = kind.and_then(|kind| {
        Some(match kind {
            Iec104Type::SingleCommand
            | Iec104Type::DoubleCommand
            | Iec104Type::RegulatingStepCommand
            | Iec104Type::BitstringCommand => Act::Command,
            Iec104Type::SetPointNormalised | Iec104Type::SetPointScaled | Iec104Type::SetPointFloat => {
                Act::SetParameter
            }
            Iec104Type::Parameter | Iec104Type::ParameterActivation => Act::SetParameter,
            Iec104Type::ResetProcess => Act::Restart,
            _ => return None,
        })
    });
    // What has no data has no direction of its own: only what asks for something is a request.
    let is_request = matches!(cause, Some(Activation | Deactivation | Request)) && kind != Some(Iec104Type::Monitoring);
    Step {
        is_request,
        act,
        is_refused: fields.is(FieldId::Error, Iec104Error::NegativeConfirm),
        is_report: kind == Some(Iec104Type::Monitoring),
        ..Step::default()
    }
}

fn dnp3(fields: &MessageFields<'_>) -> Step {
    use Dnp3Function::{AuthenticationResponse, Response, UnsolicitedResponse};
    let Some(function) = fields.kind(FieldId::Function) else { return Step::default() };
    let act = match function {
        Dnp3Function::Operate
        | Dnp3Function::DirectOperate
        | Dnp3Function::DirectOperateNoAnswer
        | Dnp3Function::Select => Some(Act::Command),
        Dnp3Function::ColdRestart | Dnp3Function::WarmRestart => Some(Act::Restart),
        Dnp3Function::StopApplication => Some(Act::Stop),
        Dnp3Function::StartApplication => Some(Act::Start),
        Dnp3Function::InitialiseData | Dnp3Function::InitialiseApplication => Some(Act::Restart),
        Dnp3Function::Write | Dnp3Function::SaveConfiguration | Dnp3Function::ActivateConfiguration => {
            Some(Act::SetParameter)
        }
        Dnp3Function::DisableUnsolicited => Some(Act::SuppressAlarms),
        Dnp3Function::DeleteFile => Some(Act::Delete),
        Dnp3Function::OpenFile => Some(Act::MoveFile),
        _ => None,
    };
    Step {
        is_request: !matches!(function, Response | UnsolicitedResponse | AuthenticationResponse),
        act,
        is_report: function == UnsolicitedResponse,
        enables_alarms: function == Dnp3Function::EnableUnsolicited,
        ..Step::default()
    }
}

fn modbus(fields: &MessageFields<'_>, is_request: bool) -> Step {
    let act = fields.kind(FieldId::Function).and_then(|function| {
        Some(match function {
            ModbusFunction::WriteSingleCoil
            | ModbusFunction::WriteSingleRegister
            | ModbusFunction::WriteMultipleCoils
            | ModbusFunction::WriteMultipleRegisters
            | ModbusFunction::MaskWriteRegister
            | ModbusFunction::ReadAndWriteRegisters
            | ModbusFunction::UnityWrite => Act::Command,
            ModbusFunction::WriteFileRecord => Act::SetParameter,
            ModbusFunction::RestartCommunications => Act::Restart,
            ModbusFunction::ForceListenOnly => Act::Silence,
            ModbusFunction::UnityStop => Act::Stop,
            ModbusFunction::UnityStart => Act::Start,
            ModbusFunction::UnityDownload => Act::Download,
            ModbusFunction::UnityUpload => Act::Upload,
            _ => return None,
        })
    });
    Step { is_request, act, is_refused: fields.kind::<ModbusError>(FieldId::Error).is_some(), ..Step::default() }
}
