//! How far a run is, for whoever watches: a line a second on standard error, when that is a terminal.

use crate::store::Reader;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Counts that the clients and the follower keep up.
#[derive(Debug, Default)]
pub struct Progress {
    pub accepted: AtomicU64,
    pub refused: AtomicU64,
    /// Of the accepted, those whose fate is known; the follower begins when the load ends.
    pub settled: AtomicU64,
    /// The load has ended, the last texts are waited for.
    pub is_draining: AtomicBool,
}

/// Prints a line a second until it is aborted; `queue`: where the texts that wait are counted.
pub fn watch(progress: Arc<Progress>, queue: Option<Reader>) -> Option<JoinHandle<()>> {
    if !io::stderr().is_terminal() {
        return None;
    }
    Some(tokio::spawn(async move {
        let began = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.tick().await;
        let mut before = 0;
        loop {
            ticks.tick().await;
            let waiting = match &queue {
                Some(reader) => reader.queued_by_company().await.ok(),
                None => None,
            };
            let waiting = waiting.map(|counts| counts.iter().map(|(_, count)| count).sum());
            let line = progress.line(began.elapsed(), &mut before, waiting);
            // A terminal that is gone needs no lines.
            let _ = writeln!(io::stderr(), "{line}");
        }
    }))
}

impl Progress {
    fn line(&self, elapsed: Duration, before: &mut u64, waiting: Option<i64>) -> String {
        let accepted = self.accepted.load(Ordering::Relaxed);
        let refused = self.refused.load(Ordering::Relaxed);
        let rate = accepted.saturating_sub(*before);
        *before = accepted;
        let mut line = format!("{:>4} s", elapsed.as_secs());
        if self.is_draining.load(Ordering::Relaxed) {
            line += &format!("   {accepted} accepted, waiting for the last to reach the SMSC");
            let settled = self.settled.load(Ordering::Relaxed);
            if settled > 0 {
                line += &format!("   {settled} did");
            }
        } else {
            line += &format!("   {rate:>6} yes/s   {accepted:>8} accepted");
        }
        if refused > 0 {
            line += &format!("   {refused} refused");
        }
        if let Some(waiting) = waiting {
            line += &format!("   {waiting} on their way");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let progress = Progress::default();
        progress.accepted.store(2_500, Ordering::Relaxed);
        let mut before = 500;
        let at = Duration::from_millis(3_999);
        let line = progress.line(at, &mut before, Some(7));
        assert_eq!(
            line,
            "   3 s     2000 yes/s       2500 accepted   7 on their way"
        );
        assert_eq!(before, 2_500);
        progress.is_draining.store(true, Ordering::Relaxed);
        progress.refused.store(2, Ordering::Relaxed);
        let line = progress.line(at, &mut before, None);
        assert_eq!(
            line,
            "   3 s   2500 accepted, waiting for the last to reach the SMSC   2 refused"
        );
    }
}
