//! What a request asks of the world: which list, which page of it, or why it cannot be answered.

use std::ops::Range;

use crate::mock::cursors;
use crate::mock::endpoints::Endpoint;
use crate::mock::people::Nature;
use crate::mock::posts::PostKey;
use crate::mock::world::World;

/// The query of a request, decoded.
pub(crate) type Parameters = Vec<(String, String)>;

/// The value of a parameter; an empty one counts as absent.
pub(crate) fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|parameter| parameter.0 == name)?;
    (!found.1.is_empty()).then_some(found.1.as_str())
}

/// What a list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    User(usize),
    Post(PostKey),
    /// A comment: the post and the place below it.
    Comment(PostKey, usize),
}

/// A question that can be answered.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) subject: Subject,
    /// The places of the list that the page shows.
    pub(crate) places: Range<usize>,
    /// The number of the page after this one, if there is one.
    pub(crate) next: Option<usize>,
    /// The target in the words of the request.
    pub(crate) target: String,
    /// The server merges the stream itself.
    pub(crate) is_flat: bool,
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The cursor is not one of this list.
    WrongCursor,
    /// The list is not shown to strangers.
    Private,
    /// No such user, or none that is shown.
    NoUser,
    /// No such post or comment.
    NoMedia,
    /// The list is not shown although it exists.
    NoEntries,
}

/// The target of a request: its parameters joined by a slash, or the first that is missing.
pub(crate) fn target(endpoint: &Endpoint, parameters: &Parameters) -> Result<String, &'static str> {
    let values: Result<Vec<&str>, &'static str> = endpoint
        .target
        .iter()
        .map(|name| parameter(parameters, name).ok_or(*name))
        .collect();
    Ok(values?.join("/"))
}

impl Question {
    /// Finds what is asked for.
    pub(crate) fn new(
        world: &World,
        endpoint: &'static Endpoint,
        target: String,
        parameters: &Parameters,
    ) -> Result<Self, Refusal> {
        let subject = subject(world, endpoint, &target)?;
        let length = length(world, endpoint, subject)?;
        let pages = world.pages(endpoint.kind, &target, length, endpoint.page_size);
        let cursor = endpoint.cursor.and_then(|name| parameter(parameters, name));
        let page = match cursor {
            None => 0,
            Some(cursor) => {
                cursors::read(world.seed(), endpoint, &target, cursor).ok_or(Refusal::WrongCursor)?
            }
        };
        let places = pages.page(page).ok_or(Refusal::WrongCursor)?;
        let next = (page + 1 < pages.count()).then_some(page + 1);
        let is_flat =
            parameter(parameters, "flat").is_some_and(|flat| !matches!(flat, "false" | "0" | "off"));
        Ok(Self {
            endpoint,
            subject,
            places,
            next,
            target,
            is_flat,
        })
    }
}

fn subject(world: &World, endpoint: &Endpoint, target: &str) -> Result<Subject, Refusal> {
    if endpoint.path == "/v1/user/by/username" {
        return world
            .find_username(target)
            .map(Subject::User)
            .ok_or(Refusal::NoUser);
    }
    let (first, second) = target
        .split_once('/')
        .map_or((target, None), |(first, second)| (first, Some(second)));
    let id: Option<i64> = first.parse().ok();
    match endpoint.kind {
        "comments" | "replies" => {
            let post = id.and_then(|id| world.find_post(id)).ok_or(Refusal::NoMedia)?;
            let Some(comment) = second else {
                return Ok(Subject::Post(post));
            };
            let place = comment.parse().ok().and_then(|id| world.find_comment(post, id));
            place
                .map(|place| Subject::Comment(post, place))
                .ok_or(Refusal::NoMedia)
        }
        _ => id
            .and_then(|id| world.find_id(id))
            .map(Subject::User)
            .ok_or(Refusal::NoUser),
    }
}

/// How many items the list shows on this endpoint.
fn length(world: &World, endpoint: &Endpoint, subject: Subject) -> Result<usize, Refusal> {
    match (endpoint.kind, subject) {
        ("followers" | "following" | "medias", Subject::User(user)) => {
            let nature = world.nature(user);
            match (endpoint.kind, nature) {
                (_, Nature::Private) | ("following", Nature::HidesFollowing) => Err(Refusal::Private),
                ("followers", Nature::HidesFollowers) => Err(Refusal::NoEntries),
                ("followers", _) if endpoint.path == "/g2/user/followers" => {
                    Ok(world.limited_followers(user).0.len())
                }
                ("followers", _) => Ok(world.followers(user).len()),
                ("following", _) => Ok(world.following(user).len()),
                _ => Ok(world.posts_of(user).len()),
            }
        }
        (_, Subject::User(_)) => Ok(1),
        (_, Subject::Post(key) | Subject::Comment(key, _)) if world.nature(key.owner) == Nature::Private => {
            Err(Refusal::Private)
        }
        (_, Subject::Post(key)) => Ok(world.comments_shown(key)),
        (_, Subject::Comment(key, place)) => Ok(world.remark(key, place, 0).replies),
    }
}
