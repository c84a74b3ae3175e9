//! Any bytes as a table. The last three say in which slices it comes, in which dialect and with which unit and label.

use super::{apart, settings, through};
use packetloupe::read::table::dialect;

/// One input of the target.
pub fn run(bytes: &[u8]) {
    let Some((table, [how, dialect, control])) = bytes.split_last_chunk::<3>() else { return };
    // Half of the time by its content.
    let dialect = (usize::from(dialect / 2) % (dialect::ALL.len() + 1)) * usize::from(dialect % 2);
    let settings = settings(&[
        ("table.dialect", dialect as f64),
        ("table.time_unit", f64::from(how % 5)),
        ("table.label_column", f64::from(how / 5) - 1.0),
        ("table.memory", 1.0),
    ]);
    through(&[table], *control, &settings);
    // Long tables take long.
    if control % 32 == 3 {
        apart(table, &settings);
    }
}
