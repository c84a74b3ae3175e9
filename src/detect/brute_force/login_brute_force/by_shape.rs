//! Turns rows of tables that are short connections of nearly one size to a service that asks who one is into findings of password
//! guessing. What such a service answers is not in a table of flows; of packets, the messages tell.

use super::CARD;
use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::login_attempts::{self, Case, Series, Shape, Tries, Words};
use crate::detect::support::severity::Confidence;
use crate::model::Flow;
use crate::model::app::protocol::AppProto;
use crate::model::flow::moments::Moments;
use crate::model::format::time::SECOND;

/// Connections within so long make a fast series, or a long one.
const BURST_NS: i64 = 120 * SECOND;
const WINDOW_NS: i64 = 1800 * SECOND;
/// In a long series, gaps that vary by no more than this share of their mean, ns: a monitor that looks whether the service is
/// there does so by the clock.
const EVEN: f64 = 0.15;
const LEAST_EVEN_NS: f64 = 10e9;

/// A service for people, what a refused login looks like, and how many make a fast and a long series.
struct Service {
    protocol: &'static str,
    app: Option<AppProto>,
    ports: &'static [u16],
    shape: Shape,
    least: (usize, usize),
}

const MOST_NS: i64 = 120 * SECOND;

/// RDP: a handshake of TLS and the refusal of NLA are 1 to 6 kB each way, a session of seconds is more. VNC and Telnet: version or
/// options, a name, a password. Mail: TLS, a greeting and a refusal; programs fetch mail by the clock, so only fast series count.
const SERVICES: [Service; 4] = [
    Service {
        protocol: "RDP",
        app: Some(AppProto::Rdp),
        ports: &[3389, 3388, 3390],
        shape: Shape { client: (500, 12_000), server: (500, 16_000), most_ns: MOST_NS },
        least: (10, 30),
    },
    Service {
        protocol: "VNC",
        app: Some(AppProto::Vnc),
        ports: &[5900, 5901],
        shape: Shape { client: (14, 400), server: (14, 600), most_ns: MOST_NS },
        least: (10, 30),
    },
    Service {
        protocol: "Telnet",
        app: Some(AppProto::Telnet),
        ports: &[23, 2323],
        shape: Shape { client: (10, 600), server: (20, 2_000), most_ns: MOST_NS },
        least: (10, 30),
    },
    Service {
        protocol: "mail",
        app: None,
        ports: &[110, 143, 465, 587, 993, 995],
        shape: Shape { client: (60, 3_000), server: (100, 9_000), most_ns: MOST_NS },
        least: (30, usize::MAX),
    },
];

/// Series by service.
#[derive(Default)]
pub(super) struct ByShape([Tries; SERVICES.len()]);

impl ByShape {
    /// Takes a row of a table.
    pub(super) fn add(&mut self, flow: &Flow) {
        if flow.recorded.is_none() || !flow.is_tcp() {
            return;
        }
        let port = flow.responder().1;
        let is_of = |service: &Service| {
            let by_app = service.app.is_some() && flow.app == service.app;
            by_app || (!flow.is_app_certain || flow.app == Some(AppProto::Tls)) && service.ports.contains(&port)
        };
        if let Some((service, tries)) = SERVICES.iter().zip(&mut self.0).find(|(service, _)| is_of(service)) {
            tries.add(flow, &service.shape);
        }
    }

    /// The findings.
    pub(super) fn finish(&self, context: &Context<'_>) -> Conclusion {
        SERVICES.iter().zip(&self.0).fold(Conclusion::default(), |all, (service, tries)| {
            let (burst, long) = service.least;
            let cases = tries.series(burst.min(long)).into_iter().filter_map(|series| {
                let (in_burst, in_window) = (series.most_within(BURST_NS), series.most_within(WINDOW_NS));
                let threshold = match (in_burst >= burst, in_window >= long && !is_even(&series)) {
                    (true, _) => burst,
                    (false, true) => long,
                    (false, false) => return None,
                };
                Some(Case { series, threshold: threshold as f64, confidence: Confidence::LIKELY })
            });
            let words = Words {
                card: &CARD,
                protocol: service.protocol,
                usual: "0 to 2; a session lasts longer and varies",
                usual_bytes: "more, and varying, for a session that works",
                burst_ns: BURST_NS,
                usual_burst: format!("below {burst}"),
                meaning: "That is the size of a refused login; sessions that work are longer and vary. The table does not \
                          have the answers, so the failures themselves are not seen.",
            };
            all.and(login_attempts::report(context, &service.shape, cases.collect(), tries.n_refused(), &words))
        })
    }
}

/// True for a slow series by the clock.
fn is_even(series: &Series) -> bool {
    let mut gaps = Moments::default();
    let next = series.tries.iter().skip(1);
    series.tries.iter().zip(next).for_each(|(one, next)| gaps.add((next.first_ns - one.first_ns) as f64));
    gaps.mean() >= LEAST_EVEN_NS && gaps.deviation() <= EVEN * gaps.mean()
}

#[cfg(test)]
mod tests {
    use super::super::ENTRY;
    use crate::detect::support::testing::{Made, finish_with, inside};
    use crate::model::Flow;
    use crate::model::flow::Outcome;
    use crate::settings::Settings;

    fn titles(port: u16, gap: impl Fn(u32) -> f64, bytes: impl Fn(u32) -> [u64; 2]) -> Vec<String> {
        let row = |i: u32| Flow {
            recorded: Some(Outcome::Established),
            ..Made { bytes: bytes(i), ..Made::tcp(inside(9), inside(1), port, gap(i)) }.flow()
        };
        let rows: Vec<Flow> = (0..60).map(row).collect();
        let found = finish_with(&ENTRY, &rows, &[], &Settings::default()).findings;
        found.into_iter().map(|finding| finding.title).collect()
    }

    #[test]
    fn rows_of_one_size_to_a_login_service_are_guessing_and_sessions_and_monitors_are_not() {
        let fast = |i: u32| f64::from(i) * 4.0 + f64::from(i % 3);
        let refused = |i: u32| [1800 + u64::from(i % 5) * 9, 2600 + u64::from(i % 7)];
        assert_eq!(
            titles(3389, fast, refused),
            ["192.168.1.9 guesses RDP passwords on 192.168.1.1: 60 connections like refused logins"]
        );
        assert_eq!(titles(5900, fast, |_| [40, 60]).len(), 1);
        assert_eq!(titles(993, f64::from, |_| [700, 4200]).len(), 1);
        assert!(titles(993, |i| f64::from(i) * 60.0, |_| [700, 4200]).is_empty(), "a program fetches mail");
        assert!(titles(3389, |i| f64::from(i) * 60.0, refused).is_empty(), "a monitor");
        let sessions = |i: u32| [1800 + u64::from(i) * 900, 9000 + u64::from(i) * 70_000];
        assert!(titles(3389, fast, sessions).is_empty());
        assert!(titles(445, fast, refused).is_empty(), "programs connect again and again");
    }
}
