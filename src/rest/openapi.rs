//! The description of this door, made from its own types; `openapi/emailsms.json` is the same, for those who read it in the repository.

use super::problem::{OWN_CODES, Problem};
use super::{answer, network, probes, read, send};
use crate::store::events;
use crate::to_handset::Refusal;
use http::StatusCode;
use sms::{Classic, Encoding, State};
use std::sync::LazyLock;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{AdditionalProperties, Object, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, OpenApi, Ref, RefOr, Response as Described, ResponseBuilder, Schema,
};
use utoipa::{Modify, OpenApi as _};
use warp::reply::Response;

/// Descriptions of what is there.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "EmailSMS",
        description = "Texts to mobile phones, and the answers to them. Every error is a problem (RFC 9457) with a stable `code`. A path that has other methods answers `method_not_allowed` (405, with `Allow`); what is known by name and not built yet answers `not_built` (501). Ids are strings; numbers are E.164 with `+`; times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/")),
    paths(send::send, read::message, read::events, read::inbound, network::carriers, network::carrier, network::suspend_carrier, network::resume_carrier, network::routes, network::routes_of, network::suspend_routes, network::resume_routes, network::numbers, network::number, probes::metrics, probes::healthz, probes::readyz, probes::version, openapi),
    tags(
        (name = "messages", description = "Texts on their way out"),
        (name = "inbound", description = "Replies"),
        (name = "network", description = "Carriers, routes and numbers, over all companies: for operators, whose API key has the scope `admin`"),
        (name = "operation", description = "For operators; no API key, but for the metrics")
    ),
    components(schemas(Problem)),
    modifiers(&ApiKey, &Common, &Words)
)]
struct Description;

/// Kinds of mails that events name.
const MAIL_KINDS: [&str; 4] = ["reply", "receipt", "failure", "abort"];
/// Refusals that need a serial: they cannot happen to an API key.
const NOT_OVER_REST: [&str; 2] = ["wrong_key", "locked"];

/// The codes of problems that this door sends.
fn problem_codes() -> Vec<&'static str> {
    let refusals = Refusal::one_of_each();
    let refusals = refusals.iter().map(Refusal::code);
    let refusals = refusals.filter(|code| !NOT_OVER_REST.contains(code));
    let mut codes: Vec<&str> = refusals.chain(OWN_CODES.iter().copied()).collect();
    codes.sort_unstable();
    codes
}

/// The codes of refusals that concern one destination.
fn destination_codes() -> Vec<&'static str> {
    let refusals = Refusal::one_of_each();
    let refusals = refusals.iter().filter(|refusal| {
        matches!(
            refusal,
            Refusal::Number(_)
                | Refusal::NotServed(_)
                | Refusal::OptedOut(_)
                | Refusal::NotOnList(_)
                | Refusal::Quota { .. }
        )
    });
    refusals.map(Refusal::code).collect()
}

/// What every answer has, and what may happen to every request of a user.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                if path.starts_with("/v1/") {
                    add_what_may_always_happen(operation);
                }
                for (status, response) in &mut operation.responses.responses {
                    if let RefOr::T(response) = response {
                        add_headers(path, status, response);
                    }
                }
            }
        }
    }
}

fn add_what_may_always_happen(operation: &mut Operation) {
    for (status, description) in [
        ("401", "`no_api_key`, `unknown_caller`"),
        (
            "403",
            "`inactive`: user, department or company is disabled; `not_permitted`: the API key is for something else",
        ),
        ("500", "`unreadable`: a stored text cannot be opened"),
        ("503", "`unavailable`: the database does not answer"),
    ] {
        let opens_texts = matches!(
            operation.operation_id.as_deref(),
            Some("message" | "inbound")
        );
        if status == "500" && !opens_texts || operation.responses.responses.contains_key(status) {
            continue;
        }
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
            .build();
        let responses = &mut operation.responses.responses;
        responses.insert(status.to_owned(), RefOr::T(response));
    }
}

fn add_headers(path: &str, status: &str, response: &mut Described) {
    let mut add = |name: &str, kind: Type, description: &str| {
        let header = header(kind, description);
        response.headers.insert(name.to_owned(), RefOr::T(header));
    };
    if path.starts_with("/v1/") {
        add(
            "X-Request-Id",
            Type::String,
            "To be quoted to the operator, whose log has it",
        );
    }
    match status {
        "401" => add("WWW-Authenticate", Type::String, "`Bearer …`"),
        "429" => add(
            "Retry-After",
            Type::Integer,
            "Seconds until the company's next local day",
        ),
        "503" | "507" => add(
            "Retry-After",
            Type::Integer,
            "Seconds until it is worth another try",
        ),
        _ => {}
    }
}

fn header(kind: Type, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(kind)))
        .description(Some(description))
        .build()
}

/// The words that may stand in a field, all of them and no others; and that a request has no other fields.
struct Words;

impl Modify for Words {
    fn modify(&self, document: &mut OpenApi) {
        let schemas = &mut document
            .components
            .get_or_insert_with(Components::default)
            .schemas;
        let states = State::ALL.map(State::as_str).to_vec();
        let encodings = [Encoding::Gsm7, Encoding::Ucs2, Encoding::Binary];
        let encodings = encodings.map(Encoding::as_str).to_vec();
        let classic = [Classic::Pending, Classic::Ok, Classic::Fail, Classic::Abort];
        for (schema, field, words) in [
            ("Message", "state", states.clone()),
            ("SentMessage", "state", states),
            ("Message", "classic", classic.map(Classic::as_str).to_vec()),
            ("Message", "encoding", encodings.clone()),
            ("SentMessage", "encoding", encodings),
            (
                "Event",
                "event",
                events::Kind::ALL.map(events::Kind::as_str).to_vec(),
            ),
            ("Event", "kind", MAIL_KINDS.to_vec()),
            ("Carrier", "state", vec!["up", "down", "suspended"]),
            ("Route", "state", vec!["open", "suspended"]),
            ("Number", "state", vec!["in_pool", "removed"]),
            ("Problem", "code", problem_codes()),
            ("RefusedDestination", "code", destination_codes()),
        ] {
            if let Some(RefOr::T(Schema::Object(object))) = schemas.get_mut(schema)
                && let Some(RefOr::T(Schema::Object(field))) = object.properties.get_mut(field)
            {
                field.enum_values = Some(words.into_iter().map(Into::into).collect());
            }
        }
        if let Some(RefOr::T(Schema::Object(object))) = schemas.get_mut("SendMessages") {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key of a user, `gw_live_…`. Test keys, `gw_test_…`, may read; sending with one is refused (`not_permitted`), for there is no sandbox yet, and so is changing carriers and routes. Each is for some of the scopes `messages:send`, `messages:read`, `messages:text` (to see the words of texts and replies, which are left out otherwise) and `admin`.",
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

    /// Every word of the code stands in the document, and the document has no others.
    #[test]
    fn the_document_has_the_words_of_the_code() {
        let document: serde_json::Value = serde_json::from_str(&DOCUMENT).unwrap();
        let words = |schema: &str, field: &str| -> Vec<String> {
            let place = format!("/components/schemas/{schema}/properties/{field}/enum");
            let words = document.pointer(&place).and_then(|words| words.as_array());
            let words = words.unwrap_or_else(|| panic!("{place} is not there"));
            words
                .iter()
                .map(|word| word.as_str().unwrap().into())
                .collect()
        };
        assert_eq!(words("Message", "state"), State::ALL.map(State::as_str));
        assert_eq!(words("SentMessage", "state"), State::ALL.map(State::as_str));
        assert_eq!(words("Message", "classic").len(), 4);
        let stored: Vec<&str> = (0..100)
            .filter_map(crate::store::mails::Kind::from_code)
            .map(crate::store::mails::Kind::as_str)
            .collect();
        assert_eq!(words("Event", "kind"), stored);
        let source = include_str!("../store/events.rs");
        let body = source.split("fn as_str(self)").nth(1).unwrap();
        let body = body.split("\n    }\n").next().unwrap();
        let kinds: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
        assert_eq!(words("Event", "event"), kinds);
        for code in words("RefusedDestination", "code") {
            assert!(words("Problem", "code").contains(&code), "{code}");
        }
        assert_eq!(words("Problem", "code"), problem_codes());
        // The codes of faults in the source, and those of the table in the document.
        let source = include_str!("problem.rs");
        let body = source.split("fn code(&self)").nth(1).unwrap();
        let body = body.split("\n    }\n").next().unwrap();
        let mut own: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own, OWN_CODES);
        let table = include_str!("../../docs/ERRORS.md");
        let table = table
            .split("\n## Problems of the REST door\n")
            .nth(1)
            .unwrap();
        let table = table.split("\n## ").next().unwrap();
        let mut listed: Vec<&str> = table
            .lines()
            .filter(|line| line.starts_with("| `"))
            .flat_map(|line| {
                line.split(" | ")
                    .next()
                    .unwrap()
                    .split('`')
                    .skip(1)
                    .step_by(2)
            })
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, OWN_CODES);
    }

    /// Codes that descriptions of answers name are codes that exist, and each code is named by one.
    #[test]
    fn the_answers_name_codes_that_exist() {
        let document: serde_json::Value = serde_json::from_str(&DOCUMENT).unwrap();
        let mut named = std::collections::BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let told = answer["description"].as_str().unwrap_or_default();
                    if status.starts_with('4') || status.starts_with('5') {
                        named.extend(told.split('`').skip(1).step_by(2).map(str::to_owned));
                    }
                }
            }
        }
        // Of a path, not of an operation: told in the head of the document.
        named.insert("method_not_allowed".to_owned());
        let codes: Vec<String> = problem_codes().into_iter().map(str::to_owned).collect();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), codes);
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
