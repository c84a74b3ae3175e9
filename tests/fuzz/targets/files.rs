//! The target `files` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| packetloupe_fuzz::files::run(bytes));
