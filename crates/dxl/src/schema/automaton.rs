//! A content model as a deterministic automaton: each child is one step, and what is missing is a shortest way.

use super::model::{Particle, Repeat};
use super::{ElementId, Schema};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Models are deterministic in XML, so states are as many as names at most; one that is not may need more.
const MAX_STATES: usize = 5_000;

/// A state of an [`Automaton`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StateId(u32);

/// The children that an element may have, in their order.
#[derive(Debug, Clone)]
pub struct Automaton {
    /// The first is the start.
    states: Vec<State>,
    /// Every element that occurs in it; sorted.
    alphabet: Vec<ElementId>,
    /// The same in the order in which the model names them.
    written: Vec<ElementId>,
}

#[derive(Debug, Clone)]
struct State {
    may_end: bool,
    /// What may still come, a bit each by its place in the alphabet. Where that has more than 64 places, all bits are set and a search finds out.
    ahead: u64,
    /// Sorted by the element.
    next: Vec<(ElementId, StateId)>,
}

impl Automaton {
    /// Makes it of a model; None if it would be too large. Names that are not declared match nothing, as in XML.
    pub(super) fn of(particle: &Particle, by_name: &HashMap<String, ElementId>) -> Option<Self> {
        let mut positions = Positions::default();
        let whole = positions.add(particle, by_name);
        determined(&positions, &whole)
    }

    /// Where it begins.
    pub fn start(&self) -> StateId {
        StateId(0)
    }

    /// Where a child leads; None if it may not stand there.
    pub fn step(&self, state: StateId, child: ElementId) -> Option<StateId> {
        let next = &self.state(state).next;
        let at = next.binary_search_by_key(&child, |(element, _)| *element);
        at.ok().map(|at| next[at].1)
    }

    /// Whether nothing more is needed.
    pub fn may_end(&self, state: StateId) -> bool {
        self.state(state).may_end
    }

    /// What may stand there.
    pub fn expected(&self, state: StateId) -> impl Iterator<Item = ElementId> {
        self.state(state).next.iter().map(|(element, _)| *element)
    }

    /// Every element that occurs in it, in the order in which the model names them.
    pub fn elements(&self) -> &[ElementId] {
        &self.written
    }

    /// Whether an element may stand anywhere in it.
    pub fn knows(&self, child: ElementId) -> bool {
        self.index(child).is_some()
    }

    /// The element's place among all that occur in it.
    pub fn index(&self, child: ElementId) -> Option<usize> {
        self.alphabet.binary_search(&child).ok()
    }

    /// Whether an element may occur twice.
    pub fn repeats(&self, child: ElementId) -> bool {
        let ways = (0..).map(StateId).take(self.states.len());
        ways.filter_map(|at| self.step(at, child))
            .any(|after| self.comes(after, child))
    }

    /// Whether a child may stand there or later.
    fn comes(&self, state: StateId, child: ElementId) -> bool {
        match self.index(child) {
            None => false,
            Some(at) if at < 64 && self.alphabet.len() <= 64 => {
                self.state(state).ahead & (1 << at) != 0
            }
            Some(_) => self
                .shortest(state, |at| self.step(at, child).is_some())
                .is_some(),
        }
    }

    /// What is missing before `child`: for each place that has to be filled the elements that could fill it, and the state after `child`. None if no way leads there.
    pub fn bridge(
        &self,
        state: StateId,
        child: ElementId,
    ) -> Option<(Vec<Vec<ElementId>>, StateId)> {
        if !self.comes(state, child) {
            return None;
        }
        let (states, last) = self.shortest(state, |at| self.step(at, child).is_some())?;
        Some((self.places(&states), self.step(last, child)?))
    }

    /// What is missing before the end: for each place that has to be filled the elements that could fill it.
    pub fn missing(&self, state: StateId) -> Vec<Vec<ElementId>> {
        self.shortest(state, |at| self.may_end(at))
            .map(|(states, _)| self.places(&states))
            .unwrap_or_default()
    }

    /// How many states it has.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// Fills in what may come from each state on.
    fn look_ahead(&mut self) {
        for state in &mut self.states {
            let bits = state.next.iter().filter_map(|(element, _)| {
                let at = self.alphabet.binary_search(element).ok()?;
                Some(1_u64 << at)
            });
            state.ahead = bits.fold(0, |all, bit| all | bit);
        }
        let mut grows = true;
        while grows {
            grows = false;
            // Backwards, for models mostly lead forwards.
            for at in (0..self.states.len()).rev() {
                let state = &self.states[at];
                let after = state.next.iter().fold(state.ahead, |all, (_, next)| {
                    all | self.states[next.0 as usize].ahead
                });
                grows |= after != state.ahead;
                self.states[at].ahead = after;
            }
        }
    }

    fn state(&self, id: StateId) -> &State {
        &self.states[id.0 as usize]
    }

    /// The states of a shortest way to one that is wanted, both ends included, and its end.
    fn shortest(
        &self,
        from: StateId,
        wanted: impl Fn(StateId) -> bool,
    ) -> Option<(Vec<StateId>, StateId)> {
        let mut came_from: BTreeMap<StateId, StateId> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            if wanted(at) {
                let mut way = vec![at];
                while let Some(before) = way.last().and_then(|last| came_from.get(last)) {
                    way.push(*before);
                }
                way.reverse();
                return Some((way, at));
            }
            for (_, next) in &self.state(at).next {
                if *next != from && !came_from.contains_key(next) {
                    came_from.insert(*next, at);
                    queue.push_back(*next);
                }
            }
        }
        None
    }

    /// For each step of a way the elements that make it.
    fn places(&self, states: &[StateId]) -> Vec<Vec<ElementId>> {
        states
            .windows(2)
            .map(|step| {
                let next = &self.state(step[0]).next;
                next.iter()
                    .filter(|(_, to)| *to == step[1])
                    .map(|(element, _)| *element)
                    .collect()
            })
            .collect()
    }

    /// A shortest row of children that only one of two automata of two schemas allows, by name; None if they allow the same.
    pub(super) fn difference(
        &self,
        of: &Schema,
        other: &Self,
        of_other: &Schema,
    ) -> Option<Vec<String>> {
        let mut seen = BTreeSet::from([(Some(self.start()), Some(other.start()))]);
        let mut queue = VecDeque::from([(Some(self.start()), Some(other.start()), Vec::new())]);
        while let Some((left, right, way)) = queue.pop_front() {
            let ends =
                |automaton: &Self, at: Option<StateId>| at.is_some_and(|at| automaton.may_end(at));
            if ends(self, left) != ends(other, right) {
                return Some(way);
            }
            let names = |automaton: &Self, schema: &Schema, at: Option<StateId>| {
                at.map(|at| automaton.expected(at))
                    .into_iter()
                    .flatten()
                    .map(|child| schema.name(child).to_owned())
                    .collect::<BTreeSet<_>>()
            };
            let mut children = names(self, of, left);
            children.extend(names(other, of_other, right));
            for child in children {
                let go = |automaton: &Self, schema: &Schema, at: Option<StateId>| {
                    automaton.step(at?, schema.find(&child)?)
                };
                let pair = (go(self, of, left), go(other, of_other, right));
                if seen.insert(pair) {
                    let mut longer = way.clone();
                    longer.push(child);
                    queue.push_back((pair.0, pair.1, longer));
                }
            }
        }
        None
    }
}

/// The names of a model in the order in which they are written, and which may follow which.
#[derive(Default)]
struct Positions {
    elements: Vec<Option<ElementId>>,
    follow: Vec<BTreeSet<usize>>,
}

/// What a piece of a model may begin and end with, and whether it may be nothing.
struct Ends {
    first: BTreeSet<usize>,
    last: BTreeSet<usize>,
    nothing: bool,
}

impl Positions {
    /// Glushkov's construction.
    fn add(&mut self, particle: &Particle, by_name: &HashMap<String, ElementId>) -> Ends {
        match particle {
            Particle::Name(name) => {
                let at = self.elements.len();
                self.elements.push(by_name.get(name).copied());
                self.follow.push(BTreeSet::new());
                Ends {
                    first: BTreeSet::from([at]),
                    last: BTreeSet::from([at]),
                    nothing: false,
                }
            }
            Particle::Choice(parts) => {
                let mut ends = Ends::nothing();
                ends.nothing = false;
                for part in parts {
                    let part = self.add(part, by_name);
                    ends.first.extend(part.first);
                    ends.last.extend(part.last);
                    ends.nothing |= part.nothing;
                }
                ends
            }
            Particle::Sequence(parts) => {
                let mut ends = Ends::nothing();
                for part in parts {
                    let part = self.add(part, by_name);
                    self.join(&ends.last, &part.first);
                    if ends.nothing {
                        ends.first.extend(&part.first);
                    }
                    if !part.nothing {
                        ends.last.clear();
                    }
                    ends.last.extend(part.last);
                    ends.nothing &= part.nothing;
                }
                ends
            }
            Particle::Repeated(part, repeat) => {
                let mut ends = self.add(part, by_name);
                if *repeat != Repeat::Optional {
                    self.join(&ends.last, &ends.first);
                }
                ends.nothing |= *repeat != Repeat::Some;
                ends
            }
        }
    }

    fn join(&mut self, before: &BTreeSet<usize>, after: &BTreeSet<usize>) {
        for at in before {
            self.follow[*at].extend(after);
        }
    }
}

impl Ends {
    fn nothing() -> Self {
        Self {
            first: BTreeSet::new(),
            last: BTreeSet::new(),
            nothing: true,
        }
    }
}

/// The automaton whose states are what may come next: places from which the same may follow are one.
fn determined(positions: &Positions, whole: &Ends) -> Option<Automaton> {
    type Key = (BTreeSet<usize>, bool);
    let start: Key = (whole.first.clone(), whole.nothing);
    let mut ids: HashMap<Key, StateId> = HashMap::from([(start.clone(), StateId(0))]);
    let mut queue = VecDeque::from([start]);
    let mut states = Vec::new();
    while let Some((may_come, may_end)) = queue.pop_front() {
        let mut by_element: BTreeMap<ElementId, Key> = BTreeMap::new();
        for at in may_come {
            if let Some(element) = positions.elements[at] {
                let (follow, ends) = by_element.entry(element).or_default();
                follow.extend(&positions.follow[at]);
                *ends |= whole.last.contains(&at);
            }
        }
        let mut next = Vec::with_capacity(by_element.len());
        for (element, key) in by_element {
            let fresh = StateId(u32::try_from(ids.len()).ok()?);
            let id = *ids.entry(key.clone()).or_insert(fresh);
            if id == fresh {
                if ids.len() > MAX_STATES {
                    return None;
                }
                queue.push_back(key);
            }
            next.push((element, id));
        }
        states.push(State {
            may_end,
            ahead: u64::MAX,
            next,
        });
    }
    let mut alphabet: Vec<ElementId> = positions.elements.iter().flatten().copied().collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let mut written = alphabet.clone();
    written.sort_by_key(|element| {
        positions
            .elements
            .iter()
            .position(|at| *at == Some(*element))
    });
    let mut automaton = Automaton {
        states,
        alphabet,
        written,
    };
    if automaton.alphabet.len() <= 64 {
        automaton.look_ahead();
    }
    Some(automaton)
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Schema};
    use super::*;

    /// The automaton of `top`, where a, b, c and d are elements.
    fn schema(model: &str) -> Schema {
        let text = format!(
            "element top = {model}\nelement a = -\nelement b = -\nelement c = -\nelement d = -\n"
        );
        Schema::from_compact(&text).unwrap()
    }

    fn automaton(schema: &Schema) -> &Automaton {
        match &schema.element(schema.find("top").unwrap()).content {
            Content::Children(automaton) => automaton,
            other => panic!("{other:?}"),
        }
    }

    fn allows(schema: &Schema, children: &str) -> bool {
        let automaton = automaton(schema);
        let mut state = automaton.start();
        for child in children.chars() {
            let child = schema.find(&child.to_string()).unwrap();
            match automaton.step(state, child) {
                Some(next) => state = next,
                None => return false,
            }
        }
        automaton.may_end(state)
    }

    #[test]
    fn models_allow_what_they_say() {
        for (model, good, bad) in [
            ("a b? c*", "a ab ac abccc", " b ba abb aca"),
            ("(a / b)+ c", "ac bac abababc", "c ab acc"),
            ("(a b+)? c", "c abc abbc", "ac bc ababc"),
            ("a* (b / c)? a", "a aa aaba ca", "b ab bb bca"),
            ("(a? b?)*", " a b ab ba aabb", "c ac"),
            ("((a b) / (a c))+", "ab ac abac", "a aa abc"),
            ("a (b / (c d))*", "a abb acd abcdb", "ac ad b"),
        ] {
            let schema = schema(model);
            for children in good.split(' ') {
                assert!(allows(&schema, children), "{model} must allow {children:?}");
            }
            for children in bad.split(' ').filter(|bad| !(*bad).is_empty()) {
                assert!(!allows(&schema, children), "{model} allows {children:?}");
            }
        }
    }

    #[test]
    fn a_bridge_names_what_is_missing() {
        let schema = schema("a (b / c) d* a");
        let automaton = automaton(&schema);
        let id = |name: &str| schema.find(name).unwrap();
        let (places, state) = automaton.bridge(automaton.start(), id("d")).unwrap();
        assert_eq!(places, [vec![id("a")], vec![id("b"), id("c")]]);
        assert_eq!(automaton.missing(state), [vec![id("a")]]);
        let after = automaton.step(state, id("a")).unwrap();
        assert_eq!(automaton.bridge(after, id("b")), None);
        assert!(automaton.missing(after).is_empty());
    }

    proptest::proptest! {
        /// Against the plainest reading of a model: try every way.
        #[test]
        fn automata_agree_with_backtracking(particle in particles(), children in "[abc]{0,6}") {
            let names: HashMap<String, ElementId> = (0..3_u16)
                .map(|at| (char::from(b'a' + at as u8).to_string(), ElementId(at)))
                .collect();
            let automaton = Automaton::of(&particle, &names).unwrap();
            let row: Vec<String> = children.chars().map(String::from).collect();
            let mut state = Some(automaton.start());
            for child in &row {
                state = state.and_then(|at| automaton.step(at, names[child]));
            }
            let found = state.is_some_and(|at| automaton.may_end(at));
            proptest::prop_assert_eq!(found, ends(&particle, &row, 0).contains(&row.len()));
        }
    }

    fn particles() -> impl proptest::strategy::Strategy<Value = Particle> {
        use proptest::prelude::*;
        let name = "[abc]".prop_map(Particle::Name);
        name.prop_recursive(4, 12, 3, |inner| {
            let some = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                some.clone().prop_map(Particle::Sequence),
                some.prop_map(Particle::Choice),
                (
                    inner,
                    prop::sample::select(vec![Repeat::Optional, Repeat::Any, Repeat::Some])
                )
                    .prop_map(|(part, repeat)| Particle::Repeated(Box::new(part), repeat)),
            ]
        })
    }

    /// Where a match that begins at `from` may end.
    fn ends(particle: &Particle, row: &[String], from: usize) -> BTreeSet<usize> {
        match particle {
            Particle::Name(name) => {
                let here = row.get(from).is_some_and(|child| child == name);
                here.then_some(from + 1).into_iter().collect()
            }
            Particle::Choice(parts) => parts
                .iter()
                .flat_map(|part| ends(part, row, from))
                .collect(),
            Particle::Sequence(parts) => {
                parts.iter().fold(BTreeSet::from([from]), |starts, part| {
                    starts.iter().flat_map(|at| ends(part, row, *at)).collect()
                })
            }
            Particle::Repeated(part, repeat) => {
                let mut all = ends(part, row, from);
                if *repeat != Repeat::Optional {
                    let mut fresh = all.clone();
                    while !fresh.is_empty() {
                        let more: BTreeSet<usize> =
                            fresh.iter().flat_map(|at| ends(part, row, *at)).collect();
                        fresh = more.difference(&all).copied().collect();
                        all.extend(&fresh);
                    }
                }
                if *repeat != Repeat::Some {
                    all.insert(from);
                }
                all
            }
        }
    }
}
