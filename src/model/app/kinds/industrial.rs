//! Messages and functions of Modbus, DNP3 and MQTT.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A function of DNP3 (IEEE 1815, clause 4.4).
    Dnp3Function {
        Confirm "confirm", Read "read", Write "write", Select "select", Operate "operate",
        DirectOperate "direct operate", DirectOperateNoAnswer "direct operate, no answer", Freeze "freeze",
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
        UnitySchneider "Unity (Schneider)", Other "other",
    }

    /// Why a Modbus function fails.
    ModbusError {
        IllegalFunction "illegal function", IllegalAddress "illegal address", IllegalValue "illegal value",
        DeviceFailure "device failure", Acknowledge "acknowledge", DeviceBusy "device busy",
        MemoryParityError "memory parity error", GatewayPathUnavailable "gateway path unavailable",
        GatewayTargetDoesNotRespond "gateway target does not respond", Other "other",
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
