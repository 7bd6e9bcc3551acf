//! Code: formulas, LotusScript, JavaScript and simple actions, each bound to its event.

use super::error::{Built, Fault};
use super::out::{Attributes, Out, lines};

/// A piece of code for one event.
///
/// Carriage returns become line ends, and empty lines in front are left out; otherwise the text is kept to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    attributes: Attributes,
    source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Formula(String),
    LotusScript(String),
    JavaScript(String),
    Simple(Vec<SimpleAction>),
}

/// Where JavaScript or a LotusScript event of a form runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The Notes client.
    Client,
    /// A browser.
    Web,
}

impl Code {
    fn new(event: &str, source: Source) -> Self {
        Self {
            attributes: Attributes::of("code").with("event", event),
            source,
        }
    }

    /// A formula: `windowtitle`, `selection`, `defaultvalue`, `click`, `hidewhen` and so on.
    pub fn formula(event: &str, text: &str) -> Self {
        Self::new(event, Source::Formula(tidy(text)))
    }

    /// LotusScript: `options`, `declarations`, `initialize`, `queryopen` and so on, or the name of a procedure. [`split_lotusscript`](super::split_lotusscript) makes
    /// these of a whole script.
    pub fn lotusscript(event: &str, text: &str) -> Self {
        Self::new(event, Source::LotusScript(tidy(text)))
    }

    /// JavaScript: `onClick`, `onLoad` and so on; `library` in a library.
    pub fn javascript(event: &str, text: &str) -> Self {
        Self::new(event, Source::JavaScript(tidy(text)))
    }

    /// Simple actions, one after the other, as agents have them.
    pub fn simple_actions(actions: impl IntoIterator<Item = SimpleAction>) -> Self {
        Self::new("action", Source::Simple(actions.into_iter().collect()))
    }

    /// For one sort of clients only.
    pub fn only_for(mut self, audience: Audience) -> Self {
        let word = match audience {
            Audience::Client => "client",
            Audience::Web => "web",
        };
        self.attributes.set("for", word);
        self
    }

    /// Whether a formula that hides something is in effect.
    pub fn enabled(mut self, is: bool) -> Self {
        self.attributes.flag("enabled", is);
        self
    }

    /// The event.
    pub fn event(&self) -> &str {
        self.attributes.get("event").unwrap_or_default()
    }

    fn key(&self) -> (usize, String, String) {
        let event = self.event().to_lowercase();
        let known = [
            "options",
            "forward",
            "declarations",
            "initialize",
            "terminate",
        ];
        let rank = known.iter().position(|known| *known == event);
        let audience = self.attributes.get("for").unwrap_or_default().to_owned();
        (rank.unwrap_or(known.len()), event, audience)
    }

    pub(super) fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        match &self.source {
            Source::Formula(text) => leaf(out, "formula", text)?,
            Source::LotusScript(text) => leaf(out, "lotusscript", text)?,
            Source::JavaScript(text) => leaf(out, "javascript", text)?,
            Source::Simple(actions) => {
                if actions.is_empty() {
                    return Err(out.fault(
                        Fault::Missing,
                        "there is no simple action".to_owned(),
                        "give it one, or leave the code out",
                    ));
                }
                for action in actions {
                    action.emit(out)?;
                }
            }
        }
        out.leave();
        Ok(())
    }
}

pub(super) fn tidy(text: &str) -> String {
    lines(text).trim_start_matches('\n').to_owned()
}

/// The text of a code, and of formulas that stand without one.
pub(super) fn leaf(out: &mut Out, element: &'static str, text: &str) -> Built {
    if text.trim().is_empty() && element == "formula" {
        return Err(out.fault(
            Fault::Missing,
            "the formula is empty".to_owned(),
            "write one, or leave the code out; \"\" is the formula of the empty text",
        ));
    }
    out.bare_leaf(element, text)
}

/// The code of one element, written in an order of its own: options and declarations before procedures.
pub(super) fn emit_all(codes: &[Code], out: &mut Out) -> Built {
    let mut sorted: Vec<_> = codes.iter().map(|code| (code.key(), code)).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    for pair in sorted.windows(2) {
        if let [one, other] = pair
            && one.0 == other.0
        {
            return Err(out.fault(
                Fault::Duplicate,
                format!("there is code for {:?} twice", other.1.event()),
                "put both into one, or name the other event",
            ));
        }
    }
    for (_, code) in sorted {
        code.emit(out)?;
    }
    Ok(())
}

/// What is done without programming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimpleAction {
    attributes: Attributes,
    formula: Option<String>,
}

impl SimpleAction {
    fn new(action: &str) -> Self {
        Self {
            attributes: Attributes::of("simpleaction").with("action", action),
            formula: None,
        }
    }

    /// Sets a field to a value, or appends that.
    pub fn modify_field(field: &str, value: &str, append: bool) -> Self {
        let mut action = Self::new("modifyfield");
        action.attributes.set("field", field).set("value", value);
        action.attributes.flag("appendvalue", append);
        action
    }

    /// Runs another agent.
    pub fn run_agent(agent: &str) -> Self {
        let mut action = Self::new("runagent");
        action.attributes.set("agent", agent);
        action
    }

    /// Runs a formula that changes the documents.
    pub fn run_formula(formula: &str) -> Self {
        let mut action = Self::new("runformula");
        action.attributes.set("formulatype", "modifydocs");
        action.formula = Some(tidy(formula));
        action
    }

    /// Puts the documents into a folder.
    pub fn copy_to_folder(folder: &str) -> Self {
        let mut action = Self::new("copytofolder");
        action.attributes.set("folder", folder);
        action
    }

    /// Marks them read, or unread.
    pub fn mark_read(read: bool) -> Self {
        Self::new(if read { "markread" } else { "markunread" })
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        if let Some(formula) = &self.formula {
            leaf(out, "formula", formula)?;
        }
        out.leave();
        Ok(())
    }
}
