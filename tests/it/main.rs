//! What holds for the repository as a whole: the floors of the house, the tables of the documents, the habits of every file.

mod documents;
mod errors;
mod floors;
mod habits;
mod tree;
