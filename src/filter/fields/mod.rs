//! The fields that filters can name, by family, one line each.

mod apps;
mod frame;
mod headers;
mod ip;
mod own;
mod protocols;
mod transport;

use super::field::Field;
pub(super) use protocols::{is_named, is_transport};

/// Every field that is written by hand, in the order of a list.
pub(super) const ALL: &[&[Field]] =
    &[own::FIELDS, frame::FIELDS, ip::FIELDS, transport::FIELDS, apps::FIELDS, protocols::FIELDS];
