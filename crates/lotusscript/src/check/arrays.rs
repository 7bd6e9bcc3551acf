//! Arrays that are declared with bounds: they keep them, and their elements lie within.

use super::procedure::Scope;
use super::rules::Code;
use crate::syntax::*;
use std::collections::HashMap;
use std::sync::Arc;

/// The first and last subscript of each dimension, as far as they are written as numbers.
pub(super) type Extents = Vec<Option<(i64, i64)>>;

/// The arrays among variables that have bounds.
pub(super) fn fixed<'v>(
    variables: impl Iterator<Item = &'v Variable>,
    base: i64,
) -> HashMap<Arc<str>, Extents> {
    let mut fixed = HashMap::new();
    for variable in variables {
        if let Shape::Array(bounds) = &variable.shape
            && !bounds.is_empty()
        {
            let extents = bounds.iter().map(|bounds| extent(bounds, base)).collect();
            fixed.insert(variable.name.key.clone(), extents);
        }
    }
    fixed
}

/// What `Option Base` says of a module.
pub(super) fn base_of(script: &Script) -> i64 {
    let mut bases = script
        .module()
        .iter()
        .filter_map(|statement| match statement.kind {
            StatementKind::Option(OptionKind::Base(base)) => Some(i64::from(base)),
            _ => None,
        });
    bases.next_back().unwrap_or(0)
}

fn extent(bounds: &Bounds, base: i64) -> Option<(i64, i64)> {
    let first = match &bounds.lower {
        Some(lower) => whole(lower)?,
        None => base,
    };
    Some((first, whole(&bounds.upper)?))
}

/// A whole number that is written there.
fn whole(expression: &Expression) -> Option<i64> {
    match &expression.kind {
        ExpressionKind::Number(Number::Integer(number)) => Some(i64::from(*number)),
        ExpressionKind::Number(Number::Long(number)) => Some(i64::from(*number)),
        ExpressionKind::Parenthesized(inner) => whole(inner),
        ExpressionKind::Unary {
            operator: UnaryOperator::Minus,
            operand,
        } => whole(operand).map(|number| -number),
        _ => None,
    }
}

impl Scope<'_, '_, '_> {
    /// Declarations within a procedure: their types, bounds, and what objects are made with.
    pub fn dim(&mut self, variables: &[Variable]) {
        for variable in variables {
            if let Some(of) = &variable.of {
                self.module.check_type(of, self.findings);
            }
            if let Shape::Array(bounds) = &variable.shape {
                for bounds in bounds {
                    bounds.lower.iter().for_each(|lower| {
                        self.value(lower);
                    });
                    self.value(&bounds.upper);
                    self.check_bounds(bounds);
                }
            }
            if let (Some(arguments), Some(TypeName::Named(class))) = (&variable.new, &variable.of) {
                self.made(class, arguments);
            }
        }
    }

    /// Bounds that are the wrong way round, or beyond what subscripts can be.
    fn check_bounds(&mut self, bounds: &Bounds) {
        let Some((first, last)) = extent(bounds, self.module.base) else {
            return;
        };
        let why = match first > last {
            true => format!("the bounds {first} To {last} are the wrong way round"),
            false if first < SUBSCRIPTS.0 || last > SUBSCRIPTS.1 => {
                format!(
                    "the bounds {first} To {last} go beyond {} To {}",
                    SUBSCRIPTS.0, SUBSCRIPTS.1
                )
            }
            false => return,
        };
        let span = bounds
            .lower
            .as_ref()
            .map_or(bounds.upper.span, |lower| lower.span);
        self.findings
            .add(Code::ArrayBounds, span, why, "write the lower bound first");
    }

    /// `ReDim` of an array that was declared with bounds.
    pub fn check_redim(&mut self, variable: &Variable) {
        if self.extents(&variable.name.key).is_some() {
            self.findings.add(
                Code::FixedArray,
                variable.name.span,
                format!(
                    "`{}` is declared with bounds, and `ReDim` cannot change them",
                    variable.name.text
                ),
                format!("declare it as `{}()`", variable.name.text),
            );
        }
    }

    /// Subscripts of a fixed array: as many as it has dimensions, and within its bounds.
    pub fn check_subscripts(&mut self, name: &Name, subscripts: &[Argument]) {
        let Some(extents) = self.extents(&name.key).cloned() else {
            return;
        };
        if extents.len() != subscripts.len() {
            let message = format!(
                "`{}` has {}, and is given {}",
                name.text,
                counted(extents.len(), "dimension"),
                counted(subscripts.len(), "subscript")
            );
            self.findings.add(
                Code::ArrayBounds,
                name.span,
                message,
                "write a subscript for each dimension",
            );
            return;
        }
        for (extent, subscript) in extents.iter().zip(subscripts) {
            let (Some((first, last)), Some(at)) =
                (extent, subscript.value.as_ref().and_then(whole))
            else {
                continue;
            };
            if !(*first..=*last).contains(&at) {
                let message = format!(
                    "`{}` goes from {first} to {last}, and {at} is not in it",
                    name.text
                );
                self.findings.add(
                    Code::ArrayBounds,
                    subscript.span,
                    message,
                    "declare it larger, or take another element",
                );
            }
        }
    }
}

/// What a subscript can be.
const SUBSCRIPTS: (i64, i64) = (-32_768, 32_767);

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
