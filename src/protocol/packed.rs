//! Answers to questions of measures and dimensions on their way to the page: a value crosses once, however many rows have it.

use crate::model::explore::{Answer, AnswerRow, AnswerValue, DimensionHead, MeasureHead};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// An answer by column: for each dimension its values, and for each row the places of its own.
#[derive(Serialize, Deserialize)]
struct Packed {
    dimensions: Vec<DimensionHead>,
    measures: Vec<MeasureHead>,
    values: Vec<Vec<AnswerValue>>,
    places: Vec<Vec<u32>>,
    figures: Vec<Vec<Option<f64>>>,
    total: Vec<Option<f64>>,
    n_rows: u64,
    others: Vec<Option<f64>>,
    notes: Vec<String>,
}

/// Writes an answer, or why there is none.
///
/// # Errors
/// Those of the format.
pub fn serialize<S: Serializer>(answer: &Result<Answer, String>, serializer: S) -> Result<S::Ok, S::Error> {
    answer.as_ref().map(pack).map_err(String::as_str).serialize(serializer)
}

/// Reads what [`serialize`] writes.
///
/// # Errors
/// Those of the format.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<Result<Answer, String>>, D::Error> {
    let packed = Result::<Packed, String>::deserialize(deserializer)?;
    Ok(Box::new(packed.map(unpack)))
}

fn pack(answer: &Answer) -> Packed {
    let (mut values, mut places) = (Vec::new(), Vec::new());
    for nth in 0..answer.dimensions.len() {
        let mut known: BTreeMap<&AnswerValue, u32> = BTreeMap::new();
        let mut own = Vec::new();
        let mut all = Vec::with_capacity(answer.rows.len());
        for row in &answer.rows {
            let Some(value) = row.values.get(nth) else { continue };
            let next = known.len() as u32;
            let at = *known.entry(value).or_insert(next);
            if at == next {
                own.push(value.clone());
            }
            all.push(at);
        }
        values.push(own);
        places.push(all);
    }
    Packed {
        dimensions: answer.dimensions.clone(),
        measures: answer.measures.clone(),
        values,
        places,
        figures: answer.rows.iter().map(|row| row.figures.clone()).collect(),
        total: answer.total.clone(),
        n_rows: answer.n_rows,
        others: answer.others.clone(),
        notes: answer.notes.clone(),
    }
}

fn unpack(packed: Packed) -> Answer {
    let Packed { dimensions, measures, values, places, figures, total, n_rows, others, notes } = packed;
    let value = |row: usize, (own, places): (&Vec<AnswerValue>, &Vec<u32>)| {
        places.get(row).and_then(|place| own.get(*place as usize)).cloned().unwrap_or_default()
    };
    let row = |(nth, figures): (usize, Vec<Option<f64>>)| AnswerRow {
        values: values.iter().zip(&places).map(|both| value(nth, both)).collect(),
        figures,
    };
    let rows = figures.into_iter().enumerate().map(row).collect();
    Answer { dimensions, measures, rows, total, n_rows, others, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::explore::ValueKind;

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let value = |text: &str, at: i64| AnswerValue { text: text.to_owned(), at, ..AnswerValue::default() };
        let row = |host: &str, at: i64, figure| AnswerRow {
            values: vec![value(host, 0), value("", at)],
            figures: vec![figure],
        };
        let unknown = AnswerValue { kind: ValueKind::Unknown, ..AnswerValue::default() };
        let answer = Answer {
            dimensions: vec![DimensionHead::default(); 2],
            measures: vec![MeasureHead::default()],
            rows: vec![
                row("10.0.0.1", 1, Some(4.0)),
                row("10.0.0.2", 1, None),
                row("10.0.0.1", 2, Some(0.0)),
                AnswerRow { values: vec![unknown, value("", 2)], figures: vec![Some(1.0)] },
            ],
            total: vec![Some(5.0)],
            n_rows: 4,
            ..Answer::default()
        };
        let packed = pack(&answer);
        assert_eq!((packed.values[0].len(), packed.values[1].len()), (3, 2));
        assert_eq!(unpack(packed), answer);
        let total =
            Answer { rows: vec![AnswerRow { values: Vec::new(), figures: vec![Some(1.0)] }], ..Answer::default() };
        assert_eq!(unpack(pack(&total)), total);
    }
}
