//! The rules that the queue follows, as plain numbers and names: built once from the configuration and the registry,
//! so that the store needs to know neither.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::backoff::BackoffSettings;
use crate::kind::Kind;
use crate::refresh;
use crate::variant::Variant;

/// Everything that decides how a walk goes on.
#[expect(clippy::struct_excessive_bools, reason = "they are rules of their own")]
#[derive(Clone, Debug)]
pub struct Policy {
    /// The endpoints of each kind, in the order in which they are tried.
    pub routes: BTreeMap<Kind, Vec<Step>>,
    /// The endpoints that find a user by name.
    pub by_name: Vec<Step>,
    /// Every endpoint, for tasks whose endpoint has left the routes in the middle of a walk.
    pub known: Vec<Step>,
    /// Whether a list is read first by the endpoint that gives most for a unit, where that was measured.
    pub chooses: bool,
    /// When a truncated list is read on by the next endpoint of the route.
    pub reads_on: ReadsOn,
    /// When a walk ends, and how.
    pub ends: Ends,
    /// When lists are read again, and how far.
    pub refresh: refresh::Rules,
    /// How failed requests are tried again.
    pub retry: Retry,
    /// How often one request probes while nobody answers, or while the upstream's front refuses this client.
    pub probe_every: Duration,
    /// Nothing is bought for a harvest to which no limit at all applies: set wherever requests cost money.
    pub needs_limit: bool,
    /// The most units in all, ever.
    pub max_units: Option<i64>,
    /// The most units in one UTC day.
    pub max_units_per_day: Option<i64>,
    /// The most units in one run.
    pub max_units_per_run: Option<i64>,
    /// Whether an option said that, for this run alone.
    pub is_for_this_run: bool,
    /// Whether the bodies of pages are kept.
    pub keep_bodies: bool,
}

/// The kinds of which several endpoints show the same lists, so that one can be chosen by what was measured.
pub const CHOSEN: [Kind; 3] = [Kind::Followers, Kind::Following, Kind::Comments];

/// When a truncated list is read on by the next endpoint of the route.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadsOn {
    /// Where it promises at least so many new rows for a unit; lists of [`CHOSEN`] kinds.
    Measured(f64),
    /// Always; lists of these kinds.
    Always(Vec<Kind>),
}

/// One endpoint of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its path.
    pub endpoint: String,
    /// What one call is billed.
    pub units: i64,
    /// What one call is billed with `force`; none where the endpoint does not take it.
    pub forced_units: Option<i64>,
    /// Items on a full page.
    pub page_size: i64,
    /// Whether there is a second page.
    pub paged: bool,
    /// How many items a call asks for, where the upstream pages on its own side.
    pub amount: Option<i64>,
    /// The variants of its lists that it can show beside the plain one.
    pub variants: &'static [Variant],
}

/// When a walk ends, and how.
#[derive(Clone, Debug)]
pub struct Ends {
    /// The share of the counter that must have been shown for `complete`.
    pub coverage: f64,
    /// So many short of the counter is `complete` all the same.
    pub short_by: i64,
    /// So many pages in a row with nothing new are a loop.
    pub nothing_new_pages: i64,
    /// So many complete sweeps in a row must miss a follow edge before it is closed.
    pub close_after: i64,
}

/// How failed requests are tried again.
#[derive(Clone, Debug)]
pub struct Retry {
    /// The waits.
    pub backoff: BackoffSettings,
    /// Failed attempts at one page before the task is parked.
    pub max_attempts: i64,
    /// How long after a 404 the question is asked once more.
    pub not_found_again: Duration,
}

/// Paid answers to one page that were no page before the task is parked with the last of them.
pub const MAX_UNUSABLE: i64 = 3;
/// Times an incomplete page is asked again.
pub const MAX_ASKS: i64 = 2;
/// Deaths of the process with one request alone in flight before its task is parked.
pub const MAX_LONE_DEATHS: i64 = 3;

fn usable<'step>(
    steps: &'step [Step],
    variant: Variant,
    retired: &[String],
) -> impl Iterator<Item = &'step Step> {
    steps
        .iter()
        .filter(move |step| variant == Variant::Plain || step.variants.contains(&variant))
        .filter(|step| !retired.contains(&step.endpoint))
}

impl Policy {
    /// The route of a list: by name for a user that is known by name only.
    pub fn route(&self, kind: Kind, target: &str) -> &[Step] {
        if kind == Kind::Profile && target.starts_with('@') {
            return &self.by_name;
        }
        self.routes.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The first endpoint of the route after `endpoint` (or of the whole route) that is not among `retired` and shows that
    /// variant of the list.
    pub fn next_step(
        &self,
        kind: Kind,
        target: &str,
        variant: Variant,
        after: Option<&str>,
        retired: &[String],
    ) -> Option<&Step> {
        let route = self.route(kind, target);
        let from = after.map_or(0, |path| {
            route
                .iter()
                .position(|step| step.endpoint == path)
                .map_or(0, |at| at + 1)
        });
        usable(&route[from..], variant, retired).next()
    }

    /// The endpoints of the route that are not among `retired` and show that variant of the list.
    pub fn usable(
        &self,
        kind: Kind,
        target: &str,
        variant: Variant,
        retired: &[String],
    ) -> impl Iterator<Item = &Step> {
        usable(self.route(kind, target), variant, retired)
    }

    /// Whether the next endpoint of the route may read on where one shows only part of a list of this kind.
    pub fn may_read_on(&self, kind: Kind) -> bool {
        match &self.reads_on {
            ReadsOn::Measured(_) => CHOSEN.contains(&kind),
            ReadsOn::Always(kinds) => kinds.contains(&kind),
        }
    }

    /// What is known of an endpoint, whether or not it stands in a route.
    pub fn step(&self, endpoint: &str) -> Option<&Step> {
        self.known.iter().find(|step| step.endpoint == endpoint)
    }

    /// Whether an endpoint is in the route of a list.
    pub fn is_on_route(&self, kind: Kind, target: &str, endpoint: &str) -> bool {
        self.route(kind, target)
            .iter()
            .any(|step| step.endpoint == endpoint)
    }
}
