//! Outlines, frame sets, and links to elements of a design.

use super::{Code, Sort, flag, piece, value, whole};
use crate::tree::Element;

whole! {
    /// An outline, by which people navigate.
    Outline, Sort::Outline
}

whole! {
    /// A window that is divided into frames.
    Frameset, Sort::Frameset
}

piece! {
    /// An entry of an outline.
    OutlineEntry
}

piece! {
    /// A frame.
    Frame
}

piece! {
    /// A link to an element of a design, a view, a document, a database, or an address.
    Link
}

fn link_in(element: Element<'_>) -> Option<Link<'_>> {
    element.elements().find_map(Link::of)
}

impl<'a> Link<'a> {
    /// Of an element that is a link; `None` for any other.
    pub fn of(element: Element<'a>) -> Option<Self> {
        let is_link = matches!(
            element.name(),
            "namedelementlink" | "urllink" | "viewlink" | "doclink" | "databaselink"
        );
        is_link.then_some(Self(element))
    }

    /// To what: `page`, `form`, `frameset`, `view`, `folder`, `navigator` by name; `url`, `viewlink`, `doclink` or `databaselink` by id.
    pub fn kind(self) -> &'a str {
        match self.0.name() {
            "namedelementlink" => self.0.attribute("type").unwrap_or_default(),
            "urllink" => "url",
            other => other,
        }
    }

    /// The name of the element, the address, or the id of the view, document or database.
    pub fn target(self) -> Option<&'a str> {
        let attribute = match self.0.name() {
            "namedelementlink" => "name",
            "urllink" => "href",
            "viewlink" => "view",
            "doclink" => "document",
            _ => "database",
        };
        self.0.attribute(attribute)
    }

    /// The replica id of the database that it is in, if it is another.
    pub fn database(self) -> Option<&'a str> {
        self.0.attribute("database")
    }

    /// The formula that gives the target.
    pub fn formula(self) -> Option<Code<'a>> {
        self.code().next()
    }
}

impl<'a> Outline<'a> {
    /// Its entries, in their order.
    pub fn entries(self) -> impl Iterator<Item = OutlineEntry<'a>> + Clone + use<'a> {
        self.0.all("outlineentry").map(OutlineEntry)
    }
}

impl<'a> OutlineEntry<'a> {
    /// What stands there; empty if a formula, or the name of what it opens, says that.
    pub fn label(self) -> &'a str {
        self.0.attribute("label").unwrap_or_default()
    }

    /// The name by which programs know it.
    pub fn alias(self) -> Option<&'a str> {
        self.0.attribute("alias")
    }

    /// How deep it lies below others; `None` if what is written is no number.
    pub fn level(self) -> Option<u32> {
        value(self.0, "level")?.trim().parse().ok()
    }

    /// `none`, `action`, `link`, `namedelementlink`, `urllink`, `otherviews` and so on.
    pub fn kind(self) -> &'a str {
        self.0.attribute("type").unwrap_or_default()
    }

    /// What it opens.
    pub fn link(self) -> Option<Link<'a>> {
        link_in(self.0)
    }

    /// The image beside it.
    pub fn image(self) -> Option<&'a str> {
        self.0.first("imageref")?.attribute("name")
    }

    /// The frame in which it opens.
    pub fn target_frame(self) -> Option<&'a str> {
        self.0.attribute("targetframe")
    }

    /// The code of one event, in any case.
    pub fn code_for(self, event: &str) -> Option<Code<'a>> {
        self.code()
            .find(|code| code.event().eq_ignore_ascii_case(event))
    }
}

impl<'a> Frameset<'a> {
    /// Its frames in the order of the file, those of frame sets in it too.
    pub fn frames(self) -> impl Iterator<Item = Frame<'a>> + Clone + use<'a> {
        let inside = self.0.descendants();
        inside.filter(|inner| inner.name() == "frame").map(Frame)
    }

    /// The widths of its columns, as they are written; empty if it is divided into rows.
    pub fn columns(self) -> Vec<&'a str> {
        let sizes = self.0.attribute("columns").unwrap_or_default();
        sizes.split_whitespace().collect()
    }

    /// The heights of its rows.
    pub fn rows(self) -> Vec<&'a str> {
        let sizes = self.0.attribute("rows").unwrap_or_default();
        sizes.split_whitespace().collect()
    }
}

impl<'a> Frame<'a> {
    /// The name by which links find it.
    pub fn name(self) -> &'a str {
        self.0.attribute("name").unwrap_or_default()
    }

    /// What it shows.
    pub fn link(self) -> Option<Link<'a>> {
        link_in(self.0)
    }

    /// The frame in which links in it open.
    pub fn target_frame(self) -> Option<&'a str> {
        self.0.attribute("targetframe")
    }

    /// Whether it has the focus to begin with.
    pub fn has_initial_focus(self) -> bool {
        flag(self.0, "initialfocus") == Some(true)
    }
}
