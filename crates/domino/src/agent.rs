//! Agents: found in a design, put together with their libraries, and run over the documents that their trigger gives them.

use crate::World;
use crate::formulas::{self, Subject};
use crate::objects::database::OpenDatabase;
use crate::objects::document::Doc;
use crate::objects::ui::OpenWindow;
use crate::report::{CallPlace, Failure};
use crate::store::{DatabaseId, index};
use crate::world::Current;
use dxl::NodeId;
use dxl::design::{Code, Database as Design, Design as Piece, DesignElement, Language, Sort};
use lotusscript::run::{
    Fault, LowerError, Module, Program, RunError, RunOptions, ScriptError, Stop, Value,
};
use lotusscript::sources::{Source, sources};
use lotusscript::syntax::{ExpressionKind, LineColumn, Script, StatementKind, parse};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Why an agent cannot be run at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// There is none of the name.
    #[error("there is no agent {name:?}; the database has {}", listed(.known))]
    None {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// It is written in something that is not run here.
    #[error("the agent {0} is no LotusScript and no formula: {1}")]
    Language(String, &'static str),
    /// A library that it uses is not in the database.
    #[error("{user} uses the library {library:?}, which the database does not have")]
    Library {
        /// Who uses it.
        user: String,
        /// The library.
        library: String,
    },
    /// A script cannot be read, or makes no program.
    #[error("{0}")]
    Script(String),
    /// The documents on which it should run cannot be told.
    #[error("{0}")]
    Documents(String),
    /// There is no such database.
    #[error("there is no such database in this run")]
    Database,
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}

/// A script with the place that it comes from.
#[derive(Debug)]
struct Loaded {
    name: String,
    source: Source,
    script: Script,
}

/// Where an agent begins; its `Terminate` and those of its libraries are run behind it.
const ENTRY: &str = "Initialize";

/// What an agent does.
enum Work {
    Script(Box<Program>, Rc<Vec<Loaded>>),
    Formula(String, String),
}

/// An agent by its name or alias.
pub(crate) fn find(world: &World, database: DatabaseId, name: &str) -> Option<NodeId> {
    let tree = world.store.get(database)?.design();
    let mut agents = agents(tree.root());
    let found = agents.find(|agent| agent.is_called(name.trim()))?;
    Some(found.element().id())
}

fn agents<'t>(root: dxl::Element<'t>) -> impl Iterator<Item = Piece<'t>> {
    dxl::design::designs(root).filter(|piece| piece.sort() == Sort::Agent)
}

/// The names of all agents of a database.
pub fn agents_of(world: &World, database: DatabaseId) -> Vec<String> {
    let store = world.store.get(database);
    store.map_or_else(Vec::new, |store| {
        agents(store.design().root())
            .map(|agent| agent.name().into_owned())
            .collect()
    })
}

impl World {
    /// Runs an agent of a database, by its name or alias, on documents that are given by their universal ids, or else on those that its trigger and its selection say.
    /// That a script ended early is told by the failure; an error is that it could not begin.
    pub fn run_agent(
        &mut self,
        database: DatabaseId,
        name: &str,
        documents: Option<Vec<String>>,
    ) -> Result<Option<Failure>, AgentError> {
        if self.store.get(database).is_none() {
            return Err(AgentError::Database);
        }
        let Some(element) = find(self, database, name) else {
            return Err(AgentError::None {
                name: name.to_owned(),
                known: agents_of(self, database),
            });
        };
        let work = load(self, database, element)?;
        let open = self.open_current(database);
        let documents = match documents {
            Some(documents) => documents,
            None => documents_of(self, database, element)?,
        };
        let trigger = self.about(database, element, |agent| agent.trigger().to_owned());
        let set = self.about(database, element, |agent| {
            agent.document_set().unwrap_or_default().to_owned()
        });
        let one_by_one = trigger.as_deref() == Some("beforenewmail");
        let has_context =
            matches!(set.as_deref(), Some("selected" | "runonce")) && !documents.is_empty();
        if one_by_one {
            for unid in documents {
                let context = open.document(self, &unid);
                let failure =
                    self.run_work(&work, &open, (database, element), context, vec![unid], None);
                if failure.is_some() {
                    return Ok(failure);
                }
            }
            return Ok(None);
        }
        let context = documents
            .first()
            .filter(|_| has_context)
            .and_then(|unid| open.document(self, unid));
        Ok(self.run_work(&work, &open, (database, element), context, documents, None))
    }

    /// Makes a database the one that scripts find as the current one.
    fn open_current(&mut self, database: DatabaseId) -> Rc<OpenDatabase> {
        let known = self.current.database.as_ref();
        let known = known
            .filter(|open| open.id.get() == Some(database))
            .cloned();
        let open = known.unwrap_or_else(|| OpenDatabase::of(self, database));
        self.current.database = Some(Rc::clone(&open));
        open
    }

    /// Opens a document in a window of the client, as a person would before starting the agent. Whether there is such a document.
    pub fn open_document(&mut self, database: DatabaseId, unid: &str, is_edited: bool) -> bool {
        let open = self.open_current(database);
        let Some(doc) = open.document(self, unid) else {
            return false;
        };
        self.ui.current = Some(OpenWindow::new(&doc, is_edited));
        true
    }

    fn about<T>(
        &self,
        database: DatabaseId,
        element: NodeId,
        see: impl FnOnce(dxl::design::Agent<'_>) -> T,
    ) -> Option<T> {
        let tree = self.store.get(database)?.design();
        match Piece::of(tree.element(element)?)? {
            Piece::Agent(agent) => Some(see(agent)),
            _ => None,
        }
    }

    fn run_work(
        &mut self,
        work: &Work,
        open: &Rc<OpenDatabase>,
        agent: (DatabaseId, NodeId),
        context: Option<Rc<Doc>>,
        documents: Vec<String>,
        parameter_id: Option<String>,
    ) -> Option<Failure> {
        let current = Current {
            database: Some(Rc::clone(open)),
            agent: Some(agent),
            context,
            documents,
            processed: Vec::new(),
            parameter_id,
            depth: self.current.depth + 1,
        };
        let before = std::mem::replace(&mut self.current, current);
        let failure = match work {
            Work::Script(program, loaded) => {
                let options = RunOptions {
                    limits: self.limits,
                    international: Rc::clone(&self.international),
                    traces: true,
                    seed: self.random,
                };
                let outcome = program.run(ENTRY, Vec::<Value>::new(), self, &options);
                outcome.err().map(|error| failure_of(&error, loaded))
            }
            Work::Formula(source, kind) => match run_formula(self, open, source, kind) {
                Ok(()) => None,
                Err(fault) => Some(Failure::of_fault(&fault)),
            },
        };
        let done = std::mem::replace(&mut self.current, before);
        self.processed.extend(done.processed);
        failure
    }
}

/// Why an agent that another one started did not end well.
pub(crate) enum Within {
    Stop(Box<Fault>),
    Failed(String),
}

/// Runs an agent that a script starts.
pub(crate) fn run_within(
    world: &mut World,
    database: DatabaseId,
    element: NodeId,
    context: Option<Rc<Doc>>,
    parameter_id: Option<String>,
) -> Result<(), Within> {
    /// Agents that start each other.
    const MOST: usize = 16;
    if world.current.depth >= MOST {
        let why = format!("more than {MOST} agents run within each other");
        return Err(Within::Stop(Stop::Host(why).into()));
    }
    let failed = |why: AgentError| Within::Failed(why.to_string());
    let work = load(world, database, element).map_err(failed)?;
    let documents = match &context {
        Some(doc) => vec![doc.state.borrow().unid.clone()],
        None => documents_of(world, database, element).map_err(failed)?,
    };
    let known = world.current.database.clone();
    let open = known
        .filter(|open| open.id.get() == Some(database))
        .unwrap_or_else(|| OpenDatabase::of(world, database));
    match world.run_work(
        &work,
        &open,
        (database, element),
        context,
        documents,
        parameter_id,
    ) {
        None => Ok(()),
        Some(failure) => Err(match failure.stop.clone() {
            Some(stop) => Within::Stop(stop.into()),
            None => Within::Failed(failure.to_string()),
        }),
    }
}

fn failure_of(error: &RunError, loaded: &[Loaded]) -> Failure {
    let calls = error.calls.iter().map(|call| {
        let module = loaded
            .iter()
            .find(|module| module.name.eq_ignore_ascii_case(&call.file));
        let place = LineColumn {
            line: call.line,
            column: 1,
        };
        CallPlace {
            script: call.file.clone(),
            line: call.line,
            procedure: call.procedure.clone(),
            file_line: module.map(|module| module.source.in_file(place).line),
        }
    });
    Failure {
        calls: calls.collect(),
        ..Failure::of_fault(&error.fault)
    }
}

/// An agent with all that it uses, ready to run.
fn load(world: &mut World, database: DatabaseId, element: NodeId) -> Result<Work, AgentError> {
    let store = world.store.get(database).ok_or(AgentError::Database)?;
    let tree = store.design();
    let root = tree.root();
    let piece = tree
        .element(element)
        .and_then(Piece::of)
        .ok_or(AgentError::Database)?;
    let name = piece.name().into_owned();
    let main = sources(piece.element()).into_iter().next();
    let Some(main) = main else {
        let code = piece.code().next();
        return match code.map(|code| (code.language(), code)) {
            Some((Language::Formula, code)) => {
                let kind = piece
                    .element()
                    .attribute("formulatype")
                    .unwrap_or("modifydocs");
                Ok(Work::Formula(code.text().into_owned(), kind.to_owned()))
            }
            other => Err(AgentError::Language(
                name,
                language_of(other.map(|(_, code)| code)),
            )),
        };
    };
    let mut loaded = vec![Loaded {
        script: parse(&main.text),
        source: main,
        name: name.clone(),
    }];
    let design = Design::of(root);
    let mut at = 0;
    while at < loaded.len() {
        for library in uses_of(&loaded[at].script) {
            if loaded[1..]
                .iter()
                .any(|known| known.name.eq_ignore_ascii_case(&library))
            {
                continue;
            }
            let found = design
                .into_iter()
                .flat_map(Design::designs)
                .find(|piece| piece.sort() == Sort::ScriptLibrary && piece.is_called(&library));
            let source = found.and_then(|piece| sources(piece.element()).into_iter().next());
            let Some(source) = source else {
                return Err(AgentError::Library {
                    user: loaded[at].name.clone(),
                    library,
                });
            };
            loaded.push(Loaded {
                name: library,
                script: parse(&source.text),
                source,
            });
        }
        at += 1;
    }
    assemble(world, loaded)
}

fn language_of(code: Option<Code<'_>>) -> &'static str {
    match code.map(Code::language) {
        Some(Language::Java) => "it is Java",
        Some(Language::JavaScript) => "it is JavaScript",
        Some(Language::CompiledFormula) => "its formula is compiled",
        Some(Language::SimpleAction) => "it is made of simple actions",
        _ => "it has no code",
    }
}

fn uses_of(script: &Script) -> Vec<String> {
    script
        .module()
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Use(library) => match &library.kind {
                ExpressionKind::Text(name) => Some(name.to_string()),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

fn assemble(world: &World, loaded: Vec<Loaded>) -> Result<Work, AgentError> {
    let files: Vec<(String, Script)> = world
        .files
        .iter()
        .filter(|(path, _)| path.to_lowercase().ends_with(".lss"))
        .map(|(path, bytes)| (path.clone(), parse(&String::from_utf8_lossy(bytes))))
        .collect();
    for module in &loaded {
        spell(&module.source.text, &world.spellings);
    }
    let modules: Vec<Module<'_>> = loaded
        .iter()
        .map(|module| Module {
            name: &module.name,
            script: &module.script,
        })
        .collect();
    let includes: Vec<Module<'_>> = files
        .iter()
        .map(|(path, script)| Module { name: path, script })
        .collect();
    let program = Program::new(&modules, &includes)
        .map_err(|error| AgentError::Script(in_file(&error, &loaded)))?;
    if !program.has(ENTRY) {
        return Err(AgentError::Script(format!(
            "{}: there is no Sub Initialize",
            loaded[0].name
        )));
    }
    Ok(Work::Script(Box::new(program), Rc::new(loaded)))
}

/// A mistake with its line in the file of DXL.
fn in_file(error: &LowerError, loaded: &[Loaded]) -> String {
    let module = loaded.iter().find(|module| module.name == error.file);
    match module {
        Some(module) => {
            let place = module.source.in_file(error.place);
            format!(
                "{}({}:{}), line {} of the file: {}",
                error.file, error.place.line, error.place.column, place.line, error.message
            )
        }
        None => error.to_string(),
    }
}

/// What members are called where a script first writes them: behind a dot.
pub(crate) fn spell(text: &str, into: &RefCell<HashMap<String, String>>) {
    let mut into = into.borrow_mut();
    for (at, _) in text.match_indices('.') {
        let rest = &text[at + 1..];
        let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        let name = &rest[..end.unwrap_or(rest.len())];
        if name.starts_with(char::is_alphabetic) {
            into.entry(name.to_lowercase())
                .or_insert_with(|| name.to_owned());
        }
    }
}

/// The documents that a trigger and a selection give an agent.
fn documents_of(
    world: &mut World,
    database: DatabaseId,
    element: NodeId,
) -> Result<Vec<String>, AgentError> {
    let about = world.about(database, element, |agent| {
        let search = agent.element().first("documentset").map(|set| {
            let searches = set.elements().filter(|inner| inner.name() == "search");
            searches
                .map(|search| {
                    let forms = search
                        .all("formchoice")
                        .filter_map(|form| form.attribute("name"));
                    let sort = search.attribute("type").unwrap_or_default().to_owned();
                    (sort, forms.map(str::to_lowercase).collect::<Vec<_>>())
                })
                .collect::<Vec<_>>()
        });
        (
            agent.document_set().unwrap_or_default().to_owned(),
            search.unwrap_or_default(),
        )
    });
    let (set, searches) = about.unwrap_or_default();
    let all = |world: &World| {
        let store = world.store.get(database);
        store.map_or_else(Vec::new, |store| {
            store
                .documents()
                .map(|note| note.unid.clone())
                .collect::<Vec<_>>()
        })
    };
    let documents = match set.as_str() {
        "selected" | "runonce" => world.selected.clone(),
        "allinview" | "unreadinview" => {
            let Some(view) = world.open_view.clone() else {
                let why = "the agent runs on the documents of a view: say which one is open";
                return Err(AgentError::Documents(why.to_owned()));
            };
            let element = index::find_view(world, database, &view)
                .ok_or_else(|| AgentError::Documents(format!("there is no view {view:?}")))?;
            let shown = index::index_of(world, database, element)
                .map_err(|fault| AgentError::Documents(Failure::of_fault(&fault).message))?;
            shown
                .rows
                .iter()
                .filter_map(|row| row.unid.clone())
                .collect()
        }
        _ => all(world),
    };
    let mut kept = documents;
    for (sort, forms) in searches {
        if sort != "byformnames" {
            let why = format!(
                "the agent selects its documents by a search {sort:?}, which is not done here: give the documents"
            );
            return Err(AgentError::Documents(why));
        }
        kept.retain(|unid| {
            let note = world.store.get(database).and_then(|store| store.note(unid));
            let form = note.and_then(|note| note.document.form().map(|form| form.to_lowercase()));
            form.is_some_and(|form| forms.contains(&form))
        });
    }
    Ok(kept)
}

/// Runs a formula over the documents of the current agent.
fn run_formula(
    world: &mut World,
    open: &Rc<OpenDatabase>,
    source: &str,
    kind: &str,
) -> Result<(), Box<Fault>> {
    let formula = formulas::parse(world, source)?;
    let id = open.id.get();
    let run = |world: &mut World, subject: &Subject| {
        let outcome = formulas::evaluate(world, id, subject, &formula)?;
        match outcome.value.as_fault() {
            Some(fault) => Err(Box::<Fault>::from(ScriptError::new(
                4000,
                format!("Formula error: {}", fault.message),
            ))),
            None => Ok(outcome.selection != Some(false)),
        }
    };
    let documents = world.current.documents.clone();
    if documents.is_empty() {
        let runs_once = world.current.agent.and_then(|(database, element)| {
            world.about(database, element, |agent| {
                agent.document_set() == Some("runonce")
            })
        });
        if runs_once == Some(true) {
            run(world, &Subject::None)?;
        }
        return Ok(());
    }
    for unid in documents {
        let Some(doc) = open.document(world, &unid) else {
            continue;
        };
        let before = doc.state.borrow().document.clone();
        let target = match kind {
            "createdocs" => Doc::of_new(world, open, bare(&before))?,
            _ => Rc::clone(&doc),
        };
        let is_selected = run(world, &Subject::Working(Rc::clone(&target)))?;
        let is_changed = target.state.borrow().document != before;
        if is_selected && kind != "selectdocs" && (is_changed || kind == "createdocs") {
            target.save(world, true, false)?;
        }
    }
    Ok(())
}

/// A document without what says that it was saved.
fn bare(document: &dxl::notes::Document) -> dxl::notes::Document {
    let mut copy = document.clone();
    for name in ["noteinfo", "updatedby"] {
        let info = copy.element().first(name).map(|info| info.id());
        if let Some(info) = info {
            copy.tree_mut().detach(info);
        }
    }
    copy
}
