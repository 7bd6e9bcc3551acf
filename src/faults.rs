//! Named points at which a proof can make the process die or a commit fail. Absent unless `demo` was told so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// What happens at the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process ends at once, as by `kill -9`.
    Kill,
    /// The commit fails once.
    Error,
}

/// One armed fault, or none. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    armed: Option<Arc<Armed>>,
    gate: Option<Arc<Gate>>,
}

/// A point at which whoever comes by waits.
#[derive(Debug)]
struct Gate {
    at: String,
    reached: Semaphore,
    opened: Semaphore,
}

#[derive(Debug)]
struct Armed {
    at: String,
    nth: u64,
    fault: Fault,
    seen: AtomicU64,
}

impl Faults {
    /// Arms `fault` for the `nth` passage (from 1) of the point called `at`.
    pub fn armed(at: &str, nth: u64, fault: Fault) -> Self {
        Self {
            armed: Some(Arc::new(Armed {
                at: at.to_owned(),
                nth,
                fault,
                seen: AtomicU64::new(0),
            })),
            gate: None,
        }
    }

    /// Makes whoever passes the point called `at` wait there until it is opened, each time.
    #[cfg(test)]
    pub fn gated(at: &str) -> Self {
        Self {
            armed: None,
            gate: Some(Arc::new(Gate {
                at: at.to_owned(),
                reached: Semaphore::new(0),
                opened: Semaphore::new(0),
            })),
        }
    }

    /// Resolves when somebody waits at the gate.
    #[cfg(test)]
    pub async fn reached(&self) {
        let gate = self.gate.as_ref().unwrap();
        let patience = std::time::Duration::from_secs(20);
        let reached = tokio::time::timeout(patience, gate.reached.acquire()).await;
        reached.expect("the gate is reached").unwrap().forget();
    }

    /// Lets one pass.
    #[cfg(test)]
    pub fn let_pass(&self) {
        self.gate.as_ref().unwrap().opened.add_permits(1);
    }

    /// To be called at the point `name`; returns at once unless there is a gate.
    pub async fn wait_at(&self, name: &str) {
        let Some(gate) = self.gate.as_ref().filter(|gate| gate.at == name) else {
            return;
        };
        gate.reached.add_permits(1);
        if let Ok(opened) = gate.opened.acquire().await {
            opened.forget();
        }
    }

    /// To be called at the point `name`. True when the caller has to fail there.
    pub fn fails_at(&self, name: &str) -> bool {
        let Some(armed) = &self.armed else {
            return false;
        };
        if armed.at != name || armed.seen.fetch_add(1, Ordering::SeqCst) + 1 != armed.nth {
            return false;
        }
        match armed.fault {
            Fault::Kill => std::process::abort(),
            Fault::Error => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_passage_fails() {
        let faults = Faults::armed("mark.before_commit", 2, Fault::Error);
        let passages = [
            "mark.before_commit",
            "other",
            "mark.before_commit",
            "mark.before_commit",
        ];
        assert_eq!(
            passages.map(|name| faults.fails_at(name)),
            [false, false, true, false]
        );
        assert!(!Faults::default().fails_at("mark.before_commit"));
    }
}
