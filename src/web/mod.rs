//! What the HTTP doors share: the listener, the caller, limits.
