//! Certificates: read from PEM files, given to TLS, read again when they change; and the demo's self-made authority.
