//! The three things that are merged column by column: users, media items, comments.

use super::field::{Cell, Field};
use super::id::{CommentId, MediaId, UserId};

/// An observation of one row of one table, column by column.
pub trait Record: Sized {
    /// The table's name.
    const TABLE: &'static str;
    /// The merged columns, in the order of [`Record::cells`]; the key `id` is not among them.
    const COLUMNS: &'static [&'static str];
    /// The columns whose changes are kept in the table's history.
    const HISTORY: &'static [&'static str];

    /// The row's key.
    fn key(&self) -> i64;
    /// Whether the answer held the whole object, not a short form of it.
    fn is_full(&self) -> bool;
    /// What the answer says of each of [`Record::COLUMNS`].
    fn cells(self) -> Vec<Cell>;
    /// This observation, completed where it says nothing by another of the same row from the same page.
    #[must_use]
    fn or(self, other: Self) -> Self;
}

/// Declares a record once: the struct, its column names and its cells come from the same list.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident($id:ident) in $table:literal, history $history:expr;
        $( $(#[$field_doc:meta])* $field:ident: $type:ty, )*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            /// The upstream's own id.
            pub id: $id,
            /// Whether the answer held the whole object, not a short form of it.
            pub full: bool,
            $( $(#[$field_doc])* pub $field: Field<$type>, )*
        }

        impl $name {
            /// An observation that says nothing but that the row exists.
            pub fn known(id: $id) -> Self {
                Self { id, full: false, $( $field: Field::Unsaid, )* }
            }
        }

        impl Record for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$( stringify!($field), )*];
            const HISTORY: &'static [&'static str] = $history;

            fn key(&self) -> i64 {
                self.id.0
            }

            fn is_full(&self) -> bool {
                self.full
            }

            fn cells(self) -> Vec<Cell> {
                vec![$( Cell::from(self.$field), )*]
            }

            fn or(self, other: Self) -> Self {
                Self {
                    id: self.id,
                    full: self.full || other.full,
                    $( $field: self.$field.or(other.$field), )*
                }
            }
        }
    };
}

record! {
    /// What an answer said of a user. Counts come from full objects only.
    User(UserId) in "users", history &[
        "username", "full_name", "biography", "external_url", "category", "is_private", "is_verified",
        "follower_count", "following_count", "media_count",
    ];
    /// The handle, without `@`.
    username: String,
    /// The display name.
    full_name: String,
    /// The biography.
    biography: String,
    /// The links below the biography: a JSON array of `{"title", "url", "link_type"}`.
    bio_links: String,
    /// Whether only approved followers see the account's lists.
    is_private: bool,
    /// Whether the account carries the badge.
    is_verified: bool,
    /// Whether it is a business account.
    is_business: bool,
    /// 1 personal, 2 business, 3 creator.
    account_type: i64,
    /// The category that the account shows.
    category: String,
    /// The pronouns: a JSON array of texts.
    pronouns: String,
    /// The city of a business address.
    city_name: String,
    /// The website.
    external_url: String,
    /// How many follow the account.
    follower_count: i64,
    /// How many the account follows.
    following_count: i64,
    /// How many posts the account has.
    media_count: i64,
    /// How many clips the account has; the upstream's figure is known to be unreliable.
    total_clips_count: i64,
    /// The account's id on the owner's other network.
    fbid_v2: i64,
    /// When the newest story was posted; 0 upstream means none and says nothing here.
    latest_reel_media_at: i64,
    /// Whether the account is a memorial.
    is_memorialized: bool,
    /// Whether rules for children apply.
    is_coppa_enforced: bool,
    /// Whether rules for minors apply.
    is_regulated_c18: bool,
    /// The profile picture's signed address, which expires.
    profile_pic_url: String,
}

record! {
    /// What an answer said of a media item; full when it carries `taken_at`.
    Media(MediaId) in "media", history &[
        "caption", "like_count", "comment_count", "play_count", "view_count", "reshare_count", "repost_count",
        "save_count",
    ];
    /// The short code of its address.
    code: String,
    /// Whose post it is.
    owner_id: i64,
    /// 1 photo, 2 video, 8 carousel.
    media_type: i64,
    /// `feed`, `clips`, `carousel_container`, `igtv`.
    product_type: String,
    /// The caption.
    caption: String,
    /// When it was posted.
    taken_at: i64,
    /// Likes.
    like_count: i64,
    /// Comments, replies included.
    comment_count: i64,
    /// Plays.
    play_count: i64,
    /// Views.
    view_count: i64,
    /// Times it was sent on.
    reshare_count: i64,
    /// Times it was reposted.
    repost_count: i64,
    /// Times it was saved; the upstream often does not say.
    save_count: i64,
    /// Whether the owner hid the counts.
    like_and_view_counts_disabled: bool,
    /// Whether comments are off.
    comments_disabled: bool,
    /// Whether it is declared as paid.
    is_paid_partnership: bool,
    /// The description for people who cannot see it.
    accessibility_caption: String,
    /// Whether a video has sound.
    has_audio: bool,
    /// How many items a carousel has.
    carousel_count: i64,
    /// The place's id.
    location_id: i64,
    /// The place's name.
    location_name: String,
    /// The place's latitude in degrees.
    lat: f64,
    /// The place's longitude in degrees.
    lng: f64,
    /// Width of the original in pixels.
    width: i64,
    /// Height of the original in pixels.
    height: i64,
    /// Length of a video in seconds.
    duration_s: f64,
    /// The signed address of the best picture (of the first frame for a video), which expires.
    url: String,
}

record! {
    /// What an answer said of a comment or a reply.
    Comment(CommentId) in "comments", history &["text", "like_count", "reply_count"];
    /// The media item it stands under.
    media_id: i64,
    /// Who wrote it.
    user_id: i64,
    /// The comment that it answers; none for a comment on the media item itself.
    parent_id: i64,
    /// The text.
    text: String,
    /// When it was written.
    created_at: i64,
    /// Likes.
    like_count: i64,
    /// Replies.
    reply_count: i64,
    /// Whether the upstream hides it behind a warning.
    is_covered: bool,
    /// The id of the moving picture that it shows.
    gif: String,
}
