//! Parsers of the protocols of controllers and sensors.

pub mod dnp3;
pub mod ethernet_ip;
pub mod iec104;
pub mod modbus;
pub mod mqtt;
pub mod s7comm;
