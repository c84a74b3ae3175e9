//! The machine's time zone, as the browser knows it.

use crate::session::Clock;
use js_sys::Date;
use wasm_bindgen::JsValue;

/// Minutes east of UTC at a moment: daylight saving may differ from row to row.
pub fn offset_minutes(clock: Clock, ns: i64) -> i32 {
    match clock {
        Clock::Utc => 0,
        Clock::Local => -(Date::new(&JsValue::from_f64(ns as f64 / 1e6)).get_timezone_offset() as i32),
    }
}
