//! The one writer of this node. What arrives together commits together: one transaction, one fsync, then the answers.
//!
//! **A caller that goes away cancels nothing**: its work is owned here from the moment it was handed over. A batch that errs is rolled back and its works run
//! singly, so that one bad row hurts nobody else. **A COMMIT of unknown outcome is looked up** by the batch's number in this node's own row before anyone is answered.

use super::bulk::{self, Bulk, Pick, Writes};
use super::transaction::{NotCommitted, Open, Transactions};
use super::{Ids, StoreError, cdrs, events, mails, nodes};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::metrics::{Metrics, Tally};
use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, QueryResult, Statement, Value,
};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Works in one commit at most: keeps a transaction in the tens of milliseconds.
const BATCH_CAP: usize = 512;
/// How often a batch is done again that met another node's.
const CONTENDED_AT_MOST: u32 = 6;
/// Works that may wait before callers are held back.
const WAITING_CAP: usize = 16_384;

/// Something to be written. Works of one type that are in a batch run together.
pub trait Work: Send + Sized + 'static {
    /// What the caller learns, after the commit.
    type Answer: Send + 'static;
    /// The name of its commit points: `<NAME>.before_commit`, `<NAME>.after_commit`.
    const NAME: &'static str;

    /// Does all of `works` in the batch; answer *i* belongs to work *i*. An error rolls everything back.
    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Self::Answer>, StoreError>>;

    /// Called once after the commit, before the callers are answered and whether or not they still wait.
    fn committed(_works: Vec<Self>, _answers: &mut [Self::Answer]) {}
}

/// An open transaction and what belongs to it.
pub struct Batch<'a> {
    tx: &'a DatabaseTransaction,
    /// The accounts' revision; unknown again after a work of this batch raised it.
    pub(super) revision: &'a Mutex<Option<i64>>,
    growth: &'a Mutex<Growth>,
    /// Writes whose rows nobody asked for yet: on SQLite they go to the database together.
    later: &'a Mutex<Writes>,
    /// Makes ids for rows whose order must be the order of commits.
    pub ids: &'a Ids,
    /// Business time of this batch, UTC ms.
    pub now: i64,
    /// This node's lease: the epoch under which it claims and writes outcomes.
    pub lease: i64,
}

/// Rows of tables that only grow, of all works of a batch, value by value: nobody reads them before the commit, so they are written together at its end.
#[derive(Default)]
pub(super) struct Growth {
    pub events: Vec<Value>,
    /// What was counted in this batch, written or not yet.
    pub counted: Counted,
    pub cdrs: Vec<Value>,
    pub mails: Vec<Value>,
}

/// What the meters are told when a batch is on disk.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// By kind.
    pub events: [u64; events::Kind::ALL.len()],
    tallies: [u64; Tally::ALL.len()],
}

/// A handle to the writer's task; clones reach the same task.
#[derive(Clone)]
pub struct Writer {
    waiting: mpsc::Sender<Box<dyn Waiting>>,
}

impl Writer {
    /// Writes `work` and answers when it is on disk. Dropping the returned future cancels nothing.
    pub async fn write<W: Work>(&self, work: W) -> Result<W::Answer, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.waiting
            .send(Box::new(Handed { work, answer }))
            .await
            .map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

fn stopped() -> StoreError {
    StoreError::Unreachable("the writer has stopped".into())
}

/// What the writer's task needs.
pub(super) struct Task {
    pub transactions: Transactions,
    pub ids: Arc<Ids>,
    pub clock: Clock,
    pub node: nodes::Node,
    pub faults: Faults,
    pub metrics: Metrics,
    /// Cancelled when this node's lease turns out to be lost.
    pub lost: CancellationToken,
}

/// Starts the task. It ends when `closing` says so or the last [`Writer`] is gone, having written everything that was handed over by then; what comes later is refused.
pub(super) fn start(
    task: Task,
    closing: CancellationToken,
) -> (Writer, tokio::task::JoinHandle<()>) {
    let (waiting, arrivals) = mpsc::channel(WAITING_CAP);
    (
        Writer { waiting },
        tokio::spawn(task.run(arrivals, closing)),
    )
}

impl Task {
    async fn run(
        mut self,
        mut arrivals: mpsc::Receiver<Box<dyn Waiting>>,
        closing: CancellationToken,
    ) {
        let mut batch = Vec::with_capacity(BATCH_CAP);
        loop {
            let arrived = tokio::select! {
                biased;
                // From then on nobody can hand over more; what waits already is still received, however many handles there are.
                () = closing.cancelled(), if !arrivals.is_closed() => {
                    arrivals.close();
                    continue;
                }
                arrived = arrivals.recv_many(&mut batch, BATCH_CAP) => arrived,
            };
            if arrived == 0 {
                break;
            }
            self.write_together(group(batch.drain(..))).await;
        }
        self.transactions.end().await;
    }

    async fn write_together(&mut self, mut lanes: Vec<Box<dyn Lane>>) {
        match self.commit_patiently(&mut lanes).await {
            // The links first, by their names: what was marked is on its way while the doors write their yes.
            Ok(()) => lanes.into_iter().rev().for_each(|lane| lane.answer()),
            Err(
                error @ (StoreError::LeaseLost
                | StoreError::Unreachable(_)
                | StoreError::DiskFull(_)),
            ) => {
                tracing::error!(%error, "a batch was not written");
                if matches!(error, StoreError::LeaseLost) {
                    self.lost.cancel();
                }
                lanes.into_iter().for_each(|lane| lane.refuse(&error));
            }
            Err(error) => {
                let mut singles: Vec<Box<dyn Lane>> =
                    lanes.into_iter().flat_map(|lane| lane.singly()).collect();
                if singles.len() > 1 {
                    tracing::warn!(%error, works = singles.len(), "a batch was rolled back; its works run singly");
                }
                let alone = singles.len() == 1;
                for single in singles.drain(..) {
                    let mut lane = vec![single];
                    let written = if alone {
                        Err(error.clone())
                    } else {
                        self.commit_patiently(&mut lane).await
                    };
                    for lane in lane {
                        match &written {
                            Ok(()) => lane.answer(),
                            Err(error) => {
                                tracing::error!(%error, work = lane.name(), "a work was refused by the database");
                                lane.refuse(error);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Commits, again where another node was in the way: nothing of what was begun was kept.
    async fn commit_patiently(&mut self, lanes: &mut [Box<dyn Lane>]) -> Result<(), StoreError> {
        for again in 0..CONTENDED_AT_MOST {
            match self.commit_and_count(lanes).await {
                Err(error @ StoreError::Contended(_)) => {
                    tracing::info!(%error, again, "a batch is done again");
                    // Other nodes wait for other lengths: their numbers differ.
                    let pause = (1 << again) * (5 + self.node.node_no.unsigned_abs() % 8);
                    tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
                }
                done => return done,
            }
        }
        self.commit_and_count(lanes).await
    }

    async fn commit_and_count(&mut self, lanes: &mut [Box<dyn Lane>]) -> Result<(), StoreError> {
        let began = std::time::Instant::now();
        let counted = match self.commit(lanes).await {
            Ok(counted) => counted,
            Err(error) => {
                self.metrics.commit_failed(error.word());
                return Err(error);
            }
        };
        let mut all = 0;
        for lane in lanes.iter() {
            self.metrics.works(lane.name(), lane.len());
            all += lane.len();
        }
        self.metrics.committed(began.elapsed(), all);
        for kind in events::Kind::ALL {
            let count = counted.events[kind as usize];
            if count > 0 {
                self.metrics.events(kind.as_str(), count);
            }
        }
        for tally in Tally::ALL {
            let count = counted.tallies[tally as usize];
            if count > 0 {
                self.metrics.tally(tally, count);
            }
        }
        Ok(())
    }

    /// What the meters are to be told, for it is on disk now.
    async fn commit(&mut self, lanes: &mut [Box<dyn Lane>]) -> Result<Counted, StoreError> {
        let number = self.node.next_batch();
        let Open { tx, revision } = self
            .transactions
            .begin(&self.node, number, &self.ids)
            .await?;
        let (writes, counted) = match self.fill(&tx, lanes, revision).await {
            Ok(filled) => filled,
            Err(error) => {
                self.transactions.roll_back(tx).await;
                return Err(error);
            }
        };
        let names: Vec<&str> = lanes.iter().map(|lane| lane.name()).collect();
        if let Some(name) = names
            .iter()
            .find(|name| self.faults.fails_at(&format!("{name}.before_commit")))
        {
            self.transactions.roll_back(tx).await;
            return Err(StoreError::Refused(format!(
                "told to fail at {name}.before_commit"
            )));
        }
        for name in &names {
            self.faults.wait_at(&format!("{name}.before_commit")).await;
        }
        match self.transactions.commit(tx, writes).await {
            Ok(()) => {}
            Err(NotCommitted::Undone(error)) => return Err(error.into()),
            Err(NotCommitted::Unknown(error)) => {
                if !self.transactions.has_committed(&self.node, number).await? {
                    return Err(error.into());
                }
                tracing::warn!(%error, "a COMMIT of unknown outcome was found to be done");
            }
        }
        self.node.batch_is_kept();
        for name in names {
            self.faults.fails_at(&format!("{name}.after_commit"));
        }
        Ok(counted)
    }

    /// Does the works; what of it is to be written last.
    async fn fill(
        &self,
        tx: &DatabaseTransaction,
        lanes: &mut [Box<dyn Lane>],
        revision: i64,
    ) -> Result<(Writes, Counted), StoreError> {
        let revision = Mutex::new(Some(revision));
        let (growth, later) = Default::default();
        let batch = Batch {
            tx,
            revision: &revision,
            growth: &growth,
            later: &later,
            ids: &self.ids,
            now: self.clock.now(),
            lease: self.node.epoch,
        };
        for lane in lanes.iter_mut() {
            lane.run(&batch).await?;
        }
        let writes = batch.take_writes();
        Ok((writes, batch.growth().counted))
    }
}

/// A work of any type with the caller that waits for it.
trait Waiting: Send {
    fn kind(&self) -> TypeId;
    fn into_lane(self: Box<Self>) -> Box<dyn Lane>;
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
}

struct Handed<W: Work> {
    work: W,
    answer: oneshot::Sender<Result<W::Answer, StoreError>>,
}

impl<W: Work> Waiting for Handed<W> {
    fn kind(&self) -> TypeId {
        TypeId::of::<W>()
    }

    fn into_lane(self: Box<Self>) -> Box<dyn Lane> {
        Box::new(TypedLane {
            works: vec![self.work],
            callers: vec![self.answer],
            answers: Vec::new(),
        })
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// The works of one type in a batch.
trait Lane: Send {
    fn name(&self) -> &'static str;
    /// Its works.
    fn len(&self) -> usize;
    fn push(&mut self, handed: Box<dyn Any + Send>);
    fn run<'a>(&'a mut self, batch: &'a Batch<'_>) -> BoxFuture<'a, Result<(), StoreError>>;
    fn answer(self: Box<Self>);
    fn refuse(self: Box<Self>, error: &StoreError);
    fn singly(self: Box<Self>) -> Vec<Box<dyn Lane>>;
}

struct TypedLane<W: Work> {
    works: Vec<W>,
    callers: Vec<oneshot::Sender<Result<W::Answer, StoreError>>>,
    answers: Vec<W::Answer>,
}

impl<W: Work> Lane for TypedLane<W> {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn len(&self) -> usize {
        self.works.len()
    }

    fn push(&mut self, handed: Box<dyn Any + Send>) {
        if let Ok(handed) = handed.downcast::<Handed<W>>() {
            self.works.push(handed.work);
            self.callers.push(handed.answer);
        }
    }

    fn run<'a>(&'a mut self, batch: &'a Batch<'_>) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.answers = W::run(&mut self.works, batch).await?;
            debug_assert_eq!(self.answers.len(), self.works.len(), "{}", W::NAME);
            Ok(())
        })
    }

    fn answer(mut self: Box<Self>) {
        W::committed(self.works, &mut self.answers);
        for (caller, answer) in self.callers.into_iter().zip(self.answers) {
            let _ = caller.send(Ok(answer));
        }
    }

    fn refuse(self: Box<Self>, error: &StoreError) {
        for caller in self.callers {
            let _ = caller.send(Err(error.clone()));
        }
    }

    fn singly(self: Box<Self>) -> Vec<Box<dyn Lane>> {
        let pairs = self.works.into_iter().zip(self.callers);
        pairs
            .map(|(work, caller)| {
                Box::new(TypedLane {
                    works: vec![work],
                    callers: vec![caller],
                    answers: Vec::new(),
                }) as Box<dyn Lane>
            })
            .collect()
    }
}

/// Sorts works by type; types by their names, so that batches differ little in what they write, works of a type in the order of their arrival.
fn group(arrived: impl Iterator<Item = Box<dyn Waiting>>) -> Vec<Box<dyn Lane>> {
    let mut lanes: Vec<Box<dyn Lane>> = Vec::new();
    let mut places: HashMap<TypeId, usize> = HashMap::new();
    for waiting in arrived {
        match places.get(&waiting.kind()) {
            Some(place) => lanes[*place].push(waiting.into_any()),
            None => {
                places.insert(waiting.kind(), lanes.len());
                lanes.push(waiting.into_lane());
            }
        }
    }
    lanes.sort_by_key(|lane| lane.name());
    lanes
}

impl Batch<'_> {
    /// Counts so many, once this batch is on disk.
    pub fn tally(&self, tally: Tally, count: usize) {
        let tallied = &mut self.growth().counted.tallies[tally as usize];
        *tallied += u64::try_from(count).unwrap_or(u64::MAX);
    }

    /// What is to be added at the end. Not to be held over a statement.
    pub(super) fn growth(&self) -> MutexGuard<'_, Growth> {
        self.growth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The database's kind.
    pub(super) fn backend(&self) -> DatabaseBackend {
        self.tx.get_database_backend()
    }

    /// Writes rows: at once on PostgreSQL, where others wait for them; on SQLite before the batch next reads of their table.
    pub(super) async fn write(
        &self,
        bulk: &'static Bulk,
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        match self.backend() {
            // What is empty would only make the next read of its table wait.
            _ if values.is_empty() => {}
            DatabaseBackend::Postgres => bulk.run(self.tx, values).await?,
            _ => self.later().push((bulk, values)),
        }
        Ok(())
    }

    /// The transaction, with everything written in it that was handed over so far.
    pub(super) async fn settled(&self) -> Result<&DatabaseTransaction, StoreError> {
        bulk::run_all(self.tx, self.take_writes(), "").await?;
        Ok(self.tx)
    }

    /// All that waits to be written, in its order.
    fn take_writes(&self) -> Writes {
        let (events, cdrs, mails) = {
            let mut growth = self.growth();
            (
                std::mem::take(&mut growth.events),
                std::mem::take(&mut growth.cdrs),
                std::mem::take(&mut growth.mails),
            )
        };
        let mut writes = std::mem::take(&mut *self.later());
        writes.extend([
            (&events::INSERT, events),
            (&cdrs::INSERT, cdrs),
            (&mails::INSERT, mails),
        ]);
        writes
    }

    /// The same as far as a table is concerned.
    async fn settled_for(&self, table: &str) -> Result<&DatabaseTransaction, StoreError> {
        let awaits = self.later().iter().any(|(bulk, _)| bulk.table() == table);
        let grows = [&events::INSERT, &cdrs::INSERT, &mails::INSERT]
            .iter()
            .any(|bulk| bulk.table() == table);
        match awaits || grows {
            true => self.settled().await,
            false => Ok(self.tx),
        }
    }

    fn later(&self) -> MutexGuard<'_, Writes> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows of all `keys`.
    pub(super) async fn pick_all(
        &self,
        pick: &Pick,
        fixed: &[Value],
        keys: &[Value],
    ) -> Result<Vec<QueryResult>, StoreError> {
        self.pick_all_of(&[(pick, fixed)], keys).await
    }

    /// The rows of all `keys` in several picks, mixed; more than one on SQLite alone.
    pub(super) async fn pick_all_of(
        &self,
        picks: &[(&Pick, &[Value])],
        keys: &[Value],
    ) -> Result<Vec<QueryResult>, StoreError> {
        for (pick, _) in picks {
            self.settled_for(pick.table()).await?;
        }
        Ok(bulk::all_of(self.tx, picks, keys).await?)
    }

    /// Writes rows; what they return.
    pub(super) async fn write_returning(
        &self,
        bulk: &Bulk,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>, StoreError> {
        let tx = self.settled_for(bulk.table()).await?;
        Ok(bulk.returning(tx, values).await?)
    }

    /// Runs one reading statement inside the transaction.
    pub(super) async fn query(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>, StoreError> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(self.settled().await?.query_all_raw(statement).await?)
    }

    /// Runs one writing statement; rows affected.
    pub(super) async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        let done = self.settled().await?.execute_raw(statement).await?;
        Ok(done.rows_affected())
    }

    /// The clause that lets nodes claim side by side; SQLite has one node and no such clause.
    pub(super) fn skip_locked(&self) -> &'static str {
        match self.backend() {
            DatabaseBackend::Postgres => " FOR UPDATE SKIP LOCKED",
            _ => "",
        }
    }

    /// The one of two picks that locks what it finds, where others could change it.
    pub(super) fn pick<'a>(&self, free: &'a Pick, locking: &'a Pick) -> &'a Pick {
        match self.backend() {
            DatabaseBackend::Postgres => locking,
            _ => free,
        }
    }

    /// Locks the rows that the select before it finds, until the commit; on SQLite the whole database is ours already.
    pub(super) fn for_update(&self) -> &'static str {
        match self.backend() {
            DatabaseBackend::Postgres => " FOR UPDATE",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::Bed;

    /// Two rows one after the other, the second when the other node has its first.
    struct Crossing {
        names: [&'static str; 2],
        met: Arc<tokio::sync::Barrier>,
        tries: u32,
    }

    impl Work for Crossing {
        type Answer = u32;
        const NAME: &'static str = "crossing";

        fn run<'a>(
            works: &'a mut [Self],
            batch: &'a Batch<'_>,
        ) -> BoxFuture<'a, Result<Vec<u32>, StoreError>> {
            Box::pin(async move {
                let work = &mut works[0];
                work.tries += 1;
                let sql = "UPDATE counters SET value = value + 1 WHERE name = $1";
                batch.execute(sql, vec![work.names[0].into()]).await?;
                if work.tries == 1 {
                    work.met.wait().await;
                }
                batch.execute(sql, vec![work.names[1].into()]).await?;
                Ok(vec![work.tries])
            })
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_deadlock_with_another_node_is_done_again() {
        let Some([one, two]) = Bed::two(["", ""]).await else {
            return;
        };
        let met = Arc::new(tokio::sync::Barrier::new(2));
        let crossing = |names| Crossing {
            names,
            met: met.clone(),
            tries: 0,
        };
        let (first, second) = tokio::join!(
            one.store
                .writer
                .write(crossing(["legacy_id", "accounts_revision"])),
            two.store
                .writer
                .write(crossing(["accounts_revision", "legacy_id"])),
        );
        assert_eq!(first.unwrap() + second.unwrap(), 3, "one of them once more");
    }
}
