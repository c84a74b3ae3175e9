//! Icons as inline SVG. All are decoration: the text beside them says the same.

use crate::model::Severity;
use crate::model::analysis::IssueSeverity;
use yew::prelude::*;

/// A picture of 16 by 16.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Icon {
    Loupe,
    Lock,
    File,
    Open,
    Save,
    Sun,
    Moon,
    Half,
    Clock,
    Copy,
    Check,
    Cross,
    Up,
    Down,
    Table,
    Packets,
    Flows,
    Stop,
    Again,
    Hint,
    Back,
    Menu,
    Invert,
}

impl Icon {
    /// Its strokes.
    fn path(self) -> &'static str {
        match self {
            Icon::Loupe => "M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2Zm3.6 8.6L14 14M4.5 7h1.2l1-2 1.3 4 .8-2h1",
            Icon::Lock => "M3.5 7.5h9v6h-9ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
            Icon::File => "M4 1.5h5l3.5 3.5v9.5h-8.5ZM9 1.5V5h3.5",
            Icon::Open => "M1.5 13V3.5h4l1.5 2h5.5V8M1.5 13l2-5h11.5l-2 5Z",
            Icon::Save => "M8 2v8m-3.5-3.5L8 10l3.5-3.5M2.5 11v2.5h11V11",
            Icon::Sun => {
                "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1"
            }
            Icon::Moon => "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
            Icon::Half => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 0v12M8 5l3.5-1M8 8h5.5M8 11l4 .5",
            Icon::Clock => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 2.5V8l2.5 1.5",
            Icon::Copy => "M5.5 5.5h8v8h-8ZM3.5 10.5h-1v-8h8v1",
            Icon::Check => "M3 8.5l3.5 3.5L13 4.5",
            Icon::Cross => "M4 4l8 8M12 4l-8 8",
            Icon::Up => "M8 13V3M4 7l4-4 4 4",
            Icon::Down => "M8 3v10M4 9l4 4 4-4",
            Icon::Table => "M2 3h12v10H2ZM2 6.5h12M2 10h12M6.5 3v10",
            Icon::Packets => "M2 3.5h12M2 8h12M2 12.5h7",
            Icon::Flows => "M2 5h10M9 2l3 3-3 3M14 11H4M7 8l-3 3 3 3",
            Icon::Stop => "M4 4h8v8H4Z",
            Icon::Again => "M13 8a5 5 0 1 1-1.5-3.6L13 6M13 2.5V6H9.5",
            Icon::Hint => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 5v4M8 4.8v.4",
            Icon::Back => "M13 8H3M7 4L3 8l4 4",
            Icon::Menu => "M2 4h12M2 8h12M2 12h12",
            Icon::Invert => "M3 6h10M3 10h10M11 3L5 13",
        }
    }

    /// The icon as an element.
    pub fn html(self) -> Html {
        html! {
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none"
                stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">
                <path d={self.path()} />
            </svg>
        }
    }
}

/// A severity's shape: each severity has its own, so that colour is not needed to tell them apart.
pub fn severity_shape(severity: Severity) -> Html {
    let (path, mark) = match severity {
        Severity::Critical => ("M5 1h6l4 4v6l-4 4H5l-4-4V5Z", "M8 4v5M8 11.5v.5"),
        Severity::High => ("M8 1.2L15.3 14.5H.7Z", "M8 6v4M8 12.2v.3"),
        Severity::Medium => ("M8 .8L15.2 8 8 15.2.8 8Z", "M8 4.5v4M8 11v.4"),
        Severity::Low => ("M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z", "M4.8 8h6.4"),
        Severity::Info => ("M1.5 1.5h13v13h-13Z", "M8 7.2v4.3M8 4.3v.4"),
    };
    html! {
        <svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path class="shape-body" d={path} />
            <path class="shape-mark" d={mark} fill="none" stroke-width="2" stroke-linecap="round" />
        </svg>
    }
}

/// A severity as shape and word.
pub fn severity_badge(severity: Severity) -> Html {
    html! {
        <span class={classes!("badge", format!("sev-{}", severity.id()))}>
            { severity_shape(severity) }{ severity.name() }
        </span>
    }
}

/// How bad an issue is, as shape and word.
pub fn issue_badge(severity: IssueSeverity) -> Html {
    let (like, name) = match severity {
        IssueSeverity::Error => (Severity::High, "Error"),
        IssueSeverity::Warning => (Severity::Medium, "Warning"),
        IssueSeverity::Info => (Severity::Info, "Note"),
    };
    html! {
        <span class={classes!("badge", format!("sev-{}", like.id()))}>{ severity_shape(like) }{ name }</span>
    }
}
