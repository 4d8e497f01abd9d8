//! What a request asks of the world: which list, which page of it, or why it cannot be answered.

mod places;
mod subjects;

use std::ops::Range;

use crate::mock::calendar::Calendar;
use crate::mock::cursors::Bookmark;
use crate::mock::endpoints::{AMOUNT_OF_A_UNIT, Endpoint};
use crate::mock::posts::PostKey;

/// The query of a request, decoded.
pub(crate) type Parameters = Vec<(String, String)>;

/// The value of a parameter; an empty one counts as absent.
pub(crate) fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|parameter| parameter.0 == name)?;
    (!found.1.is_empty()).then_some(found.1.as_str())
}

/// Whether a parameter is there and says yes.
fn is_on(parameters: &Parameters, name: &str) -> bool {
    parameter(parameters, name).is_some_and(|value| !matches!(value, "false" | "0" | "off"))
}

/// What a list belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    User(usize),
    Post(PostKey),
    /// A comment: the post and the place below it.
    Comment(PostKey, usize),
    /// Posts that are asked for together; none where nobody may see the post.
    Posts(Vec<Option<PostKey>>),
    /// Words that are searched for.
    Words(String),
}

/// A question that can be answered.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) subject: Subject,
    /// The places of the list that the page shows.
    pub(crate) places: Range<usize>,
    /// Where the walk stands after this page, if there are more.
    pub(crate) next: Option<Bookmark>,
    /// What a cursor is good for: the target, and the order of the list unless it is the usual one.
    pub(crate) list: String,
    /// The server merges the stream itself.
    pub(crate) is_flat: bool,
    /// The list begins with what is liked or seen most.
    pub(crate) by_rank: bool,
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The cursor is not one of this list.
    WrongCursor,
    /// The list is not shown to strangers.
    Private,
    /// No such user, or none that is shown.
    NoUser,
    /// No such post or comment.
    NoMedia,
    /// The list is not shown although it exists.
    NoEntries,
}

/// Why a request is no question at all; the name is that of the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Missing(&'static str),
    TooMany(&'static str),
}

/// The one parameter that may stand in a query several times.
const REPEATED: &str = "media_ids";
/// And how often.
const MOST_REPEATED: usize = 10;

/// The target of a request: its parameters joined by a slash, those of one name by a comma.
pub(crate) fn target(endpoint: &Endpoint, parameters: &Parameters) -> Result<String, Flaw> {
    if endpoint.target == [REPEATED] {
        let values: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter.0 == REPEATED && !parameter.1.is_empty())
            .map(|parameter| parameter.1.as_str())
            .collect();
        return match values.len() {
            0 => Err(Flaw::Missing(REPEATED)),
            1..=MOST_REPEATED => Ok(values.join(",")),
            _ => Err(Flaw::TooMany(REPEATED)),
        };
    }
    let values: Result<Vec<&str>, Flaw> = endpoint
        .target
        .iter()
        .map(|name| parameter(parameters, name).ok_or(Flaw::Missing(name)))
        .collect();
    Ok(values?.join("/"))
}

/// How many items a request asks for, where the endpoint lets it say so.
fn amount(parameters: &Parameters) -> usize {
    let amount = parameter(parameters, "amount").and_then(|amount| amount.parse().ok());
    amount.unwrap_or(AMOUNT_OF_A_UNIT).max(1)
}

/// What a request costs.
pub(crate) fn price(endpoint: &Endpoint, parameters: &Parameters) -> i64 {
    endpoint.price(amount(parameters), is_on(parameters, "force"))
}

impl Question {
    /// Finds what is asked for today.
    pub(crate) fn new(
        calendar: &mut Calendar,
        endpoint: &'static Endpoint,
        target: &str,
        parameters: &Parameters,
    ) -> Result<Self, Refusal> {
        let world = calendar.today();
        let subject = subjects::subject(&world, endpoint, target)?;
        let length = subjects::length(&world, endpoint, &subject)?;
        let by_rank = match endpoint.kind {
            "comments" => parameter(parameters, "sort_order") == Some("popular"),
            "clips" => is_on(parameters, "sort_by_views"),
            _ => false,
        };
        let list = if by_rank {
            format!("{target} by rank")
        } else {
            target.to_owned()
        };
        let (places, next) = match endpoint.cursor {
            None if endpoint.by_amount => (0..length.min(amount(parameters)), None),
            None => (0..length.min(endpoint.page_size), None),
            Some(name) => {
                let pages = world.pages(endpoint.kind, target, length, endpoint.page_size);
                let list = places::List {
                    endpoint,
                    subject: &subject,
                    name: &list,
                    by_rank,
                };
                list.page(calendar, pages, parameter(parameters, name))?
            }
        };
        Ok(Self {
            endpoint,
            subject,
            places,
            next,
            list,
            is_flat: is_on(parameters, "flat"),
            by_rank,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::endpoints;

    #[test]
    fn a_repeated_parameter_is_read_as_often_as_it_may_stand() {
        let endpoint = endpoints::find("/gql/media/usertags").unwrap();
        let ids = |count: usize| -> Parameters {
            (0..count)
                .map(|id| ("media_ids".to_owned(), id.to_string()))
                .collect()
        };
        assert_eq!(target(endpoint, &ids(3)).as_deref(), Ok("0,1,2"));
        assert!(target(endpoint, &ids(10)).is_ok());
        assert_eq!(target(endpoint, &ids(0)), Err(Flaw::Missing("media_ids")));
        assert_eq!(target(endpoint, &ids(11)), Err(Flaw::TooMany("media_ids")));
    }
}
