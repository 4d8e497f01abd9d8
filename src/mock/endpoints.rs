//! The addresses that the simulated upstream answers, as data.

/// An address of the upstream.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The path.
    pub(crate) path: &'static str,
    /// What it collects, in the words of the command line.
    pub(crate) kind: &'static str,
    /// The parameters that must be there and together name the target.
    pub(crate) target: &'static [&'static str],
    /// The parameter that carries the cursor.
    pub(crate) cursor: Option<&'static str>,
    /// How its cursors are written.
    pub(crate) cursor_form: CursorForm,
    /// Items of a full page.
    pub(crate) page_size: usize,
    /// What a call costs.
    pub(crate) units: i64,
    /// Shows as many items as `amount` says, on one page, and costs a unit for each [`AMOUNT_OF_A_UNIT`] of them.
    pub(crate) by_amount: bool,
}

/// So many items of an endpoint with an `amount` cost a unit; also the amount where none is given.
pub(crate) const AMOUNT_OF_A_UNIT: usize = 46;

impl Endpoint {
    /// What a call costs that asks for so many items, and that may say `force=on`.
    pub(crate) fn price(&self, amount: usize, is_forced: bool) -> i64 {
        if self.by_amount {
            return (amount.div_ceil(AMOUNT_OF_A_UNIT) as u64).cast_signed();
        }
        // What is skipped is the check of privacy, which costs a unit where it is made.
        self.units - i64::from(is_forced && self.takes_force())
    }

    fn takes_force(&self) -> bool {
        matches!(
            self.path,
            "/gql/user/followers/chunk" | "/gql/user/following/chunk"
        )
    }
}

/// How a cursor is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CursorForm {
    /// The number of items before, in decimal: `25`.
    Offset,
    /// Base64 of something opaque.
    Opaque,
    /// A JSON text with something opaque in it, to be sent back as it is.
    ServerCursor,
    /// Base64 of a JSON text that holds another JSON text.
    Wrapped,
}

/// The free address that tells the balance.
pub(crate) const BALANCE: &str = "/sys/balance";

/// Every endpoint that costs something.
pub(crate) const ENDPOINTS: [Endpoint; 26] = [
    profile("/gql/user/web_profile_info", &["user_id"]),
    profile("/v1/user/by/id", &["id"]),
    profile("/v1/user/by/username", &["username"]),
    users("/g2/user/followers", "followers", CursorForm::Opaque),
    users("/g2/user/following", "following", CursorForm::Offset),
    chunk("/gql/user/followers/chunk", "followers"),
    chunk("/gql/user/following/chunk", "following"),
    posts("/gql/user/medias", "medias", "profile_grid_items_cursor"),
    posts("/gql/user/clips", "clips", "max_id"),
    posts("/gql/user/reposts", "reposts", "repost_next_max_id"),
    walked(
        "/gql/comments/chunk",
        "comments",
        &["media_id"],
        ("end_cursor", CursorForm::ServerCursor, 15),
    ),
    walked(
        "/v2/media/comments",
        "comments",
        &["id"],
        ("page_id", CursorForm::Wrapped, 15),
    ),
    walked(
        "/gql/comments/threaded/chunk",
        "replies",
        &["media_id", "comment_id"],
        ("end_cursor", CursorForm::ServerCursor, 15),
    ),
    walked(
        "/v2/media/comments/replies",
        "replies",
        &["media_id", "comment_id"],
        ("min_id", CursorForm::Opaque, 15),
    ),
    walked(
        "/gql/comment/likers/chunk",
        "comment_likers",
        &["media_id", "comment_id"],
        ("end_cursor", CursorForm::Opaque, 50),
    ),
    walked(
        "/gql/topsearch",
        "search",
        &["query"],
        ("end_cursor", CursorForm::Opaque, 17),
    ),
    single("/gql/media/likers", "media_likers", &["media_id"], 77),
    single("/gql/media/usertags", "usertags", &["media_ids"], 10),
    profile("/gql/user/by/id", &["id"]),
    profile("/gql/user/by/username", &["username"]),
    single("/gql/user/related/profiles", "related", &["id"], 80),
    by_amount("/gql/user/followers", "followers", &["user_id"]),
    by_amount("/gql/user/following", "following", &["user_id"]),
    by_amount("/gql/comments", "comments", &["media_id"]),
    by_amount("/gql/comments/threaded", "replies", &["media_id", "comment_id"]),
    // What is called the media's id here is the comment's.
    by_amount("/gql/comment/likers", "comment_likers", &["media_id"]),
];

/// A list that is walked by the cursor of this name and form, with pages of this size.
const fn walked(
    path: &'static str,
    kind: &'static str,
    target: &'static [&'static str],
    cursor: (&'static str, CursorForm, usize),
) -> Endpoint {
    Endpoint {
        path,
        kind,
        target,
        cursor: Some(cursor.0),
        cursor_form: cursor.1,
        page_size: cursor.2,
        units: 1,
        by_amount: false,
    }
}

/// A list of one page.
const fn single(
    path: &'static str,
    kind: &'static str,
    target: &'static [&'static str],
    page_size: usize,
) -> Endpoint {
    Endpoint {
        path,
        kind,
        target,
        cursor: None,
        cursor_form: CursorForm::Opaque,
        page_size,
        units: 1,
        by_amount: false,
    }
}

const fn by_amount(path: &'static str, kind: &'static str, target: &'static [&'static str]) -> Endpoint {
    Endpoint {
        by_amount: true,
        ..single(path, kind, target, AMOUNT_OF_A_UNIT)
    }
}

const fn profile(path: &'static str, target: &'static [&'static str]) -> Endpoint {
    single(path, "profile", target, 1)
}

const fn users(path: &'static str, kind: &'static str, cursor_form: CursorForm) -> Endpoint {
    walked(path, kind, &["user_id"], ("page_id", cursor_form, 25))
}

const fn posts(path: &'static str, kind: &'static str, cursor: &'static str) -> Endpoint {
    walked(path, kind, &["user_id"], (cursor, CursorForm::Opaque, 12))
}

const fn chunk(path: &'static str, kind: &'static str) -> Endpoint {
    Endpoint {
        units: 2,
        ..walked(path, kind, &["user_id"], ("end_cursor", CursorForm::Opaque, 50))
    }
}

/// The endpoint at a path.
pub(crate) fn find(path: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_costs_a_unit_for_each_46_and_force_saves_one_on_the_two_chunks() {
        let price = |path, amount, is_forced| find(path).map(|found| found.price(amount, is_forced));
        assert_eq!(price("/gql/comments", 46, true), Some(1));
        assert_eq!(price("/gql/user/followers", 47, false), Some(2));
        assert_eq!(price("/gql/user/followers/chunk", 46, false), Some(2));
        assert_eq!(price("/gql/user/following/chunk", 46, true), Some(1));
        assert_eq!(price("/g2/user/followers", 46, true), Some(1));
        let forced = ENDPOINTS.iter().filter(|endpoint| endpoint.takes_force());
        assert_eq!(forced.count(), 2);
    }
}
