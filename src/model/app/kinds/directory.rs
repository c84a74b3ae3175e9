//! Messages and errors of Kerberos, LDAP, RADIUS, SMB and remote calls.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A message of Kerberos (RFC 4120, section 5.10).
    KerberosMessage {
        AsReq "AS-REQ", TgsReq "TGS-REQ", AsRep "AS-REP", TgsRep "TGS-REP", ApReq "AP-REQ", ApRep "AP-REP",
        KrbError "KRB-ERROR",
    }

    /// Why a ticket is refused (RFC 4120, section 7.5.9).
    KerberosError {
        ClientNotKnown "client not known", ServerNotKnown "server not known", PolicyRejects "policy rejects",
        EncryptionNotSupported "encryption not supported", ClientsCredentialsRevoked "client's credentials revoked",
        PasswordExpired "password expired", PreAuthenticationFailed "pre-authentication failed",
        PreAuthenticationRequired "pre-authentication required", ServiceNotAvailable "service not available",
        IntegrityCheckFailed "integrity check failed", TicketExpired "ticket expired", Replay "replay",
        ClockSkewTooGreat "clock skew too great", MessageModified "message modified",
        ResponseTooBigForUdp "response too big for UDP", GenericError "generic error", WrongRealm "wrong realm",
    }

    /// How a client proves that it knows its key (RFC 4120, section 5.2.7).
    PreAuth {
        EncryptedTimestamp "encrypted timestamp", Certificate "certificate", Fast "FAST",
        NoPreAuthentication "no pre-authentication",
    }

    /// What is refused or malformed in SMB and below it.
    SmbFault {
        NetbiosSessionRefused "NetBIOS session refused",
        CompressionOffsetOutOfRange "compression offset out of range",
        CompressionSizeOutOfRange "compression size out of range",
    }

    /// What is done to a file beside reading and writing it.
    FileOperation {
        Rename "rename", Delete "delete",
    }

    /// A function of a well-known DCE/RPC interface, named as in the Open Specifications.
    RpcFunction {
        EptLookup "ept_lookup", EptMap "ept_map", ControlService "ControlService", DeleteService "DeleteService",
        ChangeServiceConfigW "ChangeServiceConfigW", CreateServiceW "CreateServiceW",
        OpenSCManagerW "OpenSCManagerW", OpenServiceW "OpenServiceW", StartServiceW "StartServiceW",
        CreateServiceA "CreateServiceA", OpenSCManagerA "OpenSCManagerA", OpenServiceA "OpenServiceA",
        StartServiceA "StartServiceA", NetrJobAdd "NetrJobAdd", NetrJobDel "NetrJobDel", NetrJobEnum "NetrJobEnum",
        SASetAccountInformation "SASetAccountInformation", SchRpcRegisterTask "SchRpcRegisterTask",
        SchRpcEnumTasks "SchRpcEnumTasks", SchRpcRun "SchRpcRun", SchRpcDelete "SchRpcDelete",
        SamrLookupDomainInSamServer "SamrLookupDomainInSamServer",
        SamrEnumerateDomainsInSamServer "SamrEnumerateDomainsInSamServer", SamrOpenDomain "SamrOpenDomain",
        SamrEnumerateGroupsInDomain "SamrEnumerateGroupsInDomain",
        SamrEnumerateUsersInDomain "SamrEnumerateUsersInDomain",
        SamrEnumerateAliasesInDomain "SamrEnumerateAliasesInDomain",
        SamrLookupNamesInDomain "SamrLookupNamesInDomain", SamrQueryInformationUser "SamrQueryInformationUser",
        SamrSetInformationUser "SamrSetInformationUser", SamrGetGroupsForUser "SamrGetGroupsForUser",
        SamrCreateUser2InDomain "SamrCreateUser2InDomain",
        SamrUnicodeChangePasswordUser2 "SamrUnicodeChangePasswordUser2",
        SamrSetInformationUser2 "SamrSetInformationUser2", SamrConnect5 "SamrConnect5",
        LsarEnumeratePrivileges "LsarEnumeratePrivileges", LsarEnumerateAccounts "LsarEnumerateAccounts",
        LsarLookupNames "LsarLookupNames", LsarLookupSids "LsarLookupSids",
        LsarRetrievePrivateData "LsarRetrievePrivateData", LsarOpenPolicy2 "LsarOpenPolicy2",
        LsarLookupSids2 "LsarLookupSids2", LsarLookupNames2 "LsarLookupNames2",
        NetrServerReqChallenge "NetrServerReqChallenge", NetrServerAuthenticate2 "NetrServerAuthenticate2",
        NetrServerAuthenticate3 "NetrServerAuthenticate3", NetrLogonGetDomainInfo "NetrLogonGetDomainInfo",
        NetrServerPasswordSet2 "NetrServerPasswordSet2", NetrLogonSamLogonEx "NetrLogonSamLogonEx",
        NetrLogonSamLogonWithFlags "NetrLogonSamLogonWithFlags", NetrConnectionEnum "NetrConnectionEnum",
        NetrSessionEnum "NetrSessionEnum", NetrShareAdd "NetrShareAdd", NetrShareEnum "NetrShareEnum",
        NetrShareGetInfo "NetrShareGetInfo", NetrServerGetInfo "NetrServerGetInfo", NetrRemoteTOD "NetrRemoteTOD",
        NetrWkstaGetInfo "NetrWkstaGetInfo", NetrWkstaUserEnum "NetrWkstaUserEnum",
        NetrJoinDomain2 "NetrJoinDomain2", OpenLocalMachine "OpenLocalMachine", BaseRegCreateKey "BaseRegCreateKey",
        BaseRegOpenKey "BaseRegOpenKey", BaseRegQueryValue "BaseRegQueryValue", BaseRegSaveKey "BaseRegSaveKey",
        BaseRegSetValue "BaseRegSetValue", IdlDRSBind "IDL_DRSBind", IdlDRSGetNCChanges "IDL_DRSGetNCChanges",
        IdlDRSReplicaAdd "IDL_DRSReplicaAdd", IdlDRSCrackNames "IDL_DRSCrackNames",
        IdlDRSAddEntry "IDL_DRSAddEntry", RpcOpenPrinter "RpcOpenPrinter",
        RpcAddPrinterDriver "RpcAddPrinterDriver",
        RpcRemoteFindFirstPrinterChangeNotificationEx "RpcRemoteFindFirstPrinterChangeNotificationEx",
        RpcOpenPrinterEx "RpcOpenPrinterEx", RpcAddPrinterDriverEx "RpcAddPrinterDriverEx",
        RpcAsyncAddPrinterDriver "RpcAsyncAddPrinterDriver", EfsRpcOpenFileRaw "EfsRpcOpenFileRaw",
        EfsRpcEncryptFileSrv "EfsRpcEncryptFileSrv", EfsRpcQueryUsersOnFile "EfsRpcQueryUsersOnFile",
        NetrDfsAddStdRoot "NetrDfsAddStdRoot", NetrDfsRemoveStdRoot "NetrDfsRemoveStdRoot",
        NetrDfsEnumEx "NetrDfsEnumEx", IsPathSupported "IsPathSupported", IsPathShadowCopied "IsPathShadowCopied",
        ServerAlive "ServerAlive", ServerAlive2 "ServerAlive2", RemoteGetClassObject "RemoteGetClassObject",
        RemoteCreateInstance "RemoteCreateInstance", RemoteActivation "RemoteActivation", NTLMLogin "NTLMLogin",
        ExecQuery "ExecQuery", ExecMethod "ExecMethod", ExecMethodAsync "ExecMethodAsync",
        ElfrClearELFW "ElfrClearELFW", EvtRpcClearLog "EvtRpcClearLog", RDnssrvOperation "R_DnssrvOperation",
        RDnssrvOperation2 "R_DnssrvOperation2", BackuprKey "BackuprKey", CertServerRequest "CertServerRequest",
        SamrQueryInformationDomain "SamrQueryInformationDomain", SamrCreateUserInDomain "SamrCreateUserInDomain",
        SamrLookupIdsInDomain "SamrLookupIdsInDomain", SamrGetMembersInGroup "SamrGetMembersInGroup",
        SamrGetMembersInAlias "SamrGetMembersInAlias", SamrOpenUser "SamrOpenUser",
        SamrQueryDisplayInformation "SamrQueryDisplayInformation",
        SamrQueryInformationUser2 "SamrQueryInformationUser2",
        SamrQueryDisplayInformation2 "SamrQueryDisplayInformation2",
        SamrQueryDisplayInformation3 "SamrQueryDisplayInformation3", LsarOpenSecret "LsarOpenSecret",
        LsarQuerySecret "LsarQuerySecret", LsarStorePrivateData "LsarStorePrivateData",
        LsarEnumerateAccountsWithUserRight "LsarEnumerateAccountsWithUserRight",
        LsarEnumerateTrustedDomains "LsarEnumerateTrustedDomains", LsarLookupNames3 "LsarLookupNames3",
        LsarLookupSids3 "LsarLookupSids3", LsarLookupNames4 "LsarLookupNames4",
        IdlDRSReplicaDel "IDL_DRSReplicaDel", IdlDRSDomainControllerInfo "IDL_DRSDomainControllerInfo",
        RemQueryInterface "RemQueryInterface", GetIdsOfNames "GetIDsOfNames", Invoke "Invoke",
        PutClass "PutClass", PutClassAsync "PutClassAsync", PutInstance "PutInstance",
        PutInstanceAsync "PutInstanceAsync", ExecQueryAsync "ExecQueryAsync",
        ExecNotificationQuery "ExecNotificationQuery", ExecNotificationQueryAsync "ExecNotificationQueryAsync",
        ElfrClearELFA "ElfrClearELFA", ElfrOpenELW "ElfrOpenELW",
    }

    /// A class of COM that tools run programs with on other hosts, by its name in the registry.
    ComClass {
        Mmc20Application "MMC20.Application", ShellWindows "ShellWindows", ShellBrowserWindow "ShellBrowserWindow",
        ExcelApplication "Excel.Application", WordApplication "Word.Application",
        PowerPointApplication "PowerPoint.Application", OutlookApplication "Outlook.Application",
        VisioApplication "Visio.Application", InternetExplorer "InternetExplorer.Application", HtaFile "htafile",
        WbemLevel1Login "WbemLevel1Login", TaskScheduler "Schedule.Service",
    }

    /// A class of WMI that runs programs, or has them run when something happens.
    WmiClass {
        Win32Process "Win32_Process", EventFilter "__EventFilter",
        CommandLineEventConsumer "CommandLineEventConsumer", ActiveScriptEventConsumer "ActiveScriptEventConsumer",
        FilterToConsumerBinding "__FilterToConsumerBinding",
    }

    /// Whom a search in a Windows directory is for, where it is for those that an attacker likes.
    LdapTarget {
        ServiceAccounts "accounts with a service principal name",
        NoPreAuthentication "accounts without pre-authentication", AdminCount "accounts of administrators",
        Delegation "accounts trusted for delegation", Passwords "passwords of computers",
    }

    /// Why a remote call is refused.
    RpcFault {
        BindRefused "bind refused",
    }

    /// An encryption of Kerberos (IANA, Kerberos parameters).
    KerberosCipher {
        DesCbcCrc "des-cbc-crc", DesCbcMd4 "des-cbc-md4", DesCbcMd5 "des-cbc-md5", Des3CbcMd5 "des3-cbc-md5",
        Des3CbcSha1 "des3-cbc-sha1", Aes128CtsHmacSha196 "aes128-cts-hmac-sha1-96",
        Aes256CtsHmacSha196 "aes256-cts-hmac-sha1-96", Aes128CtsHmacSha256128 "aes128-cts-hmac-sha256-128",
        Aes256CtsHmacSha384192 "aes256-cts-hmac-sha384-192", Rc4Hmac "rc4-hmac", Rc4HmacExp "rc4-hmac-exp",
        Camellia128CtsCmac "camellia128-cts-cmac", Camellia256CtsCmac "camellia256-cts-cmac",
    }

    /// An operation of LDAP (RFC 4511, section 4).
    LdapMessage {
        Bind "bind", BindAnswer "bind answer", Unbind "unbind", Search "search", SearchEntry "search entry",
        SearchDone "search done", Modify "modify", ModifyAnswer "modify answer", Add "add", AddAnswer "add answer",
        Delete "delete", DeleteAnswer "delete answer", Rename "rename", RenameAnswer "rename answer",
        Compare "compare", CompareAnswer "compare answer", Abandon "abandon", SearchReference "search reference",
        Extended "extended", ExtendedAnswer "extended answer", IntermediateAnswer "intermediate answer",
    }

    /// Why an operation of LDAP fails (RFC 4511, appendix A).
    LdapError {
        OperationsError "operations error", ProtocolError "protocol error", TimeLimitExceeded "time limit exceeded",
        SizeLimitExceeded "size limit exceeded", LogInMethodNotSupported "login method not supported",
        StrongerLogInRequired "stronger login required", Referral "referral",
        ConfidentialityRequired "confidentiality required", NoSuchObject "no such object",
        InvalidCredentials "invalid credentials", InsufficientAccessRights "insufficient access rights",
        Busy "busy", Unavailable "unavailable", UnwillingToPerform "unwilling to perform",
        EntryAlreadyExists "entry already exists",
    }

    /// A message of RADIUS (RFC 2865, RFC 2866, RFC 5176).
    RadiusMessage {
        AccessRequest "Access-Request", AccessAccept "Access-Accept", AccessReject "Access-Reject",
        AccountingRequest "Accounting-Request", AccountingResponse "Accounting-Response",
        AccessChallenge "Access-Challenge", StatusServer "Status-Server",
        DisconnectOrChangeOfAuthorization "Disconnect or Change-of-Authorization",
    }

    /// Who sends a message of SMB.
    SmbMessage {
        Response "response", Request "request",
    }

    /// A command of SMB 1 (MS-CIFS, section 2.2.2.1).
    Smb1Command {
        CreateDirectory "create directory", DeleteDirectory "delete directory", Close "close", Flush "flush",
        Delete "delete", Rename "rename", QueryInformation "query information", CheckDirectory "check directory",
        Lock "lock", Transaction "transaction", Echo "echo", Open "open", Read "read", Write "write",
        Transaction2 "transaction 2", Transaction2Secondary "transaction 2 secondary", FindClose "find close",
        TreeDisconnect "tree disconnect", Negotiate "negotiate", SessionSetup "session setup", Logoff "logoff",
        TreeConnect "tree connect", NtTransaction "NT transaction",
        NtTransactionSecondary "NT transaction secondary", Create "create", Cancel "cancel",
    }

    /// A version of SMB.
    SmbVersion {
        Smb1 "SMB 1", Smb202 "SMB 2.0.2", Smb21 "SMB 2.1", Smb2X "SMB 2.x", Smb30 "SMB 3.0", Smb302 "SMB 3.0.2",
        Smb311 "SMB 3.1.1",
    }
}

impl KerberosCipher {
    /// True for DES and RC4, whose tickets can be cracked if the password is guessable.
    pub fn is_weak(self) -> bool {
        use KerberosCipher::{DesCbcCrc, DesCbcMd4, DesCbcMd5, Rc4Hmac, Rc4HmacExp};
        matches!(self, DesCbcCrc | DesCbcMd4 | DesCbcMd5 | Rc4Hmac | Rc4HmacExp)
    }
}
