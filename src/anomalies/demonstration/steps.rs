//! What a method told of its work, to steps with words and shapes.

use super::sample::Frame;
use crate::learn::matrix::Matrix;
use crate::learn::neighbours::Neighbours;
use crate::learn::threshold::proposals;
use crate::learn::trace::Traced;
use crate::learn::work::Work;
use crate::maths::elementary::exp2;
use crate::maths::sorting::Arrange;
use crate::model::format::quantity::{counted, percent};
use crate::protocol::demonstration::{DemonstrationShape, DemonstrationStep};
use crate::settings::Settings;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Rows that a last step marks.
const MOST_MARKED: usize = 5;
/// Levels of a tree that are shown one by one.
const MOST_LEVELS: u32 = 8;

/// What there is to tell of.
pub struct Told<'a> {
    /// The sample.
    pub rows: &'a Matrix,
    /// Where it lies.
    pub frame: &'a Frame,
    /// What the method makes of each row.
    pub scores: &'a [f64],
    /// Parameters.
    pub settings: &'a Settings,
    /// What it told of.
    pub trace: Vec<Traced>,
}

type Ends = [[f32; 2]; 2];

impl Told<'_> {
    /// The first step: the points alone.
    fn start(&self, text: &str) -> DemonstrationStep {
        let n = counted(self.rows.n_rows() as u64, "row", "rows");
        DemonstrationStep {
            title: "The sample".to_owned(),
            text: format!("{n} of two columns. {text}"),
            ..DemonstrationStep::default()
        }
    }

    /// The last step: which rows stand out.
    fn end(&self, how: &str) -> DemonstrationStep {
        let marked = self.most_unusual();
        DemonstrationStep {
            title: "Scores".to_owned(),
            text: format!("{how} The {} that stand out most are marked.", counted(marked.len() as u64, "row", "rows")),
            shapes: Vec::new(),
            marked,
        }
    }

    fn most_unusual(&self) -> Vec<u32> {
        let mut order: Vec<(f64, u32)> = self.scores.iter().copied().zip(0..).collect();
        order.arrange_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.into_iter().take(MOST_MARKED).map(|(_, place)| place).collect()
    }

    /// A tree, level by level.
    pub fn tree(&self) -> Vec<DemonstrationStep> {
        let mut steps = vec![self.start(
            "A tree picks a column at random and cuts it at a random value between the smallest and the largest that are there.",
        )];
        let mut cuts: BTreeMap<usize, (u32, f32, usize)> = BTreeMap::new();
        let mut leaves: Vec<(usize, usize)> = Vec::new();
        for step in &self.trace {
            match step {
                Traced::Cut { place, column, at, n_rows } => _ = cuts.insert(*place, (*column, *at, *n_rows)),
                Traced::Leaf { place, n_rows } => leaves.push((*place, *n_rows)),
                _ => {}
            }
        }
        let mut shapes: Vec<DemonstrationShape> = Vec::new();
        for level in 0..MOST_LEVELS {
            let own: Vec<usize> = cuts.keys().copied().filter(|place| place.ilog2() == level).collect();
            if own.is_empty() {
                break;
            }
            let old = |shape: &DemonstrationShape| match shape {
                DemonstrationShape::Line(ends, _) => DemonstrationShape::Line(*ends, false),
                other => *other,
            };
            shapes = shapes.iter().map(old).collect();
            shapes.extend(own.iter().filter_map(|place| self.cut(*place, &cuts)));
            let alone = leaves.iter().filter(|(place, n)| place.ilog2() == level + 1 && *n == 1);
            let n_alone = alone.count() as u64;
            let text = match n_alone {
                0 => "No row stands alone yet".to_owned(),
                n => format!(
                    "{} alone after {}",
                    counted(n, "row stands", "rows stand"),
                    counted(u64::from(level) + 1, "cut", "cuts")
                ),
            };
            steps.push(DemonstrationStep {
                title: format!("Level {}: {}", level + 1, counted(own.len() as u64, "cut", "cuts")),
                text: format!(
                    "{text}. A row that few cuts set apart is unusual; one in the middle of others takes many."
                ),
                shapes: shapes.clone(),
                marked: Vec::new(),
            });
        }
        let most = self.scores.iter().copied().fold(0.0, f64::max);
        steps.push(self.end(&format!(
            "A hundred such trees vote: the score is 2 to the power of minus the mean number of cuts, divided by what is expected. \
             The highest is {most:.2}; {:.2} would be as expected.",
            exp2(-1.0)
        )));
        steps
    }

    /// The line of a cut within its part.
    fn cut(&self, place: usize, cuts: &BTreeMap<usize, (u32, f32, usize)>) -> Option<DemonstrationShape> {
        let (column, at, _) = *cuts.get(&place)?;
        let part = self.part(place, cuts);
        let at = self.frame.at(column as usize, f64::from(at));
        let [[left, right], [low, high]] = part;
        Some(DemonstrationShape::Line(if column == 0 { [at, low, at, high] } else { [left, at, right, at] }, true))
    }

    /// Where a part of the tree lies: its ends in both columns.
    fn part(&self, place: usize, cuts: &BTreeMap<usize, (u32, f32, usize)>) -> Ends {
        let mut ends = [[0.0, 1.0]; 2];
        let mut below = place;
        let mut path = Vec::new();
        while below > 1 {
            path.push((below / 2, below % 2 == 1));
            below /= 2;
        }
        for (parent, is_upper) in path.into_iter().rev() {
            let Some((column, at, _)) = cuts.get(&parent) else { continue };
            let at = self.frame.at(*column as usize, f64::from(*at));
            let side = usize::from(!is_upper);
            ends.iter_mut()
                .skip(*column as usize)
                .take(1)
                .flat_map(|of| of.iter_mut().skip(side).take(1))
                .for_each(|end| *end = at);
        }
        ends
    }

    /// The neighbours of a usual row, of one at the edge, and of the most unusual.
    pub fn neighbours(&self) -> Vec<DemonstrationStep> {
        let share = self.settings.get(&crate::learn::outlier::knn::NEIGHBOURS) / 100.0;
        let n = self.rows.n_rows();
        let k = ((share * n as f64).round() as usize).max(5).min(n / 2).max(1);
        let mut steps = vec![
            self.start(&format!("For each row the {k} nearest others are found; the score is their mean distance.")),
        ];
        let mut report = |_: f32| ControlFlow::Continue(());
        let Ok(tree) = Neighbours::new(self.rows, (0..n as u32).collect(), &mut Work::new(&mut report)) else {
            return steps;
        };
        let mut order: Vec<(f64, u32)> = self.scores.iter().copied().zip(0..).collect();
        order.arrange_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (what, place) in
            [("A usual row", 0), ("A row at the edge", n * 3 / 4), ("The most unusual row", n.saturating_sub(1))]
        {
            let Some((score, row)) = order.get(place).copied() else { continue };
            let own = self.rows.row(row as usize);
            let mut found = Vec::new();
            tree.nearest(own, Some(row), k, &mut found);
            let (x, y) = self.frame.point(own);
            let reach = found.iter().map(|of| f64::from(of.square).sqrt()).fold(0.0, f64::max) as f32;
            let mut shapes =
                vec![DemonstrationShape::Ring([x, y, reach * self.frame.scale(0), reach * self.frame.scale(1)])];
            shapes.extend(found.iter().map(|of| {
                let (to_x, to_y) = self.frame.point(self.rows.row(of.row as usize));
                DemonstrationShape::Line([x, y, to_x, to_y], true)
            }));
            steps.push(DemonstrationStep {
                title: what.to_owned(),
                text: format!(
                    "Its {k} nearest neighbours lie within {reach:.2}; their mean distance, the score, is {score:.2}."
                ),
                shapes,
                marked: vec![row],
            });
        }
        steps.push(self.end("Rows whose neighbours are far away have the highest scores."));
        steps
    }

    /// A direction turned until the rows vary most along it.
    pub fn components(&self) -> Vec<DemonstrationStep> {
        let mut steps = vec![self.start("A direction through the middle is turned until the rows vary most along it.")];
        let axes = self.trace.iter().find_map(|step| if let Traced::Axes(axes) = step { Some(axes) } else { None });
        let Some(axes) = axes else { return steps };
        let line = |ends: &[Vec<f64>; 2], is_new| {
            let [from, to] = ends.each_ref().map(|end| {
                let value = |column: usize| end.get(column).copied().unwrap_or(0.0);
                (self.frame.at(0, value(0)), self.frame.at(1, value(1)))
            });
            DemonstrationShape::Line([from.0, from.1, to.0, to.1], is_new)
        };
        let total: f64 = self.rows.n_columns() as f64;
        let mut shapes = Vec::new();
        for (number, (ends, variance)) in axes.iter().enumerate() {
            if number == 0 {
                steps.extend(self.turning(ends));
            }
            shapes.push(line(ends, true));
            steps.push(DemonstrationStep {
                title: format!("Component {}", number + 1),
                text: format!(
                    "Along this direction lies {} of how the rows vary. The line reaches one standard deviation to either side.",
                    percent(variance / total, 1.0)
                ),
                shapes: shapes.clone(),
                marked: Vec::new(),
            });
        }
        steps.push(DemonstrationStep {
            shapes,
            ..self.end("Score: how far a row lies from the pattern, and how far out along it, each weighed by what is usual there.")
        });
        steps
    }

    /// Directions on the way to the first component, with how much the rows vary along each.
    fn turning(&self, ends: &[Vec<f64>; 2]) -> Vec<DemonstrationStep> {
        let [from, to] = ends;
        let (Some([x0, y0]), Some([x1, y1])) = (from.first_chunk::<2>(), to.first_chunk::<2>()) else {
            return Vec::new();
        };
        let middle = [(x0 + x1) / 2.0, (y0 + y1) / 2.0];
        let length = ((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).sqrt() / 2.0;
        let found = [(x1 - x0) / 2.0 / length.max(1e-9), (y1 - y0) / 2.0 / length.max(1e-9)];
        // A quarter turn away, half of it, and nearly there, without a function of angles.
        let aside = [-found[1], found[0]];
        let turn = |share: f64| {
            let at = [0, 1].map(|column: usize| {
                let (aside, found) =
                    (aside.get(column).copied().unwrap_or(0.0), found.get(column).copied().unwrap_or(0.0));
                aside * (1.0 - share) + found * share
            });
            let size = (at[0] * at[0] + at[1] * at[1]).sqrt().max(1e-9);
            let [x, y] = at.map(|value| value / size);
            let along = self.rows.rows().filter_map(|row| row.first_chunk::<2>());
            let along: Vec<f64> =
                along.map(|[a, b]| (f64::from(*a) - middle[0]) * x + (f64::from(*b) - middle[1]) * y).collect();
            let mean = along.iter().sum::<f64>() / along.len().max(1) as f64;
            let variance = along.iter().map(|at| (at - mean) * (at - mean)).sum::<f64>() / along.len().max(1) as f64;
            let far = variance.sqrt();
            let line = [
                self.frame.at(0, middle[0] - far * x),
                self.frame.at(1, middle[1] - far * y),
                self.frame.at(0, middle[0] + far * x),
                self.frame.at(1, middle[1] + far * y),
            ];
            DemonstrationStep {
                title: "A direction on the way".to_owned(),
                text: format!("Along this direction the rows vary by {variance:.2} (variance)."),
                shapes: vec![DemonstrationShape::Line(line, true)],
                marked: Vec::new(),
            }
        };
        [0.0, 0.35, 0.7].map(turn).to_vec()
    }

    /// The bins of each column.
    pub fn histograms(&self) -> Vec<DemonstrationStep> {
        let mut steps = vec![
            self.start("Each column by itself is divided into bins of equal width, and the rows in each are counted."),
        ];
        let mut all = Vec::new();
        for step in &self.trace {
            let Traced::Bins { column, range: [low, high], rarities } = step else { continue };
            let most = rarities.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
            let n = rarities.len().max(1) as f64;
            let shapes = rarities.iter().enumerate().map(|(place, rarity)| {
                let edge = |at: usize| self.frame.at(*column, f64::from(*low) + f64::from(high - low) * at as f64 / n);
                let (from, to) = (edge(place), edge(place + 1));
                let ends = if *column == 0 { [from, 0.0, to, 1.0] } else { [0.0, from, 1.0, to] };
                DemonstrationShape::Box(ends, (rarity / most).clamp(0.0, 1.0) as f32)
            });
            let shapes: Vec<DemonstrationShape> = shapes.collect();
            all.extend(shapes.iter().copied());
            let which = if *column == 0 { "first column, left to right" } else { "second column, bottom to top" };
            steps.push(DemonstrationStep {
                title: format!("Column {}", column + 1),
                text: format!(
                    "{} of the {which}. The darker a bin, the rarer its values: the rarest has {most:.2}, the fullest 0 or a little less.",
                    counted(rarities.len() as u64, "bin", "bins")
                ),
                shapes,
                marked: Vec::new(),
            });
        }
        steps.push(DemonstrationStep {
            shapes: all,
            ..self.end("The score of a row is the sum of how rare its value is in each column.")
        });
        steps
    }

    /// Centres on their way.
    pub fn clusters(&self) -> Vec<DemonstrationStep> {
        let mut steps = vec![self.start("Centres are drawn among the rows, far from each other, and moved to the middle of the rows that are nearest.")];
        let rounds: Vec<(&Vec<Vec<f64>>, &Vec<usize>)> = self
            .trace
            .iter()
            .filter_map(
                |step| if let Traced::Centres { centres, sizes } = step { Some((centres, sizes)) } else { None },
            )
            .collect();
        let mut before: Option<&Vec<Vec<f64>>> = None;
        for (round, (centres, sizes)) in rounds.iter().enumerate() {
            let point = |of: &Vec<f64>| {
                let value = |column: usize| of.get(column).copied().unwrap_or(0.0);
                (self.frame.at(0, value(0)), self.frame.at(1, value(1)))
            };
            let mut shapes: Vec<DemonstrationShape> = Vec::new();
            let mut moved = 0.0_f64;
            for (place, centre) in centres.iter().enumerate() {
                let (x, y) = point(centre);
                if let Some(old) = before.and_then(|before| before.get(place)) {
                    let (from_x, from_y) = point(old);
                    shapes.push(DemonstrationShape::Line([from_x, from_y, x, y], true));
                    let square: f64 = centre.iter().zip(old).map(|(a, b)| (a - b) * (a - b)).sum();
                    moved = moved.max(square.sqrt());
                }
                shapes.push(DemonstrationShape::Cross(x, y));
            }
            let (title, text) = if round == 0 {
                let n = counted(centres.len() as u64, "centre was drawn", "centres were drawn");
                (
                    "Centres are drawn".to_owned(),
                    format!("{n}, the next one the likelier the further it is from the others."),
                )
            } else {
                let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
                (
                    format!("Round {round}"),
                    format!("Rows of each centre: {}. The largest move is {moved:.2}.", sizes.join(", ")),
                )
            };
            steps.push(DemonstrationStep { title, text, shapes, marked: Vec::new() });
            before = Some(centres);
        }
        steps.push(self.end(
            "The score is the distance to the nearest centre of a large cluster; small clusters count as unusual too.",
        ));
        steps
    }

    /// A threshold that is moved over the scores.
    pub fn threshold(&self) -> Vec<DemonstrationStep> {
        let mut steps = vec![self.start("Each row has a score by now, here of the isolation forest. The threshold decides from which on a row is reported.")];
        let mut order: Vec<f64> = self.scores.to_vec();
        order.arrange_by(|a, b| b.total_cmp(a));
        let at = |threshold: f64| -> Vec<u32> {
            self.scores.iter().zip(0..).filter(|(score, _)| **score >= threshold).map(|(_, place)| place).collect()
        };
        for share in [0.5, 0.2, 0.05] {
            let place = ((order.len() as f64 * share) as usize).max(1) - 1;
            let Some(threshold) = order.get(place).copied() else { continue };
            let marked = at(threshold);
            steps.push(DemonstrationStep {
                title: format!("Threshold {threshold:.3}"),
                text: format!("{} reported. A lower threshold reports more usual rows with the unusual ones; a higher one misses some.",
                    counted(marked.len() as u64, "row is", "rows are")),
                shapes: Vec::new(),
                marked,
            });
        }
        for proposal in proposals(self.scores, 0.03, 0.01) {
            steps.push(DemonstrationStep {
                title: format!("Proposal: {:.3}", proposal.threshold),
                text: format!("{}.", proposal.sentence().trim_end_matches('.')),
                shapes: Vec::new(),
                marked: at(proposal.threshold),
            });
        }
        steps
    }
}
