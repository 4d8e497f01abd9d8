//! What commands begin with: the configuration, the file.

use std::sync::Arc;

use super::arguments::{Common, Sending};
use super::output::Refusal;
use crate::client::BaseUrl;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment, Loaded, Overrides, Places};
use crate::endpoints;
use crate::store::Database;

/// Reads the configuration: file, environment, flags.
pub(crate) fn config(common: &Common, sending: Option<&Sending>) -> anyhow::Result<Loaded> {
    let places = Places::of_process(common.config.as_deref());
    let overrides = Overrides {
        database_url: common.database.clone(),
        base_url: sending.and_then(|sending| sending.base_url.clone()),
        rate: sending.and_then(|sending| sending.rate),
        workers: sending.and_then(|sending| sending.workers),
    };
    let loaded = config::load(&places, &Environment::of_process(), &overrides)?;
    loaded.validate_routes(&|path| endpoints::find(path).and_then(|endpoint| endpoint.kind))?;
    if sending.is_some() {
        let checked = BaseUrl::parse(&loaded.config.upstream.base_url);
        checked.map_err(|error| refuse(format!("[upstream] base_url: {error}; nothing was sent")))?;
    }
    Ok(loaded)
}

/// Opens the file that the configuration names; commands that only look do not make one.
pub(crate) async fn database(config: &Config, create: bool) -> anyhow::Result<Database> {
    Ok(Database::open(&config.database.url, create).await?)
}

/// The machine's clocks.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::default())
}

/// Input that is refused.
pub(crate) fn refuse(text: impl Into<String>) -> anyhow::Error {
    Refusal(text.into()).into()
}
