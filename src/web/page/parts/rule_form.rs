//! A rule of the allow-list to be made: each part has a box to tick and a field, and how many findings fit is said.

use super::text::plain;
use crate::model::format::quantity;
use crate::model::{Analysis, Finding, Net, Rule};
use crate::session::Shared;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

/// The parts of a rule, in the order in which they are offered.
const PARTS: [(&str, &str, &str); 5] = [
    ("detector", "Detector", "port_scan"),
    ("host", "Source (address or network)", "10.0.0.0/8"),
    ("peer", "Destination (address or network)", "203.0.113.7"),
    ("port", "Port", "443"),
    ("name", "Name (with subdomains)", "updates.example.com"),
];

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct RuleFormProps {
    /// What the fields hold at first.
    pub all: Rule,
    /// The parts of it that are ticked at first.
    pub ticked: Rule,
    /// The finding that must fit, if the rule is made for one.
    #[prop_or_default]
    pub finding: Option<String>,
    /// What is open, to say what fits.
    pub analysis: Option<Shared<Analysis>>,
    /// Called with the rule.
    pub on_done: Callback<Rule>,
    /// Called when the form is cancelled.
    pub on_cancel: Callback<()>,
}

/// A part as it stands in the form.
#[derive(Clone, PartialEq)]
struct Part {
    is_on: bool,
    text: String,
}

/// What the form says, and what of the analysis fits it.
struct Draft<'a> {
    rule: Result<Rule, String>,
    fitting: Vec<&'a Finding>,
    /// The finding that must fit does not.
    is_missed: bool,
}

impl<'a> Draft<'a> {
    fn of(parts: &[Part], note: &str, props: &'a RuleFormProps) -> Draft<'a> {
        let rule = rule(parts, note);
        let fitting = match (&rule, &props.analysis) {
            (Ok(rule), Some(analysis)) => analysis.findings.iter().filter(|finding| rule.fits(finding)).collect(),
            _ => Vec::new(),
        };
        let is_missed = match (&rule, &props.finding) {
            (Ok(_), Some(id)) => !fitting.iter().any(|finding: &&Finding| finding.id == *id),
            _ => false,
        };
        Draft { rule, fitting, is_missed }
    }

    fn is_everything(&self) -> bool {
        self.rule.as_ref().is_ok_and(Rule::is_everything)
    }

    /// The rule, if it may be submitted.
    fn accepted(&self, is_confirmed: bool) -> Option<&Rule> {
        self.rule.as_ref().ok().filter(|_| !self.is_missed && (is_confirmed || !self.is_everything()))
    }
}

/// The form.
#[component]
pub fn RuleForm(props: &RuleFormProps) -> Html {
    let parts = use_state_eq(|| {
        let (all, ticked) = (texts(&props.all), texts(&props.ticked));
        all.into_iter().zip(ticked).map(|(text, on)| Part { is_on: !on.is_empty(), text }).collect::<Vec<_>>()
    });
    let note = use_state_eq(String::new);
    let is_confirmed = use_state_eq(|| false);
    let draft = Draft::of(&parts, &note, props);
    let accepted = draft.accepted(*is_confirmed).cloned();
    let may_submit = accepted.is_some();
    // An empty form is no mistake yet.
    let is_wrong = draft.is_missed || draft.rule.is_err() && parts.iter().any(|part| part.is_on);
    let submit = {
        let done = props.on_done.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(rule) = &accepted {
                done.emit(rule.clone());
            }
        })
    };
    let set = |place: usize, change: fn(&mut Part, &HtmlInputElement)| {
        let parts = parts.clone();
        move |input: Option<HtmlInputElement>| {
            let mut next = (*parts).clone();
            if let (Some(part), Some(input)) = (next.get_mut(place), input) {
                change(part, &input);
                parts.set(next);
            }
        }
    };
    let on_note = {
        let note = note.setter();
        Callback::from(move |event: InputEvent| {
            note.set(event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default());
        })
    };
    let cancel = props.on_cancel.reform(|_: MouseEvent| ());
    html! {
        <form class="rule-form" onsubmit={submit} aria-label="What is expected here">
            <p class="hint">{"A finding is expected if it matches every ticked part."}</p>
            <div class="rule-parts">
                for (place, (id, label, example)) in PARTS.iter().enumerate() {
                    { part(id, label, example, parts.get(place), set(place, tick), set(place, write)) }
                }
                <div class="rule-part">
                    <span></span>
                    <label for="rule-note">{"Note"}</label>
                    <input id="rule-note" type="text" placeholder="Why it is expected" maxlength="500" oninput={on_note} />
                </div>
            </div>
            <p role="status" class={if is_wrong { "error" } else { "hint" }}>{ said(&draft, props.analysis.is_some()) }</p>
            if draft.is_everything() {
                { confirmation(&is_confirmed) }
            }
            <p class="buttons">
                <button type="submit" class="button main" disabled={!may_submit}>{"Expect this"}</button>
                <button type="button" class="button" onclick={cancel}>{"Cancel"}</button>
            </p>
        </form>
    }
}

/// A box to tick before everything is expected.
fn confirmation(is_confirmed: &UseStateHandle<bool>) -> Html {
    let on_confirm = {
        let is_confirmed = is_confirmed.setter();
        Callback::from(move |event: Event| {
            is_confirmed.set(event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()));
        })
    };
    html! {
        <p class="warning">
            <input id="rule-everything" type="checkbox" checked={**is_confirmed} onchange={on_confirm} />
            {" "}
            <label for="rule-everything">
                {"This rule expects every finding about IP addresses: none of them will be listed. I want that."}
            </label>
        </p>
    }
}

fn part(
    id: &'static str,
    label: &'static str,
    example: &'static str,
    part: Option<&Part>,
    on_tick: impl Fn(Option<HtmlInputElement>) + 'static,
    on_text: impl Fn(Option<HtmlInputElement>) + 'static,
) -> Html {
    let Some(part) = part else { return Html::default() };
    let (box_id, field) = (format!("rule-{id}-on"), format!("rule-{id}"));
    html! {
        <div class="rule-part">
            <input id={box_id.clone()} type="checkbox" checked={part.is_on}
                onchange={move |event: Event| on_tick(event.target_dyn_into())} />
            <label for={box_id}>{ label }</label>
            <input id={field} class="code" type="text" value={part.text.clone()} placeholder={example}
                aria-label={format!("{label}: value")} autocomplete="off" spellcheck="false"
                oninput={move |event: InputEvent| on_text(event.target_dyn_into())} />
        </div>
    }
}

fn tick(part: &mut Part, input: &HtmlInputElement) {
    part.is_on = input.checked();
}

/// Who writes something wants it to count.
fn write(part: &mut Part, input: &HtmlInputElement) {
    part.text = input.value();
    part.is_on = !part.text.trim().is_empty();
}

fn texts(rule: &Rule) -> [String; 5] {
    let net = |net: Option<Net>| net.map(|net| net.to_string()).unwrap_or_default();
    let port = rule.port.map(|port| port.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [text(&rule.detector), net(rule.host), net(rule.peer), port, text(&rule.name)]
}

/// The rule that the form says, or what is wrong with it.
fn rule(parts: &[Part], note: &str) -> Result<Rule, String> {
    let on = |place: usize| parts.get(place).filter(|part| part.is_on).map(|part| part.text.trim().to_owned());
    let net = |place: usize, side: &str| match on(place) {
        None => Ok(None),
        Some(text) if text == "*" => {
            Err(format!("\u{201c}*\u{201d} would be every address: untick \u{201c}{side}\u{201d} instead."))
        }
        Some(text) => match Net::parse(&text) {
            Some(net) => Ok(Some(net)),
            None => {
                Err(format!("\u{201c}{side}\u{201d} must be an address or a network, such as 10.0.0.1 or 10.0.0.0/8."))
            }
        },
    };
    let port = match on(3).map(|text| text.parse::<u16>()) {
        None => None,
        Some(Ok(port)) => Some(port),
        Some(Err(_)) => return Err("The port must be a number from 0 to 65535.".to_owned()),
    };
    for (place, (_, label, _)) in [(0, PARTS[0]), (4, PARTS[4])] {
        match on(place).as_deref() {
            Some("") => return Err(format!("\u{201c}{label}\u{201d} is ticked but empty.")),
            Some("*") => {
                return Err(format!("\u{201c}*\u{201d} says nothing: untick \u{201c}{label}\u{201d} instead."));
            }
            _ => {}
        }
    }
    if on(4).is_some_and(|text| text.chars().count() > Rule::MOST_NAME_CHARS) {
        return Err(format!("The name is longer than {} characters: no host name is.", Rule::MOST_NAME_CHARS));
    }
    let rule = Rule {
        host: net(1, "Source")?,
        peer: net(2, "Destination")?,
        port,
        name: on(4),
        detector: on(0),
        note: note.to_owned(),
    };
    rule.tidy().ok_or_else(|| "Tick at least one part.".to_owned())
}

fn said(draft: &Draft<'_>, is_open: bool) -> String {
    match &draft.rule {
        Err(why) => why.clone(),
        Ok(_) if draft.is_missed => {
            "This finding itself does not match: an address, name or port is missing.".to_owned()
        }
        Ok(_) if !is_open => String::new(),
        Ok(rule) => {
            let n = quantity::counted(draft.fitting.len() as u64, "finding matches", "findings match");
            format!("{}: {n}.", plain(&rule.words()))
        }
    }
}
