//! How calls are written: with `Call` and without, and what parentheses mean.

use super::procedure::{Scope, is_plain_variable};
use super::rules::Code;
use super::symbols::{Element, Form, SymbolKind};
use crate::syntax::*;

/// Functions of the language that do something, and so may stand behind `Call`.
const ACTS: &str = "activateapp appactivate beep chdir chdrive codelock codeunlock createlock createobject destroylock doevents evaluate execute filecopy getobject inputbox kill messagebox mkdir msgbox mulock randomize reset rmdir sendkeys setattr setfileattr setthreadinfo shell shellid sleep yield";

impl Scope<'_, '_, '_> {
    /// A statement that calls something.
    pub fn check_call_form(&mut self, explicit: bool, target: &Expression) {
        match explicit {
            true => self.check_called_function(target),
            false => self.check_parentheses(target),
        }
    }

    /// `Call Left(…)`: what only gives a value is not called. [LSAZ_CALL_STATEMENT]
    fn check_called_function(&mut self, target: &Expression) {
        let named = match &target.kind {
            ExpressionKind::Call { target, .. } => &target.kind,
            other => other,
        };
        let ExpressionKind::Name(name) = named else {
            return;
        };
        let is_own = self.is_own_thing(&name.key);
        let function = self.module.library.function(&name.text);
        let Some(function) = function.filter(|function| {
            !is_own && function.returns.is_some() && !ACTS.split(' ').any(|act| act == &*name.key)
        }) else {
            return;
        };
        let message = format!(
            "`Call` does not go with `{}`, a function of the language",
            function.name
        );
        self.findings.add(
            Code::CallForm,
            name.span,
            message,
            "use what it gives, or take the statement out",
        );
    }

    /// `f(a, b)` without `Call`. [LSAZ_CALL_STATEMENT]
    fn check_parentheses(&mut self, call: &Expression) {
        let Some((target, arguments)) = in_parentheses(call) else {
            return;
        };
        if arguments.len() < 2 {
            return;
        }
        let called = match &target.kind {
            ExpressionKind::Name(name) => self.is_procedure(&name.key).then_some(name),
            ExpressionKind::Member { name, .. } => Some(name),
            _ => None,
        };
        if let Some(name) = called {
            let message = format!(
                "parentheses around the {} arguments of `{}` need `Call`",
                arguments.len(),
                name.text
            );
            let text = self.findings.script.text(target.span);
            let remedy = format!("write `Call {text}(…)`, or leave the parentheses out");
            self.findings
                .add(Code::CallForm, name.span, message, remedy);
        }
    }

    fn is_procedure(&self, key: &str) -> bool {
        let symbol = self.module.symbol(key).map(|symbol| &symbol.kind);
        matches!(symbol, Some(SymbolKind::Procedure(_)))
    }

    /// `v()` of a variable that is no array. [H_STR_ILLVARPARENS]
    pub fn check_empty_parentheses(&mut self, target: &Expression, arguments: &[Argument]) {
        let ExpressionKind::Name(name) = &target.kind else {
            return;
        };
        if arguments.is_empty() && self.is_single_variable(&name.key) {
            self.findings.add(
                Code::EmptyParentheses,
                name.span,
                format!(
                    "empty parentheses stand behind the variable `{}`",
                    name.text
                ),
                "leave them out, or write a subscript",
            );
        }
    }

    /// `f(x)` without `Call`, where x is what cannot be copied.
    pub fn check_by_value(&mut self, call: &Expression) {
        let Some((target, arguments)) = in_parentheses(call) else {
            return;
        };
        let (ExpressionKind::Name(name), [argument]) = (&target.kind, arguments) else {
            return;
        };
        let is_procedure = self.is_procedure(&name.key);
        let Some(value) = argument
            .value
            .as_ref()
            .filter(|value| is_plain_variable(value) && is_procedure)
        else {
            return;
        };
        let of = self.value(value);
        if of.is_object() || of.shape != Form::One || matches!(of.of, Element::Record(_)) {
            let message = format!(
                "the parentheses give {} by value to `{}`",
                self.described(&of),
                name.text
            );
            let remedy = format!(
                "write `Call {}(…)`, or leave the parentheses out",
                name.text
            );
            self.findings
                .add(Code::PassedByValue, argument.span, message, remedy);
        }
    }
}

/// What is called with its arguments in parentheses, and those.
fn in_parentheses(call: &Expression) -> Option<(&Expression, &[Argument])> {
    match &call.kind {
        ExpressionKind::Call {
            target,
            arguments,
            parenthesized: true,
        } => Some((target, arguments)),
        _ => None,
    }
}
