//! A tree as XML again.

use super::{Kind, NodeId, Tree, XML_URI, XMLNS_URI, split_name};

/// The namespaces that hold at a place: prefix and what it means, and how deep each was declared.
struct Scope {
    bindings: Vec<(usize, String, String)>,
    undeclares: bool,
}

impl Scope {
    fn new(undeclares: bool) -> Self {
        let mut scope = Self {
            bindings: Vec::new(),
            undeclares,
        };
        scope.bind(0, "xml", XML_URI);
        scope.bind(0, "xmlns", XMLNS_URI);
        scope
    }

    fn uri(&self, prefix: &str) -> &str {
        let mut bindings = self.bindings.iter().rev();
        bindings
            .find(|(_, bound, _)| bound == prefix)
            .map_or("", |(_, _, uri)| uri)
    }

    fn bind(&mut self, depth: usize, prefix: &str, uri: &str) {
        self.bindings
            .push((depth, prefix.to_owned(), uri.to_owned()));
    }

    fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|(at, ..)| *at >= depth) {
            self.bindings.pop();
        }
    }
}

impl Tree {
    /// A node as XML that stands alone. Namespaces that nodes have and nobody declared are declared where they are needed first. If it `undeclares`, an element without
    /// a namespace in one with a default is kept out of that with `xmlns=""`, as Windows does.
    pub fn write(&self, top: NodeId, undeclares: bool) -> String {
        let mut out = String::new();
        let mut scope = Scope::new(undeclares);
        let (mut node, mut depth) = (top, 1_usize);
        loop {
            self.write_start(node, depth, &mut scope, &mut out);
            if let Some(child) = self.first_child(node) {
                node = child;
                depth += 1;
                continue;
            }
            loop {
                if self.kind(node) == Kind::Element {
                    self.write_end(node, &mut out);
                    scope.leave(depth);
                }
                if node == top {
                    return out;
                }
                if let Some(next) = self.next(node) {
                    node = next;
                    break;
                }
                let Some(parent) = self.parent(node) else {
                    return out;
                };
                node = parent;
                depth -= 1;
            }
        }
    }

    fn write_start(&self, node: NodeId, depth: usize, scope: &mut Scope, out: &mut String) {
        let (name, value) = (self.name(node), self.value(node));
        match self.kind(node) {
            Kind::Document | Kind::Fragment => {}
            Kind::Element => self.write_tag(node, depth, scope, out),
            Kind::Attribute => write_attribute(name, value, out),
            Kind::Text => escape_text(value, out),
            Kind::CData => push(
                out,
                &["<![CDATA[", &value.replace("]]>", "]]]]><![CDATA[>"), "]]>"],
            ),
            Kind::EntityReference => push(out, &["&", name, ";"]),
            Kind::Comment => push(out, &["<!--", value, "-->"]),
            Kind::DocumentType => push(out, &["<!DOCTYPE ", value, ">"]),
            Kind::Declaration => push(out, &["<?xml ", value, "?>"]),
            Kind::Instruction if value.is_empty() => push(out, &["<?", name, "?>"]),
            Kind::Instruction => push(out, &["<?", name, " ", value, "?>"]),
        }
    }

    fn write_tag(&self, node: NodeId, depth: usize, scope: &mut Scope, out: &mut String) {
        push(out, &["<", self.name(node)]);
        for attribute in self.attributes(node) {
            let value = self.value(*attribute);
            match split_name(self.name(*attribute)) {
                ("", "xmlns") => scope.bind(depth, "", value),
                ("xmlns", prefix) => scope.bind(depth, prefix, value),
                _ => {}
            }
            write_attribute(self.name(*attribute), value, out);
        }
        let named = std::iter::once(node).chain(self.attributes(node).iter().copied());
        for id in named {
            let (prefix, uri) = (self.prefix(id), self.uri(id));
            let is_bare_attribute = id != node && prefix.is_empty();
            let is_undeclared = uri.is_empty() && !(prefix.is_empty() && scope.undeclares);
            if is_bare_attribute || is_undeclared || scope.uri(prefix) == uri {
                continue;
            }
            let declared = match prefix {
                "" => "xmlns".to_owned(),
                prefix => format!("xmlns:{prefix}"),
            };
            if self.attribute(node, &declared).is_none() {
                scope.bind(depth, prefix, uri);
                write_attribute(&declared, uri, out);
            }
        }
        out.push_str(match self.first_child(node) {
            Some(_) => ">",
            None => "/>",
        });
    }

    fn write_end(&self, node: NodeId, out: &mut String) {
        if self.first_child(node).is_some() {
            push(out, &["</", self.name(node), ">"]);
        }
    }
}

fn push(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    push(out, &[" ", name, "=\""]);
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn escape_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}
