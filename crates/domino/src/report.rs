//! What came of a run: what was printed and shown, which documents were made, changed and removed, which mails were sent, and why it ended, if it ended early.

use crate::World;
use crate::mail::Mail;
use crate::store::Changed;
use crate::trace::Traced;
use crate::transport::Exchange;
use crate::windows::Window;
use dxl::Tree;
use dxl::diff::{Difference, Options, diff};
use lotusscript::run::{Fault, Stop};
use serde::Serialize;
use std::fmt;

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The number of the error; `None` if it was stopped.
    pub number: Option<i32>,
    /// What happened.
    pub message: String,
    /// Where: the innermost call first.
    pub calls: Vec<CallPlace>,
    /// What stopped it.
    #[serde(skip)]
    pub(crate) stop: Option<Stop>,
}

/// A place of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallPlace {
    /// The agent, library or file.
    pub script: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The procedure.
    pub procedure: String,
    /// The line in the file of DXL.
    pub file_line: Option<u32>,
}

impl Failure {
    pub(crate) fn of_fault(fault: &Fault) -> Self {
        let (number, message, stop) = match fault {
            Fault::Error(error) => (Some(error.number), error.message.clone(), None),
            Fault::Stop(stop) => (None, stop.to_string(), Some(stop.clone())),
        };
        Self {
            number,
            message,
            calls: Vec::new(),
            stop,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = self.calls.first() {
            write!(f, "{}({}) in {}: ", call.script, call.line, call.procedure)?;
        }
        if let Some(number) = self.number {
            write!(f, "error {number}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// What came of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Why it ended early.
    pub failure: Option<Failure>,
    /// What was printed.
    pub printed: Vec<String>,
    /// Windows that were shown.
    pub windows: Vec<Window>,
    /// What was sent over the network.
    pub http: Vec<HttpExchange>,
    /// Mails that were sent.
    pub mails: Vec<Mail>,
    /// What was logged.
    pub log: Vec<String>,
    /// Documents made, changed and removed.
    pub documents: Vec<DocumentChange>,
    /// Files made, changed or removed, in memory alone.
    pub files: Vec<FileChange>,
    /// The ids of documents that the agent marked as processed.
    pub processed: Vec<String>,
    /// What happened.
    pub trace: Vec<Traced>,
    /// So many more events are not listed.
    pub trace_left_out: u64,
}

/// What was sent over the network and what came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpExchange {
    /// As in `POST`.
    pub method: String,
    /// Without user, password and query.
    pub url: String,
    /// How many bytes were sent as body.
    pub sent_bytes: usize,
    /// The status that came.
    pub status: Option<u16>,
    /// How many bytes came as body.
    pub received_bytes: Option<usize>,
    /// Why nothing came.
    pub error: Option<String>,
}

impl HttpExchange {
    fn of(exchange: Exchange) -> Self {
        let came = exchange.outcome.as_ref().ok();
        Self {
            status: came.map(|(status, _)| *status),
            received_bytes: came.map(|(_, bytes)| *bytes),
            error: exchange.outcome.err(),
            method: exchange.method,
            url: exchange.url,
            sent_bytes: exchange.sent_bytes,
        }
    }
}

impl fmt::Display for HttpExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}, {} bytes sent: ",
            self.method, self.url, self.sent_bytes
        )?;
        match (self.status, self.received_bytes, &self.error) {
            (Some(status), Some(bytes), _) => write!(f, "{status}, {bytes} bytes"),
            (_, _, error) => f.write_str(error.as_deref().unwrap_or_default()),
        }
    }
}

/// What became of a document.
#[derive(Debug, Serialize)]
pub struct DocumentChange {
    /// The database.
    pub database: String,
    /// Its universal id.
    pub unid: String,
    /// Its form.
    pub form: String,
    /// Made, changed or removed.
    pub what: WhatChanged,
    /// As it is now.
    pub dxl: Option<String>,
    /// What differs from what it was.
    pub difference: Option<Difference>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// In the folder of files.
    pub path: String,
    /// How long it is now; `None` if it was removed.
    pub bytes: Option<usize>,
    /// What is in it now, if that is text.
    pub text: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum WhatChanged {
    Made,
    Changed,
    Removed,
}

impl fmt::Display for WhatChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Made => "made",
            Self::Changed => "changed",
            Self::Removed => "removed",
        })
    }
}

impl World {
    /// What happened up to now; what was printed, shown, sent and traced is taken out of the World.
    pub fn report(&mut self, failure: Option<Failure>) -> Report {
        let documents = self.store.databases().flat_map(|(_, database)| {
            let changes = database.changes();
            changes
                .into_iter()
                .map(|change| change_of(&database.path, &change))
        });
        let documents = documents.collect();
        let touched = std::mem::take(&mut self.touched_files);
        let files = touched.into_iter().map(|path| {
            let bytes = self.files.get(&path);
            FileChange {
                bytes: bytes.map(Vec::len),
                text: bytes.and_then(|bytes| String::from_utf8(bytes.clone()).ok()),
                path,
            }
        });
        let files = files.collect();
        let trace = std::mem::take(&mut self.trace.events);
        Report {
            failure,
            printed: std::mem::take(&mut self.printed),
            windows: std::mem::take(&mut self.windows),
            http: std::mem::take(&mut self.exchanges)
                .into_iter()
                .map(HttpExchange::of)
                .collect(),
            mails: std::mem::take(&mut self.mails),
            log: std::mem::take(&mut self.log),
            documents,
            files,
            processed: std::mem::take(&mut self.processed),
            trace,
            trace_left_out: std::mem::take(&mut self.trace.left_out),
        }
    }
}

fn change_of(database: &str, change: &Changed) -> DocumentChange {
    let what = match (&change.before, &change.after) {
        (None, _) => WhatChanged::Made,
        (Some(_), Some(_)) => WhatChanged::Changed,
        (Some(_), None) => WhatChanged::Removed,
    };
    let any = change.after.as_ref().or(change.before.as_ref());
    let form = any.and_then(|document| document.form().map(|form| form.into_owned()));
    let difference = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let (old, new) = (
                Tree::copy_of(before.element()),
                Tree::copy_of(after.element()),
            );
            Some(diff(&old, &new, &Options::default()))
        }
        _ => None,
    };
    let dxl = change
        .after
        .as_ref()
        .and_then(|document| document.to_xml().ok());
    DocumentChange {
        database: database.to_owned(),
        unid: change.unid.clone(),
        form: form.unwrap_or_default(),
        what,
        dxl,
        difference,
    }
}
