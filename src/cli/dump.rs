//! `gleaner dump --canonical`: every harvested row, equal for equal data.

use std::io::{BufWriter, Write as _};

use super::arguments::{Common, Dump as Flags};
use super::{Exit, session};
use crate::store::dump;

pub(crate) async fn run(common: &Common, _flags: Flags) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let mut out = BufWriter::new(std::io::stdout());
    dump::write(database.readers(), &mut out).await?;
    out.flush()?;
    Ok(Exit::Done)
}
