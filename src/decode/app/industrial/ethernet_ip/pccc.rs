//! PCCC commands to older Allen-Bradley controllers (PLC-5, SLC 500), as CIP carries them: the function of a request
//! (Allen-Bradley publication 1770-6.5.16, chapter 7).

use crate::decode::app::support::bytes;
use crate::model::app::kinds::industrial::PcccFunction;

/// Offset of the function code, after command (1 byte), status (1) and transaction number (2).
const FUNCTION: usize = 4;

/// The function of a request. `data` starts with the requester id, whose first byte is its length; the command follows.
/// `Other` if it is cut short or not known.
pub(super) fn request(data: &[u8]) -> PcccFunction {
    let n_requester = usize::from(data.first().copied().unwrap_or(0));
    let pccc = bytes::from(data, n_requester);
    let (Some(command), function) = (pccc.first(), pccc.get(FUNCTION)) else { return PcccFunction::Other };
    match (command & 0x4f, function.copied()) {
        (0x00 | 0x02 | 0x05 | 0x08, _) => PcccFunction::Write,
        (0x01 | 0x04, _) => PcccFunction::Read,
        (0x06, _) => PcccFunction::Diagnostics,
        (0x07, Some(0x00)) => PcccFunction::DisableOutputs,
        (0x0f, Some(function)) => extended(function, pccc.get(FUNCTION + 1).copied()),
        _ => PcccFunction::Other,
    }
}

fn extended(function: u8, argument: Option<u8>) -> PcccFunction {
    match (function, argument) {
        // "Program" is 0 for a PLC-5 and 1 for an SLC 500; "run" is 2 for a PLC-5 and 6 for an SLC 500.
        (0x3a, Some(0)) | (0x80, Some(1)) => PcccFunction::ToProgram,
        (0x3a, Some(2)) | (0x80, Some(6)) => PcccFunction::ToRun,
        (0x3a | 0x80, _) => PcccFunction::ChangeMode,
        (0x05 | 0x50 | 0x52, _) => PcccFunction::Download,
        (0x06 | 0x53 | 0x55, _) => PcccFunction::Upload,
        (0x0a, _) => PcccFunction::Restart,
        (0x57, _) => PcccFunction::InitialiseMemory,
        (0x41, _) => PcccFunction::DisableForces,
        (0x81..=0x84, _) => PcccFunction::FileAccess,
        (0x01 | 0x04 | 0x09 | 0x15 | 0x17 | 0x29 | 0x68 | 0xa1 | 0xa2 | 0xa7, _) => PcccFunction::Read,
        (0x00 | 0x02 | 0x03 | 0x08 | 0x18 | 0x26 | 0x67 | 0x79 | 0xa9 | 0xaa | 0xab | 0xaf, _) => PcccFunction::Write,
        _ => PcccFunction::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_apart_and_what_is_cut_is_other() {
        let request_of = |pccc: &[u8]| request(&[&[7, 1, 0, 2, 0, 0, 0], pccc].concat());
        assert_eq!(request_of(&[0x0f, 0, 1, 0, 0xa2, 2, 7, 0x89]), PcccFunction::Read);
        assert_eq!(request_of(&[0x0f, 0, 1, 0, 0xaa, 2, 7, 0x89]), PcccFunction::Write);
        assert_eq!(request_of(&[0x0f, 0, 1, 0, 0x3a, 2]), PcccFunction::ToRun);
        assert_eq!(request_of(&[0x0f, 0, 1, 0]), PcccFunction::Other);
        assert_eq!(request(&[]), PcccFunction::Other);
    }
}
