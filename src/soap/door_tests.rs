//! The door over a real database: what each call is answered with.
