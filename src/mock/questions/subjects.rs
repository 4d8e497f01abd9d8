//! What a target names, and how long its list is.

use crate::mock::endpoints::Endpoint;
use crate::mock::people::Nature;
use crate::mock::posts::PostKey;
use crate::mock::questions::{Refusal, Subject};
use crate::mock::world::World;

/// What a target names.
pub(crate) fn subject(world: &World, endpoint: &Endpoint, target: &str) -> Result<Subject, Refusal> {
    if endpoint.path.ends_with("/user/by/username") {
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
        "search" => Ok(Subject::Words(target.to_owned())),
        "usertags" => Ok(Subject::Posts(
            target.split(',').map(|id| tagged(world, id)).collect(),
        )),
        "comment_likers" if second.is_none() => id
            .and_then(|id| world.find_comment_anywhere(id))
            .map(|(key, place)| Subject::Comment(key, place))
            .ok_or(Refusal::NoMedia),
        "comments" | "replies" | "media_likers" | "comment_likers" => {
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

/// A post whose tags are shown.
fn tagged(world: &World, id: &str) -> Option<PostKey> {
    let key = id.parse().ok().and_then(|id| world.find_post(id))?;
    (world.nature(key.owner) != Nature::Private && !world.withholds_tags(key)).then_some(key)
}

/// How many items the list has on this endpoint.
pub(crate) fn length(world: &World, endpoint: &Endpoint, subject: &Subject) -> Result<usize, Refusal> {
    match *subject {
        Subject::User(user) => length_of_users(world, endpoint, user),
        Subject::Post(key) | Subject::Comment(key, _) if world.nature(key.owner) == Nature::Private => {
            Err(Refusal::Private)
        }
        Subject::Post(key) if endpoint.kind == "media_likers" => Ok(world.likers_of_post(key).len()),
        Subject::Post(key) => Ok(world.comments_shown(key)),
        Subject::Comment(key, place) if endpoint.kind == "comment_likers" => {
            if world.hides_likers(key, place) {
                Err(Refusal::NoEntries)
            } else {
                Ok(world.likers_of_comment(key, place).len())
            }
        }
        Subject::Comment(key, place) => Ok(world.remark(key, place, 0).replies),
        Subject::Posts(ref posts) => Ok(posts.len()),
        Subject::Words(ref words) => Ok(world.hits(words).len()),
    }
}

fn length_of_users(world: &World, endpoint: &Endpoint, user: usize) -> Result<usize, Refusal> {
    let nature = world.nature(user);
    match (endpoint.kind, nature) {
        ("profile", _) => Ok(1),
        ("related", _) => Ok(world.related_to(user).len()),
        (_, Nature::Private) | ("following", Nature::HidesFollowing) => Err(Refusal::Private),
        ("followers", Nature::HidesFollowers) => Err(Refusal::NoEntries),
        ("followers", _) if endpoint.path == "/g2/user/followers" => {
            Ok(world.limited_followers(user).0.len())
        }
        ("followers", _) => Ok(world.followers(user).len()),
        ("following", _) => Ok(world.following(user).len()),
        ("clips", _) => Ok(world.clips_of(user, false).len()),
        ("reposts", _) => Ok(world.reposts_of(user).len()),
        _ => Ok(world.posts_of(user).len()),
    }
}
