//! What load balancers and operators ask, without an API key: alive, ready, which version; and, with one unless it is open, what was counted. Nothing about anybody's texts.

use super::problem::Problem;
use super::{Rest, answer};
use crate::metrics::TEXT_TYPE;
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

/// What was counted, for Prometheus.
///
/// Shown to an API key of the scope `admin`, or to everybody where the operator opened it (`metrics.open`). `metrics.listen` shows the same at an address of its own.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", security((), ("api_key" = ["admin"])),
    responses(
        (status = 200, description = "The text form of Prometheus, version 0.0.4", body = String, content_type = "text/plain"),
        (status = 401, description = "`no_api_key`, `unknown_caller`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`not_permitted`: the key is not of the scope admin; `inactive`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`: who asks cannot be found out now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn metrics(rest: &Rest) -> Response {
    let mut response = Response::new((rest.sight)().await.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
