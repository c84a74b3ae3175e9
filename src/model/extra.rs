//! What only one of the browser's programs does to itself there, and to what stands for it elsewhere: registers name what they can do,
//! and a program that never does it is not to load it.

/// What the program `extra` has, which is loaded on demand, or what stands for it in a program without the feature of that name.
pub const fn in_extra<F: Copy>(real: F, stand_in: F) -> F {
    if cfg!(feature = "extra") { real } else { stand_in }
}
