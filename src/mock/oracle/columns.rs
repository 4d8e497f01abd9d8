//! Which columns of a user an answer shows: every shape shows others.

/// A set of columns of `users`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns(u32);

impl Columns {
    /// None: only the id is known.
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const USERNAME: Self = Self(1);
    pub(crate) const FULL_NAME: Self = Self(1 << 1);
    pub(crate) const BIOGRAPHY: Self = Self(1 << 2);
    pub(crate) const BIO_LINKS: Self = Self(1 << 3);
    pub(crate) const IS_PRIVATE: Self = Self(1 << 4);
    pub(crate) const IS_VERIFIED: Self = Self(1 << 5);
    pub(crate) const BUSINESS: Self = Self(1 << 6);
    pub(crate) const ACCOUNT_TYPE: Self = Self(1 << 7);
    pub(crate) const PRONOUNS: Self = Self(1 << 8);
    pub(crate) const CITY: Self = Self(1 << 9);
    pub(crate) const COUNTERS: Self = Self(1 << 10);
    pub(crate) const CLIPS: Self = Self(1 << 11);
    pub(crate) const FBID: Self = Self(1 << 12);
    pub(crate) const LATEST_REEL: Self = Self(1 << 13);
    pub(crate) const LEGAL_FLAGS: Self = Self(1 << 14);
    pub(crate) const PICTURE: Self = Self(1 << 15);
    /// A full object was seen.
    pub(crate) const PROFILED: Self = Self(1 << 16);

    /// Both sets.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the other set is in this one.
    pub(crate) const fn have(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What every list of users shows.
    const BASE: Self = Self::USERNAME
        .and(Self::FULL_NAME)
        .and(Self::IS_PRIVATE)
        .and(Self::IS_VERIFIED)
        .and(Self::PICTURE);
    /// `/g2/user/followers` and `/g2/user/following`.
    const LISTED: Self = Self::BASE.and(Self::FBID).and(Self::LATEST_REEL);
    /// The `user` of a post.
    pub(crate) const ON_POST: Self = Self::BASE.and(Self::FBID).and(Self::ACCOUNT_TYPE);
    /// One of the `coauthor_producers`.
    pub(crate) const COAUTHOR: Self = Self::BASE;
    /// `/v1/user/by/id` and `/v1/user/by/username`.
    const FLAT_PROFILE: Self = Self::BASE
        .and(Self::BIOGRAPHY)
        .and(Self::BUSINESS)
        .and(Self::ACCOUNT_TYPE)
        .and(Self::CITY)
        .and(Self::COUNTERS)
        .and(Self::PROFILED);
    /// `/gql/user/web_profile_info`.
    const PROFILE: Self = Self::FLAT_PROFILE
        .and(Self::BIO_LINKS)
        .and(Self::PRONOUNS)
        .and(Self::CLIPS)
        .and(Self::FBID)
        .and(Self::LATEST_REEL)
        .and(Self::LEGAL_FLAGS);
    /// The author of a comment in the `gql` family.
    const COMMENTER: Self = Self::USERNAME
        .and(Self::IS_VERIFIED)
        .and(Self::PICTURE)
        .and(Self::FBID);
    /// The author of a comment in the `v2` family.
    const THREADED_COMMENTER: Self = Self::BASE.and(Self::FBID);

    /// `/gql/media/likers`.
    const LIKER: Self = Self::USERNAME
        .and(Self::FULL_NAME)
        .and(Self::IS_VERIFIED)
        .and(Self::PICTURE);
    /// Somebody who is tagged.
    pub(crate) const TAGGED: Self = Self::BASE;

    /// What an endpoint shows of the users that it lists, or of the authors of what it lists.
    pub(crate) fn shown_by(path: &str) -> Self {
        match path {
            "/gql/user/web_profile_info" | "/gql/user/by/id" | "/gql/user/by/username" => Self::PROFILE,
            "/v1/user/by/id" | "/v1/user/by/username" => Self::FLAT_PROFILE,
            "/g2/user/followers" | "/g2/user/following" | "/gql/topsearch" => Self::LISTED,
            "/gql/user/followers/chunk" => Self::BASE.and(Self::LATEST_REEL),
            "/gql/user/following/chunk"
            | "/gql/user/followers"
            | "/gql/user/following"
            | "/gql/comment/likers/chunk"
            | "/gql/comment/likers" => Self::BASE,
            "/gql/media/likers" => Self::LIKER,
            "/gql/comments/chunk"
            | "/gql/comments/threaded/chunk"
            | "/gql/comments"
            | "/gql/comments/threaded" => Self::COMMENTER,
            "/v2/media/comments" | "/v2/media/comments/replies" => Self::THREADED_COMMENTER,
            _ => Self::NONE,
        }
    }
}
