//! The REST door: `/v1`, problems, API keys.
use crate::accounts::Book;
use crate::clock::Clock;
use crate::to_desktop::ToDesktop;
use crate::to_handset::ToHandset;
use futures::future::BoxFuture;
use std::sync::Arc;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;
/// tmp
pub struct Readiness {
    pub database: bool,
    pub carriers: bool,
}
/// tmp
pub struct Rest {
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    pub book: Arc<Book>,
    pub clock: Clock,
    pub readiness: Arc<dyn Fn() -> BoxFuture<'static, Readiness> + Send + Sync>,
}
/// tmp
pub fn routes(_rest: Rest) -> BoxedFilter<(Response,)> {
    warp::path!("healthz")
        .map(|| Response::new("ok".into()))
        .boxed()
}
