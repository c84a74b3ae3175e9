//! What a report is to have: for whom, which sections, in which format. Page and command have the same choices.

use crate::chart;
use crate::language::{self, Catalogue, Language};
use serde::{Deserialize, Deserializer, Serialize};

/// For whom a report is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Audience {
    /// Managers: what happened, to whom, and what to do.
    Short,
    /// Analysts: everything.
    #[default]
    Full,
    /// Classes: everything, with the terms explained, questions, and the answers at the end.
    Teaching,
}

impl Audience {
    /// All, the shortest first.
    pub const ALL: [Audience; 3] = [Audience::Short, Audience::Full, Audience::Teaching];

    /// Id in options.
    pub fn id(self) -> &'static str {
        match self {
            Audience::Short => "short",
            Audience::Full => "full",
            Audience::Teaching => "teaching",
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Audience::Short => "Short, for managers",
            Audience::Full => "Full, for analysts",
            Audience::Teaching => "Teaching, with questions and answers",
        }
    }

    /// The sections that it has unless others are chosen.
    pub fn sections(self) -> Vec<ReportSection> {
        use ReportSection::*;
        match self {
            Audience::Short => vec![Timeline, Incidents, Findings, Hosts],
            Audience::Full | Audience::Teaching => ReportSection::ALL.to_vec(),
        }
    }
}

/// The format of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum ReportFormat {
    /// A page that prints.
    #[default]
    Html,
    /// Text for tickets and wikis.
    Markdown,
    /// The JSON document without what was not chosen.
    Json,
}

impl ReportFormat {
    /// All.
    pub const ALL: [ReportFormat; 3] = [ReportFormat::Html, ReportFormat::Markdown, ReportFormat::Json];

    /// Id in options.
    pub fn id(self) -> &'static str {
        match self {
            ReportFormat::Html => "html",
            ReportFormat::Markdown => "markdown",
            ReportFormat::Json => "json",
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            ReportFormat::Html => "HTML",
            ReportFormat::Markdown => "Markdown",
            ReportFormat::Json => "JSON",
        }
    }

    /// End of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            ReportFormat::Html => "report.html",
            ReportFormat::Markdown => "report.md",
            ReportFormat::Json => "report.json",
        }
    }

    /// A report of this format in a language whose catalogue is at hand; JSON stays as it is, since programs read it.
    pub fn in_language(self, text: String, language: Language, catalogue: Option<&Catalogue>) -> String {
        match (self, catalogue) {
            (ReportFormat::Html, Some(catalogue)) => language::page(&text, catalogue, language),
            (ReportFormat::Markdown, Some(catalogue)) => language::lines(&text, catalogue),
            _ => text,
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            ReportFormat::Html => "text/html",
            ReportFormat::Markdown => "text/markdown",
            ReportFormat::Json => "application/json",
        }
    }

    /// By the end of a file's name; HTML where it says nothing.
    pub fn of_name(name: &str) -> ReportFormat {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            "md" | "markdown" => ReportFormat::Markdown,
            "json" => ReportFormat::Json,
            _ => ReportFormat::Html,
        }
    }
}

macro_rules! sections {
    ($($name:ident $id:literal $heading:literal $doc:literal),* $(,)?) => {
        /// A section of a report. Every report begins with the summary and ends with version and hash.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        pub enum ReportSection { $(#[doc = $doc] $name),* }

        impl ReportSection {
            /// All, in the order of the report.
            pub const ALL: &[ReportSection] = &[$(ReportSection::$name),*];

            /// Id in options, and the section's anchor.
            pub fn id(self) -> &'static str {
                match self { $(ReportSection::$name => $id),* }
            }

            /// Heading.
            pub fn heading(self) -> &'static str {
                match self { $(ReportSection::$name => $heading),* }
            }
        }
    };
}

sections! {
    Timeline "timeline" "Timeline" "Traffic over time with the findings marked.",
    Incidents "incidents" "Incidents" "What belongs together, step by step in time.",
    Findings "findings" "Findings" "One line for each finding.",
    Hosts "hosts" "Hosts involved" "Who takes part in findings.",
    Expected "expected" "Expected here" "What the allow-list puts apart.",
    Overview "overview" "Overview" "Figures of the file.",
    Charts "charts" "Charts" "Charts of the traffic.",
    Details "details" "Findings in detail" "Each finding with evidence, notes and verdict.",
    Coverage "coverage" "What was read" "Coverage, loss and issues.",
    Detectors "detectors" "Detectors" "What each detector did.",
    Settings "settings" "Settings" "What the result depends on besides the file.",
}

/// The choices for a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportOptions {
    /// For whom it is.
    pub audience: Audience,
    /// Its sections; their order here means nothing.
    pub sections: Vec<ReportSection>,
    /// Ids of the charts in the section of charts; their order here means nothing.
    #[serde(deserialize_with = "known_charts")]
    pub charts: Vec<&'static str>,
    /// True if addresses and names in it are pseudonyms, which the report then says.
    pub has_pseudonyms: bool,
}

impl ReportOptions {
    /// With the usual sections and all charts.
    pub fn of(audience: Audience) -> ReportOptions {
        let charts = chart::ALL.iter().map(|entry| entry.id).collect();
        ReportOptions { audience, sections: audience.sections(), charts, has_pseudonyms: false }
    }

    /// True if it has this section.
    pub fn has(&self, section: ReportSection) -> bool {
        self.sections.contains(&section)
    }
}

/// Ids of charts as those of the register that are the same.
fn known_charts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<&'static str>, D::Error> {
    let ids = Vec::<String>::deserialize(from)?;
    Ok(chart::ALL.iter().map(|entry| entry.id).filter(|id| ids.iter().any(|own| own == id)).collect())
}

impl Default for ReportOptions {
    fn default() -> ReportOptions {
        ReportOptions::of(Audience::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_their_format() {
        let of = ReportFormat::of_name;
        assert_eq!(
            [of("a.md"), of("a.JSON"), of("a.html"), of("-")],
            [ReportFormat::Markdown, ReportFormat::Json, ReportFormat::Html, ReportFormat::Html]
        );
    }

    #[test]
    fn options_cross_to_another_program_as_they_are() {
        let mut options = ReportOptions { has_pseudonyms: true, ..ReportOptions::of(Audience::Short) };
        options.charts.remove(0);
        let text = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<ReportOptions>(&text).unwrap(), options);
    }

    #[test]
    fn a_short_report_has_fewer_sections() {
        assert!(Audience::Short.sections().len() < ReportSection::ALL.len());
        assert!(!ReportOptions::of(Audience::Short).has(ReportSection::Details));
        assert!(ReportOptions::default().has(ReportSection::Details));
    }
}
