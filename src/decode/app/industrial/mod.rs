//! Industry and sensors.

pub mod dnp3;
pub mod modbus;
pub mod mqtt;
