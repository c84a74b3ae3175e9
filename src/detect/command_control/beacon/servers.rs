//! Rates for each case how odd its server is, by the flows of the case.

use super::call::{Server, is_judged};
use super::case::Case;
use crate::detect::detector::Context;
use crate::detect::support::capped_map::Map;
use crate::detect::support::domains;
use crate::detect::support::odd_server::{self, Called};
use crate::maths::elementary::exp_m1;
use crate::maths::sorting::Gather;
use crate::model::Addr;
use crate::model::app::protocol::AppProto;
use std::collections::BTreeSet;

/// Most addresses, ports and programs of a case that are looked at.
const MOST: usize = 64;

/// What the flows of a case say of the server.
#[derive(Clone, Default)]
struct Facts<'a> {
    servers: BTreeSet<Addr>,
    ports: BTreeSet<u16>,
    apps: BTreeSet<AppProto>,
    programs: BTreeSet<&'a str>,
    /// Index of its name, 0 if it has none.
    name: u32,
    /// Payload sent and received.
    payload: [u64; 2],
}

/// When hosts begin flows, ms since 1970, and to whom.
type Starts = Map<Addr, Vec<(i64, Addr)>>;

/// What begins so long before or after a call, ms, belongs to the same doing.
const SAME_DOING: i64 = 1500;
/// From this share of the calls on, and so much more than by chance, calls are part of something that also goes elsewhere.
const PART: f64 = 0.7;
const MORE_THAN_CHANCE: f64 = 0.3;
/// What that is worth.
const PART_WEIGHT: f64 = -2.5;

/// Adds how odd the servers are to the cases whose calls were weighed.
pub(super) fn weigh(cases: &mut [Case<'_>], context: &Context<'_>) {
    let mut places: Map<(Addr, Server), Vec<usize>> = Map::default();
    for (place, case) in cases.iter().enumerate().filter(|(_, case)| case.weighed.is_some()) {
        places.entry((case.source, case.server)).or_default().push(place);
    }
    if places.is_empty() {
        return;
    }
    let mut facts = vec![Facts::default(); cases.len()];
    let mut starts: Starts = places.keys().map(|(source, _)| (*source, Vec::new())).gathered();
    for (_, flow) in context.flows.iter() {
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        if let Some(starts) = starts.get_mut(&source).filter(|_| flow.app != Some(AppProto::Dns)) {
            starts.push((flow.first_ns.div_euclid(1_000_000), target));
        }
        let named = (flow.name != 0).then(|| places.get(&(source, Server::Name(flow.name)))).flatten();
        let placed = places.get(&(source, Server::Place(target, port)));
        if named.is_none() && placed.is_none() || !is_judged(context.site, flow, context.names.text(flow.name)) {
            continue;
        }
        for place in named.into_iter().chain(placed).flatten() {
            let Some(facts) = facts.get_mut(*place).filter(|facts| facts.servers.len() < MOST) else { continue };
            facts.servers.insert(target);
            facts.ports.insert(port);
            facts.apps.extend(flow.app);
            facts.name = facts.name.max(flow.name);
            let payload = [flow.forward().payload_bytes(), flow.backward().payload_bytes()];
            facts.payload.iter_mut().zip(payload).for_each(|(sum, n)| *sum += n);
            if facts.programs.len() < MOST {
                facts.programs.extend(odd_server::programs(context.fields, context.names, flow));
            }
        }
    }
    starts.values_mut().for_each(|starts| starts.sort_unstable());
    let outside = context.outside_servers();
    let n_alike = n_polled_alike(cases, context);
    for ((case, facts), n_alike) in cases.iter_mut().zip(&facts).zip(n_alike) {
        let is_part = !case.is_within && starts.get(&case.source).is_some_and(|starts| is_part(case, facts, starts));
        let each = facts.payload.map(|sum| sum as f64 / case.calls.len().max(1) as f64);
        let is_unsized = case.calls.iter().all(|call| !call.is_sized);
        case.carried = is_unsized.then_some(each);
        if let Some(weighed) = &mut case.weighed {
            if is_unsized {
                weighed.weigh_amount(each.iter().sum());
            }
            weighed.odd = outside.oddity(&Called {
                source: case.source,
                servers: &facts.servers,
                ports: &facts.ports,
                apps: &facts.apps,
                programs: &facts.programs,
                name: context.names.text(facts.name),
            });
            weighed.odd.weight += if is_part || n_alike >= POLLED_ALIKE { PART_WEIGHT } else { 0.0 };
        }
    }
}

/// So many other servers of other domains that a host polls alike make it a reader or a shipper of many sources.
const POLLED_ALIKE: usize = 2;
/// Periods differ by at most this share.
const SAME_PERIOD: f64 = 0.1;

/// How many servers the host of each case polls at the same period, each domain once.
fn n_polled_alike(cases: &[Case<'_>], context: &Context<'_>) -> Vec<usize> {
    let mut of_source: Map<Addr, Vec<(f64, &str)>> = Map::default();
    let period = |case: &Case<'_>| case.judged.parts.period;
    let domain = |case: &Case<'_>| match case.server {
        Server::Name(name) if case.is_scored => domains::registered(context.names.text(name)),
        _ => None,
    };
    for case in cases {
        if let Some(domain) = domain(case) {
            of_source.entry(case.source).or_default().push((period(case), domain));
        }
    }
    let of_case = |case: &Case<'_>| {
        let (Some(own), Some(all)) = (domain(case), of_source.get(&case.source)) else { return 0 };
        let is_alike = |other: f64| (other - period(case)).abs() <= SAME_PERIOD * period(case);
        let alike = all.iter().take(MOST).filter(|(other, name)| *name != own && is_alike(*other));
        alike.map(|(_, name)| *name).gathered::<BTreeSet<&str>>().len()
    };
    cases.iter().map(of_case).collect()
}

/// True if the host goes elsewhere too whenever it calls: a page, a job, or a program that uses several servers.
fn is_part(case: &Case<'_>, facts: &Facts<'_>, starts: &[(i64, Addr)]) -> bool {
    let (Some((first, _)), Some((last, _))) = (starts.first(), starts.last()) else { return false };
    let others = |at: i64| {
        let from = starts.partition_point(|(start, _)| *start < at - SAME_DOING);
        let near = starts.iter().skip(from).take_while(move |(start, _)| *start <= at + SAME_DOING);
        near.take(MOST).any(|(_, server)| !facts.servers.contains(server))
    };
    let share = case.calls.iter().filter(|call| others(call.millis)).count() as f64 / case.calls.len().max(1) as f64;
    let n_others = starts.iter().filter(|(_, server)| !facts.servers.contains(server)).count() as f64;
    let by_chance = -exp_m1(-n_others * 2.0 * SAME_DOING as f64 / (last - first).max(1) as f64);
    share >= PART && share >= by_chance + MORE_THAN_CHANCE
}
