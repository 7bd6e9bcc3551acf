//! All resources on one page: which request means what, by method and path alone [SPEC 12.2].

use crate::accounts::KeyScope;
use http::Method;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Send,
    Message,
    Events,
    Inbound,
    Carriers,
    Carrier,
    SuspendCarrier,
    ResumeCarrier,
    Routes,
    RoutesOf,
    SuspendRoutes,
    ResumeRoutes,
    Numbers,
    Number,
    Metrics,
    Healthz,
    Readyz,
    Version,
    OpenApi,
    /// Known by name, not there yet.
    NotBuilt,
}

/// What was found for a method and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'a> {
    /// The target and the id in the path; empty if it has none.
    Target(Target, &'a str),
    /// The path has other methods: these, for `Allow`.
    MethodNotAllowed(String),
    /// No such path.
    Nothing,
}

/// One operation.
pub struct Route {
    pub method: Method,
    /// `{id}` stands for one segment.
    pub path: &'static str,
    pub target: Target,
}

const fn route(method: Method, path: &'static str, target: Target) -> Route {
    Route {
        method,
        path,
        target,
    }
}

/// The operations that exist, and those beside them that will.
pub const ROUTES: &[Route] = &[
    route(Method::POST, "/v1/messages", Target::Send),
    route(Method::GET, "/v1/messages/{id}", Target::Message),
    route(Method::GET, "/v1/messages/{id}/events", Target::Events),
    route(Method::GET, "/v1/inbound", Target::Inbound),
    route(Method::GET, "/v1/carriers", Target::Carriers),
    route(Method::GET, "/v1/carriers/{id}", Target::Carrier),
    route(
        Method::POST,
        "/v1/carriers/{id}/suspend",
        Target::SuspendCarrier,
    ),
    route(
        Method::POST,
        "/v1/carriers/{id}/resume",
        Target::ResumeCarrier,
    ),
    route(Method::GET, "/v1/routes", Target::Routes),
    route(Method::GET, "/v1/routes/{id}", Target::RoutesOf),
    route(
        Method::POST,
        "/v1/routes/{id}/suspend",
        Target::SuspendRoutes,
    ),
    route(Method::POST, "/v1/routes/{id}/resume", Target::ResumeRoutes),
    route(Method::GET, "/v1/numbers", Target::Numbers),
    route(Method::GET, "/v1/numbers/{id}", Target::Number),
    route(Method::GET, "/metrics", Target::Metrics),
    route(Method::GET, "/healthz", Target::Healthz),
    route(Method::GET, "/readyz", Target::Readyz),
    route(Method::GET, "/version", Target::Version),
    route(Method::GET, "/openapi.json", Target::OpenApi),
    route(Method::GET, "/v1/messages", Target::NotBuilt),
    route(Method::POST, "/v1/messages/estimate", Target::NotBuilt),
    route(Method::PATCH, "/v1/messages/{id}", Target::NotBuilt),
    route(Method::POST, "/v1/messages/{id}/cancel", Target::NotBuilt),
    route(Method::GET, "/v1/messages/{id}/replies", Target::NotBuilt),
    route(Method::DELETE, "/v1/messages/{id}/text", Target::NotBuilt),
    route(Method::GET, "/v1/inbound/{id}", Target::NotBuilt),
    route(Method::POST, "/v1/inbound/{id}/reroute", Target::NotBuilt),
];

/// Resources of which nothing exists yet, with all that is below them.
pub const RESOURCES_NOT_BUILT: &[&str] = &[
    "api-keys",
    "audit-log",
    "batches",
    "cdrs",
    "company",
    "conversations",
    "departments",
    "destination-rules",
    "dictionary",
    "directory",
    "email-blocks",
    "events",
    "kit",
    "lists",
    "me",
    "opt-outs",
    "quota-usage",
    "reports",
    "rosters",
    "sender-ids",
    "senders",
    "templates",
    "user-imports",
    "users",
    "webhooks",
];

/// Whether a path is this door's; whatever is below `/v1` is.
pub fn is_ours(path: &str) -> bool {
    path == "/v1"
        || path.starts_with("/v1/")
        || ROUTES
            .iter()
            .any(|route| !route.path.starts_with("/v1") && route.path == path)
}

/// Finds what a request is for. HEAD comes as GET.
pub fn find<'a>(method: &Method, path: &'a str) -> Found<'a> {
    let mut allowed: Vec<&str> = Vec::new();
    for route in ROUTES {
        let Some(id) = id_in(route.path, path) else {
            continue;
        };
        if route.method == method {
            return Found::Target(route.target, id);
        }
        if route.target != Target::NotBuilt {
            allowed.push(route.method.as_str());
            if route.method == Method::GET {
                allowed.push("HEAD");
            }
        }
    }
    let resource = path.strip_prefix("/v1/").unwrap_or_default();
    let resource = resource.split('/').next().unwrap_or_default();
    if RESOURCES_NOT_BUILT.contains(&resource) {
        Found::Target(Target::NotBuilt, "")
    } else if allowed.is_empty() {
        Found::Nothing
    } else {
        allowed.sort_unstable();
        Found::MethodNotAllowed(allowed.join(", "))
    }
}

impl Target {
    /// Whether it changes what everybody's texts depend on. What sends is judged by the journey.
    pub fn is_felt_by_all(self) -> bool {
        matches!(
            self,
            Self::SuspendCarrier | Self::ResumeCarrier | Self::SuspendRoutes | Self::ResumeRoutes
        )
    }

    /// What an API key must be for.
    pub fn scope(self) -> KeyScope {
        match self {
            Self::Send => KeyScope::Send,
            Self::Carriers
            | Self::Carrier
            | Self::SuspendCarrier
            | Self::ResumeCarrier
            | Self::Routes
            | Self::RoutesOf
            | Self::SuspendRoutes
            | Self::ResumeRoutes
            | Self::Numbers
            | Self::Number
            | Self::Metrics => KeyScope::Admin,
            _ => KeyScope::Read,
        }
    }
}

/// The path as it is described here, without what was put into it; empty if there is no such place.
pub fn place(path: &str) -> &'static str {
    let route = ROUTES
        .iter()
        .find(|route| id_in(route.path, path).is_some());
    let resource = || {
        let resource = path.strip_prefix("/v1/")?.split('/').next()?;
        let known = RESOURCES_NOT_BUILT.iter();
        known.copied().find(|known| *known == resource)
    };
    route
        .map(|route| route.path)
        .or_else(resource)
        .unwrap_or_default()
}

/// The segment of `path` that `{id}` of the pattern stands for (empty if it has none), or `None` if they do not fit.
fn id_in<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut id = "";
    let mut given = path.split('/');
    for expected in pattern.split('/') {
        let segment = given.next()?;
        if expected == "{id}" && !segment.is_empty() {
            id = segment;
        } else if expected != segment {
            return None;
        }
    }
    given.next().is_none().then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_find_their_targets() {
        for (method, path, expected) in [
            ("POST", "/v1/messages", Found::Target(Target::Send, "")),
            (
                "GET",
                "/v1/messages/msg_1",
                Found::Target(Target::Message, "msg_1"),
            ),
            (
                "GET",
                "/v1/messages/msg_1/events",
                Found::Target(Target::Events, "msg_1"),
            ),
            (
                "PATCH",
                "/v1/messages/msg_1",
                Found::Target(Target::NotBuilt, "msg_1"),
            ),
            (
                "POST",
                "/v1/messages/msg_1/cancel",
                Found::Target(Target::NotBuilt, "msg_1"),
            ),
            (
                "PUT",
                "/v1/users/usr_1/x",
                Found::Target(Target::NotBuilt, ""),
            ),
            (
                "DELETE",
                "/v1/messages/msg_1",
                Found::MethodNotAllowed("GET, HEAD".into()),
            ),
            (
                "DELETE",
                "/v1/messages",
                Found::MethodNotAllowed("POST".into()),
            ),
            ("GET", "/v1", Found::Nothing),
            ("GET", "/v1/", Found::Nothing),
            ("GET", "/v1/messages/", Found::Nothing),
            ("GET", "/v1/messages//events", Found::Nothing),
            ("GET", "/v1/usersx", Found::Nothing),
            ("GET", "/v2/messages", Found::Nothing),
        ] {
            let method: Method = method.parse().unwrap();
            assert_eq!(find(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn places_name_nothing_that_was_asked_for() {
        for (path, expected) in [
            ("/v1/messages", "/v1/messages"),
            ("/v1/messages/msg_1/events", "/v1/messages/{id}/events"),
            ("/v1/webhooks/x/y", "webhooks"),
            ("/v1/0491570156", ""),
            ("/", ""),
        ] {
            assert_eq!(place(path), expected, "{path}");
        }
    }

    #[test]
    fn foreign_paths_are_left_to_others() {
        for (path, ours) in [
            ("/v1", true),
            ("/v1/nonsense", true),
            ("/healthz", true),
            ("/", false),
            ("/v10", false),
            ("/soapserver.dll/soap/ISoapServer", false),
        ] {
            assert_eq!(is_ours(path), ours, "{path}");
        }
    }
}
