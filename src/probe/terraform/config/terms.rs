//! Expressions put so that HCL's evaluator, which knows no types, comes to what Terraform would.

use hcl_edit::expr::{BinaryOperator, Expression, FuncArgs, FuncCall};
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit_mut::{VisitMut, visit_expr_mut, visit_for_template_expr_mut};
use hcl_edit::{Decorate as _, Ident};

/// The function that is put around what a `for` goes through. Terraform has none of this name.
pub(super) const IN_ORDER: &str = "smoke_in_order";
/// What stands in the place of `==`.
pub(super) const EQUALS: &str = "smoke_equals";
/// What stands in the place of `!=`.
pub(super) const DIFFERS: &str = "smoke_differs";
/// The function that is put around a condition, which may be the text `"true"`.
const CONDITION: &str = "tobool";

/// The expression in these terms.
pub(super) fn settled(expression: &Expression) -> Expression {
    let mut settled = expression.clone();
    Terms.visit_expr_mut(&mut settled);
    settled
}

struct Terms;

impl VisitMut for Terms {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        visit_expr_mut(self, node);
        match node {
            Expression::ForExpr(each) => put_around(IN_ORDER, &mut each.intro.collection_expr),
            Expression::Conditional(condition) => put_around(CONDITION, &mut condition.cond_expr),
            Expression::BinaryOp(operation) => {
                let name = match operation.operator.value() {
                    BinaryOperator::Eq => EQUALS,
                    BinaryOperator::NotEq => DIFFERS,
                    _ => return,
                };
                let sides = [&mut operation.lhs_expr, &mut operation.rhs_expr].map(taken);
                *node = call(name, sides);
            }
            _ => {}
        }
    }

    fn visit_for_template_expr_mut(&mut self, node: &mut ForTemplateExpr) {
        visit_for_template_expr_mut(self, node);
        // The library passes it over.
        self.visit_expr_mut(&mut node.collection_expr);
        put_around(IN_ORDER, &mut node.collection_expr);
    }
}

fn put_around(function: &str, expression: &mut Expression) {
    *expression = call(function, [taken(expression)]);
}

fn taken(expression: &mut Expression) -> Expression {
    std::mem::replace(expression, Expression::null())
}

/// Templates are made text of once more, so that blanks must keep the name apart from the words beside it.
fn call<const N: usize>(function: &str, arguments: [Expression; N]) -> Expression {
    let mut given = FuncArgs::with_capacity(N);
    for argument in arguments {
        given.push(argument);
    }
    Expression::from(FuncCall::new(Ident::new(function), given)).decorated((" ", " "))
}
