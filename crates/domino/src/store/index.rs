//! What a view shows: its rows in their order, with categories, levels and positions; and how rows are found by keys.

use super::DatabaseId;
use crate::World;
use crate::formulas::{Subject, evaluate, parse};
use crate::time;
use dxl::NodeId;
use dxl::design::{Column, Database as Design, Design as Piece, DesignElement, Language};
use dxl::notes::Document;
use jiff::tz::TimeZone;
use lotusscript::formula::{Collation, Formula, NodeKind, Time, Value};
use lotusscript::run::{Fault, NOT_THERE, ScriptError, charge};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A view, and what it shows at one time.
#[derive(Debug)]
pub(crate) struct Index {
    pub name: String,
    pub aliases: Vec<String>,
    pub columns: Vec<ColumnOf>,
    pub rows: Rc<Vec<Row>>,
    pub selection: String,
    pub is_folder: bool,
    pub is_default: bool,
    pub is_calendar: bool,
    pub is_hierarchical: bool,
    pub unid: Option<String>,
    computed: HashMap<String, Computed>,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnOf {
    pub title: String,
    pub item: String,
    pub formula: Option<String>,
    pub is_sorted: bool,
    pub is_descending: bool,
    pub is_category: bool,
    pub is_hidden: bool,
    pub is_for_responses: bool,
    pub splits: bool,
    /// It says the same for every document.
    pub is_constant: bool,
    parsed: Option<Rc<Formula>>,
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Of a document; a category has none.
    pub unid: Option<String>,
    pub values: Vec<Value>,
    /// The numbers of `GetPosition`: one for each level.
    pub position: Vec<u32>,
    /// Categories above it, and itself if it is one.
    pub column_indent: usize,
    /// Below how many documents it stands.
    pub response_level: usize,
    pub is_conflict: bool,
    pub children: usize,
    pub descendants: usize,
    pub siblings: usize,
}

/// A document on its way into the rows.
#[derive(Debug, Clone)]
struct Shown {
    unid: String,
    parent: Option<String>,
    is_conflict: bool,
    order: usize,
    values: Vec<Value>,
}

/// The view or folder of a name or alias.
pub(crate) fn find_view(world: &World, database: DatabaseId, name: &str) -> Option<NodeId> {
    let tree = world.store.get(database)?.design();
    let design = Design::of(tree.root())?;
    let views = design.designs().filter(|piece| {
        matches!(piece, Piece::View(_) | Piece::Folder(_))
            || matches!(
                piece.sort(),
                dxl::design::Sort::View | dxl::design::Sort::Folder
            )
    });
    let found = views.into_iter().find(|view| view.is_called(name.trim()))?;
    Some(found.element().id())
}

/// What a view shows now; that of last time, if nothing was changed since.
pub(crate) fn index_of(
    world: &mut World,
    database: DatabaseId,
    view: NodeId,
) -> Result<Rc<Index>, Box<Fault>> {
    let generation = world
        .store
        .get(database)
        .map_or(0, super::Database::generation);
    let known = world.indexes.get(&(database, view)).cloned();
    if let Some((built, index)) = &known
        && *built == generation
    {
        return Ok(Rc::clone(index));
    }
    let before = std::mem::replace(&mut world.is_indexing, true);
    let index = build(world, database, view, known.map(|(_, index)| index));
    world.is_indexing = before;
    let index = Rc::new(index?);
    world
        .indexes
        .insert((database, view), (generation, Rc::clone(&index)));
    Ok(index)
}

/// What the formulas of a view said of a document; as long as that is not saved, they are not asked again.
#[derive(Debug, Clone)]
struct Computed {
    document: Rc<Document>,
    parent: Option<String>,
    is_conflict: bool,
    is_selected: bool,
    values: Option<Vec<Value>>,
}

fn build(
    world: &mut World,
    database: DatabaseId,
    view: NodeId,
    old: Option<Rc<Index>>,
) -> Result<Index, Box<Fault>> {
    let mut index = read_design(world, database, view)?;
    let notes = notes_of(world, database)?;
    let formula = match index.is_folder {
        true => None,
        false => Some(parse(world, &index.selection)?),
    };
    let folder: HashSet<String> = match world.store.get(database) {
        Some(store) if index.is_folder => store.folder(&index.name).iter().cloned().collect(),
        _ => HashSet::new(),
    };
    let mut is_as_before = old
        .as_ref()
        .is_some_and(|old| old.computed.len() == notes.len());
    for one in &notes {
        let known = old.as_ref().and_then(|old| old.computed.get(&one.unid));
        let computed = match known.filter(|known| Rc::ptr_eq(&known.document, &one.document)) {
            Some(known) if !index.is_folder => known.clone(),
            _ => {
                let is_selected = match &formula {
                    None => folder.contains(&one.unid),
                    Some(formula) => one.is_selected(world, database, formula)?,
                };
                let values = match is_selected {
                    true => Some(one.values(world, database, &index.columns)?),
                    false => None,
                };
                let computed = Computed {
                    parent: one.parent(),
                    is_conflict: one.document.is_conflict(),
                    document: Rc::clone(&one.document),
                    is_selected,
                    values,
                };
                is_as_before &= known.is_some_and(|known| known.shows_the_same(&computed));
                computed
            }
        };
        index.computed.insert(one.unid.clone(), computed);
    }
    if let Some(old) = old.filter(|_| is_as_before) {
        index.rows = Rc::clone(&old.rows);
        return Ok(index);
    }
    let chosen: Vec<bool> = notes
        .iter()
        .map(|one| {
            index
                .computed
                .get(&one.unid)
                .is_some_and(|one| one.is_selected)
        })
        .collect();
    let chosen = with_responses(&notes, chosen, &index.selection);
    let mut shown = Vec::new();
    for (order, (one, _)) in notes
        .iter()
        .zip(chosen)
        .enumerate()
        .filter(|(_, (_, is_in))| *is_in)
    {
        let known = index
            .computed
            .get(&one.unid)
            .and_then(|one| one.values.clone());
        let values = match known {
            Some(values) => values,
            // An answer that comes along with its question.
            None => {
                let values = one.values(world, database, &index.columns)?;
                if let Some(computed) = index.computed.get_mut(&one.unid) {
                    computed.values = Some(values.clone());
                }
                values
            }
        };
        let row = Shown {
            unid: one.unid.clone(),
            parent: one.parent(),
            is_conflict: one.document.is_conflict(),
            order,
            values,
        };
        split(row, &index.columns, &mut shown);
    }
    charge(u64::try_from(shown.len() / 4).unwrap_or(0))?;
    index.rows = Rc::new(Arrangement::new(&index, &world.zone, shown).rows());
    Ok(index)
}

impl Computed {
    fn shows_the_same(&self, other: &Self) -> bool {
        // What came along with its question may do so again, with other values.
        let is_whole = self.is_selected == self.values.is_some();
        is_whole
            && self.is_selected == other.is_selected
            && self.values == other.values
            && self.parent == other.parent
            && self.is_conflict == other.is_conflict
    }
}

/// A document that a view or a search looks at.
struct Candidate {
    unid: String,
    note_id: u32,
    document: Rc<Document>,
}

/// As how many statements a look at a document counts.
const LOOK: u64 = 64;

fn notes_of(world: &World, database: DatabaseId) -> Result<Vec<Candidate>, Box<Fault>> {
    let Some(store) = world.store.get(database) else {
        return Ok(Vec::new());
    };
    let notes = store.documents().map(|note| Candidate {
        unid: note.unid.clone(),
        note_id: note.note_id,
        document: Rc::clone(&note.document),
    });
    let notes: Vec<Candidate> = notes.collect();
    charge(LOOK * notes.len() as u64)?;
    Ok(notes)
}

impl Candidate {
    fn subject(&self) -> Subject {
        Subject::Stored(Rc::clone(&self.document), self.unid.clone(), self.note_id)
    }

    fn parent(&self) -> Option<String> {
        self.document.parent().map(|parent| parent.to_uppercase())
    }

    fn is_selected(
        &self,
        world: &mut World,
        database: DatabaseId,
        formula: &Formula,
    ) -> Result<bool, Box<Fault>> {
        let outcome = evaluate(world, Some(database), &self.subject(), formula)?;
        let is_in = outcome.selection.or_else(|| outcome.value.is_true());
        Ok(is_in == Some(true))
    }

    fn values(
        &self,
        world: &mut World,
        database: DatabaseId,
        columns: &[ColumnOf],
    ) -> Result<Vec<Value>, Box<Fault>> {
        let subject = self.subject();
        let mut values = Vec::with_capacity(columns.len());
        for column in columns {
            let value = match &column.parsed {
                None => subject.field(&column.item).unwrap_or(Value::text("")),
                Some(formula) => evaluate(world, Some(database), &subject, formula)?.value,
            };
            values.push(match value {
                Value::Error(fault) => Value::text(format!("ERROR: {}", fault.message)),
                Value::Unavailable | Value::Nothing | Value::Keyword(_) => Value::text(""),
                value => value,
            });
        }
        Ok(values)
    }
}

fn read_design(world: &World, database: DatabaseId, view: NodeId) -> Result<Index, Box<Fault>> {
    let gone = || ScriptError::new(4039, "the view is not there any more");
    let store = world.store.get(database).ok_or_else(gone)?;
    let element = store.design().element(view).ok_or_else(gone)?;
    let piece = Piece::of(element).ok_or_else(gone)?;
    let columns: Vec<Column<'_>> = match piece {
        Piece::View(view) => view.columns().collect(),
        Piece::Folder(folder) => folder.columns().collect(),
        _ => {
            let why = format!(
                "the view {} was exported item by item, its formulas in Domino's own format; export it as a view",
                piece.name()
            );
            return Err(ScriptError::new(NOT_THERE, why).into());
        }
    };
    let selection = match piece {
        Piece::View(view) => match view.selection() {
            None => "SELECT @All".to_owned(),
            Some(code) if code.language() == Language::Formula => code.text().into_owned(),
            Some(_) => {
                return Err(compiled(&format!(
                    "the selection of the view {}",
                    piece.name()
                )));
            }
        },
        _ => String::new(),
    };
    let columns: Result<Vec<ColumnOf>, Box<Fault>> = columns
        .into_iter()
        .map(|column| column_of(world, database, column))
        .collect();
    Ok(Index {
        name: piece.name().into_owned(),
        aliases: piece.aliases(),
        columns: columns?,
        rows: Rc::new(Vec::new()),
        selection,
        is_folder: matches!(piece, Piece::Folder(_)),
        is_default: piece.flag("default") == Some(true),
        is_calendar: element.attribute("type") == Some("calendar"),
        is_hierarchical: element.attribute("showresponsehierarchy") == Some("true"),
        unid: piece.unid().map(str::to_uppercase),
        computed: HashMap::new(),
    })
}

fn compiled(what: &str) -> Box<Fault> {
    let why = format!("{what} is compiled, and only its text can be run");
    ScriptError::new(NOT_THERE, why).into()
}

fn column_of(
    world: &World,
    database: DatabaseId,
    column: Column<'_>,
) -> Result<ColumnOf, Box<Fault>> {
    let shared = column
        .shared_name()
        .filter(|_| column.item_name().is_none());
    if let Some(name) = shared
        && let Some(design) = world
            .store
            .get(database)
            .and_then(|store| Design::of(store.design().root()))
    {
        let found = design.designs().find_map(|piece| match piece {
            Piece::SharedColumn(shared) if shared.is_called(name) => shared.column(),
            _ => None,
        });
        if let Some(found) = found.filter(|found| !found.is_shared()) {
            return column_of(world, database, found);
        }
    }
    let flag = |name: &str| column.flag(name) == Some(true);
    let formula = match column.formula() {
        None => None,
        Some(code) if code.language() == Language::Formula => Some(code.text().into_owned()),
        Some(_) => return Err(compiled(&format!("the column {}", column.title()))),
    };
    let parsed = match &formula {
        None => None,
        Some(source) => Some(parse(world, source)?),
    };
    let is_constant = parsed.as_ref().is_some_and(|formula| {
        formula.names_read().is_empty()
            && !formula
                .nodes()
                .any(|(_, node)| matches!(node.kind, NodeKind::Call(_)))
    });
    Ok(ColumnOf {
        title: column.title().to_owned(),
        item: column.item_name().unwrap_or_default().to_owned(),
        formula,
        is_sorted: column.sort().is_some(),
        is_descending: column.sort() == Some("descending"),
        is_category: column.is_categorized() && column.sort().is_some(),
        is_hidden: column.is_hidden(),
        is_for_responses: flag("responsesonly"),
        splits: flag("separatemultiplevalues") || column.is_categorized(),
        is_constant,
        parsed,
    })
}

/// The UNIDs of the documents that a formula selects, `@AllChildren` and `@AllDescendants` included.
pub(crate) fn search(
    world: &mut World,
    database: DatabaseId,
    selection: &str,
) -> Result<Vec<String>, Box<Fault>> {
    let formula = parse(world, selection)?;
    let notes = notes_of(world, database)?;
    let mut chosen = Vec::with_capacity(notes.len());
    for one in &notes {
        chosen.push(one.is_selected(world, database, &formula)?);
    }
    let chosen = with_responses(&notes, chosen, selection);
    let found = notes.into_iter().zip(chosen).filter(|(_, is_in)| *is_in);
    Ok(found.map(|(one, _)| one.unid).collect())
}

/// With the answers to what is chosen, if the formula wants them; with answers to those, too, if it wants all.
fn with_responses(notes: &[Candidate], mut chosen: Vec<bool>, selection: &str) -> Vec<bool> {
    let mentions = |name: &str| selection.to_lowercase().contains(name);
    let (children, descendants) = (mentions("@allchildren"), mentions("@alldescendants"));
    if !children && !descendants {
        return chosen;
    }
    let mut below: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, one) in notes.iter().enumerate() {
        if let Some(parent) = one.parent() {
            below.entry(parent).or_default().push(at);
        }
    }
    let mut open: Vec<usize> = (0..notes.len()).filter(|at| chosen[*at]).collect();
    while let Some(at) = open.pop() {
        for response in below.get(&notes[at].unid).into_iter().flatten() {
            if !std::mem::replace(&mut chosen[*response], true) && descendants {
                open.push(*response);
            }
        }
    }
    chosen
}

/// Rows of its own for each value of the columns that want it so.
fn split(document: Shown, columns: &[ColumnOf], into: &mut Vec<Shown>) {
    /// Of one document; more are cut off.
    const MOST: usize = 4096;
    let mut rows = vec![document];
    for (at, column) in columns.iter().enumerate() {
        if !column.splits || !column.is_sorted {
            continue;
        }
        let mut next = Vec::new();
        for row in rows {
            for element in 0..row.values[at].len() {
                if next.len() >= MOST {
                    break;
                }
                let mut one = row.clone();
                if let Some(value) = row.values[at].element(element) {
                    one.values[at] = value;
                }
                next.push(one);
            }
        }
        rows = next;
    }
    into.extend(rows);
}

/// Documents being put into order.
struct Arrangement<'a> {
    index: &'a Index,
    zone: &'a TimeZone,
    shown: Vec<Shown>,
    /// Which stand below a document, by its UNID.
    below: HashMap<String, Vec<usize>>,
    rows: Vec<Row>,
    /// How many stand on each level below what is open.
    counts: Vec<u32>,
}

impl<'a> Arrangement<'a> {
    fn new(index: &'a Index, zone: &'a TimeZone, shown: Vec<Shown>) -> Self {
        Self {
            index,
            zone,
            shown,
            below: HashMap::new(),
            rows: Vec::new(),
            counts: Vec::new(),
        }
    }

    fn rows(mut self) -> Vec<Row> {
        let mut order: Vec<usize> = (0..self.shown.len()).collect();
        order.sort_by(|one, other| self.compare(*one, *other));
        let mut top = Vec::new();
        let there: HashSet<String> = self.shown.iter().map(|one| one.unid.clone()).collect();
        for at in order {
            match self.shown[at].parent.clone() {
                Some(parent) if self.index.is_hierarchical => {
                    // An answer whose question is not shown is not shown either.
                    if there.contains(&parent) {
                        self.below.entry(parent).or_default().push(at);
                    }
                }
                _ => top.push(at),
            }
        }
        let mut path: Vec<String> = Vec::new();
        for at in top {
            self.open_categories(at, &mut path);
            self.put(at, path.len());
        }
        count(&mut self.rows);
        self.rows
    }

    fn compare(&self, one: usize, other: usize) -> Ordering {
        let (one, other) = (&self.shown[one], &self.shown[other]);
        for (at, column) in self.index.columns.iter().enumerate() {
            if !column.is_sorted {
                continue;
            }
            let order = compare_values(&one.values[at], &other.values[at], self.zone);
            let order = if column.is_descending {
                order.reverse()
            } else {
                order
            };
            if order.is_ne() {
                return order;
            }
        }
        one.order.cmp(&other.order)
    }

    /// The categories of a document, from the outermost.
    fn categories(&self, at: usize) -> Vec<(usize, String)> {
        let mut path = Vec::new();
        for (column, about) in self.index.columns.iter().enumerate() {
            if !about.is_category {
                continue;
            }
            let text = shown_text(&self.shown[at].values[column], self.zone);
            path.extend(text.split('\\').map(|part| (column, part.to_owned())));
        }
        path
    }

    fn open_categories(&mut self, at: usize, path: &mut Vec<String>) {
        let wanted = self.categories(at);
        let same = path
            .iter()
            .zip(&wanted)
            .take_while(|(open, (_, wanted))| open.to_lowercase() == wanted.to_lowercase())
            .count();
        path.truncate(same);
        for (level, (column, name)) in wanted.into_iter().enumerate().skip(same) {
            let mut values = vec![Value::text(""); self.index.columns.len()];
            values[column] = Value::text(&name);
            path.push(name);
            let position = self.next_position(level);
            self.rows.push(Row {
                unid: None,
                values,
                position,
                column_indent: level,
                response_level: 0,
                is_conflict: false,
                children: 0,
                descendants: 0,
                siblings: 0,
            });
        }
    }

    fn next_position(&mut self, level: usize) -> Vec<u32> {
        self.counts.truncate(level + 1);
        self.counts.resize(level + 1, 0);
        self.counts[level] += 1;
        self.counts.clone()
    }

    /// A document and all that stands below it.
    fn put(&mut self, at: usize, level: usize) {
        /// A document that answers itself would stand below itself for ever.
        const MOST_LEVELS: usize = 32;
        /// Documents with many values stand in many rows, and their answers below each.
        const MOST_ROWS: usize = 1_000_000;
        let mut open = vec![(at, 0_usize)];
        while let Some((at, depth)) = open.pop() {
            if self.rows.len() >= MOST_ROWS {
                break;
            }
            let position = self.next_position(level + depth);
            let shown = &self.shown[at];
            let for_responses = self
                .index
                .columns
                .iter()
                .any(|column| column.is_for_responses);
            let is_response = shown.parent.is_some();
            let values = shown.values.iter().zip(&self.index.columns);
            let values = values.map(|(value, column)| {
                match for_responses && column.is_for_responses != is_response {
                    true => Value::text(""),
                    false => value.clone(),
                }
            });
            let row = Row {
                unid: Some(shown.unid.clone()),
                values: values.collect(),
                position,
                column_indent: level,
                response_level: depth,
                is_conflict: shown.is_conflict,
                children: 0,
                descendants: 0,
                siblings: 0,
            };
            self.rows.push(row);
            if depth < MOST_LEVELS {
                let below = self.below.get(&self.shown[at].unid);
                open.extend(
                    below
                        .into_iter()
                        .flatten()
                        .rev()
                        .map(|below| (*below, depth + 1)),
                );
            }
        }
    }
}

/// Children, descendants and siblings of each row, by the depth of its position.
fn count(rows: &mut [Row]) {
    // Rows that are open, with how many are below them.
    let mut open: Vec<usize> = Vec::new();
    for at in 0..rows.len() {
        let depth = rows[at].position.len();
        open.truncate(depth - 1);
        if let Some(parent) = open.last() {
            rows[*parent].children += 1;
        }
        for above in &open {
            rows[*above].descendants += 1;
        }
        open.push(at);
    }
    let top = rows.iter().filter(|row| row.position.len() == 1).count();
    let mut open: Vec<usize> = Vec::new();
    for at in 0..rows.len() {
        open.truncate(rows[at].position.len() - 1);
        rows[at].siblings = open.last().map_or(top, |parent| rows[*parent].children);
        open.push(at);
    }
}

fn shown_text(value: &Value, zone: &TimeZone) -> String {
    match value {
        Value::Text(list) => list.first().cloned().unwrap_or_default(),
        Value::Number(list) => list.first().map(f64::to_string).unwrap_or_default(),
        Value::Time(list) => match list.first() {
            Some(Time::At(time) | Time::Range(time, _)) => time::seen(time, zone).to_string(),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// As views sort texts, if their columns say nothing else.
const COLLATION: Collation = Collation {
    ignores_case: false,
    ignores_accents: false,
};

/// Numbers before dates before texts.
fn compare_values(one: &Value, other: &Value, zone: &TimeZone) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Number(_) => 0,
        Value::Time(_) => 1,
        _ => 2,
    };
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one
            .iter()
            .zip(other.iter())
            .map(|(one, other)| one.total_cmp(other))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal),
        (Value::Time(one), Value::Time(other)) => one
            .iter()
            .zip(other.iter())
            .map(|(one, other)| {
                time::ole_of(&start(one), zone).total_cmp(&time::ole_of(&start(other), zone))
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal),
        (Value::Text(one), Value::Text(other)) => one
            .iter()
            .zip(other.iter())
            .map(|(one, other)| match one == other {
                true => Ordering::Equal,
                false => COLLATION.key(one).cmp(&COLLATION.key(other)),
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal),
        _ => rank(one).cmp(&rank(other)),
    }
}

fn start(time: &Time) -> dxl::notes::DateTime {
    match time {
        Time::At(time) | Time::Range(time, _) => *time,
    }
}

impl Index {
    /// The rows of documents whose sorted columns have these values, from the first sorted column on. Texts match in any case; unless `exact`, their beginnings do.
    pub fn find(&self, keys: &[Value], exact: bool, zone: &TimeZone) -> Vec<usize> {
        let sorted: Vec<usize> = (0..self.columns.len())
            .filter(|at| self.columns[*at].is_sorted)
            .collect();
        if keys.is_empty() || keys.len() > sorted.len() {
            return Vec::new();
        }
        let matches = |row: &Row| {
            keys.iter()
                .zip(&sorted)
                .all(|(key, column)| fits(&row.values[*column], key, exact, zone))
        };
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| row.unid.is_some() && matches(row))
            .map(|(at, _)| at)
            .collect()
    }

    /// The number of a column, from its number from 1 or the name of its item.
    pub fn column(&self, item: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.item.eq_ignore_ascii_case(item))
    }
}

fn fits(value: &Value, key: &Value, exact: bool, zone: &TimeZone) -> bool {
    match (value, key) {
        (Value::Text(value), Value::Text(key)) => {
            let Some(key) = key.first().map(|key| key.to_lowercase()) else {
                return false;
            };
            value.iter().any(|value| {
                let value = value.to_lowercase();
                if exact {
                    value == key
                } else {
                    value.starts_with(&key)
                }
            })
        }
        (Value::Time(value), Value::Time(key)) => match key.first() {
            Some(Time::Range(from, to)) => value.iter().any(|value| {
                let at = time::ole_of(&start(value), zone);
                time::ole_of(from, zone) <= at && at <= time::ole_of(to, zone)
            }),
            Some(Time::At(key)) => value
                .iter()
                .any(|value| time::ole_of(&start(value), zone) == time::ole_of(key, zone)),
            None => false,
        },
        (Value::Number(value), Value::Number(key)) => {
            key.first().is_some_and(|key| value.contains(key))
        }
        _ => false,
    }
}
