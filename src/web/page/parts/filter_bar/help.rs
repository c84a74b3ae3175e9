//! How to write a filter: ten examples that can be tried.

use crate::web::page::parts::icon::Icon;
use yew::prelude::*;

/// A filter and what it selects.
const TRAFFIC: [(&str, &str); 10] = [
    ("10.0.0.0/8", "A host, a network, or the beginning of an address such as 10.71"),
    ("example.org", "A name that was asked for, a server, or any other text of a flow"),
    ("port 443 -udp", "Words one after another must all fit; - leaves out"),
    (
        "ip.addr == 192.168.0.0/16 && tcp.port in {80, 443, 8000..8100}",
        "Fields as in Wireshark, networks, sets and ranges",
    ),
    ("tcp.flags.syn == 1 && tcp.flags.ack == 0", "Requests for connections"),
    ("!(arp or dns)", "Neither of these protocols; also not, and, or"),
    ("dns.qry.name contains \"update\"", "Part of a name; matches takes a regular expression"),
    ("http.response.code >= 400 or dns.flags.rcode == 3", "What failed"),
    ("tcp.analysis.retransmission", "Segments that were sent again"),
    ("severity >= high and bytes > 10000", "What findings mean, by severity, and other fields of ours"),
];

const ROWS: [(&str, &str); 10] = [
    ("Label != BENIGN", "Rows whose label is another"),
    ("Flow Duration > 1000", "A column by its heading, also with spaces"),
    ("\"Flow Duration\" > 1000 and Protocol == 6", "The same in quotation marks; and, or, not"),
    ("Label contains dos", "Part of a text; matches takes a regular expression"),
    ("Dst Port in {80, 443, 8000..8100}", "Sets and ranges"),
    ("tcp", "A word that stands in any cell"),
    ("10.71", "Addresses that begin like this, in any cell"),
    ("-BENIGN", "Rows without this word"),
    ("Label == \"\"", "Rows where the value is missing"),
    ("score > 0.7", "Rows that the models find unusual"),
];

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct HelpProps {
    /// The filter is one of rows.
    pub is_of_rows: bool,
    /// Called with an example that is to be tried.
    pub on_example: Callback<String>,
    /// Called when it is to be closed.
    pub on_close: Callback<()>,
}

/// The examples.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let on_key = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                on_close.emit(());
            }
        })
    };
    let example = |(text, said): &(&'static str, &'static str)| {
        let text = *text;
        html! {
            <li>
                <button type="button" class="example" onclick={props.on_example.reform(move |_: MouseEvent| text.to_owned())}>
                    <code>{ text }</code>
                </button>
                <span>{ *said }</span>
            </li>
        }
    };
    let list = if props.is_of_rows { &ROWS } else { &TRAFFIC };
    html! {
        <section id="filter-help" class="filter-help" aria-label="How to write a filter" onkeydown={on_key}>
            <div class="filter-help-head">
                <h2>{"Filters"}</h2>
                <button type="button" class="button" aria-label="Close the help on filters" onclick={props.on_close.reform(|_: MouseEvent| ())}>
                    { Icon::Cross.html() }
                </button>
            </div>
            <p>{"Wireshark's display filters and plain words. Try one:"}</p>
            <ul>{ for list.iter().map(example) }</ul>
            <p class="count">{"While typing, names of fields are proposed with their meaning: arrow keys choose, Enter takes, Esc closes."}</p>
        </section>
    }
}
