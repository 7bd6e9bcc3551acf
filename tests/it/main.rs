//! What holds for the repository as a whole: the floors of the house, the tables of the documents, the habits of every file.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the repository has to fail"
)]

mod documents;
mod errors;
mod floors;
mod habits;
mod tree;
