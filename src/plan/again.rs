//! What lists cost that are read again: a list of posts as far as it is not known, any other one whole, unless a counter
//! says that nothing has changed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kind::Kind;
use crate::plan::band::{Band, float};
use crate::plan::model::{Model, Read};
use crate::plan::pages::Paging;
use crate::plan::share::{COUNTED, Cost, Share, priced};
use crate::store::plan::{Again, Place, Told};

/// A rate of change that was seen a few times may be so many times too low.
const SPREAD: f64 = 3.0;

/// Lists of one kind that are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReadAgain {
    /// The kind.
    pub kind: Kind,
    /// How many lists; those that a counter may spare count.
    pub lists: i64,
}

/// How many lists of each kind are read again.
pub(crate) fn counts(again: &[Again]) -> Vec<ReadAgain> {
    let mut counts: BTreeMap<Kind, i64> = BTreeMap::new();
    for one in again {
        *counts.entry(one.kind).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(kind, lists)| ReadAgain { kind, lists })
        .collect()
}

impl Model<'_> {
    /// Adds what is read again to the seeds' shares; returns what is not a seed's: beside theirs, and deeper.
    pub(crate) fn add_again(&self, shares: &mut [Share]) -> (Share, Share) {
        let (mut beside, mut deeper) = (Share::default(), Share::default());
        for again in &self.known.again {
            let share = if again.depth == 1 {
                again
                    .seed
                    .and_then(|place| shares.get_mut(place))
                    .unwrap_or(&mut beside)
            } else {
                &mut deeper
            };
            self.add_one(again, share);
        }
        (beside, deeper)
    }

    fn add_one(&self, again: &Again, share: &mut Share) {
        let Some(read) = self.read(again.kind, again.counter) else {
            return;
        };
        let one = Band::exact(1.0);
        let cost = match again.kind {
            // A 404 is asked twice.
            Kind::Profile => of_requests(read, one * if again.is_clean { 1.0 } else { 2.0 }),
            Kind::Reposts | Kind::Search => {
                let lists = share.uncounted.entry(again.kind).or_default();
                *lists = *lists + one;
                return;
            }
            Kind::Usertags => Cost {
                lists: one,
                ..Cost::default()
            },
            Kind::Medias | Kind::Clips => {
                let news = Band::new(0.0, again.changes, SPREAD * (again.changes + 1.0));
                let shown = share.shown.entry(again.kind).or_default();
                *shown = *shown + news;
                // One post stands on both lists.
                if again.kind == Kind::Medias || !self.spec.collect.contains(&Kind::Medias) {
                    share.posts = share.posts + news;
                }
                if again.joins {
                    of_requests(read, pages_of_news(&read.paging, again.changes))
                } else {
                    self.whole(read, again)
                }
            }
            kind => {
                if matches!(kind, Kind::Followers | Kind::Following) {
                    let shown = share.shown.entry(kind).or_default();
                    *shown = *shown + Band::new(0.0, again.changes, SPREAD * (again.changes + 1.0));
                }
                if kind == Kind::Comments {
                    share.comments = share.comments + Band::new(0.0, again.changes, SPREAD * again.changes);
                }
                let whole = self.whole(read, again);
                let told = again.told.map_or(0.0, |told| self.told(told));
                let part = 1.0 - told * (1.0 - again.changed);
                whole.map(&|band| {
                    let low = if told > 0.0 { 0.0 } else { band.low };
                    Band::new(low, band.expected * part, band.high)
                })
            }
        };
        let sum = share.counted.entry(again.kind).or_default();
        *sum = sum.plus(cost);
    }

    /// The whole list: by its counter where that foretold the last reading, else as it was.
    fn whole(&self, read: &Read<'_>, again: &Again) -> Cost {
        let requests = match again.counter {
            Some(counter) if again.is_clean => match again.kind {
                Kind::Comments => self.comments(Some(counter)).0,
                kind => self.counted(kind, Some(counter)),
            },
            _ => {
                let (pages, units) = (float(again.last.0.max(1)), float(again.last.1.max(1)));
                let band = |number: f64| Band::exact(number).widened(COUNTED);
                return Cost {
                    lists: Band::exact(1.0),
                    requests: band(pages.max(units / float(read.units.max(1)))),
                    units: band(units),
                };
            }
        };
        priced(
            read,
            Band::exact(1.0),
            Band::exact(requests.max(1.0)).widened(COUNTED),
        )
    }

    /// How likely the counter of a list is to be told before it is read.
    fn told(&self, told: Told) -> f64 {
        match told {
            Told::Posts(place) => f64::from(u8::from(self.is_shown(place))),
            // Where no counter spares it, a list of comments is read for its age.
            Told::Comments { posts, changed } => {
                let is_told = posts.is_some_and(|place| self.is_shown(place));
                if is_told { changed } else { 1.0 }
            }
        }
    }

    /// Whether a post is likely to be shown by the list that is read again before.
    fn is_shown(&self, place: Place) -> bool {
        let Some(read) = self.read(place.kind, None) else {
            return false;
        };
        let pages = pages_of_news(&read.paging, place.new).expected;
        !place.joins || float(place.above) + place.new < pages * read.paging.size
    }
}

fn of_requests(read: &Read<'_>, requests: Band) -> Cost {
    Cost {
        lists: Band::exact(1.0),
        requests,
        units: requests * float(read.units),
    }
}

/// Pages until a walk from the top meets what is known: a page, and one more for each that is full of news.
fn pages_of_news(paging: &Paging, news: f64) -> Band {
    let size = paging.size.max(1.0);
    let full = |news: f64| (news / size).floor();
    Band::new(1.0, 1.0 + full(news), 1.0 + full(SPREAD * (news + 1.0)))
}
