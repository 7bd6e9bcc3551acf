//! The SMPP door: links, translation, pacing.
