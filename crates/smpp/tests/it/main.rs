//! The crate over real loopback TCP: against itself, against hostile peers, against an independent codec.

mod hostile;
mod loopback;
mod peer;
mod witness;
