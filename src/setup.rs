//! From the configuration to the parts: the only place that knows both.

mod seeds;

use anyhow::{Context as _, bail};

use crate::backoff::BackoffSettings;
use crate::client::{Client, ClientSettings, Timeouts};
use crate::config::token::{self, TokenError};
use crate::config::{self, Choose, Config, Environment, OnTruncated};
use crate::endpoint::{Cost, Endpoint, Options};
use crate::endpoints;
use crate::engine::Settings;
use crate::kind::Kind;
use crate::policy::{Ends, Policy, ReadsOn, Retry, Step};
use crate::refresh;
use crate::secret::Key;
use crate::seeds::Seed;
use crate::store::archive::retention::Retention;
use crate::store::harvests::{Filter, HarvestSpec, Limit};
use crate::variant::Variant;

pub use seeds::{listed, require_seeds, seed_reader, selected};

/// The queue's rules. A one-shot asks a second time sooner after a 404 than a daemon, because a person waits.
pub fn policy(config: &Config, one_shot: bool) -> Policy {
    let retry = &config.retry;
    Policy {
        routes: Kind::ALL
            .into_iter()
            .map(|kind| (kind, steps(config, config.routes.of(kind))))
            .collect(),
        by_name: steps(config, &config.routes.profile_by_name),
        known: endpoints::ALL
            .iter()
            .map(|endpoint| step(config, endpoint))
            .collect(),
        chooses: config.routes.choose == Choose::Measured,
        reads_on: match &config.routes.on_truncated {
            OnTruncated::Measured => ReadsOn::Measured(config.routes.min_new_rows_a_unit),
            OnTruncated::Always(kinds) => ReadsOn::Always(kinds.clone()),
        },
        ends: Ends {
            coverage: config.ends.coverage,
            short_by: config.ends.short_by.into(),
            nothing_new_pages: config.ends.nothing_new_pages.into(),
            close_after: config.ends.close_after.into(),
        },
        refresh: refresh::Rules {
            least: config.refresh.least,
            most: config.refresh.most,
            gain: config.refresh.gain,
            whole_every: config.refresh.whole_every,
        },
        retry: Retry {
            backoff: BackoffSettings {
                initial_interval: retry.initial_interval,
                multiplier: retry.multiplier,
                randomization_factor: retry.randomization_factor,
                max_interval: retry.max_interval,
            },
            max_attempts: retry.max_attempts.into(),
            not_found_again: if one_shot {
                retry.not_found_again
            } else {
                retry.not_found_again_daemon
            },
        },
        probe_every: config.outage.probe_every,
        needs_limit: !is_loopback(config),
        max_units: config.budget.total,
        max_units_per_day: config.budget.per_day,
        max_units_per_run: config.budget.per_run,
        is_for_this_run: config.budget.is_for_this_run,
        keep_bodies: config.archive.keep,
    }
}

fn steps(config: &Config, paths: &[String]) -> Vec<Step> {
    paths
        .iter()
        .filter_map(|path| endpoints::find(path))
        .map(|endpoint| step(config, endpoint))
        .collect()
}

fn step(config: &Config, endpoint: &Endpoint) -> Step {
    let options = Options {
        amount: config.deprecated.amount,
        ..Options::default()
    };
    let forced = Options {
        force: true,
        ..options.clone()
    };
    Step {
        endpoint: endpoint.path.to_owned(),
        units: endpoint.cost.units(&options).into(),
        forced_units: endpoint
            .cost
            .takes_force()
            .then(|| endpoint.cost.units(&forced).into()),
        page_size: endpoint.page_size.into(),
        paged: endpoint.cursor.is_some(),
        amount: matches!(endpoint.cost, Cost::Amount { .. }).then_some(options.amount.into()),
        variants: endpoint.variants,
    }
}

/// The engine's settings.
pub fn engine(config: &Config, one_shot: bool) -> Settings {
    Settings {
        policy: policy(config, one_shot),
        workers: config.upstream.workers,
        rate: config.upstream.rate,
        flat: Kind::ALL
            .into_iter()
            .filter(|kind| config.flat.of(*kind))
            .collect(),
        amount: config.deprecated.amount,
        retry_share: config.retry.share,
        outage_after: config.outage.after,
        outage_probe: config.outage.probe_every,
        retention: retention(config),
        blocked_pause: config.blocked.pause,
        blocked_stop_after: config.blocked.stop_after,
        funds_poll: config.funds.poll_every,
        seeds: None,
    }
}

/// How long bodies are kept.
pub fn retention(config: &Config) -> Retention {
    let archive = &config.archive;
    Retention {
        max_age_ms: archive
            .max_age
            .map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX)),
        max_bytes: archive
            .max_size
            .map(|size| i64::try_from(size.0).unwrap_or(i64::MAX)),
    }
}

/// The key. A simulated upstream on this machine takes any, so none has to be given for it.
pub fn key(config: &Config, environment: &Environment) -> anyhow::Result<Key> {
    match token::find(environment, config.upstream.token_file.as_deref()) {
        Ok(found) => {
            if found.readable_by_others {
                tracing::warn!(
                    "other users of this machine can read the key in {}: chmod 600 it",
                    found.source
                );
            }
            Ok(found.key)
        }
        Err(TokenError::None) if is_loopback(config) => Ok(Key::from_text("simulated")?),
        Err(error) => Err(error.into()),
    }
}

/// The client for the configured upstream.
pub fn client(config: &Config, key: Key) -> anyhow::Result<Client> {
    let upstream = &config.upstream;
    let mut settings = ClientSettings::new(key);
    settings.base_url.clone_from(&upstream.base_url);
    settings.proxy = upstream.proxy.as_ref().map(|proxy| proxy.0.clone().into());
    settings.timeouts = Timeouts {
        connect: upstream.connect_timeout,
        no_byte: upstream.first_byte_timeout,
        total: upstream.total_timeout,
    };
    settings.max_body_bytes = usize::try_from(upstream.max_body.0).unwrap_or(usize::MAX);
    Client::new(settings).context("[upstream]")
}

/// Whether the upstream is on this machine: simulated, so that nothing costs money.
pub fn is_loopback(config: &Config) -> bool {
    crate::client::BaseUrl::parse(&config.upstream.base_url).is_ok_and(|url| url.is_loopback())
}

/// Without any limit nothing is bought from a real upstream.
pub fn require_limit(config: &Config, harvest_limits: &[Option<i64>]) -> anyhow::Result<()> {
    let limited =
        has_limit(config) || (!harvest_limits.is_empty() && harvest_limits.iter().all(Option::is_some));
    if limited || is_loopback(config) {
        return Ok(());
    }
    bail!(
        "no limit of units is set, and {} bills every request; nothing was sent.\n\
         Set one for this harvest with --max-units 100, or add to gleaner.toml:\n\n[budget]\ntotal = 100",
        config.upstream.base_url
    )
}

/// Whether a limit holds for all harvests together.
pub fn has_limit(config: &Config) -> bool {
    let budget = &config.budget;
    [budget.total, budget.per_day, budget.per_run]
        .iter()
        .any(Option::is_some)
}

/// The same for the harvests that the file holds already, whoever added them: a daemon works on all of them.
pub fn require_limits_of(config: &Config, unlimited: &[String]) -> anyhow::Result<()> {
    if has_limit(config) || unlimited.is_empty() || is_loopback(config) {
        return Ok(());
    }
    bail!(
        "the file also holds harvests without a limit ({}), and {} bills every request; nothing was sent.\n\
         Give them one with `gleaner harvest --name NAME --max-units 100`, or add to gleaner.toml:\n\n[budget]\ntotal = 100",
        unlimited.join(", "),
        config.upstream.base_url
    )
}

/// The harvest as the store keeps it, with seeds that a person named.
pub fn spec(harvest: &config::Harvest, seeds: &[Seed], one_shot: bool) -> HarvestSpec {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    HarvestSpec {
        name: harvest.name.clone(),
        seeds: seeds.iter().map(Seed::to_string).collect(),
        rejected: Vec::new(),
        sources: None,
        collect: harvest.kinds().into_iter().collect(),
        depth: harvest.depth.into(),
        expand: harvest.expand.clone(),
        limits: harvest
            .limits
            .lists
            .iter()
            .map(|(kind, limit)| {
                let limit = match limit {
                    config::Limit::Items(items) => Limit::Items(count(*items)),
                    config::Limit::Pages(pages) => Limit::Pages(count(*pages)),
                };
                (*kind, limit)
            })
            .collect(),
        users_limit: harvest.limits.users.map(count),
        filter: Filter {
            least_followers: harvest.filter.followers.and_then(|span| span.least),
            most_followers: harvest.filter.followers.and_then(|span| span.most),
            verified: harvest.filter.verified,
            public: harvest.filter.public,
            unprofiled: harvest.filter.unprofiled,
        },
        min_likes: harvest.limits.min_likes.map(count),
        force: harvest.force,
        comments: match harvest.sort_order {
            config::SortOrder::Recent => Variant::Plain,
            config::SortOrder::Popular => Variant::Popular,
        },
        clips: if harvest.sort_by_views {
            Variant::ByViews
        } else {
            Variant::Plain
        },
        max_units: harvest.max_units,
        weight: harvest.weight,
        refresh: harvest.refresh.clone().unwrap_or_default().0,
        one_shot,
    }
}
