//! A scored row to its cells in the list of unusual rows.

use crate::protocol::anomalies::{AnomalyRow, AnomalySort, ScoredWithin};
use crate::session::State;
use crate::web::page::parts::grid::{Column, Row, Texts, Wanted};
use crate::web::page::parts::text::{Times, plain};
use std::borrow::Cow;
use yew::AttrValue;

/// Which of the scored rows are listed, and whether they have a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ListedRows {
    /// By their score, or by their place on the map.
    pub within: ScoredWithin,
    /// There is a label.
    pub has_label: bool,
}

impl From<ListedRows> for ScoredWithin {
    fn from(listed: ListedRows) -> ScoredWithin {
        listed.within
    }
}

const fn column(
    label: &'static str,
    sort: Option<AnomalySort>,
    (is_number, texts): (bool, Texts),
) -> Column<AnomalySort> {
    Column { label: AttrValue::Static(label), sort, is_number, texts, width: "", is_hidden: false }
}

impl Row for AnomalyRow {
    type Beside = ListedRows;
    const LABEL: &'static str = "Unusual rows";
    const NOUNS: (&'static str, &'static str) = ("row", "rows");
    const CLASS: &'static str = "anomalies-grid";
    type Look = ();
    const IS_ARRANGED: bool = false;
    const COLUMNS: &'static [Column<AnomalySort>] = &[
        column("What", Some(AnomalySort::Place), (false, Texts::Ours)),
        column("Score", Some(AnomalySort::Score), (true, Texts::Ours)),
        column("Agree", Some(AnomalySort::Agreeing), (true, Texts::Ours)),
        column("Stands out by", None, (false, Texts::Ours)),
        column("Label", Some(AnomalySort::Class), (false, Texts::OurHeading)),
    ];

    fn columns(wanted: &Wanted<Self>) -> Cow<'static, [Column<AnomalySort>]> {
        let n = if wanted.beside.has_label { Self::COLUMNS.len() } else { Self::COLUMNS.len() - 1 };
        Cow::Borrowed(Self::COLUMNS.get(..n).unwrap_or_default())
    }

    fn revision(state: &State) -> u32 {
        state.anomalies.revision
    }

    fn key(&self) -> u64 {
        self.row.into()
    }

    fn cells(&self, _times: Times, (): &()) -> Vec<String> {
        let reasons: Vec<String> = self.reasons.iter().map(|reason| plain(reason)).collect();
        vec![
            plain(&self.name),
            format!("{:.3}", self.score),
            format!("{} of {}", self.n_agreeing, self.ranks.len()),
            reasons.join("; "),
            self.class.as_deref().map(plain).unwrap_or_default(),
        ]
    }
}
