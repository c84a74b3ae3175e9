//! Messages and functions of the protocols of controllers: S7comm, EtherNet/IP, IEC 104, Modbus, DNP3; and of MQTT.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A function of DNP3 (IEEE 1815, clause 4.4).
    Dnp3Function {
        Confirm "confirm", Read "read", Write "write", Select "select", Operate "operate",
        DirectOperate "direct operate", DirectOperateNoAnswer "direct operate, no answer", Freeze "freeze",
        WriteTime "write time", ClearRestart "clear restart flag",
        ColdRestart "cold restart", WarmRestart "warm restart", InitialiseData "initialise data",
        InitialiseApplication "initialise application", StartApplication "start application",
        StopApplication "stop application", SaveConfiguration "save configuration",
        EnableUnsolicited "enable unsolicited", DisableUnsolicited "disable unsolicited",
        AssignClass "assign class", MeasureDelay "measure delay", RecordTime "record time", OpenFile "open file",
        CloseFile "close file", DeleteFile "delete file", FileInformation "file information",
        AuthenticateFile "authenticate file", AbortFile "abort file",
        ActivateConfiguration "activate configuration", Authentication "authentication", Response "response",
        UnsolicitedResponse "unsolicited response", AuthenticationResponse "authentication response", Other "other",
    }

    /// A message of the link of DNP3 (IEEE 1815, clause 9.2.4).
    Dnp3Message {
        Continuation "continuation", ResetLink "reset link", TestLink "test link",
        RequestLinkStatus "request link status", Acknowledgment "acknowledgment",
        NoAcknowledgment "no acknowledgment", LinkStatus "link status", Other "other",
    }

    /// A function of Modbus.
    ModbusFunction {
        ReadCoils "read coils", ReadDiscreteInputs "read discrete inputs",
        ReadHoldingRegisters "read holding registers", ReadInputRegisters "read input registers",
        WriteSingleCoil "write single coil", WriteSingleRegister "write single register",
        ReadExceptionStatus "read exception status", Diagnostics "diagnostics", GetEventCounter "get event counter",
        GetEventLog "get event log", WriteMultipleCoils "write multiple coils",
        WriteMultipleRegisters "write multiple registers", ReportServerId "report server id",
        ReadFileRecord "read file record", WriteFileRecord "write file record",
        MaskWriteRegister "mask write register", ReadAndWriteRegisters "read and write registers",
        ReadFifoQueue "read FIFO queue", EncapsulatedInterface "encapsulated interface",
        UnitySchneider "Unity (Schneider)", RestartCommunications "restart communications",
        ForceListenOnly "force listen only mode", UnityStart "Unity: start PLC", UnityStop "Unity: stop PLC",
        UnityDownload "Unity: download to PLC", UnityUpload "Unity: upload from PLC", UnityWrite "Unity: write",
        UnityRead "Unity: read", UnityReservation "Unity: reserve PLC", Other "other",
    }

    /// Why a Modbus function fails.
    ModbusError {
        IllegalFunction "illegal function", IllegalAddress "illegal address", IllegalValue "illegal value",
        DeviceFailure "device failure", Acknowledge "acknowledge", DeviceBusy "device busy",
        MemoryParityError "memory parity error", GatewayPathUnavailable "gateway path unavailable",
        GatewayTargetDoesNotRespond "gateway target does not respond", Other "other",
    }

    /// A kind of message of S7comm, the protocol of Siemens controllers (as Wireshark names its ROSCTR).
    S7Message {
        ConnectRequest "connect request", ConnectConfirm "connect confirm", Job "job", Ack "ack", AckData "ack data",
        UserdataRequest "userdata request", UserdataResponse "userdata response", UserdataPush "userdata push",
        PlusRequest "S7comm-plus request", PlusResponse "S7comm-plus response",
        PlusNotification "S7comm-plus notification", PlusOther "S7comm-plus",
    }

    /// A function of S7comm or S7comm-plus (as Wireshark's dissectors name them).
    S7Function {
        CpuServices "CPU services", SetupCommunication "setup communication", ReadVar "read variable",
        WriteVar "write variable", RequestDownload "request download", DownloadBlock "download block",
        DownloadEnded "download ended", StartUpload "start upload", Upload "upload", EndUpload "end upload",
        PlcControl "PLC control", PlcStart "PLC start", PlcColdStart "PLC cold start", PlcStop "PLC stop",
        InsertBlock "insert block", DeleteBlock "delete block", CompressMemory "compress memory",
        CopyRamToRom "copy RAM to ROM", ModeTransition "mode transition",
        ProgrammerCommands "programmer commands", CyclicServices "cyclic services", ListBlocks "list blocks",
        BlockInfo "block information", ReadSzl "read SZL", CpuFunctions "CPU functions",
        SetPassword "set PLC password", ClearPassword "clear PLC password", ProgramBlocks "PBC", ReadClock "read clock",
        SetClock "set clock", NcProgramming "NC programming", Explore "explore", CreateObject "create object",
        DeleteObject "delete object", SetVariable "set variable", SetMultiVariables "set multiple variables",
        GetLink "get link", GetMultiVariables "get multiple variables", BeginSequence "begin sequence",
        EndSequence "end sequence", Invoke "invoke", GetVariables "get variables",
        SetUpSession "set up session", Other "other",
    }

    /// Why a function of S7comm fails: the class of the error.
    S7Error {
        ApplicationRelationship "application relationship error", ObjectDefinition "object definition error",
        NoResources "no resources available", ServiceProcessing "error on service processing",
        Supplies "error on supplies", Access "access error", Other "other",
    }

    /// A command of EtherNet/IP's encapsulation (CIP networks library, volume 2, section 2-3).
    EnipCommand {
        Nop "NOP", ListServices "list services", ListIdentity "list identity", ListInterfaces "list interfaces",
        RegisterSession "register session", UnregisterSession "unregister session", SendRrData "send RR data",
        SendUnitData "send unit data", IndicateStatus "indicate status", Cancel "cancel",
    }

    /// Who sends a message of CIP.
    CipMessage {
        Request "request", Response "response",
    }

    /// A service of CIP (CIP networks library, volume 1, appendix A), those of Logix controllers among them.
    CipService {
        GetAttributesAll "get attributes all", SetAttributesAll "set attributes all",
        GetAttributeList "get attribute list", SetAttributeList "set attribute list", Reset "reset", Start "start",
        Stop "stop", Create "create", Delete "delete", MultipleServices "multiple services",
        ApplyAttributes "apply attributes", GetAttributeSingle "get attribute single",
        SetAttributeSingle "set attribute single", FindNext "find next object", Restore "restore", Save "save",
        Nop "no operation", ForwardOpen "forward open", ForwardClose "forward close",
        UnconnectedSend "unconnected send", ExecutePccc "execute PCCC", ReadTag "read tag", WriteTag "write tag",
        ReadModifyWrite "read modify write tag", ListInstances "list instances", FileTransfer "file transfer",
        ObjectSpecific "object specific",
    }

    /// A command of PCCC, the protocol of older Allen-Bradley controllers (publication 1770-6.5.16, chapter 7).
    PcccFunction {
        Read "PCCC read", Write "PCCC write", ChangeMode "PCCC change mode", ToProgram "PCCC change mode to program",
        ToRun "PCCC change mode to run", Download "PCCC download", Upload "PCCC upload", Restart "PCCC restart",
        InitialiseMemory "PCCC initialise memory", DisableForces "PCCC disable forces",
        DisableOutputs "PCCC disable outputs", Diagnostics "PCCC diagnostics", FileAccess "PCCC open or close file",
        Other "PCCC other",
    }

    /// An object class of CIP (CIP networks library, volume 1, section 5-1).
    CipClass {
        Identity "Identity", MessageRouter "Message Router", Assembly "Assembly", Connection "Connection",
        ConnectionManager "Connection Manager", Parameter "Parameter", File "File", Pccc "PCCC", Program "Program",
        Symbol "Symbol", Template "Template", WallClock "Wall Clock Time", Controller "Controller",
        TcpIp "TCP/IP Interface", EthernetLink "Ethernet Link", Port "Port", Other "other class",
    }

    /// Why a service of CIP fails (CIP networks library, volume 1, appendix B).
    CipError {
        ConnectionFailure "connection failure", ResourceUnavailable "resource unavailable",
        InvalidParameter "invalid parameter", PathUnknown "path unknown", ServiceNotSupported "service not supported",
        AttributeNotSettable "attribute not settable", PrivilegeViolation "privilege violation",
        DeviceStateConflict "device state conflict", ObjectStateConflict "object state conflict",
        AttributeNotSupported "attribute not supported", Other "other",
    }

    /// What a frame of IEC 60870-5-104 is for (section 5).
    Iec104Message {
        Information "information", Supervisory "supervisory", StartDataTransfer "start data transfer",
        StartDataTransferConfirm "start data transfer confirm", StopDataTransfer "stop data transfer",
        StopDataTransferConfirm "stop data transfer confirm", TestFrame "test frame",
        TestFrameConfirm "test frame confirm",
    }

    /// A type of data of IEC 60870-5-101 and -104 (IEC 60870-5-101, section 7.2.1.1).
    Iec104Type {
        Monitoring "monitoring", SingleCommand "single command", DoubleCommand "double command",
        RegulatingStepCommand "regulating step command", SetPointNormalised "set point, normalised",
        SetPointScaled "set point, scaled", SetPointFloat "set point, floating point",
        BitstringCommand "bitstring command", EndOfInitialisation "end of initialisation",
        Interrogation "interrogation", CounterInterrogation "counter interrogation", Read "read",
        ClockSynchronisation "clock synchronisation", Test "test", ResetProcess "reset process",
        DelayAcquisition "delay acquisition", Parameter "parameter", ParameterActivation "parameter activation",
        FileTransfer "file transfer", Other "other",
    }

    /// Why data of IEC 60870-5-101 and -104 are sent (IEC 60870-5-101, section 7.2.3).
    Iec104Cause {
        Periodic "periodic", Background "background scan", Spontaneous "spontaneous", Initialised "initialised",
        Request "request", Activation "activation", ActivationConfirm "activation confirmation",
        Deactivation "deactivation", DeactivationConfirm "deactivation confirmation",
        ActivationTermination "activation termination", RemoteCommand "return information, remote command",
        LocalCommand "return information, local command", FileTransfer "file transfer",
        Interrogated "interrogated", UnknownType "unknown type", UnknownCause "unknown cause",
        UnknownAddress "unknown common address", UnknownObject "unknown object address", Other "other",
    }

    /// What is refused in IEC 60870-5-104.
    Iec104Error {
        NegativeConfirm "negative confirmation",
    }

    /// A message of MQTT.
    MqttMessage {
        Connect "CONNECT", Connack "CONNACK", Publish "PUBLISH", Puback "PUBACK", Pubrec "PUBREC", Pubrel "PUBREL",
        Pubcomp "PUBCOMP", Subscribe "SUBSCRIBE", Suback "SUBACK", Unsubscribe "UNSUBSCRIBE", Unsuback "UNSUBACK",
        Pingreq "PINGREQ", Pingresp "PINGRESP", Disconnect "DISCONNECT", Auth "AUTH",
    }

    /// Why an MQTT broker refuses a client.
    MqttError {
        VersionNotSupported "version not supported", ClientIdRefused "client id refused",
        ServerUnavailable "server unavailable", Banned "banned", QuotaExceeded "quota exceeded", Other "other",
    }
}
