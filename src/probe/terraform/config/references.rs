//! What an expression of Terraform's refers to.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::visit::{Visit, visit_expr, visit_object_key, visit_traversal_operator};

/// Everything that a body refers to, sorted: `var.name`, `aws_ecs_cluster.this.id`.
pub(super) fn of_body(body: &Body) -> BTreeSet<String> {
    let mut walk = Walk::default();
    walk.visit_body(body);
    walk.found
}

/// Everything that an expression refers to.
pub(super) fn of(expression: &Expression) -> BTreeSet<String> {
    let mut walk = Walk::default();
    walk.visit_expr(expression);
    walk.found
}

#[derive(Default)]
struct Walk {
    found: BTreeSet<String>,
}

impl Visit for Walk {
    fn visit_expr(&mut self, expression: &Expression) {
        match expression {
            Expression::Traversal(traversal) => match path(traversal) {
                Some(path) => {
                    self.found.insert(path);
                    traversal.operators.iter().for_each(|operator| visit_traversal_operator(self, operator));
                }
                None => visit_expr(self, expression),
            },
            _ => visit_expr(self, expression),
        }
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
