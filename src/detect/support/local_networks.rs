//! Flows from inside to outside, and addresses that are neighbours.

use crate::model::{Addr, Flow, Site};

/// True for a flow that a host inside began to one host outside.
pub fn is_outward(site: &Site, flow: &Flow) -> bool {
    site.is_inside(flow.originator().0) && site.is_outside(flow.responder().0) && !flow.is_to_group()
}

/// True for addresses of one /24, or /64 of IPv6.
pub fn is_neighbour(a: Addr, b: Addr) -> bool {
    neighbourhood(a) == neighbourhood(b)
}

/// What neighbours have in common.
pub fn neighbourhood(host: Addr) -> (bool, u128) {
    (host.is_v4(), host.0 >> if host.is_v4() { 8 } else { 64 })
}
