//! The `emailsms` program: a thin door to [`emailsms::cli`].

fn main() {}
