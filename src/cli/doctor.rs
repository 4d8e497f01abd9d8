//! `gleaner doctor`: whether machine, configuration, key, account and file are as they should be, and what to do if not.
//!
//! It changes nothing and sends nothing that is billed.

mod file;
mod finding;
mod machine;
mod money;
mod rights;
mod tables;

use std::path::Path;

use clap::Args;

use super::arguments::{Common, Sending};
use super::output::{self, line, printable};
use super::{Exit, account, session};
use crate::clock::Clock;
use crate::config::token::{self, TokenError};
use crate::config::{Config, Environment, Loaded};
use crate::secret::Key;
use crate::setup;
use crate::store::{connect, inspect};
use finding::{Finding, Level, quoted};

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Do not ask the upstream for the balance.
    #[arg(long)]
    offline: bool,
    /// Check also what reads every harvested row; takes minutes on a large file.
    #[arg(long)]
    thorough: bool,
    #[command(flatten)]
    sending: Sending,
}

pub(crate) async fn run(common: &Common, flags: Doctor) -> anyhow::Result<Exit> {
    let clock = session::clock();
    let mut findings = vec![machine::sqlite().await];
    let loaded = match session::config(common, Some(&flags.sending)) {
        Ok(loaded) => loaded,
        Err(error) => {
            findings.push(Finding::problem(
                "config",
                format!("{error:#}"),
                "put right what it names; config.example.toml shows every key. Nothing else was looked at",
            ));
            return end(common, &findings);
        }
    };
    findings.extend(settings(&loaded));
    let (key, found) = key(&loaded.config);
    findings.extend(found);
    if let Some(key) = key {
        findings.extend(balance(&loaded.config, key, flags.offline, clock.as_ref()).await);
    }
    let path = connect::path_of(&loaded.config.database.url)?;
    let examined = file::examine(&path).await;
    let latest = examined.inspected.as_ref().and_then(|file| file.latest);
    findings.push(machine::clock(clock.now(), latest));
    findings.extend(machine::disk(file::folder_of(&path)));
    findings.extend(examined.findings);
    if let Some(file) = &examined.inspected {
        findings.extend(tables_of(&path, file, &loaded.config, examined.working, flags.thorough).await);
    }
    end(common, &findings)
}

/// The tables are asked only where they can be read and are those that this version knows.
async fn tables_of(
    path: &Path,
    file: &inspect::Inspected,
    config: &Config,
    working: bool,
    thorough: bool,
) -> Vec<Finding> {
    if !file.damage.is_empty() || file.schema != inspect::newest_schema() {
        let what = "not looked at: the file comes first";
        return vec![Finding::ok("tables", what)];
    }
    let examined = async {
        let mut findings = tables::examine(path, working, thorough).await?;
        findings.extend(money::examine(path, config, working).await?);
        anyhow::Ok(findings)
    };
    match examined.await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::problem(
            "tables",
            format!("they cannot be asked: {error:#}"),
            "see whether the disk is full or the file is locked by another program, and try again: gleaner doctor",
        )],
    }
}

/// Where the configuration came from, and whether somebody else can change it.
fn settings(loaded: &Loaded) -> Vec<Finding> {
    const AREA: &str = "config";

    let mut findings = Vec::new();
    match loaded.file() {
        Some(path) => {
            let what = format!("{} loads, and its routes name known endpoints", path.display());
            findings.push(Finding::ok(AREA, what));
            findings.extend(rights::judge(AREA, path, false));
        }
        None => findings.push(Finding::ok(
            AREA,
            "there is no config file: everything is at its default (`gleaner init` writes one)",
        )),
    }
    let config = &loaded.config;
    if !setup::has_limit(config) && !setup::is_loopback(config) {
        let unlimited: Vec<&str> = config
            .harvest
            .iter()
            .filter(|harvest| harvest.max_units.is_none())
            .map(|harvest| harvest.name.as_str())
            .collect();
        findings.push(if unlimited.is_empty() {
            Finding::ok(
                AREA,
                "[budget] sets no limit: every harvest needs its own --max-units",
            )
        } else {
            Finding::warning(
                AREA,
                format!(
                    "no limit of units for {}: nothing of it is sent",
                    unlimited.join(", ")
                ),
                "set [budget] total = 1000, or max_units = 1000 in the harvest",
            )
        });
    }
    findings
}

/// The key, and where it was found.
fn key(config: &Config) -> (Option<Key>, Vec<Finding>) {
    const AREA: &str = "key";

    let token_file = config.upstream.token_file.as_deref();
    match token::find(&Environment::of_process(), token_file) {
        Ok(found) => {
            output::hide(&found.key);
            let mut findings = vec![Finding::ok(AREA, format!("found: {}", found.source))];
            if found.readable_by_others {
                let fix = match token_file.filter(|_| found.source == token::KeySource::File) {
                    Some(path) => format!("chmod 600 {}", quoted(path)),
                    None => "chmod 600 the credential, or let systemd load it".into(),
                };
                findings.push(Finding::warning(
                    AREA,
                    format!("others on this machine may read {}", found.source),
                    fix,
                ));
            }
            (Some(found.key), findings)
        }
        Err(TokenError::None) if setup::is_loopback(config) => {
            let what = "none, and none is needed: the upstream is on this machine";
            (Key::from_text("simulated").ok(), vec![Finding::ok(AREA, what)])
        }
        Err(error) => {
            let what = output::causes(&error);
            let fix = "export HIKERAPI_TOKEN=..., or: gleaner init --token-file hikerapi.token";
            (None, vec![Finding::problem(AREA, what, fix)])
        }
    }
}

/// What the account has; free to ask.
async fn balance(config: &Config, key: Key, offline: bool, clock: &dyn Clock) -> Vec<Finding> {
    const AREA: &str = "account";

    if offline {
        return vec![Finding::ok(AREA, "not asked (--offline)")];
    }
    let said = match account::ask(config, key, clock).await {
        Ok(said) => said,
        Err(error) => {
            let fix =
                "put [upstream] base_url and proxy right; the default address is https://api.hikerapi.com";
            return vec![Finding::problem("config", format!("{error:#}"), fix)];
        }
    };
    let mut findings = vec![match said.balance {
        Ok(balance) if balance.units_left > 0 => Finding::ok(AREA, account::in_words(balance)),
        Ok(balance) => Finding::problem(
            AREA,
            account::in_words(balance),
            "top up the account at hikerapi.com; what was bought is kept",
        ),
        Err(trouble) => Finding::problem(AREA, trouble.what, trouble.fix),
    }];
    if let Some(differs) = account::clock_differs(said.clocks) {
        let fix = "set the clock: timedatectl set-ntp true";
        findings.push(Finding::warning("machine", differs, fix));
    }
    findings
}

/// Prints the findings; a problem is exit code 3.
fn end(common: &Common, findings: &[Finding]) -> anyhow::Result<Exit> {
    let mut findings = findings.to_vec();
    for finding in &mut findings {
        finding.what = output::safe(&finding.what);
    }
    // By area, in the order of the areas' first findings.
    let areas = ["machine", "config", "key", "account", "file", "tables"];
    findings.sort_by_key(|finding| areas.iter().position(|area| *area == finding.area));
    let worst = findings
        .iter()
        .map(|finding| finding.level)
        .max()
        .unwrap_or(Level::Ok);
    let exit = if worst == Level::Problem {
        Exit::Parked
    } else {
        Exit::Done
    };
    if common.json {
        output::json(&serde_json::json!({ "findings": findings, "worst": worst, "exit_code": exit.code() }))?;
        return Ok(exit);
    }
    for finding in &findings {
        if common.quiet && finding.level == Level::Ok {
            continue;
        }
        let (area, level) = (finding.area, finding.level.name());
        line(format!("{level:8} {area:8} {}", printable(&finding.what)));
        if let Some(fix) = &finding.fix {
            line(format!("{:17} To fix: {}", "", printable(fix)));
        }
    }
    line(match worst {
        Level::Ok => "All is well.",
        Level::Warning => "It works; the warnings are worth a look. Nothing was changed or billed.",
        Level::Problem => "Something must be put right first. Nothing was changed or billed.",
    });
    Ok(exit)
}
