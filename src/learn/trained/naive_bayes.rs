//! Gaussian naive Bayes: each class as if its columns were independent and normally distributed. smartcore finds means,
//! variances and shares of the classes; what follows for a row is here, as smartcore gives only the likeliest class.

use super::classifier::{Classifier, Labelled, Trained, restored, softmax, stored};
use crate::learn::method::Refusal;
use crate::learn::work::Work;
use crate::maths::elementary::ln;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::naive_bayes::gaussian::{GaussianNB, GaussianNBParameters};

/// Least variance of a column in a class, where the whole column has 1: a class in which it never varied must not
/// exclude all that differs a little.
const LEAST_VARIANCE: f64 = 0.01;

/// Line in the register.
pub const CLASSIFIER: Classifier = Classifier {
    id: "naive_bayes",
    label: "Naive Bayes",
    help: "Compares a row with the mean and spread of each class, column by column. Very fast, and a baseline that others \
           must beat.",
    fails: "Columns that carry the same information count several times, so its probabilities are overconfident.",
    source: "Gaussian naive Bayes; smartcore's, with variances of at least 0.01 of the column's.",
    parameters: &[],
    takes_missing: false,
    fit,
    restore: |value| Ok(Box::new(restored::<NaiveBayes>(value)?)),
};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct NaiveBayes {
    /// Class by class.
    means: Vec<Vec<f64>>,
    variances: Vec<Vec<f64>>,
    /// Logarithms of the shares of the classes.
    priors: Vec<f64>,
}

fn fit(labelled: &Labelled<'_>, work: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    let (n_rows, n_columns) = (labelled.rows.n_rows(), labelled.rows.n_columns());
    work.spend(n_rows * n_columns * 10, 0.0)?;
    let cannot = |_| Refusal::NotEnough("The rows do not suffice for naive Bayes.".to_owned());
    let values: Vec<f64> = labelled.rows.rows().flatten().map(|x| f64::from(*x)).collect();
    let x = DenseMatrix::new(n_rows, n_columns, values, false).map_err(cannot)?;
    let y: Vec<u32> = labelled.classes.to_vec();
    let fitted = GaussianNB::fit(&x, &y, GaussianNBParameters::default()).map_err(cannot)?;
    let mut bayes = NaiveBayes {
        means: vec![vec![0.0; n_columns]; labelled.n_classes],
        variances: vec![vec![1.0; n_columns]; labelled.n_classes],
        // A class without rows is next to impossible.
        priors: vec![-1e3; labelled.n_classes],
    };
    for (place, class) in fitted.classes().iter().enumerate() {
        let class = *class as usize;
        let of = |all: &Vec<Vec<f64>>| all.get(place).cloned().unwrap_or_default();
        let variances = of(fitted.var()).into_iter().map(|variance| variance.max(LEAST_VARIANCE)).collect();
        let weight = labelled.weights.get(class).copied().unwrap_or(1.0);
        let prior = fitted.class_priors().get(place).copied().unwrap_or(0.0) * weight;
        bayes.means.iter_mut().skip(class).take(1).for_each(|slot| *slot = of(fitted.theta()));
        bayes.variances.iter_mut().skip(class).take(1).for_each(|slot| slot.clone_from(&variances));
        bayes.priors.iter_mut().skip(class).take(1).for_each(|slot| *slot = ln(prior.max(f64::MIN_POSITIVE)));
    }
    Ok(Box::new(bayes))
}

impl Trained for NaiveBayes {
    fn probabilities(&self, row: &[f32], out: &mut [f64]) {
        let classes = self.means.iter().zip(&self.variances).zip(&self.priors);
        for (slot, ((means, variances), prior)) in out.iter_mut().zip(classes) {
            let columns = row.iter().zip(means).zip(variances);
            let exponent: f64 = columns
                .map(|((x, mean), variance)| {
                    let away = f64::from(*x) - mean;
                    away * away / variance + ln(*variance)
                })
                .sum();
            *slot = prior - exponent / 2.0;
        }
        softmax(out);
    }

    fn cost_of_row(&self) -> usize {
        self.means.iter().map(|means| means.len() * 20).sum()
    }

    fn stored(&self) -> Value {
        stored(self)
    }
}
