//! A macro that turns a list of labels into an enum with a variant for each.

/// Makes enums from lines of variants and their words for people.
macro_rules! labelled {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident $label:literal),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $(#[doc = concat!("`", $label, "`")] $variant),* }

        impl $name {
            /// Every variant, by number.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// The words for people, by number.
            pub const LABELS: &[&str] = &[$($label),*];

            /// The words for people.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label),* }
            }
        }
    )*};
}

pub(super) use labelled;
