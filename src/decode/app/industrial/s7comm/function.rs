//! Turns the parameters of S7comm messages into the function that they call (numbers as in Wireshark's dissectors).

use crate::decode::app::support::bytes::{self, be16, be32};
use crate::model::app::kinds::industrial::{S7Function, S7Message};

/// Where the argument of "PLC control" begins, with its length in two bytes; the name of the service is behind it.
const CONTROL_ARGUMENT: usize = 8;

// Where a request of S7comm-plus has its function, its session, and the object whose variables it sets.
const PLUS_FUNCTION: usize = 3;
const PLUS_SESSION: usize = 9;
const PLUS_OBJECT: usize = 14;

/// The function of a job or of its answer.
pub(super) fn job(parameters: &[u8]) -> Option<S7Function> {
    Some(match parameters.first()? {
        0x00 => S7Function::CpuServices,
        0x04 => S7Function::ReadVar,
        0x05 => S7Function::WriteVar,
        0x1a => S7Function::RequestDownload,
        0x1b => S7Function::DownloadBlock,
        0x1c => S7Function::DownloadEnded,
        0x1d => S7Function::StartUpload,
        0x1e => S7Function::Upload,
        0x1f => S7Function::EndUpload,
        0x28 => control(parameters),
        0x29 => S7Function::PlcStop,
        0xf0 => S7Function::SetupCommunication,
        _ => S7Function::Other,
    })
}

/// Which service a "PLC control" is: its name comes behind the argument, both with their lengths before them.
fn control(parameters: &[u8]) -> S7Function {
    let n_argument = be16(parameters, CONTROL_ARGUMENT).map_or(0, usize::from);
    let argument = bytes::part(parameters, CONTROL_ARGUMENT + 2, n_argument);
    let at = CONTROL_ARGUMENT + 2 + n_argument;
    let n_name = usize::from(parameters.get(at).copied().unwrap_or(0));
    match bytes::part(parameters, at + 1, n_name) {
        b"P_PROGRAM" if argument.starts_with(b"C") => S7Function::PlcColdStart,
        b"P_PROGRAM" => S7Function::PlcStart,
        b"_INSE" => S7Function::InsertBlock,
        b"_DELE" => S7Function::DeleteBlock,
        b"_GARB" => S7Function::CompressMemory,
        b"_MODU" => S7Function::CopyRamToRom,
        _ => S7Function::PlcControl,
    }
}

/// Who sends userdata, and its function: three fixed bytes, a length and a method, then type and group, then the number.
pub(super) fn userdata(parameters: &[u8]) -> (S7Message, Option<S7Function>) {
    let (Some(kind), Some(number)) = (parameters.get(5), parameters.get(6)) else {
        return (S7Message::UserdataPush, None);
    };
    let sent = match kind >> 4 {
        4 => S7Message::UserdataRequest,
        8 => S7Message::UserdataResponse,
        _ => S7Message::UserdataPush,
    };
    let function = match (kind & 0x0f, number) {
        (0, _) => S7Function::ModeTransition,
        (1, _) => S7Function::ProgrammerCommands,
        (2, _) => S7Function::CyclicServices,
        (3, 1 | 2) => S7Function::ListBlocks,
        (3, _) => S7Function::BlockInfo,
        (4, 1) => S7Function::ReadSzl,
        (4, _) => S7Function::CpuFunctions,
        (5, 1) => S7Function::SetPassword,
        (5, 2) => S7Function::ClearPassword,
        (6, _) => S7Function::ProgramBlocks,
        (7, 2 | 4) => S7Function::SetClock,
        (7, _) => S7Function::ReadClock,
        (0x0f, _) => S7Function::NcProgramming,
        _ => S7Function::Other,
    };
    (sent, Some(function))
}

/// The function of a request of S7comm-plus. Every client begins with a write to the object of its own session, which
/// changes nothing in the controller.
pub(super) fn plus_request(body: &[u8]) -> Option<S7Function> {
    let session = be32(body, PLUS_SESSION).filter(|session| *session != 0);
    Some(match plus(be16(body, PLUS_FUNCTION)?) {
        S7Function::SetMultiVariables if session.is_some() && be32(body, PLUS_OBJECT) == session => {
            S7Function::SetUpSession
        }
        function => function,
    })
}

/// The function of an answer of S7comm-plus.
pub(super) fn plus_response(body: &[u8]) -> Option<S7Function> {
    be16(body, PLUS_FUNCTION).map(plus)
}

fn plus(number: u16) -> S7Function {
    match number {
        0x04bb => S7Function::Explore,
        0x04ca => S7Function::CreateObject,
        0x04d4 => S7Function::DeleteObject,
        0x04f2 => S7Function::SetVariable,
        0x0524 => S7Function::GetLink,
        0x0542 => S7Function::SetMultiVariables,
        0x054c => S7Function::GetMultiVariables,
        0x0556 => S7Function::BeginSequence,
        0x0560 => S7Function::EndSequence,
        0x056b => S7Function::Invoke,
        0x0586 => S7Function::GetVariables,
        _ => S7Function::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_of_plc_control_are_told_apart() {
        let start = b"\x28\0\0\0\0\0\0\xfd\0\0\x09P_PROGRAM";
        let cold = b"\x28\0\0\0\0\0\0\xfd\0\x02C \x09P_PROGRAM";
        let insert = b"\x28\0\0\0\0\0\0\xfd\0\x0a\x01\x000800001P\x05_INSE";
        assert_eq!(job(start), Some(S7Function::PlcStart));
        assert_eq!(job(cold), Some(S7Function::PlcColdStart));
        assert_eq!(job(insert), Some(S7Function::InsertBlock));
        assert_eq!((job(&[0x28]), job(&[])), (Some(S7Function::PlcControl), None));
    }

    #[test]
    fn a_write_to_its_own_session_sets_it_up_and_others_write_variables() {
        let set = |session: [u8; 4], object: [u8; 4]| {
            let head = b"\x31\0\0\x05\x42\0\0\0\x03";
            plus_request(&[&head[..], &session, b"\x34", &object, b"\x01\x01\x82\x32"].concat())
        };
        assert_eq!(set([0, 0, 3, 0xa2], [0, 0, 3, 0xa2]), Some(S7Function::SetUpSession));
        assert_eq!(set([0, 0, 3, 0xa2], [0, 0, 0, 0]), Some(S7Function::SetMultiVariables));
        assert_eq!(set([0; 4], [0; 4]), Some(S7Function::SetMultiVariables));
    }

    #[test]
    fn userdata_tells_who_sends_it() {
        let read_szl = [0, 1, 0x12, 4, 0x11, 0x44, 1, 0];
        assert_eq!(userdata(&read_szl), (S7Message::UserdataRequest, Some(S7Function::ReadSzl)));
        let stopped = [0, 1, 0x12, 8, 0x12, 0x00, 0, 0];
        assert_eq!(userdata(&stopped), (S7Message::UserdataPush, Some(S7Function::ModeTransition)));
        assert_eq!(userdata(&[0, 1]), (S7Message::UserdataPush, None));
    }
}
