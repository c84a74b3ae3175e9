//! A method at work on a small sample of two columns, step by step, for the page to draw.

use super::anomalies::AnomalyParameter;
use serde::{Deserialize, Serialize};

/// Which demonstration, of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DemonstrationChoice {
    /// Id of the demonstration.
    pub id: String,
    /// Id of the sample.
    pub sample: String,
    /// Of random choices.
    pub seed: u64,
    /// Parameters that differ from their defaults, by id.
    pub parameters: Vec<(String, f64)>,
}

/// A demonstration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Demonstration {
    /// Demonstrations that there are: id and name.
    pub demonstrations: Vec<(String, String)>,
    /// Samples that there are: id and what it is.
    pub samples: Vec<(String, String)>,
    /// What the method takes as unusual.
    pub help: String,
    /// What it does not see.
    pub fails: String,
    /// The paper.
    pub source: String,
    /// What can be set.
    pub parameters: Vec<AnomalyParameter>,
    /// The points of the sample, each coordinate from 0 to 1.
    pub points: Vec<(f32, f32)>,
    /// The steps, in order.
    pub steps: Vec<DemonstrationStep>,
}

/// A step of a demonstration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DemonstrationStep {
    /// What happens, in a few words.
    pub title: String,
    /// The same in a sentence or two with numbers.
    pub text: String,
    /// What is drawn over the points.
    pub shapes: Vec<DemonstrationShape>,
    /// The points that stand out now, by their places.
    pub marked: Vec<u32>,
}

/// Something that is drawn; coordinates from 0 to 1, upwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum DemonstrationShape {
    /// A line between two points; of this step if it is new.
    Line([f32; 4], bool),
    /// A box by its left, lower, right and upper edge; the darker the larger its weight, from 0 to 1.
    Box([f32; 4], f32),
    /// A ring around a point: centre and radii along the axes.
    Ring([f32; 4]),
    /// A cross at a point.
    Cross(f32, f32),
}
