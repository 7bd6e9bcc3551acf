//! The only SQL: tables, batches, the writer.
