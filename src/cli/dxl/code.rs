//! The content of a file, to be read as LotusScript, as a stream of DXL and as a tree, whichever it is.

use super::files::{Unreadable, is_script_by_name, open};
use ::dxl::schema::Schema;
use ::dxl::{Error, Event, Limits, Source, Tree};
use lotusscript::syntax::MAX_SOURCE_BYTES;
use std::borrow::Cow;
use std::fs;
use std::io::{BufRead, Read};
use std::path::Path;

/// What a file holds. A file proper is read as often as need be; what can be read only once, such as standard input, is kept.
pub(super) struct Content<'f> {
    file: &'f Path,
    kept: Option<Vec<u8>>,
}

impl<'f> Content<'f> {
    /// Of a file, or of standard input, to be read once, which keeps nothing.
    pub(super) fn once(file: &'f Path) -> Self {
        Self { file, kept: None }
    }

    /// The same to be read as often as need be.
    pub(super) fn of(file: &'f Path) -> Result<Self, Unreadable> {
        let mut content = Self::once(file);
        if !fs::metadata(file).is_ok_and(|metadata| metadata.is_file()) {
            let mut bytes = Vec::new();
            let read = content.open()?.read_to_end(&mut bytes);
            read.map_err(|why| Unreadable::new(file, why))?;
            content.kept = Some(bytes);
        }
        Ok(content)
    }

    /// Its bytes, from the first.
    pub(super) fn open(&self) -> Result<Box<dyn BufRead + '_>, Unreadable> {
        match &self.kept {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => open(self.file).map(|opened| opened as Box<dyn BufRead>),
        }
    }

    /// Its text, if its name says that it is LotusScript, and it does not begin as XML: Designer keeps agents as DXL under the same ending.
    pub(super) fn lotusscript(&self) -> Result<Option<String>, Unreadable> {
        if !is_script_by_name(self.file) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        // One more than is read, so that it is said that there are too many.
        let most = MAX_SOURCE_BYTES as u64 + 1;
        let read = self.open()?.take(most).read_to_end(&mut bytes);
        read.map_err(|why| Unreadable::new(self.file, why))?;
        let text = decoded(&bytes);
        Ok((!text.trim_start().starts_with('<')).then(|| text.into_owned()))
    }

    /// It as a tree, if it is DXL to its end and holds LotusScript or formulas.
    pub(super) fn tree_with_code(&self, limits: Limits) -> Result<Option<Tree>, Unreadable> {
        if !holds_code(self.open()?, limits) {
            return Ok(None);
        }
        match Tree::read(self.open()?, limits) {
            Ok(tree) => Ok(Some(tree)),
            Err(why @ Error::TooMany { .. }) => {
                let why = format!("its code cannot be checked: {}", why.message());
                Err(Unreadable::new(self.file, why))
            }
            // The check of the structure says it.
            Err(_) => Ok(None),
        }
    }
}

/// By its byte order mark, else as UTF-8, else as Windows in the West writes it.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let bom = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let other = match std::str::from_utf8(bytes) {
        Ok(_) => encoding_rs::UTF_8,
        Err(_) => encoding_rs::WINDOWS_1252,
    };
    bom.unwrap_or(other).decode(bytes).0
}

/// Whether DXL has code in it: a stream that ends with the first code, so that databases full of documents need not become trees.
fn holds_code(bytes: impl BufRead, limits: Limits) -> bool {
    let mut source = Source::new(bytes, limits).in_pieces();
    let mut is_root = true;
    while let Ok(Some(event)) = source.next() {
        let Event::Start {
            name, attributes, ..
        } = event
        else {
            continue;
        };
        if is_root && Schema::domino_9_0_1().objection_to_root(name).is_some() {
            return false;
        }
        is_root = false;
        // In what was exported item by item, items are code by their names.
        let is_code = |item: &str| {
            item.starts_with('$') && (item.contains("Script") || item == "$AssistAction")
        };
        // A library is known to what uses it, even if it is empty.
        if matches!(name, "formula" | "lotusscript" | "scriptlibrary")
            || name == "item" && attributes.get("name").is_some_and(is_code)
        {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_the_encodings_of_designer() {
        for (bytes, wanted) in [
            (&b"' gr\xFC\xDFe"[..], "' grüße"),
            ("' grüße".as_bytes(), "' grüße"),
            (b"\xEF\xBB\xBF' a", "' a"),
            (b"\xFF\xFE'\0 \0a\0", "' a"),
            (b"", ""),
        ] {
            assert_eq!(decoded(bytes), wanted);
        }
    }

    #[test]
    fn only_dxl_with_code_becomes_a_tree() {
        for (text, wanted) in [
            ("<form><code><formula>1</formula></code></form>", true),
            ("<note><item name='$AssistAction'/></note>", true),
            ("<note><item name='$ScriptLib'/></note>", true),
            ("<database><scriptlibrary name='a'/></database>", true),
            ("<document><item name='Body'/></document>", false),
            ("<sheet><formula>1</formula></sheet>", false),
            ("<form", false),
            ("", false),
        ] {
            assert_eq!(
                holds_code(text.as_bytes(), Limits::default()),
                wanted,
                "{text}"
            );
        }
    }
}
