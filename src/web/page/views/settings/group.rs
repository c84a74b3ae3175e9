//! A detector with its settings, folded until it is opened.

use super::field::Field;
use super::networks::Networks;
use crate::detect::card::Card;
use crate::model::Network;
use crate::model::analysis::DetectorRun;
use crate::model::format::quantity;
use crate::settings::{Descriptor, Settings};
use crate::web::page::parts::terms::explained_sentences;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// What is shown.
#[derive(Properties)]
pub struct GroupProps {
    /// Name of the group.
    pub title: &'static str,
    /// Id of the group.
    pub id: &'static str,
    /// Its settings.
    pub settings: Vec<&'static Descriptor>,
    /// Values in force.
    pub values: Settings,
    /// The detector that they belong to.
    pub card: Option<Card>,
    /// What it did with the open file.
    pub run: Option<DetectorRun>,
}

/// Title, settings and card are constants told apart by the id; of the values, the group's own count.
impl PartialEq for GroupProps {
    fn eq(&self, other: &Self) -> bool {
        let has_same_values = || self.settings.iter().all(|own| self.values.has_same(own, &other.values));
        self.id == other.id && self.run == other.run && has_same_values()
    }
}

/// A detector, or the general settings.
#[component]
pub fn Group(props: &GroupProps) -> Html {
    let title = format!("settings-{}", props.id);
    html! {
        <section class="card group" aria-labelledby={title.clone()} id={format!("group-{}", props.id)}>
            <h2 id={title}>{ props.title }</h2>
            if let Some(run) = &props.run {
                { outcome(run) }
            }
            if let Some(card) = &props.card {
                <p>{ explained_sentences(card.sees) }</p>
                <About card={*card} />
            }
            <div class="fields">
                for descriptor in props.settings.iter().copied() {
                    if descriptor.is_networks {
                        <Networks key={descriptor.id} {descriptor}
                            value={Network::list(props.values.networks(descriptor))} />
                    } else {
                        <Field key={descriptor.id} {descriptor} value={props.values.get(descriptor)} />
                    }
                }
            </div>
        </section>
    }
}

/// What is shown.
#[derive(Properties)]
struct AboutProps {
    card: Card,
}

/// Cards are constants told apart by their ids.
impl PartialEq for AboutProps {
    fn eq(&self, other: &Self) -> bool {
        self.card.id == other.card.id
    }
}

/// What is to be said of a detector, written when it is first unfolded: there are many detectors.
#[component]
fn About(props: &AboutProps) -> Html {
    let card = &props.card;
    let is_wanted = use_state_eq(|| false);
    let on_toggle = {
        let is_wanted = is_wanted.setter();
        Callback::from(move |_: Event| is_wanted.set(true))
    };
    html! {
        <details ontoggle={on_toggle}>
            <summary>{"About this detector"}</summary>
            if *is_wanted {
                <dl class="about">
                    <dt>{"Why it matters"}</dt><dd>{ explained_sentences(card.matters) }</dd>
                    <dt>{"What else it could be"}</dt><dd>{ explained_sentences(card.otherwise) }</dd>
                    if let Some((id, name)) = card.technique {
                        <dt>{"MITRE ATT&CK"}</dt><dd>{ format!("{id} {name}") }</dd>
                    }
                    <dt>{"Source"}</dt><dd>{ card.source }</dd>
                    <dt>{"In benign traffic"}</dt>
                    <dd>{ card.benign_rate().map_or("Not measured.".to_owned(), |rate| format!("Found {}.", rate.words())) }</dd>
                </dl>
            }
        </details>
    }
}

fn outcome(run: &DetectorRun) -> Html {
    let text = match &run.not_enough_data {
        Some(why) => format!("Not enough data: {}", plain(why)),
        None => quantity::counted(run.n_findings, "finding", "findings"),
    };
    html! { <p class="outcome">{ text }</p> }
}
