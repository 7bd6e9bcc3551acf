//! Carriers, routes and numbers for operators [SPEC 4.6, 12.2], in the words of `emailsms admin`. Over all companies, so only a key of the scope `admin` gets here.

use super::answer;
use super::page::{self, Page};
use super::problem::{Fault, Problem};
use super::{Asked, Rest};
use crate::accounts::Caller;
use crate::administration::AdministrationError;
use crate::administration::request::Named;
use crate::administration::view::{CarrierView, NumberView, RouteView};
use crate::store::external;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};
use warp::reply::Response;

/// Prefix of the cursor of numbers.
const NUMBER: &str = "num";

/// What the resources of operators answer beside their own: for the document alone.
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "the document is made of it, answers are made of `Fault`"
)]
enum OperatorsOnly {
    /// `not_permitted`: the key is not of the scope admin; `inactive`
    #[response(status = 403, content_type = "application/problem+json")]
    NotPermitted(Problem),
    /// `invalid`: a parameter
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
}

/// An SMSC account that texts go through, without its password.
#[derive(Debug, Serialize, ToSchema)]
pub struct Carrier {
    pub id: String,
    pub name: String,
    /// `up`: a link stands, on this node or another; `down`; or `suspended`: nothing is sent over it, answers and receipts still come.
    pub state: &'static str,
    pub host: String,
    pub port: i64,
    pub system_id: String,
    /// In what it differs from the table `[carrier]`, by key.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// RFC 3339, UTC.
    pub created_at: String,
    #[schema(required)]
    pub suspended_at: Option<String>,
}

/// All carriers, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Carriers {
    pub data: Vec<Carrier>,
    /// Always null: they are on one page.
    #[schema(required)]
    pub next: Option<String>,
}

/// Which carrier serves the numbers that begin with a prefix.
#[derive(Debug, Serialize, ToSchema)]
pub struct Route {
    /// Several routes may have one: they are suspended together.
    pub name: String,
    /// The digits that numbers begin with, country code first.
    pub prefix: String,
    /// Its name.
    pub carrier: String,
    /// 1 is the first choice.
    pub rank: i64,
    /// The share among carriers of the same prefix and rank.
    pub weight: i64,
    /// `open` or `suspended`.
    pub state: &'static str,
    #[schema(required)]
    pub suspended_at: Option<String>,
}

/// Routes, by prefix and rank.
#[derive(Debug, Serialize, ToSchema)]
pub struct Routes {
    pub data: Vec<Route>,
    /// Always null: they are on one page.
    #[schema(required)]
    pub next: Option<String>,
}

/// A number of ours that texts come from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Number {
    /// E.164 with `+`.
    pub number: String,
    /// The name of the carrier whose pool it is in.
    pub carrier: String,
    /// `in_pool`, or `removed`: it is given out no more, and answers to it still come home.
    pub state: &'static str,
    /// RFC 3339, UTC.
    pub created_at: String,
    #[schema(required)]
    pub removed_at: Option<String>,
    /// Handsets whose answers to it have an owner now: open pairs (number, handset).
    pub pairs: i64,
    /// When the oldest of these pairs was opened.
    #[schema(required)]
    pub held_since: Option<String>,
    /// When a text was last given this number.
    #[schema(required)]
    pub last_used_at: Option<String>,
    /// How far back these three go, where there are more texts than are looked through (500,000); null: to the first.
    #[schema(required)]
    pub counted_since: Option<String>,
}

/// A page of numbers, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Numbers {
    pub data: Vec<Number>,
    /// To go on from, as `after`; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

impl Carrier {
    fn of(view: CarrierView, rest: &Rest) -> Self {
        let state = match &view.suspended_at {
            Some(_) => "suspended",
            None if rest.to_handset.has_link(view.row_id) => "up",
            None => "down",
        };
        Self {
            state,
            id: view.id,
            name: view.name,
            host: view.host,
            port: view.port,
            system_id: view.system_id,
            settings: serde_json::to_value(view.settings).unwrap_or_default(),
            created_at: view.created_at,
            suspended_at: view.suspended_at,
        }
    }
}

impl From<RouteView> for Route {
    fn from(view: RouteView) -> Self {
        Self {
            state: match &view.suspended_at {
                Some(_) => "suspended",
                None => "open",
            },
            name: view.name,
            prefix: view.prefix,
            carrier: view.carrier,
            rank: view.rank,
            weight: view.weight,
            suspended_at: view.suspended_at,
        }
    }
}

impl From<NumberView> for Number {
    fn from(view: NumberView) -> Self {
        let used = view.used.unwrap_or_default();
        Self {
            pairs: used.pairs,
            held_since: used.held_since,
            last_used_at: used.last_used_at,
            counted_since: used.counted_since,
            state: match &view.removed_at {
                Some(_) => "removed",
                None => "in_pool",
            },
            number: view.number,
            carrier: view.carrier,
            created_at: view.created_at,
            removed_at: view.removed_at,
        }
    }
}

impl From<AdministrationError> for Fault {
    fn from(error: AdministrationError) -> Self {
        match error {
            AdministrationError::Unknown { what, .. } => Self::NoThing(what),
            AdministrationError::Store(error) => error.into(),
            AdministrationError::Vault(error) => error.into(),
            other => Self::NotRead(other.to_string()),
        }
    }
}

/// The carriers.
#[utoipa::path(
    get, path = "/v1/carriers", tag = "network", security(("api_key" = ["admin"])),
    responses(
        (status = 200, description = "All of them", body = Carriers),
        OperatorsOnly,
    )
)]
pub async fn carriers(rest: &Rest, asked: &Asked) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    let views = rest.administration.carriers().await?;
    let data = views.into_iter().map(|view| Carrier::of(view, rest));
    let data = data.collect();
    Ok(answer::json(StatusCode::OK, &Carriers { data, next: None }))
}

/// A carrier.
#[utoipa::path(
    get, path = "/v1/carriers/{id}", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "The carrier's id, or its name")),
    responses(
        (status = 200, description = "How it stands", body = Carrier),
        (status = 404, description = "`not_found`: no such carrier", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn carrier(rest: &Rest, asked: &Asked, id: &str) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    let view = named_carrier(rest, id).await?;
    Ok(answer::json(StatusCode::OK, &Carrier::of(view, rest)))
}

/// By its id, or by its very name.
async fn named_carrier(rest: &Rest, id: &str) -> Result<CarrierView, Fault> {
    let wanted = decoded(id).ok_or(Fault::NoThing("carrier"))?;
    let mut views = rest.administration.carriers().await?.into_iter();
    views
        .find(|view| view.id == wanted || view.name == wanted)
        .ok_or(Fault::NoThing("carrier"))
}

/// Send nothing over a carrier until it is resumed.
///
/// Its texts go over the route's next carrier, or wait; nothing is lost and no try is counted. Answers and receipts still come. What is suspended already stays so.
#[utoipa::path(
    post, path = "/v1/carriers/{id}/suspend", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "The carrier's id, or its name")),
    responses(
        (status = 200, description = "It is suspended", body = Carrier),
        (status = 404, description = "`not_found`: no such carrier", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn suspend_carrier(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
) -> Result<Response, Fault> {
    turn_carrier(rest, asked, caller, id, true).await
}

/// Send over a carrier again.
#[utoipa::path(
    post, path = "/v1/carriers/{id}/resume", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "The carrier's id, or its name")),
    responses(
        (status = 200, description = "It is not suspended any more", body = Carrier),
        (status = 404, description = "`not_found`: no such carrier", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn resume_carrier(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
) -> Result<Response, Fault> {
    turn_carrier(rest, asked, caller, id, false).await
}

async fn turn_carrier(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
    off: bool,
) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    let name = named_carrier(rest, id).await?.name;
    let of = Named { name };
    let view = match off {
        true => rest.administration.suspend_carrier(&of).await?,
        false => rest.administration.resume_carrier(&of).await?,
    };
    note("carrier", &of.name, caller, off);
    Ok(answer::json(StatusCode::OK, &Carrier::of(view, rest)))
}

/// The routes.
#[utoipa::path(
    get, path = "/v1/routes", tag = "network", security(("api_key" = ["admin"])),
    responses(
        (status = 200, description = "All of them", body = Routes),
        OperatorsOnly,
    )
)]
pub async fn routes(rest: &Rest, asked: &Asked) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    Ok(listed(rest.administration.routes().await?))
}

/// The routes of a name.
#[utoipa::path(
    get, path = "/v1/routes/{id}", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "Their name, such as SAU")),
    responses(
        (status = 200, description = "How they stand", body = Routes),
        (status = 404, description = "`not_found`: no route of that name", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn routes_of(rest: &Rest, asked: &Asked, id: &str) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    let name = decoded(id).ok_or(Fault::NoThing("route"))?;
    let mut views = rest.administration.routes().await?;
    views.retain(|view| view.name == name);
    match views.is_empty() {
        true => Err(Fault::NoThing("route")),
        false => Ok(listed(views)),
    }
}

/// Send nothing over the routes of a name until they are resumed.
///
/// Their texts go over the prefix's next carrier, or wait; nothing is lost and no try is counted. What is suspended already stays so.
#[utoipa::path(
    post, path = "/v1/routes/{id}/suspend", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "Their name, such as SAU")),
    responses(
        (status = 200, description = "They are suspended", body = Routes),
        (status = 404, description = "`not_found`: no route of that name", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn suspend_routes(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
) -> Result<Response, Fault> {
    turn_routes(rest, asked, caller, id, true).await
}

/// Send over the routes of a name again.
#[utoipa::path(
    post, path = "/v1/routes/{id}/resume", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "Their name, such as SAU")),
    responses(
        (status = 200, description = "They are not suspended any more", body = Routes),
        (status = 404, description = "`not_found`: no route of that name", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn resume_routes(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
) -> Result<Response, Fault> {
    turn_routes(rest, asked, caller, id, false).await
}

async fn turn_routes(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
    off: bool,
) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    let name = decoded(id).ok_or(Fault::NoThing("route"))?;
    let of = Named { name };
    let views = match off {
        true => rest.administration.suspend_routes(&of).await?,
        false => rest.administration.resume_routes(&of).await?,
    };
    note("route", &of.name, caller, off);
    Ok(listed(views))
}

fn listed(views: Vec<RouteView>) -> Response {
    let data = views.into_iter().map(Route::from).collect();
    answer::json(StatusCode::OK, &Routes { data, next: None })
}

/// The pool.
#[utoipa::path(
    get, path = "/v1/numbers", tag = "network", security(("api_key" = ["admin"])),
    params(
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "100 if none"),
        ("after" = Option<String>, Query, description = "`next` of an earlier page"),
    ),
    responses(
        (status = 200, description = "Numbers in their order, removed ones too", body = Numbers, headers(("Link" = String, description = "rel=next, if there is more"))),
        (status = 403, description = "`not_permitted`: the key is not of the scope admin; `inactive`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `not_built`: a parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn numbers(rest: &Rest, asked: &Asked) -> Result<Response, Fault> {
    let page = Page::parse(&asked.query, NUMBER)?;
    let mut views = rest
        .administration
        .numbers_after(page.after, page.fetch())
        .await?;
    let next = page
        .cut(&mut views)
        .then(|| views.last().and_then(|view| value_of(&view.number)))
        .flatten()
        .map(|last| external(NUMBER, last));
    let data = views.into_iter().map(Number::from).collect();
    let found = Numbers { data, next };
    let mut response = answer::json(StatusCode::OK, &found);
    if let Some(next) = &found.next {
        page.link(&mut response, &asked.path, next);
    }
    Ok(response)
}

/// A number of the pool.
#[utoipa::path(
    get, path = "/v1/numbers/{id}", tag = "network", security(("api_key" = ["admin"])),
    params(("id" = String, Path, description = "The number: E.164 with `+`")),
    responses(
        (status = 200, description = "How it stands", body = Number),
        (status = 404, description = "`not_found`: no such number of ours", body = Problem, content_type = "application/problem+json"),
        OperatorsOnly,
    )
)]
pub async fn number(rest: &Rest, asked: &Asked, id: &str) -> Result<Response, Fault> {
    page::nothing(&asked.query)?;
    let wanted = decoded(id).as_deref().and_then(value_of);
    let wanted = wanted.ok_or(Fault::NoThing("number"))?;
    let found = rest.administration.numbers_after(wanted - 1, 1).await?;
    let shown = answer::number(wanted);
    let found = found.into_iter().find(|view| view.number == shown);
    let found = Number::from(found.ok_or(Fault::NoThing("number"))?);
    Ok(answer::json(StatusCode::OK, &found))
}

/// Of `+61400000001`, or without the `+`.
fn value_of(number: &str) -> Option<i64> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let fits = (1..=15).contains(&digits.len()) && digits.bytes().all(|one| one.is_ascii_digit());
    digits.parse().ok().filter(|_| fits)
}

/// A segment of a path with its escapes read [RFC 3986 §2.1]; `None` if it is no text.
fn decoded(segment: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first != b'%' {
            octets.push(*first);
            rest = tail;
            continue;
        }
        let (hex, tail) = tail.split_at_checked(2)?;
        let digit = |at: usize| char::from(hex[at]).to_digit(16);
        let octet = digit(0)? * 16 + digit(1)?;
        octets.push(u8::try_from(octet).ok()?);
        rest = tail;
    }
    String::from_utf8(octets).ok()
}

/// Who did that is for the log to say.
fn note(what: &'static str, name: &str, caller: &Caller, off: bool) {
    let user = external(answer::USER, caller.user_id());
    let done = if off { "suspended" } else { "resumed" };
    tracing::warn!(what, name, user, done, "an operator did this over REST");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_read_or_are_none() {
        for (segment, text) in [
            ("SAU", Some("SAU")),
            ("S%20AU", Some("S AU")),
            ("%2B614", Some("+614")),
            ("%c3%bc", Some("ü")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%+4", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(segment).as_deref(), text, "{segment}");
        }
    }

    #[test]
    fn numbers_in_paths_are_numbers() {
        for (given, value) in [
            ("+61400000001", Some(61_400_000_001)),
            ("61400000001", Some(61_400_000_001)),
            ("++61", None),
            ("+", None),
            ("-61", None),
            ("9999999999999999", None),
        ] {
            assert_eq!(value_of(given), value, "{given}");
        }
    }
}
