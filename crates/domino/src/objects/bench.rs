//! Runs scripts for the tests of the objects: a network that answers from a row.

use crate::World;
use crate::transport::{Request, Response, Transport, TransportError};
use lotusscript::run::{Module, Program, RunOptions};
use lotusscript::syntax::parse;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// What was asked, and what is answered in turn.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub asked: Vec<Request>,
    pub answers: VecDeque<Result<Response, TransportError>>,
}

/// A network that answers from a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network(pub Rc<RefCell<Script>>);

impl Transport for Network {
    fn send(&mut self, request: &Request) -> Result<Response, TransportError> {
        let mut script = self.0.borrow_mut();
        script.asked.push(request.clone());
        script.answers.pop_front().unwrap_or_else(|| {
            Err(TransportError {
                url: request.url.clone(),
                why: "nobody answers".to_owned(),
            })
        })
    }
}

/// A response.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let reason = match status {
        200 => "OK",
        302 => "Found",
        404 => "Not Found",
        _ => "Something",
    };
    let headers = headers.iter();
    Response {
        status,
        status_line: format!("HTTP/1.1 {status} {reason}"),
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.to_vec(),
    }
}

/// What a script prints in a world, lines parted by bars; an error comes last.
pub(crate) fn printed_in(world: &mut World, body: &str) -> String {
    let source = format!(
        "%Include \"lsconst.lss\"\nSub Initialize\nDim s As New NotesSession\n{body}\nEnd Sub\n"
    );
    let script = parse(&source);
    assert_eq!(script.errors(), [], "{source}");
    let module = Module {
        name: "Agent",
        script: &script,
    };
    let program = Program::new(&[module], &[]).unwrap();
    let outcome = program.run("Initialize", Vec::new(), world, &RunOptions::default());
    let mut lines = std::mem::take(&mut world.printed);
    lines.extend(outcome.err().map(|error| error.fault_text()));
    lines.join("|")
}

/// The same in a world of its own.
pub(crate) fn printed(body: &str) -> String {
    printed_in(&mut World::default(), body)
}

/// The same with answers of a network, and what it was asked.
pub(crate) fn printed_with(
    answers: Vec<Result<Response, TransportError>>,
    body: &str,
) -> (String, Vec<Request>) {
    let network = Network::default();
    network.0.borrow_mut().answers = answers.into();
    let mut world = World::default();
    world.transport = Box::new(network.clone());
    let lines = printed_in(&mut world, body);
    let asked = std::mem::take(&mut network.0.borrow_mut().asked);
    (lines, asked)
}

/// Runs cases labelled with where they are documented.
pub(crate) fn check(cases: &[(&str, &str, &str)]) {
    for (documented, body, expected) in cases {
        assert_eq!(
            printed(body),
            *expected,
            "as documented in {documented}:\n{body}"
        );
    }
}

trait FaultText {
    fn fault_text(&self) -> String;
}

impl FaultText for lotusscript::run::RunError {
    fn fault_text(&self) -> String {
        match &self.fault {
            lotusscript::run::Fault::Error(error) => error.to_string(),
            lotusscript::run::Fault::Stop(stop) => stop.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn what_objects_hold_counts_as_memory() {
        let cases = [
            "Dim d(9999) As Variant\nt = \"<a>\" & String(1000000, \"x\") & \"</a>\"\nFor i = 0 To 9999\nSet d(i) = CreateObject(\"MSXML2.DOMDocument\")\nCall d(i).loadXML(t)\nNext",
            "Dim d(9999) As Variant\nt = \"[\"\"\" & String(1000000, \"x\") & \"\"\"]\"\nFor i = 0 To 9999\nSet d(i) = s.CreateJSONNavigator(t)\nNext",
            "Set x = s.CreateStream\nt = String(1000000, \"x\")\nDo\nCall x.WriteText(t)\nLoop",
            "Set j = s.CreateJSONNavigator(\"[]\")\nt = String(1000000, \"x\")\nDo\nCall j.AppendElement(t)\nLoop",
        ];
        for case in cases {
            let printed = printed(case);
            let is_stopped = printed.contains("MB allowed")
                || printed.starts_with("error 4000: a NotesStream holds at most");
            assert!(is_stopped, "{printed} from {case}");
        }
    }
}
