//! Loops: which variable counts, whether `Next` means the same, and what `ForAll` goes over.

use super::procedure::Scope;
use super::rules::Code;
use super::symbols::{Form, Type};
use crate::syntax::*;

impl Scope<'_, '_, '_> {
    pub fn for_loop(&mut self, looped: &For) {
        self.target(&looped.variable);
        for value in [&looped.from, &looped.to].into_iter().chain(&looped.step) {
            self.value(value);
        }
        let ExpressionKind::Name(counter) = &looped.variable.kind else {
            return self.block(&looped.body);
        };
        if self.counters.contains(&counter.key) {
            self.findings.add(
                Code::LoopVariable,
                counter.span,
                format!("`{}` counts the loop around already", counter.text),
                "let another variable count",
            );
        }
        self.counters.push(counter.key.clone());
        self.block(&looped.body);
        self.counters.pop();
        if let Some(Expression {
            kind: ExpressionKind::Name(next),
            ..
        }) = &looped.next
            && next.key != counter.key
        {
            self.findings.add(
                Code::LoopVariable,
                next.span,
                format!("`Next {}` ends a loop over `{}`", next.text, counter.text),
                format!("write `Next {}`, or `Next` alone", counter.text),
            );
        }
    }

    pub fn for_all(&mut self, looped: &ForAll) {
        let container = self.value(&looped.container);
        let of = match container.shape {
            Form::Array | Form::List => container.element(),
            Form::One => Type::UNKNOWN,
        };
        if let Some(before) = self.locals.get(&looped.variable.key) {
            let line = self.findings.line(before.name.span);
            let name = &looped.variable;
            self.findings.add(
                Code::Redeclared,
                name.span,
                format!(
                    "`{}` is declared in line {line}, and the variable of a ForAll declares itself",
                    name.text
                ),
                "take the declaration out, or choose another name",
            );
        }
        self.aliases.push((looped.variable.key.clone(), of));
        self.block(&looped.body);
        self.aliases.pop();
    }
}
