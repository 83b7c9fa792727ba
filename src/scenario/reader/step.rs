//! One step, and the rules that hold between its keys.

use std::sync::Arc;

use super::draft::{DraftStep, Kept, List, Place};
use super::implied::implied;
use super::{Mapping, Reader};
use crate::diagnostic::Diagnostic;
use crate::expr::Expression;
use crate::probe::Probe;
use crate::scenario::model::{Capture, Step};
use crate::scenario::schema;
use crate::scenario::yaml::{Data, Node};

impl Reader {
    /// Reads one step of a list. What it keeps is known even where the step itself is wrong, so that later steps are
    /// not blamed for it.
    pub(super) fn step(&mut self, node: &Node, place: &Place<'_>) -> DraftStep {
        let (before, known) = (self.problems.len(), self.foreign.len());
        let Some(mapping) = self.mapping(node, &schema::STEP) else {
            return DraftStep { step: None, kept: Vec::new(), foreign: Vec::new(), sound: false, taken_in: None };
        };
        let kept = self.kept(&mapping);
        let mut step = self.step_of(&mapping, place);
        if let Some(step) = &mut step {
            self.waiting(&mapping, step, place.list);
            self.repeating(&mapping, step, place.list);
            self.judging(&mapping, step, place.list);
            // Asked of the keys: what could not be read might have been an expectation.
            let unsaid = ["until", "expect"].iter().all(|key| mapping.get(key).is_none());
            if unsaid && let Some((expectation, what)) = implied(step, place.list) {
                step.expect.push(expectation);
                step.implied = Some(what);
            }
        }
        let sound = self.problems.len() == before;
        let foreign = self.foreign.split_off(known);
        DraftStep { step: step.map(Arc::new), kept, foreign, sound, taken_in: None }
    }

    fn step_of(&mut self, mapping: &Mapping<'_>, place: &Place<'_>) -> Option<Step> {
        let name = mapping.get("name").and_then(|node| self.step_name(node));
        let probe = self.probe(mapping);
        let mut expressions = |key: &str| mapping.get(key).map(|node| self.expressions(node)).unwrap_or_default();
        let (until, fail_if, expect) = (expressions("until"), expressions("fail_if"), expressions("expect"));
        let mut duration = |key: &str| mapping.get(key).and_then(|node| self.duration(node));
        let (within, every, hold) = (duration("within"), duration("every"), duration("for"));
        let when = mapping.get("when").and_then(|node| self.expression(node));
        let capture = mapping.get("capture").map(|node| self.captures(node)).unwrap_or_default();
        let enforce = mapping.get("enforce").and_then(|node| self.flag(node)).unwrap_or(true);
        let idempotent = mapping.get("idempotent").and_then(|node| self.flag(node)).unwrap_or_default();
        Some(Step {
            name: name?,
            location: mapping.head.clone(),
            dir: place.dir.to_path_buf(),
            probe: probe?,
            until,
            fail_if,
            expect,
            implied: None,
            within,
            every,
            hold,
            when,
            capture,
            keep_as: mapping.get("as").and_then(Node::scalar).map(str::to_owned),
            enforce,
            idempotent,
            with: place.with.to_vec(),
        })
    }

    fn step_name(&mut self, node: &Node) -> Option<crate::expr::Template> {
        if node.scalar().is_some_and(|text| text.trim().is_empty()) {
            self.wrong(node, "a step needs a name", "say in a few words what it shows");
            return None;
        }
        self.template(node)
    }

    fn captures(&mut self, node: &Node) -> Vec<Capture> {
        let mut captures = Vec::new();
        for (key, value) in self.entries(node, "`capture`").unwrap_or_default() {
            let (from, secret) = match &value.data {
                Data::Map(_) => self.spelt_out(value),
                _ => (self.expression(value), false),
            };
            captures.extend(from.map(|from| Capture { name: key.name.clone(), from, secret }));
        }
        captures
    }

    fn spelt_out(&mut self, node: &Node) -> (Option<Expression>, bool) {
        let Some(mapping) = self.mapping(node, &schema::CAPTURE) else { return (None, false) };
        let secret = mapping.get("secret").and_then(|node| self.flag(node)).unwrap_or_default();
        (mapping.get("from").and_then(|node| self.expression(node)), secret)
    }

    /// The names that the step binds for later ones.
    fn kept(&mut self, mapping: &Mapping<'_>) -> Vec<Kept> {
        let mut kept = Vec::new();
        if let Some(Data::Map(entries)) = mapping.get("capture").map(|node| &node.data) {
            kept.extend(entries.iter().map(|(key, _)| Kept { name: key.name.clone(), location: key.location.clone() }));
        }
        if let Some(node) = mapping.get("as") {
            kept.extend(
                self.fixed_text(node, "`as`").map(|name| Kept { name: name.to_owned(), location: node.head() }),
            );
        }
        kept.retain(|kept| self.name(&kept.name, &kept.location));
        kept
    }

    /// `within`, `every` and `fail_if` need something that is waited for.
    fn waiting(&mut self, mapping: &Mapping<'_>, step: &Step, list: List) {
        let waits = mapping.get("until").is_some() || demands(step);
        let repeats = waits || mapping.get("for").is_some();
        let rules = [("within", waits), ("every", repeats || list == List::Guards), ("fail_if", repeats)];
        for (name, allowed) in rules {
            if let Some((key, _)) = mapping.entry(name).filter(|_| !allowed) {
                let message = format!("`{name}` without something to wait for");
                self.complain(Diagnostic::at(&key.location, message).help(
                    "say with `until` what is waited for; `expect` is judged once, on the look that ended the waiting",
                ));
            }
        }
        if let Some((key, _)) = mapping.entry("until").filter(|_| list == List::Guards) {
            let help = "write `expect`; what must come about first belongs under `ready`";
            self.complain(Diagnostic::at(&key.location, "a guard must hold from the start").help(help));
        }
        if let Some((key, _)) = mapping.entry("for").filter(|_| list == List::Guards) {
            let problem = Diagnostic::at(&key.location, "a guard must hold all along");
            self.complain(problem.help("leave `for` out: it is looked at until the last of `steps` is done"));
        }
    }

    /// A POST or PATCH is never sent twice unless the step says that it may be.
    fn repeating(&mut self, mapping: &Mapping<'_>, step: &Step, list: List) {
        let Probe::Http(http) = &step.probe else { return };
        if http.method.idempotent() || step.idempotent {
            return;
        }
        let method = format!("{:?}", http.method).to_uppercase();
        let help = "look with a GET in a step of its own, or say `idempotent: true`";
        for name in ["until", "for"] {
            if let Some((key, _)) = mapping.entry(name) {
                let message = format!("`{name}` would send this {method} more than once");
                self.complain(Diagnostic::at(&key.location, message).help(help));
            }
        }
        if list == List::Guards {
            let message = format!("a guard would send this {method} again and again");
            self.complain(Diagnostic::at(&mapping.head, message).help(help));
        }
    }

    fn judging(&mut self, mapping: &Mapping<'_>, step: &Step, list: List) {
        let judges = mapping.get("expect").is_some() || demands(step);
        if let Some((key, _)) = mapping.entry("for").filter(|_| mapping.get("expect").is_none()) {
            let problem = Diagnostic::at(&key.location, "`for` without `expect`");
            self.complain(problem.help("say with `expect` what must keep holding that long"));
        }
        if list == List::Guards && !judges && mapping.get("until").is_none() {
            let problem = Diagnostic::at(&mapping.head, "this guard expects nothing");
            self.complain(problem.help("say with `expect` what must stay true"));
        }
    }
}

/// Whether the probe itself asks for something: `sequence` or `none`, `image` or `task_definition`.
pub(super) fn demands(step: &Step) -> bool {
    step.probe.waits()
}
