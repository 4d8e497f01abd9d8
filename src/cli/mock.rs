//! `gleaner mock`: the simulated upstream as a server, and what a perfect harvest of it finds and costs.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::arguments::{Common, Mock as Flags};
use super::output::{self, line};
use super::{Exit, session};
use crate::engine::Shutdown;
use crate::mock::oracle::{self, Plan};
use crate::mock::{FaultKind, Faults, Settings, Upstream, World};

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let world = Arc::new(World::at(flags.world.seed, flags.world.size, flags.day));
    if flags.seeds {
        let seeds = world.seeds(12);
        if common.json {
            output::json(&seeds)?;
        } else {
            line(seeds.join("\n"));
        }
        return Ok(Exit::Done);
    }
    if flags.oracle {
        return print_oracle(common, &world, flags);
    }
    let settings = Settings {
        rate: flags.rate,
        latency: (
            Duration::from_millis(flags.latency_min_ms),
            Duration::from_millis(flags.latency_max_ms),
        ),
        faults: Faults::of(flags.faults.clamp(0.0, 1.0), FaultKind::harmless()),
        balance: flags.balance,
        retired: flags.retired.clone(),
        ..Settings::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, flags.port));
    let upstream = Upstream::start(world, settings, address).await.map_err(|error| {
        session::refuse(format!(
            "port {}: {error}; choose another with --port",
            flags.port
        ))
    })?;
    // Before anything is said, so that whoever reads it can stop this process gently.
    let shutdown = Shutdown::default();
    shutdown.listen()?;
    if common.json {
        output::json(&serde_json::json!({ "base_url": upstream.url() }))?;
    } else {
        let (seed, size) = (flags.world.seed, flags.world.size);
        let day = match flags.day {
            0 => String::new(),
            day => format!(" --day {day}"),
        };
        line(format!(
            "A simulated Instagram of {size} users answers at {url}; Ctrl-C stops it. In another terminal:\n  \
             gleaner harvest --base-url {url} $(gleaner mock --seeds --seed {seed} --size {size}{day})",
            url = upstream.url()
        ));
    }
    tokio::select! {
        () = shutdown.asked() => {}
        () = turn_days(&upstream, flags.days_every) => {}
    }
    let arrivals = upstream.arrivals().len();
    let units = upstream.meter();
    if common.json {
        output::json(&serde_json::json!({ "requests": arrivals, "units": units }))?;
    } else {
        let arrivals = i64::try_from(arrivals).unwrap_or(i64::MAX);
        line(format!(
            "{} came, {} billed",
            output::count(arrivals, "request", "requests"),
            output::count(units, "unit was", "units were")
        ));
    }
    Ok(Exit::Done)
}

/// Moves the world on by a day each so many seconds, without end; never if nobody said how often.
async fn turn_days(upstream: &Upstream, seconds: Option<NonZeroU32>) {
    let Some(seconds) = seconds else {
        return std::future::pending().await;
    };
    let mut days = tokio::time::interval(Duration::from_secs(seconds.get().into()));
    // The first tick comes at once.
    days.tick().await;
    loop {
        days.tick().await;
        turn_day(upstream).await;
    }
}

async fn turn_day(upstream: &Upstream) {
    let world = upstream.world();
    let (seed, size, day) = (world.seed(), world.size(), world.day() + 1);
    // A large world takes a moment, in which answers must go on.
    if let Ok(world) = tokio::task::spawn_blocking(move || World::at(seed, size, day)).await {
        tracing::info!("day {}", world.day());
        upstream.set_world(Arc::new(world));
    }
}

fn print_oracle(common: &Common, world: &World, flags: Flags) -> anyhow::Result<Exit> {
    let seeds = if flags.seed_names.is_empty() {
        world.seeds(6)
    } else {
        flags.seed_names
    };
    let plan = Plan {
        seeds,
        collect: flags.collect,
        depth: flags.depth,
        expand: flags.expand,
        users: flags.users,
        retired: flags.retired,
        ..Plan::default()
    };
    let expected = oracle::expect(world, &plan);
    if common.json {
        let lists: Vec<_> = expected
            .verdicts
            .iter()
            .map(|(kind, target, verdict)| serde_json::json!({ "kind": kind, "target": target, "verdict": verdict }))
            .collect();
        output::json(&serde_json::json!({
            "seeds": plan.seeds, "units": expected.units, "requests": expected.requests, "lists": lists,
            "rows": expected.rows.lines().count(),
        }))?;
    } else {
        // The rows alone, so that they can be compared with `gleaner dump --canonical`.
        output::raw(&expected.rows);
        tracing::info!(
            "a perfect harvest costs {} units in {} requests",
            expected.units,
            expected.requests
        );
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_day_is_one_of_the_same_world() {
        let world = Arc::new(World::at(3, 40, 5));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let upstream = Upstream::start(world, Settings::default(), address)
            .await
            .unwrap();
        turn_day(&upstream).await;
        let world = upstream.world();
        assert_eq!((world.seed(), world.size(), world.day()), (3, 40, 6));
    }
}
