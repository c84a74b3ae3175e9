//! Addresses that a DHCP server assigns, to whether its questions are checks before that: RFC 2131, section 3.1, asks servers to
//! look whether an address is free before they offer it.

use super::{Mac, Question};
use crate::detect::detector::AppEvent;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence};
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::{Addr, Finding};

/// Most addresses kept.
const MOST: usize = 1 << 16;
/// This share of the silent addresses was offered to somebody.
const LEAST_SHARE: f64 = 0.5;

/// Addresses that each server offered by DHCP, by its own address.
#[derive(Default)]
pub(super) struct Assigned(Tally<(Addr, Addr), (), MOST>);

/// Checks of a DHCP server.
#[derive(Clone, Copy)]
pub(super) struct Checks {
    n_offered: usize,
    n_silent: usize,
}

impl Assigned {
    /// Takes a DHCP message.
    pub(super) fn add(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let is_offer = fields.is(FieldId::Message, DhcpMessage::Offer) || fields.is(FieldId::Message, DhcpMessage::Ack);
        let server = event.sender_and_receiver().map(|((server, _), _)| server);
        if let (true, Some(server), Some(address)) = (is_offer, server, fields.addr(FieldId::Address)) {
            self.0.of((server, address));
        }
    }

    /// What a device asked for in vain, if it is mostly what it offers; `own` is its address.
    pub(super) fn checks(&self, questions: &[(&(Mac, Addr), &Question)], own: Option<Addr>) -> Option<Checks> {
        let own = own?;
        let silent = || questions.iter().filter(|(_, question)| !question.is_answered);
        let n_offered = silent().filter(|((_, address), _)| self.0.get(&(own, *address)).is_some()).count();
        let n_silent = silent().count();
        (n_offered > 0 && n_offered as f64 >= LEAST_SHARE * n_silent as f64).then_some(Checks { n_offered, n_silent })
    }
}

impl Checks {
    /// Says in a finding why it is for information only.
    pub(super) fn note(&self, mut finding: Finding) -> Finding {
        let Checks { n_offered, n_silent } = *self;
        let name = "Addresses without an answer that it offered by DHCP";
        finding.evidence.push(evidence(name, n_offered as f64, "addresses", "0, for a scan"));
        finding.explanation.push_str(&format!(
            " But it offered {n_offered} of these {} to clients by DHCP: a DHCP server checks whether an address is free \
             before it assigns it. If there are many such requests, look at who asks for so many addresses.",
            count(n_silent, "address"),
        ));
        finding
    }
}
