//! What a script may use: statements, bytes, time, calls in each other.

use super::fault::{Outcome, Stop};
use super::value;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// The most that a script may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Statements. A call of a function of the language counts as one more, an error as twenty, and what works on much at once as many more.
    pub steps: u64,
    /// Calls in each other; one more is error 28.
    pub depth: usize,
    /// Bytes of all values, and of what was printed, together.
    pub memory_bytes: usize,
    /// How long it may take.
    pub time: Duration,
}

impl Default for Limits {
    /// Fifty million statements, 1,000 calls, 64 MB, a minute.
    fn default() -> Self {
        Self {
            steps: 50_000_000,
            depth: 1000,
            memory_bytes: 64 << 20,
            time: Duration::from_secs(60),
        }
    }
}

/// What is left. There is one on each thread, so that the leaves need not be handed it.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    steps: u64,
    heaviest: usize,
    until: Option<Instant>,
    limits: Limits,
}

thread_local! {
    static ALLOWANCE: Cell<Option<Allowance>> = const { Cell::new(None) };
    /// Statements until the next look at the clock, and how many were given out.
    static FUEL: Cell<u64> = const { Cell::new(0) };
}

/// Statements between two looks at clock and scale.
const STRIDE: u64 = 1024;

/// Limits in force; those that were before come back when it goes.
#[derive(Debug)]
pub(super) struct InForce {
    before: Option<Allowance>,
    fuel: u64,
}

impl InForce {
    pub(super) fn new(limits: Limits) -> Self {
        let allowance = Allowance {
            steps: limits.steps,
            heaviest: value::weight().saturating_add(limits.memory_bytes),
            until: Instant::now().checked_add(limits.time),
            limits,
        };
        Self {
            before: ALLOWANCE.replace(Some(allowance)),
            fuel: FUEL.replace(0),
        }
    }
}

impl Drop for InForce {
    fn drop(&mut self) {
        ALLOWANCE.set(self.before);
        FUEL.set(self.fuel);
    }
}

/// One statement more.
#[inline]
pub(super) fn step() -> Outcome<()> {
    let fuel = FUEL.get();
    if fuel == 0 {
        return refuel();
    }
    FUEL.set(fuel - 1);
    Ok(())
}

/// What a host does for a script and what takes as long as so many statements; between two of these the time is looked at. Without a run in force, nothing.
pub fn charge(steps: u64) -> Result<(), Box<super::Fault>> {
    spend(steps)
}

/// Work that is worth many statements.
pub(super) fn spend(steps: u64) -> Outcome<()> {
    let fuel = FUEL.get();
    if fuel >= steps {
        FUEL.set(fuel - steps);
        return Ok(());
    }
    if let Some(mut allowance) = ALLOWANCE.get() {
        allowance.steps = allowance.steps.saturating_sub(steps - fuel);
        ALLOWANCE.set(Some(allowance));
    }
    FUEL.set(0);
    refuel()
}

/// Work on so many cells of an array or letters of a text: four are as much as a statement.
pub(super) fn spend_on(parts: usize) -> Outcome<()> {
    spend(parts as u64 / 4)
}

#[cold]
fn refuel() -> Outcome<()> {
    let Some(mut allowance) = ALLOWANCE.get() else {
        return Ok(());
    };
    let limits = allowance.limits;
    if allowance.steps == 0 {
        return Err(Stop::Steps(limits.steps).into());
    }
    if allowance.until.is_some_and(|until| Instant::now() > until) {
        return Err(Stop::Time(limits.time).into());
    }
    expect_bytes(0)?;
    let fuel = STRIDE.min(allowance.steps);
    allowance.steps -= fuel;
    ALLOWANCE.set(Some(allowance));
    FUEL.set(fuel - 1);
    Ok(())
}

/// Whether what all values and burdens weigh is still allowed; a host asks it when it may have made much. Outside of a run it is.
pub fn expect_memory() -> Result<(), Box<super::Fault>> {
    expect_bytes(0)
}

/// Whether so many bytes more may be used. Asked before anything large is made.
pub(super) fn expect_bytes(bytes: usize) -> Outcome<()> {
    match ALLOWANCE.get() {
        Some(allowance) if value::weight().saturating_add(bytes) > allowance.heaviest => {
            Err(Stop::Memory(allowance.limits.memory_bytes).into())
        }
        _ => Ok(()),
    }
}
