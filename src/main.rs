//! The `emailsms` program: a thin door to [`emailsms::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    emailsms::cli::run()
}
