//! A flow as a row of the table.

use crate::model::format::{quantity, time};
use crate::model::listing::FlowRow;
use crate::protocol::FlowSort;
use crate::web::page::parts::grid::{Column, Row, Texts};
use crate::web::page::parts::text::{Times, name, score};
use yew::AttrValue;

const fn column(
    label: &'static str,
    sort: Option<FlowSort>,
    width: &'static str,
    (is_number, texts): (bool, Texts),
) -> Column<FlowSort> {
    Column { label: AttrValue::Static(label), sort, is_number, texts, width, is_hidden: false }
}

const fn data(label: &'static str, sort: Option<FlowSort>, width: &'static str) -> Column<FlowSort> {
    column(label, sort, width, (false, Texts::OurHeading))
}

const fn text(label: &'static str, sort: Option<FlowSort>, width: &'static str) -> Column<FlowSort> {
    column(label, sort, width, (false, Texts::Ours))
}

const fn number(label: &'static str, sort: FlowSort, width: &'static str) -> Column<FlowSort> {
    column(label, Some(sort), width, (true, Texts::Ours))
}

/// True for what people look for the most of.
pub fn is_descending_first(sort: FlowSort) -> bool {
    matches!(sort, FlowSort::Duration | FlowSort::Packets | FlowSort::Bytes | FlowSort::Score)
}

impl Row for FlowRow {
    type Beside = ();
    const LABEL: &'static str = "Flows";
    const NOUNS: (&'static str, &'static str) = ("flow", "flows");
    const CLASS: &'static str = "flows-grid";
    type Look = ();
    const IS_ARRANGED: bool = true;
    const COLUMNS: &'static [Column<FlowSort>] = &[
        text("Start", Some(FlowSort::Start), "var(--time-column)"),
        number("Duration", FlowSort::Duration, "6rem"),
        data("Source", Some(FlowSort::Source), "9.5rem"),
        data("Destination", Some(FlowSort::Target), "9.5rem"),
        number("Port", FlowSort::TargetPort, "4rem"),
        text("Protocol", Some(FlowSort::Transport), "5.5rem"),
        text("Application", Some(FlowSort::App), "6.5rem"),
        data("Name", Some(FlowSort::Name), "minmax(10rem, 1fr)"),
        text("State", None, "8.5rem"),
        number("Packets", FlowSort::Packets, "5.5rem"),
        number("Bytes", FlowSort::Bytes, "5.5rem"),
        number("Anomaly", FlowSort::Score, "5.5rem"),
    ];

    fn key(&self) -> u64 {
        self.serial.into()
    }

    fn cells(&self, times: Times, (): &()) -> Vec<String> {
        // Not measured.
        let dash = || "–".to_owned();
        let port = |port: u16| if port == 0 { String::new() } else { port.to_string() };
        [
            times.text(self.first_ns),
            self.duration_ns.map_or_else(dash, time::span),
            self.source.to_string(),
            self.target.to_string(),
            port(self.target_port),
            quantity::or_dash(Some(self.transport.clone())),
            self.app.clone(),
            name(&self.name),
            self.state.clone(),
            self.total[0].map_or_else(dash, quantity::count),
            self.total[1].map_or_else(dash, |n| quantity::bytes(n as f64)),
            score(self.score),
        ]
        .into()
    }
}
