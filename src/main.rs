//! The `emailsms` program: a thin door to [`emailsms::cli`].

use std::process::ExitCode;

/// Rows are made in one thread and freed in the database's: the system's allocator pays for that with a lock each.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    emailsms::cli::run()
}
