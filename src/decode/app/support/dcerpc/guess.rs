//! Guesses the interface of DCE/RPC calls whose bind was not captured: by pipe, by data, by earlier calls.

use super::fragment::Fragment;
use super::interfaces::Interface;
use super::stub;
use crate::decode::app::support::bytes;
use crate::model::app::kinds::directory::RpcFunction;

/// Shortest data of a task, which is XML.
const LEAST_TASK_BYTES: usize = 200;
/// Shortest data that ask for changes of a directory (MS-DRSR, section 4.1.10.2): a handle, two UUIDs, where the copy
/// stands, and the name of what is copied.
const LEAST_REPLICATION_BYTES: usize = 128;

/// Least bytes of a copied object of a directory: one account with its secrets has some thousands.
const LEAST_COPIED_BYTES: usize = 2000;
/// RpcOpenPrinter; RpcAddPrinter, which opens it; RpcGetPrinter, RpcSetPrinter and RpcStartDocPrinter, which need it open.
const OPEN_PRINTER: [u16; 5] = [1, 5, 7, 8, 17];

/// The interfaces that are usual in a pipe (the Open Specifications, section 2.1 of each), the likelier one first.
const PIPES: &[(&str, &[&str])] = &[
    ("svcctl", &["svcctl"]),
    ("atsvc", &["ITaskSchedulerService", "atsvc"]),
    ("samr", &["samr"]),
    ("lsarpc", &["lsarpc"]),
    ("netlogon", &["netlogon"]),
    ("srvsvc", &["srvsvc"]),
    ("wkssvc", &["wkssvc"]),
    ("winreg", &["winreg"]),
    ("spoolss", &["spoolss"]),
    ("eventlog", &["eventlog"]),
    ("efsrpc", &["efsrpc"]),
    ("netdfs", &["netdfs"]),
    ("epmapper", &["epmapper"]),
    ("fssagentrpc", &["FileServerVssAgent"]),
    ("protected_storage", &["BackupKey"]),
];

/// The number of a well-known pipe in the table, by its name with or without what stands before it.
pub fn pipe(name: &str) -> Option<u8> {
    let name = name.rsplit('\\').next().unwrap_or(name);
    let place = PIPES.iter().position(|(known, _)| name.eq_ignore_ascii_case(known))?;
    u8::try_from(place).ok()
}

/// The functions below 64 that were called in a context, a bit for each.
#[derive(Clone, Copy, Default)]
pub struct Called(u64);

impl Called {
    /// Adds one.
    pub fn add(&mut self, number: u16) {
        self.0 |= 1_u64.checked_shl(number.into()).unwrap_or(0);
    }

    fn has(self, number: u16) -> bool {
        1_u64.checked_shl(number.into()).is_some_and(|bit| self.0 & bit != 0)
    }

    fn has_any(self, numbers: &[u16]) -> bool {
        numbers.iter().any(|number| self.has(*number))
    }
}

/// The interface of a request; none if it can be any.
pub fn interface(request: &Fragment<'_>, number: u16, pipe: Option<u8>, called: Called) -> Option<Interface> {
    let by_pipe = || {
        let (_, names) = PIPES.get(usize::from(pipe?))?;
        let is_task = request.n_stub_bytes() >= LEAST_TASK_BYTES;
        let mut names = names.iter().filter_map(|name| Interface::named(name));
        names.find(|interface| {
            interface.function(number).is_some()
                && (number != 1 || is_task || interface.name() != Some("ITaskSchedulerService"))
        })
    };
    by_pipe()
        .or_else(|| Interface::named(by_data(request.stub(), number, called)?))
        .or_else(|| Interface::named(by_others(request, number, called)?))
}

/// The interface that is likeliest in a pipe.
pub fn of_pipe(pipe: u8) -> Option<Interface> {
    let (_, names) = PIPES.get(usize::from(pipe))?;
    Interface::named(names.first()?)
}

/// The function that an answer of so many bytes is of, where others of the interface answer otherwise; none if it can be
/// any. Sizes are those of the results that the Open Specifications give in the definition of each interface.
pub fn answered(interface: &str, n_bytes: usize, called: Called) -> Option<RpcFunction> {
    Some(match (interface, n_bytes) {
        // MS-DRSR: what is copied comes with the attributes of an account and the table of their names; controllers and
        // names take a few hundred bytes each.
        ("drsuapi", LEAST_COPIED_BYTES..) => RpcFunction::IdlDRSGetNCChanges,
        // MS-RPRN: a status alone, where no printer was opened: the other functions that need none add or remove code too.
        ("spoolss", 4) if !called.has_any(&OPEN_PRINTER) => RpcFunction::RpcAddPrinterDriverEx,
        // MS-SCMR: a handle and a tag. Opening gives a handle alone.
        ("svcctl", 28) => RpcFunction::CreateServiceW,
        // MS-TSCH: the number of the job.
        ("atsvc", 8) if !called.has_any(&[0, 1, 2]) => RpcFunction::NetrJobAdd,
        // MS-SAMR: a handle, the access that was granted, and the number of the account.
        ("samr", 32) => RpcFunction::SamrCreateUser2InDomain,
        // MS-EFSR: a handle.
        ("efsrpc", 24) => RpcFunction::EfsRpcOpenFileRaw,
        _ => return None,
    })
}

/// What the data show.
fn by_data(data: &[u8], number: u16, called: Called) -> Option<&'static str> {
    if let Some(arguments) = stub::behind_orpc_this(data) {
        let is_activation = bytes::find(arguments, b"MEOW").is_some();
        // The interface that the names are of must be none (MS-OAUT, section 3.1.4.4).
        let names_follow = |at: usize| arguments.get(at..at + 16) == Some(&[0; 16][..]);
        return match number {
            3 | 4 if is_activation => Some("IRemoteSCMActivator"),
            5 if names_follow(0) => Some("IDispatch"),
            6 if names_follow(4) => Some("IDispatch"),
            14 | 15 | 24 | 25 if stub::wmi_class(arguments).is_some() => Some("IWbemServices"),
            _ => None,
        };
    }
    match number {
        1 if bytes::find(data, b"<\0T\0a\0s\0k\0").is_some() => Some("ITaskSchedulerService"),
        // A service is made of a program once the manager was opened.
        12 if called.has(15) && (has_utf16(data, b".exe") || has_utf16(data, b"%COMSPEC%")) => Some("svcctl"),
        43 if stub::secret(data).is_some() => Some("lsarpc"),
        89 if has_utf16(data, b".dll") => Some("spoolss"),
        _ => None,
    }
}

/// True if a text of ASCII stands in the data as UTF-16, its letters in any case.
fn has_utf16(data: &[u8], text: &[u8]) -> bool {
    let n = text.len() * 2;
    let is_text = |window: &[u8]| {
        let (pairs, _) = window.as_chunks::<2>();
        pairs.iter().zip(text).all(|([low, high], byte)| *high == 0 && low.eq_ignore_ascii_case(byte))
    };
    data.windows(n).any(is_text)
}

/// What the functions that were called before show, where the data are encrypted.
fn by_others(request: &Fragment<'_>, number: u16, called: Called) -> Option<&'static str> {
    // A client of replication binds, asks for the controller or for names, then copies; Windows asks for nothing else so.
    let is_replication = called.has(0) && (called.has(12) || called.has(16));
    match number {
        3 if is_replication && !request.has_object() && request.n_stub_bytes() >= LEAST_REPLICATION_BYTES => {
            Some("drsuapi")
        }
        // Of the interfaces of objects, only WMI's has so many functions that are called from afar.
        24 | 25 if request.has_object() => Some("IWbemServices"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(flags: u8, number: u8, data: &[u8], pipe: Option<u8>, called: &[u16]) -> Option<RpcFunction> {
        let length = (24 + data.len()) as u16;
        let mut bytes = vec![5, 0, 0, flags, 0x10, 0, 0, 0];
        bytes.extend(length.to_le_bytes());
        bytes.extend([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, number, 0]);
        bytes.extend(data);
        let mut before = Called::default();
        called.iter().for_each(|number| before.add(*number));
        let fragment = Fragment::new(&bytes)?;
        interface(&fragment, number.into(), pipe, before)?.function(number.into())
    }

    #[test]
    fn a_pipe_is_of_its_interface() {
        assert_eq!(guessed(3, 12, &[], pipe("\\PIPE\\svcctl"), &[]), Some(RpcFunction::CreateServiceW));
        assert_eq!(guessed(3, 12, &[], pipe("atsvc"), &[]), Some(RpcFunction::SchRpcRun));
        assert_eq!(guessed(3, 1, &[0; 20], pipe("atsvc"), &[]), Some(RpcFunction::NetrJobDel));
        assert_eq!(guessed(3, 1, &[0; 900], pipe("atsvc"), &[]), Some(RpcFunction::SchRpcRegisterTask));
        assert_eq!(pipe("browser"), None);
    }

    #[test]
    fn what_can_be_of_any_interface_is_of_none() {
        assert_eq!(guessed(3, 3, &[], None, &[]), None);
        assert_eq!(guessed(3, 3, &[0; 160], None, &[0, 12]), Some(RpcFunction::IdlDRSGetNCChanges));
        assert_eq!(guessed(3, 3, &[0; 40], None, &[0, 12]), None);
        assert_eq!(guessed(0x83, 3, &[0; 200], None, &[0, 12]), None);
        assert_eq!(guessed(3, 24, &[], None, &[]), None);
        assert_eq!(guessed(0x83, 24, &[0; 16], None, &[]), Some(RpcFunction::ExecMethod));
        assert_eq!(guessed(3, 43, &[0; 60], None, &[]), None);
        let path: Vec<u8> = "C:\\a.EXE".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(guessed(3, 12, &path, None, &[15]), Some(RpcFunction::CreateServiceW));
        assert_eq!((guessed(3, 12, &path, None, &[]), guessed(3, 12, &[0; 90], None, &[15])), (None, None));
    }
}
