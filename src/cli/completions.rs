//! `gleaner completions`: what a shell must know to complete our commands and flags.

use clap::Args;
use clap_complete::Shell;

use super::{Exit, help, output};

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell: bash, zsh, fish, elvish, powershell.
    shell: Shell,
}

pub(crate) fn run(flags: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut help::command(), "gleaner", &mut script);
    output::raw(&String::from_utf8_lossy(&script));
    Exit::Done
}
