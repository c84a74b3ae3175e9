//! Where people begin: what this is, a file to choose or drop, samples, and the promise.

use crate::web::page::parts::header::OpenButton;
use crate::web::page::parts::icon::Icon;
use samples::Samples;
use yew::prelude::*;

mod samples;

/// The start view.
#[component]
pub fn Start() -> Html {
    html! {
        <div class="start" data-testid="start">
            <h1>{"See what does not belong in a network capture"}</h1>
            <p class="lead">
                {"Packetloupe reads a capture, finds scans, floods, spoofing, password guessing, beacons and unusual \
                  flows in it, explains each, and writes a report."}
            </p>
            <div class="drop-box">
                { Icon::File.html() }
                <p>{"Drop captures (pcap, pcapng) or a table of flows (CSV, JSON) anywhere on this page, or"}</p>
                <OpenButton label="Open a file" is_main=true />
                <p class="hint">{"Any size: the file is read in slices and never held in memory."}</p>
            </div>
            <p class="promise">
                { Icon::Lock.html() }
                <span>
                    <strong>{"Nothing leaves this browser."}</strong>
                    {" The capture is read on your machine. There is no upload, no account and no tracking; the page \
                      cannot connect to any other server."}
                </span>
            </p>
            <Samples />
        </div>
    }
}
