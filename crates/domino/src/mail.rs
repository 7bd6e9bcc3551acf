//! Mails that a script sent. Nothing leaves the World.

use dxl::notes::Document;
use serde::Serialize;
use std::rc::Rc;

/// A mail.
#[derive(Debug, Clone, Serialize)]
pub struct Mail {
    /// Those to whom it goes.
    pub to: Vec<String>,
    /// Those who get a copy.
    pub copy_to: Vec<String>,
    /// Those who get one unseen.
    pub blind_copy_to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its body, as plain text.
    pub text: String,
    /// Whether the form went along.
    pub with_form: bool,
    /// The document as it went.
    #[serde(skip)]
    pub document: Rc<Document>,
}
