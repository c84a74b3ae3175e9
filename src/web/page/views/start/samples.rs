//! Sample captures that come with the page.

use crate::session::Action;
use crate::web::browser::fetch;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A capture in `static/samples`.
struct Sample {
    id: &'static str,
    file: &'static str,
    title: &'static str,
    look_for: &'static str,
}

const SAMPLES: &[Sample] = &[
    Sample {
        id: "port-scan",
        file: "portscan_syn.pcap",
        title: "Port scan",
        look_for: "One host tries many ports of another. Which ports answered?",
    },
    Sample {
        id: "arp-spoofing",
        file: "arp_spoof.pcap",
        title: "ARP spoofing",
        look_for: "A machine claims an address that is not its own. Whose traffic does it receive?",
    },
    Sample {
        id: "beacon",
        file: "c2_https.pcapng",
        title: "Beacon over HTTPS",
        look_for: "Small encrypted connections to one server at regular intervals. How often?",
    },
    Sample {
        id: "clean",
        file: "benign_web.pcap",
        title: "Everyday web traffic",
        look_for: "No attack here. But one bad habit shows: whose?",
    },
];

impl Sample {
    fn path(&self) -> String {
        format!("samples/{}", self.file)
    }
}

/// The list of samples.
#[component]
pub fn Samples() -> Html {
    let store = use_store();
    let loading = use_state_eq(|| None::<&'static str>);
    let open = |sample: &'static Sample| {
        let (store, set_loading) = (store.clone(), loading.setter());
        Callback::from(move |_: MouseEvent| {
            let Some(store) = store.clone() else { return };
            let set_loading = set_loading.clone();
            set_loading.set(Some(sample.id));
            spawn_local(async move {
                let loaded = fetch::file(&sample.path()).await;
                set_loading.set(None);
                match loaded {
                    Ok(file) => store.open_own(file, &sample.path()),
                    Err(text) => store.dispatch(Action::Fail(text)),
                }
            });
        })
    };
    html! {
        <section class="samples" aria-labelledby="samples-title">
            <h2 id="samples-title">{"Or try a sample"}</h2>
            <ul aria-label="Sample captures">
                for sample in SAMPLES {
                    <li key={sample.id}>
                        <button type="button" class="sample" data-sample={sample.id} onclick={open(sample)}
                            aria-busy={(*loading == Some(sample.id)).to_string()}>
                            <span class="sample-title">{ Icon::Packets.html() }{ sample.title }</span>{" "}
                            <span class="sample-text">{ sample.look_for }</span>{" "}
                            <span class="sample-file">{ sample.file }</span>
                        </button>
                    </li>
                }
            </ul>
        </section>
    }
}
