//! Changes five programs in one place at a time, and asks the checker and the programs' own tests whether they notice: `script_mutants [--seed NUMBER]`.
//! One object of JSON for each mutant, on a line; `tests/proofs/script-mutants` adds them up. Whatever the seed, every place is changed; it says how.
//! `cargo test` runs the programs as they are.

use lotusscript::check::{CheckOptions, Interface, check};
use lotusscript::run::{Console, Limits, Module, Program, RunOptions};
use lotusscript::syntax::{
    AssignForm, Expression, ExpressionKind, Literal, LoopCondition, Name, Part, Script, Span,
    Statement, StatementKind, parse, parts_of_expression, parts_of_statement,
};
use serde_json::json;
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::time::Duration;

/// A library, the agent that tests it, and what that prints.
struct Sample {
    name: &'static str,
    library: &'static str,
    agent: &'static str,
    printed: &'static str,
}

macro_rules! samples {
    ($($name:literal),*) => {
        const SAMPLES: &[Sample] = &[$(Sample {
            name: $name,
            library: include_str!(concat!("mutants/", $name, ".lss")),
            agent: include_str!(concat!("mutants/", $name, ".lsa")),
            printed: include_str!(concat!("mutants/", $name, ".txt")),
        }),*];
    };
}

samples!("parts", "json", "phone", "alarm", "queue");

/// A change of the source.
struct Mutant {
    operator: &'static str,
    /// What is replaced.
    span: Span,
    by: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut seed = 1;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seed" => seed = arguments.next().ok_or("--seed needs a number")?.parse()?,
            other => return Err(format!("{other} is no option").into()),
        }
    }
    let mut out = std::io::stdout().lock();
    for sample in SAMPLES {
        unchanged(sample)?;
        let script = parse(sample.library);
        for mutant in mutants(&script, seed) {
            tell(sample, &script, &mutant, &mut out)?;
        }
    }
    Ok(())
}

/// A program as it is prints what it should, and the checker has nothing to say.
fn unchanged(sample: &Sample) -> Result<(), String> {
    let name = sample.name;
    let printed = run(sample, sample.library).map_err(|error| format!("{name} ends: {error}"))?;
    if printed != sample.printed {
        return Err(format!("{name} prints otherwise:\n{printed}"));
    }
    let said = told(sample.library, sample.agent);
    if !said.is_empty() {
        return Err(format!("{name} is not free of findings: {said:?}"));
    }
    Ok(())
}

fn tell(
    sample: &Sample,
    script: &Script,
    mutant: &Mutant,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let Span { start, end } = mutant.span;
    let (before, behind) = (
        &sample.library[..start as usize],
        &sample.library[end as usize..],
    );
    let changed = format!("{before}{}{behind}", mutant.by);
    let by_checker = told(&changed, sample.agent);
    let by_tests = match run(sample, &changed) {
        Ok(printed) if printed == sample.printed => None,
        Ok(_) => Some("it prints otherwise".to_owned()),
        Err(error) => Some(error),
    };
    let line = json!({
        "program": sample.name,
        "operator": mutant.operator,
        "line": script.place(start).line,
        "was": script.text(mutant.span),
        "is": mutant.by,
        "checker": by_checker.first(),
        "tests": by_tests,
    });
    writeln!(out, "{line}")?;
    Ok(())
}

/// What the checker says about a library and the agent that uses it.
fn told(library: &str, agent: &str) -> Vec<String> {
    let (library, agent) = (parse(library), parse(agent));
    let interface = Interface::of(&library);
    let names = SAMPLES.iter().map(|sample| sample.name.to_owned());
    let options = CheckOptions {
        libraries: names
            .map(|name| (name, &interface))
            .collect::<HashMap<_, _>>(),
        ..CheckOptions::default()
    };
    let mut found = check(&library, &CheckOptions::default());
    found.extend(check(&agent, &options));
    found.iter().map(ToString::to_string).collect()
}

/// What the agent prints with a library; what ended it before its end.
fn run(sample: &Sample, library: &str) -> Result<String, String> {
    let (agent, library) = (parse(sample.agent), parse(library));
    let modules = [
        Module {
            name: "tests",
            script: &agent,
        },
        Module {
            name: sample.name,
            script: &library,
        },
    ];
    let program = Program::new(&modules, &[]).map_err(|error| error.to_string())?;
    let mut console = Console::default();
    let options = RunOptions {
        limits: Limits {
            steps: 1_000_000,
            time: Duration::from_secs(10),
            ..Limits::default()
        },
        ..RunOptions::default()
    };
    program
        .run("Initialize", Vec::new(), &mut console, &options)
        .map_err(|error| error.to_string())?;
    Ok(console
        .lines
        .iter()
        .map(|line| format!("{line}\n"))
        .collect())
}

/// All mutants of a library, in the order of the source.
fn mutants(script: &Script, seed: u64) -> Vec<Mutant> {
    let mut maker = Maker {
        script,
        dice: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        made: Vec::new(),
    };
    for statement in script.module() {
        maker.statement(statement, true);
    }
    let mut made = maker.made;
    made.sort_by_key(|mutant| (mutant.span, mutant.operator));
    made
}

struct Maker<'s> {
    script: &'s Script,
    dice: u64,
    made: Vec<Mutant>,
}

impl Maker<'_> {
    fn add(&mut self, operator: &'static str, span: Span, by: String) {
        let mutant = Mutant { operator, span, by };
        self.made.push(mutant);
    }

    /// A number below `sides` [xorshift64, Marsaglia 2003].
    fn throw(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    fn statement(&mut self, statement: &Statement, may_go: bool) {
        let mut inner = Vec::new();
        parts_of_statement(statement, &mut |part| inner.push(part));
        let has_inner = inner.iter().any(|part| matches!(part, Part::Statement(_)));
        // What is left of a statement within one line would not be read.
        let on_one_line = matches!(&statement.kind, StatementKind::If(of) if of.on_one_line);
        let is_nothing_alone = matches!(
            statement.kind,
            StatementKind::Option(_) | StatementKind::Procedure(_) | StatementKind::Label(_)
        );
        if may_go && (!has_inner || on_one_line) && !is_nothing_alone {
            self.add("delete a statement", statement.span, String::new());
        }
        self.kind(&statement.kind);
        for part in inner {
            match part {
                Part::Statement(inner) => self.statement(inner, may_go && !on_one_line),
                Part::Expression(inner) => self.expression(inner),
            }
        }
    }

    fn kind(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Assign {
                form: AssignForm::Set,
                target,
                ..
            } => {
                let end = target.span.start;
                let text = &self.script.source()[..end as usize];
                let word = text.trim_end().len() - "Set".len();
                let start = u32::try_from(word).unwrap_or(end);
                self.add("drop Set", Span::new(start, end), String::new());
            }
            StatementKind::If(of) => {
                for branch in &of.branches {
                    self.negate(&branch.condition);
                }
            }
            StatementKind::While { condition, .. } | StatementKind::IfGoTo { condition, .. } => {
                self.negate(condition);
            }
            StatementKind::Do(of) => {
                if let Some(LoopCondition { condition, .. }) = &of.condition {
                    self.negate(condition);
                }
            }
            _ => {}
        }
    }

    fn negate(&mut self, condition: &Expression) {
        let by = format!("Not ({})", self.script.text(condition.span));
        self.add("negate a condition", condition.span, by);
    }

    fn expression(&mut self, expression: &Expression) {
        let text = self.script.text(expression.span).to_owned();
        match &expression.kind {
            ExpressionKind::Number(_) => {
                let by = match (self.throw(3), text.parse::<i64>()) {
                    (0, Ok(number)) => (number + 1).to_string(),
                    (1, Ok(number)) => format!("({})", number - 1),
                    (_, Ok(number)) => format!("({})", -number - 1),
                    (_, Err(_)) => format!("({text} + 1)"),
                };
                self.add("change a literal", expression.span, by);
            }
            ExpressionKind::Text(_) => {
                let (open, close) = (text.chars().next(), text.chars().next_back());
                let (open, close) = (open.unwrap_or('"'), close.unwrap_or('"'));
                let inner = text.trim_start_matches(open).trim_end_matches(close);
                let by = match self.throw(2) {
                    0 if !inner.is_empty() => format!("{open}{close}"),
                    _ => format!("{open}{inner}~{close}"),
                };
                self.add("change a literal", expression.span, by);
            }
            ExpressionKind::Constant(Literal::True) => {
                self.add("change a literal", expression.span, "False".to_owned());
            }
            ExpressionKind::Constant(Literal::False) => {
                self.add("change a literal", expression.span, "True".to_owned());
            }
            ExpressionKind::Member { name, .. } => self.rename(name),
            ExpressionKind::Call { arguments, .. } => {
                for pair in arguments.windows(2) {
                    let (first, second) = (pair[0].span, pair[1].span);
                    let between = Span::new(first.end, second.start);
                    let by = [second, between, first].map(|span| self.script.text(span));
                    if by[0] != by[2] {
                        self.add("swap arguments", first.to(second), by.concat());
                    }
                }
            }
            _ => {}
        }
        parts_of_expression(expression, &mut |inner| self.expression(inner));
    }

    /// A letter that is lost, doubled or another.
    fn rename(&mut self, name: &Name) {
        let text = self.script.text(name.span).to_owned();
        let Ok(letters) = u64::try_from(text.len()) else {
            return;
        };
        let at = usize::try_from(self.throw(letters)).unwrap_or(0);
        let (before, behind) = text.split_at(at);
        let by = match (self.throw(3), behind.chars().next()) {
            (0, _) if letters > 1 => format!("{before}{}", &behind[1..]),
            (1, Some(letter)) => format!("{before}{letter}{behind}"),
            _ => format!("{before}x{behind}"),
        };
        self.add("rename a member", name.span, by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_prints_what_stands_beside_it() {
        let wrong: Vec<String> = SAMPLES
            .iter()
            .filter_map(|sample| unchanged(sample).err())
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
