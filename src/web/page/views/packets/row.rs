//! A packet as a row of the table.

use crate::model::format::quantity;
use crate::model::listing::PacketRow;
use crate::protocol::PacketSort;
use crate::web::page::parts::grid::{Column, Row};
use crate::web::page::parts::text::{Times, plain};
use yew::AttrValue;

const fn column(label: &'static str, sort: Option<PacketSort>, is_number: bool) -> Column<PacketSort> {
    Column { label: AttrValue::Static(label), sort, is_number }
}

impl Row for PacketRow {
    type Beside = ();
    const LABEL: &'static str = "Packets";
    const NOUNS: (&'static str, &'static str) = ("packet", "packets");
    const CLASS: &'static str = "packets-grid";
    const COLUMNS: &'static [Column<PacketSort>] = &[
        column("Number", Some(PacketSort::Number), true),
        column("Time", Some(PacketSort::Time), false),
        column("Source", None, false),
        column("Destination", None, false),
        column("Protocol", None, false),
        column("Length", Some(PacketSort::Length), true),
        column("Flow", Some(PacketSort::Flow), true),
        column("Info", None, false),
    ];

    fn key(&self) -> u64 {
        self.index
    }

    fn cells(&self, times: Times) -> Vec<String> {
        [
            quantity::count(self.index + 1),
            times.text(self.time_ns),
            plain(&self.source),
            plain(&self.target),
            self.protocol.clone(),
            quantity::count(self.wire_bytes.into()),
            self.flow.map_or_else(String::new, |flow| quantity::count(flow.into())),
            plain(&self.info),
        ]
        .into()
    }
}
