//! `For`: which variable counts, and whether `Next` means the same.

use super::procedure::Scope;
use super::rules::Code;
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
}
