//! Outlines, frame sets, and links to elements of a design.

use super::code::{Code, emit_all};
use super::error::{BuildError, Built, Fault};
use super::names::check_name;
use super::out::{Attributes, Out};
use super::{Emit, setters, titled};

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Link {
    Page(String),
    Form(String),
    Frameset(String),
    View(String),
    Folder(String),
    /// An address of the web.
    Url(String),
}

impl Link {
    fn attributes(&self) -> Attributes {
        let (kind, name) = match self {
            Self::Page(name) => ("page", name),
            Self::Form(name) => ("form", name),
            Self::Frameset(name) => ("frameset", name),
            Self::View(name) => ("view", name),
            Self::Folder(name) => ("folder", name),
            Self::Url(href) => return Attributes::of("urllink").with("href", href),
        };
        Attributes::of("namedelementlink")
            .with("type", kind)
            .with("name", name)
    }

    /// Opens its element.
    pub(super) fn enter(&self, out: &mut Out) -> Built {
        let attributes = self.attributes();
        out.enter(&attributes)?;
        if let Some(name) = attributes.get("name") {
            check_name(name, out)?;
        }
        Ok(())
    }

    fn emit(&self, out: &mut Out) -> Built {
        self.enter(out)?;
        out.leave();
        Ok(())
    }
}

/// An outline, by which people navigate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    attributes: Attributes,
    entries: Vec<OutlineEntry>,
}
titled!(Outline);

/// An entry of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineEntry {
    attributes: Attributes,
    image: Option<String>,
    link: Option<Link>,
    codes: Vec<Code>,
}
setters!(OutlineEntry);

impl Outline {
    /// By its name, without entries.
    pub fn new(name: &str) -> Self {
        Self {
            attributes: Attributes::of("outline").with("name", name),
            entries: Vec::new(),
        }
    }

    /// The next entry.
    pub fn entry(mut self, entry: OutlineEntry) -> Self {
        self.entries.push(entry);
        self
    }
}

impl Emit for Outline {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        let mut deepest = 0;
        for entry in &self.entries {
            deepest = entry.emit(deepest, out)?.saturating_add(1);
        }
        Ok(())
    }
}

impl OutlineEntry {
    fn new(label: &str, kind: &str) -> Self {
        Self {
            attributes: Attributes::of("outlineentry")
                .with("label", label)
                .with("type", kind),
            image: None,
            link: None,
            codes: Vec::new(),
        }
    }

    /// Only a heading.
    pub fn heading(label: &str) -> Self {
        Self::new(label, "none")
    }

    /// Opens something.
    pub fn link(label: &str, link: Link) -> Self {
        let kind = match link {
            Link::Url(_) => "urllink",
            _ => "namedelementlink",
        };
        let mut entry = Self::new(label, kind);
        entry.link = Some(link);
        entry
    }

    /// Runs a formula.
    pub fn action(label: &str, formula: &str) -> Self {
        let mut entry = Self::new(label, "action");
        entry.codes.push(Code::formula("value", formula));
        entry
    }

    /// How deep it lies below others; one deeper than the entry before it at the most.
    pub fn level(mut self, level: u8) -> Self {
        self.attributes.set("level", level.to_string());
        self
    }

    /// An image resource beside it.
    pub fn image(mut self, name: &str) -> Self {
        self.image = Some(name.to_owned());
        self
    }

    /// When it is hidden.
    pub fn hide_when(mut self, formula: &str) -> Self {
        self.codes.push(Code::formula("hidewhen", formula));
        self
    }

    /// Gives the level at which it lies.
    fn emit(&self, deepest: u8, out: &mut Out) -> Result<u8, BuildError> {
        out.enter(&self.attributes)?;
        let written = self.attributes.get("level").unwrap_or("0");
        let level = written.parse().ok().filter(|level| *level <= deepest);
        let Some(level) = level else {
            return Err(out.fault(
                Fault::Value,
                format!("it lies at level {written}, and nothing at the level above"),
                format!("write a level up to {deepest}"),
            ));
        };
        if let Some(image) = &self.image {
            out.empty(&Attributes::of("imageref").with("name", image))?;
        }
        if let Some(link) = &self.link {
            link.emit(out)?;
        }
        emit_all(&self.codes, out)?;
        out.leave();
        Ok(level)
    }
}

/// A window that is divided into frames, side by side or one below the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frameset {
    attributes: Attributes,
    codes: Vec<Code>,
    frames: Vec<Inner>,
}
titled!(Frameset);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Inner {
    Frame(Frame),
    Frameset(Frameset),
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    attributes: Attributes,
    link: Option<Link>,
}
setters!(Frame);

impl Frameset {
    fn new(name: &str, divided_by: &'static str, sizes: Vec<String>) -> Self {
        let mut attributes = Attributes::of("frameset").with(divided_by, sizes.join(" "));
        if !name.is_empty() {
            attributes.set("name", name);
        }
        Self {
            attributes,
            codes: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Side by side, of these widths, such as `20%` or `190px`. One in another has an empty name.
    pub fn columns<S: Into<String>>(name: &str, widths: impl IntoIterator<Item = S>) -> Self {
        Self::new(
            name,
            "columns",
            widths.into_iter().map(Into::into).collect(),
        )
    }

    /// One below the other, of these heights.
    pub fn rows<S: Into<String>>(name: &str, heights: impl IntoIterator<Item = S>) -> Self {
        Self::new(name, "rows", heights.into_iter().map(Into::into).collect())
    }

    /// The next frame.
    pub fn frame(mut self, frame: Frame) -> Self {
        self.frames.push(Inner::Frame(frame));
        self
    }

    /// The next frame, divided again.
    pub fn divided(mut self, frameset: Frameset) -> Self {
        self.frames.push(Inner::Frameset(frameset));
        self
    }

    /// Into how many it is divided.
    fn sizes(&self) -> usize {
        let count = |name: &str| {
            let sizes = self.attributes.get(name);
            sizes.map_or(1, |sizes| sizes.split_whitespace().count())
        };
        count("columns").saturating_mul(count("rows"))
    }

    /// What stands in the window's title.
    pub fn window_title(mut self, formula: &str) -> Self {
        self.codes.push(Code::formula("windowtitle", formula));
        self
    }
}

impl Emit for Frameset {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        out.deeper()?;
        let sizes = self.sizes();
        if self.frames.len() != sizes || self.frames.is_empty() {
            return Err(out.fault(
                Fault::Value,
                format!(
                    "it is divided into {sizes}, and has {} frames",
                    self.frames.len()
                ),
                "give it one frame for each, and one at least",
            ));
        }
        if self.codes.len() > 1 {
            return Err(out.fault(
                Fault::Duplicate,
                "there are two titles".to_owned(),
                "give it one",
            ));
        }
        emit_all(&self.codes, out)?;
        for frame in &self.frames {
            match frame {
                Inner::Frame(frame) => {
                    out.enter(&frame.attributes)?;
                    if let Some(link) = &frame.link {
                        link.emit(out)?;
                    }
                    out.leave();
                }
                Inner::Frameset(inner) => {
                    out.enter(&inner.attributes)?;
                    inner.emit_content(out)?;
                    out.leave();
                }
            }
        }
        out.styles.depth -= 1;
        Ok(())
    }
}

impl Frame {
    /// By its name, by which links find it, with what it shows.
    pub fn new(name: &str, shows: impl Into<Option<Link>>) -> Self {
        Self {
            attributes: Attributes::of("frame").with("name", name),
            link: shows.into(),
        }
    }

    /// The frame in which links in this one open.
    pub fn target(mut self, frame: &str) -> Self {
        self.attributes.set("targetframe", frame);
        self
    }
}
