//! One file of settings: one table per room, environment and secrets files laid over it.
