//! Any bytes as a file. The last byte says in which slices they come, and whether as one file or as two that are the same.

use super::{settings, through};

/// One input of the target.
pub fn run(bytes: &[u8]) {
    let Some((control, file)) = bytes.split_last() else { return };
    let asked = if control % 2 == 0 { 0.0 } else { 1.0 };
    let settings = settings(&[("flow.cic_compatible", asked), ("flow.more_columns", asked)]);
    if *control < 224 {
        through(&[file], *control, &settings);
    } else {
        through(&[file, file], *control, &settings);
    }
}
