//! Users: the whole object of a profile, and the short forms in lists, under posts and beside comments.

use serde_json::json;

use crate::endpoint::{Entry, Page, ParseError, Thing};
use crate::model::{Field, Rows, User, UserId};
use crate::read::fields::Fields;
use crate::read::id;
use crate::read::json::Json;
use crate::read::list::{self, Refusal};
use crate::read::notes::Notes;

/// Reads a list of users. The page still needs its `next`.
pub(crate) fn list<'a>(users: &'a [Json<'a>], notes: &'a Notes) -> Result<Page, ParseError> {
    list::read(users.iter().enumerate(), "user", notes, listed)
}

/// Reads an element of a list of users.
pub(crate) fn listed(fields: Fields<'_>, rows: &mut Rows) -> Result<Entry, Refusal> {
    let has = |key| fields.raw().has(key);
    if has("text") {
        return Err(Refusal::Foreign("a comment, not a user"));
    }
    if has("media_type") || has("taken_at") {
        return Err(Refusal::Foreign("a media item, not a user"));
    }
    // Hashtags, places and highlights have an id as well.
    if (has("name") || has("title")) && !has("username") {
        return Err(Refusal::Foreign("something with a name, not a user"));
    }
    let user = short(&fields)?;
    let id = user.id.0;
    rows.add_user(user);
    Ok(Entry::new(Thing::User, id))
}

/// Reads a short form: only what identifies the account, never counts, and a null clears nothing.
pub(crate) fn short(fields: &Fields<'_>) -> Result<User, String> {
    let mut user = User::known(UserId(id::of(fields)?));
    user.username = fields.text("username").into();
    user.full_name = fields.text("full_name").into();
    user.is_private = fields.flag("is_private").into();
    user.is_verified = fields.flag("is_verified").into();
    user.profile_pic_url = fields.text("profile_pic_url").into();
    user.fbid_v2 = fields.id("fbid_v2").into();
    user.account_type = fields.count("account_type").into();
    user.latest_reel_media_at = latest_story(fields).into();
    Ok(user)
}

/// Reads the whole object: every column, and an empty text clears what a person can empty.
pub(crate) fn full(fields: &Fields<'_>) -> Result<User, String> {
    let mut user = short(fields)?;
    user.full = true;
    user.full_name = fields.emptiable("full_name");
    user.biography = fields.emptiable("biography");
    user.external_url = fields.emptiable("external_url");
    user.category = match (fields.emptiable("category"), fields.emptiable("category_name")) {
        (Field::Is(category), _) | (_, Field::Is(category)) => Field::Is(category),
        (category, category_name) => category.or(category_name),
    };
    user.bio_links = bio_links(fields).into();
    user.pronouns = pronouns(fields).into();
    user.city_name = fields.text("city_name").into();
    user.is_business = fields.flag("is_business").into();
    user.follower_count = fields.count("follower_count").into();
    user.following_count = fields.count("following_count").into();
    user.media_count = fields.count("media_count").into();
    user.total_clips_count = fields.count("total_clips_count").into();
    user.is_memorialized = fields.flag("is_memorialized").into();
    user.is_coppa_enforced = fields.flag("is_coppa_enforced").into();
    user.is_regulated_c18 = fields.flag("is_regulated_c18").into();
    Ok(user)
}

/// Unix seconds beside the user or in its `reel`; 0 means that there is no story, which says nothing of the last one.
fn latest_story(fields: &Fields<'_>) -> Option<i64> {
    let story = |fields: &Fields<'_>| match fields.get("latest_reel_media") {
        None | Some(Json::Whole(0)) => None,
        Some(_) => fields.seconds("latest_reel_media"),
    };
    story(fields).or_else(|| story(&fields.object("reel", "user.reel")?))
}

fn bio_links(fields: &Fields<'_>) -> Option<String> {
    let links: Vec<String> = fields
        .objects("bio_links", "user.bio_links")
        .map(|(_, link)| {
            // Written by hand, because the order of the keys is part of the column.
            let text = |key| json!(link.text(key).unwrap_or_default());
            format!(
                r#"{{"title":{},"url":{},"link_type":{}}}"#,
                text("title"),
                text("url"),
                text("link_type")
            )
        })
        .collect();
    (!links.is_empty()).then(|| format!("[{}]", links.join(",")))
}

fn pronouns(fields: &Fields<'_>) -> Option<String> {
    let said = fields.list("pronouns")?;
    for odd in said.iter().filter(|pronoun| pronoun.as_text().is_none()) {
        fields.wrong("pronouns[]", odd, "a text");
    }
    let pronouns: Vec<&str> = said.iter().filter_map(Json::as_text).collect();
    (!pronouns.is_empty()).then(|| json!(pronouns).to_string())
}
