//! A method and a small sample to what the method does on it, step by step: the method itself learns, and tells of its steps.

mod sample;
mod steps;

use super::parameter_offers;
use crate::learn::method::Training;
use crate::learn::trace::Trace;
use crate::learn::work::Work;
use crate::learn::{METHODS, Method, Refusal, method};
use crate::protocol::demonstration::{Demonstration, DemonstrationChoice};
use crate::settings::Settings;
use sample::{Frame, SAMPLES, sample};
use std::ops::ControlFlow;
use steps::Told;

/// Demonstrations: id, name, and the method whose work it shows.
const DEMONSTRATIONS: [(&str, &str, &str); 6] = [
    ("isolation_forest", "An isolation tree is grown", "isolation_forest"),
    ("knn", "Neighbours are found", "knn"),
    ("pca", "Components are turned", "pca"),
    ("hbos", "Histograms are filled", "hbos"),
    ("kmeans", "Centres of clusters move", "kmeans"),
    ("threshold", "The threshold is moved", "isolation_forest"),
];

/// Makes a demonstration.
///
/// # Errors
/// In a sentence: there is no such demonstration.
pub fn demonstration(choice: &DemonstrationChoice) -> Result<Demonstration, String> {
    let known = DEMONSTRATIONS.iter().find(|(id, ..)| *id == choice.id);
    let (id, _, method_id) = known.ok_or_else(|| format!("There is no demonstration called {:?}.", choice.id))?;
    let method = method(method_id).ok_or_else(|| format!("There is no method called {method_id:?}."))?;
    let rows = sample(&choice.sample);
    let mut settings = Settings::default();
    for (id, value) in &choice.parameters {
        let known = METHODS.iter().flat_map(|method| method.parameters).find(|of| of.id == id);
        known.into_iter().for_each(|known| _ = settings.set(known, *value));
    }
    let trace = Trace::default();
    let training = Training { rows: &rows, settings: &settings, seed: choice.seed, trace: Some(&trace) };
    let mut report = |_: f32| ControlFlow::Continue(());
    let fitted = (method.fit)(&training, &mut Work::new(&mut report)).map_err(|refusal| match refusal {
        Refusal::NotEnough(why) => why,
        Refusal::Stopped => "It was stopped.".to_owned(),
    })?;
    let all: Vec<&[f32]> = rows.rows().collect();
    let mut scores = vec![0.0; all.len()];
    fitted.scores(&all, 0, &mut scores);
    let frame = Frame::of(&rows);
    let told = Told { rows: &rows, frame: &frame, scores: &scores, settings: &settings, trace: trace.into_steps() };
    let steps = match *id {
        "isolation_forest" => told.tree(),
        "knn" => told.neighbours(),
        "pca" => told.components(),
        "hbos" => told.histograms(),
        "kmeans" => told.clusters(),
        _ => told.threshold(),
    };
    let Method { help, fails, source, parameters, .. } = method;
    let pair = |(id, name): &(&str, &str)| ((*id).to_owned(), (*name).to_owned());
    Ok(Demonstration {
        demonstrations: DEMONSTRATIONS.iter().map(|(id, name, _)| pair(&(*id, *name))).collect(),
        samples: SAMPLES.iter().map(pair).collect(),
        help: (*help).to_owned(),
        fails: (*fails).to_owned(),
        source: (*source).to_owned(),
        parameters: parameter_offers(parameters),
        points: rows.rows().map(|row| frame.point(row)).collect(),
        steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::demonstration::DemonstrationShape;

    fn made(id: &str, sample: &str, parameters: &[(&str, f64)]) -> Demonstration {
        let parameters = parameters.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect();
        demonstration(&DemonstrationChoice { id: id.into(), sample: sample.into(), seed: 42, parameters }).unwrap()
    }

    #[test]
    fn every_demonstration_has_steps_that_say_what_they_show_within_the_frame() {
        for (id, ..) in DEMONSTRATIONS {
            for (sample, _) in SAMPLES {
                let demonstration = made(id, sample, &[]);
                assert!(demonstration.steps.len() >= 3, "{id} of {sample} has {} steps", demonstration.steps.len());
                assert_eq!(demonstration, made(id, sample, &[]), "{id}: the seed alone decides");
                for step in &demonstration.steps {
                    assert!(!step.title.is_empty() && step.text.ends_with('.'), "{id}: {step:?}");
                    assert!(step.marked.iter().all(|place| (*place as usize) < demonstration.points.len()));
                }
                assert!(demonstration.points.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y)));
            }
        }
        let unknown = DemonstrationChoice { id: "x".into(), sample: "cloud".into(), seed: 1, parameters: Vec::new() };
        assert!(demonstration(&unknown).is_err());
    }

    #[test]
    fn the_rows_that_are_far_out_are_what_most_methods_find() {
        let outliers = [90, 91, 92];
        for id in ["isolation_forest", "knn", "hbos"] {
            let demonstration = made(id, "cloud", &[]);
            let last = demonstration.steps.last().unwrap();
            assert!(outliers.iter().all(|row| last.marked.contains(row)), "{id}: {:?}", last.marked);
        }
        // What breaks the pattern of the band is what components find.
        let marked = made("pca", "band", &[]).steps.pop().unwrap().marked;
        assert!(marked.contains(&90) && marked.contains(&91), "{marked:?}");
    }

    #[test]
    fn parameters_change_what_is_shown() {
        let boxes = |n: f64| {
            let demonstration = made("hbos", "cloud", &[("hbos.bins", n)]);
            let shapes = &demonstration.steps.get(1).unwrap().shapes;
            shapes.iter().filter(|shape| matches!(shape, DemonstrationShape::Box(..))).count()
        };
        assert_eq!((boxes(5.0), boxes(20.0)), (5, 20));
        let crosses = |n: f64| {
            let demonstration = made("kmeans", "groups", &[("kmeans.clusters", n)]);
            let shapes = &demonstration.steps.get(1).unwrap().shapes;
            shapes.iter().filter(|shape| matches!(shape, DemonstrationShape::Cross(..))).count()
        };
        assert_eq!((crosses(2.0), crosses(5.0)), (2, 5));
    }

    #[test]
    fn a_tree_cuts_within_its_parts_and_centres_come_to_rest() {
        let demonstration = made("isolation_forest", "cloud", &[]);
        let new = |step: &crate::protocol::demonstration::DemonstrationStep| {
            step.shapes.iter().filter(|shape| matches!(shape, DemonstrationShape::Line(_, true))).count()
        };
        assert!(demonstration.steps.iter().skip(1).take(3).all(|step| new(step) > 0));
        let demonstration = made("kmeans", "groups", &[("kmeans.clusters", 2.0)]);
        let crosses: Vec<Vec<DemonstrationShape>> = demonstration
            .steps
            .iter()
            .map(|step| {
                step.shapes.iter().copied().filter(|shape| matches!(shape, DemonstrationShape::Cross(..))).collect()
            })
            .collect();
        assert_ne!(crosses[1], crosses[2], "the centres do not move");
    }
}
