//! Rich text: paragraphs, tables, sections and subforms of forms, pages and help documents.

use super::code::{Code, emit_all};
use super::error::{BuildError, Built, Fault};
use super::field::Field;
use super::navigation::Link;
use super::out::{Attributes, Out};
use super::setters;

/// What a form, subform, page or help document shows, from top to bottom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
enum Block {
    Paragraph(Paragraph),
    Table(Table),
    Section(Section),
    Subform(String),
    ComputedSubform(String),
}

impl Body {
    /// Nothing so far. What stays empty becomes one empty paragraph.
    pub fn new() -> Self {
        Self::default()
    }

    /// A paragraph.
    pub fn paragraph(mut self, paragraph: Paragraph) -> Self {
        self.blocks.push(Block::Paragraph(paragraph));
        self
    }

    /// A paragraph of plain text.
    pub fn text(self, text: &str) -> Self {
        self.paragraph(Paragraph::new().text(text))
    }

    /// A table.
    pub fn table(mut self, table: Table) -> Self {
        self.blocks.push(Block::Table(table));
        self
    }

    /// A section that is opened and closed.
    pub fn section(mut self, section: Section) -> Self {
        self.blocks.push(Block::Section(section));
        self
    }

    /// A subform by its name.
    pub fn subform(mut self, name: &str) -> Self {
        self.blocks.push(Block::Subform(name.to_owned()));
        self
    }

    /// The subform whose name a formula gives.
    pub fn computed_subform(mut self, formula: &str) -> Self {
        self.blocks.push(Block::ComputedSubform(formula.to_owned()));
        self
    }

    /// Every field in it, in tables and sections too.
    pub(super) fn fields<'a>(&'a self, depth: usize, into: &mut Vec<&'a str>) {
        // What is nested deeper is refused as it is written.
        if depth > 100 {
            return;
        }
        for block in &self.blocks {
            match block {
                Block::Paragraph(paragraph) => paragraph.fields(into),
                Block::Table(table) => {
                    for cell in table.rows.iter().flat_map(|(_, cells)| cells) {
                        cell.body.fields(depth + 1, into);
                    }
                }
                Block::Section(section) => section.body.fields(depth + 1, into),
                Block::Subform(_) | Block::ComputedSubform(_) => {}
            }
        }
    }

    /// As `<body>`.
    pub(super) fn emit(&self, out: &mut Out) -> Built {
        self.check_fields(out)?;
        out.enter_bare("body");
        out.enter_bare("richtext");
        out.styles = Default::default();
        self.emit_blocks(out)?;
        let rich_text = out.here();
        let mut definitions = Vec::new();
        for (at, style) in std::mem::take(&mut out.styles.known).iter().enumerate() {
            definitions.push(style.emit(at + 1, out)?);
        }
        out.tree_mut().reorder(rich_text, &definitions);
        out.leave();
        out.leave();
        Ok(())
    }

    fn check_fields(&self, out: &Out) -> Built {
        let mut names = Vec::new();
        self.fields(0, &mut names);
        let mut met = std::collections::HashSet::new();
        match names
            .into_iter()
            .find(|name| !met.insert(name.to_lowercase()))
        {
            None => Ok(()),
            Some(twice) => Err(out.fault(
                Fault::Duplicate,
                format!("there are two fields {twice:?}"),
                "give each a name of its own; upper and lower case do not count",
            )),
        }
    }

    fn emit_blocks(&self, out: &mut Out) -> Built {
        if self.blocks.is_empty() {
            return Paragraph::new().emit(out);
        }
        for block in &self.blocks {
            match block {
                Block::Paragraph(paragraph) => paragraph.emit(out)?,
                Block::Table(table) => table.emit(out)?,
                Block::Section(section) => section.emit(out)?,
                Block::Subform(name) => {
                    let reference = Attributes::of("subformref").with("name", name);
                    out.enter(&reference)?;
                    super::names::check_name(name, out)?;
                    out.leave();
                }
                Block::ComputedSubform(formula) => {
                    out.enter_bare("subformref");
                    Code::formula("value", formula).emit(out)?;
                    out.leave();
                }
            }
        }
        Ok(())
    }
}

/// How paragraphs look, and when they are hidden. Those that are equal share one definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    attributes: Attributes,
    hide_when: Option<String>,
}

setters!(Style);

impl Default for Style {
    fn default() -> Self {
        Self::new()
    }
}

impl Style {
    /// As Notes has it.
    pub fn new() -> Self {
        Self {
            attributes: Attributes::of("pardef"),
            hide_when: None,
        }
    }

    /// Hidden while a formula is true.
    pub fn hide_when(mut self, formula: &str) -> Self {
        self.hide_when = Some(formula.to_owned());
        self
    }

    /// Its number among those of the open rich text.
    fn number(&self, out: &mut Out) -> usize {
        let known = &mut out.styles.known;
        match known.iter().position(|style| style == self) {
            Some(at) => at + 1,
            None => {
                known.push(self.clone());
                known.len()
            }
        }
    }

    fn emit(&self, number: usize, out: &mut Out) -> Result<crate::NodeId, BuildError> {
        let attributes = self.attributes.clone().with("id", number.to_string());
        out.enter(&attributes)?;
        let node = out.here();
        if let Some(formula) = &self.hide_when {
            Code::formula("hidewhen", formula).enabled(true).emit(out)?;
        }
        out.leave();
        Ok(node)
    }
}

/// How letters look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Font {
    attributes: Attributes,
}

setters!(Font);

impl Default for Font {
    fn default() -> Self {
        Self::new()
    }
}

impl Font {
    /// As the paragraph has it.
    pub fn new() -> Self {
        Self {
            attributes: Attributes::of("font"),
        }
    }

    /// Bold.
    pub fn bold() -> Self {
        Self::new().style("bold")
    }

    /// Words such as `bold italic underline`.
    pub fn style(mut self, words: &str) -> Self {
        self.attributes.set("style", words);
        self
    }

    /// Such as 12.
    pub fn size_points(mut self, points: u16) -> Self {
        self.attributes.set("size", format!("{points}pt"));
        self
    }

    /// A colour by name, or `#rrggbb`.
    pub fn color(mut self, color: &str) -> Self {
        self.attributes.set("color", color);
        self
    }

    pub(super) fn emit(&self, out: &mut Out) -> Built {
        out.empty(&self.attributes)
    }
}

/// A paragraph: text, fields, buttons and so on, one behind the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paragraph {
    style: Style,
    font: Option<Font>,
    pieces: Vec<(Option<Font>, Piece)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Field(Box<Field>),
    SharedField(String),
    Computed(String),
    Button(Button),
    Hotspot { text: String, codes: Vec<Code> },
    Link { link: Link, text: String },
    Bare(Attributes),
    Image(Attributes, Attributes),
}

impl Paragraph {
    /// Nothing so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// How it looks.
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// How everything looks that comes from here on; `None` as the paragraph does.
    pub fn font(mut self, font: impl Into<Option<Font>>) -> Self {
        self.font = font.into();
        self
    }

    /// Text; `\n` begins a new line.
    pub fn text(self, text: &str) -> Self {
        self.piece(Piece::Text(text.to_owned()))
    }

    /// A field of its own.
    pub fn field(self, field: Field) -> Self {
        self.piece(Piece::Field(Box::new(field)))
    }

    /// A shared field by its name.
    pub fn shared_field(self, name: &str) -> Self {
        self.piece(Piece::SharedField(name.to_owned()))
    }

    /// The text that a formula gives.
    pub fn computed_text(self, formula: &str) -> Self {
        self.piece(Piece::Computed(formula.to_owned()))
    }

    /// A button.
    pub fn button(self, button: Button) -> Self {
        self.piece(Piece::Button(button))
    }

    /// Text that does something when it is clicked.
    pub fn hotspot(self, text: &str, codes: impl IntoIterator<Item = Code>) -> Self {
        let (text, codes) = (text.to_owned(), codes.into_iter().collect());
        self.piece(Piece::Hotspot { text, codes })
    }

    /// Text that opens something.
    pub fn link(self, link: Link, text: &str) -> Self {
        let text = text.to_owned();
        self.piece(Piece::Link { link, text })
    }

    /// An outline, by its name, as people navigate by it.
    pub fn embedded_outline(self, name: &str) -> Self {
        self.piece(Piece::Bare(
            Attributes::of("embeddedoutline").with("outline", name),
        ))
    }

    /// A view, by its name.
    pub fn embedded_view(self, name: &str) -> Self {
        self.piece(Piece::Bare(
            Attributes::of("embeddedview").with("name", name),
        ))
    }

    /// An image resource by its name, `width` × `height` pixels.
    pub fn image(self, name: &str, width: u32, height: u32) -> Self {
        let picture = Attributes::of("picture")
            .with("width", format!("{width}px"))
            .with("height", format!("{height}px"));
        self.piece(Piece::Image(
            picture,
            Attributes::of("imageref").with("name", name),
        ))
    }

    /// A line across the page.
    pub fn rule(self) -> Self {
        self.piece(Piece::Bare(Attributes::of("horizrule")))
    }

    fn piece(mut self, piece: Piece) -> Self {
        self.pieces.push((self.font.clone(), piece));
        self
    }

    fn fields<'a>(&'a self, into: &mut Vec<&'a str>) {
        into.extend(self.pieces.iter().filter_map(|(_, piece)| match piece {
            Piece::Field(field) => Some(field.name()),
            Piece::SharedField(name) => Some(name.as_str()),
            _ => None,
        }));
    }

    fn emit(&self, out: &mut Out) -> Built {
        let number = self.style.number(out);
        out.enter(&Attributes::of("par").with("def", number.to_string()))?;
        for (font, piece) in &self.pieces {
            if let Some(font) = font {
                out.enter_bare("run");
                font.emit(out)?;
            }
            piece.emit(out)?;
            if font.is_some() {
                out.leave();
            }
        }
        out.leave();
        Ok(())
    }
}

impl Piece {
    fn emit(&self, out: &mut Out) -> Built {
        match self {
            Self::Text(text) => return out.text(text),
            Self::Field(field) => return field.emit(out),
            Self::SharedField(name) => {
                out.enter(&Attributes::of("sharedfieldref").with("name", name))?;
                super::names::check_field_name(name, out)?;
            }
            Self::Computed(formula) => {
                out.enter_bare("computedtext");
                Code::formula("value", formula).emit(out)?;
            }
            Self::Button(button) => return button.emit(out),
            Self::Hotspot { text, codes } => {
                out.enter_bare("actionhotspot");
                emit_all(codes, out)?;
                out.text(text)?;
            }
            Self::Link { link, text } => {
                link.enter(out)?;
                out.text(text)?;
            }
            Self::Bare(attributes) => out.enter(attributes)?,
            Self::Image(picture, reference) => {
                out.enter(picture)?;
                out.empty(reference)?;
            }
        }
        out.leave();
        Ok(())
    }
}

/// A button in a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    attributes: Attributes,
    label: String,
    codes: Vec<Code>,
}

setters!(Button);

impl Button {
    /// With what stands on it.
    pub fn new(label: &str) -> Self {
        Self {
            attributes: Attributes::of("button"),
            label: label.to_owned(),
            codes: Vec::new(),
        }
    }

    /// What it does: `click`, and `hidewhen` and so on.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        out.text(&self.label)?;
        emit_all(&self.codes, out)?;
        out.leave();
        Ok(())
    }
}

/// A table of as many columns as it is given widths.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    attributes: Attributes,
    widths: Vec<String>,
    rows: Vec<(Attributes, Vec<Cell>)>,
}

setters!(Table);

impl Table {
    /// With the width of each column, such as `2in` or `100%`.
    pub fn new<W: Into<String>>(widths: impl IntoIterator<Item = W>) -> Self {
        Self {
            attributes: Attributes::of("table"),
            widths: widths.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// A row; its cells are as many as the columns, those that span several counted as that.
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        let row = Attributes::of("tablerow");
        self.rows.push((row, cells.into_iter().collect()));
        self
    }

    /// A row with a label on its tab, of a table that shows one row at a time: one with `rowdisplay` set to `tabs`.
    pub fn tab(mut self, label: &str, cells: impl IntoIterator<Item = Cell>) -> Self {
        let row = Attributes::of("tablerow").with("tablabel", label);
        self.rows.push((row, cells.into_iter().collect()));
        self
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        if self.widths.is_empty() || self.rows.is_empty() {
            return Err(out.fault(
                Fault::Missing,
                "the table has no cells".to_owned(),
                "give it a width for each column, and a row",
            ));
        }
        out.deeper()?;
        for width in &self.widths {
            out.empty(&Attributes::of("tablecolumn").with("width", width))?;
        }
        let mut hanging = vec![0; self.widths.len()];
        for (row, cells) in &self.rows {
            self.check_row(cells, &mut hanging, out)?;
            out.enter(row)?;
            for cell in cells {
                out.enter(&cell.attributes)?;
                cell.body.emit_blocks(out)?;
                out.leave();
            }
            out.leave();
        }
        if hanging.iter().any(|rows| *rows > 0) {
            return Err(out.fault(
                Fault::Value,
                "a cell goes down below the last row".to_owned(),
                "let it span fewer rows, or add the rows",
            ));
        }
        out.styles.depth -= 1;
        out.leave();
        Ok(())
    }

    /// `hanging`: into how many rows from here on a cell above reaches, for each column.
    fn check_row(&self, cells: &[Cell], hanging: &mut [usize], out: &Out) -> Built {
        let mut free = hanging.iter().map(|rows| *rows == 0).collect::<Vec<_>>();
        for rows in hanging.iter_mut() {
            *rows = rows.saturating_sub(1);
        }
        let mut fits = true;
        for cell in cells {
            let (columns, rows) = (cell.span("columnspan"), cell.span("rowspan"));
            let first = free.iter().position(|is_free| *is_free);
            let span = first.and_then(|first| free.get_mut(first..first.checked_add(columns)?));
            match (first, span) {
                (Some(first), Some(span))
                    if columns > 0 && rows > 0 && span.iter().all(|is_free| *is_free) =>
                {
                    span.fill(false);
                    for hanging in hanging.iter_mut().skip(first).take(columns) {
                        *hanging = rows - 1;
                    }
                }
                _ => fits = false,
            }
        }
        if fits && !free.contains(&true) {
            return Ok(());
        }
        Err(out.fault(
            Fault::Value,
            format!("a row does not fill {} columns", self.widths.len()),
            "give each row as many cells as there are columns, less what others span",
        ))
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    attributes: Attributes,
    body: Body,
}

setters!(Cell);

impl Cell {
    /// With what is in it.
    pub fn new(body: Body) -> Self {
        Self {
            attributes: Attributes::of("tablecell"),
            body,
        }
    }

    /// With a paragraph of text.
    pub fn text(text: &str) -> Self {
        Self::new(Body::new().text(text))
    }

    /// Across so many columns and rows; none counts as one.
    pub fn spanning(mut self, columns: u8, rows: u8) -> Self {
        self.attributes
            .set("columnspan", columns.max(1).to_string());
        self.attributes.set("rowspan", rows.max(1).to_string());
        self
    }

    /// Across how many columns, or rows, it goes.
    fn span(&self, attribute: &str) -> usize {
        let span = self.attributes.get(attribute).map_or(Ok(1), str::parse);
        // Of 0, and of what is no number, no row is filled.
        span.unwrap_or_default()
    }
}

/// A section, which people open and close.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    attributes: Attributes,
    title: String,
    body: Body,
}

setters!(Section);

impl Section {
    /// With its title and what is in it.
    pub fn new(title: &str, body: Body) -> Self {
        Self {
            attributes: Attributes::of("section"),
            title: title.to_owned(),
            body,
        }
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        out.deeper()?;
        let style = Style::new().number(out);
        out.enter(&Attributes::of("sectiontitle").with("pardef", style.to_string()))?;
        out.bare_leaf("text", &self.title)?;
        out.leave();
        self.body.emit_blocks(out)?;
        out.styles.depth -= 1;
        out.leave();
        Ok(())
    }
}
