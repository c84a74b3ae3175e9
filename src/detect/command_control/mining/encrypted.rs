//! Turns the exchanges between a miner and its pool inside TLS into a finding, with a confidence from their shape, the
//! server's name and its port.

use super::shape::Work;
use super::{CARD, pools};
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Finding, Series};

/// Longer than this is hardly a visit to a page; and no visit.
const LONG_SECONDS: [f64; 2] = [600.0, 3600.0];

/// From this on, a server is odd, as a logarithm of the likelihood ratio.
const ODD: f64 = 2.0;
/// Ports at which TLS is usual: elsewhere the shape says more. Services that keep connections open are among them.
const USUAL_PORTS: [u16; 15] = [443, 465, 563, 587, 636, 853, 990, 993, 995, 4443, 5061, 5223, 5228, 8443, 8883];
/// Most jobs are of one size.
const MOSTLY: f64 = 0.8;

impl Work {
    /// How sure the shape alone makes it, and how much surer a port that pools use and a server that is odd; jobs of all sizes
    /// may be other news.
    fn confidence(&self, name: &str, port: u16, odd: f64) -> Confidence {
        // The shape of the work, at a server that offers nothing else.
        if pools::is_pool(name) {
            return Confidence::ALMOST_CERTAIN;
        }
        let n_long = LONG_SECONDS.iter().filter(|least| self.seconds >= **least).count();
        let signs = 0.3 * n_long as f64
            + 0.5 * f64::from(pools::is_usual_port(port))
            + 0.5 * f64::from(odd >= ODD)
            + 0.7 * f64::from(!USUAL_PORTS.contains(&port))
            - 0.3 * f64::from(self.jobs_alike < MOSTLY);
        Confidence::EVEN.towards(Confidence::LIKELY, signs)
    }

    /// The finding; `shares` and `jobs` are how many results and jobs begin to count, `odd` how odd the server is.
    pub fn finding(
        &self,
        (miner, pool, port): (Addr, Addr, u16),
        name: &str,
        (shares, jobs): (f64, f64),
        odd: f64,
    ) -> FindingBuilder {
        let n = self.shares.len() as f64;
        let [share, answer, job] = self.bytes;
        let confidence = self.confidence(name, port, odd);
        let is_named = pools::is_pool(name);
        let times: Vec<i64> = self.shares.iter().map(|millis| millis.saturating_mul(SECOND / 1000)).collect();
        let known = match (is_named, pools::is_usual_port(port)) {
            (true, _) => format!(" The server name {name} looks like that of a mining pool."),
            (false, true) => format!(" Mining pools often use port {port}."),
            (false, false) => String::new(),
        };
        Finding::builder(&CARD)
            .title(match is_named {
                true => format!("{miner} mines cryptocurrency for {pool}, inside TLS"),
                false => format!("{miner} may mine cryptocurrency for {pool}, inside TLS"),
            })
            .rated(Impact::ACCESS_TRY, confidence, (n + self.n_jobs as f64, shares + jobs))
            .service((miner, pool, port), AppProto::Tls.name())
            .names(if name.is_empty() { Vec::new() } else { vec![name.to_owned()] })
            .evidence([
                evidence("Messages that look like results", n, "messages", "0"),
                evidence("Unsolicited messages that look like jobs", self.n_jobs as f64, "messages", "0"),
                evidence("Typical size of a result", f64::from(share), "B", "all sizes, in chat and web pages"),
                evidence("Typical size of the answer to it", f64::from(answer), "B", ""),
                evidence("Typical size of a job", f64::from(job), "B", "all sizes, in chat and web pages"),
                evidence(
                    "Irregularity of the times of results",
                    self.unevenness,
                    "",
                    "0 for fixed intervals, 1 for random times",
                ),
                evidence("Time from first to last", self.seconds, "s", ""),
            ])
            .series(Series::counts("Messages that look like results", "messages", &times))
            .explanation(format!(
                "The payload between {miner} and {pool}, port {port}, is encrypted, but its shape matches Stratum: in \
                 {} the server sent {} of about {job} bytes unsolicited, and the host {} of nearly {share} bytes at \
                 irregular times, each answered at once by about {answer} bytes.{known}",
                span((self.seconds * SECOND as f64) as i64),
                count(self.n_jobs as usize, "message"),
                count(self.shares.len(), "message"),
            ))
            .benign_causes(&[
                "A miner that the owner of the host runs on purpose",
                "Another service that hands out work and receives results of similar sizes",
            ])
            .advice(&[
                "Check whether the processor or graphics card of the host is busy all the time",
                "Find out who owns the server, and which program connects to it",
                "Look for other hosts that connect to the same server",
            ])
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(miner, pool)))
    }
}
