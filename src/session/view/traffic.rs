//! Views of how much traffic there is, when and between whom: each a combination of measures and dimensions.

use super::{Group, Needs, View};
use crate::session::route::Route;

/// Any measure over time.
pub static TIME: View = View {
    id: "time",
    label: "Time series",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("time")),
    ..View::PLAIN
};

/// Who talks with whom.
pub static CONVERSATIONS: View = View {
    id: "conversations",
    label: "Conversations",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("conversations")),
    ..View::PLAIN
};

/// How much each host sends and receives.
pub static ENDPOINTS: View = View {
    id: "endpoints",
    label: "Endpoints",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("endpoints")),
    ..View::PLAIN
};

/// How the services on each port fare.
pub static SERVICES: View = View {
    id: "services",
    label: "Services",
    group: Group::Traffic,
    needs: Needs::Flows,
    read: |_, given| Route::Explore(given.explore("services")),
    ..View::PLAIN
};

/// How sizes are spread.
pub static DISTRIBUTIONS: View = View {
    id: "distributions",
    label: "Distributions",
    group: Group::Traffic,
    needs: Needs::File,
    read: |_, given| Route::Explore(given.explore("distributions")),
    ..View::PLAIN
};

/// Any two dimensions against each other.
pub static HEATMAP: View = View {
    id: "heatmap",
    label: "Heatmap",
    group: Group::Traffic,
    needs: Needs::File,
    read: |_, given| Route::Explore(given.explore("heatmap")),
    ..View::PLAIN
};

/// Which columns of a table, or features of flows, go together.
pub static CORRELATION: View = View {
    id: "correlation",
    label: "Correlation",
    group: Group::Traffic,
    needs: Needs::File,
    read: |_, given| Route::Explore(given.explore("correlation")),
    ..View::PLAIN
};

/// Any measures by any dimensions.
pub static EXPLORE: View = View {
    id: "explore",
    label: "Explore",
    group: Group::Traffic,
    read: |_, given| Route::Explore(given.explore("")),
    ..View::PLAIN
};
