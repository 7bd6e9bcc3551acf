//! The log: structure, levels, and what never reaches it.
