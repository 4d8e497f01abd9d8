//! `gleaner dump --canonical`: every harvested row, equal for equal data.

use std::io::{BufWriter, ErrorKind, Write as _};

use super::arguments::{Common, Dump as Flags};
use super::{Exit, session};
use crate::store::{StoreError, dump};

pub(crate) async fn run(common: &Common, _flags: Flags) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let mut out = BufWriter::new(std::io::stdout());
    match dump::write(database.readers(), &mut out).await {
        // Whoever reads has seen enough.
        Err(StoreError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => return Ok(Exit::Done),
        written => written?,
    }
    match out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Exit::Done),
    }
}
