//! The target `tables` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| packetloupe_fuzz::tables::run(bytes));
