//! Logarithms and powers that are equal to the last bit natively and in the browser: the only place that asks `libm`.
//!
//! The standard library's `ln`, `log2`, `log10`, `exp`, `powf`, `sin` and their kin take what the platform has, and
//! platforms differ in the last bit. Square roots, `powi` with small exponents, `abs`, `floor` and `round` need no
//! door: IEEE 754 fixes the first and the last three, and a power of whole exponent is a fixed row of multiplications.

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm to the base 2.
#[inline]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// Logarithm to the base 10.
#[inline]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// ln(1 + x), exact for small x too.
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// 2 to the power of x.
#[inline]
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}

/// e to the power of x.
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Cosine of an angle in radians.
#[inline]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// e to the power of x, less 1; exact for small x too.
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_to_the_last_bit_wherever_this_runs() {
        assert_eq!(ln(99.0).to_bits(), 0x4012_6167_1916_1d2b);
        assert_eq!(log2(3.0).to_bits(), 0x3ff9_5c01_a39f_bd68);
        assert_eq!((log10(1000.0), exp2(-3.0), log2(0.125)), (3.0, 0.125, -3.0));
        assert_eq!((exp(0.0), cos(0.0), exp(1.0).to_bits()), (1.0, 1.0, 0x4005_bf0a_8b14_576a));
        assert!((ln_1p(1e-12) - 1e-12).abs() < 1e-23 && (exp_m1(1e-12) - 1e-12).abs() < 1e-23);
    }
}
