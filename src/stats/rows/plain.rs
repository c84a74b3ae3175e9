//! Plain numbers to bytes and back, all at once: one number after the other takes many times as long.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A number of fixed width.
pub trait Plain: Copy {
    /// Puts the bytes of all numbers, lowest byte first, behind one another.
    fn to_bytes(values: &[Self]) -> Vec<u8>;
    /// The same back; bytes that make no whole number are left out.
    fn of_bytes(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! plain {
    ($($number:ty),*) => {$(
        impl Plain for $number {
            fn to_bytes(values: &[Self]) -> Vec<u8> {
                let mut bytes = vec![0; size_of_val(values)];
                for (to, value) in bytes.chunks_exact_mut(size_of::<Self>()).zip(values) {
                    to.copy_from_slice(&value.to_le_bytes());
                }
                bytes
            }

            fn of_bytes(bytes: &[u8]) -> Vec<Self> {
                let (values, _) = bytes.as_chunks();
                values.iter().map(|value| Self::from_le_bytes(*value)).collect()
            }
        }
    )*};
}

plain!(u8, u16, u32, u64, f32);

/// Writes numbers.
pub fn serialize<T: Plain, S: Serializer>(values: impl AsRef<[T]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(&T::to_bytes(values.as_ref()))
}

/// Reads numbers.
pub fn deserialize<'de, T: Plain, C: From<Vec<T>>, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    deserializer.deserialize_bytes(Bytes(PhantomData)).map(C::from)
}

struct Bytes<T>(PhantomData<T>);

impl<T: Plain> Visitor<'_> for Bytes<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of numbers")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
        Ok(T::of_bytes(bytes))
    }
}
