//! Runs a detector over flows, packets and messages made by hand, for tests.

mod made;
mod messages;

pub use made::{Made, arp, icmp, inside, outside, tcp, udp};
pub use messages::{Line, TestValue, observe_in_one, observe_messages, observe_on_links, observe_with};

use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry};
use crate::detect::support::address_claims::AddressClaims;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::gateway::Gateway;
use crate::detect::support::service_answers::ServiceAnswers;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, Limits};
use crate::model::Site;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Flow;
use crate::model::packet::Packet;
use crate::settings::Settings;

/// What a detector concludes from these flows and packets with these settings.
pub fn finish(entry: &Entry, flows: &[Made], packets: &[Packet], settings: &Settings) -> Conclusion {
    let flows: Vec<Flow> = flows.iter().map(Made::flow).collect();
    finish_with(entry, &flows, packets, settings)
}

/// As [`finish`], from flows that are made already.
pub fn finish_with(entry: &Entry, flows: &[Flow], packets: &[Packet], settings: &Settings) -> Conclusion {
    let mut detector: Box<dyn Detector> = (entry.make)();
    let mut claims = AddressClaims::default();
    for packet in packets {
        detector.observe_packet(packet);
        claims.observe(packet);
    }
    for (serial, flow) in flows.iter().enumerate() {
        detector.observe_flow(&EndedFlow { serial: serial as u32, flow, name: "", site: &Site::private() });
    }
    let times = flows.iter().map(|flow| flow.first_ns).chain(packets.iter().map(|p| p.time_ns));
    let (mut contacts, mut gateway) = (Contacts::default(), Gateway::default());
    for flow in flows {
        contacts.add(flow);
        gateway.add(&Site::private(), flow);
    }
    let none = FlowTable::new(Limits::default());
    finish_over(
        &mut *detector,
        &none,
        &Names::default(),
        (&contacts, &claims, &gateway, &ServiceAnswers::default()),
        times,
        settings,
    )
}

/// As [`finish`], with the flows in the table, for what looks at them again in the end.
pub fn finish_kept(entry: &Entry, flows: &[Made], settings: &Settings) -> Conclusion {
    let seen = (&Contacts::default(), &ServiceAnswers::default());
    finish_kept_with(entry, flows.iter().map(Made::flow).collect(), seen, settings)
}

/// As [`finish_kept`], with the first contacts of these flows.
pub fn finish_contacts(entry: &Entry, flows: &[Made], settings: &Settings) -> Conclusion {
    let mut contacts = Contacts::default();
    flows.iter().for_each(|made| contacts.add(&made.flow()));
    let seen = (&contacts, &ServiceAnswers::default());
    finish_kept_with(entry, flows.iter().map(Made::flow).collect(), seen, settings)
}

/// As [`finish_kept`], from flows that are made already, and with what services answered.
pub fn finish_flows(entry: &Entry, flows: Vec<Flow>, answers: &ServiceAnswers, settings: &Settings) -> Conclusion {
    finish_kept_with(entry, flows, (&Contacts::default(), answers), settings)
}

fn finish_kept_with(
    entry: &Entry,
    flows: Vec<Flow>,
    (contacts, answers): (&Contacts, &ServiceAnswers),
    settings: &Settings,
) -> Conclusion {
    let mut detector: Box<dyn Detector> = (entry.make)();
    let mut kept = FlowTable::new(Limits::default());
    let times: Vec<i64> = flows.iter().map(|flow| flow.first_ns).collect();
    for flow in flows {
        detector.observe_flow(&EndedFlow { serial: kept.len() as u32, flow: &flow, name: "", site: &Site::private() });
        kept.push(flow, false, &mut |_, _| ());
    }
    let seen = (contacts, &AddressClaims::default(), &Gateway::default(), answers);
    finish_over(&mut *detector, &kept, &Names::default(), seen, times.into_iter(), settings)
}

/// As [`finish_kept`], each flow with the name of its server; those to port 443 are of TLS.
pub fn finish_named(entry: &Entry, flows: &[(Made, String)], settings: &Settings) -> Conclusion {
    let mut detector: Box<dyn Detector> = (entry.make)();
    let (mut kept, mut names) = (FlowTable::new(Limits::default()), Names::default());
    for (made, name) in flows {
        let app = (made.to.1 == 443).then_some(AppProto::Tls);
        let flow = Flow { name: names.intern(name), app, ..made.flow() };
        detector.observe_flow(&EndedFlow { serial: kept.len() as u32, flow: &flow, name, site: &Site::private() });
        kept.push(flow, false, &mut |_, _| ());
    }
    let times = flows.iter().map(|(made, _)| (made.start * 1e9) as i64);
    let seen = (&Contacts::default(), &AddressClaims::default(), &Gateway::default(), &ServiceAnswers::default());
    finish_over(&mut *detector, &kept, &names, seen, times, settings)
}

/// What a detector concludes that has observed already, in a capture of these times.
pub fn finish_at(
    detector: &mut dyn Detector,
    names: &Names,
    contacts: &Contacts,
    times: impl Iterator<Item = i64>,
    settings: &Settings,
) -> Conclusion {
    let none = FlowTable::new(Limits::default());
    finish_over(
        detector,
        &none,
        names,
        (contacts, &AddressClaims::default(), &Gateway::default(), &ServiceAnswers::default()),
        times,
        settings,
    )
}

fn finish_over(
    detector: &mut dyn Detector,
    flows: &FlowTable,
    names: &Names,
    (contacts, claims, gateway, answers): (&Contacts, &AddressClaims, &Gateway, &ServiceAnswers),
    times: impl Iterator<Item = i64>,
    settings: &Settings,
) -> Conclusion {
    let span_ns = times.fold((i64::MAX, i64::MIN), |(first, last), ns| (first.min(ns), last.max(ns)));
    let fields = FlowFields::default();
    let endpoints = EndpointIndex::of(flows);
    let (rows, site) = (Default::default(), Site::private());
    let context = Context {
        settings,
        flows,
        endpoints: &endpoints,
        losses: &flows.losses(),
        names,
        fields: &fields,
        contacts,
        claims,
        gateway,
        answers,
        outside: Default::default(),
        site: &site,
        rows: &rows,
        span_ns,
        packets: 0,
    };
    detector.finish(&context)
}
