//! From the parser's events to the tree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::error;
use super::node::{Data, Key, Node};
use super::places::Places;
use crate::diagnostic::{Diagnostic, Location, Source};

/// More than any scenario needs; fewer than an alias bomb makes.
const MOST_NODES: usize = 100_000;
/// Deeper than any scenario goes; shallow enough for every recursion over the tree.
const DEEPEST: usize = 64;

/// Parses one document.
pub(super) fn build(source: &Arc<Source>) -> Result<Node, Diagnostic> {
    let mut builder = Builder::new(source);
    for event in Parser::new_from_str(&source.text) {
        let (event, span) = event.map_err(|problem| error::in_words(&problem, &builder.places))?;
        builder.take(event, span)?;
    }
    Ok(builder.root.unwrap_or_else(|| Node { location: builder.places.at(0, 0), data: Data::Plain(String::new()) }))
}

/// A list or mapping that is not closed yet.
struct Open {
    anchor: usize,
    start: Location,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Option<Key>),
}

struct Builder {
    places: Places,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
}

impl Builder {
    fn new(source: &Arc<Source>) -> Self {
        Self { places: Places::new(source), open: Vec::new(), anchors: HashMap::new(), nodes: 0, root: None }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let location = self.places.of(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let data = scalar(text, style, tag.as_deref(), &location)?;
                self.finish(Node { location, data }, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => self.begin(anchor, tag.as_deref(), location, Inside::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor, tag.as_deref(), location, Inside::Map(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&location),
            Event::Alias(anchor) => self.repeat(anchor, &location),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Diagnostic::at(&location, "a second document begins here").help("write one document a file"))
            }
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {
                Ok(())
            }
        }
    }

    fn begin(&mut self, anchor: usize, tag: Option<&Tag>, start: Location, inside: Inside) -> Result<(), Diagnostic> {
        if let Some(tag) = tag {
            return Err(tagged(tag, &start));
        }
        if self.open.len() == DEEPEST {
            return Err(Diagnostic::at(&start, format!("this is nested more than {DEEPEST} levels deep")));
        }
        self.open.push(Open { anchor, start, inside });
        Ok(())
    }

    fn end(&mut self, end: &Location) -> Result<(), Diagnostic> {
        let Some(Open { anchor, mut start, inside }) = self.open.pop() else { return Ok(()) };
        // A bracket belongs to what it closes; the end of a block is wherever the next thing begins.
        let closed = matches!(end.text(), "]" | "}").then_some(end.end);
        let (data, last) = match inside {
            Inside::List(items) => {
                let last = items.last().map(|item| item.location.end);
                (Data::List(items), last)
            }
            Inside::Map(entries, _) => {
                let last = entries.last().map(|(key, value)| key.location.end.max(value.location.end));
                (Data::Map(entries), last)
            }
        };
        start.end = closed.or(last).unwrap_or(start.end).max(start.start);
        self.finish(Node { location: start, data }, anchor, 1)
    }

    fn repeat(&mut self, anchor: usize, location: &Location) -> Result<(), Diagnostic> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(Diagnostic::at(location, "this alias stands inside what it repeats"));
        };
        self.finish(node, 0, size)
    }

    /// Puts a node where it belongs. `size` counts it and, for an alias, everything that it repeats.
    fn finish(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Diagnostic> {
        let before = self.nodes;
        self.nodes += size;
        if self.nodes > MOST_NODES {
            let message = format!("with its aliases spelt out this file has more than {MOST_NODES} values");
            return Err(Diagnostic::at(&node.location, message));
        }
        if anchor != 0 {
            let size = node_count(&node).max(self.nodes - before);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.inside {
            Inside::List(items) => items.push(node),
            Inside::Map(entries, waiting) => match waiting.take() {
                Some(key) => entries.push((key, node)),
                None => *waiting = Some(key(node)?),
            },
        }
        Ok(())
    }
}

fn node_count(node: &Node) -> usize {
    1 + match &node.data {
        Data::Plain(_) | Data::Quoted(_) => 0,
        Data::List(items) => items.iter().map(node_count).sum(),
        Data::Map(entries) => entries.iter().map(|(_, value)| 1 + node_count(value)).sum(),
    }
}

fn key(node: Node) -> Result<Key, Diagnostic> {
    let location = node.head();
    match node.data {
        Data::Plain(name) if name == "<<" => Err(Diagnostic::at(&location, "merge keys are not supported")
            .help("write the keys out, or share steps between scenarios with `use: FILE`")),
        Data::Plain(name) | Data::Quoted(name) => Ok(Key { name, location }),
        Data::List(_) | Data::Map(_) => Err(Diagnostic::at(&location, "a key must be text")
            .help("text that begins with `{` or `[` needs quotes, as in \"${{ vars.name }}\"")),
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, location: &Location) -> Result<Data, Diagnostic> {
    let text = text.into_owned();
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Data::Quoted(text)),
        Some(tag) => Err(tagged(tag, location)),
        None if style == ScalarStyle::Plain => Ok(Data::Plain(text)),
        None => Ok(Data::Quoted(text)),
    }
}

fn tagged(tag: &Tag, location: &Location) -> Diagnostic {
    let mut problem = Diagnostic::at(location, format!("YAML tags such as `!{}` are not supported", tag.suffix));
    if !tag.is_yaml_core_schema() {
        problem = problem.help("an expression that begins with `!` needs quotes around it");
    }
    problem
}
