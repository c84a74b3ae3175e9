//! Turns what internal hosts fetch from internal servers into findings if one gathers far more than all others: data
//! staged before it leaves.

use super::CARD;
use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::maths::combinations::ln_choose;
use crate::maths::elementary::ln;
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Arrange;
use crate::model::app::protocol::AppProto;
use crate::model::format::quantity;
use crate::model::{Addr, Finding, Flow, Site};
use std::collections::BTreeSet;

/// A connection that brought as much carried a file or more; a page or a listing is smaller.
const FILE_BYTES: u64 = 30_000;
/// And this many times what was sent; otherwise both sides send.
const FILE_RATIO: u64 = 3;
/// As many times the fetches of any other host.
const MUCH_MORE: u64 = 4;
/// Or, where few connections carry all, as much payload, as many times that of any other host.
const WHOLE_BYTES: u64 = 20_000_000;
const WHOLE_RATIO: u64 = 20;
/// Chance, at most, that one of the hosts has so many of all fetches where each is as likely to fetch as the others; log10.
const LEAST_LIKELY: f64 = -3.0;
/// Where nobody else fetches a file, so many are gathered if each was fetched after a login of its own, as scripts do:
/// programs for people log in once.
const LONE: u64 = 8;
/// What is left of the confidence then.
const OF_LONE: f64 = 0.9;
/// Who serves so many other hosts itself may fetch for them, as an application does that stands before its database.
const SERVES: usize = 3;
/// What is left of the confidence then.
const FOR_OTHERS: f64 = 0.5;
/// Of a web server, what is of one size each time, but for so much (headers, what is sent again), is one page: files differ.
/// From the tenth to the ninetieth in a hundred: some lose more.
const SAME_PAGE: f64 = 1.1;
/// Most sizes kept of a host.
const MOST_SIZES: usize = 256;
/// What is left of the confidence then.
const ONE_PAGE: f64 = 0.5;
/// Most hosts kept.
const MOST_HOSTS: usize = 1 << 16;
/// Most servers kept for a host.
const MOST_SERVERS: usize = 64;

/// Payload that came, without what was sent again: that is at most a full segment each.
fn fetched_bytes(flow: &Flow) -> u64 {
    let again = flow.sender_health().map_or(0, |[_, server]| server.sent_again());
    let largest = flow.backward().payload.max_or_zero() as u64;
    flow.backward().payload_bytes().saturating_sub(u64::from(again) * largest)
}

/// What hosts inside fetched from servers inside.
#[derive(Default)]
pub struct Staging {
    hosts: Tally<Addr, Fetched, MOST_HOSTS>,
    /// Hosts inside that a host inside served, up to [`SERVES`].
    clients: Tally<Addr, BTreeSet<Addr>, MOST_HOSTS>,
}

#[derive(Default)]
struct Fetched {
    /// Connections that brought a file.
    n: u64,
    /// All payload that came.
    bytes: u64,
    servers: BTreeSet<Addr>,
    /// Of these connections, those to web servers.
    n_web: u64,
    /// Connections for files or a shell, each of which asks who it is.
    n_logins: u64,
    /// What each of them brought, of the first ones.
    sizes: Vec<u64>,
}

/// One host that fetched far more than any other.
struct Case<'a> {
    host: Addr,
    fetched: &'a Fetched,
    n_hosts: usize,
    /// Most fetches, and most payload, of another host.
    others: (u64, u64),
    log_chance: f64,
    /// It serves several hosts inside itself.
    is_server: bool,
}

/// Ports of pictures of another host's screen, which no files are gathered by: ICA, RDP, PCoIP, VNC.
const SCREENS: [std::ops::RangeInclusive<u16>; 5] = [1494..=1494, 2598..=2598, 3389..=3389, 4172..=4172, 5900..=5909];

/// True for a flow that shows another host's screen.
fn is_screen(flow: &Flow) -> bool {
    let is_known = matches!(flow.app, Some(AppProto::Rdp | AppProto::Vnc));
    let is_open = flow.app.is_none() || !flow.is_app_certain;
    is_known || is_open && SCREENS.iter().any(|ports| ports.contains(&flow.responder().1))
}

fn is_file(flow: &Flow) -> bool {
    let (sent, got) = (flow.forward().payload_bytes(), fetched_bytes(flow));
    flow.is_tcp() && got >= FILE_BYTES && got >= FILE_RATIO * sent
}

/// Log10 of the chance that one of `n_hosts` makes `n` or more of `of_all` fetches, at most: the union bound of the binomial
/// tail, n_hosts · C(of_all, n) / n_hosts^n.
fn log_chance(n: u64, of_all: u64, n_hosts: usize) -> f64 {
    (ln_choose(of_all, n) - (n as f64 - 1.0) * ln(n_hosts as f64)) / std::f64::consts::LN_10
}

impl Fetched {
    /// True for one page that a program or a person loads again and again.
    fn is_one_page(&self) -> bool {
        let [low, high] = [0.1, 0.9].map(|share| upper_quantile(self.sizes.clone(), share, u64::cmp));
        self.n_web == self.n && high as f64 <= SAME_PAGE * low as f64
    }
}

impl Staging {
    /// Takes a flow.
    pub fn observe(&mut self, site: &Site, flow: &Flow) {
        let ((client, _), (server, _)) = (flow.originator(), flow.responder());
        if !flow.is_tcp() || !site.is_inside(client) || !site.is_inside(server) {
            return;
        }
        if flow.backward().payload_bytes() > 0
            && let Some(clients) = self.clients.of(server).filter(|clients| clients.len() < SERVES)
        {
            clients.insert(client);
        }
        if is_screen(flow) {
            return;
        }
        let Some(fetched) = self.hosts.of(client) else { return };
        fetched.bytes += fetched_bytes(flow);
        // A port alone says nothing of logins.
        let asks_who = matches!(flow.app, Some(AppProto::Ftp | AppProto::Smb | AppProto::Ssh)) && flow.is_app_certain;
        fetched.n_logins += u64::from(asks_who);
        if is_file(flow) {
            if fetched.sizes.len() < MOST_SIZES {
                fetched.sizes.push(fetched_bytes(flow));
            }
            fetched.n_web += u64::from(matches!(flow.app, Some(AppProto::Http | AppProto::Http2 | AppProto::Tls)));
            fetched.n += 1;
            if fetched.servers.len() < MOST_SERVERS {
                fetched.servers.insert(server);
            }
        }
    }

    /// The findings; at least `least` fetches make a case.
    pub fn finish<'a>(&'a self, context: &Context<'_>, least: f64) -> Conclusion {
        let most = |of: fn(&Fetched) -> u64| {
            let mut all: Vec<u64> = self.hosts.iter().map(|(_, fetched)| of(fetched)).collect();
            all.arrange_by(|a, b| b.cmp(a));
            [all.first().copied().unwrap_or(0), all.get(1).copied().unwrap_or(0)]
        };
        let (n, bytes) = (most(|fetched| fetched.n), most(|fetched| fetched.bytes));
        let n_all: u64 = self.hosts.iter().map(|(_, fetched)| fetched.n).sum();
        let n_hosts = self.hosts.n_keys();
        // The largest of all but this one.
        let other = |own: u64, [first, second]: [u64; 2]| if own == first { second } else { first };
        let case = |(host, fetched): (&Addr, &'a Fetched)| {
            let others = (other(fetched.n, n), other(fetched.bytes, bytes));
            let log_chance = log_chance(fetched.n, n_all, n_hosts);
            let is_server = self.clients.get(host).is_some_and(|clients| clients.len() >= SERVES);
            Case { host: *host, fetched, n_hosts, others, log_chance, is_server }
        };
        let cases = self.hosts.sorted().into_iter().map(case).filter(|case| case.is_staging(least));
        Report::of(cases).not_evaluated(self.hosts.n_refused).each_with_flows(
            context,
            |case| Between { source: Some(case.host), protocol: Some(6), ..Between::default() },
            |case, flow| is_file(flow) && !is_screen(flow) && case.fetched.servers.contains(&flow.responder().0),
            |case, flows| case.finding(least).flows(flows).build(),
        )
    }
}

impl Case<'_> {
    fn is_staging(&self, least: f64) -> bool {
        let is_often = self.fetched.n as f64 >= least
            && self.fetched.n >= MUCH_MORE * self.others.0
            && self.log_chance <= LEAST_LIKELY;
        let is_whole =
            self.fetched.bytes >= WHOLE_BYTES && self.others.1 > 0 && self.fetched.bytes / WHOLE_RATIO >= self.others.1;
        is_often || is_whole || self.is_lone()
    }

    /// Nobody is there to compare with, or nobody else fetches any file, but it is done as scripts do it.
    fn is_lone(&self) -> bool {
        let n_files = self.fetched.n - self.fetched.n_web.min(self.fetched.n);
        self.others.0 == 0 && n_files >= LONE && self.fetched.n_logins >= LONE
    }

    fn finding(&self, least: f64) -> finding_builder::FindingBuilder {
        let (host, fetched) = (self.host, self.fetched);
        let servers = count(fetched.servers.len(), "internal server");
        let shown = quantity::bytes(fetched.bytes as f64);
        let is_one_page = fetched.is_one_page();
        let confidence = Confidence::LIKELY
            .lowered(if self.is_server { FOR_OTHERS } else { 1.0 })
            .lowered(if is_one_page { ONE_PAGE } else { 1.0 })
            .lowered(if self.is_lone() { OF_LONE } else { 1.0 });
        Finding::builder(&CARD)
            .technique(("T1074", "Data Staged"))
            .title(match self.is_lone() {
                true => format!("{host} gathered {shown} from {servers}, file by file with a login each"),
                false => format!("{host} gathered {shown} from {servers}, far more than any other host"),
            })
            .weighed(Impact::CONTROL, confidence, 0.0)
            .score(past(fetched.n as f64, least))
            .sources([host])
            .targets(fetched.servers.iter().copied())
            .protocol("TCP")
            .evidence([
                evidence("Connections that brought 30 kB or more", fetched.n as f64, "flows", format!("below {least}")),
                evidence("The same, of the host that has most beside it", self.others.0 as f64, "flows", "as many"),
                evidence("Payload from internal servers", fetched.bytes as f64 / 1000.0, "kB", ""),
                evidence(
                    "The same, of the host that has most beside it",
                    self.others.1 as f64 / 1000.0,
                    "kB",
                    "as much",
                ),
                evidence("Hosts that use internal servers", self.n_hosts as f64, "hosts", ""),
                evidence("Chance of so many among equal hosts, log10", self.log_chance, "", "above -3"),
            ])
            .explanation(format!(
                "{host} fetched {} from {servers} ({shown}), {}. Somebody who \
                 steals data brings it together on one machine first, and takes it out from there.{}{}",
                match fetched.n {
                    1 => "one large file or more".to_owned(),
                    n => format!("{} or more", count(n as usize, "file")),
                },
                if self.is_lone() {
                    "each after a login of its own; no other host is in the capture to compare with"
                } else {
                    "and no other internal host comes near to that"
                },
                if self.is_server { " But it serves several internal hosts itself, and may fetch for them." } else { "" },
                if is_one_page {
                    " But all of it came from a web server and was of one size: rather the same page each time than different files."
                } else {
                    ""
                }
            ))
            .benign_causes(&[
                "A backup, an update or an installation that fetches from the servers",
                "Somebody who copies a project or works with large files",
            ])
            .advice(&[
                "Ask who works at the host, and whether the files belong to that work",
                "Look for an upload or a new archive on this host afterwards",
            ])
            .filter(format!("tcp && {}", finding_builder::host_filter("addr", host)))
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::exfiltration::bulk_exfiltration::ENTRY;
    use crate::detect::support::testing::{Made, finish, finish_with, inside};
    use crate::model::app::protocol::AppProto;
    use crate::model::{Flow, Severity};
    use crate::settings::Settings;

    #[test]
    fn one_host_that_fetches_what_no_other_does_gathers_and_an_office_does_not() {
        let fetch = |host: u8, server: u8, i: usize| Made {
            bytes: [2_000, 64_000],
            packets: [30, 50],
            ..Made::tcp(inside(host), inside(server), 445, i as f64)
        };
        let found = |n_each: [usize; 6]| {
            let hosts = n_each.iter().enumerate();
            let fetches = hosts.flat_map(|(host, n)| (0..*n).map(move |i| fetch(50 + host as u8, (i % 2) as u8, i)));
            let used = (0..6).map(|host| Made::tcp(inside(50 + host), inside(1), 80, 0.0));
            finish(&ENTRY, &used.chain(fetches).collect::<Vec<Made>>(), &[], &Settings::default()).findings
        };
        let gathered = found([10, 1, 0, 0, 2, 0]);
        assert_eq!((gathered.len(), gathered[0].severity), (1, Severity::Medium));
        assert_eq!(gathered[0].technique.as_deref(), Some("T1074"));
        assert_eq!(gathered[0].targets.len(), 2);
        assert!(found([10, 8, 6, 7, 9, 3]).is_empty());
        let serves = |i: u8| Made { bytes: [900, 5_000], ..Made::tcp(inside(60 + i), inside(50), 8080, 0.0) };
        let fetches = (0..10).map(|i| fetch(50, 1, i)).chain((1..6).map(|host| fetch(50 + host, 2, 0)));
        let all: Vec<Made> = fetches.filter(|made| made.from.0 == inside(50)).chain((0..5).map(serves)).collect();
        let application = finish(&ENTRY, &all, &[], &Settings::default()).findings;
        assert!(application.iter().all(|finding| finding.severity < Severity::Medium), "{application:?}");
        assert!(found([4, 0, 0, 0, 0, 0]).is_empty());
        let lone = |n: usize, app: AppProto| {
            let of = |i| Flow { app: Some(app), is_app_certain: true, ..fetch(50, 1, i).flow() };
            let flows: Vec<Flow> = (0..n).map(of).collect();
            finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.iter().map(|one| one.severity).max()
        };
        assert_eq!(lone(10, AppProto::Smb), Some(Severity::Medium), "a login for each file");
        assert_eq!((lone(5, AppProto::Smb), lone(10, AppProto::Http)), (None, None), "few files, and pages");
        let from_web = |step: u64| {
            let page = |i: u64| {
                let made = Made { bytes: [2_000, 64_000 + step * i], packets: [30, 50], ..fetch(50, 1, i as usize) };
                Flow { app: Some(AppProto::Http), ..made.flow() }
            };
            let used = (0..6).map(|host| Made::tcp(inside(50 + host), inside(1), 80, 0.0).flow());
            let flows: Vec<Flow> = used.chain((0..10).map(page)).collect();
            finish_with(&ENTRY, &flows, &[], &Settings::default()).findings[0].severity
        };
        assert_eq!((from_web(0), from_web(2_000)), (Severity::Low, Severity::Medium), "one page, or many files");
    }
}
