//! The description of this door, made from its own types; `openapi/emailsms.json` is the same, for those who read it in the repository.

use super::{answer, probes, read, send};
use http::StatusCode;
use std::sync::LazyLock;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{Modify, OpenApi as _};
use warp::reply::Response;

/// Descriptions of what is there.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "EmailSMS",
        description = "Texts to mobile phones, and the answers to them. Every error is a problem (RFC 9457) with a stable `code`. Ids are strings; numbers are E.164 with `+`; times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/")),
    paths(send::send, read::message, read::events, read::inbound, probes::healthz, probes::readyz, probes::version, openapi),
    tags(
        (name = "messages", description = "Texts on their way out"),
        (name = "inbound", description = "Replies"),
        (name = "operation", description = "For operators; no API key")
    ),
    modifiers(&ApiKey)
)]
struct Description;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key of a user: `gw_live_…`, or `gw_test_…`, whose texts never reach a carrier.",
            ))
            .build();
        document
            .components
            .get_or_insert_with(Components::default)
            .add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

/// The document, with a line feed at its end.
pub static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    // Made of our own types only; the test that compares it with the file would see it fail.
    let mut text = Description::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
});

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", responses((status = 200, description = "An OpenAPI 3.1 document")))]
pub fn openapi() -> Response {
    answer::octets(StatusCode::OK, DOCUMENT.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::table::{ROUTES, Target};
    use super::*;

    /// `UPDATE_OPENAPI=1 cargo test --lib rest::openapi` writes the file anew.
    #[test]
    fn the_file_is_the_document() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/emailsms.json");
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, DOCUMENT.as_bytes()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(
            kept == *DOCUMENT,
            "openapi/emailsms.json is not what the code says; run with UPDATE_OPENAPI=1 and look at the difference"
        );
    }

    #[test]
    fn the_document_describes_exactly_the_routes() {
        let document: serde_json::Value = serde_json::from_str(&DOCUMENT).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut described: Vec<String> = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                described.push(format!("{} {path}", method.to_uppercase()));
            }
        }
        let mut routes: Vec<String> = ROUTES
            .iter()
            .filter(|route| route.target != Target::NotBuilt)
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        described.sort();
        routes.sort();
        assert_eq!(described, routes);
    }
}
