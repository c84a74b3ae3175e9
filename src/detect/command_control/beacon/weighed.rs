//! Adds up the calls of a host to one server, and how odd that server is, to a log-likelihood ratio: a control server
//! that is polled, rather than any other server that a host happens to contact.

use super::call::Call;
use crate::detect::support::beat::Beat;
use crate::detect::support::odd_server::Oddity;
use crate::maths::order::upper_median;
use crate::maths::variance;

/// A beat proves a program, not what it is for: more of it adds nothing.
const MOST_OF_BEAT: f64 = 6.0;
/// A weaker beat is none.
pub(super) const LEAST_OF_BEAT: f64 = 2.0;
/// Calls within this time, ms, belong together: a page opens several connections.
pub(super) const TOGETHER: i64 = 1000;
/// At least this share of the calls was answered: whoever polls for commands gets some answer.
const LEAST_ANSWERED: f64 = 0.8;
/// More than this for a call is content, not commands, B, and more than the first a file each time; less than the last is
/// little, a handshake of TLS included.
const FILE: f64 = 100_000.0;
const MUCH: f64 = 30_000.0;
const LITTLE: f64 = 8000.0;
/// Who connects again more often than each so many seconds fetches or retries; control servers are polled more slowly,
/// or over one connection. So much for each second that is missing, and most of all.
const SLEEP: f64 = 2.5;
const HASTE: f64 = 3.5;
const MOST_HASTE: f64 = 3.0;
/// A request of HTTP has at least so many bytes with its headers and those of TLS.
const HEADERS: f64 = 100.0;
/// As many in each of them are headers of HTTP: messages that are all as long are rare.
const LONG_HEADERS: f64 = 200.0;
/// Requests for one resource differ by at most this share, and are most of those that poll.
const SAME_LENGTH: f64 = 0.08;
const MOSTLY: f64 = 0.5;
/// More than that in the mean is content; what that is worth.
const HEADERS_AND_MORE: f64 = 2000.0;
const UPLOADS: f64 = -2.0;
/// Less than one part of so many of a capture is short; so many periods after the last call the calls have stopped.
const SHORT_PART: i64 = 10;
const LATE: f64 = 5.0;
const BRIEF: f64 = -2.0;
/// Deviation of sizes as a share of their mean: below, they are of one kind; above, they are of many.
const ALIKE: f64 = 0.35;
const VARIED: f64 = 1.0;

/// What was weighed.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    pub(super) beat: Beat,
    sizes: f64,
    /// Usual payload sent in a call, B, and its deviation as a share.
    sent: (f64, f64),
    /// Shortest of what is sent, B, and the share that is about as long as the one in the middle.
    requests: [f64; 2],
    haste: f64,
    /// What it says that the calls stop long before the capture does.
    pub(super) brief: f64,
    pub(super) odd: Oddity,
}

impl Weighed {
    /// From the calls in order of time; none if they keep no beat or are not answered. `together` as for [`Beat::of`].
    pub(super) fn of(calls: &[Call], together: i64) -> Option<Weighed> {
        let is_answered = |call: &&Call| call.got > 0 || !call.is_sized;
        if (calls.iter().filter(is_answered).count() as f64) < LEAST_ANSWERED * calls.len() as f64 {
            return None;
        }
        let millis: Vec<i64> = calls.iter().map(|call| call.millis).collect();
        let beat = Beat::of(&millis, together).filter(|beat| beat.log_ratio >= LEAST_OF_BEAT)?;
        let haste = if together > 0 { (HASTE * (beat.period - SLEEP)).clamp(-MOST_HASTE, 0.0) } else { 0.0 };
        let sent = sent(calls);
        // Whoever asks within a connection sends no more than headers; more is what is uploaded.
        let uploads = if together == 0 && sent.0 > HEADERS_AND_MORE { UPLOADS } else { 0.0 };
        Some(Weighed {
            beat,
            sizes: sizes(calls) + uploads,
            sent,
            requests: requests(calls),
            haste,
            brief: 0.0,
            odd: Oddity::default(),
        })
    }

    /// What is sent is each time as long as a request of HTTP with its headers, mostly as long as another: messages of a WebSocket
    /// are shorter, or of all lengths.
    pub(super) fn is_like_http(&self) -> bool {
        let [shortest, share_alike] = self.requests;
        let is_of_one_kind = self.sent.1 <= ALIKE || share_alike >= MOSTLY;
        self.sent.0 >= HEADERS && is_of_one_kind || shortest >= LONG_HEADERS
    }

    /// Adds what it says if the calls from `first` to `last` are a short part of a capture that ends at `span.1`, s, and stop:
    /// who is polled goes on being polled; what was fetched is there.
    pub(super) fn weigh_end(&mut self, (first, last): (i64, i64), span: (i64, i64)) {
        let is_short = (last - first).saturating_mul(SHORT_PART) < span.1 - span.0;
        let stops = (span.1 - last) as f64 > LATE * self.beat.period;
        self.brief = if is_short && stops { BRIEF } else { 0.0 };
    }

    /// Adds what it says how much passed in a call, B, where calls were not measured one by one.
    pub(super) fn weigh_amount(&mut self, usual: f64) {
        self.sizes = amount(usual);
    }

    /// Natural logarithm of the likelihood ratio.
    pub(super) fn evidence(&self) -> f64 {
        self.beat.log_ratio.min(MOST_OF_BEAT) + self.without_beat()
    }

    /// The same of all signs but the beat, which ordinary programs have as well.
    pub(super) fn without_beat(&self) -> f64 {
        self.sizes + self.haste + self.brief + self.odd.weight
    }
}

/// Mean payload sent in a call, B, and its deviation as a share.
fn sent(calls: &[Call]) -> (f64, f64) {
    let all = || calls.iter().filter(|call| call.is_sized).map(|call| f64::from(call.bytes));
    let mean = all().sum::<f64>() / all().count().max(1) as f64;
    (mean, if mean > 0.0 { variance::of_population(all()).sqrt() / mean } else { 0.0 })
}

/// The shortest that was sent, B, and the share of all that is about as long as the one in the middle.
fn requests(calls: &[Call]) -> [f64; 2] {
    let all: Vec<f64> = calls.iter().filter(|call| call.is_sized).map(|call| f64::from(call.bytes)).collect();
    let usual = upper_median(all.clone(), f64::total_cmp);
    let n_alike = all.iter().filter(|bytes| (**bytes - usual).abs() <= SAME_LENGTH * usual).count();
    let shortest = all.iter().copied().fold(f64::INFINITY, f64::min);
    [if shortest.is_finite() { shortest } else { 0.0 }, n_alike as f64 / all.len().max(1) as f64]
}

/// What the sizes of calls say: polls are small and alike both ways, content is neither.
fn sizes(calls: &[Call]) -> f64 {
    let sized: Vec<&Call> = calls.iter().filter(|call| call.is_sized).collect();
    if sized.is_empty() {
        return 0.0;
    }
    let spread = |sizes: &dyn Fn(&Call) -> f64| {
        let all = || sized.iter().map(|call| sizes(call));
        let mean = all().sum::<f64>() / sized.len() as f64;
        if mean > 0.0 { variance::of_population(all()).sqrt() / mean } else { 0.0 }
    };
    let alike = |spread: f64| match spread {
        spread if spread <= ALIKE => 0.3,
        spread if spread > VARIED => -0.4,
        _ => 0.0,
    };
    let usual =
        upper_median(sized.iter().map(|call| f64::from(call.bytes) + f64::from(call.got)).collect(), f64::total_cmp);
    alike(spread(&|call| f64::from(call.bytes))) + alike(spread(&|call| f64::from(call.got))) + amount(usual)
}

/// What it says how much passes in a call, B.
fn amount(usual: f64) -> f64 {
    match usual {
        usual if usual > FILE => -4.0,
        usual if usual > MUCH => -2.0,
        usual if usual < LITTLE => 0.5,
        _ => 0.0,
    }
}
