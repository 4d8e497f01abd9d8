//! The rows of a perfect harvest, and their canonical text.

use std::collections::{BTreeMap, BTreeSet};

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::dump::Dump;
use crate::mock::oracle::rows;
use crate::mock::posts::{Form, PostKey};
use crate::mock::reposts::{Note, Repost};
use crate::mock::searches::Hit;
use crate::mock::tags::Tag;
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

/// Somebody's tag: the post, the user, and the place in a carousel or -1.
type TagKey = (i64, i64, i64);

/// Every row found.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    users: BTreeMap<i64, User>,
    media: BTreeMap<i64, PostKey>,
    user_media: BTreeMap<(&'static str, i64, i64), bool>,
    comments: BTreeMap<i64, Comment>,
    follows: BTreeSet<(i64, i64)>,
    coauthors: BTreeSet<(i64, i64)>,
    media_likes: BTreeSet<(i64, i64)>,
    comment_likes: BTreeSet<(i64, i64)>,
    usertags: BTreeMap<TagKey, Option<(f64, f64)>>,
    reposts: BTreeMap<(i64, i64), Option<Note>>,
    search_hits: BTreeSet<(String, &'static str, i64)>,
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

    /// Whether answers have told these columns of somebody.
    pub(crate) fn know(&self, id: i64, columns: Columns) -> bool {
        self.users.get(&id).is_some_and(|user| user.columns.have(columns))
    }

    /// Somebody is seen to follow somebody.
    pub(crate) fn follow(&mut self, from: i64, to: i64) {
        self.follows.insert((from, to));
    }

    /// A post is shown, wherever.
    pub(crate) fn show(&mut self, world: &World, key: PostKey) {
        let post = world.post(key);
        self.media.insert(post.id, key);
        self.meet(world, key.owner, Columns::ON_POST);
        for coauthor in world.coauthors(key) {
            self.meet(world, coauthor, Columns::COAUTHOR);
            self.coauthors.insert((post.id, world.user_id(coauthor)));
        }
        // A body never shows the tags of a video.
        if post.form != Form::Video {
            self.tag(world, key);
        }
        for (place, tags) in world.tags_of_children(key).iter().enumerate() {
            self.tags(world, post.id, (place as u64).cast_signed(), tags);
        }
    }

    /// A post is shown on the page of somebody.
    pub(crate) fn list(&mut self, world: &World, list: &'static str, listed_under: usize, key: PostKey) {
        self.show(world, key);
        let is_pinned = match list {
            "clips" => world.is_pinned_clip(key),
            _ => world.is_pinned(key),
        };
        self.user_media.insert(
            (list, world.user_id(listed_under), world.post(key).id),
            is_pinned && key.owner == listed_under,
        );
    }

    /// The tags of the post itself are shown.
    pub(crate) fn tag(&mut self, world: &World, key: PostKey) {
        self.tags(world, world.post(key).id, -1, &world.tags_of_post(key));
    }

    fn tags(&mut self, world: &World, media_id: i64, child_position: i64, tags: &[Tag]) {
        for tag in tags {
            self.meet(world, tag.user, Columns::TAGGED);
            let key = (media_id, world.user_id(tag.user), child_position);
            self.usertags.insert(key, tag.position);
        }
    }

    /// The users that are known to be tagged in a post, by place and id.
    pub(crate) fn tagged(&self, media_id: i64) -> Vec<i64> {
        let rows = self
            .usertags
            .range((media_id, i64::MIN, i64::MIN)..=(media_id, i64::MAX, i64::MAX));
        let mut tagged: Vec<(i64, i64)> = rows.map(|(key, _)| (key.2, key.1)).collect();
        tagged.sort_unstable();
        tagged.into_iter().map(|(_, user_id)| user_id).collect()
    }

    /// Somebody is shown to like a post.
    pub(crate) fn like(&mut self, media_id: i64, user_id: i64) {
        self.media_likes.insert((media_id, user_id));
    }

    /// Somebody is shown to like a comment.
    pub(crate) fn like_comment(&mut self, comment_id: i64, user_id: i64) {
        self.comment_likes.insert((comment_id, user_id));
    }

    /// Somebody is shown to have reposted a post.
    pub(crate) fn repost(&mut self, world: &World, user: usize, repost: &Repost) {
        self.show(world, repost.key);
        let key = (world.user_id(user), world.post(repost.key).id);
        self.reposts.insert(key, repost.note.clone());
    }

    /// A search finds something.
    pub(crate) fn find(&mut self, world: &World, words: &str, hit: Hit, columns: Columns) {
        let (kind, id) = match hit {
            Hit::User(user) => {
                self.meet(world, user, columns);
                ("user", world.user_id(user))
            }
            Hit::Post(key) => {
                self.show(world, key);
                ("media", world.post(key).id)
            }
        };
        self.search_hits.insert((words.to_owned(), kind, id));
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

    /// Who is seen to follow whom.
    pub(crate) fn edges(&self) -> &BTreeSet<(i64, i64)> {
        &self.follows
    }

    /// The posts that lists of a kind show: user and post.
    pub(crate) fn listed(&self, list: &str) -> BTreeSet<(i64, i64)> {
        let listed = self.user_media.keys().filter(|key| key.0 == list);
        listed.map(|key| (key.1, key.2)).collect()
    }

    /// The usernames that were shown.
    pub(crate) fn names(&self, world: &World) -> BTreeMap<i64, String> {
        let named = self.users.iter().filter_map(|(id, user)| {
            let index = user.index.filter(|_| user.columns.have(Columns::USERNAME))?;
            Some((*id, world.person(index).username))
        });
        named.collect()
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
        for ((list, user_id, media_id), is_pinned) in &self.user_media {
            dump.row(
                "user_media",
                &rows::user_media(list, *user_id, *media_id, *is_pinned),
            );
        }
        for comment in self.comments.values() {
            let remark = world.remark(comment.key, comment.place, comment.reply);
            dump.row(
                "comments",
                &rows::comment(world, comment.key, &remark, comment.knows_replies),
            );
        }
        self.dump_edges(&mut dump);
        (dump.text, dump.counts)
    }

    /// The tables that say who did what.
    fn dump_edges(&self, dump: &mut Dump) {
        let pairs = [
            ("follows", ["follower_id", "followee_id"], &self.follows),
            ("coauthors", ["media_id", "user_id"], &self.coauthors),
            ("media_likes", ["media_id", "user_id"], &self.media_likes),
            ("comment_likes", ["comment_id", "user_id"], &self.comment_likes),
        ];
        for (table, columns, edges) in pairs {
            for (first, second) in edges {
                dump.row(table, &rows::pair((columns[0], *first), (columns[1], *second)));
            }
        }
        for ((media_id, user_id, child_position), point) in &self.usertags {
            dump.row(
                "usertags",
                &rows::usertag(*media_id, *user_id, *child_position, *point),
            );
        }
        for ((user_id, media_id), note) in &self.reposts {
            dump.row("reposts", &rows::repost(*user_id, *media_id, note.as_ref()));
        }
        for (query, kind, target_id) in &self.search_hits {
            dump.row("search_hits", &rows::hit(query, kind, *target_id));
        }
    }
}
