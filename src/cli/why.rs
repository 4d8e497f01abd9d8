//! `gleaner why TABLE KEY`: which answer a row comes from, when it came, and what it cost.

use std::io::Write as _;

use clap::Args;

use super::arguments::Common;
use super::money::Price;
use super::output::{self, line, printable};
use super::{Exit, session};
use crate::store::archive::source::{self, PageOf, Source};

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// The table: users, media, comments, follows, user_media, media_likes and so on.
    table: String,
    /// The row's key, its parts with / between: 787132, @natgeo, FOLLOWER/FOLLOWEE.
    key: String,
    /// One column of users, media or comments; else all that answers gave.
    column: Option<String>,
    /// Print the body of the newest of the pages instead, byte for byte.
    #[arg(long)]
    body: bool,
}

pub(crate) async fn run(common: &Common, flags: Why) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let mut reader = database.readers().acquire().await?;
    let sources = source::find(&mut reader, &flags.table, &flags.key, flags.column.as_deref()).await?;
    if flags.body {
        let page = sources
            .iter()
            .find_map(|source| source.page.as_ref())
            .ok_or_else(|| session::refuse("no page is known for this row, so there is no body to print"))?;
        let body = source::body(&mut reader, page.id).await?.ok_or_else(|| {
            session::refuse(format!(
                "the body of page {} was dropped, or never kept; the row itself stays",
                page.id
            ))
        })?;
        let mut out = std::io::stdout();
        out.write_all(&body)?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    if common.json {
        output::json(&sources)?;
        return Ok(Exit::Done);
    }
    let price = Price::of(&loaded.config);
    if sources.is_empty() {
        line(format!(
            "No answer spoke of this: {} {} is only known to exist.",
            flags.table,
            printable(&flags.key)
        ));
    }
    for Source { gave, page } in &sources {
        line(format!("{}:", gave.join(", ")));
        match page {
            Some(page) => in_words(page, price),
            None => line("  from a page that is not known any more"),
        }
    }
    Ok(Exit::Done)
}

fn in_words(page: &PageOf, price: Price) {
    line(printable(&format!(
        "  page {}: {} for {}, page {} of its walk, sweep {}",
        page.id,
        page.endpoint,
        page.target,
        page.page_no + 1,
        page.sweep_id
    )));
    line(format!("  answered at {}", output::time(page.answered_at)));
    let shared = if page.units > 0 && page.items > 1 {
        format!(", shared by {} items", output::number(page.items))
    } else {
        String::new()
    };
    line(match &page.file {
        Some(file) => printable(&format!("  imported from {file} at no cost")),
        None => format!(
            "  paid by harvest {}: {}{shared}",
            page.harvest,
            price.units(page.units)
        ),
    });
    line(format!(
        "  read by parser version {}; its body is {}",
        page.parser,
        if page.body_kept {
            "kept (--body prints it)"
        } else {
            "not kept"
        }
    ));
}
