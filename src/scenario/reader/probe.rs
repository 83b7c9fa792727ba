//! The probe of a step; the small ones whole.

use super::{Mapping, Reader};
use crate::diagnostic::Diagnostic;
use crate::probe::Probe;
use crate::probe::alarm::Alarm;
use crate::probe::ecs::{Ecs, Services};
use crate::probe::exec::Exec;
use crate::scenario::scalar::Numbers;
use crate::scenario::schema;
use crate::scenario::yaml::{Data, Node};

/// The keys of a step that are probes.
pub(super) const PROBES: [&str; 7] = schema::PROBES;

impl Reader {
    /// The step's one probe.
    pub(super) fn probe(&mut self, step: &Mapping<'_>) -> Option<Probe> {
        let found = step.among(&PROBES);
        let Some((key, node)) = found.first() else {
            if step.means(&PROBES) {
                return None;
            }
            let help = "say how it looks: `http`, `logs`, `ecs`, `alarm`, `terraform`, `python_deps` or `exec`";
            self.complain(Diagnostic::at(&step.head, "a step needs a probe").help(help));
            return None;
        };
        // That one stands there twice has been told.
        for (second, _) in found.iter().skip(1).filter(|(second, _)| second.name != key.name) {
            let message = format!("a step has one probe: `{}` stands here already", key.name);
            self.complain(Diagnostic::at(&second.location, message).help("make two steps of it"));
        }
        match key.name.as_str() {
            "http" => self.http(node).map(Probe::Http),
            "logs" => self.logs(node).map(Probe::Logs),
            "ecs" => self.ecs(node).map(Probe::Ecs),
            "alarm" => self.alarm(node).map(Probe::Alarm),
            "terraform" => self.terraform(node).map(Probe::Terraform),
            "python_deps" => self.python_deps(node).map(|probe| Probe::PythonDeps(Box::new(probe))),
            _ => self.exec(node).map(Probe::Exec),
        }
    }

    fn ecs(&mut self, node: &Node) -> Option<Ecs> {
        let mapping = self.mapping(node, &schema::ECS)?;
        let cluster = mapping.get("cluster").and_then(|node| self.template(node));
        let services = match self.one_or_several(&mapping, ["service", "services"])? {
            (false, node) => Services::One(self.template(node)?),
            (true, node) => Services::Several(self.names(node)?),
        };
        let [image, task_definition] = ["image", "task_definition"].map(|key| mapping.get(key));
        if let (Services::Several(_), Some((key, _))) = (&services, mapping.entry("task_definition")) {
            let message = "`task_definition` goes with one `service`: every service has its own family";
            self.complain(Diagnostic::at(&key.location, message).help("look at each service in a step of its own"));
        }
        let mut template = |node: Option<&Node>| node.and_then(|node| self.template(node));
        let (image, task_definition) = (template(image), template(task_definition));
        Some(Ecs { cluster: cluster?, services, image, task_definition })
    }

    fn alarm(&mut self, node: &Node) -> Option<Alarm> {
        if !matches!(node.data, Data::Map(_)) {
            return Some(Alarm::One(self.template(node)?));
        }
        let mapping = self.mapping(node, &schema::ALARM)?;
        Some(match self.one_or_several(&mapping, ["name", "names"])? {
            (false, node) => Alarm::One(self.template(node)?),
            (true, node) => Alarm::Several(self.names(node)?),
        })
    }

    /// What stands under the one of two keys that is there, and whether it is the second.
    fn one_or_several<'n>(&mut self, mapping: &Mapping<'n>, [one, several]: [&str; 2]) -> Option<(bool, &'n Node)> {
        match (mapping.entry(one), mapping.entry(several)) {
            (Some((_, node)), None) => Some((false, node)),
            (None, Some((_, node))) => Some((true, node)),
            (Some(_), Some((key, _))) => {
                let message = format!("`{one}` stands here already");
                self.complain(Diagnostic::at(&key.location, message).help("leave out one of the two"));
                None
            }
            (None, None) => {
                let message = format!("this needs `{one}` or `{several}`");
                self.complain(Diagnostic::at(&mapping.head, message));
                None
            }
        }
    }

    /// A list of names, or one expression that brings it.
    fn names(&mut self, node: &Node) -> Option<crate::expr::Template> {
        let whole = node.scalar().is_some_and(|text| text.trim().starts_with("${{"));
        let list = matches!(&node.data, Data::List(items) if !items.is_empty());
        if !whole && !list {
            self.wrong(node, format!("expected a list of names, found {}", node.kind()), "write it as in `[one, two]`");
            return None;
        }
        self.tree(node, Numbers::IfFaithful)
    }

    fn exec(&mut self, node: &Node) -> Option<Exec> {
        let mapping = self.mapping(node, &schema::EXEC)?;
        let known = self.foreign.len();
        let env = mapping.get("env").map(|node| self.templates(node, "`env`")).unwrap_or_default();
        let dir = mapping.get("dir").and_then(|node| self.template(node));
        let stdin = mapping.get("stdin").and_then(|node| self.template(node));
        let aws = mapping.get("aws").and_then(|node| self.flag(node)).unwrap_or(false);
        let run = self.program(mapping.get("run")?)?;
        // Where the program is a shell, that is how it reads a variable of its own.
        let found = self.foreign.split_off(known);
        self.foreign.extend(found.into_iter().filter(|foreign| !foreign.is_of_shells()));
        Some(Exec { run, env, dir, stdin, aws })
    }

    fn program(&mut self, node: &Node) -> Option<Vec<crate::expr::Template>> {
        match &node.data {
            Data::List(items) if !items.is_empty() => {
                Some(items.iter().filter_map(|item| self.template(item)).collect())
            }
            _ => {
                let words: Vec<&str> = node.scalar().unwrap_or("program").split_whitespace().collect();
                let help = format!("no shell takes it apart: write it as a list, `[{}]`", words.join(", "));
                self.wrong(node, format!("expected a list of words, found {}", node.kind()), help);
                None
            }
        }
    }
}
