//! Who is tagged in a post: `usertags.in[]` of the post itself and of each item of a carousel.

use crate::model::{MediaId, Rows, Usertag};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::user;

/// Reads the tags of a post or of an item of a carousel; damaged ones are only noted.
pub(crate) fn beside(fields: &Fields<'_>, media_id: MediaId, child_position: i64, rows: &mut Rows) {
    let Some(tags) = fields.object("usertags", "media.usertags") else {
        return;
    };
    for (_, tag) in tags.objects("in", "media.usertags.in") {
        if let Err(reason) = add(&tag, media_id, child_position, rows) {
            tag.note(reason);
        }
    }
}

/// Reads one tag and the user who is tagged.
pub(crate) fn add(
    tag: &Fields<'_>,
    media_id: MediaId,
    child_position: i64,
    rows: &mut Rows,
) -> Result<(), String> {
    let Some(tagged) = tag.object("user", "usertag.user") else {
        return Err("the tag names no user".to_owned());
    };
    let user = user::short(&tagged)?;
    let place = place(tag);
    rows.add_usertag(Usertag {
        media_id,
        user_id: user.id,
        child_position,
        x: place.map(|(x, _)| x),
        y: place.map(|(_, y)| y),
    });
    rows.add_user(user);
    Ok(())
}

/// `[x, y]`, as parts of the width and the height.
fn place(tag: &Fields<'_>) -> Option<(f64, f64)> {
    let position = tag.get("position")?;
    let place = match position.as_list() {
        Some([x, y]) => number(x).zip(number(y)),
        _ => None,
    };
    if place.is_none() {
        tag.wrong("position", position, "a pair of numbers");
    }
    place
}

fn number(json: &Json<'_>) -> Option<f64> {
    match json {
        Json::Real(number) => Some(*number),
        Json::Whole(number) => i32::try_from(*number).ok().map(f64::from),
        _ => None,
    }
}
