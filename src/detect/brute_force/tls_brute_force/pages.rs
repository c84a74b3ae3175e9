//! Encrypted requests of many sizes that get one answer, to findings of tools that ask a web server for pages that it does not
//! have.

use super::shape::{Sample, Shape};
use super::{CARD, MOST_ANSWER_BYTES, Service};
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence, thousands};
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Gather;
use crate::model::format::time::{SECOND, span};
use crate::model::{Category, Finding, Series};
use std::collections::BTreeSet;

/// So many requests get the same answer, and this share of all; and nearly all get one of a few: what says that there is nothing,
/// that it is forbidden or elsewhere. Who reads gets different ones.
const LEAST_REQUESTS: usize = 40;
const LEAST_SAME: f64 = 0.5;
const FEW_ANSWERS: usize = 4;
const NEARLY_ALL: f64 = 0.85;
/// Answers that differ by no more are the same, as for guesses.
const SAME_ANSWER_BYTES: u32 = 8;
/// From the tenth to the ninetieth in a hundred the requests differ by more than those of one form do; and no request is longer
/// than one for a page.
const LEAST_SPREAD: u32 = 25;
const MOST_REQUEST_BYTES: u32 = 1500;
/// They go on over so many different seconds, or are so many: a page that is loaded again asks for its parts at once, and each
/// is as it was (RFC 9110, section 15.4.5).
const LEAST_SECONDS: usize = 20;
const MANY_REQUESTS: usize = 200;

/// Bytes of a request within TLS that hold a path and no more, and how many times that the answer has.
const BARE_BYTES: u32 = 96;
const BARE_RATIO: u32 = 5;

/// Requests for pages that are not there.
pub(super) struct Pages {
    pub(super) times_ns: Vec<i64>,
    n_same: usize,
    got: u32,
    sent: (u32, u32),
    /// The requests are too short for anything but a path.
    is_bare: bool,
}

impl Pages {
    /// Of what would be guesses, if their requests have no room for a name and a password: only where headers are compressed
    /// (HTTP/2, RFC 7541) are requests so short, and answers of pages are long beside them; other logins have short answers.
    pub(super) fn of_bare(shape: &Shape) -> Option<Pages> {
        let (_, most) = shape.sent;
        (most <= BARE_BYTES && shape.got >= BARE_RATIO * most).then(|| Pages {
            times_ns: shape.times_ns.clone(),
            n_same: shape.times_ns.len(),
            got: shape.got,
            sent: shape.sent,
            is_bare: true,
        })
    }

    /// Of the samples of one client at one service; none if they are anything else.
    pub(super) fn of(samples: &[Sample]) -> Option<Pages> {
        let short: Vec<&Sample> = samples.iter().filter(|one| one.sent <= MOST_REQUEST_BYTES).collect();
        if short.len() < LEAST_REQUESTS || short.len() * 10 < samples.len() * 9 {
            return None;
        }
        let (got, n_few) = few_answers(short.iter().map(|one| one.got).collect())?;
        let same: Vec<&Sample> =
            short.into_iter().filter(|one| (got..=got.saturating_add(SAME_ANSWER_BYTES)).contains(&one.got)).collect();
        let sizes: Vec<u32> = same.iter().map(|one| one.sent).collect();
        let [low, high] = [0.1, 0.9].map(|share| upper_quantile(sizes.clone(), share, u32::cmp));
        let seconds: BTreeSet<i64> = same.iter().map(|one| one.at_ns.div_euclid(SECOND)).gathered();
        let is_meant = same.len() >= LEAST_REQUESTS
            && same.len() as f64 >= LEAST_SAME * samples.len() as f64
            && n_few as f64 >= NEARLY_ALL * samples.len() as f64
            && high - low >= LEAST_SPREAD
            && (seconds.len() >= LEAST_SECONDS || same.len() >= MANY_REQUESTS);
        let mut times_ns: Vec<i64> = same.iter().map(|one| one.at_ns).collect();
        times_ns.sort_unstable();
        is_meant.then_some(Pages { n_same: same.len(), times_ns, got, sent: (low, high), is_bare: false })
    }

    /// What is told of it; `is_usual` if other clients do the same.
    pub(super) fn finding(&self, (client, server, port): Service, is_usual: bool) -> FindingBuilder {
        let (n, (low, high)) = (self.n_same, self.sent);
        let first = self.times_ns.first().copied().unwrap_or(0);
        let last = self.times_ns.last().copied().unwrap_or(first);
        let confidence = if is_usual { Confidence::UNLIKELY } else { Confidence::LIKELY };
        let least = LEAST_REQUESTS as f64;
        Finding::builder(&CARD)
            .category(Category::Scan)
            .technique(("T1595.003", "Wordlist Scanning"))
            .title(format!("{client} seems to look for pages inside TLS on {server}: {} with one answer", count(n, "request")))
            .supposed()
            .weighed(Impact::ACCESS_TRY, confidence, extent(n as f64, least))
            .score(past(n as f64, least))
            .service((client, server, port), "TLS")
            .evidence([
                evidence("Requests with the same answer", n as f64, "requests", "few: pages differ"),
                evidence("Their size, the tenth in a hundred", f64::from(low), "B", ""),
                evidence("Their size, the ninetieth in a hundred", f64::from(high), "B", "near that, for who polls or logs in"),
                evidence("Answer", f64::from(self.got), "B", "varying, for who reads"),
            ])
            .explanation(format!(
                "{client} sent {} requests of {low} to {high} bytes to {server}, port {port}, within {}, and got an answer of \
                 about {} bytes each time. Who reads gets different answers, and {}; a tool that tries a list of paths or of attack strings \
                 gets the page that says that there is nothing. TLS is encrypted, so neither can be seen.{}",
                thousands(n),
                span(last - first),
                self.got.min(MOST_ANSWER_BYTES),
                if self.is_bare {
                    "a login does not fit into requests as short as these"
                } else {
                    "who polls or logs in sends requests of nearly one size"
                },
                if is_usual { " Other clients use this service in the same way, which speaks for an ordinary use." } else { "" },
            ))
            .benign_causes(&[
                "A program that sends reports of different lengths and gets a receipt for each",
                "A vulnerability scanner that was ordered, or a crawler with outdated links",
            ])
            .advice(&[
                "Look in the log of the web server for the paths that this client asked for, and which of them exist",
                "Find out who uses the client, and whether the scan was authorised",
            ])
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(client, server)))
            .series(Series::counts("Requests with the same answer", "requests", &self.times_ns))
    }
}

/// The answer that comes most often, and how many are that or one of the few that come most often beside it.
fn few_answers(mut answers: Vec<u32>) -> Option<(u32, usize)> {
    answers.sort_unstable();
    let (mut most, mut n_few) = (None, 0);
    for _ in 0..FEW_ANSWERS {
        let until = |least: u32| answers.partition_point(|got| *got <= least.saturating_add(SAME_ANSWER_BYTES));
        let n_alike = |least: u32| until(least) - answers.partition_point(|got| *got < least);
        let Some(got) = answers.iter().copied().max_by_key(|least| n_alike(*least)) else { break };
        n_few += n_alike(got);
        most.get_or_insert(got);
        answers.retain(|other| !(got..=got.saturating_add(SAME_ANSWER_BYTES)).contains(other));
    }
    Some((most?, n_few))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests so many ms apart.
    fn is_scan(n: u32, millis: i64, sent: impl Fn(u32) -> u32, got: impl Fn(u32) -> u32) -> bool {
        let sample = |i: u32| Sample { at_ns: i64::from(i) * millis * 1_000_000, sent: sent(i), got: got(i) };
        Pages::of(&(0..n).map(sample).collect::<Vec<Sample>>()).is_some()
    }

    #[test]
    fn requests_without_room_for_a_password_look_for_pages() {
        let is_bare = |sent: u32, got: u32| {
            let at_ns = |i: u32| i64::from(i) * 1_400_000_000 + i64::from(i * 37 % 300) * 1_000_000;
            let sample = |i: u32| Sample { at_ns: at_ns(i), sent: sent + i * i % 11, got };
            let shape = Shape::of(&(0..30).map(sample).collect::<Vec<Sample>>(), 24).unwrap();
            Pages::of_bare(&shape).is_some()
        };
        assert!(is_bare(40, 652));
        assert!(!is_bare(826, 1142) && !is_bare(40, 52), "a form, a mailbox");
    }

    #[test]
    fn many_sizes_with_one_answer_are_a_search_and_reading_and_reloading_are_not() {
        let path = |i: u32| 180 + i * 37 % 90;
        assert!(is_scan(80, 700, path, |i| if i % 9 == 0 { 900 + i } else { 311 + i % 3 }));
        assert!(is_scan(80, 700, path, |i| [325, 325, 172, 325, 266, 325][i as usize % 6]), "a few answers");
        assert!(is_scan(300, 20, path, |_| 311), "quickly");
        assert!(!is_scan(80, 700, path, |i| 300 + 40 * (i % 50)), "reads");
        assert!(!is_scan(80, 20, path, |_| 180), "a page is loaded again");
        assert!(!is_scan(80, 700, |i| 180 + i % 12, |_| 311), "one form");
        assert!(!is_scan(80, 700, |i| 20 * path(i), |_| 311), "reports");
        assert!(!is_scan(20, 700, path, |_| 311), "few");
    }
}
