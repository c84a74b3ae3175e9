//! A graph with its chosen node and its viewport, and the actions that change both: choose, zoom, show all.

use super::shapes::hit;
use super::viewport::Viewport;
use crate::model::graph::Graph;
use crate::session::Shared;
use yew::prelude::*;

/// A graph with what is chosen and seen of it.
#[derive(Clone)]
pub struct Scene {
    /// The graph.
    pub graph: Shared<Graph>,
    /// Place of the node that is chosen.
    pub chosen: UseStateHandle<Option<usize>>,
    /// The part that is seen.
    pub viewport: UseStateHandle<Viewport>,
    /// Width and height, px.
    pub size: (f64, f64),
}

impl Scene {
    /// The node at a place in the picture.
    pub fn hit(&self, at: (f64, f64)) -> Option<usize> {
        hit(&self.graph, at, *self.viewport, self.size)
    }

    /// Chooses a node and brings it into sight.
    pub fn choose(&self, place: usize) {
        self.chosen.set(Some(place));
        let Some(node) = self.graph.nodes.get(place) else { return };
        let (x, y) = self.viewport.place(node, self.size);
        if !(0.0..=self.size.0).contains(&x) || !(0.0..=self.size.1).contains(&y) {
            self.viewport.set(Viewport { middle: (f64::from(node.x), f64::from(node.y)), ..*self.viewport });
        }
    }

    /// Zooms by a factor: in above 1, out below.
    pub fn zoom(&self, factor: f64) {
        self.viewport.set(self.viewport.zoomed(factor));
    }

    /// Shows all of it.
    pub fn show_all(&self) {
        self.viewport.set(Viewport::ALL);
    }
}
