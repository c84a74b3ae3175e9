//! The part of a graph's plane that is seen: where nodes are in the picture, and what moving and enlarging it does.

use crate::model::graph::GraphNode;

/// Room around the nodes, px.
const MARGIN: f64 = 40.0;
/// Least and most enlargement.
const ZOOMS: (f64, f64) = (0.5, 20.0);

/// Which part of the plane is seen.
#[derive(Clone, Copy, PartialEq)]
pub struct Viewport {
    /// What is in the middle; the plane reaches from 0 to 1 both ways.
    pub middle: (f64, f64),
    /// How much it is enlarged.
    pub zoom: f64,
}

impl Viewport {
    /// All of it.
    pub const ALL: Viewport = Viewport { middle: (0.5, 0.5), zoom: 1.0 };

    fn scale(self, (width, height): (f64, f64)) -> f64 {
        (width.min(height) - 2.0 * MARGIN).max(1.0) * self.zoom
    }

    /// Where a node is in a picture of this size, px.
    pub fn place(self, node: &GraphNode, size: (f64, f64)) -> (f64, f64) {
        let scale = self.scale(size);
        let along = |at: f32, middle: f64, length: f64| length / 2.0 + (f64::from(at) - middle) * scale;
        (along(node.x, self.middle.0, size.0), along(node.y, self.middle.1, size.1))
    }

    /// Enlarged by a factor.
    pub fn zoomed(self, by: f64) -> Viewport {
        Viewport { zoom: (self.zoom * by).clamp(ZOOMS.0, ZOOMS.1), ..self }
    }

    /// Moved by so many px in a picture of this size.
    pub fn moved(self, (dx, dy): (f64, f64), size: (f64, f64)) -> Viewport {
        let scale = self.scale(size);
        let middle = ((self.middle.0 - dx / scale).clamp(-0.5, 1.5), (self.middle.1 - dy / scale).clamp(-0.5, 1.5));
        Viewport { middle, ..self }
    }
}
