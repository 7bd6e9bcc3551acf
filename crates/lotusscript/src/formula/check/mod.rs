//! What is wrong with a formula although it may be read: each finding says where, what, why, and how to mend it.

mod words;

use self::words::{COMMANDS, ORDERS, PROMPTS};
use super::functions::{Covered, Function, NAME_ACTIONS};
use super::parse::{Parsed, parse};
use super::tree::{Assignment, Binary, Call, Formula, NodeId, NodeKind, Operation, Target};
use super::value::Value;
use crate::international::International;
use crate::notes::Release;
use crate::place::{LineColumn, LineIndex, Span};
use dxl::design::Code;
use serde::Serialize;
use std::collections::HashSet;
use std::fmt;

/// What a formula is for; some things are wrong in some places only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Purpose {
    /// Unknown, or an agent, action or button: anything goes.
    #[default]
    Any,
    /// A column of a view: it shows something and changes nothing.
    Column,
    /// The selection of a view.
    Selection,
    /// A field's value, its validation, a title, a condition: it has a value and leaves the document alone.
    Value,
}

impl Purpose {
    /// What a formula in a design is for, by what it belongs to.
    pub fn of_code(code: Code<'_>) -> Purpose {
        let owner = code.owner().name();
        match (owner, code.event()) {
            ("column", "value") => Purpose::Column,
            ("view" | "folder", "selection") => Purpose::Selection,
            (_, "windowtitle" | "hidewhen") => Purpose::Value,
            ("field", "defaultvalue" | "inputtranslation" | "inputvalidation" | "keywords") => {
                Purpose::Value
            }
            _ => Purpose::Any,
        }
    }
}

/// How to check.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the formula is for.
    pub purpose: Purpose,
    /// The release that it must run on, such as 9.0; `None` for the newest.
    pub release: Option<Release>,
    /// How its dates are written.
    pub international: International,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Domino Designer does not save it, or it fails whenever it runs.
    Error,
    /// It can hardly be meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word for what; that of a mistake in syntax is its [`super::SyntaxCode`].
    pub code: String,
    /// How grave.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What.
    pub message: String,
    /// Why that is wrong.
    pub why: String,
    /// How to mend it.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}[{}]: {}",
            self.line, self.column, self.severity, self.code, self.message
        )
    }
}

/// All findings, in the order of the text.
pub fn check(source: &str, options: &Options) -> Vec<Finding> {
    check_parsed(&parse(source, &options.international), options)
}

/// The same of a formula that was read already.
pub fn check_parsed(parsed: &Parsed, options: &Options) -> Vec<Finding> {
    let formula = &parsed.formula;
    let mut checker = Checker {
        formula,
        options,
        statements: formula.statements.iter().copied().collect(),
        findings: Vec::new(),
    };
    checker.statements();
    checker.statements_in_calls();
    for (id, node) in formula.nodes() {
        if checker.findings.len() >= MOST_FINDINGS {
            break;
        }
        match &node.kind {
            NodeKind::Call(call) => checker.call(call),
            NodeKind::Assign(assignment) => checker.assignment(id, assignment),
            NodeKind::Binary(binary, left, right) => checker.permuted(*binary, *left, *right),
            _ => {}
        }
    }
    let lines = LineIndex::new(&formula.source);
    let mut findings = checker.findings;
    for finding in &mut findings {
        LineColumn {
            line: finding.line,
            column: finding.column,
        } = lines.place(&formula.source, finding.span.start);
    }
    findings.extend(parsed.errors.iter().map(|error| Finding {
        code: serialized(&error.code),
        severity: Severity::Error,
        span: error.span,
        line: error.line,
        column: error.column,
        message: format!("found {}, expected {}", error.found, error.expected),
        why: "the formula cannot be read".to_owned(),
        remedy: error.remedy.clone(),
    }));
    findings.sort_by_key(|finding| (finding.span, finding.severity));
    findings
}

/// The name of a code as it is serialized.
fn serialized(code: &super::SyntaxCode) -> String {
    let debug = format!("{code:?}");
    let mut name = String::with_capacity(debug.len() + 4);
    for letter in debug.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The findings for which Domino Designer would not save it.
pub(super) fn errors_of(parsed: &Parsed, options: &Options) -> Vec<Finding> {
    let mut findings = check_parsed(parsed, options);
    findings.retain(|finding| finding.severity == Severity::Error);
    findings
}

/// How many findings of one formula are told, apart from mistakes in its syntax.
pub const MOST_FINDINGS: usize = 200;

struct Checker<'f> {
    formula: &'f Formula,
    options: &'f Options,
    /// What stands as a statement.
    statements: HashSet<NodeId>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn add(
        &mut self,
        severity: Severity,
        code: &str,
        span: Span,
        message: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.findings.len() >= MOST_FINDINGS {
            return;
        }
        self.findings.push(Finding {
            code: code.to_owned(),
            severity,
            span,
            line: 0,
            column: 0,
            message: message.into(),
            why: why.into(),
            remedy: remedy.into(),
        });
    }

    fn written(&self, id: NodeId) -> &str {
        self.formula.text_of(id)
    }

    fn span(&self, id: NodeId) -> Span {
        self.formula.node(id).span
    }

    /// What stands as a statement of its own.
    fn statements(&mut self) {
        let statements = self.formula.statements.clone();
        self.block(&statements, true);
        let selects: Vec<Span> = statements
            .iter()
            .filter(|id| matches!(self.formula.node(**id).kind, NodeKind::Select(_)))
            .map(|id| self.span(*id))
            .collect();
        for span in selects.iter().skip(1) {
            self.add(
                Severity::Warning,
                "select-twice",
                *span,
                "a second SELECT",
                "the last one alone says which documents are selected",
                "join the conditions with & or |",
            );
        }
        let has_value = statements.iter().any(|id| {
            !matches!(
                self.formula.node(*id).kind,
                NodeKind::Remark | NodeKind::Missing
            )
        });
        let has_missing = statements
            .iter()
            .any(|id| matches!(self.formula.node(*id).kind, NodeKind::Missing));
        if !statements.is_empty() && !has_value && !has_missing {
            self.add(
                Severity::Error,
                "no-main-expression",
                self.span(statements[0]),
                "remarks alone",
                "a formula needs a statement that is computed",
                "add one, such as \"\"",
            );
        }
    }

    /// The arguments of @Do and of loops are statements as well.
    fn statements_in_calls(&mut self) {
        for (_, node) in self.formula.nodes() {
            let NodeKind::Call(call) = &node.kind else {
                continue;
            };
            let arguments = self.formula.arguments(call);
            let (first, is_last_used) = match call.function.map(|function| function.name) {
                Some("@Do") => (0, true),
                Some("@While") => (1, false),
                Some("@For") => (3, false),
                _ => continue,
            };
            let block: Vec<NodeId> = arguments.iter().skip(first).copied().collect();
            self.block(&block, is_last_used);
        }
    }

    /// Statements that follow each other; whether anybody sees the value of the last.
    fn block(&mut self, statements: &[NodeId], is_last_used: bool) {
        let mut ended = None;
        for (at, id) in statements.iter().enumerate() {
            let is_last = at + 1 == statements.len();
            let node = self.formula.node(*id);
            if matches!(node.kind, NodeKind::Remark | NodeKind::Missing) {
                continue;
            }
            if let Some(name) = ended.take() {
                self.add(
                    Severity::Warning,
                    "unreachable",
                    node.span,
                    format!("never reached: {name} comes before"),
                    "@Return ends the whole formula",
                    "take it out, or put @Return into an @If",
                );
                // What is behind is as unreachable, and was told.
                return;
            }
            match &node.kind {
                NodeKind::Call(call) if is_named(call, "@Return") => ended = Some("@Return"),
                NodeKind::Binary(binary, left, _) if !(is_last && is_last_used) => {
                    self.idle_comparison(*binary, *left, node.span);
                }
                _ => {}
            }
        }
    }

    /// `x = 1;`
    fn idle_comparison(&mut self, binary: Binary, left: NodeId, span: Span) {
        if binary != Binary::pairwise(Operation::Equal) {
            return;
        }
        if let NodeKind::Name(_) = self.formula.node(left).kind {
            let name = self.written(left).to_owned();
            self.add(
                Severity::Warning,
                "comparison-as-statement",
                span,
                format!("{name} is compared, and nothing comes of it"),
                "= compares; the value of this statement is used nowhere",
                format!("write {name} := … to assign"),
            );
        }
    }

    fn call(&mut self, call: &Call) {
        let name = call.name.of(&self.formula.source);
        let Some(function) = call.function else {
            self.unknown_function(name.to_owned(), call.name);
            return;
        };
        if let Some(wrong) = function.wrong_count(call.count as usize) {
            self.add(
                Severity::Error,
                "argument-count",
                call.name,
                wrong,
                "Domino Designer does not save it",
                match function.name {
                    "@If" | "@V2If" => "write @If(condition; value; value for all else)".to_owned(),
                    name => format!("give {name} {}", function.counts()),
                },
            );
            return;
        }
        if call.has_parentheses && call.count == 0 {
            self.add(
                Severity::Warning,
                "empty-parentheses",
                call.name,
                format!("{} has parentheses with nothing in them", function.name),
                "functions without arguments are written without parentheses",
                format!("write {}", function.name),
            );
        }
        self.release(function, call.name);
        self.coverage(function, call.name);
        self.keywords(function, call);
        if function.name == "@If" {
            self.constant_conditions(call);
        }
    }

    fn unknown_function(&mut self, name: String, span: Span) {
        let remedy = match Function::like(&name) {
            Some(function) => format!("did you mean {}?", function.name),
            None => "look its name up in the table of @functions".to_owned(),
        };
        self.add(
            Severity::Error,
            "unknown-function",
            span,
            format!("there is no {name}"),
            "no @function of the documentation has that name",
            remedy,
        );
    }

    fn release(&mut self, function: &Function, span: Span) {
        let (Some(wanted), Some(since)) =
            (self.options.release, function.since.parse::<Release>().ok())
        else {
            return;
        };
        if !wanted.has(since) {
            self.add(
                Severity::Error,
                "too-new",
                span,
                format!("{} is new with release {since}", function.name),
                format!("the formula must run on release {wanted}"),
                "do without it",
            );
        }
    }

    fn coverage(&mut self, function: &Function, span: Span) {
        let changes = [
            "@SetField",
            "@SetDocField",
            "@DeleteDocument",
            "@DeleteField",
        ];
        let asks = [
            "@Prompt",
            "@DialogBox",
            "@PickList",
            "@Command",
            "@PostedCommand",
        ];
        let is_view = matches!(self.options.purpose, Purpose::Column | Purpose::Selection);
        if is_view && ["@Do", "@Environment", "@SetEnvironment"].contains(&function.name) {
            self.add(
                Severity::Warning,
                "not-for-views",
                span,
                format!("{} in a view", function.name),
                "it is documented not to work in columns and selections",
                "do without it, or compute it in a field of the form",
            );
            return;
        }
        let (what, why) = match self.options.purpose {
            Purpose::Any => return,
            Purpose::Column | Purpose::Selection if asks.contains(&function.name) => {
                ("asks the user", "a view is computed without one")
            }
            Purpose::Column | Purpose::Selection if function.name.starts_with("@Db") => {
                let is_lookup = ["@DbLookup", "@DbColumn", "@DbCommand"].contains(&function.name);
                if !is_lookup {
                    return;
                }
                (
                    "looks something up",
                    "it is not allowed in columns and selections",
                )
            }
            Purpose::Column | Purpose::Selection if changes.contains(&function.name) => (
                "changes a document",
                "a view shows documents and changes none",
            ),
            _ => return,
        };
        self.add(
            Severity::Error,
            "not-in-views",
            span,
            format!("{} {what}", function.name),
            why,
            "compute it in a field of the form, and show that field",
        );
    }

    fn keywords(&mut self, function: &Function, call: &Call) {
        let arguments = self.formula.arguments(call);
        let Some(first) = arguments.first() else {
            return;
        };
        match function.name {
            "@Name" => self.keyword(function, *first, NAME_ACTIONS),
            "@Prompt" => self.keyword(function, *first, PROMPTS),
            "@Command" | "@PostedCommand" => {
                self.needs_keyword(function, *first);
                self.command(*first);
            }
            "@Sort" => {
                let orders = arguments.get(1).map(|id| self.parts(*id));
                for order in orders.unwrap_or_default() {
                    self.keyword(function, order, ORDERS);
                }
            }
            "@Adjust" => {
                if let Some(last) = arguments.get(7) {
                    self.keyword(function, *last, &["INLOCALTIME", "INGMT"]);
                }
            }
            _ => {}
        }
    }

    /// The elements of a list that is written out.
    fn parts(&self, id: NodeId) -> Vec<NodeId> {
        let mut parts = Vec::new();
        let mut at = id;
        while let NodeKind::Binary(binary, left, right) = self.formula.node(at).kind {
            if binary.operation != Operation::Concatenate {
                break;
            }
            parts.push(right);
            at = left;
        }
        parts.push(at);
        parts
    }

    fn needs_keyword(&mut self, function: &Function, id: NodeId) {
        if let NodeKind::Constant(Value::Text(_) | Value::Number(_)) = self.formula.node(id).kind {
            let written = self.written(id).trim_matches('"').to_owned();
            self.add(
                Severity::Error,
                "keyword-expected",
                self.span(id),
                format!("{} wants a keyword first", function.name),
                "a keyword stands in brackets, not in quotation marks",
                format!("write [{written}]"),
            );
        }
    }

    fn keyword(&mut self, function: &Function, id: NodeId, known: &[&str]) {
        self.needs_keyword(function, id);
        let NodeKind::Constant(Value::Keyword(words)) = &self.formula.node(id).kind else {
            return;
        };
        let Some(word) = words.first() else {
            return;
        };
        let upper = word.to_ascii_uppercase();
        if known.contains(&upper.as_str()) {
            return;
        }
        let upper: String = upper.chars().take(40).collect();
        let distance = |known: &&&str| strsim::damerau_levenshtein(known, &upper);
        // Of a short word a letter makes another.
        let most = (upper.chars().count() / 3).clamp(1, 2);
        let near = known
            .iter()
            .filter(|known| distance(known) <= most)
            .min_by_key(|known| (distance(known), known.len().abs_diff(upper.len())));
        let remedy = match near {
            Some(near) => format!("did you mean [{near}]?"),
            None => format!("{} takes {}", function.name, known.join(", ")),
        };
        self.add(
            Severity::Error,
            "unknown-keyword",
            self.span(id),
            format!("{} has no [{word}]", function.name),
            "keywords are those of the documentation",
            remedy,
        );
    }

    /// A command that is nearly one that there is.
    fn command(&mut self, id: NodeId) {
        let NodeKind::Constant(Value::Keyword(words)) = &self.formula.node(id).kind else {
            return;
        };
        let Some(word) = words.first() else {
            return;
        };
        let is_same = |known: &&str| known.eq_ignore_ascii_case(word);
        if !(6..40).contains(&word.len()) || COMMANDS.iter().any(is_same) {
            return;
        }
        let lower = word.to_ascii_lowercase();
        let near = COMMANDS
            .iter()
            .find(|known| strsim::damerau_levenshtein(&known.to_ascii_lowercase(), &lower) == 1);
        if let Some(near) = near {
            self.add(
                Severity::Warning,
                "unknown-command",
                self.span(id),
                format!("[{word}] is no command that is known"),
                "but for a letter it is one",
                format!("did you mean [{near}]?"),
            );
        }
    }

    /// `@If(x := 1; …)`, `@If("a"; …)`
    fn constant_conditions(&mut self, call: &Call) {
        let arguments = self.formula.arguments(call);
        let conditions = arguments.chunks_exact(2).map(|pair| pair[0]);
        for condition in conditions {
            let node = self.formula.node(condition);
            match &node.kind {
                NodeKind::Assign(assignment) if assignment.target == Target::Variable => {
                    let name = assignment.name_span.of(&self.formula.source).to_owned();
                    self.add(
                        Severity::Warning,
                        "assignment-as-condition",
                        node.span,
                        format!("{name} is assigned where a condition stands"),
                        ":= assigns; = compares",
                        format!("write {name} = …"),
                    );
                }
                NodeKind::Constant(Value::Text(_) | Value::Time(_) | Value::Keyword(_)) => {
                    let written = self.written(condition).to_owned();
                    self.add(
                        Severity::Error,
                        "condition-type",
                        node.span,
                        format!("{written} is no condition"),
                        "a condition is a number: 0 is false, anything else true",
                        "compare it with something",
                    );
                }
                _ => {}
            }
        }
    }

    /// `x*-1`
    fn permuted(&mut self, binary: Binary, left: NodeId, right: NodeId) {
        let sign = match binary.operation {
            Operation::Subtract if binary.is_permuted => '-',
            Operation::Add if binary.is_permuted => '+',
            _ => return,
        };
        let right_span = self.span(right);
        let before = Span::between(0, right_span.start as usize).of(&self.formula.source);
        let is_number = matches!(
            self.formula.node(right).kind,
            NodeKind::Constant(Value::Number(_))
        );
        if is_number && before.ends_with(sign) {
            let (left, right) = (
                self.written(left).to_owned(),
                self.written(right).to_owned(),
            );
            self.add(
                Severity::Warning,
                "permuted-sign",
                right_span,
                format!("*{sign} is one operator, which multiplies nothing"),
                "it pairs each element with each",
                format!("write {left} * ({sign}{right}), or a blank behind *{sign}"),
            );
        }
    }

    fn assignment(&mut self, id: NodeId, assignment: &Assignment) {
        let name = assignment.name_span.of(&self.formula.source).to_owned();
        if super::parse::is_reserved(&name) {
            self.add(
                Severity::Error,
                "reserved-word",
                assignment.name_span,
                format!("{name} is a reserved word"),
                "it begins a statement and names nothing",
                "take another name",
            );
        }
        let word = match assignment.target {
            Target::Variable => return,
            Target::Field => "FIELD",
            Target::Default => "DEFAULT",
            Target::Environment => "ENVIRONMENT",
        };
        let is_statement = self.statements.contains(&id);
        if !is_statement {
            self.add(
                Severity::Warning,
                "keyword-inside",
                self.span(id),
                format!("{word} inside another statement"),
                format!("{word} is documented as a statement of its own"),
                match assignment.target {
                    Target::Field => format!("write @SetField(\"{name}\"; …)"),
                    _ => "make it a statement of its own".to_owned(),
                },
            );
        }
        let is_view = matches!(self.options.purpose, Purpose::Column | Purpose::Selection);
        if is_view && assignment.target == Target::Field {
            self.add(
                Severity::Error,
                "field-in-view",
                self.span(id),
                format!("FIELD {name} in a view"),
                "a view shows documents and changes none",
                format!("write {name} := … for a variable"),
            );
        }
    }
}

fn is_named(call: &Call, name: &str) -> bool {
    call.function.is_some_and(|function| function.name == name)
}

/// The @functions of a formula that this crate does not compute itself, by name, each once.
pub fn needs_of(formula: &Formula) -> Vec<&'static Function> {
    let mut seen = HashSet::new();
    let functions = formula.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Call(call) => call.function,
        _ => None,
    });
    let mut needs: Vec<_> = functions
        .filter(|function| function.covered() != Covered::Here)
        .filter(|function| seen.insert(function.name))
        .collect();
    needs.sort_by_key(|function| function.name);
    needs
}
