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
pub(crate) const ENDPOINTS: [Endpoint; 12] = [
    profile("/gql/user/web_profile_info", &["user_id"]),
    profile("/v1/user/by/id", &["id"]),
    profile("/v1/user/by/username", &["username"]),
    users("/g2/user/followers", "followers", CursorForm::Opaque),
    users("/g2/user/following", "following", CursorForm::Offset),
    chunk("/gql/user/followers/chunk", "followers"),
    chunk("/gql/user/following/chunk", "following"),
    Endpoint {
        path: "/gql/user/medias",
        kind: "medias",
        target: &["user_id"],
        cursor: Some("profile_grid_items_cursor"),
        cursor_form: CursorForm::Opaque,
        page_size: 12,
        units: 1,
    },
    Endpoint {
        path: "/gql/comments/chunk",
        kind: "comments",
        target: &["media_id"],
        cursor: Some("end_cursor"),
        cursor_form: CursorForm::ServerCursor,
        page_size: 15,
        units: 1,
    },
    Endpoint {
        path: "/v2/media/comments",
        kind: "comments",
        target: &["id"],
        cursor: Some("page_id"),
        cursor_form: CursorForm::Wrapped,
        page_size: 15,
        units: 1,
    },
    Endpoint {
        path: "/gql/comments/threaded/chunk",
        kind: "replies",
        target: &["media_id", "comment_id"],
        cursor: Some("end_cursor"),
        cursor_form: CursorForm::ServerCursor,
        page_size: 15,
        units: 1,
    },
    Endpoint {
        path: "/v2/media/comments/replies",
        kind: "replies",
        target: &["media_id", "comment_id"],
        cursor: Some("min_id"),
        cursor_form: CursorForm::Opaque,
        page_size: 15,
        units: 1,
    },
];

const fn profile(path: &'static str, target: &'static [&'static str]) -> Endpoint {
    Endpoint {
        path,
        kind: "profile",
        target,
        cursor: None,
        cursor_form: CursorForm::Opaque,
        page_size: 1,
        units: 1,
    }
}

const fn users(path: &'static str, kind: &'static str, cursor_form: CursorForm) -> Endpoint {
    Endpoint {
        path,
        kind,
        target: &["user_id"],
        cursor: Some("page_id"),
        cursor_form,
        page_size: 25,
        units: 1,
    }
}

const fn chunk(path: &'static str, kind: &'static str) -> Endpoint {
    Endpoint {
        path,
        kind,
        target: &["user_id"],
        cursor: Some("end_cursor"),
        cursor_form: CursorForm::Opaque,
        page_size: 50,
        units: 2,
    }
}

/// The endpoint at a path.
pub(crate) fn find(path: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.path == path)
}
