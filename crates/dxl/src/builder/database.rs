//! A database and what stands in it, each before what needs it.

use super::acl::Acl;
use super::error::{BuildError, Built, Fault};
use super::out::{Attributes, Out};
use super::{Part, setters};
use crate::clean::used_first;
use crate::meaning;
use crate::tree::{Element, NodeId, Tree};
use std::collections::HashSet;

/// Titles are no longer, in bytes of UTF-8.
const MAX_TITLE: usize = 96;
const LIBRARY: &str = "scriptlibrary";

/// A database, or a part of one: what goes into one file.
#[derive(Debug)]
pub struct Database {
    attributes: Attributes,
    info: Option<Attributes>,
    acl: Option<Acl>,
    launch: Option<Launch>,
    parts: Vec<Box<dyn Part>>,
    copies: Vec<Tree>,
}
setters!(Database);

/// What opens first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launch {
    notes: Option<Attributes>,
    web: Option<Attributes>,
}

impl Launch {
    /// Nothing but the view that was open last.
    pub fn new() -> Self {
        Self::default()
    }

    /// In Notes: a frame set.
    pub fn frameset(mut self, name: &str) -> Self {
        let notes = Attributes::of("noteslaunch")
            .with("whenopened", "openframeset")
            .with("frameset", name);
        self.notes = Some(notes);
        self
    }

    /// In Notes: the document that says what the database is for.
    pub fn about_document(mut self) -> Self {
        self.notes = Some(Attributes::of("noteslaunch").with("whenopened", "openaboutdocument"));
        self
    }

    /// In a browser: a page.
    pub fn web_page(mut self, name: &str) -> Self {
        let web = Attributes::of("weblaunch")
            .with("whenopened", "openpage")
            .with("page", name);
        self.web = Some(web);
        self
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter_bare("launchsettings");
        for attributes in self.notes.iter().chain(&self.web) {
            out.empty(attributes)?;
        }
        out.leave();
        Ok(())
    }
}

impl Database {
    /// With its title.
    pub fn new(title: &str) -> Self {
        Self {
            attributes: Attributes::of("database")
                .with("title", title)
                .with("version", "9.0")
                .with("maintenanceversion", "1.0"),
            info: None,
            acl: None,
            launch: None,
            parts: Vec::new(),
            copies: Vec::new(),
        }
    }

    /// It is a template of this name, which other databases inherit their design from.
    pub fn template_name(self, name: &str) -> Self {
        self.set("templatename", name)
    }

    /// It inherits its design from the template of this name, which replaces all of it each night.
    pub fn from_template(self, name: &str) -> Self {
        self.set("fromtemplate", name)
    }

    /// An attribute of `<databaseinfo>`, such as `odsversion`. Servers write their own.
    pub fn info(mut self, name: &str, value: &str) -> Self {
        let info = self
            .info
            .get_or_insert_with(|| Attributes::of("databaseinfo"));
        info.set(name, value);
        self
    }

    /// Who may do what.
    pub fn acl(mut self, acl: Acl) -> Self {
        self.acl = Some(acl);
        self
    }

    /// What opens first. A frame set or page that is named must be in the database.
    pub fn launch(mut self, launch: Launch) -> Self {
        self.launch = Some(launch);
        self
    }

    /// A part of it. In the file subforms come before forms, forms before views, then script libraries in the order in which they use each other, then agents,
    /// and so on; parts of one kind in the order of their names.
    pub fn part(mut self, part: impl Part + 'static) -> Self {
        self.parts.push(Box::new(part));
        self
    }

    /// A note that was read elsewhere, as it is there, but for the name space.
    pub fn copy_of(mut self, note: Element<'_>) -> Self {
        let mut copy = Tree::copy_of(note);
        let root = copy.root().id();
        copy.remove_attribute(root, "xmlns");
        self.copies.push(copy);
        self
    }

    /// The whole as a file.
    pub fn build(&self) -> Result<Tree, BuildError> {
        let mut out = Out::new(&self.attributes)?;
        self.check_attributes(&out)?;
        if let Some(info) = &self.info {
            out.empty(info)?;
        }
        if let Some(acl) = &self.acl {
            acl.emit(&mut out)?;
        }
        if let Some(launch) = &self.launch {
            launch.emit(&mut out)?;
        }
        let fixed: Vec<NodeId> = out.tree().root().elements().map(Element::id).collect();
        for part in &self.parts {
            part.emit(&mut out)?;
        }
        for copy in &self.copies {
            out.copy(copy.root());
        }
        self.check_launch(&out)?;
        check_singles(&out)?;
        arrange(out.tree_mut(), fixed);
        out.finish()
    }

    fn check_attributes(&self, out: &Out) -> Built {
        let attribute = |name| self.attributes.get(name);
        let title = attribute("title").unwrap_or_default();
        if title.trim().is_empty() || title.len() > MAX_TITLE {
            return Err(out.fault(
                Fault::Name,
                format!("the title {title:?} is empty or too long"),
                "write 1 to 96 bytes",
            ));
        }
        let is_id = |id: &str| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(id) = attribute("replicaid").filter(|id| !is_id(id)) {
            return Err(out.fault(
                Fault::Value,
                format!("{id:?} is no replica id"),
                "write 16 hexadecimal digits",
            ));
        }
        if attribute("templatename").is_some()
            && attribute("templatename") == attribute("fromtemplate")
        {
            return Err(out.fault(
                Fault::Value,
                "it inherits its design from itself".to_owned(),
                "leave fromtemplate out",
            ));
        }
        Ok(())
    }

    fn check_launch(&self, out: &Out) -> Built {
        let launch = self.launch.iter();
        for attributes in launch.flat_map(|launch| launch.notes.iter().chain(&launch.web)) {
            for kind in ["frameset", "page"] {
                let Some(name) = attributes.get(kind) else {
                    continue;
                };
                let is_it = |element: Element<'_>| names_of(element).any(|known| known == name);
                if !out.tree().root().all(kind).any(is_it) {
                    return Err(out.fault(
                        Fault::Missing,
                        format!("what opens first, the {kind} {name:?}, is not in it"),
                        format!("give it the {kind}, or name another"),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Of some notes a database has one, of others one of a name: the importer replaces the earlier by the later one.
fn check_singles(out: &Out) -> Built {
    let mut met = HashSet::new();
    for note in out.tree().root().elements() {
        let key = match (note.name(), note.attribute("class")) {
            ("note", Some("icon")) => "icon".to_owned(),
            ("profiledocument", _) => meaning::name_of_note(note).to_lowercase(),
            ("sharedactions" | "databasescript" | "helpaboutdocument" | "helpusingdocument", _) => {
                String::new()
            }
            _ => continue,
        };
        if !met.insert((note.name(), key)) {
            let name = note.attribute("name").unwrap_or_default();
            return Err(out.fault(
                Fault::Duplicate,
                format!("there are two <{}> {name:?}", note.name()),
                "make one of them: the importer replaces the earlier by the later one",
            ));
        }
    }
    Ok(())
}

fn names_of(element: Element<'_>) -> impl Iterator<Item = &str> {
    let names = [element.attribute("name"), element.attribute("alias")];
    let names = names.into_iter().flatten();
    names.flat_map(|names| names.split('|'))
}

/// Notes in the order in which the importer needs them, each on a line of its own. `fixed` stay in front.
fn arrange(tree: &mut Tree, fixed: Vec<NodeId>) {
    let root = tree.root().id();
    let mut notes: Vec<(usize, String, NodeId)> = tree
        .root()
        .elements()
        .skip(fixed.len())
        .map(|note| {
            let rank = meaning::note_rank(note.name()).unwrap_or(usize::MAX);
            (rank, meaning::name_of_note(note), note.id())
        })
        .collect();
    notes.sort();
    let libraries: Vec<Element<'_>> = notes
        .iter()
        .filter_map(|(.., id)| tree.element(*id))
        .filter(|note| note.name() == LIBRARY)
        .collect();
    // Of those that use each other in a circle one comes too early, which the checker finds.
    let in_use: Vec<NodeId> = used_first(&libraries)
        .into_iter()
        .filter_map(|at| libraries.get(at).map(|library| library.id()))
        .collect();
    let mut in_use = in_use.into_iter();
    let mut order = fixed;
    for (.., id) in notes {
        let is_library = tree.element(id).map(Element::name) == Some(LIBRARY);
        let next = is_library.then(|| in_use.next()).flatten();
        order.push(next.unwrap_or(id));
    }
    tree.reorder(root, &order);
    for node in &order {
        let line = tree.create_text("\n");
        tree.insert_before(*node, line);
    }
    if !order.is_empty() {
        tree.edit(root).append_text("\n");
    }
}
