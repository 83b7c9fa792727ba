//! `logs`.

use super::Reader;
use crate::expr::Template;
use crate::probe::logs::Logs;
use crate::scenario::scalar::Numbers;
use crate::scenario::schema;
use crate::scenario::yaml::{Data, Node};

/// The fields that an event must have.
type Pattern = Vec<(String, Template)>;

impl Reader {
    pub(super) fn logs(&mut self, node: &Node) -> Option<Logs> {
        let mapping = self.mapping(node, &schema::LOGS)?;
        let stream_prefix = mapping.get("stream_prefix").and_then(|node| self.template(node));
        let from_tasks = mapping.get("from_tasks").and_then(|node| self.tasks(node));
        let sequence = mapping.get("sequence").map(|node| self.patterns(node)).unwrap_or_default();
        let unwanted = mapping.get("none").map(|node| self.patterns(node)).unwrap_or_default();
        let text = mapping.get("text").and_then(|node| self.regular_expression(node));
        let group = mapping.get("group").and_then(|node| self.template(node))?;
        Some(Logs { group, stream_prefix, from_tasks, sequence, none: unwanted, text })
    }

    fn tasks(&mut self, node: &Node) -> Option<Template> {
        let list = matches!(node.data, Data::List(_));
        if !list && !node.scalar().is_some_and(|text| text.trim().starts_with("${{")) {
            let help = "take the tasks of an ecs step: `as: worker` there, `from_tasks: ${{ worker.tasks }}` here";
            self.wrong(node, format!("expected a list of tasks, found {}", node.kind()), help);
            return None;
        }
        self.tree(node, Numbers::IfFaithful)
    }

    fn patterns(&mut self, node: &Node) -> Vec<Pattern> {
        let Data::List(items) = &node.data else {
            let help = "write `- { field: value }` for each event";
            self.wrong(node, format!("expected a list of events, found {}", node.kind()), help);
            return Vec::new();
        };
        if items.is_empty() {
            self.wrong(node, "an empty list asks for nothing", "write `- { field: value }` for each event");
        }
        items.iter().filter_map(|item| self.pattern(item)).collect()
    }

    fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        if !matches!(&node.data, Data::Map(entries) if !entries.is_empty()) {
            let message = format!("expected the fields of an event, found {}", node.kind());
            self.wrong(node, message, "write it as in `{ event: import_start }`");
            return None;
        }
        Some(self.trees(node, "an event", Numbers::IfFaithful))
    }

    fn regular_expression(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node)?;
        if !text.contains("${{")
            && let Err(error) = regex::Regex::new(text)
        {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            self.wrong(node, format!("this is no regular expression: {reason}"), "quote it with single quotes");
            return None;
        }
        self.template(node)
    }
}
