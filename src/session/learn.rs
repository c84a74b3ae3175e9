//! What a learner has opened of a course: the lesson, hints and answers. An action gives the next state.

use super::lesson::Course;
use super::shared::Shared;
use std::collections::BTreeMap;

/// What is shown of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Revealed {
    /// Hints, from the first.
    pub n_hints: usize,
    /// The answer.
    pub has_answer: bool,
}

/// The course, and what of it is shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Learn {
    /// The course; none until it is loaded.
    pub course: Option<Shared<Course>>,
    /// It is one that people gave, not the one that comes with the page.
    pub is_own: bool,
    /// Id of the lesson whose file is open.
    pub open: Option<String>,
    /// It was opened in a class, where answers are not offered.
    pub is_class: bool,
    revealed: BTreeMap<(String, usize), Revealed>,
}

/// Something that happened in the view of lessons.
#[derive(Clone, Debug)]
pub enum LearnAction {
    /// The course that comes with the page was loaded; none: it is to be loaded again.
    Loaded(Option<Course>),
    /// People gave a course of their own.
    Given(Course),
    /// The file of the lesson of this id was opened; true in a class.
    Opened(String, bool),
    /// Another hint is wanted for the question at this place of the lesson of this id.
    Hint(String, usize),
    /// The answer is wanted, or is to be hidden again.
    Answer(String, usize),
}

impl Learn {
    /// What is shown of the question at this place of a lesson.
    pub fn revealed(&self, lesson: &str, question: usize) -> Revealed {
        self.revealed.get(&(lesson.to_owned(), question)).copied().unwrap_or_default()
    }

    /// The next state.
    pub fn step(&self, action: LearnAction) -> Learn {
        let mut next = self.clone();
        match action {
            LearnAction::Loaded(course) => return Learn { course: course.map(Shared::new), ..Learn::default() },
            LearnAction::Given(course) => {
                return Learn { course: Some(Shared::new(course)), is_own: true, ..Learn::default() };
            }
            LearnAction::Opened(lesson, is_class) => (next.open, next.is_class) = (Some(lesson), is_class),
            LearnAction::Hint(lesson, question) => {
                let most = self.n_hints(&lesson, question);
                let revealed = next.revealed.entry((lesson, question)).or_default();
                revealed.n_hints = most.min(revealed.n_hints + 1);
            }
            LearnAction::Answer(lesson, question) => {
                let revealed = next.revealed.entry((lesson, question)).or_default();
                revealed.has_answer = !revealed.has_answer;
            }
        }
        next
    }

    /// A file of this name is opened: the lesson that was open goes, unless it is about that one.
    pub(super) fn leave_unless(&mut self, file: &str) {
        let course = self.course.clone();
        let is_of_lesson = |id: &String| course.as_ref().and_then(|it| it.lesson(id)).is_some_and(|it| it.file == file);
        self.open = self.open.take().filter(is_of_lesson);
    }

    fn n_hints(&self, lesson: &str, question: usize) -> usize {
        let lesson = self.course.as_ref().and_then(|course| course.lesson(lesson));
        lesson.and_then(|lesson| lesson.questions.get(question)).map_or(0, |question| question.hints.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str = r#"{"packetloupe": "lessons", "version": 1, "title": "T", "lessons": [{"id": "a", "title": "T",
        "file": "a.pcap", "minutes": 5, "story": "S", "questions": [{"ask": "Q", "hints": ["1", "2"], "answer": "A"}]}]}"#;

    #[test]
    fn hints_come_one_by_one_and_an_answer_only_when_it_is_asked_for() {
        let mut learn = Learn::default().step(LearnAction::Loaded(Course::read(COURSE).ok()));
        assert_eq!(learn.revealed("a", 0), Revealed::default());
        for n_hints in [1, 2, 2] {
            learn = learn.step(LearnAction::Hint("a".to_owned(), 0));
            assert_eq!(learn.revealed("a", 0), Revealed { n_hints, has_answer: false });
        }
        learn = learn.step(LearnAction::Answer("a".to_owned(), 0));
        assert!(learn.revealed("a", 0).has_answer && !learn.revealed("a", 1).has_answer);
        learn = learn.step(LearnAction::Answer("a".to_owned(), 0));
        assert!(!learn.revealed("a", 0).has_answer);
        learn = learn.step(LearnAction::Opened("a".to_owned(), true));
        assert_eq!(learn.open.as_deref(), Some("a"));
        learn.leave_unless("a.pcap");
        assert_eq!(learn.open.as_deref(), Some("a"), "it is the file of this lesson");
        let mut left = learn.clone();
        left.leave_unless("b.pcap");
        assert_eq!(left.open, None);
        let own = learn.step(LearnAction::Given(Course::read(COURSE).unwrap_or_default()));
        assert!(own.is_own && own.open.is_none() && own.revealed("a", 0) == Revealed::default());
    }
}
