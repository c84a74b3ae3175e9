//! The target `captures` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| packetloupe_fuzz::captures::run(bytes));
