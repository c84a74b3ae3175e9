//! Addresses.

pub mod addr;
