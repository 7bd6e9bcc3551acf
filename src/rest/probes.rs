//! What load balancers and operators ask, without an API key: alive, ready, which version. Nothing about anybody's texts.

use super::{Rest, answer};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use warp::reply::Response;

/// Whether this node should get requests, and what it depends on.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Readiness {
    /// True if every check that counts passed.
    pub ready: bool,
    pub checks: Vec<Check>,
}

/// One thing that is depended on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Check {
    /// `database`, a carrier's name …
    pub name: String,
    pub ok: bool,
    /// A sentence for operators; no secret, no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`
    pub status: &'static str,
}

/// What runs here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// `emailsms`
    pub name: &'static str,
    #[schema(example = "0.1.0")]
    pub version: &'static str,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "It does", body = Health)))]
pub fn healthz() -> Response {
    answer::json(StatusCode::OK, &Health { status: "ok" })
}

/// Whether requests should come here.
#[utoipa::path(
    get, path = "/readyz", tag = "operation",
    responses(
        (status = 200, description = "They should", body = Readiness),
        (status = 503, description = "Not now", body = Readiness),
    )
)]
pub async fn readyz(rest: &Rest) -> Response {
    let readiness = (rest.readiness)().await;
    if readiness.ready {
        return answer::json(StatusCode::OK, &readiness);
    }
    let mut response = answer::json(StatusCode::SERVICE_UNAVAILABLE, &readiness);
    let later = HeaderValue::from_static("5");
    response.headers_mut().insert(header::RETRY_AFTER, later);
    response
}

/// Which version runs.
#[utoipa::path(get, path = "/version", tag = "operation", responses((status = 200, description = "This one", body = Version)))]
pub fn version(rest: &Rest) -> Response {
    let version = Version {
        name: "emailsms",
        version: rest.version,
    };
    answer::json(StatusCode::OK, &version)
}
