//! The rows of a perfect harvest, and their canonical text.

use std::collections::{BTreeMap, BTreeSet};

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::dump::Dump;
use crate::mock::oracle::rows;
use crate::mock::posts::PostKey;
use crate::mock::world::World;

/// What is known of a user.
#[derive(Clone, Copy, Debug, Default)]
struct User {
    /// The person; none for an id that nobody has.
    index: Option<usize>,
    columns: Columns,
    is_gone: bool,
}

/// Where a comment stands, and whether an answer has told how many replies it has.
#[derive(Clone, Copy, Debug)]
struct Comment {
    key: PostKey,
    place: usize,
    reply: usize,
    knows_replies: bool,
}

/// Every row found.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    users: BTreeMap<i64, User>,
    media: BTreeMap<i64, PostKey>,
    user_media: BTreeMap<(i64, i64), bool>,
    comments: BTreeMap<i64, Comment>,
    follows: BTreeSet<(i64, i64)>,
    coauthors: BTreeSet<(i64, i64)>,
}

impl Tables {
    /// Somebody is met, and these columns are shown.
    pub(crate) fn meet(&mut self, world: &World, index: usize, columns: Columns) {
        let user = self.users.entry(world.user_id(index)).or_default();
        user.index = Some(index);
        user.columns = user.columns.and(columns);
    }

    /// An id turns out to belong to nobody.
    pub(crate) fn miss(&mut self, id: i64) {
        self.users.entry(id).or_default().is_gone = true;
    }

    /// Whether an answer has told if somebody is private.
    pub(crate) fn knows_private(&self, id: i64) -> bool {
        self.users
            .get(&id)
            .is_some_and(|user| user.columns.have(Columns::IS_PRIVATE))
    }

    /// Somebody is seen to follow somebody.
    pub(crate) fn follow(&mut self, from: i64, to: i64) {
        self.follows.insert((from, to));
    }

    /// A post is shown on the page of somebody.
    pub(crate) fn show(&mut self, world: &World, listed_under: usize, key: PostKey) {
        let media_id = world.post(key).id;
        self.media.insert(media_id, key);
        self.meet(world, key.owner, Columns::ON_POST);
        for coauthor in world.coauthors(key) {
            self.meet(world, coauthor, Columns::COAUTHOR);
            self.coauthors.insert((media_id, world.user_id(coauthor)));
        }
        let is_pinned = key.owner == listed_under && world.is_pinned(key);
        self.user_media
            .insert((world.user_id(listed_under), media_id), is_pinned);
    }

    /// A comment or reply is shown by an endpoint.
    pub(crate) fn say(&mut self, world: &World, key: PostKey, place: usize, reply: usize, path: &str) {
        let remark = world.remark(key, place, reply);
        self.meet(world, remark.author, Columns::shown_by(path));
        // A reply tells of its own replies, none, only in one family of endpoints.
        let knows_replies = reply == 0 || path.starts_with("/gql/");
        let comment = self.comments.entry(remark.id).or_insert(Comment {
            key,
            place,
            reply,
            knows_replies: false,
        });
        comment.knows_replies |= knows_replies;
    }

    /// The canonical dump, and how many rows each table has.
    pub(crate) fn dump(&self, world: &World) -> (String, Vec<(&'static str, usize)>) {
        let mut dump = Dump::default();
        for (id, user) in &self.users {
            dump.row(
                "users",
                &rows::user(world, *id, user.index, user.columns, user.is_gone),
            );
        }
        for key in self.media.values() {
            dump.row("media", &rows::media(world, &world.post(*key)));
        }
        for (id, key) in &self.media {
            for (position, child) in world.post(*key).children(world.seed()).iter().enumerate() {
                dump.row("media_children", &rows::child(*id, position, child));
            }
        }
        for ((user_id, media_id), is_pinned) in &self.user_media {
            dump.row("user_media", &rows::user_media(*user_id, *media_id, *is_pinned));
        }
        for comment in self.comments.values() {
            let remark = world.remark(comment.key, comment.place, comment.reply);
            dump.row(
                "comments",
                &rows::comment(world, comment.key, &remark, comment.knows_replies),
            );
        }
        for (from, to) in &self.follows {
            dump.row(
                "follows",
                &rows::pair(("follower_id", *from), ("followee_id", *to)),
            );
        }
        for (media_id, user_id) in &self.coauthors {
            dump.row(
                "coauthors",
                &rows::pair(("media_id", *media_id), ("user_id", *user_id)),
            );
        }
        (dump.text, dump.counts)
    }
}
