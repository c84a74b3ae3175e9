//! Where results go: standard output, or a file that is there in full or not at all.

use super::{Failure, words};
use crate::model::format::visible;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Writes a warning or note as one line to standard error in the language that is spoken, with control characters made visible.
pub fn notice(text: &str) {
    let _ = writeln!(io::stderr(), "packetloupe: {}", harmless(&words::said(text)));
}

/// The text with control characters made visible: names come from captures.
pub fn harmless(text: &str) -> String {
    visible::text(text)
}

/// Refuses outputs of which two go to one place, where they would mix, and one that would replace an input file.
pub fn check(inputs: &[PathBuf], outputs: &[&Path]) -> Result<(), Failure> {
    let place = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    for (i, out) in outputs.iter().enumerate() {
        if out.is_file() && inputs.iter().any(|input| place(out) == place(input)) {
            return Err(Failure::usage(format!("{} is an input file; name another output", out.display())));
        }
        let is_twice =
            outputs.iter().skip(i + 1).any(|other| other == out || out.is_file() && place(other) == place(out));
        if is_twice && (is_standard(out) || !out.exists() || out.is_file()) {
            return Err(Failure::usage(format!("two outputs cannot both be written to {}", out.display())));
        }
    }
    Ok(())
}

/// True if the output is standard output.
pub fn is_standard(out: &Path) -> bool {
    out.as_os_str() == "-"
}

/// Prints to standard output. Who closes the pipe has seen enough: that is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    write(Path::new("-"), |out| out.write_all(text.as_bytes()))
}

/// Lets `fill` write to `out`. A file appears under its name only when it is complete.
pub fn write(out: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let done = if is_standard(out) { to_standard(fill) } else { to_file(out, fill) };
    done.map_err(|error| Failure::usage(format!("cannot write {}: {error}", out.display())))
}

/// What a file holds as a terminal may be given it: lines and tabs stay, nothing else that it would obey.
fn for_terminal(bytes: &[u8]) -> String {
    let shown = |letter| if matches!(letter, '\n' | '\t') { letter } else { visible::visible(letter) };
    String::from_utf8_lossy(bytes).chars().map(shown).collect()
}

fn to_standard(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if io::stdout().is_terminal() {
        let mut bytes = Vec::new();
        fill(&mut bytes)?;
        return io::stdout().write_all(for_terminal(&bytes).as_bytes());
    }
    let mut out = BufWriter::new(io::stdout().lock());
    match fill(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            // Dropping would try to write the rest again.
            let _ = out.into_parts();
            Ok(())
        }
        done => done,
    }
}

fn to_file(out: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Behind a link, the file that it names is replaced, not the link.
    let target = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    if fs::metadata(&target).is_ok_and(|meta| !meta.is_file()) {
        // A device or a pipe is written to; it must not be replaced.
        let mut file = BufWriter::new(File::options().write(true).open(&target)?);
        return fill(&mut file).and_then(|()| file.flush());
    }
    let part = part_name(&target)?;
    let done = fill_and_rename(&part, &target, fill);
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

fn fill_and_rename(part: &Path, target: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 18, File::create_new(part)?);
    fill(&mut file)?;
    file.into_inner().map_err(|error| error.into_error())?;
    fs::rename(part, target)
}

/// A name beside the target, so that renaming stays on one disk.
fn part_name(target: &Path) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "this names no file"))?;
    let mut part = std::ffi::OsString::from(".");
    part.push(name);
    part.push(format!(".{}.part", std::process::id()));
    Ok(target.with_file_name(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("packetloupe-output-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_the_old_one_and_no_rest() {
        let folder = folder("half");
        let out = folder.join("out.json");
        fs::write(&out, "old").unwrap();
        let failed = write(&out, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(matches!(failed, Err(Failure::Usage(text)) if text.contains("disk full")));
        assert_eq!(fs::read_to_string(&out).unwrap(), "old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(write(&out, |file| file.write_all(b"new")).is_ok());
        assert_eq!(fs::read_to_string(&out).unwrap(), "new");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn tables_cannot_command_the_terminal() {
        let table = "name\tn\na\u{1b}]0;x\u{7}\u{9b}31m\u{202e}b\t1\n";
        assert_eq!(for_terminal(table.as_bytes()), "name\tn\na\u{fffd}]0;x\u{fffd}\u{fffd}31m\u{fffd}b\t1\n");
        assert_eq!(for_terminal(b"\xff\n"), "\u{fffd}\n");
    }

    #[test]
    fn names_cannot_command_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\r\nc"), "a\u{fffd}[31mb\u{fffd}\u{fffd}c");
    }
}
