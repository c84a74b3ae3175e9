//! What a report for classes has besides: terms, and the answers to the questions on findings.

use super::parts::section;
use crate::chart::draw::text::escape;
use crate::export::report::content::{self, questions};
use crate::model::{Analysis, Finding};

/// Terms with their meaning.
pub fn terms() -> String {
    let pairs: String =
        content::terms().map(|(term, meaning)| format!("<div><dt>{term}</dt><dd>{meaning}</dd></div>\n")).collect();
    section("terms", "How to read this report", &format!("<dl class=\"facts\">\n{pairs}</dl>\n"))
}

/// The questions on a finding.
pub fn ask(finding: &Finding) -> String {
    let all = questions(finding);
    if all.is_empty() {
        return String::new();
    }
    let items: String = all.iter().map(|(question, _)| format!("<li>{}</li>", escape(question))).collect();
    let id = escape(&finding.id);
    format!("<h4>Questions</h4>\n<ol>{items}</ol>\n<p class=\"quiet\"><a href=\"#answers-{id}\">Answers</a></p>\n")
}

/// All answers, on a page of their own.
pub fn answers(analysis: &Analysis) -> String {
    let of = |finding: &Finding| {
        let items: String = questions(finding)
            .iter()
            .map(|(question, answer)| format!("<li>{} {}</li>", escape(question), escape(answer)))
            .collect();
        let (id, title) = (escape(&finding.id), escape(&finding.title));
        format!("<h3 id=\"answers-{id}\">{title}</h3>\n<ol>{items}</ol>\n")
    };
    let all: String = analysis.findings.iter().map(of).collect();
    if all.is_empty() { all } else { section("answers", "Answers", &all) }
}
