//! What an expression of Terraform's refers to.

use std::collections::BTreeSet;

use hcl_edit::Decorated;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit::{
    Visit, visit_expr, visit_for_template_expr, visit_func_call, visit_object_key, visit_traversal_operator,
};

/// Everything that a body refers to, sorted: `var.name`, `aws_ecs_cluster.this.id`.
pub(super) fn of_body(body: &Body) -> BTreeSet<String> {
    let mut walk = Read::default();
    walk.visit_body(body);
    walk.found
}

/// Everything that an expression refers to.
pub(super) fn of(expression: &Expression) -> BTreeSet<String> {
    read_by(expression).found
}

/// Everything that an expression reads, and how.
pub(super) fn read_by(expression: &Expression) -> Read {
    let mut walk = Read::default();
    walk.visit_expr(expression);
    walk
}

/// What is read.
#[derive(Default)]
pub(super) struct Read {
    /// Names up to the first index.
    pub(super) found: BTreeSet<String>,
    /// The first name of each path, and how many steps below it are named or indexed: `aws_x.y[0]` → `aws_x`, 2. A name
    /// that stands alone has none.
    pub(super) depths: BTreeSet<(String, usize)>,
    /// Whether something is made sensitive by Terraform's function of that name.
    pub(super) made_sensitive: bool,
}

impl Visit for Read {
    fn visit_expr(&mut self, expression: &Expression) {
        match expression {
            Expression::Variable(name) => {
                self.depths.insert((name.as_str().to_owned(), 0));
            }
            Expression::Traversal(traversal) => match path(traversal) {
                Some(path) => {
                    let root = path.split('.').next().unwrap_or_default().to_owned();
                    self.depths.insert((root, steps(traversal)));
                    self.found.insert(path);
                    traversal.operators.iter().for_each(|operator| visit_traversal_operator(self, operator));
                }
                None => visit_expr(self, expression),
            },
            _ => visit_expr(self, expression),
        }
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        self.made_sensitive |= call.name.name.as_str() == "sensitive";
        visit_func_call(self, call);
    }

    /// The library passes over what is gone through.
    fn visit_for_template_expr(&mut self, each: &ForTemplateExpr) {
        self.visit_expr(&each.collection_expr);
        visit_for_template_expr(self, each);
    }

    /// A bare name as a key is text.
    fn visit_object_key(&mut self, key: &ObjectKey) {
        if !matches!(key, ObjectKey::Ident(_) | ObjectKey::Expression(Expression::Variable(_))) {
            visit_object_key(self, key);
        }
    }
}

/// The names of a traversal up to its first index: `aws_x.y.name`.
pub(super) fn path(traversal: &Traversal) -> Option<String> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let names = traversal.operators.iter().map_while(|operator| match operator.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    });
    Some(std::iter::once(root.as_str()).chain(names).collect::<Vec<_>>().join("."))
}

/// How many steps down a traversal goes. A splat goes through all there is, and no step down.
fn steps(traversal: &Traversal) -> usize {
    let splat = |operator: &&_| matches!(operator, TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_));
    traversal.operators.iter().map(Decorated::value).filter(|operator| !splat(operator)).count()
}
