//! What one seed costs, and the sum of what several do.
//!
//! Lists with a counter are foretold one by one. What hangs from posts that are not listed yet is kept as a number of posts,
//! and what hangs from comments as a number of comments: the band of a sum of them is not the sum of their bands.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::plan::band::{Band, float};
use crate::plan::model::{Model, Read};
use crate::plan::ratio::Ratio;
use crate::store::harvests::Limit;
use crate::store::plan::{Counters, Left, ListState, Profile, Seed};

/// What lists with a counter may differ by from what it foretells.
pub(crate) const COUNTED: f64 = 0.1;
/// The same before the size of a page was measured.
pub(crate) const UNMEASURED: f64 = 0.25;
/// Which part of the posts at least is no other seed's as well.
const SHARED: f64 = 0.85;
/// So many posts a request for tags.
const BATCH: f64 = 10.0;
/// What a user comes to of whom nothing is known, until enough profiles were read.
const TYPICAL: Counters = Counters {
    followers: Some(500),
    following: Some(400),
    medias: Some(100),
    clips: Some(20),
};
/// So many profiles make a sample.
const LEAST_USERS: usize = 20;
/// One whose size is unknown costs at most so many times what is typical.
const UNKNOWN: f64 = 5.0;

/// What a kind costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub lists: Band,
    pub requests: Band,
    pub units: Band,
}

impl Cost {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            lists: self.lists + other.lists,
            requests: self.requests + other.requests,
            units: self.units + other.units,
        }
    }

    pub(crate) fn map(self, change: &dyn Fn(Band) -> Band) -> Self {
        Self {
            lists: change(self.lists),
            requests: change(self.requests),
            units: change(self.units),
        }
    }
}

/// What a seed costs, or several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Share {
    /// What counters foretell.
    pub counted: BTreeMap<Kind, Cost>,
    /// What the next endpoint costs where the first shows only part.
    pub read_on: BTreeMap<Kind, Cost>,
    /// Posts that are not listed yet.
    pub posts: Band,
    /// Comments that are not listed yet, below posts that are.
    pub comments: Band,
    /// Lists that no counter foretells.
    pub uncounted: BTreeMap<Kind, Band>,
    /// Users that its lists show, by kind.
    pub shown: BTreeMap<Kind, Band>,
}

impl Share {
    /// The sum of two.
    pub(crate) fn plus(mut self, other: &Self) -> Self {
        for (sums, others) in [
            (&mut self.counted, &other.counted),
            (&mut self.read_on, &other.read_on),
        ] {
            for (kind, cost) in others {
                let sum = sums.entry(*kind).or_default();
                *sum = sum.plus(*cost);
            }
        }
        for (sums, others) in [
            (&mut self.shown, &other.shown),
            (&mut self.uncounted, &other.uncounted),
        ] {
            for (kind, many) in others {
                let sum = sums.entry(*kind).or_default();
                *sum = *sum + *many;
            }
        }
        self.posts = self.posts + other.posts;
        self.comments = self.comments + other.comments;
        self
    }

    /// Every number on the same way.
    pub(crate) fn map(self, change: &dyn Fn(Band) -> Band) -> Self {
        let costs = |costs: BTreeMap<Kind, Cost>| {
            let costs = costs.into_iter();
            costs.map(|(kind, cost)| (kind, cost.map(change))).collect()
        };
        Self {
            counted: costs(self.counted),
            read_on: costs(self.read_on),
            posts: change(self.posts),
            comments: change(self.comments),
            shown: change_all(self.shown, change),
            uncounted: change_all(self.uncounted, change),
        }
    }

    /// What a kind costs in all.
    pub(crate) fn cost(&self, model: &Model<'_>, kind: Kind) -> Cost {
        let of = |costs: &BTreeMap<Kind, Cost>| costs.get(&kind).copied().unwrap_or_default();
        let counted = of(&self.counted).plus(of(&self.read_on));
        // A search is read for its seed, whatever is collected.
        let is_read = kind == Kind::Search || model.spec.collect.contains(&kind);
        let Some(read) = model.read(kind, None).filter(|_| is_read) else {
            return counted;
        };
        if let Some(lists) = self.uncounted.get(&kind) {
            return counted.plus(model.uncounted(read, kind, *lists));
        }
        if kind == Kind::Usertags {
            let lists = counted.lists + self.posts;
            let requests = lists.map(|lists| (lists / BATCH - 1e-6).ceil().max(0.0));
            return priced(read, lists, requests);
        }
        let Some(hanging) = model.hanging.get(&kind) else {
            return counted;
        };
        let from = match kind {
            Kind::Comments | Kind::MediaLikers => self.posts,
            _ => self.comments + model.spoken.total(self.posts),
        };
        let most = |requests: Band| {
            // A post has one list of likers, and that has one page.
            let limit = if read.paging.paged { f64::MAX } else { from.high };
            requests.map(|requests| requests.min(limit))
        };
        let price = hanging.price.unwrap_or(float(read.units));
        let cost = priced_at(
            price,
            read,
            from * hanging.lists,
            most(hanging.requests.total(from)),
        );
        counted.plus(cost)
    }
}

fn change_all(many: BTreeMap<Kind, Band>, change: &dyn Fn(Band) -> Band) -> BTreeMap<Kind, Band> {
    many.into_iter()
        .map(|(kind, band)| (kind, change(band)))
        .collect()
}

/// What requests for so many lists cost, with what brings no page.
pub(crate) fn priced(read: &Read<'_>, lists: Band, requests: Band) -> Cost {
    priced_at(float(read.units), read, lists, requests)
}

/// The same at a price of a request.
fn priced_at(price: f64, read: &Read<'_>, lists: Band, requests: Band) -> Cost {
    let extra = Band::new(0.0, lists.expected * read.extra, lists.high * read.extra);
    Cost {
        lists,
        requests: requests + extra,
        units: requests * price + extra,
    }
}

impl Model<'_> {
    /// Whether anything is bought of a seed's own list.
    pub(crate) fn is_read(&self, seed: &Seed, kind: Kind) -> bool {
        let is_shut = seed.repeated || seed.gone || seed.private == Some(true) || is_not_found(seed);
        let is_list = (kind == Kind::Search) == seed.words().is_some();
        is_list && !is_shut && self.spec.collect.contains(&kind) && seed.list(kind) != ListState::Done
    }

    /// What a seed costs.
    pub(crate) fn share(&self, seed: &Seed) -> Share {
        let mut share = Share::default();
        if seed.words().is_some() {
            if self.is_search_read(seed) {
                share.uncounted.insert(Kind::Search, Band::exact(1.0));
            }
            return share;
        }
        share.counted.extend(self.profile(seed));
        if seed.counters.is_none() && seed.private != Some(true) && !seed.gone && !is_not_found(seed) {
            if seed.repeated {
                return share;
            }
            let unknown = |band: Band| Band::new(0.0, band.expected, UNKNOWN * band.expected);
            return self.typical().map(&unknown).plus(&share);
        }
        let own = self.spec.collect.iter().filter(|kind| kind.rank() == 1);
        for kind in own.copied().filter(|kind| self.is_read(seed, *kind)) {
            self.add_own(seed, kind, &mut share);
        }
        if !seed.repeated {
            self.add_left(&seed.left, &mut share);
        }
        share
    }

    /// A search is read for its seed, whatever is collected.
    fn is_search_read(&self, seed: &Seed) -> bool {
        seed.list(Kind::Search) != ListState::Done && self.read(Kind::Search, None).is_some()
    }

    /// What a user costs beyond the profile of whom nothing is known.
    pub(crate) fn typical(&self) -> Share {
        self.typical.get_or_init(|| self.average()).clone()
    }

    fn average(&self) -> Share {
        let sample = &self.known.measured.users;
        let typical = [TYPICAL];
        let sample: &[Counters] = if sample.len() < LEAST_USERS {
            &typical
        } else {
            sample
        };
        let all = sample.iter().fold(Share::default(), |sum, counters| {
            let seed = Seed {
                counters: Some(*counters),
                profile: Profile::Fresh,
                ..Seed::default()
            };
            sum.plus(&self.share(&seed))
        });
        #[expect(clippy::cast_precision_loss, reason = "a sample is small")]
        let part = 1.0 / sample.len() as f64;
        all.map(&|band| Band::exact(band.expected * part))
    }

    fn profile(&self, seed: &Seed) -> Option<(Kind, Cost)> {
        let step = self.policy.next_step(
            Kind::Profile,
            &seed.text,
            crate::variant::Variant::Plain,
            None,
            &self.known.retired,
        )?;
        let is_bought = seed.profile != Profile::Fresh && !seed.text.is_empty();
        is_bought.then(|| {
            let units = float(step.units);
            let cost = Cost {
                lists: Band::exact(1.0),
                requests: Band::exact(1.0),
                units: Band::exact(units),
            };
            (Kind::Profile, cost)
        })
    }

    /// What lists cost that no counter foretells.
    fn uncounted(&self, read: &Read<'_>, kind: Kind, many: Band) -> Cost {
        let lists = self.known.measured.uncounted.get(&kind);
        let most = |pages: f64| match read.limit {
            Some(Limit::Pages(most)) => pages.min(float(most)),
            _ => pages,
        };
        let groups: Vec<(f64, f64)> = lists
            .into_iter()
            .flatten()
            .flat_map(|(pages, lists)| {
                let times = usize::try_from(*lists).unwrap_or_default().min(1_000);
                std::iter::repeat_n((1.0, most(float(*pages))), times)
            })
            .collect();
        let assumed = most(if kind == Kind::Search { 3.0 } else { 1.5 });
        let ratio = Ratio::measured(&groups).unwrap_or(Ratio::assumed(assumed, 3.0));
        priced(read, many, ratio.total(many))
    }

    fn add_own(&self, seed: &Seed, kind: Kind, share: &mut Share) {
        let Some(read) = self.read(kind, seed.counter(kind)) else {
            return;
        };
        if kind == Kind::Reposts {
            share.uncounted.insert(kind, Band::exact(1.0));
            return;
        }
        let is_posts = matches!(kind, Kind::Medias | Kind::Clips);
        // Nobody says that there are no clips, so they are asked for.
        let counter = match seed.counter(kind) {
            Some(0) if kind != Kind::Clips => return,
            counter => counter.unwrap_or(1),
        };
        let mut items = self.items(seed, kind, counter);
        if kind == Kind::Clips {
            let posts = seed.counter(Kind::Medias).unwrap_or(counter);
            items = Band::new(items.low, items.expected, items.high.max(float(posts)));
        }
        let bought = match seed.list(kind) {
            ListState::Open(pages) => float(pages),
            _ => 0.0,
        };
        let requests =
            items.map(|items| (read.paging.requests(items.max(1.0), read.limit) - bought).max(1.0));
        let is_measured = read.paging.measured > 0 || requests.expected <= 1.0;
        let requests = Band {
            expected: requests.expected * (1.0 - read.hidden),
            low: requests.low * (1.0 - read.hidden),
            ..requests
        };
        let requests = requests.widened(if is_measured { COUNTED } else { UNMEASURED });
        let cost = priced(&self.forced(read, seed), Band::exact(1.0), requests);
        share.counted.insert(kind, cost);
        if items.expected < float(counter) {
            share.read_on.extend(
                self.read_on(kind, counter, items.expected)
                    .map(|cost| (kind, cost)),
            );
        }
        let shown = items.map(|items| read.paging.shown(items, read.limit));
        if is_posts {
            let posts = float(seed.posts);
            // A post that two accounts made together is read once.
            let more = (shown.expected - posts).max(0.0);
            let more = Band::new(more * SHARED, more, more);
            share.posts = if more.expected > share.posts.expected {
                more
            } else {
                share.posts
            };
        }
        share.shown.insert(kind, shown);
    }

    /// With `force` a public account's lists are cheaper at some endpoints.
    fn forced<'m>(&self, read: &Read<'m>, seed: &Seed) -> Read<'m> {
        let is_forced = self.spec.force && seed.private == Some(false);
        Read {
            units: read.step.forced_units.filter(|_| is_forced).unwrap_or(read.units),
            ..*read
        }
    }

    fn add_left(&self, left: &[Left], share: &mut Share) {
        for left in left {
            let Some(read) = self.read(left.kind, left.counter) else {
                continue;
            };
            let lists = Band::exact(float(left.lists));
            let requests = match (left.kind, left.counter) {
                (Kind::Usertags, _) => 0.0,
                (_, Some(0)) => continue,
                (Kind::Comments, counter) => {
                    let (requests, shown) = self.comments(counter);
                    share.comments = share.comments + lists * shown;
                    requests
                }
                (kind, counter) => self.counted(kind, counter),
            };
            let width = if read.paging.measured > 0 || !read.paging.paged {
                COUNTED
            } else {
                UNMEASURED
            };
            let cost = priced(read, lists, (lists * requests).widened(width));
            let sum = share.counted.entry(left.kind).or_default();
            *sum = sum.plus(cost);
        }
    }
}

/// Whether nobody was found under this seed: its lists are never reached.
fn is_not_found(seed: &Seed) -> bool {
    match seed.profile {
        Profile::AskedOnce => true,
        Profile::Fresh => seed.counters.is_none(),
        Profile::Missing => false,
    }
}
