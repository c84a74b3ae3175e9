//! What a detector that uses a model needs in addition to the model.

use crate::detect::card::Card;
use crate::settings::Descriptor;

/// What a detector of this kind needs beside its model.
pub struct Spec {
    /// Its card.
    pub card: &'static Card,
    /// The score from which on a flow is reported.
    pub threshold: &'static Descriptor,
    /// Fewest flows to learn from.
    pub fewest: &'static Descriptor,
    /// Most flows scored.
    pub most: &'static Descriptor,
}
