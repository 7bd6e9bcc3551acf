//! From tree and tokens back to the source.

use super::Script;
use super::tree::{Expression, Statement};
use super::walk::{Part, parts_of_expression, parts_of_statement};
use crate::place::Span;

/// Walks the tree and prints what is between its nodes from the tokens. What lies where no node may lie is printed as often as it is said to be there, so that a
/// tree that does not fit its source does not print it.
pub(super) fn print(script: &Script) -> String {
    let mut printer = Printer {
        script,
        token: 0,
        out: String::with_capacity(script.source.len()),
    };
    for statement in script.module() {
        printer.statement(statement);
    }
    printer.up_to(u32::MAX);
    printer.out
}

struct Printer<'a> {
    script: &'a Script,
    /// The next token to print.
    token: usize,
    out: String,
}

impl Printer<'_> {
    /// Prints the tokens that begin before a byte.
    fn up_to(&mut self, byte: u32) {
        while let Some(token) = self.script.tokens.get(self.token) {
            if token.span.start >= byte {
                break;
            }
            self.out += token.span.of(&self.script.source);
            self.token += 1;
        }
    }

    /// A node: what is before it, it, and what is behind its last part.
    fn node(&mut self, span: Span, inside: impl FnOnce(&mut Self)) {
        self.up_to(span.start);
        let begins_here = span.is_empty() || self.next_start() == span.start;
        inside(self);
        self.up_to(span.end);
        let ends_here = span.is_empty() || self.next_start() == span.end;
        if !begins_here || !ends_here {
            // It lies over its neighbour, or cuts a token.
            self.out += span.of(&self.script.source);
        }
    }

    fn next_start(&self) -> u32 {
        let next = self.script.tokens.get(self.token);
        next.map_or(u32::MAX, |token| token.span.start)
    }

    fn statement(&mut self, statement: &Statement) {
        self.node(statement.span, |printer| {
            parts_of_statement(statement, &mut |part| match part {
                Part::Statement(inner) => printer.statement(inner),
                Part::Expression(inner) => printer.expression(inner),
            });
        });
    }

    fn expression(&mut self, expression: &Expression) {
        self.node(expression.span, |printer| {
            parts_of_expression(expression, &mut |inner| printer.expression(inner));
        });
    }
}
