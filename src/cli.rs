//! The command line: what people and scripts type, and what they get back.
//!
//! Every command is a file below this one: it reads its arguments, calls the library, and prints. With `--json` the
//! output is one JSON value (or one a line, where it goes on); without, it is for people.

mod account;
mod advice;
mod archive;
mod arguments;
mod budget;
mod completions;
mod demo;
mod doctor;
mod drift;
mod dump;
mod endpoints;
mod harvest;
mod help;
mod hold;
mod import;
mod init;
mod limits;
mod man;
mod mock;
mod money;
mod named;
mod output;
mod parse;
mod plan;
mod progress;
mod query;
mod reparse;
mod run;
mod seeds;
mod session;
mod sql;
mod status;
mod tasks;
mod why;

use std::process::ExitCode;

use crate::config::{Environment, token};
use crate::engine::Stop;
use crate::store::StoreError;

use arguments::{Arguments, Command};

/// How a command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done; every list has a verdict.
    Done,
    /// 1: an error that no other code names.
    Error,
    /// 2: the input was refused: arguments, configuration, a body that is no page.
    Refused,
    /// 3: something is parked or failed, or the doctor found a problem.
    Parked,
    /// 4: a limit of units is reached.
    Budget,
    /// 5: the key is missing or refused.
    Unauthorized,
    /// 6: the account is out of funds.
    NoFunds,
    /// 7: another gleaner works on the file.
    InUse,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Refused => 2,
            Self::Parked => 3,
            Self::Budget => 4,
            Self::Unauthorized => 5,
            Self::NoFunds => 6,
            Self::InUse => 7,
        }
    }
}

impl From<Stop> for Exit {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Finished | Stop::Asked => Self::Done,
            Stop::Budget => Self::Budget,
            Stop::Unauthorized => Self::Unauthorized,
            Stop::NoFunds => Self::NoFunds,
            Stop::Held => Self::Parked,
            Stop::Blocked => Self::Error,
        }
    }
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let arguments = match help::arguments() {
        Ok(arguments) => arguments,
        Err(answer) => return output::arguments(&answer),
    };
    output::start_log(arguments.common.quiet);
    // Before anything else can be printed: a person may have written the key into an address or the config as well.
    if let Ok(found) = token::find(&Environment::of_process(), None) {
        output::hide(&found.key);
    }
    let json = arguments.common.json;
    let ended = runtime().and_then(|runtime| runtime.block_on(perform(arguments)));
    let exit = ended.unwrap_or_else(|error| {
        let exit = exit_of(&error);
        output::error(&error, exit, json);
        exit
    });
    ExitCode::from(exit.code())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

async fn perform(arguments: Arguments) -> anyhow::Result<Exit> {
    let common = arguments.common;
    match arguments.command {
        Command::Plan(arguments) => plan::run(&common, arguments).await,
        Command::Harvest(arguments) => harvest::run(&common, arguments).await,
        Command::Run(arguments) => run::run(&common, arguments).await,
        Command::Seeds(arguments) => seeds::run(&common, arguments).await,
        Command::Status => status::run(&common).await,
        Command::Budget(arguments) => budget::run(&common, arguments).await,
        Command::Tasks(arguments) => tasks::run(&common, arguments).await,
        Command::Pause(arguments) => hold::pause(&common, arguments).await,
        Command::Resume(arguments) => hold::resume(&common, arguments).await,
        Command::Sql(arguments) => sql::run(&common, arguments).await,
        Command::Query(arguments) => query::run(&common, arguments).await,
        Command::Parse(arguments) => parse::run(&common, &arguments),
        Command::Why(arguments) => why::run(&common, arguments).await,
        Command::Import(arguments) => import::run(&common, arguments).await,
        Command::Archive(arguments) => archive::run(&common, arguments).await,
        Command::Reparse(arguments) => reparse::run(&common, &arguments).await,
        Command::Dump(arguments) => dump::run(&common, arguments).await,
        Command::Endpoints => endpoints::run(&common).await,
        Command::Doctor(arguments) => doctor::run(&common, arguments).await,
        Command::Init(arguments) => init::run(&common, arguments).await,
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
        Command::Man(arguments) => man::run(&common, &arguments),
        Command::Demo(arguments) => demo::run(&common, arguments).await,
        Command::Mock(arguments) => mock::run(&common, arguments).await,
    }
}

fn exit_of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        match cause.downcast_ref() {
            Some(StoreError::InUse { .. }) => return Exit::InUse,
            Some(StoreError::Refused(_) | StoreError::Unusable(_)) => return Exit::Refused,
            _ => {}
        }
        if cause.is::<crate::config::token::TokenError>() {
            return Exit::Unauthorized;
        }
        if cause.is::<crate::config::ConfigError>() || cause.is::<output::Refusal>() {
            return Exit::Refused;
        }
    }
    Exit::Error
}
