//! The journey out: accept, claim, mark, outcome, retry.
