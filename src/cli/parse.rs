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
    // The vendor writes the ids of media with their owners; and only a profile is asked for by name.
    let is_below_media = matches!(
        kind,
        Kind::Comments | Kind::Replies | Kind::MediaLikers | Kind::CommentLikers | Kind::Usertags
    );
    let target = if is_below_media {
        Target::parse(kind, &without_owners(text))
    } else {
        Target::parse(kind, text)
    };
    let target = target.filter(|target| kind == Kind::Profile || !matches!(target, Target::Name(_)));
    target.ok_or_else(|| {
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

/// The ids of media without the owners that can stand behind them: `387_12/5` is `387/5`.
fn without_owners(text: &str) -> String {
    let is_mark = |letter: char| matches!(letter, ',' | '/');
    let is_id = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_inclusive(is_mark)
        .map(|part| {
            let id = part.trim_end_matches(is_mark);
            let mark = &part[id.len()..];
            match id.split_once('_') {
                Some((media, owner)) if is_id(owner) => format!("{media}{mark}"),
                _ => part.to_owned(),
            }
        })
        .collect()
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
