//! Errors while code runs: which handler takes one, and where it goes on afterwards.

use super::super::code::{Handler, Resumption};
use super::super::fault::{Fault, Outcome, ScriptError, fault, message_of};
use super::super::host::Event;
use super::super::limit;
use super::super::value::Value;
use super::super::{Place as Position, RunError};
use super::Machine;

/// An error and what leads to its handler takes as long as so many statements.
const ERROR_STEPS: u64 = 20;

impl Machine<'_> {
    /// Runs until the lowest call returns; what no handler takes is given back.
    pub(in crate::run) fn run(&mut self) -> Result<(), RunError> {
        loop {
            match self.go() {
                Ok(()) => return Ok(()),
                Err(why) => self.handle(*why)?,
            }
        }
    }

    /// Goes on with the next handler, down through the callers. An error in a handler is one of the caller.
    fn handle(&mut self, why: Fault) -> Result<(), RunError> {
        let calls = self.positions();
        let error = match why {
            Fault::Error(error) => error,
            stop @ Fault::Stop(_) => return Err(RunError { fault: stop, calls }),
        };
        if self.traces {
            self.scene.host.trace(&Event::Error(&error));
        }
        if let Err(stop) = limit::spend(ERROR_STEPS) {
            return Err(RunError {
                fault: *stop,
                calls,
            });
        }
        while let Some(frame) = self.frames.last_mut() {
            let handler = match frame.handling {
                Some(_) => None,
                None => handler_for(&frame.handlers, error.number),
            };
            let (Some(handler), Some(info)) =
                (handler, self.code.statements.get(frame.statement as usize))
            else {
                self.stack.truncate(frame.base);
                self.frames.pop();
                continue;
            };
            let procedure = &self.code.procedures[frame.procedure as usize];
            self.stack
                .truncate(frame.base + procedure.parameters.len() + procedure.slots.len());
            self.base = frame.base;
            match handler {
                Handler::GoTo(label) => {
                    frame.handling = Some((info.start, info.next));
                    self.pc = label as usize;
                }
                _ => self.pc = info.next as usize,
            }
            self.scene.error = Some((error, info.line_in_procedure));
            return Ok(());
        }
        self.stack.clear();
        Err(RunError {
            fault: Fault::Error(error),
            calls,
        })
    }

    /// Where each call is, the innermost first.
    fn positions(&self) -> Vec<Position> {
        let frames = self.frames.iter().rev().take(20);
        frames
            .map(|frame| {
                let procedure = &self.code.procedures[frame.procedure as usize];
                let info = self.code.statements.get(frame.statement as usize);
                Position {
                    file: self.code.files
                        [usize::from(info.map_or(procedure.file, |info| info.file))]
                    .to_string(),
                    line: info.map_or(0, |info| info.line),
                    procedure: procedure.name.to_string(),
                }
            })
            .collect()
    }

    /// `GetThreadInfo`: where the run is, who called, what time it is.
    pub(super) fn about_thread(&mut self, what: &Value) -> Outcome<Value> {
        let calls = self.positions();
        let procedure = |at: usize| calls.get(at).map_or("", |call| call.procedure.as_str());
        let file = |at: usize| calls.get(at).map_or("", |call| call.file.as_str());
        Ok(match what.to_long()? {
            0 => Value::Long(i32::try_from(self.line_in_procedure()).unwrap_or(i32::MAX)),
            1 => Value::text(procedure(0).to_uppercase()),
            2 => Value::text(file(0).to_uppercase()),
            6 => {
                let millis = self.scene.host.now().fract().abs() * 86_400_000.0;
                #[allow(clippy::cast_possible_truncation)]
                let ticks = millis as i32;
                Value::Long(ticks)
            }
            7 => Value::Long(1000),
            10 => Value::text(procedure(1).to_uppercase()),
            11 => Value::text(file(1).to_uppercase()),
            other => return super::super::host::missing(&format!("GetThreadInfo({other})")),
        })
    }

    /// The line of the statement that runs, in its procedure.
    pub(super) fn line_in_procedure(&self) -> u32 {
        let statement = self.frames.last().map_or(u32::MAX, |frame| frame.statement);
        self.code
            .statements
            .get(statement as usize)
            .map_or(0, |info| info.line_in_procedure)
    }

    /// `On Error …`; what is said of the same errors later counts.
    pub(super) fn on_error(&mut self, number: Option<i32>, action: Handler) {
        let handlers = &mut self.frame().handlers;
        match number {
            Some(_) => handlers.retain(|(other, _)| *other != number),
            // Said of all errors, it takes the place of all that was said before.
            None => handlers.clear(),
        }
        if action != Handler::Off || number.is_none() {
            handlers.push((number, action));
        }
    }

    pub(super) fn resume(&mut self, target: Resumption) -> Outcome<()> {
        let Some((same, next)) = self.frame().handling.take() else {
            return Err(fault(20));
        };
        self.scene.error = None;
        self.pc = match target {
            Resumption::Same => same,
            Resumption::Next => next,
            Resumption::Label(label) => label,
        } as usize;
        Ok(())
    }

    /// `Error n, text`
    pub(super) fn raised(&mut self, values: &[Value]) -> Outcome<Box<Fault>> {
        let number = values.first().map_or(Ok(0), Value::to_long)?;
        if !(1..=32_767).contains(&number) {
            return Err(fault(super::super::fault::ILLEGAL_CALL));
        }
        let message = match values.get(1) {
            Some(Value::Empty) | None => message_of(number)
                .unwrap_or("User-defined error")
                .to_owned(),
            Some(text) => text.to_text(&self.scene.setting)?.as_str().to_owned(),
        };
        Ok(ScriptError::new(number, message).into())
    }
}

/// That for the number goes before that for all.
fn handler_for(handlers: &[(Option<i32>, Handler)], number: i32) -> Option<Handler> {
    let for_number = handlers
        .iter()
        .rev()
        .find(|(wanted, _)| *wanted == Some(number));
    let found = for_number.or_else(|| handlers.iter().rev().find(|(wanted, _)| wanted.is_none()));
    found
        .map(|(_, handler)| *handler)
        .filter(|handler| *handler != Handler::Off)
}
