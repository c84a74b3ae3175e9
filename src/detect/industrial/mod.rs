//! Who makes the devices of plants and networks of supply do what they should not.

pub mod industrial_control;
