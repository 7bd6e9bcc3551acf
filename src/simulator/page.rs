//! The page of `demo` where a phone and an inbox stand side by side, and what it must be told.
//!
//! Three files without any inline script or style, so that [`CONTENT_SECURITY_POLICY`] can forbid both.

use serde::Serialize;

/// Served at `/`, `text/html; charset=utf-8`.
pub const HTML: &str = include_str!("page.html");
/// Served at `/demo/page.css`, `text/css; charset=utf-8`.
pub const CSS: &str = include_str!("page.css");
/// Served at `/demo/page.js`, `text/javascript; charset=utf-8`.
pub const JS: &str = include_str!("page.js");
/// To be sent with all of them.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// `GET /demo/config.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Where REST is: a path of the same origin that ends in a slash, such as `/v1/`.
    pub rest: String,
    /// The company's name.
    pub company: String,
    /// Who may text here; at least one.
    pub people: Vec<Person>,
    /// Phones to try; at least one.
    pub handsets: Vec<Handset>,
}

/// A user of the sample company.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// As shown.
    pub name: String,
    /// Their mailbox.
    pub email: String,
    /// Their key for REST.
    pub api_key: String,
}

/// A phone of the simulator.
#[derive(Clone, Debug, Serialize)]
pub struct Handset {
    /// Its number without `+`.
    pub digits: String,
    /// Whose it is.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_to_its_policy_and_asks_nobody_else() {
        for inline in [
            "<style",
            " style=",
            " onclick",
            " onload",
            "javascript:",
            "<script>",
        ] {
            assert!(!HTML.contains(inline), "{inline}");
        }
        for text in [HTML, CSS, JS] {
            assert!(
                !text
                    .replace("http://www.w3.org/2000/svg", "")
                    .contains("//www")
                    && !text.contains("https://")
                    && !text.contains("@import")
            );
        }
        for writes_markup in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!JS.contains(writes_markup), "{writes_markup}");
        }
        assert!(JS.lines().count() <= 280);
    }
}
