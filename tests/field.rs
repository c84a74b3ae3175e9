//! Captures and tables as people have them, each with the right answer: all hold but those that are named here with the reason.
//! Skips where these or Python are absent.

use crate::needs;
use std::collections::BTreeSet;
use std::process::Command;

/// Rows of the indexes, by file, whose answer is not ours, and why.
const NOT_OURS: &[(&str, &str)] = &[];

#[test]
fn what_people_have_is_read_and_judged_right() {
    let folders = ["captures/field", "tables/field"];
    let Some(shared) = needs::require(&[folders[0], folders[1], "tools/check_field.py"], &["python3"]) else { return };
    let mut wrong = BTreeSet::new();
    for folder in folders {
        let run = Command::new("python3")
            .arg(shared.join("tools/check_field.py"))
            .arg(env!("CARGO_BIN_EXE_packetloupe"))
            .arg(shared.join(folder))
            .output()
            .unwrap();
        let printed = String::from_utf8(run.stdout).unwrap();
        print!("{printed}");
        let (failed, last) = printed.trim_end().rsplit_once('\n').unwrap_or(("", &printed));
        assert!(last.ends_with(" hold\n") || last.ends_with(" hold"), "{printed}");
        wrong.extend(failed.lines().filter_map(|line| line.split_once(" [")).map(|(file, _)| file.to_owned()));
    }
    let known: BTreeSet<String> = NOT_OURS.iter().map(|(file, _)| (*file).to_owned()).collect();
    let unknown: Vec<_> = wrong.difference(&known).collect();
    assert!(unknown.is_empty(), "not as it should be: {unknown:?}");
    let mended: Vec<_> = known.difference(&wrong).collect();
    assert!(mended.is_empty(), "holds now, and is still excused: {mended:?}");
}
