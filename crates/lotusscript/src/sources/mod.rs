//! Where LotusScript is found: in the design that DXL holds, also in the records that raw agents keep it in, and in files of its own.
//!
//! ```
//! let tree = dxl::Tree::parse("<database><scriptlibrary name='core|c'><code event='options'><lotusscript>Option Declare</lotusscript></code>
//! <code event='hello'><lotusscript>Sub Hello
//! End Sub</lotusscript></code></scriptlibrary></database>")?;
//! let sources = lotusscript::sources::sources(tree.root());
//! assert_eq!((sources[0].owner.as_str(), sources[0].library.as_deref()), ("scriptlibrary core", Some("core")));
//! assert_eq!(sources[0].text, "Option Declare\nSub Hello\nEnd Sub");
//! let script = lotusscript::syntax::parse(&sources[0].text);
//! assert_eq!(sources[0].in_file(script.place(script.module()[1].span.start)).line, 2);
//! # Ok::<(), dxl::Error>(())
//! ```

mod record;

use crate::syntax::LineColumn;
use dxl::check::path_of;
use dxl::design::{Code, Design, DesignElement, Language, Sort, designs};
use dxl::notes::Value;
use dxl::{Element, NodeId};
use std::collections::HashMap;

/// The LotusScript of one module: all pieces that share their declarations, put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it belongs to, as in `scriptlibrary core`, `form Main`, `form Main/field Price`.
    pub owner: String,
    /// The name of the script library that it is, without aliases.
    pub library: Option<String>,
    /// Which of the sources holds the globals that it sees beside its own declarations: those of its form.
    pub globals: Option<usize>,
    /// It is of a form or view that was exported item by item, where other scripts that it shares declarations with may be in Domino's own records.
    pub is_partial: bool,
    /// The text, lines ended by `\n`.
    pub text: String,
    pieces: Vec<Piece>,
}

/// Where a piece begins, in the text and in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// The elements that it is in.
    path: String,
    /// The line of the text, from 1.
    line: u32,
    /// The line of the file.
    file_line: u32,
    /// How many characters of the file's line stand before the piece.
    indent: u32,
    /// It lies there as a record, not as text: all of it is at that line.
    is_record: bool,
}

impl Source {
    /// A file that holds nothing else.
    pub fn of_text(owner: &str, text: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            library: None,
            globals: None,
            is_partial: false,
            text: text.to_owned(),
            pieces: Vec::new(),
        }
    }

    /// Where a place of the text is in the file that it comes from. On the first line of a piece, columns are as exact as the file writes characters, not entities.
    pub fn in_file(&self, place: LineColumn) -> LineColumn {
        let Some(piece) = self.piece(place) else {
            return place;
        };
        if piece.is_record {
            return LineColumn {
                line: piece.file_line,
                column: 1,
            };
        }
        let below = place.line - piece.line;
        LineColumn {
            line: piece.file_line.saturating_add(below),
            column: match below {
                0 => place.column.saturating_add(piece.indent),
                _ => place.column,
            },
        }
    }

    /// The elements around a place of the text, as findings about DXL name them; empty in a file that holds nothing else.
    pub fn path(&self, place: LineColumn) -> &str {
        self.piece(place).map_or("", |piece| &piece.path)
    }

    /// Whether a place of the text lies in a record of Domino's, so that the file has no line of its own for it.
    pub fn is_in_record(&self, place: LineColumn) -> bool {
        self.piece(place).is_some_and(|piece| piece.is_record)
    }

    fn piece(&self, place: LineColumn) -> Option<&Piece> {
        let mut before = self.pieces.iter().rev();
        before.find(|piece| piece.line <= place.line)
    }

    fn add(&mut self, text: &str, file_line: u32, indent: u32, path: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let lines = self.text.bytes().filter(|byte| *byte == b'\n').count();
        self.pieces.push(Piece {
            path: path.to_owned(),
            line: u32::try_from(lines + 1).unwrap_or(u32::MAX),
            file_line,
            indent,
            is_record: false,
        });
        self.text += text;
    }

    fn add_code(&mut self, code: Code<'_>) {
        let position = code.position();
        let path = path_of(code.element());
        for (number, part) in code.parts().iter().enumerate() {
            let indent = if number == 0 {
                position.column.saturating_sub(1)
            } else {
                0
            };
            self.add(&part.text, part.line, indent, &path);
        }
    }
}

/// All LotusScript of a file, a source for each form, agent, library, field, action and so on that has any, in the order of the file.
pub fn sources(root: Element<'_>) -> Vec<Source> {
    let mut found = Vec::new();
    for design in designs(root) {
        of_design(design, &mut found);
    }
    found
}

fn of_design(design: Design<'_>, found: &mut Vec<Source>) {
    let mut by_owner: HashMap<NodeId, usize> = HashMap::new();
    let scripts = || {
        design
            .code()
            .filter(|code| code.language() == Language::LotusScript)
    };
    let mut globals = None;
    // First, for all others see them, wherever they stand.
    for code in scripts().filter(|code| is_global(*code)) {
        let at = *globals.get_or_insert_with(|| {
            found.push(source_of(design, code, true));
            found.len() - 1
        });
        found[at].add_code(code);
    }
    if scripts().next().is_none() {
        of_record(design, found);
    }
    for code in scripts().filter(|code| !is_global(*code)) {
        let at = *by_owner.entry(code.owner().id()).or_insert_with(|| {
            let mut source = source_of(design, code, false);
            source.globals = globals;
            found.push(source);
            found.len() - 1
        });
        found[at].add_code(code);
    }
}

/// An agent that was exported item by item keeps its script in a record of Domino's.
fn of_record(design: Design<'_>, found: &mut Vec<Source>) {
    let Design::Raw(note) = design else {
        return;
    };
    let Some(item) = note
        .item("$AssistAction")
        .filter(|_| design.sort() == Sort::Agent)
    else {
        return;
    };
    let Value::Raw { data, .. } = item.value() else {
        return;
    };
    let Some(text) = data
        .decode()
        .ok()
        .and_then(|bytes| record::script_in(&bytes))
    else {
        return;
    };
    let place = item.element().position();
    found.push(Source {
        owner: owner_of(design),
        library: None,
        globals: None,
        is_partial: false,
        text,
        pieces: vec![Piece {
            path: path_of(item.element()),
            line: 1,
            file_line: place.line,
            indent: 0,
            is_record: true,
        }],
    });
}

fn owner_of(design: Design<'_>) -> String {
    format!("{} {}", design.element().name(), design.name())
        .trim_end()
        .to_owned()
}

fn is_global(code: Code<'_>) -> bool {
    let mut around = code.element().parent();
    while let Some(element) = around {
        match element.name() {
            "globals" => return true,
            "code" => around = element.parent(),
            _ => return false,
        }
    }
    false
}

fn source_of(design: Design<'_>, code: Code<'_>, is_global: bool) -> Source {
    let element = design.element();
    let mut owner = owner_of(design);
    let part = code.owner();
    if is_global {
        owner += "/globals";
    } else if part.id() != element.id() {
        let name = part
            .attribute("name")
            .or(part.attribute("title"))
            .unwrap_or_default();
        owner = format!("{owner}/{} {name}", part.name())
            .trim_end()
            .to_owned();
    }
    let is_library = design.sort() == Sort::ScriptLibrary;
    let is_whole = is_library || matches!(design.sort(), Sort::Agent | Sort::DatabaseScript);
    Source {
        owner,
        library: is_library.then(|| design.name().into_owned()),
        globals: None,
        is_partial: matches!(design, Design::Raw(_)) && !is_whole,
        text: String::new(),
        pieces: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dxl: &str) -> Vec<Source> {
        sources(dxl::Tree::parse(dxl).unwrap().root())
    }

    #[test]
    fn a_form_has_a_source_for_its_globals_itself_and_each_part() {
        let found = of(
            "<database><form name='Main|m'><globals><code event='declarations'><lotusscript>Dim all
</lotusscript></code></globals><code event='queryopen'><lotusscript>Sub A
End Sub</lotusscript></code><code event='windowtitle'><formula>x</formula></code>
<body><richtext><par><field name='Price'><code event='entering'><lotusscript>  Sub B
End Sub</lotusscript></code></field></par></richtext></body></form></database>",
        );
        let owners: Vec<(&str, Option<usize>)> = found
            .iter()
            .map(|source| (source.owner.as_str(), source.globals))
            .collect();
        assert_eq!(
            owners,
            [
                ("form Main/globals", None),
                ("form Main", Some(0)),
                ("form Main/field Price", Some(0))
            ]
        );
        assert_eq!(found[1].text, "Sub A\nEnd Sub");
        let place = |line, column| LineColumn { line, column };
        let start = found[2].in_file(place(1, 3));
        assert_eq!(start.line, 4);
        assert!(start.column > 60, "{start:?}");
        assert_eq!(found[2].in_file(place(2, 1)), place(5, 1));
        assert!(!found[2].is_partial);
    }

    #[test]
    fn an_agent_in_a_record_of_domino_s_is_found() {
        // `'++LotusScript Development Environment:2:5:(Options):0:66`, a line `Print 1`, a zero.
        let record = "hf9VAAAAAABJAAAAJysrTG90dXNTY3JpcHQgRGV2ZWxvcG1lbnQgRW52aXJvbm1lbnQ6Mjo1OihPcHRpb25zKTowOjY2ClByaW50IDEKAA==";
        let found = of(&format!(
            "<note class='filter'><item name='$TITLE'><text>(Send)</text></item>
<item name='$AssistAction' sign='true'><rawitemdata type='10'>{record}</rawitemdata></item></note>"
        ));
        assert_eq!((found.len(), found[0].owner.as_str()), (1, "note (Send)"));
        assert_eq!(found[0].text.lines().nth(1), Some("Print 1"));
        assert_eq!(
            found[0].in_file(LineColumn { line: 2, column: 7 }),
            LineColumn { line: 2, column: 1 }
        );
    }

    #[test]
    fn a_raw_library_is_put_together_from_its_parts() {
        let found = of("<note class='form'><item name='$TITLE'><text>core</text></item><item name='$Flags'><text>s34Q</text></item>
<item name='$ScriptLib'><text>'++LotusScript Development Environment:2:5:(Options):0:66
Option Declare
'++LotusScript Development Environment:2:5:(Declarations):0:10
Dim a
'++LotusScript Development Environment:2:2:Hello:1:10
Sub Hello
End Sub</text></item></note>");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "Option Declare\nDim a\nSub Hello\nEnd Sub");
        assert_eq!(found[0].in_file(LineColumn { line: 3, column: 1 }).line, 7);
    }
}
