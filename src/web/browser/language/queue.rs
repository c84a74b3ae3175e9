//! What was written into the document to nodes that are translated, each part of the tree once, and never for long at a time.
//!
//! Yew puts an element into the document before it fills it, so that each node of a new view is told of by itself. Only the topmost
//! is walked through: a record from within it says nothing more. Nor does one from a place that the walk has still to come to.

use super::nodes::{Nodes, Translate};
use crate::language::SPOKEN;
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use wasm_bindgen::JsCast;
use web_sys::{Element, MutationRecord, Node, TreeWalker};

/// How long translating may hold up the browser at once; together with what Yew has just drawn it has to stay below 50 ms.
const SLICE_MS: f64 = 8.0;
/// Nodes between two looks at the clock.
const NODES_A_LOOK: u32 = 32;

/// What waits to be translated.
enum Task {
    /// A node and all within it.
    Within(Node),
    /// The same, begun: what is walked through, and how far.
    Begun(Node, TreeWalker),
    /// Only the text of a node.
    Text(Node),
    /// Only this one of the attributes that are read to people.
    Attribute(Node, usize),
}

impl Task {
    /// A node will be walked through with what waits: a view goes on filling what has been begun.
    fn will_reach(&self, node: &Node) -> bool {
        match self {
            Task::Within(root) => root.contains(Some(node)),
            Task::Begun(root, walker) => {
                let at = walker.current_node();
                let is_ahead = || at.compare_document_position(node) & Node::DOCUMENT_POSITION_FOLLOWING != 0;
                root.contains(Some(node)) && (!root.contains(Some(&at)) || is_ahead())
            }
            Task::Text(_) | Task::Attribute(..) => false,
        }
    }
}

/// What waits, in the order in which it was written.
#[derive(Default)]
pub(super) struct Queue {
    tasks: RefCell<VecDeque<Task>>,
    /// Somebody comes back for the rest already.
    is_awaited: Cell<bool>,
}

impl Queue {
    /// Lets a node and all within it wait.
    pub fn add(&self, node: Node) {
        self.tasks.borrow_mut().push_back(Task::Within(node));
    }

    /// Lets what an observer saw wait.
    pub fn take_in(&self, records: &Array) {
        let mut topmost: Option<Node> = None;
        let mut tasks = self.tasks.borrow_mut();
        for record in records.iter() {
            let record: &MutationRecord = record.unchecked_ref();
            let Some(target) = record.target() else { continue };
            if topmost.as_ref().is_some_and(|topmost| topmost.contains(Some(&target))) {
                continue;
            }
            match record.type_().as_str() {
                "childList" => {
                    let added = record.added_nodes();
                    for node in (0..added.length()).filter_map(|place| added.get(place)).filter(Node::is_connected) {
                        topmost = Some(node.clone());
                        let ends = [tasks.front(), tasks.back()];
                        if !ends.into_iter().flatten().any(|task| task.will_reach(&node)) {
                            tasks.push_back(Task::Within(node));
                        }
                    }
                }
                "characterData" => tasks.push_back(Task::Text(target)),
                _ => {
                    let name = record.attribute_name().unwrap_or_default();
                    let place = SPOKEN.iter().position(|attribute| **attribute == name);
                    tasks.extend(place.map(|place| Task::Attribute(target, place)));
                }
            }
        }
    }

    /// Translates for a while; true if there is more to do.
    pub fn work(&self, nodes: &Nodes, translate: Translate<'_>) -> bool {
        let until_ms = nodes.now_ms() + SLICE_MS;
        let next = || self.tasks.borrow_mut().pop_front();
        while let Some(task) = next() {
            let rest = match task {
                Task::Within(node) => self.begin(node, nodes, translate),
                Task::Begun(root, walker) => self.go_on(root, walker, until_ms, (nodes, translate)),
                Task::Text(node) => {
                    if !nodes.is_data(&node) {
                        nodes.say_text(&node, translate);
                    }
                    None
                }
                Task::Attribute(node, place) => {
                    if !nodes.is_data(&node) {
                        nodes.say_attribute(&node, place, translate);
                    }
                    None
                }
            };
            if let Some(rest) = rest {
                self.tasks.borrow_mut().push_front(rest);
            }
            if nodes.now_ms() >= until_ms {
                break;
            }
        }
        !self.tasks.borrow().is_empty()
    }

    /// True for the first who asks until [`Queue::came_back`].
    pub fn may_come_back(&self) -> bool {
        !self.is_awaited.replace(true)
    }

    /// Whoever wanted to come back has done so.
    pub fn came_back(&self) {
        self.is_awaited.set(false);
    }

    /// The node itself; what is within it is left to be walked through.
    fn begin(&self, node: Node, nodes: &Nodes, translate: Translate<'_>) -> Option<Task> {
        if !node.is_connected() {
            return None;
        }
        let is_data = nodes.is_data(&node);
        let Some(element) = node.dyn_ref::<Element>() else {
            if !is_data && node.node_type() == Node::TEXT_NODE {
                nodes.say_text(&node, translate);
            }
            return None;
        };
        if is_data {
            self.ours_within(element, nodes);
            return None;
        }
        if nodes.is_notable(element) {
            nodes.say_attributes(element, translate);
        }
        let walker = nodes.walker(&node)?;
        Some(Task::Begun(node, walker))
    }

    fn go_on(
        &self,
        root: Node,
        walker: TreeWalker,
        until_ms: f64,
        (nodes, translate): (&Nodes, Translate<'_>),
    ) -> Option<Task> {
        // Where it was is no longer in the tree: from the beginning, past what is translated.
        if !root.contains(Some(&walker.current_node())) {
            walker.set_current_node(&root);
        }
        let mut n_nodes = 0;
        let mut next = walker.next_node().ok().flatten();
        while let Some(node) = next {
            let mut is_kept = false;
            if node.node_type() == Node::TEXT_NODE {
                nodes.say_text(&node, translate);
            } else {
                let element: &Element = node.unchecked_ref();
                if nodes.is_notable(element) {
                    is_kept = nodes.keeps(element);
                    if is_kept {
                        self.ours_within(element, nodes);
                    } else {
                        nodes.say_attributes(element, translate);
                    }
                }
            }
            n_nodes += 1;
            if !is_kept && n_nodes % NODES_A_LOOK == 0 && nodes.now_ms() >= until_ms {
                return Some(Task::Begun(root, walker));
            }
            next = if is_kept { behind(&walker) } else { walker.next_node().ok().flatten() };
        }
        None
    }

    /// What is ours again within data.
    fn ours_within(&self, data: &Element, nodes: &Nodes) {
        let ours = nodes.ours_within(data);
        self.tasks.borrow_mut().extend(ours.into_iter().map(Task::Within));
    }
}

/// The next node that is not within the one that a walker is at.
fn behind(walker: &TreeWalker) -> Option<Node> {
    loop {
        if let Some(next) = walker.next_sibling().ok().flatten() {
            return Some(next);
        }
        walker.parent_node().ok().flatten()?;
    }
}
