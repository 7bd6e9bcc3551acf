//! The way of events to the owner: a bounded channel, and behind it what waits for room.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::mpsc::{self, error::SendError, error::TrySendError};

type Permit<E> = Result<mpsc::OwnedPermit<E>, SendError<()>>;

/// The listener is gone.
pub(super) struct Deaf;

pub(super) struct Outlet<E> {
    sender: mpsc::Sender<E>,
    backlog: VecDeque<E>,
    room: Option<Pin<Box<dyn Future<Output = Permit<E>> + Send>>>,
    is_deaf: bool,
}

impl<E: Send + 'static> Outlet<E> {
    pub(super) fn new(sender: mpsc::Sender<E>) -> Self {
        Self {
            sender,
            backlog: VecDeque::new(),
            room: None,
            is_deaf: false,
        }
    }

    /// Never blocks: an event that finds no room waits here.
    pub(super) fn push(&mut self, event: E) {
        if !self.backlog.is_empty() {
            return self.backlog.push_back(event);
        }
        match self.sender.try_send(event) {
            Ok(()) => {}
            Err(TrySendError::Full(event)) => self.backlog.push_back(event),
            Err(TrySendError::Closed(_)) => self.is_deaf = true,
        }
    }

    /// Whether events wait: then no new ones should be caused.
    pub(super) fn is_full(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// Moves what waits as far as there is room; true if all of it went.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Result<bool, Deaf> {
        if self.is_deaf {
            return Err(Deaf);
        }
        let had_backlog = self.is_full();
        while self.is_full() {
            let room = self
                .room
                .get_or_insert_with(|| Box::pin(self.sender.clone().reserve_owned()));
            let Poll::Ready(permit) = room.as_mut().poll(cx) else {
                return Ok(false);
            };
            self.room = None;
            let permit = permit.map_err(|_| Deaf)?;
            if let Some(event) = self.backlog.pop_front() {
                permit.send(event);
            }
        }
        Ok(had_backlog)
    }

    /// Waits until everything has gone, or nobody listens any more.
    pub(super) async fn drain(mut self) {
        drop(self.room.take());
        for event in self.backlog {
            if self.sender.send(event).await.is_err() {
                return;
            }
        }
    }
}
