//! Operands and assigned values that are sure not to fit.

use super::procedure::Scope;
use super::rules::Code;
use super::symbols::{Element, Form, Type};
use crate::notes::ValueType;
use crate::syntax::*;

/// Both sides of an operator, with what is known of them.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub left: (&'a Expression, &'a Type),
    pub right: (&'a Expression, &'a Type),
}

impl Sides<'_> {
    fn each_way(self) -> [Self; 2] {
        let turned = Self {
            left: self.right,
            right: self.left,
        };
        [self, turned]
    }
}

impl Scope<'_, '_, '_> {
    pub fn check_operands(&mut self, operator: BinaryOperator, sides: Sides<'_>) {
        use BinaryOperator::{Equal, Is, IsA, NotEqual};
        if matches!(operator, Is | IsA) {
            return;
        }
        for Sides { left, right } in sides.each_way() {
            if matches!(operator, Equal | NotEqual) && left.1.of == Element::Nothing {
                self.findings.add(
                    Code::ObjectCompared,
                    left.0.span,
                    format!("`{}` does not compare with `Nothing`", operator.text()),
                    "write `Is Nothing`, or `Not … Is Nothing`",
                );
                return;
            }
            if left.1.shape == Form::Array && right.1.is_scalar() {
                self.array_operand(operator, left.0, right.1);
                return;
            }
            if is_arithmetic(operator)
                && is_no_number(left.0)
                && (operator != BinaryOperator::Plus || is_number(right.1))
            {
                let text = self.findings.script.text(left.0.span);
                let message = format!(
                    "{text} is no number, and `{}` takes it for one",
                    operator.text()
                );
                self.findings
                    .add(Code::NotANumber, left.0.span, message, "join texts by `&`");
                return;
            }
        }
    }

    fn array_operand(&mut self, operator: BinaryOperator, array: &Expression, other: &Type) {
        let text = self.findings.script.text(array.span);
        let text = text.lines().next().unwrap_or_default();
        let message = format!(
            "`{text}` is an array, and stands with {} at `{}`",
            self.described(other),
            operator.text()
        );
        let remedy = format!("write `{text}(0)`, for its first element");
        self.findings
            .add(Code::ArrayOperand, array.span, message, remedy);
    }

    /// A text that is no number, for a variable that holds one.
    pub fn check_number(&mut self, to: &Type, value: &Expression) {
        if is_number(to) && is_no_number(value) {
            let text = self.findings.script.text(value.span);
            let message = format!(
                "{text} is no number, and is assigned to {}",
                self.described(to)
            );
            self.findings.add(
                Code::NotANumber,
                value.span,
                message,
                "declare the variable as String, or assign a number",
            );
        }
    }
}

fn is_number(of: &Type) -> bool {
    use ValueType::{Byte, Currency, Double, Integer, Long, Single};
    of.shape == Form::One
        && matches!(
            of.of,
            Element::Value(Byte | Integer | Long | Single | Double | Currency)
        )
}

/// A literal text without digits. Such as begin with `&` may be in another base.
fn is_no_number(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Text(text) => {
            !text.trim_start().starts_with('&')
                && !text.contains(|letter: char| letter.is_numeric())
        }
        ExpressionKind::Parenthesized(inner) => is_no_number(inner),
        _ => false,
    }
}

fn is_arithmetic(operator: BinaryOperator) -> bool {
    use BinaryOperator::{Divide, IntegerDivide, Minus, Mod, Plus, Power, Times};
    matches!(
        operator,
        Plus | Minus | Times | Divide | IntegerDivide | Mod | Power
    )
}
