//! What `/metrics` shows: what was counted, and what is looked up when somebody asks: the queue, slots and nodes in the database, this process, its disk.

use super::process;
use super::time::Timekeeper;
use crate::clock::Clock;
use crate::metrics::{LookedUp, Metrics, TEXT_TYPE, named};
use crate::store::sight::Standing;
use crate::store::suspensions::Suspensions;
use crate::store::{Reader, StoreError, Tenure, carriers, slots};
use crate::to_handset::ToHandset;
use http::{HeaderValue, Method, StatusCode, header};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response;

/// How long the database may take; what it did not say in time is left out.
const PATIENCE: Duration = Duration::from_secs(3);
/// Whoever asks again sooner is shown what was looked up before, beside what was counted since: many who look cost no more than one.
const SAME_FOR: Duration = Duration::from_millis(500);

/// What was looked up last, and when.
type Seen = Arc<Mutex<Option<(Instant, Arc<LookedUp>)>>>;

/// What is needed to look. Clones share what was seen last.
#[derive(Clone)]
pub(super) struct Sight {
    pub metrics: Metrics,
    pub reader: Reader,
    pub to_handset: ToHandset,
    pub epoch: i64,
    pub tenure: Tenure,
    pub clock: Clock,
    pub timekeeper: Timekeeper,
    /// SQLite's.
    pub database_file: Option<PathBuf>,
    pub seen: Seen,
}

/// What the database says.
struct Database {
    standing: Standing,
    suspensions: Suspensions,
    carriers: Vec<carriers::Model>,
    slots: slots::Table,
}

impl Sight {
    /// The text for Prometheus.
    pub async fn text(&self) -> String {
        let mut seen = self.seen.lock().await;
        let fresh = seen.take().filter(|(at, _)| at.elapsed() < SAME_FOR);
        let (at, looked_up) = match fresh {
            Some(fresh) => fresh,
            None => {
                let looked_up = LookedUp::default();
                self.look(&looked_up).await;
                (Instant::now(), Arc::new(looked_up))
            }
        };
        *seen = Some((at, looked_up.clone()));
        drop(seen);
        let text = self.metrics.text(looked_up.families());
        text.unwrap_or_else(|error| {
            tracing::error!(%error, "metrics could not be written");
            String::new()
        })
    }

    async fn look(&self, into: &LookedUp) {
        process::look(into);
        into.many(&named::BUILD, &[(vec![env!("CARGO_PKG_VERSION")], 1.0)]);
        into.one(&named::NODE_EPOCH, float(self.epoch));
        let left = self.tenure.remains();
        if left != Duration::MAX {
            into.one(&named::NODE_LEASE, left.as_secs_f64());
        }
        let behind = float(self.timekeeper.behind_ms()) / 1000.0;
        into.one(&named::CLOCK_BEHIND, behind);
        let directory = self
            .database_file
            .as_deref()
            .and_then(std::path::Path::parent);
        if let Some(free) = directory.and_then(|directory| fs4::available_space(directory).ok()) {
            let free = float(i64::try_from(free).unwrap_or(i64::MAX));
            into.one(&named::DISK_FREE, free);
        }
        let began = Instant::now();
        let asked = tokio::time::timeout(PATIENCE, self.ask()).await;
        into.one(&named::DATABASE_SECONDS, began.elapsed().as_secs_f64());
        match asked {
            Ok(Ok(database)) => {
                into.one(&named::DATABASE_UP, 1.0);
                self.show(&database, into);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database could not be asked for metrics");
                into.one(&named::DATABASE_UP, 0.0);
            }
            Err(_) => into.one(&named::DATABASE_UP, 0.0),
        }
    }

    async fn ask(&self) -> Result<Database, StoreError> {
        Ok(Database {
            standing: self.reader.standing_of_all(self.clock.now()).await?,
            suspensions: self.reader.suspensions().await?,
            carriers: self.reader.carriers().await?,
            slots: self.reader.slots().await?,
        })
    }

    fn show(&self, database: &Database, into: &LookedUp) {
        let Standing {
            queue,
            held,
            oldest_due_ms,
            mails,
            oldest_mail_due_ms,
        } = &database.standing;
        let lines: Vec<(Vec<&str>, f64)> = queue
            .iter()
            .map(|line| (vec![line.state.as_str(), line.priority], float(line.texts)))
            .collect();
        into.many(&named::QUEUE_TEXTS, &lines);
        let Suspensions {
            all,
            companies,
            carriers,
            routes,
        } = database.suspensions;
        let suspended = [
            ("all", all),
            ("company", companies),
            ("carrier", carriers),
            ("route", routes),
        ]
        .map(|(what, count)| (vec![what], float(count)));
        into.many(&named::SUSPENDED, &suspended);
        into.one(&named::QUEUE_HELD, float(*held));
        into.one(&named::QUEUE_OLDEST, float(*oldest_due_ms) / 1000.0);
        into.one(&named::MAIL_QUEUE, float(*mails));
        into.one(&named::MAIL_OLDEST, float(*oldest_mail_due_ms) / 1000.0);
        let nodes = database.slots.nodes.len().max(1);
        into.one(&named::NODES, count(nodes));
        let (mut ready, mut slots) = (Vec::new(), Vec::new());
        for carrier in &database.carriers {
            let name = carrier.name.as_str();
            let waiting = self.to_handset.ready().size_of(carrier.id);
            ready.push((vec![name], count(waiting)));
            let of_carrier = database.slots.held.iter();
            let of_carrier = of_carrier.filter(|held| held.slot.carrier_id == carrier.id);
            let (mine, others): (Vec<&slots::Held>, Vec<&slots::Held>) =
                of_carrier.partition(|held| held.epoch == self.epoch);
            slots.push((vec![name, "this"], count(mine.len())));
            slots.push((vec![name, "others"], count(others.len())));
        }
        into.many(&named::READY_TEXTS, &ready);
        // On SQLite nobody has to hold anything.
        if self.database_file.is_none() {
            into.many(&named::SLOTS, &slots);
        }
    }

    /// `GET /metrics` and nothing else, for a listener of its own.
    pub fn routes(&self) -> BoxedFilter<(Response,)> {
        let sight = self.clone();
        warp::method()
            .and(warp::path::full())
            .then(move |method: Method, path: FullPath| {
                let sight = sight.clone();
                async move {
                    match (path.as_str(), method) {
                        ("/metrics", Method::GET) => answer(sight.text().await),
                        ("/metrics", _) => refusal(StatusCode::METHOD_NOT_ALLOWED),
                        _ => refusal(StatusCode::NOT_FOUND),
                    }
                }
            })
            .boxed()
    }
}

fn answer(text: String) -> Response {
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refusal(status: StatusCode) -> Response {
    let mut response = Response::new("Metrics are at /metrics.\n".into());
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus counts in floating point"
)]
fn float(count: i64) -> f64 {
    count as f64
}

fn count(many: usize) -> f64 {
    float(i64::try_from(many).unwrap_or(i64::MAX))
}
