//! Answers that have the quartiles of something to boxes.

use crate::model::chart::{BoxRow, Marks};
use crate::model::explore::{Answer, AnswerRow, Mark, MeasureHead, Term};

/// Boxes that are drawn, at most; the table has all.
const MOST: usize = 20;

/// The boxes of an answer to what [`Mark::five`] asks for; none of any other.
pub fn of(answer: &Answer) -> Option<Marks> {
    let five = Mark::five(&answer.measures.first()?.term)?;
    let place = |term: &Term| answer.measures.iter().position(|head| head.term == *term);
    let places: Vec<usize> = five.iter().filter_map(place).collect();
    let row = |row: &AnswerRow| {
        let figure = |nth: usize| row.figures.get(*places.get(nth)?).copied().flatten();
        let label = row.values.iter().map(|value| value.text.as_str()).collect::<Vec<_>>().join(", ");
        Some(BoxRow { label, five: [figure(0)?, figure(1)?, figure(2)?, figure(3)?, figure(4)?] })
    };
    (places.len() == five.len()).then(|| Marks::Boxes(answer.rows.iter().filter_map(row).take(MOST).collect()))
}

/// What the boxes are of.
pub fn title(answer: &Answer) -> String {
    let of = |head: &MeasureHead| match head.term.of.as_str() {
        "" => head.label.trim_start_matches("Median ").to_owned(),
        column => column.to_owned(),
    };
    format!("Spread of {}", answer.measures.first().map_or_else(String::new, of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::draw;
    use crate::chart::explored;
    use crate::model::explore::AnswerValue;

    #[test]
    fn a_box_is_made_of_five_measures_in_any_order() {
        let five = Mark::five(&Term::parse("median=Bytes")).unwrap();
        let mut measures: Vec<MeasureHead> =
            five.iter().map(|term| MeasureHead { term: term.clone(), ..MeasureHead::default() }).collect();
        measures.swap(0, 2);
        let row = |name: &str, figures: [f64; 5]| AnswerRow {
            values: vec![AnswerValue { text: name.to_owned(), ..AnswerValue::default() }],
            figures: figures.map(Some).to_vec(),
        };
        let mut rows = vec![row("web", [4.0, 2.0, 1.0, 8.0, 90.0])];
        rows.push(AnswerRow { figures: vec![None; 5], ..row("unknown", [0.0; 5]) });
        let answer = Answer { measures, rows, ..Answer::default() };
        let spec = explored(&answer, Mark::Boxes, 0).unwrap();
        let Marks::Boxes(rows) = &spec.marks else { panic!("{spec:?}") };
        assert_eq!(*rows, [BoxRow { label: "web".to_owned(), five: [1.0, 2.0, 4.0, 8.0, 90.0] }]);
        assert_eq!(spec.title, "Spread of Bytes");
        assert!(draw::svg(&spec, &draw::Theme::LIGHT, 500, 120).contains("web"));
        let bytes =
            Answer { measures: vec![MeasureHead { term: Term::new("bytes"), ..MeasureHead::default() }], ..answer };
        assert_eq!(explored(&bytes, Mark::Boxes, 0), None);
    }
}
