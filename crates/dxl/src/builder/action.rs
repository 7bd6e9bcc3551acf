//! Actions above forms and views, and those that several share.

use super::code::{Code, emit_all};
use super::error::{Built, Fault};
use super::out::{Attributes, Out};
use super::{Emit, setters};
use std::collections::BTreeSet;

/// An action in a bar, a menu, or among the shared ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    attributes: Attributes,
    codes: Vec<Code>,
}

setters!(Action);

impl Action {
    /// With its title, in which no `&` may be; `Group\Title` stands in a menu of the group.
    pub fn new(title: &str) -> Self {
        Self {
            attributes: Attributes::of("action").with("title", title),
            codes: Vec::new(),
        }
    }

    /// What it does in a formula.
    pub fn formula(self, formula: &str) -> Self {
        self.code(Code::formula("click", formula))
    }

    /// What it does in LotusScript: `Sub Click(Source As Button)` and all.
    pub fn lotusscript(self, script: &str) -> Self {
        self.code(Code::lotusscript("click", script))
    }

    /// When it is hidden.
    pub fn hide_when(self, formula: &str) -> Self {
        self.code(Code::formula("hidewhen", formula))
    }

    /// Code for any event.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }

    /// Words for where it is hidden: `read edit preview previewedit web notes mobile`.
    pub fn hide(mut self, words: &str) -> Self {
        self.attributes.set("hide", words);
        self
    }

    fn emit(&self, id: Option<u32>, out: &mut Out) -> Built {
        let mut attributes = self.attributes.clone();
        if let Some(id) = id {
            attributes.set("id", id.to_string());
        }
        out.enter(&attributes)?;
        let title = attributes.get("title").unwrap_or_default();
        if title.contains('&') {
            return Err(out.fault(
                Fault::Name,
                format!("the title {title:?} has a & in it, and the importer drops such an action"),
                "write “and”, or +",
            ));
        }
        emit_all(&self.codes, out)?;
        out.leave();
        Ok(())
    }
}

/// The bar of actions above a form or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionBar {
    attributes: Attributes,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Own(Action),
    Shared(u32),
}

setters!(ActionBar);

impl Default for ActionBar {
    fn default() -> Self {
        Self {
            attributes: Attributes::of("actionbar"),
            entries: Vec::new(),
        }
    }
}

impl ActionBar {
    /// Without actions so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// An action of its own.
    pub fn action(mut self, action: Action) -> Self {
        self.entries.push(Entry::Own(action));
        self
    }

    /// The shared action of this number.
    pub fn shared(mut self, id: u32) -> Self {
        self.entries.push(Entry::Shared(id));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.attributes.is_empty()
    }

    pub(super) fn emit(&self, out: &mut Out) -> Built {
        if self.is_empty() {
            return Ok(());
        }
        out.enter(&self.attributes)?;
        for entry in &self.entries {
            match entry {
                Entry::Own(action) => action.emit(None, out)?,
                Entry::Shared(id) => {
                    out.empty(&Attributes::of("sharedactionref").with("id", id.to_string()))?;
                }
            }
        }
        out.leave();
        Ok(())
    }
}

/// The shared actions of a database; it has one such element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedActions {
    attributes: Attributes,
    actions: Vec<(u32, Action)>,
}

setters!(SharedActions);

impl Default for SharedActions {
    fn default() -> Self {
        Self {
            attributes: Attributes::of("sharedactions"),
            actions: Vec::new(),
        }
    }
}

impl SharedActions {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// The action of this number, by which bars refer to it.
    pub fn action(mut self, id: u32, action: Action) -> Self {
        self.actions.push((id, action));
        self
    }

    fn numbered(&self) -> Attributes {
        let highest = self.actions.iter().map(|(id, _)| *id).max();
        let mut attributes = self.attributes.clone();
        if let Some(highest) = highest {
            attributes.set("maxid", highest.to_string());
        }
        attributes
    }
}

impl Emit for SharedActions {
    fn prepared(&self) -> Attributes {
        self.numbered()
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        let mut ids = BTreeSet::new();
        for (id, action) in &self.actions {
            if !ids.insert(id) {
                return Err(out.fault(
                    Fault::Duplicate,
                    format!("there are two actions of number {id}"),
                    "give each a number of its own",
                ));
            }
            action.emit(Some(*id), out)?;
        }
        Ok(())
    }
}
