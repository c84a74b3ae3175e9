//! Well-known DCE/RPC interfaces by their UUID, and those of their functions that interest attackers.

use crate::model::app::kinds::directory::RpcFunction;
use std::fmt;

/// An interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interface {
    /// As on the wire: the first three parts with their low bytes first.
    id: [u8; 16],
    known: Option<&'static Known>,
}

#[derive(PartialEq, Eq, Debug)]
struct Known {
    id: u128,
    name: &'static str,
    functions: &'static [(u16, RpcFunction)],
}

const fn known(id: u128, name: &'static str, functions: &'static [(u16, RpcFunction)]) -> Known {
    Known { id, name, functions }
}

impl Interface {
    /// Looks an interface up.
    pub fn new(id: [u8; 16]) -> Interface {
        let number = number(id);
        Interface { id, known: KNOWN.iter().find(|known| known.id == number) }
    }

    /// A well-known interface by its name, the first of those that have it.
    pub fn named(name: &str) -> Option<Interface> {
        let known = KNOWN.iter().find(|known| known.name == name)?;
        Some(Interface { id: swapped(known.id.to_be_bytes()), known: Some(known) })
    }

    /// The name of a well-known interface; none of another.
    pub fn name(&self) -> Option<&'static str> {
        self.known.map(|known| known.name)
    }

    /// A function, where it is of note.
    pub fn function(&self, number: u16) -> Option<RpcFunction> {
        let (_, function) = self.known?.functions.iter().find(|(listed, _)| *listed == number)?;
        Some(*function)
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(known) = self.known {
            return f.write_str(known.name);
        }
        let id = number(self.id);
        let part = |shift: u32, bits: u32| (id >> shift) & ((1 << bits) - 1);
        write!(f, "{:08x}-{:04x}-{:04x}-", part(96, 32), part(80, 16), part(64, 16))?;
        write!(f, "{:04x}-{:012x}", part(48, 16), part(0, 48))
    }
}

/// The number that a UUID is when it is written down.
fn number(id: [u8; 16]) -> u128 {
    u128::from_be_bytes(swapped(id))
}

/// A UUID with its first three parts the other end first.
pub(super) fn swapped(id: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = id;
    let [i, j, k, l, m, n, o, p] = rest;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

/// UUIDs and function numbers are those of the Open Specifications named.
static KNOWN: &[Known] = &[
    // C706, appendix O.
    known(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa, "epmapper", &[(2, RpcFunction::EptLookup), (3, RpcFunction::EptMap)]),
    // MS-SCMR.
    known(
        0x367abb81_9844_35f1_ad32_98f038001003,
        "svcctl",
        &[
            (1, RpcFunction::ControlService),
            (2, RpcFunction::DeleteService),
            (11, RpcFunction::ChangeServiceConfigW),
            (12, RpcFunction::CreateServiceW),
            (15, RpcFunction::OpenSCManagerW),
            (16, RpcFunction::OpenServiceW),
            (19, RpcFunction::StartServiceW),
            (24, RpcFunction::CreateServiceA),
            (27, RpcFunction::OpenSCManagerA),
            (28, RpcFunction::OpenServiceA),
            (31, RpcFunction::StartServiceA),
        ],
    ),
    // MS-TSCH: the three interfaces of the task scheduler.
    known(
        0x1ff70682_0a51_30e8_076d_740be8cee98b,
        "atsvc",
        &[(0, RpcFunction::NetrJobAdd), (1, RpcFunction::NetrJobDel), (2, RpcFunction::NetrJobEnum)],
    ),
    known(0x378e52b0_c0a9_11cf_822d_00aa0051e40f, "sasec", &[(0, RpcFunction::SASetAccountInformation)]),
    known(
        0x86d35949_83c9_4044_b424_db363231fd0c,
        "ITaskSchedulerService",
        &[
            (1, RpcFunction::SchRpcRegisterTask),
            (7, RpcFunction::SchRpcEnumTasks),
            (12, RpcFunction::SchRpcRun),
            (13, RpcFunction::SchRpcDelete),
        ],
    ),
    // MS-SAMR.
    known(
        0x12345778_1234_abcd_ef00_0123456789ac,
        "samr",
        &[
            (5, RpcFunction::SamrLookupDomainInSamServer),
            (6, RpcFunction::SamrEnumerateDomainsInSamServer),
            (7, RpcFunction::SamrOpenDomain),
            (8, RpcFunction::SamrQueryInformationDomain),
            (11, RpcFunction::SamrEnumerateGroupsInDomain),
            (12, RpcFunction::SamrCreateUserInDomain),
            (13, RpcFunction::SamrEnumerateUsersInDomain),
            (15, RpcFunction::SamrEnumerateAliasesInDomain),
            (17, RpcFunction::SamrLookupNamesInDomain),
            (18, RpcFunction::SamrLookupIdsInDomain),
            (25, RpcFunction::SamrGetMembersInGroup),
            (33, RpcFunction::SamrGetMembersInAlias),
            (34, RpcFunction::SamrOpenUser),
            (36, RpcFunction::SamrQueryInformationUser),
            (37, RpcFunction::SamrSetInformationUser),
            (39, RpcFunction::SamrGetGroupsForUser),
            (40, RpcFunction::SamrQueryDisplayInformation),
            (47, RpcFunction::SamrQueryInformationUser2),
            (48, RpcFunction::SamrQueryDisplayInformation2),
            (50, RpcFunction::SamrCreateUser2InDomain),
            (51, RpcFunction::SamrQueryDisplayInformation3),
            (55, RpcFunction::SamrUnicodeChangePasswordUser2),
            (58, RpcFunction::SamrSetInformationUser2),
            (64, RpcFunction::SamrConnect5),
        ],
    ),
    // MS-LSAD and MS-LSAT.
    known(
        0x12345778_1234_abcd_ef00_0123456789ab,
        "lsarpc",
        &[
            (2, RpcFunction::LsarEnumeratePrivileges),
            (11, RpcFunction::LsarEnumerateAccounts),
            (13, RpcFunction::LsarEnumerateTrustedDomains),
            (14, RpcFunction::LsarLookupNames),
            (15, RpcFunction::LsarLookupSids),
            (28, RpcFunction::LsarOpenSecret),
            (30, RpcFunction::LsarQuerySecret),
            (35, RpcFunction::LsarEnumerateAccountsWithUserRight),
            (42, RpcFunction::LsarStorePrivateData),
            (43, RpcFunction::LsarRetrievePrivateData),
            (44, RpcFunction::LsarOpenPolicy2),
            (57, RpcFunction::LsarLookupSids2),
            (58, RpcFunction::LsarLookupNames2),
            (68, RpcFunction::LsarLookupNames3),
            (76, RpcFunction::LsarLookupSids3),
            (77, RpcFunction::LsarLookupNames4),
        ],
    ),
    // MS-NRPC.
    known(
        0x12345678_1234_abcd_ef00_01234567cffb,
        "netlogon",
        &[
            (4, RpcFunction::NetrServerReqChallenge),
            (15, RpcFunction::NetrServerAuthenticate2),
            (26, RpcFunction::NetrServerAuthenticate3),
            (29, RpcFunction::NetrLogonGetDomainInfo),
            (30, RpcFunction::NetrServerPasswordSet2),
            (39, RpcFunction::NetrLogonSamLogonEx),
            (45, RpcFunction::NetrLogonSamLogonWithFlags),
        ],
    ),
    // MS-SRVS.
    known(
        0x4b324fc8_1670_01d3_1278_5a47bf6ee188,
        "srvsvc",
        &[
            (8, RpcFunction::NetrConnectionEnum),
            (12, RpcFunction::NetrSessionEnum),
            (14, RpcFunction::NetrShareAdd),
            (15, RpcFunction::NetrShareEnum),
            (16, RpcFunction::NetrShareGetInfo),
            (21, RpcFunction::NetrServerGetInfo),
            (28, RpcFunction::NetrRemoteTOD),
        ],
    ),
    // MS-WKST.
    known(
        0x6bffd098_a112_3610_9833_46c3f87e345a,
        "wkssvc",
        &[(0, RpcFunction::NetrWkstaGetInfo), (2, RpcFunction::NetrWkstaUserEnum), (22, RpcFunction::NetrJoinDomain2)],
    ),
    // MS-RRP.
    known(
        0x338cd001_2244_31f1_aaaa_900038001003,
        "winreg",
        &[
            (2, RpcFunction::OpenLocalMachine),
            (6, RpcFunction::BaseRegCreateKey),
            (15, RpcFunction::BaseRegOpenKey),
            (17, RpcFunction::BaseRegQueryValue),
            (20, RpcFunction::BaseRegSaveKey),
            (22, RpcFunction::BaseRegSetValue),
        ],
    ),
    // MS-DRSR: replication of a domain's secrets.
    known(
        0xe3514235_4b06_11d1_ab04_00c04fc2dcd2,
        "drsuapi",
        &[
            (0, RpcFunction::IdlDRSBind),
            (3, RpcFunction::IdlDRSGetNCChanges),
            (5, RpcFunction::IdlDRSReplicaAdd),
            (6, RpcFunction::IdlDRSReplicaDel),
            (12, RpcFunction::IdlDRSCrackNames),
            (16, RpcFunction::IdlDRSDomainControllerInfo),
            (17, RpcFunction::IdlDRSAddEntry),
        ],
    ),
    // MS-RPRN and MS-PAR.
    known(
        0x12345678_1234_abcd_ef00_0123456789ab,
        "spoolss",
        &[
            (1, RpcFunction::RpcOpenPrinter),
            (9, RpcFunction::RpcAddPrinterDriver),
            (65, RpcFunction::RpcRemoteFindFirstPrinterChangeNotificationEx),
            (69, RpcFunction::RpcOpenPrinterEx),
            (89, RpcFunction::RpcAddPrinterDriverEx),
        ],
    ),
    known(0x76f03f96_cdfd_44fc_a22c_64950a001209, "IRemoteWinspool", &[(39, RpcFunction::RpcAsyncAddPrinterDriver)]),
    // MS-EFSR: the same interface in two pipes.
    known(
        0xc681d488_d850_11d0_8c52_00c04fd90f7e,
        "efsrpc",
        &[
            (0, RpcFunction::EfsRpcOpenFileRaw),
            (4, RpcFunction::EfsRpcEncryptFileSrv),
            (6, RpcFunction::EfsRpcQueryUsersOnFile),
        ],
    ),
    known(
        0xdf1941c5_fe89_4e79_bf10_463657acf44d,
        "efsrpc",
        &[
            (0, RpcFunction::EfsRpcOpenFileRaw),
            (4, RpcFunction::EfsRpcEncryptFileSrv),
            (6, RpcFunction::EfsRpcQueryUsersOnFile),
        ],
    ),
    // MS-DFSNM and MS-FSRVP.
    known(
        0x4fc742e0_4a10_11cf_8273_00aa004ae673,
        "netdfs",
        &[
            (12, RpcFunction::NetrDfsAddStdRoot),
            (13, RpcFunction::NetrDfsRemoveStdRoot),
            (21, RpcFunction::NetrDfsEnumEx),
        ],
    ),
    known(
        0xa8e0653c_2744_4389_a61d_7373df8b2292,
        "FileServerVssAgent",
        &[(8, RpcFunction::IsPathSupported), (9, RpcFunction::IsPathShadowCopied)],
    ),
    // MS-DCOM and MS-WMI.
    known(
        0x99fcfec4_5260_101b_bbcb_00aa0021347a,
        "IObjectExporter",
        &[(3, RpcFunction::ServerAlive), (5, RpcFunction::ServerAlive2)],
    ),
    known(
        0x000001a0_0000_0000_c000_000000000046,
        "IRemoteSCMActivator",
        &[(3, RpcFunction::RemoteGetClassObject), (4, RpcFunction::RemoteCreateInstance)],
    ),
    known(0x4d9f4ab8_7d1c_11cf_861e_0020af6e7c57, "IRemoteActivation", &[(0, RpcFunction::RemoteActivation)]),
    known(0x00000131_0000_0000_c000_000000000046, "IRemUnknown", &[(3, RpcFunction::RemQueryInterface)]),
    known(0x00000143_0000_0000_c000_000000000046, "IRemUnknown2", &[(3, RpcFunction::RemQueryInterface)]),
    // MS-OAUT.
    known(
        0x00020400_0000_0000_c000_000000000046,
        "IDispatch",
        &[(5, RpcFunction::GetIdsOfNames), (6, RpcFunction::Invoke)],
    ),
    known(0xf309ad18_d86a_11d0_a075_00c04fb68820, "IWbemLevel1Login", &[(6, RpcFunction::NTLMLogin)]),
    known(
        0x9556dc99_828c_11cf_a37e_00aa003240c7,
        "IWbemServices",
        &[
            (8, RpcFunction::PutClass),
            (9, RpcFunction::PutClassAsync),
            (14, RpcFunction::PutInstance),
            (15, RpcFunction::PutInstanceAsync),
            (20, RpcFunction::ExecQuery),
            (21, RpcFunction::ExecQueryAsync),
            (22, RpcFunction::ExecNotificationQuery),
            (23, RpcFunction::ExecNotificationQueryAsync),
            (24, RpcFunction::ExecMethod),
            (25, RpcFunction::ExecMethodAsync),
        ],
    ),
    // MS-EVEN and MS-EVEN6.
    known(
        0x82273fdc_e32a_18c3_3f78_827929dc23ea,
        "eventlog",
        &[(0, RpcFunction::ElfrClearELFW), (7, RpcFunction::ElfrOpenELW), (12, RpcFunction::ElfrClearELFA)],
    ),
    known(0xf6beaff7_1e19_4fbb_9f8f_b89e2018337c, "IEventService", &[(6, RpcFunction::EvtRpcClearLog)]),
    // MS-DNSP, MS-BKRP, MS-TSTS, MS-RAA, MS-ICPR, MS-FASP.
    known(
        0x50abc2a4_574d_40b3_9d66_ee4fd5fba076,
        "DnsServer",
        &[(0, RpcFunction::RDnssrvOperation), (5, RpcFunction::RDnssrvOperation2)],
    ),
    known(0x3dde7c30_165d_11d1_ab8f_00805f14db40, "BackupKey", &[(0, RpcFunction::BackuprKey)]),
    known(0x5ca4a760_ebb1_11cf_8611_00a0245420ed, "winstation_rpc", &[]),
    known(0x91ae6020_9e3c_11cf_8d7c_00aa00c091be, "ICertPassage", &[(0, RpcFunction::CertServerRequest)]),
    known(0x6b5bdd1e_528c_422c_af8c_a4079be4fe48, "RemoteFW", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_interface_is_written_as_uuids_are() {
        let id = [0x33, 0x05, 0x71, 0x71, 0xba, 0xbe, 0x37, 0x49, 0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc, 0x36];
        assert_eq!(Interface::new(id).to_string(), "71710533-beba-4937-8319-b5dbef9ccc36");
        assert_eq!(Interface::new([0; 16]).function(0), None);
        let samr = Interface::named("samr").unwrap();
        assert_eq!((Interface::new(samr.id), samr.name()), (samr, Some("samr")));
    }

    #[test]
    fn no_interface_and_no_function_is_listed_twice() {
        for (place, known) in KNOWN.iter().enumerate() {
            assert!(KNOWN.iter().skip(place + 1).all(|other| other.id != known.id), "{}", known.name);
            assert!(known.functions.is_sorted_by_key(|(number, _)| number), "{}", known.name);
        }
    }
}
