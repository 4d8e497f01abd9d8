//! What the next endpoint of a route costs where the first one shows only part of a list. Where it was not measured, the
//! first few lists are experiments, and the others follow what these show.

use crate::kind::Kind;
use crate::plan::band::{Band, float};
use crate::plan::model::{Model, shown_by};
use crate::plan::pages::Paging;
use crate::plan::share::{Cost, Share, UNMEASURED};
use crate::policy::{ReadsOn, Step};
use crate::route::{self, Judged, Short, Try, TryState};
use crate::variant::Variant;

/// More lists than are ever tried at a time: where so many go on, it is because those before them were worth it.
const MOST_TRIES: usize = 20;

impl Model<'_> {
    /// What reading a truncated list on is expected to cost; none where it is not read on. At least nothing: the list may be
    /// shown whole, or the lists before it may speak against it.
    pub(crate) fn read_on(&self, kind: Kind, counter: i64, shown: f64) -> Option<Cost> {
        let read = self.read(kind, Some(counter))?;
        let step = self.next_after(kind, Some(counter))?;
        if let ReadsOn::Measured(least) = self.policy.reads_on {
            #[expect(clippy::cast_possible_truncation, reason = "a list is far shorter than 2^52")]
            let short = Short {
                counter,
                covered: shown as i64,
            };
            let is_worth_it = read.limit.is_none() && route::is_worth_reading_on(step, short, least);
            if !is_worth_it || self.judged(kind, step, least) == Judged::Ends {
                return None;
            }
        }
        let paged = self.known.measured.paged.get(&step.endpoint);
        let paging = Paging::of(step, paged);
        let requests = |items: i64| paging.requests(float(items), read.limit);
        let likely = paged
            .and_then(|paged| shown_by(paged, counter))
            .unwrap_or(counter);
        let requests = Band::new(0.0, requests(likely), requests(counter) * (1.0 + UNMEASURED));
        Some(Cost {
            lists: Band::default(),
            requests,
            units: requests * float(step.units),
        })
    }

    /// The first lists are tried, whatever comes of it: a page of each at least.
    pub(crate) fn try_first(&self, shares: &mut [Share]) {
        let ReadsOn::Measured(least) = self.policy.reads_on else {
            return;
        };
        for kind in Kind::ALL {
            let Some(step) = self.next_after(kind, None) else {
                continue;
            };
            let open = self.experiments(kind, step, least);
            let read_on = shares.iter_mut().filter_map(|share| share.read_on.get_mut(&kind));
            for cost in read_on.take(open) {
                cost.requests.low = cost.requests.expected.min(1.0);
                cost.units.low = cost.requests.low * float(step.units);
            }
        }
    }

    /// How many lists are tried before those before them have shown anything; none where they have.
    fn experiments(&self, kind: Kind, step: &Step, least: f64) -> usize {
        let mut tries = self.known.measured.tries_of(kind, &step.endpoint).to_vec();
        let begun = Try {
            new_rows: 0,
            units: 0,
            state: TryState::UnderWay,
        };
        for open in 0..MOST_TRIES {
            if route::judge(&tries, step.page_size, least) != Judged::GoesOn {
                return open;
            }
            tries.push(begun);
        }
        0
    }

    fn judged(&self, kind: Kind, step: &Step, least: f64) -> Judged {
        let tries = self.known.measured.tries_of(kind, &step.endpoint);
        route::judge(tries, step.page_size, least)
    }

    /// The endpoint that reads lists of a kind with this counter on.
    fn next_after(&self, kind: Kind, counter: Option<i64>) -> Option<&Step> {
        let read = self
            .read(kind, counter)
            .filter(|_| self.policy.may_read_on(kind))?;
        let first = Some(read.step.endpoint.as_str());
        self.policy
            .next_step(kind, "", Variant::Plain, first, &self.known.retired)
    }
}
