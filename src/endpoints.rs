//! Every endpoint that the program knows, one file each.
//!
//! A new endpoint over existing tables is a new file below this one, its two lines here, and a folder with its
//! fixtures; a test notices what is missing. One that needs a new table needs a migration and a row type as well.

pub mod user_by_id;
pub mod user_by_username;
pub mod web_profile_info;

pub mod g2_followers;
pub mod g2_following;
pub mod gql_followers_chunk;
pub mod gql_following_chunk;

pub mod gql_clips;
pub mod gql_medias;
pub mod gql_reposts;

pub mod gql_media_likers;
pub mod gql_usertags;

pub mod gql_comments_chunk;
pub mod gql_comments_threaded_chunk;
pub mod v2_comments;
pub mod v2_replies;

pub mod gql_comment_likers_chunk;

pub mod gql_topsearch;

pub mod gql_comment_likers;
pub mod gql_comments;
pub mod gql_comments_threaded;
pub mod gql_followers;
pub mod gql_following;
pub mod gql_related_profiles;
pub mod gql_user_by_id;
pub mod gql_user_by_username;

pub mod balance;

use crate::endpoint::Endpoint;

/// Every endpoint, in reading order.
pub static ALL: &[&Endpoint] = &[
    &web_profile_info::ENDPOINT,
    &user_by_username::ENDPOINT,
    &user_by_id::ENDPOINT,
    &g2_followers::ENDPOINT,
    &g2_following::ENDPOINT,
    &gql_followers_chunk::ENDPOINT,
    &gql_following_chunk::ENDPOINT,
    &gql_medias::ENDPOINT,
    &gql_clips::ENDPOINT,
    &gql_reposts::ENDPOINT,
    &gql_media_likers::ENDPOINT,
    &gql_usertags::ENDPOINT,
    &v2_comments::ENDPOINT,
    &v2_replies::ENDPOINT,
    &gql_comments_chunk::ENDPOINT,
    &gql_comments_threaded_chunk::ENDPOINT,
    &gql_comment_likers_chunk::ENDPOINT,
    &gql_topsearch::ENDPOINT,
    &gql_user_by_username::ENDPOINT,
    &gql_user_by_id::ENDPOINT,
    &gql_followers::ENDPOINT,
    &gql_following::ENDPOINT,
    &gql_comments::ENDPOINT,
    &gql_comments_threaded::ENDPOINT,
    &gql_comment_likers::ENDPOINT,
    &gql_related_profiles::ENDPOINT,
    &balance::ENDPOINT,
];

/// The endpoint of that path, with or without its leading slash.
pub fn find(name: &str) -> Option<&'static Endpoint> {
    let name = name.strip_prefix('/').unwrap_or(name);
    ALL.iter()
        .copied()
        .find(|endpoint| endpoint.path.strip_prefix('/') == Some(name))
}
