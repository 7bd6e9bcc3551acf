//! `emailsms dxl`: DXL files as the repository and the importer want them. Opens files, no gateway.

mod check;
mod clean;
mod code;
mod diff;
mod files;
mod network;
mod project_folders;
mod run;

use clap::{Args, Subcommand};
use std::process::ExitCode;

/// DXL, the XML of Notes databases.
#[derive(Debug, Args)]
pub struct DxlArgs {
    #[command(subcommand)]
    command: DxlCommand,
}

#[derive(Debug, Subcommand)]
enum DxlCommand {
    /// Find what is wrong with DXL files and the code in them, with place, reason and remedy.
    Check(check::CheckArgs),
    /// Show what really differs between two files or folders.
    Diff(diff::DiffArgs),
    /// Take out what changes by itself, and put the rest into an order that is always the same.
    Clean(clean::CleanArgs),
    /// Run an agent without a Domino server, and show what it did.
    Run(run::RunArgs),
}

/// Runs the command that is asked for.
pub fn run(args: &DxlArgs) -> ExitCode {
    match &args.command {
        DxlCommand::Check(args) => check::run(args),
        DxlCommand::Diff(args) => diff::run(args),
        DxlCommand::Clean(args) => clean::run(args),
        DxlCommand::Run(args) => run::run(args),
    }
}
