//! A key's place in a map to its value, which is put there if it is missing.

use super::map::{BTreeMap, Place};

/// The place of a key, with or without a value.
pub struct Entry<'a, K, V> {
    pub(super) map: &'a mut BTreeMap<K, V>,
    pub(super) key: K,
    /// Where it is, or where it would be.
    pub(super) place: Result<Place, Place>,
}

impl<'a, K, V> Entry<'a, K, V> {
    /// Its value; if it has none, that which `make` gives.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        match self.place {
            Ok(place) => self.map.value_at(place),
            Err(place) => self.map.put(place, (self.key, make())),
        }
    }

    /// Its value; if it has none, this one.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// Its value; if it has none, the default.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes its value, if it has one.
    #[must_use]
    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        if let Ok(place) = self.place {
            change(self.map.value_at(place));
        }
        self
    }
}
