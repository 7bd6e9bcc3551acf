//! The journey home: receive, notify, claim, outcome.
