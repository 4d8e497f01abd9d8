//! What an endpoint is: one upstream address with its parameters, cursor, cost and parser, all as data.
//!
//! Nothing here knows of the network or of the tables. Each endpoint is declared in a file of its own below
//! [`crate::endpoints`].

use crate::kind::Kind;
use crate::model::Rows;
use crate::target::Target;
use crate::variant::Variant;

/// The version of the parsers. Raise it whenever a parser gives another page for the same body: each page keeps the
/// version that read it, and `gleaner reparse` brings the tables to this one.
pub const PARSER_VERSION: i64 = 1;

/// One upstream address.
pub struct Endpoint {
    /// The path, with its leading slash: the endpoint's name in tables, config and commands.
    pub path: &'static str,
    /// What it collects; none where it fills no list: `/sys/balance`.
    pub kind: Option<Kind>,
    /// The query that asks for a target's first page.
    pub query: fn(&Target, &Options) -> Vec<(&'static str, String)>,
    /// The parameter that carries the cursor of a later page; none where there is only one page.
    pub cursor: Option<&'static str>,
    /// Where the body holds the next cursor, for people.
    pub cursor_source: &'static str,
    /// Items on a full page, for the page cap and the plan.
    pub page_size: u32,
    /// What one call is billed.
    pub cost: Cost,
    /// The variants of its lists that it can show beside the plain one.
    pub variants: &'static [Variant],
    /// What the vendor says to use instead, where it says so.
    pub replaced_by: Option<&'static str>,
    /// What an answer becomes.
    pub parse: Parse,
}

/// How an endpoint's body is read: pure functions of the bytes and the target.
#[derive(Clone, Copy)]
pub enum Parse {
    /// A page of rows.
    Page(fn(&[u8], &Target) -> Result<Page, ParseError>),
    /// The account's balance.
    Balance(fn(&[u8]) -> Result<Balance, ParseError>),
}

/// What one call is billed, in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// So many, whatever is asked for.
    Call(u32),
    /// So many, and fewer where `force` skips the check of the account's privacy
    /// (<https://hiker-doc.readthedocs.io/en/latest/guides/request-costs/>).
    Checked {
        /// As a rule.
        units: u32,
        /// With `force`.
        forced: u32,
    },
    /// The upstream pages on its own side: one for each so many items that `amount` asks for.
    Amount {
        /// Items for one unit.
        items_a_unit: u32,
    },
}

impl Cost {
    /// What a call with these options is billed.
    pub fn units(self, options: &Options) -> u32 {
        match self {
            Self::Call(units) => units,
            Self::Checked { units, forced } => {
                if options.force {
                    forced
                } else {
                    units
                }
            }
            Self::Amount { items_a_unit } => options.amount.div_ceil(items_a_unit).max(1),
        }
    }

    /// Whether the endpoint takes `force`.
    pub const fn takes_force(self) -> bool {
        matches!(self, Self::Checked { .. })
    }
}

/// Choices that change what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Ask the upstream to merge its streamed patches into one list.
    pub flat: bool,
    /// Skip the check of the account's privacy, where the endpoint can.
    pub force: bool,
    /// How many items to ask for where the upstream pages on its own side.
    pub amount: u32,
    /// Which variant of the list to ask for.
    pub variant: Variant,
}

impl Options {
    /// The parameter of the variant, as it is sent.
    pub fn variant_parameter(&self) -> Option<(&'static str, String)> {
        let (name, value) = self.variant.parameter()?;
        Some((name, value.to_owned()))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            flat: false,
            force: false,
            amount: 46,
            variant: Variant::Plain,
        }
    }
}

/// What one answer became.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rows for the tables.
    pub rows: Rows,
    /// The items of the list itself in the order shown, each once: users of a follow list, posts, comments.
    pub entries: Vec<Entry>,
    /// How the walk goes on.
    pub next: Next,
    /// The upstream says that it shows only part of the list.
    pub limited: bool,
    /// The size of the whole list, where the page itself says it.
    pub counter: Option<i64>,
    /// How many elements the body's list has: always `entries + duplicates + rejects`.
    pub elements: usize,
    /// Elements that repeat an entry of this page.
    pub duplicates: usize,
    /// Elements that could not become rows.
    pub rejects: Vec<Reject>,
    /// What was odd but cost no element: a field of another type, a patch with errors, two cursors that disagree.
    pub notes: Vec<String>,
}

/// One item of the list that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the item is.
    pub thing: Thing,
    /// The id of the user, media item or comment.
    pub id: i64,
    /// Whether a post is pinned to the top by the account that the list belongs to.
    pub pinned: bool,
}

/// What an item of a list can be; only a search shows more than one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A user.
    User,
    /// A media item.
    Media,
    /// A comment or reply.
    Comment,
}

impl Thing {
    /// The word for it in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Media => "media",
            Self::Comment => "comment",
        }
    }
}

impl Entry {
    /// An item that is not pinned.
    pub const fn new(thing: Thing, id: i64) -> Self {
        Self {
            thing,
            id,
            pinned: false,
        }
    }
}

/// How a walk goes on after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The opaque text that asks for the next page, to be sent back byte for byte.
    Cursor(String),
    /// The upstream says that this was the last page.
    End,
    /// The body shows neither a cursor nor an end: the page is incomplete.
    Missing,
}

/// An element of a page that could not become a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Its place in the body's list, from 0.
    pub position: usize,
    /// Why, naming the field: `user has no usable id: "pk" is 1.5`.
    pub reason: String,
    /// The element as JSON text, cut at 4,000 characters.
    pub element: String,
}

/// The account's balance, as `/sys/balance` tells it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    /// Units left.
    pub units_left: i64,
    /// Requests a second that the plan allows.
    pub rate: f64,
}

/// Why a body is no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The bytes are not JSON, or were cut off.
    #[error("the body is not JSON: {reason}; it begins with {start:?}")]
    NotJson {
        /// What the reader met.
        reason: String,
        /// The first characters.
        start: String,
    },
    /// The body is an error object of the upstream, whatever its status was.
    #[error("the body is an error of the upstream: {exc_type}: {detail}")]
    ErrorObject {
        /// `exc_type`, or the nearest thing to it.
        exc_type: String,
        /// `detail` or `error`.
        detail: String,
    },
    /// The body is an example that somebody shortened by hand ("... (40 more items)").
    #[error("the body is an abridged example, not an answer: {place}")]
    Abridged {
        /// Where the mark was found.
        place: String,
    },
    /// The body has another shape than this endpoint's answers.
    #[error("the body is no page of this endpoint: {reason}")]
    WrongShape {
        /// What is missing or of the wrong type, by its path.
        reason: String,
    },
}
