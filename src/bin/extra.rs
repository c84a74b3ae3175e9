//! The third program of the page: learns, trains and writes reports for worker and page. It is loaded when one of them asks, as few
//! visits need it. Empty natively.

#[cfg(target_arch = "wasm32")]
fn main() {
    packetloupe::web::extra::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
