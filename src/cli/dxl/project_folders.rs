//! Which files lie in a project of Domino Designer on disk, so that together they are the design of one database.

use super::files::is_named_as_dxl;
use ::dxl::check::{Checked, Names};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// By this file such a project is known: the properties of its one database, in their place.
const MARK: &str = "AppProperties/database.properties";

/// What Designer reads of a project; whatever else lies in it, such as backups, is not of the database.
const PARTS: &[&str] = &[
    "Code",
    "Data",
    "Folders",
    "Forms",
    "Framesets",
    "Pages",
    "Resources",
    "SharedElements",
    "Views",
];

/// The names met so far in each project.
#[derive(Debug, Default)]
pub(super) struct ProjectFolders {
    names: HashMap<PathBuf, Names>,
    /// Of each folder the project that it belongs to.
    known: HashMap<PathBuf, Option<PathBuf>>,
}

impl ProjectFolders {
    /// Adds to what was found in a file, up to `most` findings, its names that another file of its project has. A file in no project is in none
    /// with any other.
    pub(super) fn compare(&mut self, file: &Path, checked: &mut Checked, most: usize) {
        if checked.names.is_empty() || !is_named_as_dxl(file) {
            return;
        }
        if let Some(project) = self.project_of(file) {
            let names = self.names.entry(project).or_default();
            names.compare(checked, most);
        }
    }

    fn project_of(&mut self, file: &Path) -> Option<PathBuf> {
        let folder = file.parent()?;
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let mut around = folder.ancestors();
        let project = around.find(|folder| folder.join(MARK).is_file());
        let is_part = |project: &&Path| {
            let within = folder.strip_prefix(project).ok();
            let part = within.and_then(|within| within.iter().next());
            part.is_some_and(|part| PARTS.iter().any(|known| part == *known))
        };
        let project = project.filter(is_part).map(Path::to_owned);
        self.known.insert(folder.to_owned(), project.clone());
        project
    }
}
