//! Values to how badly a small network reproduces them through a narrow middle: the auto-encoder that Kitsune is made of.

use super::random::Random;
use crate::maths::elementary::exp;

/// How far one row moves the weights.
const RATE: f64 = 0.1;
/// Neurons in the middle, as a share of the inputs.
const MIDDLE: f64 = 0.75;

/// A network of one hidden layer, whose weights go both ways.
pub struct Autoencoder {
    /// Of each hidden neuron, one an input.
    weights: Vec<Vec<f64>>,
    hidden_bias: Vec<f64>,
    visible_bias: Vec<f64>,
}

/// Room for one row at work.
#[derive(Default)]
pub struct Passage {
    hidden: Vec<f64>,
    /// Input less output.
    pub errors: Vec<f64>,
}

impl Autoencoder {
    /// Small random weights.
    pub fn new(n_inputs: usize, random: &mut Random) -> Autoencoder {
        let n_hidden = ((n_inputs as f64 * MIDDLE).ceil() as usize).max(1);
        let most = 1.0 / n_inputs.max(1) as f64;
        let weights =
            (0..n_hidden).map(|_| (0..n_inputs).map(|_| (2.0 * random.unit() - 1.0) * most).collect()).collect();
        Autoencoder { weights, hidden_bias: vec![0.0; n_hidden], visible_bias: vec![0.0; n_inputs] }
    }

    /// Reproduces the inputs; gives the root of the mean square of the errors, which stay in `passage`.
    pub fn error(&self, inputs: &[f64], passage: &mut Passage) -> f64 {
        passage.hidden.clear();
        for (weights, bias) in self.weights.iter().zip(&self.hidden_bias) {
            passage.hidden.push(sigmoid(bias + weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>()));
        }
        passage.errors.clear();
        passage.errors.extend_from_slice(&self.visible_bias);
        for (weights, hidden) in self.weights.iter().zip(&passage.hidden) {
            passage.errors.iter_mut().zip(weights).for_each(|(sum, w)| *sum += w * hidden);
        }
        passage.errors.iter_mut().zip(inputs).for_each(|(slot, x)| *slot = x - sigmoid(*slot));
        (passage.errors.iter().map(|e| e * e).sum::<f64>() / inputs.len().max(1) as f64).sqrt()
    }

    /// One step of learning; gives the error before it.
    pub fn learn(&mut self, inputs: &[f64], passage: &mut Passage) -> f64 {
        let error = self.error(inputs, passage);
        for ((weights, bias), hidden) in self.weights.iter_mut().zip(&mut self.hidden_bias).zip(&passage.hidden) {
            let back = weights.iter().zip(&passage.errors).map(|(w, e)| w * e).sum::<f64>() * hidden * (1.0 - hidden);
            for ((weight, x), e) in weights.iter_mut().zip(inputs).zip(&passage.errors) {
                *weight += RATE * (x * back + e * hidden);
            }
            *bias += RATE * back;
        }
        self.visible_bias.iter_mut().zip(&passage.errors).for_each(|(bias, e)| *bias += RATE * e);
        error
    }

    /// Multiplications and the like of a passage.
    pub fn cost(&self) -> usize {
        2 * self.weights.len() * self.visible_bias.len() + 20 * (self.weights.len() + self.visible_bias.len())
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}
