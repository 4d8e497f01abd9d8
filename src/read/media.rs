//! Media items: the post itself, the items of a carousel, the place, the owner, the coauthors and who is tagged.

use crate::endpoint::{Entry, Thing};
use crate::model::{Coauthor, Field, Media, MediaChild, MediaId, Rows, UserId, Usertag};
use crate::read::fields::Fields;
use crate::read::list::Refusal;
use crate::read::{id, user, usertag};

/// Keys of which every form of a media item has at least one.
const MARKS: [&str; 7] = [
    "media_type",
    "taken_at",
    "code",
    "product_type",
    "image_versions2",
    "caption",
    "like_count",
];

/// The alphabet of short codes: base64 for addresses.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where a post says by whom it is pinned to the top, and whose pins count.
#[derive(Clone, Copy)]
pub(crate) struct Pins {
    /// The list of the accounts that pinned it.
    pub(crate) key: &'static str,
    /// The account that the list of posts belongs to.
    pub(crate) account: i64,
}

/// Reads a media item of a list into all the tables that it touches.
pub(crate) fn listed(fields: &Fields<'_>, pins: Option<Pins>, rows: &mut Rows) -> Result<Entry, Refusal> {
    let media_id = MediaId(id::of_media(fields)?);
    if !MARKS.iter().any(|key| fields.raw().has(key)) {
        return Err(Refusal::Foreign("something else than a media item"));
    }
    let owner = add_user(fields, "owner", "media.owner", rows);
    let user = add_user(fields, "user", "media.user", rows);
    let owner_id = owner
        .or(user)
        .map(|owner| owner.0)
        .or_else(|| id::owner_in_media_id(fields.raw()));
    rows.add_media(Media {
        owner_id: owner_id.into(),
        ..columns(fields, media_id)
    });
    usertag::beside(fields, media_id, Usertag::WHOLE, rows);
    for (position, child) in fields.objects("carousel_media", "media.carousel_media") {
        let position = i64::try_from(position).map_err(|error| error.to_string())?;
        usertag::beside(&child, media_id, position, rows);
        match child_of(media_id, position, &child) {
            Ok(child) => rows.add_child(child),
            Err(reason) => child.note(reason),
        }
    }
    for (_, coauthor) in fields.objects("coauthor_producers", "media.coauthor_producers") {
        match user::short(&coauthor) {
            Ok(user) => {
                rows.add_coauthor(Coauthor {
                    media_id,
                    user_id: user.id,
                });
                rows.add_user(user);
            }
            Err(reason) => coauthor.note(reason),
        }
    }
    Ok(Entry {
        thing: Thing::Media,
        id: media_id.0,
        pinned: pins.is_some_and(|pins| is_pinned(fields, pins)),
    })
}

fn add_user(fields: &Fields<'_>, key: &str, place: &'static str, rows: &mut Rows) -> Option<UserId> {
    let object = fields.object(key, place)?;
    match user::short(&object) {
        Ok(user) => {
            let id = user.id;
            rows.add_user(user);
            Some(id)
        }
        Err(reason) => {
            object.note(reason);
            None
        }
    }
}

fn columns(fields: &Fields<'_>, media_id: MediaId) -> Media {
    let taken_at = fields.seconds("taken_at");
    let full = taken_at.is_some();
    let mut media = Media::known(media_id);
    media.full = full;
    media.taken_at = taken_at.into();
    media.code = Field::Is(fields.text("code").unwrap_or_else(|| code(media_id)));
    media.media_type = fields.count("media_type").into();
    media.product_type = fields.text("product_type").into();
    media.caption = match (
        fields.object("caption", "media.caption"),
        fields.raw().get("caption"),
    ) {
        (Some(caption), _) => match caption.emptiable("text") {
            Field::Clear if !full => Field::Unsaid,
            said => said,
        },
        (None, Some(said)) if full && said.is_null() => Field::Clear,
        (None, _) => Field::Unsaid,
    };
    media.like_count = fields.count("like_count").into();
    media.comment_count = fields.count("comment_count").into();
    media.play_count = fields.count("play_count").into();
    media.view_count = fields.count("view_count").into();
    media.reshare_count = fields.count("reshare_count").into();
    media.repost_count = fields.count("media_repost_count").into();
    media.save_count = fields.count("save_count").into();
    media.like_and_view_counts_disabled = fields.flag("like_and_view_counts_disabled").into();
    media.comments_disabled = fields.flag("comments_disabled").into();
    media.is_paid_partnership = fields.flag("is_paid_partnership").into();
    media.accessibility_caption = fields.text("accessibility_caption").into();
    media.has_audio = fields.flag("has_audio").into();
    media.carousel_count = fields.count("carousel_media_count").into();
    media.width = fields.count("original_width").into();
    media.height = fields.count("original_height").into();
    media.duration_s = fields.real("video_duration", 0.0..=f64::MAX).into();
    media.url = picture(fields).into();
    locate(fields, &mut media);
    media
}

fn locate(fields: &Fields<'_>, media: &mut Media) {
    if let Some(place) = fields.object("location", "media.location") {
        let id = if place.get("pk").is_some() {
            place.id("pk")
        } else {
            place.id("id")
        };
        media.location_id = id.into();
        media.location_name = place.text("name").into();
        media.lat = place.real("lat", -90.0..=90.0).into();
        media.lng = place.real("lng", -180.0..=180.0).into();
    } else if media.full
        && fields
            .raw()
            .get("location")
            .is_some_and(crate::read::json::Json::is_null)
    {
        media.location_id = Field::Clear;
        media.location_name = Field::Clear;
        media.lat = Field::Clear;
        media.lng = Field::Clear;
    }
}

fn child_of(media_id: MediaId, position: i64, child: &Fields<'_>) -> Result<MediaChild, String> {
    Ok(MediaChild {
        media_id,
        position,
        id: MediaId(id::of_media(child)?),
        media_type: child.count("media_type"),
        width: child.count("original_width"),
        height: child.count("original_height"),
        url: picture(child),
    })
}

/// The first candidate is the best picture.
fn picture(fields: &Fields<'_>) -> Option<String> {
    let versions = fields.object("image_versions2", "media.image_versions2")?;
    let (_, first) = versions
        .objects("candidates", "media.image_versions2.candidates")
        .next()?;
    first.text("url")
}

fn is_pinned(fields: &Fields<'_>, pins: Pins) -> bool {
    let pinned_by = fields.list(pins.key).unwrap_or_default();
    for odd in pinned_by.iter().filter(|user_id| id::exact(user_id).is_none()) {
        fields.wrong(&format!("{}[]", pins.key), odd, "an id");
    }
    pinned_by
        .iter()
        .any(|user_id| id::exact(user_id) == Some(pins.account))
}

/// The short code of an id: its digits to the base 64, the most significant first.
fn code(media_id: MediaId) -> String {
    let mut rest = media_id.0.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 {
        let digit = usize::try_from(rest % 64).expect("a remainder of 64 fits");
        digits.push(char::from(ALPHABET[digit]));
        rest /= 64;
    }
    digits.iter().rev().collect()
}
