//! Finds the span of time in which bad moments gather, rates the impact of trouble by who is affected and for how long,
//! and tells from flows how the affected hosts fare otherwise.

use crate::detect::detector::Context;
use crate::detect::support::capped_map::Map;
use crate::detect::support::severity::Impact;
use crate::model::flow::Outcome;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Flow};

/// Trouble that lasts so long is no moment's: people have noticed it by then (Nielsen, Usability Engineering 1993, chapter
/// 5: ten seconds is the most that anybody waits for; three times that).
pub const LONG_NS: i64 = 30 * SECOND;

/// And what is over sooner than a user waits at most is a moment's, whoever has it (the same source).
const LEAST_NS: i64 = 10 * SECOND;

/// Where so much of the TCP data of a host is repeated, its line loses packets: TCP becomes slow above a few per cent (Mathis
/// et al., 1997).
pub const LOSSY: f64 = 0.03;

/// What trouble does that `n_hosts` have for so long: an outage where several have it for long, or more of them for a shorter while
/// that costs their users as much time together; else a nuisance.
pub fn impact(n_hosts: usize, duration_ns: i64) -> Impact {
    let time_ns = duration_ns.saturating_mul(i64::try_from(n_hosts).unwrap_or(i64::MAX));
    let is_outage = n_hosts >= 2 && duration_ns >= LEAST_NS && time_ns >= 2 * LONG_NS;
    if is_outage { Impact::OUTAGE } else { Impact::NUISANCE }
}

/// Of moments in the order of time, each bad or not, the places of the first and last of the stretch in which bad ones are
/// furthest above this share: the segment of the largest sum (Bentley, Programming Pearls, column 8). None if no moment is
/// bad.
pub fn worst_stretch(are_bad: impl IntoIterator<Item = bool>, share: f64) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    let (mut sum, mut first) = (0.0, 0);
    for (place, is_bad) in are_bad.into_iter().enumerate() {
        if sum <= 0.0 {
            (sum, first) = (0.0, place);
        }
        sum += if is_bad { 1.0 - share } else { -share };
        if sum > 0.0 && best.is_none_or(|(most, ..)| sum >= most) {
            best = Some((sum, first, place));
        }
    }
    best.map(|(_, first, last)| (first, last))
}

/// How the connections of hosts go.
#[derive(Default)]
pub struct Lines(Map<Addr, LineQuality>);

/// How the connections of one host, or of several, go.
#[derive(Clone, Copy, Default)]
pub struct LineQuality {
    /// Connections and exchanges that came about.
    pub n_established: u64,
    /// TCP packets that repeat data, of both directions.
    pub n_repeats: u64,
    /// TCP packets with data.
    pub n_data: u64,
}

impl Lines {
    /// The lines of these hosts, by the flows that they began and that count.
    pub fn of(context: &Context<'_>, hosts: impl Iterator<Item = Addr>, counts: impl Fn(&Flow) -> bool) -> Lines {
        let mut lines = Lines(hosts.map(|host| (host, LineQuality::default())).collect());
        if lines.0.is_empty() {
            return lines;
        }
        for (_, flow) in context.flows.iter().filter(|(_, flow)| counts(flow)) {
            let Some(line) = lines.0.get_mut(&flow.originator().0) else { continue };
            line.n_established += u64::from(flow.outcome() == Outcome::Established);
            for side in flow.directions.iter().filter(|_| flow.is_tcp()) {
                line.n_repeats += u64::from(side.retransmissions);
                line.n_data += u64::from(side.data_packets);
            }
        }
        lines
    }

    /// Of these hosts together.
    pub fn together<'a>(&self, hosts: impl IntoIterator<Item = &'a Addr>) -> LineQuality {
        let lines = hosts.into_iter().filter_map(|host| self.0.get(host));
        lines.fold(LineQuality::default(), |sum, line| LineQuality {
            n_established: sum.n_established + line.n_established,
            n_repeats: sum.n_repeats + line.n_repeats,
            n_data: sum.n_data + line.n_data,
        })
    }
}

impl LineQuality {
    /// The share of repeated data, from 0 to 1.
    pub fn lost(&self) -> f64 {
        self.n_repeats as f64 / self.n_data.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_stretch_leaves_out_the_good_time_before_and_behind() {
        let moments: Vec<bool> = "..x.....xx.xxx.x......".chars().map(|c| c == 'x').collect();
        assert_eq!(worst_stretch(moments.clone(), 0.5), Some((8, 15)));
        assert_eq!(worst_stretch(moments, 0.1), Some((2, 15)));
        assert_eq!(worst_stretch([false; 5], 0.1), None);
    }

    #[test]
    fn what_one_host_has_for_a_moment_is_a_nuisance() {
        assert_eq!((impact(1, 2 * LONG_NS), impact(3, SECOND)), (Impact::NUISANCE, Impact::NUISANCE));
        assert_eq!(impact(2, LONG_NS), Impact::OUTAGE);
        assert_eq!((impact(2, LONG_NS - 1), impact(7, LONG_NS - 1)), (Impact::NUISANCE, Impact::OUTAGE));
        assert_eq!(impact(100, LEAST_NS - 1), Impact::NUISANCE);
    }
}
