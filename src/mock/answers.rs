//! The body of a good answer, and what can be twisted about it.

mod grids;
mod hits;
mod lists;
mod remarks;

use serde_json::{Value, json};

use crate::mock::bodies::signature::Signature;
use crate::mock::cursors;
use crate::mock::faults::FaultKind;
use crate::mock::questions::{Question, Subject};
use crate::mock::world::World;

/// Everything that a body is made of.
struct Page<'a> {
    world: &'a World,
    question: &'a Question,
    /// A fault of the body's own kind.
    twist: Option<FaultKind>,
    /// The next cursor: a text, null at the end, absent where the page is damaged.
    cursor: Option<Value>,
    signature: &'a mut Signature,
}

/// The body that answers a question, twisted by a fault of the body's own kind if one is given.
pub(crate) fn body(
    world: &World,
    question: &Question,
    twist: Option<FaultKind>,
    signature: &mut Signature,
) -> Value {
    let cursor = (twist != Some(FaultKind::CursorMissing)).then(|| {
        let written = question
            .next
            .map(|next| cursors::write(world.seed(), question.endpoint, &question.list, next));
        json!(written)
    });
    let mut page = Page {
        world,
        question,
        twist,
        cursor,
        signature,
    };
    match &question.subject {
        Subject::User(user) => match question.endpoint.kind {
            "profile" => lists::profile(&mut page, *user),
            "medias" => grids::posts(page, *user),
            "clips" => grids::clips(page, *user),
            "reposts" => grids::reposts(page, *user),
            "related" => lists::related(page, *user),
            _ => lists::follows(page, *user),
        },
        Subject::Post(key) if question.endpoint.kind == "media_likers" => lists::likers_of_post(page, *key),
        Subject::Post(key) => remarks::comments(page, *key),
        Subject::Comment(key, place) if question.endpoint.kind == "comment_likers" => {
            lists::likers_of_comment(page, *key, *place)
        }
        Subject::Comment(key, place) => remarks::replies(page, *key, *place),
        Subject::Posts(keys) => hits::tags(&mut page, keys),
        Subject::Words(words) => hits::search(page, words),
    }
}

impl Page<'_> {
    /// The items as the twist leaves them.
    fn twisted(&self, mut items: Vec<Value>) -> Vec<Value> {
        match self.twist {
            Some(FaultKind::RubbishElement) => items.push(rubbish()),
            Some(FaultKind::DuplicatedElement) => items.extend(items.first().cloned()),
            _ => {}
        }
        items
    }

    /// `[items, cursor]`, or the items alone where there is no cursor.
    fn pair(self, items: Vec<Value>) -> Value {
        let items = Value::Array(self.twisted(items));
        if self.question.endpoint.cursor.is_none() {
            return items;
        }
        match self.cursor {
            Some(cursor) => json!([items, cursor]),
            None => json!([items]),
        }
    }
}

/// An element without any id.
fn rubbish() -> Value {
    json!({ "username": 1 })
}
