//! Any bytes as a file. The last byte says in which slices they come, and whether as one file or as two that are the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use packetloupe_fuzz::{settings, through};

fuzz_target!(|bytes: &[u8]| {
    let Some((control, file)) = bytes.split_last() else { return };
    let asked = if control % 2 == 0 { 0.0 } else { 1.0 };
    let settings = settings(&[("flow.cic_compatible", asked), ("flow.more_columns", asked)]);
    if *control < 224 {
        through(&[file], *control, &settings);
    } else {
        through(&[file, file], *control, &settings);
    }
});
