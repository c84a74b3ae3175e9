//! Messages of Kerberos, SMB and remote calls.

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
}
