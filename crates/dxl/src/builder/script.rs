//! A LotusScript as people write it, cut into the pieces that DXL wants: one for options, one for declarations, one for each procedure.

use super::code::Code;
use std::collections::HashMap;

/// Events whose names are written in small letters. Other procedures keep theirs.
const EVENTS: &[&str] = &[
    "click",
    "entering",
    "exiting",
    "initialize",
    "onhelp",
    "onload",
    "onsubmit",
    "onunload",
    "postdocumentdelete",
    "postdragdrop",
    "postentryresize",
    "postmodechange",
    "postopen",
    "postpaste",
    "postrecalc",
    "postsave",
    "postsend",
    "queryaddtofolder",
    "queryclose",
    "querydocumentdelete",
    "querydocumentundelete",
    "querydragdrop",
    "queryentryresize",
    "querymodechange",
    "queryopen",
    "queryopendocument",
    "querypaste",
    "queryrecalc",
    "querysave",
    "querysend",
    "regiondoubleclick",
    "terminate",
];

/// Cuts a script into a piece for `options` (`Option`, `Use`, `%Include` and so on in front of anything else), one for `declarations`, and one for each `Sub`, `Function` and `Property` outside of
/// classes. Remarks in front of a procedure belong to it. Put together again in the order of the pieces, nothing is lost; that it compiles is not looked at.
///
/// ```
/// use dxl::builder::split_lotusscript;
///
/// let pieces = split_lotusscript("Option Declare\nUse \"core\"\nDim busy As Integer\n' Says so.\nSub Initialize\n\tPrint \"End Sub\"\nEnd Sub\n");
/// let events: Vec<&str> = pieces.iter().map(|piece| piece.event()).collect();
/// assert_eq!(events, ["options", "declarations", "initialize"]);
/// ```
pub fn split_lotusscript(script: &str) -> Vec<Code> {
    let mut cut = Cut::default();
    let script = super::out::lines(script);
    for line in script.split_inclusive('\n') {
        cut.line(line);
    }
    cut.finish()
}

/// The state between two lines.
#[derive(Debug, Default)]
struct Cut {
    options: String,
    declarations: String,
    /// Procedures by the names of their events. `Property Get` and `Set` of one name are one piece.
    procedures: Vec<(String, String)>,
    /// Where in `procedures` a name stands, in small letters.
    by_name: HashMap<String, usize>,
    /// The procedure that is open.
    current: usize,
    /// Remarks and empty lines, until it is known what they belong to.
    waiting: String,
    /// What the open block ends with: `sub`, `function`, `property`, `class`, `type`.
    open: Option<&'static str>,
    /// Something other than options has come.
    past_options: bool,
    in_remark: bool,
    /// What closes the text of several lines that is open: `|` or `}`.
    in_text: Option<char>,
    /// The line before goes on in this one.
    continued: bool,
}

impl Cut {
    fn line(&mut self, line: &str) {
        let begins = self.in_text.is_none() && !self.continued;
        let words: Vec<String> = if begins { words_of(line) } else { Vec::new() };
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        if self.in_remark || word(0) == "%rem" {
            self.in_remark = word(0) != "%end";
            self.keep_remark(line);
            return;
        }
        let is_remark = begins
            && (line.trim().is_empty() || line.trim_start().starts_with('\'') || word(0) == "rem");
        if is_remark {
            self.keep_remark(line);
            return;
        }
        self.scan(line);
        if let Some(open) = self.open {
            if begins && word(0) == "end" && word(1) == open {
                self.open = None;
            }
            let is_procedure = matches!(open, "sub" | "function" | "property");
            self.keep(line, is_procedure);
            return;
        }
        if !begins {
            self.go_on(line);
            return;
        }
        let skipped = words
            .iter()
            .take_while(|word| matches!(word.as_str(), "public" | "private" | "static"))
            .count();
        match word(skipped) {
            kind @ ("sub" | "function" | "property") => {
                self.past_options = true;
                let accessor = usize::from(kind == "property");
                let name = name_at(line, skipped + 1 + accessor);
                self.begin_procedure(&name);
                self.open = Some(match kind {
                    "sub" => "sub",
                    "function" => "function",
                    _ => "property",
                });
                self.keep(line, true);
            }
            kind @ ("class" | "type") => {
                self.past_options = true;
                self.open = Some(if kind == "class" { "class" } else { "type" });
                self.keep(line, false);
            }
            "option" | "use" | "uselsx" | "%include" | "deftype" if !self.past_options => {
                let waiting = std::mem::take(&mut self.waiting);
                self.options.push_str(&waiting);
                self.options.push_str(line);
            }
            _ => {
                self.past_options = true;
                self.keep(line, false);
            }
        }
    }

    fn keep_remark(&mut self, line: &str) {
        match self.open {
            Some(open) => self.keep(line, matches!(open, "sub" | "function" | "property")),
            None => self.waiting.push_str(line),
        }
    }

    /// A line that goes on where the one before it was kept.
    fn go_on(&mut self, line: &str) {
        if self.past_options {
            self.keep(line, false);
        } else {
            self.options.push_str(line);
        }
    }

    fn begin_procedure(&mut self, name: &str) {
        let lower = name.to_lowercase();
        let next = self.procedures.len();
        self.current = *self.by_name.entry(lower.clone()).or_insert(next);
        if self.current == next {
            let is_event = EVENTS.binary_search(&lower.as_str()).is_ok();
            let event = if is_event { lower } else { name.to_owned() };
            self.procedures.push((event, String::new()));
        }
    }

    fn keep(&mut self, line: &str, in_procedure: bool) {
        let into = match self.procedures.get_mut(self.current) {
            Some((_, procedure)) if in_procedure => procedure,
            _ => &mut self.declarations,
        };
        into.push_str(&std::mem::take(&mut self.waiting));
        into.push_str(line);
    }

    /// Follows texts that go over several lines, and `_` at the line's end.
    fn scan(&mut self, line: &str) {
        let mut in_quotes = false;
        let mut last = ' ';
        let mut before_last = ' ';
        for character in line.chars() {
            match (self.in_text, character) {
                (Some(close), _) if character == close => self.in_text = None,
                (Some(_), _) => {}
                (None, '"') => in_quotes = !in_quotes,
                (None, _) if in_quotes => {}
                (None, '|') => self.in_text = Some('|'),
                (None, '{') => self.in_text = Some('}'),
                (None, '\'') => break,
                (None, _) => {}
            }
            if character != '\n' && !(character == ' ' && last == '_') {
                (before_last, last) = (last, character);
            }
        }
        self.continued = self.in_text.is_none() && last == '_' && before_last.is_whitespace();
    }

    fn finish(self) -> Vec<Code> {
        let Self {
            mut options,
            mut declarations,
            mut procedures,
            waiting,
            current,
            ..
        } = self;
        // Remarks at the end belong to what is before them.
        let last = match procedures.get_mut(current) {
            Some((_, procedure)) => procedure,
            None if !declarations.is_empty() => &mut declarations,
            None => &mut options,
        };
        last.push_str(&waiting);
        let parts = [
            ("options".to_owned(), options),
            ("declarations".to_owned(), declarations),
        ];
        let parts = parts.into_iter().chain(procedures);
        parts
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(event, text)| Code::lotusscript(&event, &text))
            .collect()
    }
}

/// The first words of a line, in small letters.
fn words_of(line: &str) -> Vec<String> {
    line.split(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '%')))
        .filter(|word| !word.is_empty())
        .take(4)
        .map(str::to_lowercase)
        .collect()
}

/// The word of this number, as it is written.
fn name_at(line: &str, number: usize) -> String {
    line.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
        .nth(number)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a piece holds.
    fn text_of(piece: &Code) -> String {
        let script = crate::builder::DatabaseScript::lotusscript("").code(piece.clone());
        let tree = crate::builder::Part::build(&script);
        // Uses of libraries that are not there, and the like, are for others to find.
        let tree = tree.unwrap();
        let code = crate::design::Codes::of(tree.root()).next();
        code.map(|code| code.text().into_owned())
            .unwrap_or_default()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_comes_twice(lines in prop::collection::vec(prop_oneof![
            Just("Option Public"), Just("Use \"a\""), Just("Dim a As String, _"), Just("  b"), Just("Sub A"), Just("Public Function b"),
            Just("Property Get c"), Just("End Sub"), Just("End Function"), Just("End Property"), Just("Class D"), Just("End Class"),
            Just("Type E"), Just("End Type"), Just("%REM"), Just("%END REM"), Just("' x"), Just("Rem y"), Just("s = |"), Just("t = {"),
            Just("}"), Just("|"), Just("u = \"|{\""), Just(""), Just("\t"), Just("Declare Sub F"), Just("Sub"), Just("ß %rem"),
        ], 0..40)) {
            let script = lines.join("\n");
            let pieces = split_lotusscript(&script);
            let mut events: Vec<String> = pieces.iter().map(|piece| piece.event().to_lowercase()).collect();
            let all: String = pieces.iter().map(|piece| text_of(piece) + "\n").collect();
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
                lines.sort();
                lines
            };
            prop_assert_eq!(sorted(&all), sorted(&script));
            events.sort();
            let count = events.len();
            events.dedup();
            prop_assert_eq!(events.len(), count, "{}", script);
        }
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(EVENTS.is_sorted());
    }

    #[test]
    fn scripts_are_cut_where_procedures_begin() {
        let script = "%REM\nSub NotHere\n%END REM\nOption Public\nUse \"a\"\n\nConst A = {\nSub Nor\n}\nDim b As String, _\nc As String\n\
            Declare Function Beep Lib \"x\" () As Long\nClass Boat\n\tSub New\n\tEnd Sub\nEnd Class\n\
            ' Of the first.\nPrivate Function First(x) As String\n\tPrint |\nEnd Function\n|\nEnd Function\n\n\
            Sub INITIALIZE\nEnd Sub\nProperty Get Size As Integer\nEnd Property\nProperty Set Size As Integer\nEnd Property\n' Last.\n";
        let pieces = split_lotusscript(script);
        let events: Vec<&str> = pieces.iter().map(Code::event).collect();
        assert_eq!(
            events,
            ["options", "declarations", "First", "initialize", "Size"]
        );
        let texts: Vec<String> = pieces.iter().map(|piece| format!("{piece:?}")).collect();
        assert!(
            texts[0].contains("%REM\\nSub NotHere\\n%END REM\\nOption Public\\nUse \\\"a\\\"\\n\"")
        );
        assert!(
            texts[1].contains("Sub New")
                && texts[1].contains("Declare Function Beep")
                && texts[1].contains("Sub Nor")
        );
        assert!(
            texts[2].contains("' Of the first.\\nPrivate")
                && texts[2].contains("|\\nEnd Function\\n|\\nEnd Function\\n\"")
        );
        assert!(
            texts[4].contains("Property Get")
                && texts[4].contains("Property Set")
                && texts[4].contains("' Last.")
        );
    }

    #[test]
    fn a_script_without_procedures_is_options_and_declarations() {
        let pieces = split_lotusscript("Option Declare\r\nDim a As Integer\r\n");
        let events: Vec<&str> = pieces.iter().map(Code::event).collect();
        assert_eq!(events, ["options", "declarations"]);
        assert!(split_lotusscript(" \n\n").is_empty());
    }
}
