//! Runs LotusScript: from a tree to compact code, and the code on a machine of its own.
//!
//! A [`Program`] is lowered once: names become slots, labels become places in one row of instructions, what variables hold at first is made ready. A run has one stack of
//! values and frames beside it; a call of a script in a script takes a frame and never the stack of the thread. Statements leave nothing on the stack, so that `GoTo`,
//! errors and `Resume` may go anywhere. Arrays, lists and records are values that are shared until one side is changed; what is passed by reference is a path from a
//! variable down. All that grows is weighed, all that loops is counted: [`Limits`] hold whatever a script does.
//!
//! The world is a [`Host`]: product objects, functions with windows or files, the clock, what was printed, the trace. What a host does not have fails with its name.
//!
//! ```
//! use lotusscript::run::{Console, Module, Program, RunOptions};
//! use lotusscript::syntax::parse;
//!
//! let script = parse("Sub Initialize\n\tDim total As Long, i As Integer\n\tFor i = 1 To 4\n\t\ttotal = total + i * i\n\tNext\n\tPrint \"Sum: \" & total\nEnd Sub\n");
//! let program = Program::new(&[Module { name: "Agent", script: &script }], &[]).unwrap();
//! let mut console = Console::default();
//! program.run("Initialize", Vec::new(), &mut console, &RunOptions::default()).unwrap();
//! assert_eq!(console.lines, ["Sum: 30"]);
//! ```

mod arith;
mod builtin;
mod code;
mod convert;
mod date;
mod fault;
mod host;
mod limit;
mod lower;
mod machine;
mod place;
#[cfg(test)]
mod tests;
mod value;

pub use date::{Moment, moment_of};
pub use fault::{Fault, ScriptError, Stop};
pub use host::{Answer, Console, Event, FileStatement, Host, NOT_THERE, missing};
pub use limit::{Limits, charge, expect_memory};
pub use lower::{GLOBALS, LowerError, Module};
pub use value::{Array, Burden, List, Object, Product, Record, Reference, ScalarType, Text, Value};

use crate::international::International;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// How a program is run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// What it may use.
    pub limits: Limits,
    /// How dates and times are read and written.
    pub international: Rc<International>,
    /// Whether the host is told what happens.
    pub traces: bool,
    /// Where `Rnd` begins.
    pub seed: u64,
}

/// A program, ready to run.
#[derive(Debug)]
pub struct Program {
    code: Rc<code::Code>,
    modules: usize,
}

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The module or file.
    pub file: String,
    /// The line, from 1; 0 before the first statement.
    pub line: u32,
    /// The procedure.
    pub procedure: String,
}

/// Why a run ended before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// What happened.
    pub fault: Fault,
    /// Where: the innermost call first, at most 20.
    pub calls: Vec<Place>,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place {
            file,
            line,
            procedure,
        }) = self.calls.first()
        {
            write!(f, "{file}({line}) in {procedure}: ")?;
        }
        match &self.fault {
            Fault::Error(error) => write!(f, "{error}"),
            Fault::Stop(stop) => write!(f, "{stop}"),
        }
    }
}

impl std::error::Error for RunError {}

impl Program {
    /// Of a module and the libraries that it uses; the first is the one that runs, and sees one that is called [`GLOBALS`] without `Use`. `includes` are the files that `%Include` names, beside those that Notes brings along.
    pub fn new(modules: &[Module<'_>], includes: &[Module<'_>]) -> Result<Self, LowerError> {
        Self::lowered(modules, includes, false)
    }

    /// With reads and writes of variables in the trace.
    pub fn traced(modules: &[Module<'_>], includes: &[Module<'_>]) -> Result<Self, LowerError> {
        Self::lowered(modules, includes, true)
    }

    fn lowered(
        modules: &[Module<'_>],
        includes: &[Module<'_>],
        traces: bool,
    ) -> Result<Self, LowerError> {
        let code = lower::lower(modules, includes, traces)?;
        Ok(Self {
            code: Rc::new(code),
            modules: modules.len(),
        })
    }

    /// Whether the first module has a procedure.
    pub fn has(&self, procedure: &str) -> bool {
        self.code
            .entries
            .contains_key(&(0, procedure.to_lowercase().into()))
    }

    /// Sets the modules up, runs `Initialize` of the libraries, then a procedure of the first module, then `Terminate` of all, and gives what the procedure gives. `End` in the
    /// script is an end, not an error.
    pub fn run(
        &self,
        procedure: &str,
        arguments: Vec<Value>,
        host: &mut dyn Host,
        options: &RunOptions,
    ) -> Result<Value, RunError> {
        let _in_force = limit::InForce::new(options.limits);
        let this_year = moment_of(host.now()).year;
        let scene = builtin::Scene {
            host,
            setting: convert::Setting {
                international: Rc::clone(&options.international),
                this_year,
            },
            error: None,
            folds: false,
            seed: options.seed,
            random: 0.0,
            classes: self
                .code
                .classes
                .iter()
                .map(|class| Arc::clone(&class.name))
                .collect(),
        };
        let mut machine = machine::Machine::new(
            Rc::clone(&self.code),
            scene,
            options.limits.depth,
            options.traces,
        );
        let entry = self
            .code
            .entries
            .get(&(0, procedure.to_lowercase().into()))
            .copied();
        let Some(entry) = entry else {
            let error = ScriptError::new(35, format!("there is no procedure {procedure}"));
            return Err(RunError {
                fault: Fault::Error(error),
                calls: Vec::new(),
            });
        };
        let libraries = (1..self.modules)
            .rev()
            .filter_map(|module| self.code.entries.get(&(module, "initialize".into())));
        let before: Vec<u32> = self.code.setups.iter().chain(libraries).copied().collect();
        let after: Vec<u32> = (0..self.modules)
            .filter_map(|module| self.code.entries.get(&(module, "terminate".into())))
            .copied()
            .filter(|terminate| *terminate != entry)
            .collect();
        let outcome = machine
            .run_all(&before)
            .and_then(|()| machine.run_procedure(entry, arguments))
            .and_then(|result| machine.run_all(&after).map(|()| result))
            .and_then(|result| machine.let_all_go().map(|()| result));
        machine.finish_line();
        match outcome {
            Err(RunError {
                fault: Fault::Stop(Stop::End(status)),
                ..
            }) => Ok(Value::Long(status)),
            other => other,
        }
    }
}

impl machine::Machine<'_> {
    fn run_procedure(&mut self, procedure: u32, arguments: Vec<Value>) -> Result<Value, RunError> {
        self.call_from_outside(procedure, arguments)
            .map_err(|why| RunError {
                fault: *why,
                calls: Vec::new(),
            })?;
        self.run()?;
        let result = self.result();
        self.bid_farewells()?;
        Ok(result)
    }

    fn run_all(&mut self, procedures: &[u32]) -> Result<(), RunError> {
        procedures
            .iter()
            .try_for_each(|procedure| self.run_procedure(*procedure, Vec::new()).map(|_| ()))
    }

    /// The variables of the modules, and with them the objects that only they held.
    fn let_all_go(&mut self) -> Result<(), RunError> {
        self.let_go();
        self.bid_farewells()
    }

    /// `Sub Delete` of all objects that nobody holds any more.
    fn bid_farewells(&mut self) -> Result<(), RunError> {
        loop {
            match self.bid_farewell() {
                Ok(true) => self.run()?,
                Ok(false) => return Ok(()),
                Err(fault) => {
                    return Err(RunError {
                        fault: *fault,
                        calls: Vec::new(),
                    });
                }
            }
        }
    }
}
