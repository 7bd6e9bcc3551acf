//! `emailsms dxl clean`: DXL files as a repository should keep them.

use super::files::{
    Unreadable, Wanted, files_of, is_closed, is_input, objection_to_inputs, open, read_tree,
    tree_of,
};
use ::dxl::clean::{Links, clean, clean_among};
use ::dxl::{Tree, WriteError};
use anyhow::{Context, bail};
use clap::Args;
use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Takes out of DXL files what changes by itself, and puts the rest into an order that is always the same.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms dxl clean export.dxl > design.dxl     to standard output
  emailsms dxl clean --in-place dxl-templates/   every file of DXL below
  emailsms dxl clean --check dxl-templates/      in CI: is all of it clean?

Taken out is what servers write: note ids, UNIDs, sequence numbers, dates, who saved and signed it, revisions, run data of agents, the
history of the access control list, size and replica id of the database, the release that exported it and its DOCTYPE, LotusScript compiled beside its
source ($AssistAction_Ex, $ScriptLib_O, $$Script_O, $$$FormScript_O). A UNID stays if one of the given files points to it (parent=, $REF
and so on): give files that belong together at once, since with one file alone links from others are not seen. In design elements the
times of files (<created> and <modified> of $FILE, $FileModDT) become 1970-01-01; in documents they are data and stay, as does <created>
of the document itself. Paragraph definitions (<pardef id=>) are numbered in the order in which they stand. Notes, items, code, roles, entries of the access control list and attributes are sorted; script libraries come before
what uses them. Text, scripts, formulas and all that stands in a paragraph are kept to the byte, but for their spelling: CDATA becomes text,
CR LF becomes LF, other encodings UTF-8, and references stay for & < > only. Cleaned twice is the same as once.

Exit status: 0 done, or with --check: clean; 1 with --check: something would change; 2 a file could not be read or written,
or a folder holds no DXL.")]
pub struct CleanArgs {
    /// Files, folders (all below that begins as DXL or is named so, as *.dxl, *.xml, *.form and so on are), or - for standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Write each file back to where it was
    #[arg(long, conflicts_with = "check")]
    in_place: bool,
    /// Change nothing; name the files that are not clean
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(args: &CleanArgs) -> ExitCode {
    match clean_all(args, &mut io::stdout().lock()) {
        Ok(Outcome {
            unreadable: true, ..
        }) => ExitCode::from(2),
        Ok(Outcome { changed: true, .. }) if args.check => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) if error.downcast_ref().is_some_and(is_closed) => ExitCode::SUCCESS,
        Err(error) => {
            tell(format_args!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn tell(what: impl Display) {
    // Where standard error is gone there is nobody to be told.
    let _ = writeln!(io::stderr(), "emailsms dxl clean: {what}");
}

/// What came of all files.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    changed: bool,
    unreadable: bool,
}

fn clean_all(args: &CleanArgs, out: &mut impl Write) -> anyhow::Result<Outcome> {
    if let Some(objection) = objection_to_inputs(&args.files) {
        bail!(objection);
    }
    let mut outcome = Outcome::default();
    let mut files = Vec::new();
    for path in &args.files {
        let found = files_of(path, Wanted::Dxl);
        for unreadable in found.unreadable {
            tell(unreadable);
            outcome.unreadable = true;
        }
        files.extend(found.files);
    }
    if args.in_place || args.check {
        let links = links_of(&files)?;
        for file in files {
            match clean_one(&file, args.in_place, links.as_ref()) {
                Ok(false) => {}
                Ok(true) => {
                    outcome.changed = true;
                    if args.check {
                        writeln!(out, "{}", file.display()).context(NO_OUTPUT)?;
                    }
                }
                Err(unreadable) => {
                    tell(unreadable);
                    outcome.unreadable = true;
                }
            }
        }
    } else if let [file] = files.as_slice() {
        match read_tree(file) {
            Ok(tree) => print(tree, out)?,
            Err(unreadable) => {
                tell(unreadable);
                outcome.unreadable = true;
            }
        }
    } else if !files.is_empty() {
        bail!("standard output takes one file; use --in-place or --check for several");
    }
    Ok(outcome)
}

/// More ids than any company's templates point to; a bound on memory.
const MOST_LINKS: usize = 1_000_000;

/// The links of several files among each other; of one alone its own are enough. Files are read one at a time, and again when they are
/// cleaned: what cannot be read is told then.
fn links_of(files: &[PathBuf]) -> anyhow::Result<Option<Links>> {
    let mut links = Links::new();
    let several = files.iter().filter(|_| files.len() > 1);
    for file in several.filter(|file| !is_input(file)) {
        if let Ok(tree) = read_tree(file) {
            links.gather(&tree);
        }
        if links.len() > MOST_LINKS {
            bail!("these files point to more than {MOST_LINKS} notes; clean fewer at a time");
        }
    }
    Ok((files.len() > 1).then_some(links))
}

const NO_OUTPUT: &str = "standard output cannot be written";

fn print(mut tree: Tree, out: &mut impl Write) -> anyhow::Result<()> {
    clean(&mut tree);
    match tree.write(out) {
        // Its own words say what was written where.
        Err(WriteError::Io(why)) => return Err(why).context(NO_OUTPUT),
        written => written?,
    }
    out.flush().context(NO_OUTPUT)
}

/// Whether the file was not clean; in place, it is afterwards.
/// `links` of all files, if it is one of several.
fn clean_one(file: &Path, in_place: bool, links: Option<&Links>) -> Result<bool, Unreadable> {
    let failed = |why: &dyn Display| Unreadable::new(file, why);
    if is_input(file) && in_place {
        return Err(failed(
            &"it has no place to be written back to; leave out --in-place",
        ));
    }
    let mut found = Vec::new();
    open(file)?
        .read_to_end(&mut found)
        .map_err(|why| failed(&why))?;
    let mut tree = tree_of(file, found.as_slice())?;
    match links {
        Some(links) => clean_among(&mut tree, links),
        None => clean(&mut tree),
    }
    let cleaned = tree.to_xml().map_err(|why| failed(&why))?;
    drop(tree);
    if found == cleaned.as_bytes() {
        return Ok(false);
    }
    if in_place {
        replace(file, cleaned.as_bytes())
            .map_err(|why| failed(&format_args!("it cannot be written anew: {why}")))?;
    }
    Ok(true)
}

/// Puts a new file in the place of another at once, so that nobody ever finds half of it.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link to what it leads to.
    let file = fs::canonicalize(file)?;
    let old = fs::metadata(&file)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = file.with_file_name(name);
    // Until it has the rights of the old one, it is nobody else's to read.
    let mut new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let written = (|| {
        new.write_all(bytes)?;
        // Where we may: only the system's administrator may give files away.
        if fchown(&new, Some(old.uid()), Some(old.gid())).is_err() {
            let _ = fchown(&new, None, Some(old.gid()));
        }
        new.set_permissions(old.permissions())?;
        new.sync_all()?;
        fs::rename(&beside, &file)
    })();
    if written.is_err() {
        // What is half written is of no use; the error that matters is the first.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRTY: &str = "<form name='A' xmlns='http://www.lotus.com/dxl' version='12.0'>\r\n<noteinfo unid='1'/><body><richtext/></body></form>";

    #[test]
    fn files_are_cleaned_in_place_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.dxl");
        fs::write(&file, DIRTY).unwrap();
        let mut args = CleanArgs {
            files: vec![folder.path().to_owned()],
            in_place: false,
            check: true,
        };
        let mut out = Vec::new();
        let (dirty, clean) = (
            Outcome {
                changed: true,
                unreadable: false,
            },
            Outcome::default(),
        );
        assert_eq!(clean_all(&args, &mut out).unwrap(), dirty);
        assert_eq!(out, format!("{}\n", file.display()).as_bytes());
        assert_eq!(fs::read(&file).unwrap(), DIRTY.as_bytes());
        (args.in_place, args.check) = (true, false);
        assert_eq!(clean_all(&args, &mut Vec::new()).unwrap(), dirty);
        assert_eq!(clean_all(&args, &mut Vec::new()).unwrap(), clean);
        let cleaned = fs::read_to_string(&file).unwrap();
        assert!(cleaned.ends_with("<form name='A' xmlns='http://www.lotus.com/dxl'>\n<body><richtext/></body>\n</form>\n"), "{cleaned}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        args.in_place = false;
        let mut out = Vec::new();
        clean_all(&args, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), cleaned);
        fs::write(&file, "<form").unwrap();
        assert!(clean_all(&args, &mut Vec::new()).unwrap().unreadable);
        assert_eq!(fs::read_to_string(&file).unwrap(), "<form");
        args.files.push(folder.path().join("b.dxl"));
        assert!(clean_all(&args, &mut Vec::new()).is_err());
    }
}
