//! `gleaner parse`: what a saved body would become.

use std::io::Read as _;
use std::path::Path;

use super::arguments::{Common, Parse as Flags};
use super::output::{self, line, printable};
use super::{Exit, session};
use crate::endpoint::Endpoint;
use crate::endpoints;
use crate::kind::Kind;
use crate::read::report;
use crate::target::Target;

pub(crate) fn run(common: &Common, flags: &Flags) -> anyhow::Result<Exit> {
    let endpoint = endpoints::find(&flags.endpoint).ok_or_else(|| {
        session::refuse(format!(
            "there is no endpoint {}: `gleaner endpoints` lists them",
            flags.endpoint
        ))
    })?;
    let target = flags
        .target
        .as_deref()
        .map(|text| target_of(endpoint, text))
        .transpose()?;
    let body = read(&flags.file)?;
    let report = report::report(endpoint, &body, target.as_ref())
        .map_err(|error| session::refuse(format!("{}: {error}", flags.file.display())))?;
    if common.json {
        output::json(&report)?;
    } else {
        line(printable(&report.to_string()));
    }
    Ok(Exit::Done)
}

pub(super) fn target_of(endpoint: &Endpoint, text: &str) -> anyhow::Result<Target> {
    let Some(kind) = endpoint.kind else {
        return Err(session::refuse(format!(
            "--target {text}: {} is read without a target; leave --target out",
            endpoint.path
        )));
    };
    Target::parse(kind, text).ok_or_else(|| {
        session::refuse(format!(
            "--target {text}: for {kind}, write {}",
            match kind {
                Kind::Profile => "a user id, or @ and a username",
                Kind::Followers | Kind::Following | Kind::Medias | Kind::Clips | Kind::Reposts => "a user id",
                Kind::Comments | Kind::MediaLikers => "a media id",
                Kind::Usertags => "media ids with commas between them",
                Kind::Replies | Kind::CommentLikers => "media id/comment id",
                Kind::Search => "the words of the search",
            }
        ))
    })
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut body).map(drop)
    } else {
        std::fs::read(file).map(|bytes| body = bytes)
    };
    read.map_err(|error| session::refuse(format!("{}: {error}", file.display())))?;
    Ok(body)
}
