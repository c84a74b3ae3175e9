//! Option of the command that names lists of indicators, and what of them was seen.

use super::{Failure, output};
use crate::attach;
use crate::indicators::List;
use crate::model::Analysis;
use crate::model::format::quantity::counted;
use crate::pipeline::Pipeline;
use crate::settings::Settings;
use std::path::{Path, PathBuf};

/// Larger lists are refused: they are read into memory as a whole. Set by us.
const MOST_BYTES: u64 = 256 << 20;

/// Lists of indicators.
#[derive(clap::Args)]
pub struct IndicatorArguments {
    /// Match a list of indicators against everything seen: addresses, networks, names, URLs, hashes, JA3 and JA4, as plain
    /// text (one a line), CSV, STIX 2 or MISP JSON. Each match is a finding. May be given several times
    #[arg(long = "indicators", value_name = "FILE")]
    lists: Vec<PathBuf>,
}

impl IndicatorArguments {
    /// Reads the lists, and says what of them is no indicator.
    pub fn read(&self) -> Result<Vec<List>, Failure> {
        let lists = self.lists.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
        for list in lists.iter().filter(|list| list.n_unknown > 0) {
            let n = counted(list.n_unknown, "entry is no indicator and was", "entries are no indicators and were");
            output::notice(&format!("{}: {n} passed over", list.name));
        }
        Ok(lists)
    }
}

fn read(path: &Path) -> Result<List, Failure> {
    let shown = path.display();
    let meta = std::fs::metadata(path).map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    if meta.len() > MOST_BYTES {
        return Err(Failure::usage(format!("{shown}: a list of indicators has at most {} MiB", MOST_BYTES >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    List::read(&super::read::name_of(path), &String::from_utf8_lossy(&bytes)).map_err(Failure::usage)
}

/// Adds a finding for each indicator that was seen.
pub fn apply(lists: &[List], pipeline: &Pipeline, analysis: &mut Analysis, settings: &Settings) {
    if lists.is_empty() {
        return;
    }
    let (_, n_more) = attach::add_indicators(&lists.iter().collect::<Vec<_>>(), pipeline, analysis, settings);
    if n_more > 0 {
        let more = counted(n_more, "more indicator was", "more indicators were");
        output::notice(&format!("{more} seen than are reported: these lists name a large part of the traffic"));
    }
}
