//! Where people begin: what this is, a file to choose or drop, samples, and the promise.

use crate::session::OpenFile;
use crate::web::page::parts::header::OpenButton;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::look_first::LookFirst;
use last::LastFile;
use recent::Recent;
use samples::Samples;
use yew::prelude::*;

mod last;
mod recent;
mod samples;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct StartProps {
    /// The columns of a table are looked at before all of it is read.
    pub looks_first: bool,
    /// The file that was open before the page was loaded again.
    pub last: Option<OpenFile>,
    /// Files that were open before; none unless people want such a list.
    pub recent: Option<Vec<OpenFile>>,
}

/// The start view.
#[component]
pub fn Start(props: &StartProps) -> Html {
    html! {
        <div class="start" data-testid="start">
            <h1>{"See what does not belong in a network capture"}</h1>
            <p class="lead">
                {"Packetloupe reads a capture, finds scans, floods, spoofing, password guessing, beacons and unusual \
                  flows in it, explains each, and writes a report."}
            </p>
            if let Some(last) = &props.last {
                <LastFile file={last.clone()} />
            }
            <div class="drop-box">
                { Icon::File.html() }
                <p>{"Drop captures (pcap, pcapng) or a table of flows (CSV, JSON) anywhere on this page, or"}</p>
                <OpenButton label="Open a file" is_main=true />
                <p class="hint">{"Any size: the file is read in slices and never held in memory."}</p>
                <LookFirst is_on={props.looks_first} />
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
            <p class="start-learn">
                <a class="button" href="#/learn">{ Icon::Hint.html() }<span>{"Learn with lessons, or take a tour"}</span></a>
            </p>
            <Recent files={props.recent.clone()} />
        </div>
    }
}
