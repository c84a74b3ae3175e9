//! A packet as a row of the table.

use crate::model::format::quantity;
use crate::model::listing::PacketRow;
use crate::protocol::{PacketLooks, PacketSort};
use crate::session::Marks;
use crate::session::colours::Paint;
use crate::web::page::parts::grid::{Column, Row, Texts};
use crate::web::page::parts::text::{Times, plain, seconds};
use std::rc::Rc;
use yew::AttrValue;

const fn any(
    label: &'static str,
    sort: Option<PacketSort>,
    width: &'static str,
    (is_number, is_hidden): (bool, bool),
    texts: Texts,
) -> Column<PacketSort> {
    Column { label: AttrValue::Static(label), sort, is_number, texts, width, is_hidden }
}

const fn column(label: &'static str, sort: Option<PacketSort>, width: &'static str) -> Column<PacketSort> {
    any(label, sort, width, (false, false), Texts::Ours)
}

const fn data(label: &'static str, width: &'static str) -> Column<PacketSort> {
    any(label, None, width, (false, false), Texts::OurHeading)
}

const fn number(label: &'static str, sort: Option<PacketSort>, width: &'static str) -> Column<PacketSort> {
    any(label, sort, width, (true, false), Texts::Ours)
}

/// What is wanted beside the rows.
#[derive(Clone, PartialEq, Debug)]
pub struct Wishes(pub PacketLooks);

impl From<Wishes> for PacketLooks {
    fn from(wishes: Wishes) -> PacketLooks {
        wishes.0
    }
}

/// What rows are drawn with.
#[derive(Clone, PartialEq, Default)]
pub struct Look {
    /// Marked packets.
    pub marks: Rc<Marks>,
    /// The colours of the rules that were asked for, in order.
    pub paints: Rc<[Paint]>,
}

impl Row for PacketRow {
    type Beside = Wishes;
    type Look = Look;
    const IS_ARRANGED: bool = true;
    const LABEL: &'static str = "Packets";
    const NOUNS: (&'static str, &'static str) = ("packet", "packets");
    const CLASS: &'static str = "packets-grid";
    const COLUMNS: &'static [Column<PacketSort>] = &[
        number("Number", Some(PacketSort::Number), "6rem"),
        column("Time", Some(PacketSort::Time), "var(--time-column)"),
        any("Since start (s)", None, "8rem", (true, true), Texts::Ours),
        any("Since packet before (s)", None, "11rem", (true, true), Texts::Ours),
        data("Source", "10.5rem"),
        data("Destination", "10.5rem"),
        column("Protocol", None, "6.5rem"),
        number("Length", Some(PacketSort::Length), "4.5rem"),
        number("Flow", Some(PacketSort::Flow), "6rem"),
        column("Remarks", None, "9rem"),
        any("Info", None, "minmax(18rem, 1fr)", (false, false), Texts::File),
        any("Comment", None, "12rem", (false, true), Texts::OurHeading),
    ];

    fn key(&self) -> u64 {
        self.index
    }

    fn cells(&self, times: Times, look: &Look) -> Vec<String> {
        let mark = look.marks.get(&self.index);
        let number = quantity::count(self.index + 1);
        let remarks = if self.is_not_analysed {
            let rest = self.remarks.join(", ");
            if rest.is_empty() { "(flow too long)".to_owned() } else { format!("{rest} (flow too long)") }
        } else {
            self.remarks.join(", ")
        };
        [
            if mark.is_some() { format!("● {number}") } else { number },
            times.text(self.time_ns),
            times.since_start(self.time_ns),
            self.delta_ns.map(seconds).unwrap_or_default(),
            plain(&self.source),
            plain(&self.target),
            self.protocol.clone(),
            quantity::count(self.wire_bytes.into()),
            self.flow.map_or_else(String::new, |flow| quantity::count(flow.into())),
            remarks,
            plain(&self.info),
            mark.map(|comment| plain(comment)).unwrap_or_default(),
        ]
        .into()
    }

    fn class(&self, look: &Look) -> Option<String> {
        let paint = self.paint.and_then(|rule| look.paints.get(usize::from(rule)));
        let mark = look.marks.contains_key(&self.index).then_some("is-marked");
        let paint = paint.map(|paint| format!("painted paint-{}", paint.id()));
        match (paint, mark) {
            (Some(paint), Some(mark)) => Some(format!("{paint} {mark}")),
            (paint, mark) => paint.or(mark.map(str::to_owned)),
        }
    }
}
