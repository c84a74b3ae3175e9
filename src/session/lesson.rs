//! The text of a file of lessons to a course: captures or tables, each with a story, questions, hints and answers.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Most lessons, and most questions or hints of one.
const MOST: usize = 100;

/// Lessons that belong together. `docs/teaching.md` describes the file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// What kind of file this is: `lessons`.
    packetloupe: String,
    /// Its version: 1.
    version: u32,
    /// What the course is called.
    pub title: String,
    /// In the order in which they are taught.
    pub lessons: Vec<Lesson>,
    /// What the words of the lessons mean.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
}

/// A capture or table with questions.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Id: stands in its address.
    pub id: String,
    /// What it is called; does not give the answer away.
    pub title: String,
    /// Name of the capture or table beside the file of lessons.
    pub file: String,
    /// How long a class takes for it, minutes.
    pub minutes: u32,
    /// What happened before the capture was given to the learner.
    pub story: String,
    /// What to find out.
    pub questions: Vec<LessonQuestion>,
    /// Words that it uses, of those that the course explains.
    #[serde(default)]
    pub words: Vec<String>,
    /// Findings of low severity and more that the analysis gives, in its order.
    #[serde(default)]
    pub findings: Vec<LessonFinding>,
}

/// A question of a lesson.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonQuestion {
    /// The question.
    pub ask: String,
    /// What helps, a little more each time.
    #[serde(default)]
    pub hints: Vec<String>,
    /// The answer.
    pub answer: String,
    /// Where the page shows it, once the file is open: a view as it stands in the address, `#/findings`.
    #[serde(default)]
    pub look: Option<String>,
}

/// A finding that the answers rely on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonFinding {
    /// Id of the detector.
    pub detector: String,
    /// Id of the severity.
    pub severity: String,
    /// Its title.
    pub title: String,
}

impl Course {
    /// Reads a file of lessons. An error says in a sentence what is wrong with it.
    pub fn read(text: &str) -> Result<Course, String> {
        let course: Course =
            serde_json::from_str(text).map_err(|error| format!("It is no file of lessons: {error}."))?;
        if course.packetloupe != "lessons" || course.version != 1 {
            return Err("It is no file of lessons of version 1.".to_owned());
        }
        if course.lessons.is_empty() || course.lessons.len() > MOST {
            return Err(format!("It must have 1 to {MOST} lessons."));
        }
        for (place, lesson) in course.lessons.iter().enumerate() {
            lesson.check().map_err(|what| format!("Lesson {}: {what}.", place + 1))?;
            if course.lessons.iter().take(place).any(|earlier| earlier.id == lesson.id) {
                return Err(format!("Two lessons have the id {}.", lesson.id));
            }
            if let Some(word) = lesson.words.iter().find(|word| !course.words.contains_key(*word)) {
                return Err(format!("Lesson {}: the word “{word}” is not among those explained.", place + 1));
            }
        }
        Ok(course)
    }

    /// The lesson of an id.
    pub fn lesson(&self, id: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.id == id)
    }
}

impl Lesson {
    fn check(&self) -> Result<(), String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(is_plain) {
            return Err("its id must be of small letters, digits and hyphens".to_owned());
        }
        if self.file.is_empty() || self.file.contains(['/', '\\']) {
            return Err("its file must be a name without folders".to_owned());
        }
        if self.questions.is_empty() || self.questions.len() > MOST {
            return Err(format!("it must have 1 to {MOST} questions"));
        }
        for question in &self.questions {
            if question.hints.len() > MOST {
                return Err(format!("a question has more than {MOST} hints"));
            }
            if question.look.as_ref().is_some_and(|look| !look.starts_with("#/")) {
                return Err("what `look` names must begin with #/".to_owned());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(lesson: &str) -> String {
        format!(
            r#"{{"packetloupe": "lessons", "version": 1, "title": "T", "words": {{"flow": "F"}}, "lessons": [{lesson}]}}"#
        )
    }

    fn lesson(more: &str) -> String {
        format!(
            r#"{{"id": "a-1", "title": "T", "file": "a.pcap", "minutes": 5, "story": "S",
                "questions": [{{"ask": "Q", "answer": "A"{more}}}]}}"#
        )
    }

    #[test]
    fn a_course_is_read_with_what_may_be_left_out() {
        let read = Course::read(&course(&lesson(r##", "hints": ["H"], "look": "#/findings""##))).unwrap();
        let question = &read.lesson("a-1").unwrap().questions[0];
        assert_eq!((question.hints.len(), question.look.as_deref()), (1, Some("#/findings")));
        assert!(Course::read(&course(&lesson(""))).is_ok() && read.lesson("b").is_none());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let plain = lesson("");
        let wrong = [
            ("{".to_owned(), "no file of lessons"),
            (course(&plain).replace("\"version\": 1", "\"version\": 2"), "version 1"),
            (course(""), "1 to 100 lessons"),
            (course(&format!("{plain}, {plain}")), "Two lessons have the id a-1"),
            (course(&plain.replace("a.pcap", "../a.pcap")), "without folders"),
            (course(&plain.replace("a-1", "A 1")), "small letters"),
            (course(&lesson(", \"look\": \"javascript:x\"")), "#/"),
            (course(&plain.replace("\"minutes\"", "\"words\": [\"beacon\"], \"minutes\"")), "“beacon”"),
            (course(&plain.replace("\"story\"", "\"stories\"")), "stories"),
        ];
        for (text, why) in wrong {
            let said = Course::read(&text).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
