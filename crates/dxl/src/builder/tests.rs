//! What is built is valid, and reads back.
