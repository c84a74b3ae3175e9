//! Finds names in the data of unencrypted DCE/RPC calls: classes of COM and WMI, secrets, programs to run.

use crate::decode::app::support::bytes::{self, le16, le32};
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::directory::{ComClass, RpcFunction, WmiClass};

/// Version, flags, a reserved word, the causality and no extensions (MS-DCOM, section 2.2.13.3).
const ORPC_THIS_BYTES: usize = 32;
/// A handle before the arguments of a call (MS-LSAD, section 2.2.2.1).
const HANDLE_BYTES: usize = 20;
/// Bytes of the data that are looked at.
const MOST_BYTES: usize = 6 * 1024;
/// Shortest text that may be a program or what follows it.
const LEAST_TEXT_UNITS: usize = 4;
/// Most texts of a call.
const MOST_TEXTS: usize = 8;

/// Ids of the classes as on the wire, their first three parts with the low bytes first.
const COM_CLASSES: &[(u128, ComClass)] = &[
    (0x49b2791a_b1ae_4c90_9b8e_e860ba07f889, ComClass::Mmc20Application),
    (0x9ba05972_f6a8_11cf_a442_00a0c90a8f39, ComClass::ShellWindows),
    (0xc08afd90_f2a1_11d1_8455_00a0c91f3880, ComClass::ShellBrowserWindow),
    (0x00024500_0000_0000_c000_000000000046, ComClass::ExcelApplication),
    (0x000209ff_0000_0000_c000_000000000046, ComClass::WordApplication),
    (0x91493441_5a91_11cf_8700_00aa0060263b, ComClass::PowerPointApplication),
    (0x0006f03a_0000_0000_c000_000000000046, ComClass::OutlookApplication),
    (0x00021a20_0000_0000_c000_000000000046, ComClass::VisioApplication),
    (0x0002df01_0000_0000_c000_000000000046, ComClass::InternetExplorer),
    (0x3050f4d8_98b5_11cf_bb82_00aa00bdce0b, ComClass::HtaFile),
    (0x8bc3f05e_d86b_11d0_a075_00c04fb68820, ComClass::WbemLevel1Login),
    (0x0f87369f_a4e5_4cfc_bd3e_73e6154572dd, ComClass::TaskScheduler),
];

/// Adds what the data of a call name.
pub fn read(function: RpcFunction, data: &[u8], fields: &mut FieldBuffer) {
    let data = bytes::part(data, 0, MOST_BYTES);
    match function {
        RpcFunction::RemoteGetClassObject | RpcFunction::RemoteCreateInstance | RpcFunction::RemoteActivation => {
            if let Some(class) = com_class(data) {
                fields.token(FieldId::Class, class);
            }
        }
        RpcFunction::PutInstance
        | RpcFunction::PutInstanceAsync
        | RpcFunction::ExecMethod
        | RpcFunction::ExecMethodAsync => {
            if let Some(class) = wmi_class(data) {
                fields.token(FieldId::Class, class);
            }
        }
        RpcFunction::LsarRetrievePrivateData => {
            if let Some(name) = secret(data) {
                fields.text(FieldId::Argument, &name);
            }
        }
        RpcFunction::Invoke => texts(data, fields),
        _ => {}
    }
}

/// What follows the head of a call of an object; none if there is no such head, or it has extensions.
pub fn behind_orpc_this(data: &[u8]) -> Option<&[u8]> {
    let is_head = le16(data, 0) == Some(5)
        && le16(data, 2).is_some_and(|minor| (1..=7).contains(&minor))
        && le32(data, 4).is_some_and(|flags| flags <= 1)
        && le32(data, 8) == Some(0)
        && le32(data, ORPC_THIS_BYTES - 4) == Some(0);
    if is_head { data.get(ORPC_THIS_BYTES..) } else { None }
}

fn com_class(data: &[u8]) -> Option<ComClass> {
    let id_of = |number: u128| super::interfaces::swapped(number.to_be_bytes());
    COM_CLASSES.iter().find(|(number, _)| bytes::find(data, &id_of(*number)).is_some()).map(|(_, class)| *class)
}

/// The class of WMI that some data name, in bytes or in UTF-16 (MS-WMIO, section 2.2.78).
pub fn wmi_class(data: &[u8]) -> Option<WmiClass> {
    // A binding names filter and consumer too.
    let order = [
        WmiClass::FilterToConsumerBinding,
        WmiClass::CommandLineEventConsumer,
        WmiClass::ActiveScriptEventConsumer,
        WmiClass::EventFilter,
        WmiClass::Win32Process,
    ];
    order.into_iter().find(|class| {
        let name = class.label();
        bytes::find(data, name.as_bytes()).is_some()
            || bytes::find(data, &name.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>()).is_some()
    })
}

/// The name of a secret: a handle, then one counted text (MS-LSAD, section 3.1.4.6.6), its numbers in four bytes or, in
/// NDR64 (MS-RPCE, section 2.2.5), in eight.
pub fn secret(data: &[u8]) -> Option<String> {
    let short = || counted(data.get(HANDLE_BYTES..)?, 4);
    let long = || counted(data.get(HANDLE_BYTES.next_multiple_of(8)..)?, 8);
    short().or_else(long).filter(|name| !name.is_empty())
}

/// A text with its length and room, a pointer, and its counts: most, offset, actual; each number but the first two of so
/// many bytes.
fn counted(text: &[u8], width: usize) -> Option<String> {
    let (length, room) = (usize::from(le16(text, 0)?), usize::from(le16(text, 2)?));
    let number = |place: usize| le32(text, place * width).map(|number| number as usize);
    let (most, offset, n) = (number(2)?, number(3)?, number(4)?);
    let is_text = length > 0 && length % 2 == 0 && room >= length && most == room / 2 && offset == 0 && n == length / 2;
    is_text.then(|| bytes::utf16(bytes::part(text, 5 * width, length)))
}

/// Texts of a call, the last argument first, as callers give them (MS-OAUT, section 2.2.33).
fn texts(data: &[u8], fields: &mut FieldBuffer) {
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while found.len() < MOST_TEXTS && at + 2 <= data.len() {
        let units = bytes::from(data, at).as_chunks::<2>().0;
        let n = units.iter().take_while(|[low, high]| *high == 0 && (0x20..0x7f).contains(low)).count();
        if n >= LEAST_TEXT_UNITS {
            found.push(bytes::utf16(bytes::part(data, at, 2 * n)));
        }
        at += 2 * n.max(1);
    }
    found.reverse();
    fields.text(FieldId::Argument, &found.join(" "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn classes_are_found_by_id_and_by_name() {
        let id = b"\x1a\x79\xb2\x49\xae\xb1\x90\x4c\x9b\x8e\xe8\x60\xba\x07\xf8\x89";
        assert_eq!(com_class(&[&[0; 9], &id[..]].concat()), Some(ComClass::Mmc20Application));
        assert_eq!(com_class(&[0; 99]), None);
        assert_eq!(wmi_class(b"\0\0CommandLineEventConsumer\0"), Some(WmiClass::CommandLineEventConsumer));
        assert_eq!(wmi_class(&wide("Win32_Process")), Some(WmiClass::Win32Process));
    }

    #[test]
    fn a_secret_and_a_program_are_named() {
        let mut data = vec![0; HANDLE_BYTES];
        data.extend([6, 0, 6, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
        data.extend(wide("G$X"));
        assert_eq!(secret(&data).as_deref(), Some("G$X"));
        assert!((0..data.len() - 6).all(|end| secret(&data[..end]).is_none()));
        let mut long = vec![0; 24];
        long.extend([6, 0, 6, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
        long.extend([0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
        long.extend(wide("G$X"));
        assert_eq!(secret(&long).as_deref(), Some("G$X"));
        let mut fields = FieldBuffer::default();
        let call = [wide("/c calc"), vec![0, 0, 1, 7], wide("cmd.exe")].concat();
        read(RpcFunction::Invoke, &call, &mut fields);
        assert_eq!(listed(&fields), ["argument=cmd.exe /c calc"]);
    }
}
