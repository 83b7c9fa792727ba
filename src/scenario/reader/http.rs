//! `http`.

use std::collections::HashSet;

use super::{Mapping, Reader};
use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::probe::http::{Body, Http, Method, Part};
use crate::scenario::scalar::Numbers;
use crate::scenario::schema;
use crate::scenario::yaml::{Data, Node};

const METHODS: [(&str, Method); 6] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
    ("head", Method::Head),
];
const BODIES: [&str; 4] = ["json", "form", "multipart", "body"];

impl Reader {
    pub(super) fn http(&mut self, node: &Node) -> Option<Http> {
        if let Some(problem) = spelt_out(node) {
            self.complain(problem);
            return None;
        }
        let mapping = self.mapping(node, &schema::HTTP)?;
        let target = self.method(&mapping);
        let headers = mapping.get("headers").map(|node| self.headers(node)).unwrap_or_default();
        let query = mapping.get("query").map(|node| self.fields(node, "`query`")).unwrap_or_default();
        let body = self.body(&mapping);
        let timeout = mapping.get("timeout").and_then(|node| self.duration(node));
        let redirects = mapping.get("redirects").and_then(|node| self.redirects(node));
        let (method, url) = target?;
        Some(Http { method, url, headers, query, body, timeout, redirects })
    }

    fn method(&mut self, mapping: &Mapping<'_>) -> Option<(Method, Template)> {
        let names = METHODS.map(|(name, _)| name);
        let found = mapping.among(&names);
        let Some((key, url)) = found.first() else {
            // Whoever misspelt one has been told.
            if mapping.means(&names) {
                return None;
            }
            let message = "an http step needs a method and a path";
            let help = "write one of `get`, `post`, `put`, `patch`, `delete`, `head`, as in `get: /health`";
            self.complain(Diagnostic::at(&mapping.head, message).help(help));
            return None;
        };
        for (second, _) in found.iter().skip(1) {
            let message = format!("one request has one method: `{}` stands here already", key.name);
            self.complain(Diagnostic::at(&second.location, message).help("make two steps of it"));
        }
        let method = METHODS.iter().find(|(name, _)| *name == key.name)?.1;
        Some((method, self.url(url)?))
    }

    fn url(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node)?;
        let good = ["/", "http://", "https://", "${{"].iter().any(|start| text.starts_with(start));
        if !good {
            self.wrong(
                node,
                "a path begins with `/`, a URL with `https://` or `http://`",
                format!("did you mean `/{text}`?"),
            );
            return None;
        }
        self.template(node)
    }

    /// `headers`, of a step and of an API.
    pub(super) fn headers(&mut self, node: &Node) -> Vec<(String, Template)> {
        let mut seen = HashSet::new();
        for (key, _) in self.entries(node, "`headers`").unwrap_or_default() {
            if !is_token(&key.name) {
                let message = format!("`{}` cannot be the name of a header", key.name);
                self.complain(Diagnostic::at(&key.location, message).help("letters, digits and `-` can"));
            } else if !seen.insert(key.name.to_lowercase()) {
                let message = format!("`{}` stands here a second time", key.name);
                self.complain(Diagnostic::at(&key.location, message));
            }
        }
        self.templates(node, "`headers`")
    }

    /// A mapping of text in which a list repeats its key.
    fn fields(&mut self, node: &Node, what: &str) -> Vec<(String, Template)> {
        let mut fields = Vec::new();
        for (key, value) in self.entries(node, what).unwrap_or_default() {
            let values = match &value.data {
                Data::List(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            fields.extend(values.iter().filter_map(|value| Some((key.name.clone(), self.template(value)?))));
        }
        fields
    }

    fn body(&mut self, mapping: &Mapping<'_>) -> Option<Body> {
        let found = mapping.among(&BODIES);
        let (key, node) = found.first()?;
        for (second, _) in found.iter().skip(1) {
            let message = format!("one request has one body: `{}` stands here already", key.name);
            self.complain(Diagnostic::at(&second.location, message).help("leave out one of the two"));
        }
        Some(match key.name.as_str() {
            "json" => Body::Json(self.tree(node, Numbers::AsJson)?),
            "form" => Body::Form(self.fields(node, "`form`")),
            "multipart" => Body::Multipart(self.parts(node)),
            _ => Body::Text(self.template(node)?),
        })
    }

    fn parts(&mut self, node: &Node) -> Vec<(String, Part)> {
        let entries = self.entries(node, "`multipart`").unwrap_or_default();
        entries.iter().filter_map(|(key, value)| Some((key.name.clone(), self.part(value)?))).collect()
    }

    fn part(&mut self, node: &Node) -> Option<Part> {
        if !matches!(node.data, Data::Map(_)) {
            return Some(Part::Field(self.template(node)?));
        }
        let mapping = self.mapping(node, &schema::PART)?;
        let media_type = mapping.get("type").and_then(|node| self.template(node));
        let file_name = mapping.get("name").and_then(|node| self.template(node));
        let path = mapping.get("path").and_then(|node| self.template(node));
        Some(Part::File { path: path?, media_type, file_name })
    }

    fn redirects(&mut self, node: &Node) -> Option<Template> {
        if node.scalar().is_some_and(|text| text.contains("${{")) {
            return self.template(node);
        }
        let count = self.count(node)?;
        Some(Template::fixed(crate::expr::Value::Int(count.into()), &node.location))
    }
}

/// What is wrong with `{ method: GET, url: /health }`, as other tools have it.
fn spelt_out(node: &Node) -> Option<Diagnostic> {
    let Data::Map(entries) = &node.data else { return None };
    let under = |names: &[&str]| entries.iter().find(|(key, _)| names.contains(&key.name.as_str()));
    let (key, method) = under(&["method"])?;
    let path = under(&["url", "path", "uri"]).and_then(|(_, node)| node.scalar()).unwrap_or("/health");
    let method = method.scalar().unwrap_or("get").to_lowercase();
    let problem = Diagnostic::at(&key.location, "the method of an http step is a key of its own");
    Some(problem.help(format!("write `{method}: {path}`")))
}

/// A token as RFC 9110, section 5.6.2, has it.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
