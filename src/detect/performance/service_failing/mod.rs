//! Services that answer with errors of their own, or not at all, to findings: how, whom and since when.

mod silent;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::finding_builder::{count, evidence, host_filter};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::report::Report;
use crate::detect::support::service_answers::{Answers, Failure, Service, Stretch};
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble::{self, LONG_NS};
use crate::model::app::field::FieldSet;
use crate::model::app::protocol::AppProto;
use crate::model::format::quantity::percent;
use crate::model::format::time::{span, to_second};
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use silent::Silence;

const CARD: Card = Card {
    id: "service_failing",
    name: "Service that fails",
    category: Category::Performance,
    technique: None,
    sees: "A service that answers many requests with errors of its own: HTTP and SIP 5xx, SMTP 421, SMB without resources, LDAP busy, Kerberos, Modbus and MQTT unavailable, a database with too many connections. Or one that leaves many requests without any answer, in protocols that give one to each: RADIUS, Kerberos, LDAP, SNMP, NTP, IKE, and SIP; and HTTP, TLS, SMB, Modbus and databases on connections that were accepted.",
    matters: "The network carries every request to the server and its answer back; users still get nothing. Programs repeat what failed, which makes an overloaded server slower.",
    otherwise: "A broken page that one program asks for again and again, maintenance that is announced with 503, a test.",
    benign_causes: &[
        "Maintenance: the server says on purpose that it is not available",
        "One program that asks again and again for something that is broken",
    ],
    advice: &[
        "Look into the log of the service at the time of the first error",
        "Errors 502 and 504 come from a proxy: look at the server behind it",
        "If it is overloaded, see who asks most, and whether programs repeat failed requests without a pause",
    ],
    // Who attacks a page makes it fail.
    part_of: &["web_attack", "known_exploit", "login_brute_force", "connection_flood", "slow_http"],
    source: "RFC 9110, section 15.6 (server errors); RFC 3261, section 21.5; RFC 5321, section 4.2.3; RFC 4511, appendix A; RFC 4120, section 7.5.9; MS-ERREF, section 2.3.1.",
}
.explained_where_shown();

const SHARE: Descriptor = Descriptor::percent("service_failing.share", "Failed requests", 30.0)
    .range(1.0, 100.0)
    .help("Share of the answers that are errors of the server, in the time when most are; and share of the requests without an answer. Set by us: of a page of several requests something is missing then nearly every time; a few errors are daily life.");
const ANSWERS: Descriptor = Descriptor::count("service_failing.answers", "Errors", 10.0)
    .range(3.0, 1_000_000.0)
    .unit("answers")
    .help("So many errors in that time, or so many requests without an answer. Set by us: fewer are one user's bad moment.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ServiceFailing>(
    CARD,
    &[SHARE, ANSWERS],
    Interest::MESSAGES.union(Interest::TCP_FLOWS).union(Interest::UDP_FLOWS),
)
.blaming("the service itself, not the network");

/// One client that gets so many times the least number of errors needs what fails.
const OFTEN: f64 = 2.0;
/// Most that one client's errors weigh: what it asks for may be broken for it alone.
const EXTENT_OF_ONE: f64 = 0.5;

/// The answers are counted for all detectors; here only what has none.
#[derive(Default)]
struct ServiceFailing {
    silence: Silence,
}

struct Case<'a> {
    service: Service,
    answers: &'a Answers,
    worst: Stretch,
    affected: Vec<Addr>,
    n_clients: usize,
}

impl Detector for ServiceFailing {
    fn fields_of_interest(&self, _: AppProto) -> FieldSet {
        FieldSet::NONE
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.silence.observe(ended.flow);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (share, least) = (context.settings.get(&SHARE) / 100.0, context.settings.get(&ANSWERS));
        let failing = context.answers.sorted_where(|answers| answers.n_failed() as f64 >= least);
        let cases = failing.into_iter().filter_map(|(service, answers)| {
            let worst = answers.worst(share)?;
            let (affected, n_clients) = answers.affected(share);
            let is_case = worst.n_failed as f64 >= least && worst.n_failed as f64 >= share * worst.n as f64;
            is_case.then_some(Case { service: *service, answers, worst, affected, n_clients })
        });
        let conclusion = Report::of(cases)
            .not_evaluated(context.answers.n_refused())
            .largest_first(|case| (case.affected.len(), case.worst.n_failed))
            .each_with_flows(
                context,
                |case| Between::server(case.service.0, case.service.1),
                |case, flow| case.has(flow),
                |case, flows| case.finding(context, (share, least), flows),
            );
        let conclusion = conclusion.and(self.silence.finish(context));
        let why = "No answers were seen that say whether a server failed.";
        let is_unknown = context.answers.is_empty() && self.silence.is_empty();
        Conclusion { not_enough_data: is_unknown.then(|| why.to_owned()), ..conclusion }
    }
}

impl Case<'_> {
    fn has(&self, flow: &Flow) -> bool {
        let is_then = flow.first_ns <= self.worst.end_ns && flow.last_ns >= self.worst.start_ns;
        is_then && flow.app == Some(self.service.2) && self.affected.contains(&flow.originator().0)
    }

    /// How it fails most, in words.
    fn how(&self) -> &'static str {
        match self.answers.kinds().first() {
            Some((Failure::Overload, _)) => ": it says that it is overloaded or not ready",
            Some((Failure::Behind, _)) => ": a server behind it does not answer",
            _ => "",
        }
    }

    fn finding(&self, context: &Context<'_>, (share, least): (f64, f64), flows: Gathered) -> Finding {
        let ((server, port, protocol), worst) = (self.service, self.worst);
        let (n_failed, n_affected) = (worst.n_failed as f64, self.affected.len());
        let length_ns = worst.end_ns - worst.start_ns;
        let failed = percent(n_failed, worst.n as f64);
        let impact = if n_affected <= 1 && length_ns >= LONG_NS && n_failed >= OFTEN * least {
            Impact::SLOWDOWN
        } else {
            trouble::impact(n_affected, length_ns)
        };
        let (confidence, most) =
            if n_affected >= 2 { (Confidence::VERY_LIKELY, 1.0) } else { (Confidence::LIKELY, EXTENT_OF_ONE) };
        let is_udp = flows.serials.first().and_then(|serial| context.flows.get(*serial)).is_some_and(Flow::is_udp);
        let transport = if is_udp { "udp" } else { "tcp" };
        let how = self.how();
        let others = match self.n_clients - n_affected {
            0 => String::new(),
            n => format!(" {} of the service had few or none of them.", count(n, "other client")),
        };
        Finding::builder(&CARD)
            .title(format!("{server}, port {port} ({}), answers {failed} of the requests with errors{how}", protocol.name()))
            .weighed(impact, confidence, extent(n_failed, least).min(most))
            .score(past(n_failed / worst.n.max(1) as f64, share))
            .sources([server])
            .targets(self.affected.iter().copied())
            .ports([port])
            .protocol(protocol.name())
            .evidence([
                evidence("Errors in this time", n_failed, "answers", "a few"),
                evidence("Of all answers in this time", 100.0 * n_failed / worst.n.max(1) as f64, "%", "near 0"),
                evidence("Errors in the whole capture", self.answers.n_failed() as f64, "answers", ""),
                evidence("Answers in the whole capture", self.answers.n as f64, "answers", ""),
                evidence("Clients affected", n_affected as f64, "clients", ""),
            ])
            .evidence(self.answers.kinds().into_iter().map(|(kind, n)| evidence(kind.label(), n as f64, "answers", "")))
            .explanation(format!(
                "{} of {} of {server}, port {port}, from {} till {} UTC ({}) were errors of the server{how}, for {}.{others} The requests arrived and the answers came back: the network is not at fault.",
                worst.n_failed,
                count(worst.n as usize, "answer"),
                to_second(worst.start_ns),
                to_second(worst.end_ns),
                span(length_ns),
                count(n_affected, "client"),
            ))
            .flows(flows)
            .period((worst.start_ns, worst.end_ns))
            .filter(format!("{} && {transport}.port == {port}", host_filter("addr", server)))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::model::Severity;
    use crate::model::app::field::FieldId;
    use crate::settings::Settings;

    fn found(n_clients: u8, status: impl Fn(u32) -> u64) -> Vec<Finding> {
        let line = |i: u32| {
            let client = inside(20 + (i % u32::from(n_clients)) as u8);
            let facts = vec![(FieldId::HttpStatus, status(i).into())];
            Line::request(AppProto::Http, f64::from(i), client, (inside(9), 80), facts).answered()
        };
        observe_messages(&ENTRY, &(0..120).map(line).collect::<Vec<_>>(), &Settings::default()).findings
    }

    #[test]
    fn a_service_that_fails_for_a_while_is_told_with_whom_and_since_when() {
        let failing = found(3, |i| if (40..90).contains(&i) && i % 4 > 0 { 502 } else { 200 });
        assert_eq!((failing.len(), failing[0].targets.len()), (1, 3));
        assert!(failing[0].severity >= Severity::Medium);
        assert!(failing[0].title.contains("a server behind it does not answer"), "{}", failing[0].title);
        assert_eq!((failing[0].start_ns, failing[0].end_ns), (41_000_000_000, 89_000_000_000));
    }

    #[test]
    fn a_few_errors_and_what_clients_ask_wrongly_are_daily_life() {
        assert!(found(3, |i| if i % 12 == 0 { 500 } else { 200 }).is_empty());
        assert!(found(3, |_| 404).is_empty());
        assert!(found(1, |i| if i < 15 { 500 } else { 200 })[0].severity < Severity::Medium, "one client for a moment");
    }
}
