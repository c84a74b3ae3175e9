//! Names the services whose clients keep calling by design, by the ports that are theirs alone: push messages, chat, sensors.

use crate::maths::sorting::Gather;
use crate::model::app::protocol::AppProto;
use std::collections::BTreeSet;

/// Ports and what is kept alive there, as IANA and the makers say.
const SERVICES: [(&[u16], &str); 8] = [
    (&[5223], "push messages of Apple and chat (XMPP over TLS)"),
    (&[5222], "chat (XMPP)"),
    (&[5228, 5229, 5230], "push messages of Google"),
    (&[1883, 8883, 8886], "sensors and devices (MQTT)"),
    (&[4070], "music (Spotify)"),
    (&[5242, 4244], "calls (Viber)"),
    (&[110, 143, 993, 995], "mail, which programs fetch by the clock"),
    (&[5683, 5684], "sensors and devices (CoAP)"),
];

/// What keeps calling at these ports by design, if they are all of one such service. Who speaks HTTP there is no client of it.
pub(super) fn service(ports: &BTreeSet<u16>, apps: &BTreeSet<AppProto>) -> Option<&'static str> {
    if apps.contains(&AppProto::Http) {
        return None;
    }
    let of = |port: &u16| SERVICES.iter().find(|(own, _)| own.contains(port)).map(|(_, words)| *words);
    let all: BTreeSet<Option<&'static str>> = ports.iter().map(of).gathered();
    if all.len() == 1 { all.first().copied().flatten() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_push_services_name_them() {
        let tls = BTreeSet::from([AppProto::Tls]);
        assert!(service(&BTreeSet::from([5223]), &tls).is_some_and(|words| words.contains("Apple")));
        assert!(service(&BTreeSet::from([5228, 5230]), &BTreeSet::new()).is_some());
        assert_eq!(service(&BTreeSet::from([443]), &tls), None);
        assert_eq!(service(&BTreeSet::from([443, 5223]), &tls), None);
        assert_eq!(service(&BTreeSet::from([8883]), &BTreeSet::from([AppProto::Http])), None);
    }
}
