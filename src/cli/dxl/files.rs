//! Which files of DXL arguments and folders name, and how they are opened and read.

use ::dxl::position::shown_path;
use ::dxl::schema::Schema;
use ::dxl::{Error, Event, Limits, NAMESPACE, Source, Tree};
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, DirEntry, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// A file or folder that could not be read.
#[derive(Debug, serde::Serialize)]
pub(super) struct Unreadable {
    file: String,
    /// Where in the file, if it is known.
    #[serde(flatten)]
    at: Option<At>,
    why: String,
}

#[derive(Debug, serde::Serialize)]
struct At {
    line: u32,
    column: u32,
}

impl Unreadable {
    pub(super) fn new(file: &Path, why: impl fmt::Display) -> Self {
        Self {
            file: shown(file),
            at: None,
            why: why.to_string(),
        }
    }

    fn at(file: &Path, place: &::dxl::Place, why: &str) -> Self {
        let position = place.position;
        let within = match place.path.as_str() {
            "" => String::new(),
            path => format!(" (in {})", shown_path(path)),
        };
        Self {
            file: shown(file),
            at: position.is_some().then_some(At {
                line: position.line,
                column: position.column,
            }),
            why: format!("{why}{within}"),
        }
    }
}

impl fmt::Display for Unreadable {
    /// As compilers write it: `file:line:column: why`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, at, why } = self;
        match at {
            Some(At { line, column }) => write!(f, "{file}:{line}:{column}: {why}"),
            None => write!(f, "{file}: {why}"),
        }
    }
}

/// The files that were found, and what could not be looked into.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<PathBuf>,
    pub(super) unreadable: Vec<Unreadable>,
}

/// What a file is called in output.
pub(super) fn shown(file: &Path) -> String {
    match is_input(file) {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    }
}

/// Whether this is standard input, by whatever name.
pub(super) fn is_input(file: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]
        .iter()
        .any(|name| file.as_os_str() == *name)
}

/// What is wrong with arguments of which more than one is standard input.
pub(super) fn objection_to_inputs<'p>(
    files: impl IntoIterator<Item = &'p PathBuf>,
) -> Option<&'static str> {
    let inputs = files.into_iter().filter(|file| is_input(file)).count();
    (inputs > 1).then_some("standard input is named more than once, and can be read once only")
}

/// What a folder is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Dxl,
    /// Also LotusScript in files of its own.
    DxlAndScripts,
}

/// Whether a file is LotusScript by its name: `.lss`, `.lsa`.
pub(super) fn is_script_by_name(file: &Path) -> bool {
    file.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("lss") || ending.eq_ignore_ascii_case("lsa")
    })
}

/// The files that an argument names: itself, or what is wanted of a folder, in the order of their names.
pub(super) fn files_of(path: &Path, wanted: Wanted) -> Found {
    if !path.is_dir() {
        return Found {
            files: vec![path.to_owned()],
            unreadable: Vec::new(),
        };
    }
    let mut found = Found::default();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        if let Err(why) = look_into(&folder, wanted, &mut folders, &mut found) {
            found.unreadable.push(Unreadable::new(&folder, why));
        }
    }
    if found.files.is_empty() && found.unreadable.is_empty() {
        let why = match wanted {
            Wanted::Dxl => "there is no DXL in this folder",
            Wanted::DxlAndScripts => "there is neither DXL nor LotusScript in this folder",
        };
        found.unreadable.push(Unreadable::new(path, why));
    }
    found.files.sort();
    found
        .unreadable
        .sort_by(|one, other| one.file.cmp(&other.file));
    found
}

fn look_into(
    folder: &Path,
    wanted: Wanted,
    folders: &mut Vec<PathBuf>,
    found: &mut Found,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // What a link leads to may be the folder that it lies in.
        if entry.file_type()?.is_dir() {
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            folders.extend((!is_hidden).then(|| entry.path()));
            continue;
        }
        match is_wanted(&entry, wanted) {
            Ok(true) => found.files.push(entry.path()),
            Ok(false) => {}
            Err(why) => found.unreadable.push(Unreadable::new(&entry.path(), why)),
        }
    }
    Ok(())
}

fn is_wanted(entry: &DirEntry, wanted: Wanted) -> io::Result<bool> {
    let path = entry.path();
    let is_script = wanted == Wanted::DxlAndScripts
        && is_script_by_name(&path)
        && fs::metadata(&path)?.is_file();
    Ok(is_script || is_dxl(entry)?)
}

/// What a file says by its name that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// As Domino Designer and we name DXL: with another name space it is DXL misspelled.
    Dxl,
    /// XML of whatever kind.
    Xml,
    /// A script that some projects keep as DXL: if it begins with `<`.
    Script,
    Other,
}

/// The endings that a project of Domino Designer on disk gives to DXL, and `.dxl`; not those of files that lie in it as they are, such as `.lss` and `.css`.
const ENDINGS: &[&str] = &[
    "aa",
    "column",
    "dcr",
    "dxl",
    "fa",
    "field",
    "folder",
    "form",
    "frameset",
    "ija",
    "ja",
    "javalib",
    "jws",
    "lsdb",
    "lswsc",
    "lws",
    "metadata",
    "navigator",
    "outline",
    "page",
    "subform",
    "view",
];

/// What such a project calls the notes of which there is one.
const NAMES: &[&str] = &[
    "AboutDocument",
    "IconNote",
    "Shared Actions",
    "UsingDocument",
    "database.properties",
];

impl Named {
    fn of(file: &Path) -> Self {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let ending = file.extension().and_then(OsStr::to_str).unwrap_or_default();
        let ending = ending.to_ascii_lowercase();
        match ending.as_str() {
            "xml" => Self::Xml,
            "lsa" => Self::Script,
            _ if NAMES.contains(&name) || ENDINGS.binary_search(&ending.as_str()).is_ok() => {
                Self::Dxl
            }
            _ => Self::Other,
        }
    }
}

/// Whether Domino Designer gives such a name to DXL.
pub(super) fn is_named_as_dxl(file: &Path) -> bool {
    matches!(Named::of(file), Named::Dxl | Named::Script)
}

/// Whether a folder gives it: what begins as DXL, whatever its name, and what is named as DXL is and is no other XML either, so that broken
/// files are told.
fn is_dxl(entry: &DirEntry) -> io::Result<bool> {
    let path = entry.path();
    let named = Named::of(&path);
    match fs::metadata(&path) {
        // Pipes, sockets and devices; folders behind a link.
        Ok(metadata) if !metadata.is_file() => return Ok(false),
        Ok(_) => {}
        // A link that leads nowhere.
        Err(_) if matches!(named, Named::Other | Named::Script) => return Ok(false),
        Err(why) => return Err(why),
    }
    let mut source = Source::new(BufReader::new(File::open(&path)?), Limits::default());
    loop {
        match source.next() {
            Ok(Some(Event::Start {
                name, attributes, ..
            })) => {
                let says_so = attributes.get("xmlns") == Some(NAMESPACE);
                return Ok(says_so || (named != Named::Other && may_be_root(name)));
            }
            Ok(Some(_)) => {}
            Err(Error::Io { source, .. }) => return Err(source),
            // Of elements named like those of DXL there are others.
            Err(Error::Namespace { .. }) if named != Named::Dxl => return Ok(false),
            Ok(None) | Err(_) => break,
        }
    }
    Ok(match named {
        Named::Other => false,
        Named::Script => broken_root(&path)?.is_some_and(|name| may_be_root(&name)),
        Named::Dxl | Named::Xml => broken_root(&path)?.is_none_or(|name| may_be_root(&name)),
    })
}

fn may_be_root(name: &str) -> bool {
    Schema::domino_9_0_1().objection_to_root(name).is_none()
}

/// The name of the outermost element of XML that is refused before it, or in it; `None` if this is no XML at all.
fn broken_root(path: &Path) -> io::Result<Option<String>> {
    const ENOUGH: u64 = 64 * 1024;
    let mut bytes = Vec::new();
    File::open(path)?.take(ENOUGH).read_to_end(&mut bytes)?;
    Ok(first_name(&String::from_utf8_lossy(&bytes)).map(str::to_owned))
}

/// What follows the first `<` that begins an element, or `<!DOCTYPE`.
fn first_name(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        let end = match rest.as_bytes() {
            [b'?', ..] => "?>",
            [b'!', b'-', b'-', ..] => "-->",
            _ => break,
        };
        rest = rest[rest.find(end)? + end.len()..].trim_start();
    }
    if let Some((doctype, name)) = rest.split_at_checked("!DOCTYPE".len())
        && doctype.eq_ignore_ascii_case("!DOCTYPE")
    {
        rest = name.trim_start();
    }
    let is_in_name = |letter: char| letter.is_alphanumeric() || "-_.:".contains(letter);
    let end = rest.find(|letter| !is_in_name(letter));
    let name = &rest[..end.unwrap_or(rest.len())];
    name.starts_with(char::is_alphabetic).then_some(name)
}

/// Opens a file that was named, or standard input. What would be waited for without end, or is none, is refused.
pub(super) fn open(file: &Path) -> Result<Box<dyn BufRead>, Unreadable> {
    if is_input(file) {
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = (|| {
        let kind = fs::metadata(file)?.file_type();
        // What the shell opened for us, as in <(…), is open already.
        let is_open = file.starts_with("/dev/fd") || file.starts_with("/proc/self/fd");
        let other = match () {
            () if kind.is_dir() => "a folder",
            () if kind.is_file() || is_open => "",
            () if kind.is_fifo() => "a pipe",
            () if kind.is_socket() => "a socket",
            () => "a device",
        };
        if !other.is_empty() {
            return Err(io::Error::other(format!("this is {other}, not a file")));
        }
        File::open(file)
    })();
    match opened {
        Ok(opened) => Ok(Box::new(BufReader::with_capacity(1 << 16, opened))),
        Err(why) => Err(Unreadable::new(file, why)),
    }
}

/// Whether standard output was closed. Whoever does that on purpose, as `head` does, knows, and has what was asked for.
pub(super) fn is_closed(why: &io::Error) -> bool {
    why.kind() == io::ErrorKind::BrokenPipe
}

/// Tells that standard output could not be written, if so.
pub(super) fn is_output_written(command: &str, written: io::Result<()>) -> bool {
    let Err(why) = written else { return true };
    let is_closed = is_closed(&why);
    if !is_closed {
        // Where standard error is gone there is nobody to be told.
        let _ = writeln!(
            io::stderr(),
            "emailsms dxl {command}: standard output cannot be written: {why}"
        );
    }
    is_closed
}

/// So many of what there may be one of: `no files`, `1 file`, `2 files`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    match number {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// A whole file of DXL, or standard input, as a tree.
pub(super) fn read_tree(file: &Path) -> Result<Tree, Unreadable> {
    tree_of(file, open(file)?)
}

/// The same of bytes that were read already; `file` is what errors name.
pub(super) fn tree_of(file: &Path, bytes: impl BufRead) -> Result<Tree, Unreadable> {
    let tree = Tree::read(bytes, Limits::default())
        .map_err(|why| Unreadable::at(file, why.place(), &why.message()))?;
    let root = tree.root();
    match Schema::domino_9_0_1().objection_to_root(root.name()) {
        None => Ok(tree),
        Some(objection) => {
            // The path would only say the name again.
            let place = ::dxl::Place::new(root.position(), "");
            Err(Unreadable::at(file, &place, &objection))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endings_are_sorted() {
        assert!(ENDINGS.is_sorted());
    }

    #[test]
    fn what_is_named_as_dxl_is_found_however_broken_it_is() {
        let zeros = [0; 40];
        let form = b"<form name='A' xmlns='http://www.lotus.com/dxl'/>";
        let wide: Vec<u8> = form.iter().flat_map(|byte| [*byte, 0, 0, 0]).collect();
        let entities = b"<!DOCTYPE form [<!ENTITY a 'b'>]><form name='&a;'/>";
        let cases: &[(&str, &[u8], bool)] = &[
            ("a.form", form, true),
            ("empty.form", b"", true),
            ("declaration.view", b"<?xml version='1.0' encoding='u", true),
            ("tag.page", b"<page name='A' xmlns='http://ww", true),
            ("zeros.subform", &zeros, true),
            ("entities.form", entities, true),
            ("wide.metadata", &wide, true),
            (
                "misspelled.form",
                b"<form xmlns='http://www.lotus.com/DXL'/>",
                true,
            ),
            ("database.properties", b"<database", true),
            ("IconNote", b"", true),
            (
                "cut.lsa",
                b"\xEF\xBB\xBF<?xml version='1.0'?>\n<note class='f",
                true,
            ),
            ("other.xml", b"", true),
            ("script.lsa", b"' <form\nSub Initialize\nEnd Sub\n", false),
            ("empty.lsa", b"", false),
            ("script.lss", b"", false),
            ("style.css", b"", false),
            ("swing.form", b"<Form version='1.5'/>", false),
            ("swing2.form", b"<Form version='1.5", false),
            ("qt.xml", b"<form xmlns='http://qt.example'/>", false),
            ("xspdesign.properties", b"", false),
        ];
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes, _) in cases {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let found = files_of(folder.path(), Wanted::Dxl).files;
        for (name, _, wanted) in cases {
            let is_found = found.contains(&folder.path().join(name));
            assert_eq!(is_found, *wanted, "{name}");
        }
    }

    #[test]
    fn the_first_name_is_found_in_what_is_no_xml() {
        for (text, wanted) in [
            ("<project name='a'", Some("project")),
            (
                "\u{FEFF}<?xml version='1.1'?>\n<!-- <a> -->\n<x:b>",
                Some("x:b"),
            ),
            ("<!doctype html>", Some("html")),
            (
                "<!DOCTYPE project [<!ENTITY a 'b'>]><project/>",
                Some("project"),
            ),
            ("<form", Some("form")),
            ("text <form>", None),
            ("\u{7F}ELF", None),
            ("< form>", None),
            ("<!-- a", None),
            ("<!", None),
            ("<", None),
            ("", None),
        ] {
            assert_eq!(first_name(text), wanted, "{text}");
        }
    }
}
