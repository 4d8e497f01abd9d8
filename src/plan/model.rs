//! The rules of one harvest: which endpoint reads a kind, how it pages, what hangs from a post or a comment on average.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::kind::Kind;
use crate::plan::Truncated;
use crate::plan::band::{Band, float};
use crate::plan::pages::Paging;
use crate::plan::ratio::Ratio;
use crate::plan::share::Share;
use crate::policy::{Policy, Step};
use crate::store::harvests::{HarvestSpec, Limit};
use crate::store::plan::{Choice, Known, Measured, Paged, Post, Remark, Seed, size_of};
use crate::variant::Variant;

/// So many lists make a measured share of refusals and failures count.
const LEAST_LISTS: i64 = 20;
/// So many truncated lists are believed to foretell the next.
const LEAST_TRUNCATED: i64 = 5;
/// Followers of larger accounts, and of accounts with the badge, are shown to strangers only in part, as the upstream is
/// known to do; until something else was measured.
const TRUNCATED_FROM: i64 = 100_000;
/// So many of them are shown then.
const TRUNCATED_SHOWS: i64 = 50;
/// Stands for all sizes of which nothing was measured: their endpoints are asked in the listed order.
const LISTED: i64 = -1;
/// Which part of a post's comments stands in its list, the rest being replies; until it was measured.
const TOP_LEVEL: f64 = 0.75;

/// What the figures of a kind rest on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Basis {
    /// The kind.
    pub kind: Kind,
    /// The endpoint that is asked first.
    pub endpoint: String,
    /// Units a call.
    pub units: i64,
    /// Items on a full page.
    pub page_size: f64,
    /// How many full pages that was measured on; 0: it is the registry's.
    pub measured_pages: i64,
    /// Requests for each further page that a size foretells.
    pub further: f64,
    /// How many groups the ratio was measured on that foretells this kind where nothing counts it; 0: it is assumed.
    pub measured_groups: Option<usize>,
}

/// How a kind is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read<'a> {
    pub step: &'a Step,
    /// Units a call.
    pub units: i64,
    pub paging: Paging,
    pub limit: Option<Limit>,
    /// Units for each list that bring no page: refusals, failures, second questions.
    pub extra: f64,
    /// The share of lists that are not shown at all.
    pub hidden: f64,
}

/// What hangs from one post or comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hanging {
    /// The share that has a list.
    pub lists: f64,
    /// Requests.
    pub requests: Ratio,
    /// Units a request; none for those of the first endpoint.
    pub price: Option<f64>,
}

/// The rules of one harvest.
pub(crate) struct Model<'a> {
    pub known: &'a Known,
    pub spec: &'a HarvestSpec,
    pub policy: &'a Policy,
    /// By kind and size of the list.
    reads: BTreeMap<(Kind, i64), Read<'a>>,
    /// Which part of a post's comments stands in its list.
    pub top_level: f64,
    /// Comments in the list of a post.
    pub spoken: Ratio,
    /// What hangs from a post, or from a comment.
    pub hanging: BTreeMap<Kind, Hanging>,
    /// What a user comes to of whom nothing is known, once it was asked for.
    pub typical: OnceCell<Share>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(known: &'a Known, choice: &Choice, spec: &'a HarvestSpec, policy: &'a Policy) -> Self {
        let measured = &known.measured;
        let (listed, counted) = measured.comments;
        let top_level = if counted >= LEAST_LISTS {
            (float(listed) / float(counted)).clamp(0.05, 1.0)
        } else {
            TOP_LEVEL
        };
        let sizes: BTreeSet<i64> = choice.sizes().chain([LISTED]).collect();
        let reads = Kind::ALL
            .into_iter()
            .flat_map(|kind| sizes.iter().map(move |size| (kind, *size)))
            .filter_map(|(kind, size)| {
                Some(((kind, size), read(known, spec, (policy, choice), (kind, size))?))
            })
            .collect();
        let mut model = Self {
            known,
            spec,
            policy,
            reads,
            top_level,
            spoken: Ratio::assumed(8.0, 5.0),
            hanging: BTreeMap::new(),
            typical: OnceCell::new(),
        };
        model.measure(measured);
        model
    }

    fn measure(&mut self, measured: &Measured) {
        let posts = |of: &dyn Fn(&Post) -> f64| {
            groups(
                measured
                    .posts
                    .iter()
                    .map(|post| (post.user, post.posts, of(post))),
            )
        };
        let remarks = |of: &dyn Fn(&Remark) -> f64| {
            groups(
                measured
                    .remarks
                    .iter()
                    .map(|remark| (remark.media, remark.comments, of(remark))),
            )
        };
        let is_some = |requests: f64| f64::from(u8::from(requests > 0.0));
        let least_likes = self.spec.min_likes.unwrap_or(1).max(1);
        let comments = |post: &Post| self.comments(post.comments).0;
        let likers = |post: &Post| is_some(self.counted(Kind::MediaLikers, post.likes));
        let replies = |remark: &Remark| self.counted(Kind::Replies, Some(remark.replies));
        let comment_likers = |remark: &Remark| match remark.likes {
            Some(number) if number < least_likes => 0.0,
            number => self.counted(Kind::CommentLikers, number),
        };
        let price = self.price_of_comments(measured);
        let spoken = Ratio::measured(&posts(&|post| self.comments(post.comments).1));
        let hanging = [
            (
                Kind::Comments,
                posts(&|post| is_some(comments(post))),
                posts(&comments),
                Hanging {
                    lists: 0.8,
                    requests: Ratio::assumed(1.0, 4.0),
                    price: None,
                },
            ),
            (
                Kind::MediaLikers,
                posts(&likers),
                posts(&likers),
                Hanging {
                    lists: 0.95,
                    requests: Ratio::assumed(0.95, 1.3),
                    price: None,
                },
            ),
            (
                Kind::Replies,
                remarks(&|remark| is_some(replies(remark))),
                remarks(&replies),
                Hanging {
                    lists: 0.15,
                    requests: Ratio::assumed(0.17, 4.0),
                    price: None,
                },
            ),
            (
                Kind::CommentLikers,
                remarks(&|remark| is_some(comment_likers(remark))),
                remarks(&comment_likers),
                Hanging {
                    lists: 0.4,
                    requests: Ratio::assumed(0.45, 3.0),
                    price: None,
                },
            ),
        ]
        .map(|(kind, lists, requests, assumed)| {
            let measured = Ratio::measured(&lists).zip(Ratio::measured(&requests));
            let hanging = measured.map_or(assumed, |(lists, requests)| Hanging {
                lists: lists.mean,
                requests,
                price: (kind == Kind::Comments).then_some(price).flatten(),
            });
            (kind, hanging)
        });
        self.spoken = spoken.unwrap_or(self.spoken);
        self.hanging = hanging.into();
    }

    /// How lists of a kind with this counter are read; none if no endpoint is left, or if it is not collected.
    pub(crate) fn read(&self, kind: Kind, counter: Option<i64>) -> Option<&Read<'a>> {
        // Of a size of which nothing was measured the listed order holds, as of those without a counter.
        let listed = || self.reads.get(&(kind, LISTED));
        self.reads.get(&(kind, size_of(counter))).or_else(listed)
    }

    /// Collected kinds that nothing reads.
    pub(crate) fn without_route(&self) -> Vec<Kind> {
        let collected = self.spec.collect.iter().copied();
        collected
            .filter(|kind| self.read(*kind, None).is_none())
            .collect()
    }

    /// Requests for the comments of a post with this counter, and how many comments they show.
    pub(crate) fn comments(&self, counter: Option<i64>) -> (f64, f64) {
        let Some(read) = self.read(Kind::Comments, counter) else {
            return (0.0, 0.0);
        };
        let items = counter.map_or(1.0, |counter| float(counter) * self.top_level);
        (
            read.paging.requests(items, read.limit),
            read.paging.shown(items, read.limit),
        )
    }

    /// Requests for a list with this counter; one where nobody says.
    pub(crate) fn counted(&self, kind: Kind, counter: Option<i64>) -> f64 {
        let Some(read) = self.read(kind, counter) else {
            return 0.0;
        };
        let counter = counter.unwrap_or(1);
        let items = self.cut(kind, counter).unwrap_or(counter);
        read.paging.requests(float(items), read.limit)
    }

    /// How many items of a list that hangs from something are likely shown, if not all: longer lists ended before their
    /// counters, and none so long was shown whole.
    pub(crate) fn cut(&self, kind: Kind, counter: i64) -> Option<i64> {
        let read = self.read(kind, Some(counter))?;
        let paged = self.known.measured.paged.get(&read.step.endpoint);
        match (kind, paged.and_then(cut_from)) {
            (Kind::CommentLikers, None) => Some(2 * read.step.page_size).filter(|most| *most < counter),
            (_, Some((from, shows))) if counter >= from => Some(shows.min(counter)),
            _ => None,
        }
    }

    /// How many items of a seed's list are likely shown, if not all, and how sure that is.
    fn truncation(&self, seed: &Seed, kind: Kind) -> Option<Truncated> {
        let counter = seed.counter(kind)?;
        let read = self.read(kind, Some(counter))?;
        let paged = self.known.measured.paged.get(&read.step.endpoint);
        let whole_up_to = paged.and_then(|paged| paged.whole_up_to).unwrap_or(0);
        let measured = paged.filter(|paged| paged.truncated > 0 && paged.truncated_from.is_some());
        let (from, shows) = measured.map_or((TRUNCATED_FROM, TRUNCATED_SHOWS), |paged| {
            (
                paged.truncated_from.unwrap_or(TRUNCATED_FROM),
                paged.truncated_shows.unwrap_or(TRUNCATED_SHOWS),
            )
        });
        let is_known_for_it = kind == Kind::Followers;
        let is_likely = counter > whole_up_to.max(shows)
            && ((is_known_for_it && seed.verified)
                || (counter >= from && (is_known_for_it || measured.is_some())));
        is_likely.then(|| Truncated {
            seed: seed.text.clone(),
            kind,
            counter,
            shows,
            because: match measured {
                Some(paged) => format!(
                    "{} of {} lists of {} were cut short, the smallest of {from}; the largest shown whole had {whole_up_to}",
                    paged.truncated,
                    paged.truncated + paged.walks.iter().map(|walk| walk.lists).sum::<i64>(),
                    read.step.endpoint,
                ),
                None => format!(
                    "followers of verified accounts, and of those with {from} or more, are known to be cut at about {shows}"
                ),
            },
        })
    }

    /// The lists of a seed that are likely truncated.
    pub(crate) fn truncated(&self, seed: &Seed) -> Vec<Truncated> {
        let own = self.spec.collect.iter().filter(|kind| kind.rank() == 1);
        own.filter(|kind| self.is_read(seed, **kind))
            .filter_map(|kind| self.truncation(seed, *kind))
            .collect()
    }

    /// How many items a seed's list shows.
    pub(crate) fn items(&self, seed: &Seed, kind: Kind, counter: i64) -> Band {
        let whole = float(counter);
        match self.truncation(seed, kind) {
            None => Band::exact(whole),
            Some(truncated) => {
                let shows = float(truncated.shows);
                let paged = self
                    .read(kind, Some(counter))
                    .and_then(|read| self.known.measured.paged.get(&read.step.endpoint));
                let is_sure = paged.is_some_and(|paged| paged.truncated >= LEAST_TRUNCATED);
                Band::new(shows, shows, if is_sure { shows } else { whole })
            }
        }
    }

    /// What a request for comments costs on average, for posts like those that are known.
    fn price_of_comments(&self, measured: &Measured) -> Option<f64> {
        let (mut requests, mut units) = (0.0, 0.0);
        for post in &measured.posts {
            let read = self.read(Kind::Comments, post.comments)?;
            let many = float(post.posts) * self.comments(post.comments).0;
            requests += many;
            units += many * float(read.units);
        }
        (requests > 0.0).then(|| units / requests)
    }

    /// What the figures rest on, for the kinds that are collected: of each the endpoints, those first that read most lists.
    pub(crate) fn basis(&self) -> Vec<Basis> {
        let wanted = |kind: &Kind| *kind == Kind::Profile || self.spec.collect.contains(kind);
        let kinds = Kind::ALL.into_iter().filter(wanted);
        kinds
            .flat_map(|kind| self.reads_of(kind).into_iter().map(move |read| (kind, read)))
            .map(|(kind, read)| Basis {
                kind,
                endpoint: read.step.endpoint.clone(),
                units: read.step.units,
                page_size: read.paging.size,
                measured_pages: read.paging.measured,
                further: read.paging.further,
                measured_groups: self.hanging.get(&kind).map(|hanging| hanging.requests.groups()),
            })
            .collect()
    }

    /// How the lists of a kind are read that are known by their counters.
    fn reads_of(&self, kind: Kind) -> Vec<&Read<'a>> {
        let counters: Vec<(Option<i64>, i64)> = if kind == Kind::Comments {
            let posts = self.known.measured.posts.iter();
            posts.map(|post| (post.comments, post.posts)).collect()
        } else {
            let seeds = self
                .known
                .seeds
                .iter()
                .filter(|seed| seed.counter(kind).is_some());
            seeds.map(|seed| (seed.counter(kind), 1)).collect()
        };
        let mut reads: BTreeMap<&str, (i64, &Read<'a>)> = BTreeMap::new();
        for (counter, lists) in counters.into_iter().chain([(None, 0)]) {
            if let Some(read) = self.read(kind, counter) {
                let sum = reads.entry(read.step.endpoint.as_str()).or_insert((0, read));
                sum.0 += lists;
            }
        }
        let mut reads: Vec<(i64, &Read<'a>)> = reads.into_values().collect();
        reads.sort_by_key(|(lists, _)| -lists);
        let is_any = reads.iter().any(|(lists, _)| *lists > 0);
        reads.retain(|(lists, _)| *lists > 0 || !is_any);
        reads.into_iter().map(|(_, read)| read).collect()
    }
}

/// How many items of a list of this size an endpoint that cut such lists short likely shows; none where it may show all.
pub(crate) fn shown_by(paged: &Paged, counter: i64) -> Option<i64> {
    let from = paged.truncated_from.filter(|_| paged.truncated > 0)?;
    let shows = paged.truncated_shows?;
    let is_likely = counter >= from && counter > paged.whole_up_to.unwrap_or(0).max(shows);
    is_likely.then_some(shows)
}

/// From which counter on lists were cut short, and what they showed: where enough were, and none so long was whole.
fn cut_from(paged: &Paged) -> Option<(i64, i64)> {
    let from = paged
        .truncated_from
        .filter(|_| paged.truncated >= LEAST_TRUNCATED)?;
    let whole_up_to = paged.whole_up_to.unwrap_or(0);
    Some((from.max(whole_up_to + 1), paged.truncated_shows?))
}

fn read<'a>(
    known: &'a Known,
    spec: &HarvestSpec,
    (policy, choice): (&'a Policy, &Choice),
    (kind, size): (Kind, i64),
) -> Option<Read<'a>> {
    let variant = match kind {
        Kind::Comments => spec.comments,
        Kind::Clips => spec.clips,
        _ => Variant::Plain,
    };
    // Profiles are asked for by id here; by name they cost what their own route says.
    let step = choice.first_of_size(policy, (kind, "", variant), size, &known.retired)?;
    let (lists, refused, units) = known.measured.asked.get(&kind).copied().unwrap_or_default();
    let is_measured = lists >= LEAST_LISTS;
    let share = |part: i64| {
        if is_measured {
            float(part) / float(lists)
        } else {
            0.0
        }
    };
    Some(Read {
        step,
        units: step.units,
        paging: Paging::of(step, known.measured.paged.get(&step.endpoint)),
        limit: spec.limits.get(&kind).copied(),
        extra: share(units).min(1.0),
        hidden: share(refused).min(0.5),
    })
}

/// Groups with their sizes and what came of them.
fn groups(parts: impl Iterator<Item = (i64, i64, f64)>) -> Vec<(f64, f64)> {
    let mut groups: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (group, many, of_each) in parts {
        let (size, came) = groups.entry(group).or_default();
        *size += float(many);
        *came += float(many) * of_each;
    }
    groups.into_values().collect()
}
