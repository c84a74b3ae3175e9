//! The page's binary: starts the user interface.

fn main() {
    #[cfg(target_arch = "wasm32")]
    packetloupe::web::page::run();
}
