//! Which items of a list a page shows, also where the list has changed since the walk began.

use std::collections::HashMap;
use std::ops::Range;

use crate::mock::calendar::Calendar;
use crate::mock::cursors::{self, Bookmark};
use crate::mock::endpoints::{CursorForm, Endpoint};
use crate::mock::pages::Pages;
use crate::mock::posts::{PostKey, names};
use crate::mock::questions::{Refusal, Subject};
use crate::mock::world::World;

/// A list that is walked by cursors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a> {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) subject: &'a Subject,
    /// What its cursors are good for.
    pub(crate) name: &'a str,
    pub(crate) by_rank: bool,
}

impl List<'_> {
    /// The places that the page of a cursor shows today, and where the walk stands after it if there is more.
    pub(crate) fn page(
        &self,
        calendar: &mut Calendar,
        pages: Pages,
        cursor: Option<&str>,
    ) -> Result<(Range<usize>, Option<Bookmark>), Refusal> {
        let today = calendar.today();
        let (number, shown) = match cursor {
            None => (0, 0),
            Some(cursor) => {
                let next = cursors::read(today.seed(), self.endpoint, self.name, cursor)
                    .ok_or(Refusal::WrongCursor)?;
                (next.page, self.shown(calendar, pages, next)?)
            }
        };
        let places = pages.after(number, shown);
        let shown = shown.max(places.end);
        let next = Bookmark {
            page: number + 1,
            shown: (!self.counts_on(&today, pages, number + 1, shown)).then_some((today.day(), shown)),
        };
        Ok((places, (shown < pages.length).then_some(next)))
    }

    /// Whether a cursor need not say how many items were shown.
    fn counts_on(&self, today: &World, pages: Pages, page: usize, shown: usize) -> bool {
        self.endpoint.cursor_form == CursorForm::Offset
            || (today.day() == 0 && shown == pages.shown_before(page))
    }

    /// How many items of today's list stand before the page that comes next.
    fn shown(&self, calendar: &mut Calendar, pages: Pages, next: Bookmark) -> Result<usize, Refusal> {
        let today = calendar.today();
        let is_offset = self.endpoint.cursor_form == CursorForm::Offset;
        let (day, shown) = match next.shown {
            Some(shown) => shown,
            // An offset is of whatever day it is.
            None if is_offset => (today.day(), pages.shown_before(next.page)),
            None => (0, pages.shown_before(next.page)),
        };
        if day == today.day() {
            // Only an offset can be too great because a list has become shorter.
            let is_issued = shown < pages.length || (is_offset && day > 0);
            return if is_issued {
                Ok(shown)
            } else {
                Err(Refusal::WrongCursor)
            };
        }
        let (then, now) = (self.items(&calendar.on(day)), self.items(&today));
        let places: HashMap<u64, usize> = now.into_iter().zip(1..).collect();
        let last = then.iter().take(shown).rev().find_map(|item| places.get(item));
        Ok(last.copied().unwrap_or_default())
    }

    /// What stands in the list, in order, in such a way that the same thing is the same on every day.
    fn items(&self, world: &World) -> Vec<u64> {
        let people = |list: &[u32]| list.iter().map(|index| u64::from(*index)).collect();
        let numbers = |list: Vec<usize>| list.into_iter().map(|number| number as u64).collect();
        let posts = |list: Vec<PostKey>| list.into_iter().map(names::bits).collect();
        match (self.subject, self.endpoint.kind) {
            (Subject::User(user), "followers") if self.endpoint.path == "/g2/user/followers" => {
                people(world.limited_followers(*user).0)
            }
            (Subject::User(user), "followers") => people(world.followers(*user)),
            (Subject::User(user), "following") => people(world.following(*user)),
            (Subject::User(user), "clips") => posts(world.clips_of(*user, self.by_rank)),
            (Subject::User(user), "reposts") => {
                posts(world.reposts_of(*user).iter().map(|repost| repost.key).collect())
            }
            (Subject::User(user), _) => posts(world.posts_of(*user)),
            (Subject::Post(key), _) => numbers(world.comment_order(*key, self.by_rank)),
            (Subject::Comment(key, place), "comment_likers") => {
                numbers(world.likers_of_comment(*key, *place))
            }
            (Subject::Comment(key, place), _) => numbers(world.replies(*key, *place)),
            // A search shows the same people again and again: there a place is a place.
            (Subject::Posts(_) | Subject::Words(_), _) => (0..1_000).collect(),
        }
    }
}
