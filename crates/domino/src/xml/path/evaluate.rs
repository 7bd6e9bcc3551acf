//! What expressions give. [XPath 1.0]

use super::super::{DOCUMENT, Kind, NodeId, Tree, split_name};
use super::{Axis, Expression, From, Operator, Path, PathError, PathOptions, Step, Test};
use std::cell::{Cell, OnceCell};

/// The most nodes that an expression looks at.
const MAX_LOOKS: usize = 4_000_000;

#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Nodes(Vec<NodeId>),
    Number(f64),
    Text(String),
    Truth(bool),
}

type Given = Result<Outcome, PathError>;

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Context {
    node: NodeId,
    position: usize,
    size: usize,
}

struct Evaluator<'t> {
    tree: &'t Tree,
    options: &'t PathOptions,
    order: OnceCell<Vec<u32>>,
    looks: Cell<usize>,
}

pub(super) fn nodes(
    tree: &Tree,
    node: NodeId,
    expression: &Expression,
    options: &PathOptions,
) -> (Result<Vec<NodeId>, PathError>, usize) {
    let evaluator = Evaluator {
        tree,
        options,
        order: OnceCell::new(),
        looks: Cell::new(0),
    };
    let context = Context {
        node,
        position: 1,
        size: 1,
    };
    let found = evaluator.evaluate(expression, context);
    (found.and_then(Outcome::into_nodes), evaluator.looks.get())
}

impl Outcome {
    fn into_nodes(self) -> Result<Vec<NodeId>, PathError> {
        match self {
            Self::Nodes(nodes) => Ok(nodes),
            _ => Err(PathError::NoNodes),
        }
    }

    fn text(&self, tree: &Tree) -> String {
        match self {
            Self::Nodes(nodes) => nodes.first().map(|id| tree.text(*id)).unwrap_or_default(),
            Self::Number(number) => write_number(*number),
            Self::Text(text) => text.clone(),
            Self::Truth(truth) => truth.to_string(),
        }
    }

    fn number(&self, tree: &Tree) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Truth(truth) => f64::from(u8::from(*truth)),
            other => read_number(&other.text(tree)),
        }
    }

    fn truth(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Truth(truth) => *truth,
        }
    }
}

fn write_number(number: f64) -> String {
    match number {
        _ if number.is_nan() => "NaN".to_owned(),
        _ if number.is_infinite() && number > 0.0 => "Infinity".to_owned(),
        _ if number.is_infinite() => "-Infinity".to_owned(),
        // No negative zero.
        _ if number == 0.0 => "0".to_owned(),
        _ => number.to_string(),
    }
}

fn read_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    match is_number {
        true => text.parse().unwrap_or(f64::NAN),
        false => f64::NAN,
    }
}

impl Evaluator<'_> {
    fn look(&self, count: usize) -> Result<(), PathError> {
        self.looks.set(self.looks.get() + count);
        match self.looks.get() > MAX_LOOKS {
            true => Err(PathError::TooMuch),
            false => Ok(()),
        }
    }

    fn evaluate(&self, expression: &Expression, context: Context) -> Given {
        self.look(1)?;
        Ok(match expression {
            Expression::Number(number) => Outcome::Number(*number),
            Expression::Text(text) => Outcome::Text(text.clone()),
            Expression::Negate(inner) => {
                Outcome::Number(-self.evaluate(inner, context)?.number(self.tree))
            }
            Expression::Binary(operator, sides) => {
                return self.binary(*operator, &sides[0], &sides[1], context);
            }
            Expression::Call(name, arguments) => return self.call(name, arguments, context),
            Expression::Path(path) => Outcome::Nodes(self.path(path, context)?),
        })
    }

    fn binary(
        &self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
        context: Context,
    ) -> Given {
        let left = self.evaluate(left, context)?;
        match operator {
            Operator::Or if left.truth() => return Ok(Outcome::Truth(true)),
            Operator::And if !left.truth() => return Ok(Outcome::Truth(false)),
            _ => {}
        }
        let right = self.evaluate(right, context)?;
        let numbers = || (left.number(self.tree), right.number(self.tree));
        Ok(match operator {
            Operator::Or | Operator::And => Outcome::Truth(right.truth()),
            Operator::Plus => Outcome::Number(numbers().0 + numbers().1),
            Operator::Minus => Outcome::Number(numbers().0 - numbers().1),
            Operator::Times => Outcome::Number(numbers().0 * numbers().1),
            Operator::Divide => Outcome::Number(numbers().0 / numbers().1),
            Operator::Remainder => Outcome::Number(numbers().0 % numbers().1),
            Operator::Union => {
                let mut nodes = left.into_nodes()?;
                nodes.extend(right.into_nodes()?);
                Outcome::Nodes(self.in_order(nodes))
            }
            comparison => Outcome::Truth(self.compare(comparison, &left, &right)?),
        })
    }

    /// Of nodes, it holds if it does for any of them. [XPath 1.0 §3.4]
    fn compare(
        &self,
        operator: Operator,
        left: &Outcome,
        right: &Outcome,
    ) -> Result<bool, PathError> {
        let texts = |nodes: &[NodeId]| -> Vec<Outcome> {
            let texts = nodes.iter().map(|id| self.tree.text(*id));
            texts.map(Outcome::Text).collect()
        };
        match (left, right) {
            (Outcome::Nodes(ones), Outcome::Nodes(others)) => {
                self.look(ones.len().saturating_mul(others.len()))?;
                let others = texts(others);
                Ok(texts(ones)
                    .iter()
                    .any(|one| others.iter().any(|other| self.holds(operator, one, other))))
            }
            (Outcome::Nodes(nodes), other) if !matches!(other, Outcome::Truth(_)) => {
                Ok(texts(nodes)
                    .iter()
                    .any(|one| self.holds(operator, one, other)))
            }
            (one, Outcome::Nodes(nodes)) if !matches!(one, Outcome::Truth(_)) => Ok(texts(nodes)
                .iter()
                .any(|other| self.holds(operator, one, other))),
            _ => Ok(self.holds(operator, left, right)),
        }
    }

    fn holds(&self, operator: Operator, left: &Outcome, right: &Outcome) -> bool {
        let is = |wanted: fn(&Outcome) -> bool| wanted(left) || wanted(right);
        let (one, other) = (left.number(self.tree), right.number(self.tree));
        let is_equal = || match () {
            () if is(|side| matches!(side, Outcome::Truth(_))) => left.truth() == right.truth(),
            () if is(|side| matches!(side, Outcome::Number(_))) => one == other,
            () => left.text(self.tree) == right.text(self.tree),
        };
        match operator {
            Operator::Equal => is_equal(),
            Operator::Unequal => !is_equal(),
            Operator::Less => one < other,
            Operator::LessOrEqual => one <= other,
            Operator::Greater => one > other,
            _ => one >= other,
        }
    }

    fn path(&self, path: &Path, context: Context) -> Result<Vec<NodeId>, PathError> {
        let mut nodes = match &path.from {
            From::Here => vec![context.node],
            From::Document => vec![self.top(context.node)],
            From::Nodes(expression, predicates) => {
                let mut nodes = self.evaluate(expression, context)?.into_nodes()?;
                for predicate in predicates {
                    nodes = self.filter(nodes, predicate)?;
                }
                nodes
            }
        };
        for step in &path.steps {
            nodes = self.step(step, &nodes)?;
        }
        Ok(nodes)
    }

    fn top(&self, node: NodeId) -> NodeId {
        self.tree.ancestors(node).last().unwrap_or(node)
    }

    fn step(&self, step: &Step, from: &[NodeId]) -> Result<Vec<NodeId>, PathError> {
        let mut all = Vec::new();
        for node in from {
            let mut found = Vec::new();
            for candidate in self.along(step.axis, *node) {
                self.look(1)?;
                if self.passes(&step.test, step.axis, candidate)? {
                    found.push(candidate);
                }
            }
            for predicate in &step.predicates {
                found = self.filter(found, predicate)?;
            }
            if step.axis.is_reverse() {
                found.reverse();
            }
            all.extend(found);
        }
        Ok(match from.len() {
            0 | 1 => all,
            _ => self.in_order(all),
        })
    }

    fn in_order(&self, mut nodes: Vec<NodeId>) -> Vec<NodeId> {
        let order = self.order.get_or_init(|| self.tree.order());
        nodes.sort_unstable_by_key(|id| order[id.0 as usize]);
        nodes.dedup();
        nodes
    }

    fn filter(&self, nodes: Vec<NodeId>, predicate: &Expression) -> Result<Vec<NodeId>, PathError> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let position = at + 1;
            let context = Context {
                node,
                position,
                size,
            };
            let is_kept = match self.evaluate(predicate, context)? {
                Outcome::Number(number) if self.options.is_pattern => number == at as f64,
                Outcome::Number(number) => number == position as f64,
                other => other.truth(),
            };
            if is_kept {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    /// The nodes along an axis, the nearest first.
    fn along(&self, axis: Axis, node: NodeId) -> Box<dyn Iterator<Item = NodeId> + '_> {
        let tree = self.tree;
        let itself = std::iter::once(node);
        let is_attribute = tree.kind(node) == Kind::Attribute;
        match axis {
            Axis::Itself => Box::new(itself),
            Axis::Child => Box::new(tree.children(node)),
            Axis::Parent => Box::new(tree.parent(node).into_iter()),
            Axis::Attribute => Box::new(tree.attributes(node).iter().copied().filter(|id| {
                let name = tree.name(*id);
                name != "xmlns" && !name.starts_with("xmlns:")
            })),
            Axis::Ancestor => Box::new(tree.ancestors(node)),
            Axis::AncestorOrSelf => Box::new(itself.chain(tree.ancestors(node))),
            Axis::Descendant => Box::new(tree.descendants(node)),
            Axis::DescendantOrSelf => Box::new(itself.chain(tree.descendants(node))),
            Axis::FollowingSibling if is_attribute => Box::new(std::iter::empty()),
            Axis::PrecedingSibling if is_attribute => Box::new(std::iter::empty()),
            Axis::FollowingSibling => {
                Box::new(std::iter::successors(tree.next(node), |id| tree.next(*id)))
            }
            Axis::PrecedingSibling => Box::new(std::iter::successors(tree.previous(node), |id| {
                tree.previous(*id)
            })),
            Axis::Following => {
                let first = match is_attribute {
                    true => tree.parent(node).and_then(|id| tree.after(id, DOCUMENT)),
                    false => tree.after_all_in(node, DOCUMENT),
                };
                Box::new(std::iter::successors(first, |id| tree.after(*id, DOCUMENT)))
            }
            Axis::Preceding => {
                let start = match is_attribute {
                    true => tree.parent(node).unwrap_or(node),
                    false => node,
                };
                let above: Vec<NodeId> = tree.ancestors(start).collect();
                let before = std::iter::once(start).chain(above);
                Box::new(before.flat_map(move |id| {
                    let siblings =
                        std::iter::successors(tree.previous(id), |id| tree.previous(*id));
                    siblings.flat_map(move |sibling| {
                        let mut all: Vec<NodeId> = std::iter::once(sibling)
                            .chain(tree.descendants(sibling))
                            .collect();
                        all.reverse();
                        all
                    })
                }))
            }
        }
    }

    fn passes(&self, test: &Test, axis: Axis, node: NodeId) -> Result<bool, PathError> {
        let kind = self.tree.kind(node);
        let principal = match axis {
            Axis::Attribute => Kind::Attribute,
            _ => Kind::Element,
        };
        Ok(match test {
            Test::Any => !matches!(kind, Kind::Declaration | Kind::DocumentType),
            Test::Named => kind == principal,
            Test::Text => kind.is_text(),
            Test::Comment => kind == Kind::Comment,
            Test::Instruction(target) => {
                let is_target = |target: &String| target == self.tree.name(node);
                kind == Kind::Instruction && target.as_ref().is_none_or(is_target)
            }
            Test::InNamespace(prefix) if self.options.is_pattern => {
                kind == principal && self.tree.prefix(node) == prefix
            }
            Test::InNamespace(prefix) => {
                let uri = self.uri(prefix)?;
                kind == principal && self.tree.uri(node) == uri
            }
            Test::Name(name) if self.options.is_pattern => {
                kind == principal && self.tree.name(node) == name
            }
            Test::Name(name) => {
                let (prefix, local) = split_name(name);
                let uri = match prefix {
                    "" => "",
                    prefix => self.uri(prefix)?,
                };
                kind == principal
                    && self.tree.local_name(node) == local
                    && self.tree.uri(node) == uri
            }
        })
    }

    fn uri(&self, prefix: &str) -> Result<&str, PathError> {
        match self.options.namespaces.get(prefix) {
            Some(uri) => Ok(uri),
            None if prefix == "xml" => Ok(super::super::XML_URI),
            None => Err(PathError::Prefix(prefix.to_owned())),
        }
    }

    fn call(&self, name: &str, arguments: &[Expression], context: Context) -> Given {
        let (least, most) = match name {
            "last" | "position" | "true" | "false" => (0, 0),
            "local-name" | "namespace-uri" | "name" | "string" | "string-length"
            | "normalize-space" | "number" => (0, 1),
            "count" | "boolean" | "not" | "sum" | "floor" | "ceiling" | "round" => (1, 1),
            "starts-with" | "contains" | "substring-before" | "substring-after" => (2, 2),
            "substring" => (2, 3),
            "translate" => (3, 3),
            "concat" => (2, usize::MAX),
            _ => return Err(PathError::NotThere(format!("the function {name}"))),
        };
        if !(least..=most).contains(&arguments.len()) {
            return Err(PathError::Arguments(format!("the function {name}")));
        }
        let mut given = Vec::new();
        for argument in arguments {
            given.push(self.evaluate(argument, context)?);
        }
        if given.is_empty() && most == 1 {
            given.push(Outcome::Nodes(vec![context.node]));
        }
        self.give(name, given, context)
    }

    fn give(&self, name: &str, given: Vec<Outcome>, context: Context) -> Given {
        let tree = self.tree;
        let text = |at: usize| {
            given
                .get(at)
                .map(|value| value.text(tree))
                .unwrap_or_default()
        };
        let number = |at: usize| given.get(at).map_or(f64::NAN, |value| value.number(tree));
        let truth = || given.first().is_some_and(Outcome::truth);
        let of_node = |what: fn(&Tree, NodeId) -> String| match given.first() {
            Some(Outcome::Nodes(nodes)) => Ok(Outcome::Text(
                nodes.first().map(|id| what(tree, *id)).unwrap_or_default(),
            )),
            _ => Err(PathError::Arguments(format!("the function {name}"))),
        };
        let all_nodes = || match given.first() {
            Some(Outcome::Nodes(nodes)) => Ok(nodes.as_slice()),
            _ => Err(PathError::Arguments(format!("the function {name}"))),
        };
        Ok(match name {
            "last" => Outcome::Number(context.size as f64),
            "position" => Outcome::Number(context.position as f64),
            "true" => Outcome::Truth(true),
            "false" => Outcome::Truth(false),
            "not" => Outcome::Truth(!truth()),
            "boolean" => Outcome::Truth(truth()),
            "local-name" => return of_node(|tree, id| tree.local_name(id).to_owned()),
            "namespace-uri" => return of_node(|tree, id| tree.uri(id).to_owned()),
            "name" => return of_node(|tree, id| tree.name(id).to_owned()),
            "count" => Outcome::Number(all_nodes()?.len() as f64),
            "sum" => Outcome::Number(
                all_nodes()?
                    .iter()
                    .map(|id| read_number(&tree.text(*id)))
                    .sum(),
            ),
            "string" => Outcome::Text(text(0)),
            "concat" => Outcome::Text(given.iter().map(|value| value.text(tree)).collect()),
            "starts-with" => Outcome::Truth(text(0).starts_with(&text(1))),
            "contains" => Outcome::Truth(text(0).contains(&text(1))),
            "substring-before" => {
                let whole = text(0);
                let before = whole.split_once(&text(1)).map(|(before, _)| before);
                Outcome::Text(before.unwrap_or_default().to_owned())
            }
            "substring-after" => {
                let whole = text(0);
                let after = whole.split_once(&text(1)).map(|(_, after)| after);
                Outcome::Text(after.unwrap_or_default().to_owned())
            }
            "substring" => Outcome::Text(substring(
                &text(0),
                number(1),
                given.get(2).map(|length| length.number(tree)),
            )),
            "string-length" => Outcome::Number(text(0).chars().count() as f64),
            "normalize-space" => {
                let whole = text(0);
                let words = whole
                    .split([' ', '\t', '\r', '\n'])
                    .filter(|word| !word.is_empty());
                Outcome::Text(words.collect::<Vec<_>>().join(" "))
            }
            "translate" => Outcome::Text(translate(&text(0), &text(1), &text(2))),
            "number" => Outcome::Number(number(0)),
            "floor" => Outcome::Number(number(0).floor()),
            "ceiling" => Outcome::Number(number(0).ceil()),
            _ => Outcome::Number((number(0) + 0.5).floor()),
        })
    }
}

/// Characters whose positions are in a range of rounded numbers. [XPath 1.0 §4.2]
fn substring(text: &str, from: f64, length: Option<f64>) -> String {
    let round = |number: f64| (number + 0.5).floor();
    let first = round(from);
    let end = length.map_or(f64::INFINITY, |length| first + round(length));
    let positions = text.chars().zip(1_u32..);
    positions
        .filter(|(_, position)| f64::from(*position) >= first && f64::from(*position) < end)
        .map(|(c, _)| c)
        .collect()
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    text.chars()
        .filter_map(|c| match from.chars().position(|other| other == c) {
            None => Some(c),
            Some(at) => to.get(at).copied(),
        })
        .collect()
}
