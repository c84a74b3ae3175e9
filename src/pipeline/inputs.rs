//! Merges the facts of several files read together into those of one input.

use crate::model::analysis::Issue;
use crate::read::InputReport;

/// The formats in words, each once.
pub(super) fn formats(inputs: &[InputReport]) -> String {
    let mut formats: Vec<&str> = Vec::new();
    for format in inputs.iter().map(|input| input.format.as_str()).filter(|format| !format.is_empty()) {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats.join("; ")
}

/// What went wrong while reading each of several files; none for a single one. The sentence names the file, and there is
/// no packet number: that of the file is not that of the sequence.
pub(super) fn issues_of_several(inputs: &[InputReport], names: &[String]) -> Vec<Issue> {
    if inputs.len() == 1 {
        return Vec::new();
    }
    let of_file = |(input, name): (&InputReport, &String)| {
        let named = |issue: Issue| Issue { text: format!("{} In {name}.", issue.text), first_packet: None, ..issue };
        input.issues.issues().into_iter().map(named).collect::<Vec<_>>()
    };
    inputs.iter().zip(names).flat_map(of_file).collect()
}
