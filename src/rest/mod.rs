//! The REST door: `/v1`, problems, API keys; and what operators ask without one.
//!
//! Who asks is settled before a body is read, let alone parsed [SPEC 2.2, check 1].

mod answer;
mod fields;
mod json;
mod network;
pub mod openapi;
mod page;
mod probes;
mod problem;
mod read;
mod send;
mod table;

pub use probes::{Check, Readiness};

use crate::accounts::{Book, Identified};
use crate::administration::Administration;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::external;
use crate::to_desktop::ToDesktop;
use crate::to_handset::{Refusal, ToHandset, is_active};
use crate::web::caller::by_bearer;
use crate::web::read_body;
use bytes::Buf;
use futures::Stream;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::tz::TimeZone;
use problem::{Fault, Reckoning};
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use table::{Found, Target};
use tracing::Instrument;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection};

/// To be quoted to the operator.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How long a look into the database may take before its asker is told to ask again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What this door is made of. Clones are handles to the same.
#[derive(Clone)]
pub struct Rest {
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    pub book: Arc<Book>,
    /// What operators do.
    pub administration: Administration,
    pub clock: Clock,
    /// Asked at every `/readyz`.
    pub readiness: Arc<dyn Fn() -> BoxFuture<'static, Readiness> + Send + Sync>,
    /// The version of the program.
    pub version: &'static str,
    pub metrics: Metrics,
    /// Asked at every `/metrics`.
    pub sight: Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>,
    /// Whether `/metrics` is for everybody.
    pub metrics_open: bool,
    /// Whether what is sent here can be read on its way: then nothing that takes an API key is answered [SPEC 9.4].
    pub in_the_clear: bool,
}

/// A request without its body.
struct Asked {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
}

/// Answers all below `/v1` and the probes; other paths are left to filters behind it.
pub fn routes(rest: Rest) -> BoxedFilter<(Response,)> {
    ours()
        .and(asked())
        .and(warp::body::stream())
        .then(move |asked, body| {
            let rest = rest.clone();
            async move { rest.answer(asked, body).await }
        })
        .boxed()
}

/// The last of all filters: nothing is at this path.
pub fn nowhere() -> BoxedFilter<(Response,)> {
    warp::method()
        .map(|method| {
            let (request_id, asking) = (new_request_id(), Asking::default());
            note(&Fault::NoPath, &request_id, &method, "", &asking);
            finish(Err(Fault::NoPath), &request_id, 0, &asking)
        })
        .boxed()
}

fn ours() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::path::full()
        .and_then(async |path: FullPath| {
            if table::is_ours(path.as_str()) {
                Ok(())
            } else {
                Err(warp::reject::not_found())
            }
        })
        .untuple_one()
}

fn asked() -> impl Filter<Extract = (Asked,), Error = Infallible> + Copy {
    let query = warp::query::raw().or_else(async |_| Ok::<_, Infallible>((String::new(),)));
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .map(|method, path: FullPath, query, headers| Asked {
            method,
            path: path.as_str().to_owned(),
            query,
            headers,
        })
}

impl Rest {
    async fn answer<S, B>(&self, asked: Asked, body: S) -> Response
    where
        S: Stream<Item = Result<B, warp::Error>> + Send,
        B: Buf,
    {
        let request_id = new_request_id();
        // Whatever the journeys have to say about this request bears its id.
        let span = tracing::info_span!("request", request_id, user = tracing::field::Empty);
        let mut asking = Asking::default();
        let outcome = self.act(&asked, body, &mut asking).instrument(span).await;
        let place = match table::place(&asked.path) {
            "" => "unknown",
            place => place,
        };
        let code = outcome
            .as_ref()
            .map_or_else(|fault| fault.told().1, |_| "ok");
        self.metrics.request("rest", place, code);
        match &outcome {
            Ok(response) => {
                let status = response.status().as_u16();
                tracing::debug!(request_id, status, method = %asked.method, "served");
            }
            Err(fault) => {
                let place = table::place(&asked.path);
                note(fault, &request_id, &asked.method, place, &asking);
            }
        }
        finish(outcome, &request_id, self.clock.now(), &asking)
    }

    /// `asking` is filled in as soon as it is known who asks.
    async fn act<S, B>(
        &self,
        asked: &Asked,
        body: S,
        asking: &mut Asking,
    ) -> Result<Response, Fault>
    where
        S: Stream<Item = Result<B, warp::Error>> + Send,
        B: Buf,
    {
        let (target, id) = match table::find(&asked.method, &asked.path) {
            Found::Target(target, id) => (target, id),
            Found::MethodNotAllowed(allow) => return Err(Fault::MethodNotAllowed(allow)),
            Found::Nothing => return Err(Fault::NoPath),
        };
        match target {
            Target::Healthz => return Ok(probes::healthz()),
            Target::Readyz => return Ok(probes::readyz(self).await),
            Target::Version => return Ok(probes::version(self)),
            Target::OpenApi => return Ok(openapi::openapi()),
            Target::Metrics if self.metrics_open => return Ok(probes::metrics(self).await),
            _ if self.in_the_clear => return Err(problem::in_the_clear()),
            _ => {}
        }
        let who = by_bearer(&self.book, &asked.headers, self.clock.now());
        let who = match tokio::time::timeout(PATIENCE, who).await {
            Ok(who) => who.map_err(|why| Fault::nobody(why, target == Target::Send))?,
            Err(_) if target == Target::Send => return Err(Refusal::Unavailable.into()),
            Err(_) => return Err(overdue()),
        };
        let user = external(answer::USER, who.caller.user_id());
        tracing::Span::current().record("user", &user);
        *asking = Asking {
            user: Some(user),
            zone: Some(who.caller.zone.clone()),
        };
        self.act_for(who, target, asked, id, body).await
    }

    async fn act_for<S, B>(
        &self,
        who: Identified,
        target: Target,
        asked: &Asked,
        id: &str,
        body: S,
    ) -> Result<Response, Fault>
    where
        S: Stream<Item = Result<B, warp::Error>> + Send,
        B: Buf,
    {
        is_active(&who.caller)?;
        if target != Target::NotBuilt && !who.scopes.has(target.scope()) {
            return Err(problem::not_for(target.scope()));
        }
        if !who.is_live && target.is_felt_by_all() {
            return Err(problem::not_for_tests());
        }
        let caller = who.caller.clone();
        match target {
            Target::Metrics => Ok(probes::metrics(self).await),
            Target::Carriers => soon(network::carriers(self, asked)).await,
            Target::Carrier => soon(network::carrier(self, asked, id)).await,
            Target::SuspendCarrier => network::suspend_carrier(self, asked, &caller, id).await,
            Target::ResumeCarrier => network::resume_carrier(self, asked, &caller, id).await,
            Target::Routes => soon(network::routes(self, asked)).await,
            Target::RoutesOf => soon(network::routes_of(self, asked, id)).await,
            Target::SuspendRoutes => network::suspend_routes(self, asked, &caller, id).await,
            Target::ResumeRoutes => network::resume_routes(self, asked, &caller, id).await,
            Target::Numbers => soon(network::numbers(self, asked)).await,
            Target::Number => soon(network::number(self, asked, id)).await,
            Target::Send => {
                page::nothing(&asked.query)?;
                if !send::is_json(&asked.headers) {
                    return Err(Fault::MediaType);
                }
                let body = read_body(body, send::BODY_CAP).await.map_err(Fault::Body)?;
                send::send(self, asked, who, &body).await
            }
            Target::Message => {
                page::nothing(&asked.query)?;
                soon(read::message(self, &who, id)).await
            }
            Target::Events => soon(read::events(self, asked, &who.caller, id)).await,
            Target::Inbound => soon(read::inbound(self, asked, &who)).await,
            _ => Err(Fault::NotBuilt(format!("{} {}", asked.method, asked.path))),
        }
    }
}

/// Who asks, as far as it is known.
#[derive(Default)]
struct Asking {
    /// `usr_…`
    user: Option<String>,
    /// The company's.
    zone: Option<TimeZone>,
}

/// What is read, unless that takes too long.
async fn soon(reading: impl Future<Output = Result<Response, Fault>>) -> Result<Response, Fault> {
    let read = tokio::time::timeout(PATIENCE, reading).await;
    read.unwrap_or_else(|_| Err(overdue()))
}

fn overdue() -> Fault {
    Fault::NotRead(format!("no answer within {} s", PATIENCE.as_secs()))
}

/// The one line about a request that got no good answer: by its id an operator finds what a client was told, and why. No text, no key, nothing that was sent.
fn note(fault: &Fault, request_id: &str, method: &Method, place: &str, asking: &Asking) {
    let (status, code) = fault.told();
    let (status, cause, user) = (status.as_u16(), fault.cause(), asking.user.as_deref());
    // What is not built is the caller's business, though its status says 501.
    if matches!(status, 500 | 503 | 507) {
        tracing::warn!(request_id, user, status, code, cause, %method, place, "a request failed");
    } else {
        tracing::info!(request_id, user, status, code, cause, %method, place, "a request was refused");
    }
}

fn finish(
    outcome: Result<Response, Fault>,
    request_id: &str,
    now: i64,
    asking: &Asking,
) -> Response {
    let zone = asking.zone.as_ref();
    let mut response =
        outcome.unwrap_or_else(|fault| fault.into_response(request_id, Reckoning { now, zone }));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Random: it tells nothing and needs no counter.
fn new_request_id() -> String {
    let mut octets = [0; 8];
    // Without randomness nothing else would work either; the id would only be less unique.
    let _ = aws_lc_rs::rand::fill(&mut octets);
    external("req", i64::from_be_bytes(octets) & i64::MAX)
}

#[cfg(test)]
mod tests;
