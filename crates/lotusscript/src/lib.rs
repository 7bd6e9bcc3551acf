//! The languages of Notes, without Notes: LotusScript and the formula language, read, checked and run.
//!
//! The crate opens no file and no socket and reads no clock of its own; what a program wants of the world it asks its host for. Source
//! may be anything: it is refused with errors that say where and what was expected, within limits, without a panic.
//!
//! - [`syntax`]: LotusScript from text to a tree and back.
//! - [`check`](mod@check): names, types, members and releases: what would not compile or not run as meant.
//! - [`notes`]: the classes, functions and constants that Notes brings along, with their releases.
//! - [`sources`]: where LotusScript is found in DXL.
//! - [`project`]: the code of many files, checked together.
//! - [`run`]: programs, run within limits against a host.
//! - [`formula`]: the formula language: read, checked, and run against a host.
//!
//! # The scripts of a database, checked
//!
//! Each script library is looked into once; then every script is read and checked with all of them at hand.
//!
//! ```
//! use lotusscript::check::{CheckOptions, Interface, check};
//! use lotusscript::{sources::sources, syntax::parse};
//! use std::collections::HashMap;
//!
//! let tree = dxl::Tree::parse("<database>
//! <scriptlibrary name='core'><code event='declarations'><lotusscript>Public Sub Shout(text As String)
//! End Sub</lotusscript></code></scriptlibrary>
//! <agent name='Send'><code event='options'><lotusscript>Option Declare
//! Use \"core\"</lotusscript></code><code event='initialize'><lotusscript>Sub Initialize
//! \tDim session As New NotesSession
//! \tDim web As Variant
//! \tSet web = session.CreateHTTPRequest()
//! \tCall Shout(\"sent\", 5)
//! End Sub</lotusscript></code></agent></database>")?;
//! let sources = sources(tree.root());
//! let scripts: Vec<_> = sources.iter().map(|source| parse(&source.text)).collect();
//! let interfaces: Vec<_> = scripts.iter().map(Interface::of).collect();
//! let named = sources.iter().zip(&interfaces);
//! let libraries: HashMap<_, _> = named.filter_map(|(source, interface)| Some((source.library.clone()?, interface))).collect();
//! let mut told = Vec::new();
//! for (source, script) in sources.iter().zip(&scripts) {
//!     let options = CheckOptions {
//!         notes: "9".parse()?,
//!         libraries: libraries.clone(),
//!         globals: source.globals.map(|globals| &interfaces[globals]),
//!         is_partial: source.is_partial,
//!     };
//!     for finding in check(script, &options) {
//!         told.push(format!("{}, line {}: {}", source.owner, source.in_file(finding.place).line, finding.message));
//!     }
//! }
//! assert_eq!(told, [
//!     "agent Send, line 8: NotesSession.CreateHTTPRequest exists since Notes 10, not in 9",
//!     "agent Send, line 9: `Shout` takes 1 argument, and is given 2",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A script, run
//!
//! Windows, files, product objects and the clock are the host's; whatever the script does, it ends within its limits, and it is said where.
//!
//! ```
//! use lotusscript::run::{Answer, Host, Limits, Module, Program, RunOptions, Value, missing};
//! use lotusscript::syntax::parse;
//!
//! #[derive(Default)]
//! struct Person {
//!     shown: Vec<String>,
//! }
//!
//! impl Host for Person {
//!     fn function(&mut self, name: &str, arguments: &[Value]) -> Answer {
//!         match (name, arguments) {
//!             ("inputbox", [question, ..]) => Ok(Value::text(format!("{}: yes", question.as_text().unwrap_or_default()))),
//!             ("messagebox", [text, ..]) => {
//!                 self.shown.push(text.as_text().unwrap_or_default().to_owned());
//!                 Ok(Value::Integer(1))
//!             }
//!             _ => missing(&format!("the function {name}")),
//!         }
//!     }
//! }
//!
//! let script = parse("Sub Initialize\n\tMsgBox InputBox(\"Send\")\n\tDo\n\tLoop\nEnd Sub\n");
//! let program = Program::new(&[Module { name: "Send", script: &script }], &[])?;
//! let mut person = Person::default();
//! let options = RunOptions { limits: Limits { steps: 1000, ..Limits::default() }, ..RunOptions::default() };
//! let error = program.run("Initialize", Vec::new(), &mut person, &options).unwrap_err();
//! assert_eq!(person.shown, ["Send: yes"]);
//! assert!(error.to_string().starts_with("Send(3) in Initialize: stopped after 1000 statements"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
mod currency;
pub mod formula;
pub mod international;
pub mod notes;
pub mod place;
pub mod project;
pub mod run;
pub mod sources;
pub mod syntax;
