//! `gleaner man`: the manual page, made from the same texts as `--help`.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man as Page;

use super::arguments::Common;
use super::output::{self, line};
use super::{Exit, help, session};

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a page for each command into this folder instead.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(common: &Common, flags: &Man) -> anyhow::Result<Exit> {
    let Some(folder) = &flags.out else {
        output::raw(&page(help::command())?);
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(help::command(), folder))
        .map_err(|error| {
            session::refuse(format!(
                "cannot write into {}: {error}; check the folder and its rights",
                folder.display()
            ))
        })?;
    if common.json {
        output::json(&serde_json::json!({ "written": folder }))?;
    } else {
        let first = folder.join("gleaner.1");
        line(format!(
            "a page for each command is in {}: `man {}`",
            folder.display(),
            first.display()
        ));
    }
    Ok(Exit::Done)
}

fn page(command: Command) -> std::io::Result<String> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
