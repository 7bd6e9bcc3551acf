//! `NotesAgent`: what an agent is, and agents that start agents.

use crate::World;
use crate::agent;
use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::database::{OpenDatabase, document_of};
use crate::objects::document::{Doc, notes_error};
use crate::{names, time};
use dxl::NodeId;
use dxl::design::{Agent, Design, DesignElement};
use lotusscript::run::{Answer, Value};
use std::rc::Rc;

/// `NotesAgent`
struct NotesAgent {
    database: Rc<OpenDatabase>,
    element: NodeId,
}

/// An agent by its name or alias.
pub(crate) fn find(world: &World, database: &Rc<OpenDatabase>, name: &str) -> Option<Value> {
    let element = agent::find(world, database.id.get()?, name)?;
    Some(value_of(NotesAgent {
        database: Rc::clone(database),
        element,
    }))
}

/// The one that runs.
pub(crate) fn current(world: &World) -> Value {
    match (&world.current.agent, &world.current.database) {
        (Some((_, element)), Some(database)) => value_of(NotesAgent {
            database: Rc::clone(database),
            element: *element,
        }),
        _ => Value::Nothing,
    }
}

/// When the one that runs last ran.
pub(crate) fn last_run(world: &mut World) -> Value {
    match current(world) {
        Value::Product(product) => {
            let object = crate::object::object_of(&product);
            object
                .and_then(|object| object.get(world, "lastrun"))
                .unwrap_or_default()
        }
        other => other,
    }
}

impl NotesAgent {
    fn with<T>(&self, world: &World, see: impl FnOnce(Agent<'_>) -> T) -> Option<T> {
        let tree = world.store.get(self.database.id.get()?)?.design();
        match Design::of(tree.element(self.element)?)? {
            Design::Agent(agent) => Some(see(agent)),
            _ => None,
        }
    }

    fn name(&self, world: &World) -> String {
        let tree = self.database.id.get().and_then(|id| world.store.get(id));
        let element = tree.and_then(|store| store.design().element(self.element));
        let design = element.and_then(Design::of);
        design
            .map(|design| design.name().into_owned())
            .unwrap_or_default()
    }

    /// Runs it; 0 is that it ran to its end.
    fn run(&self, world: &mut World, context: Option<Rc<Doc>>, parameter: &str) -> Answer {
        let id = self.database.store_id()?;
        let name = self.name(world);
        let parameter = (!parameter.is_empty()).then(|| parameter.to_owned());
        agent::run_within(world, id, self.element, context, parameter)
            .map_err(|why| match why {
                agent::Within::Stop(stop) => stop,
                agent::Within::Failed(why) => {
                    notes_error(&format!("the agent {name} failed: {why}"))
                }
            })
            .map(|()| Value::Integer(0))
    }
}

impl Object for NotesAgent {
    fn class(&self) -> &'static str {
        "NotesAgent"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let signer = |world: &World| {
            let store = self.database.id.get().and_then(|id| world.store.get(id));
            let element = store.and_then(|store| store.design().element(self.element));
            let names = element.and_then(|element| element.first("updatedby"));
            let last = names.and_then(|names| {
                names
                    .all("name")
                    .last()
                    .map(|name| name.text().into_owned())
            });
            last.unwrap_or_else(|| world.user.clone())
        };
        Ok(match member {
            "name" => Value::text(self.name(world)),
            "comment" => {
                let comment = self.with(world, |agent| agent.comment().map(str::to_owned));
                Value::text(comment.flatten().unwrap_or_default())
            }
            "owner" => Value::text(signer(world)),
            "commonowner" => Value::text(names::common(&signer(world))),
            "onbehalfof" => {
                let whose = self.with(world, |agent| agent.runs_on_behalf_of().map(str::to_owned));
                Value::text(whose.flatten().unwrap_or_else(|| signer(world)))
            }
            "isenabled" => {
                Value::Boolean(self.with(world, |agent| agent.is_enabled()).unwrap_or(true))
            }
            "isactivatable" => {
                let is = self.with(world, |agent| agent.flag("activatable") == Some(true));
                Value::Boolean(is.unwrap_or(false))
            }
            "isnotesagent" => Value::Boolean(true),
            "iswebagent" => Value::Boolean(false),
            "ispublic" => Value::Boolean(true),
            "hasrunsincemodified" => Value::Boolean(false),
            "lastrun" => {
                let date = self
                    .with(world, |agent| agent.last_run()?.value.ok())
                    .flatten();
                let date = date.map_or(0.0, |date| time::ole_of(&date, &world.zone));
                Value::Date(date)
            }
            "parameterdocid" => Value::text(world.current.parameter_id.clone().unwrap_or_default()),
            "parent" => self.database.value(),
            "servername" => Value::text(world.server.as_str()),
            "query" => Value::text(""),
            "trigger" => {
                let word = self
                    .with(world, |agent| agent.trigger().to_owned())
                    .unwrap_or_default();
                Value::Integer(match word.as_str() {
                    "scheduled" => 1,
                    "afternewmail" => 2,
                    "docpaste" => 3,
                    "docupdate" => 5,
                    "beforenewmail" => 6,
                    "actionsmenu" | "agentlist" => 4,
                    _ => 0,
                })
            }
            "target" => {
                let word = self
                    .with(world, |agent| agent.document_set().map(str::to_owned))
                    .flatten();
                Value::Integer(match word.as_deref() {
                    Some("all") => 1,
                    Some("modified") => 2,
                    Some("selected") => 3,
                    Some("allinview") => 4,
                    Some("unreadinview") => 5,
                    Some("runonce") => 6,
                    _ => 0,
                })
            }
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        match member {
            // There is one machine here, which is the server as well.
            "run" | "runonserver" => self.run(world, None, &given.text_or(0, "")?),
            "runwithdocumentcontext" => {
                let context = document_of(&given, 0)?;
                self.run(world, context, &given.text_or(1, "")?)
            }
            _ => not_here(self.class(), member),
        }
    }
}
