//! The target `payloads` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| packetloupe_fuzz::payloads::run(bytes));
