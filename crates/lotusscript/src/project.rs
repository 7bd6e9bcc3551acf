//! The code of all files of a project, checked together: LotusScript and formulas in DXL, and LotusScript in files of its own. The script
//! libraries of all files are known to each other.
//!
//! ```
//! use lotusscript::project::{Options, Project};
//!
//! let mut project = Project::new(Options { notes: "9".parse()?, ..Options::default() });
//! project.add_script("core.lss", "Public Sub Shout(text As String)\nEnd Sub\n");
//! let agent = "<agent name='Send'><code event='options'><lotusscript>Use \"core\"</lotusscript></code>
//! <code event='initialize'><lotusscript>Sub Initialize
//!   Call Shout()
//! End Sub</lotusscript></code></agent>";
//! project.add_dxl("agents/send.dxl", &dxl::Tree::parse(agent)?);
//! assert!(project.check(0).is_empty());
//! let finding = &project.check(1)[0];
//! assert_eq!((finding.line, finding.column, finding.path.as_str()), (3, 8, "agent[Send]/code[initialize]/lotusscript"));
//! assert_eq!(finding.message, "`Shout` takes 1 argument, and is given 0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::check::{CheckOptions, Code as Rule, Interface, Severity, check};
use crate::formula;
use crate::formula::check::{Options as FormulaOptions, Purpose};
use crate::notes::Release;
use crate::place::LineColumn;
use crate::sources::{Source, sources};
use crate::syntax::parse;
use dxl::Tree;
use dxl::check::path_of;
use dxl::design::{Code, Codes, Language as CodeLanguage};
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;

/// How a project is checked.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The oldest release that it is to run on.
    pub notes: Release,
    /// How grave it is to use what only later releases have.
    pub of_later: Severity,
}

impl Default for Options {
    /// For the newest release.
    fn default() -> Self {
        Self {
            notes: Release::NEWEST,
            of_later: Severity::Error,
        }
    }
}

/// In what something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Language {
    LotusScript,
    Formula,
}

/// Something that is wrong with code, by its place in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The elements around it, as findings about DXL name them; empty in a file of LotusScript.
    pub path: String,
    /// In what it is written.
    pub language: Language,
    /// The rule that is broken.
    pub rule: String,
    /// How grave that is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Why that is a rule.
    pub why: String,
    /// How to mend it; empty if that is plain.
    pub remedy: String,
}

/// A file, its formulas checked already, for they know nothing of each other.
#[derive(Debug)]
struct File {
    name: String,
    scripts: Vec<Script>,
    formulas: Vec<Finding>,
}

#[derive(Debug)]
struct Script {
    source: Source,
    /// Of those that others look into.
    interface: Option<Interface>,
}

/// Files that are checked together.
#[derive(Debug, Default)]
pub struct Project {
    options: Options,
    files: Vec<File>,
    /// Where each library is, by its name in small letters: file and script.
    libraries: HashMap<String, Vec<(usize, usize)>>,
}

impl Project {
    /// Without files.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// A file of DXL, by its name. Files are numbered as they are added, from 0.
    pub fn add_dxl(&mut self, name: &str, tree: &Tree) {
        let formulas = Codes::of(tree.root())
            .filter(|code| code.language() == CodeLanguage::Formula)
            .flat_map(|code| findings_of_formula(code, self.options))
            .collect();
        self.add(name, sources(tree.root()), formulas);
    }

    /// A file of LotusScript. An `.lss` is a script library by the name of the file.
    pub fn add_script(&mut self, name: &str, text: &str) {
        let mut source = Source::of_text(name, text);
        let path = Path::new(name);
        let is_library = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("lss"));
        source.library = path
            .file_stem()
            .filter(|_| is_library)
            .map(|stem| stem.to_string_lossy().into_owned());
        self.add(name, vec![source], Vec::new());
    }

    fn add(&mut self, name: &str, sources: Vec<Source>, formulas: Vec<Finding>) {
        let looked_into: Vec<usize> = sources.iter().filter_map(|source| source.globals).collect();
        let file = self.files.len();
        let mut scripts = Vec::new();
        for (number, source) in sources.into_iter().enumerate() {
            let is_looked_into = source.library.is_some() || looked_into.contains(&number);
            let interface = is_looked_into.then(|| {
                let found = Interface::of(&parse(&source.text));
                match &source.library {
                    Some(name) => found.called(name),
                    None => found,
                }
            });
            if let Some(library) = &source.library {
                let places = self.libraries.entry(library.to_lowercase()).or_default();
                places.push((file, number));
            }
            scripts.push(Script { source, interface });
        }
        self.files.push(File {
            name: name.to_owned(),
            scripts,
            formulas,
        });
    }

    /// What is wrong with the code of a file, by its number, in the order of the file; nothing of a number that there is not.
    pub fn check(&self, file: usize) -> Vec<Finding> {
        let Some(own) = self.files.get(file) else {
            return Vec::new();
        };
        let mut found = own.formulas.clone();
        let mut options = CheckOptions {
            notes: self.options.notes,
            ..CheckOptions::default()
        };
        if !own.scripts.is_empty() {
            options.libraries = self.libraries_near(file);
        }
        for script in &own.scripts {
            let globals = script.source.globals.and_then(|at| own.scripts.get(at));
            options.globals = globals.and_then(|globals| globals.interface.as_ref());
            options.is_partial = script.source.is_partial;
            let findings = check(&parse(&script.source.text), &options);
            found.extend(
                findings
                    .into_iter()
                    .map(|finding| self.placed(&script.source, finding)),
            );
        }
        found.sort_by_key(|finding| (finding.line, finding.column));
        found
    }

    fn placed(&self, source: &Source, finding: crate::check::Finding) -> Finding {
        let LineColumn { line, column } = source.in_file(finding.place);
        Finding {
            line,
            column,
            path: source.path(finding.place).to_owned(),
            language: Language::LotusScript,
            rule: finding.code.name().to_owned(),
            severity: match finding.code {
                Rule::NotInRelease => self.options.of_later,
                _ => finding.severity,
            },
            message: match source.is_in_record(finding.place) {
                true => format!(
                    "{} (line {} of its script)",
                    finding.message, finding.place.line
                ),
                false => finding.message,
            },
            why: finding.why.to_owned(),
            remedy: finding.remedy,
        }
    }

    /// The libraries that a file sees; of those with the same name its own, else the one in the nearest folder.
    fn libraries_near(&self, file: usize) -> HashMap<String, &Interface> {
        let nearness = |other: usize| {
            let names = self.files[file].name.split(['/', '\\']);
            let others = self.files[other].name.split(['/', '\\']);
            let common = names.zip(others).take_while(|(own, other)| own == other);
            (other == file, common.count())
        };
        let mut seen = HashMap::new();
        for (name, places) in &self.libraries {
            // Of those that are as near the first.
            let nearest = places
                .iter()
                .rev()
                .max_by_key(|(other, _)| nearness(*other));
            let interface = nearest
                .and_then(|(file, number)| self.files[*file].scripts[*number].interface.as_ref());
            seen.extend(interface.map(|interface| (name.clone(), interface)));
        }
        seen
    }
}

fn findings_of_formula(code: Code<'_>, options: Options) -> Vec<Finding> {
    let source = code.text();
    // An event without code is written as an empty formula.
    if source.trim().is_empty() {
        return Vec::new();
    }
    let how = FormulaOptions {
        purpose: Purpose::of_code(code),
        release: Some(options.notes),
        ..FormulaOptions::default()
    };
    let start = code.position();
    let placed = |finding: formula::check::Finding| Finding {
        line: start.line.saturating_add(finding.line - 1),
        column: match finding.line {
            1 => start.column.saturating_add(finding.column - 1),
            _ => finding.column,
        },
        path: path_of(code.element()),
        language: Language::Formula,
        severity: match (finding.code.as_str(), finding.severity) {
            ("too-new", _) => options.of_later,
            (_, formula::check::Severity::Error) => Severity::Error,
            (_, formula::check::Severity::Warning) => Severity::Warning,
        },
        rule: finding.code,
        message: finding.message,
        why: finding.why,
        remedy: finding.remedy,
    };
    formula::check::check(&source, &how)
        .into_iter()
        .map(placed)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(project: &Project, file: usize) -> Vec<String> {
        let line = |finding: &Finding| {
            let Finding {
                line,
                column,
                severity,
                rule,
                ..
            } = finding;
            format!("{line}:{column} {severity} {rule} {}", finding.path)
        };
        project.check(file).iter().map(line).collect()
    }

    #[test]
    fn formulas_and_scripts_are_found_at_their_places() {
        let form = "<database><form name='Memo'><code event='windowtitle'><formula>@Uppercase(\n  @Upercase(Subject))</formula></code>
<code event='queryopen'><lotusscript>Sub Queryopen
  Dim unused As String
End Sub</lotusscript></code>
<body><richtext><par><field name='Price'><code event='defaultvalue'><formula><![CDATA[@Now(]]></formula></code></field></par></richtext></body></form></database>";
        let mut project = Project::new(Options::default());
        project.add_dxl("a.dxl", &Tree::parse(form).unwrap());
        assert_eq!(
            found(&project, 0),
            [
                "2:3 error unknown-function database/form[Memo]/code[windowtitle]/formula",
                "4:7 warning unused-variable database/form[Memo]/code[queryopen]/lotusscript",
                "6:92 error no-value database/form[Memo]/body/richtext/par/field[Price]/code[defaultvalue]/formula",
            ]
        );
        assert!(project.check(1).is_empty());
    }

    #[test]
    fn a_library_of_ones_own_project_goes_before_that_of_another() {
        let two = "Public Sub Shout(text As String, times As Integer)\nEnd Sub\n";
        let one = "Public Sub Shout(text As String)\nEnd Sub\n";
        let call = "Use \"Core\"\nSub Initialize\n  Call Shout(\"a\")\nEnd Sub\n";
        let mut project = Project::default();
        project.add_script("all/a/core.lss", two);
        project.add_script("all/b/libraries/core.LSS", one);
        project.add_script("all/b/agents/send.lsa", call);
        project.add_script("all/a/send.lsa", call);
        assert_eq!(found(&project, 2), [""; 0]);
        assert_eq!(found(&project, 3), ["3:8 error argument-count "]);
        let alone = "Use \"Core\"\n";
        let mut project = Project::default();
        project.add_script("send.lsa", alone);
        assert_eq!(found(&project, 0), ["1:5 warning unknown-library "]);
    }

    #[test]
    fn what_lies_in_a_record_is_told_by_the_line_of_the_script() {
        // `'++LotusScript Development Environment:2:5:(Options):0:66`, a line `Print 1`, a zero.
        let record = "hf9VAAAAAABJAAAAJysrTG90dXNTY3JpcHQgRGV2ZWxvcG1lbnQgRW52aXJvbm1lbnQ6Mjo1OihPcHRpb25zKTowOjY2ClByaW50IDEKAA==";
        let note = format!(
            "<note class='filter'>\n<item name='$AssistAction'><rawitemdata type='10'>{record}</rawitemdata></item></note>"
        );
        let mut project = Project::default();
        project.add_dxl("a.dxl", &Tree::parse(&note).unwrap());
        let finding = &project.check(0)[0];
        assert_eq!((finding.line, finding.column), (2, 1));
        assert_eq!(finding.path, "note/item[$AssistAction]");
        assert!(
            finding.message.ends_with(" (line 2 of its script)"),
            "{finding:?}"
        );
    }

    #[test]
    fn what_is_of_a_later_release_is_as_grave_as_asked() {
        let agent = "<agent name='a'><code event='initialize'><lotusscript>Sub Initialize
  Dim session As New NotesSession
  Print session.CreateHTTPRequest Is Nothing
End Sub</lotusscript></code></agent>";
        let tree = Tree::parse(agent).unwrap();
        for (notes, of_later, wanted) in [
            ("9", Severity::Error, Some("error")),
            ("9", Severity::Warning, Some("warning")),
            ("10", Severity::Error, None),
        ] {
            let notes = notes.parse().unwrap();
            let mut project = Project::new(Options { notes, of_later });
            project.add_dxl("a.dxl", &tree);
            let told = found(&project, 0);
            let first = told.first().map(|line| line.split(' ').nth(1).unwrap());
            assert_eq!(first, wanted, "{notes}: {told:?}");
        }
    }
}
