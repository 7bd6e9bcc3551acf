//! Labels and jumps of a procedure, and what nothing ever reaches.

use super::Findings;
use super::rules::Code;
use crate::syntax::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) fn check(procedure: &Procedure, findings: &mut Findings<'_>) {
    let mut jumps = Jumps::default();
    jumps.block(&procedure.body);
    let mut seen: HashMap<&Arc<str>, Span> = HashMap::new();
    for label in &jumps.labels {
        if let Some(before) = seen.insert(&label.key, label.span) {
            let line = findings.line(before);
            findings.add(
                Code::DuplicateLabel,
                label.span,
                format!("the label `{}` stands in line {line} already", label.text),
                "give one of them another name",
            );
        }
    }
    for target in &jumps.targets {
        if !seen.contains_key(&target.key) {
            let near = findings.nearest(
                &target.text,
                jumps.labels.iter().map(|label| label.text.as_ref()),
            );
            let remedy = match near {
                Some(near) => format!("perhaps `{near}` is meant"),
                None => format!("write `{}:` where it should go on", target.text),
            };
            findings.add(
                Code::MissingLabel,
                target.span,
                format!(
                    "there is no label `{}` in `{}`",
                    target.text, procedure.name.text
                ),
                remedy,
            );
        }
    }
    let targets: HashSet<&str> = jumps
        .targets
        .iter()
        .map(|target| target.key.as_ref())
        .collect();
    unreached(&procedure.body, &targets, findings);
}

#[derive(Default)]
struct Jumps<'a> {
    labels: Vec<&'a Name>,
    targets: Vec<&'a Name>,
}

impl<'a> Jumps<'a> {
    fn block(&mut self, block: &'a [Statement]) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Label(name) => self.labels.push(name),
            StatementKind::GoTo(name)
            | StatementKind::GoSub(name)
            | StatementKind::Resume(ResumeTarget::Label(name))
            | StatementKind::IfGoTo { label: name, .. } => self.targets.push(name),
            StatementKind::OnError {
                action: ErrorAction::GoTo(name),
                ..
            } => self.targets.push(name),
            StatementKind::OnGoTo { labels, .. } => self.targets.extend(labels),
            _ => {}
        }
        parts_of_statement(statement, &mut |part| {
            if let Part::Statement(inner) = part {
                self.statement(inner);
            }
        });
    }
}

/// Whether nothing that stands behind it is ever reached from it.
fn leaves(statement: &Statement) -> bool {
    matches!(
        statement.kind,
        StatementKind::Exit(_)
            | StatementKind::GoTo(_)
            | StatementKind::End(_)
            | StatementKind::Return
            | StatementKind::Resume(_)
    )
}

fn unreached(block: &[Statement], targets: &HashSet<&str>, findings: &mut Findings<'_>) {
    let mut has_left = false;
    for statement in block {
        match &statement.kind {
            StatementKind::Label(name) => {
                if has_left && !targets.contains(name.key.as_ref()) {
                    let remedy = format!(
                        "write `On Error GoTo {}` where errors should go there, or take it out",
                        name.text
                    );
                    findings.add(
                        Code::UnreachedHandler,
                        name.span,
                        format!("nothing ever comes to `{}`", name.text),
                        remedy,
                    );
                }
                has_left = false;
            }
            // Declarations are for the whole procedure, wherever they stand.
            StatementKind::Dim(_) | StatementKind::Const(_) => {}
            _ if has_left && !holds_label(statement) => {
                findings.add(
                    Code::Unreachable,
                    statement.span,
                    "nothing ever comes to this statement",
                    "take it out, or put a label before it",
                );
                has_left = false;
            }
            _ => {}
        }
        if leaves(statement) {
            has_left = true;
        }
        blocks_of(statement, &mut |inner| unreached(inner, targets, findings));
    }
}

/// A jump may go into a block.
fn holds_label(statement: &Statement) -> bool {
    let mut found = false;
    parts_of_statement(statement, &mut |part| {
        if let Part::Statement(inner) = part {
            found |= matches!(inner.kind, StatementKind::Label(_)) || holds_label(inner);
        }
    });
    found
}

/// The blocks directly in a statement.
pub(super) fn blocks_of<'a>(statement: &'a Statement, see: &mut dyn FnMut(&'a [Statement])) {
    match &statement.kind {
        StatementKind::If(branches) => {
            branches
                .branches
                .iter()
                .for_each(|branch| see(&branch.body));
            branches.otherwise.iter().for_each(|block| see(block));
        }
        StatementKind::IfGoTo { otherwise, .. } => otherwise.iter().for_each(|block| see(block)),
        StatementKind::Select(select) => {
            select.cases.iter().for_each(|case| see(&case.body));
            select.otherwise.iter().for_each(|block| see(block));
        }
        StatementKind::For(looped) => see(&looped.body),
        StatementKind::ForAll(looped) => see(&looped.body),
        StatementKind::While { body, .. } | StatementKind::With { body, .. } => see(body),
        StatementKind::Do(looped) => see(&looped.body),
        _ => {}
    }
}
