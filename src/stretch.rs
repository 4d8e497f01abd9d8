//! What is known of a list that shows the newest first: stretches of time without a hole. Pure.
//!
//! A walk reads from the top down, each page where the one before it ended, so whatever lies between its first item and its
//! last is known. One number for "known up to here" would leave a hole behind every walk that was interrupted; stretches do
//! not: a walk that meets a stretch joins it, and is done only where the stretch reaches the end of the list.

use crate::clock::Timestamp;

/// An item of a list by its place in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When it was made.
    pub taken_at: Timestamp,
    /// The item.
    pub id: i64,
}

/// A part of a list in which nothing is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first item.
    pub newest: Mark,
    /// Its last item.
    pub oldest: Mark,
    /// The time of the item that the walk showed last; no page may show a younger one after it.
    pub walked_to: Timestamp,
    /// Whether there is nothing older.
    pub reaches_end: bool,
    /// The oldest sweep whose sightings it rests on.
    pub since_sweep: i64,
    /// When that sweep began.
    pub read_at: Timestamp,
    /// How many items more than the counter there were when it was read to the end.
    pub surplus: Option<i64>,
    /// The endpoint that showed its last item.
    pub endpoint: String,
    /// The cursor that asked for the page with its last item; none for the first page.
    pub resume: Option<String>,
    /// The limit of pages that ended the walk which read its last item.
    pub within_pages: Option<i64>,
    /// The same of items.
    pub within_items: Option<i64>,
    /// Whether the walk goes on from there and has not yet seen that nothing is missing between.
    pub jumped: bool,
}

/// A page of a walk.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// Its items in their order, without those that are pinned above the others.
    pub marks: &'a [Mark],
    /// Whether the list ends with it.
    pub ended: bool,
    /// Who showed it.
    pub endpoint: &'a str,
    /// The cursor that asked for it.
    pub cursor: Option<&'a str>,
    /// The sweep.
    pub sweep: i64,
    /// When the sweep began.
    pub started_at: Timestamp,
    /// Whether the walk ends where it meets what is known.
    pub joins: bool,
    /// Whether it may go on from the cursor of an earlier walk.
    pub jumps: bool,
}

/// How a walk goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// With the next page.
    GoOn,
    /// From the end of what is known.
    Jump(String),
    /// Nowhere: all there is to it is known.
    Known,
    /// From the first page: what the cursor of an earlier walk showed does not touch what is known.
    Astray,
    /// The list is not in the order of time: nothing can be concluded from it.
    Unordered,
}

/// What a page makes of the stretches of its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The stretch of this walk.
    pub own: Option<Stretch>,
    /// Which of the others are part of it now.
    pub absorbed: Vec<usize>,
    /// How the walk goes on.
    pub step: Step,
}

/// One in so many items of a page may be out of the order of time, because its owner moved it: it proves nothing.
const STRAYS: usize = 6;

/// How many items prove what a page shows. A single one may have been moved there, which a page of few items does not tell.
const fn proof(marks: &[Mark]) -> usize {
    if marks.len() + 1 < STRAYS { 1 } else { 2 }
}

/// Adds a page to the stretch of its walk. `others` are the list's other stretches, each with whether it reaches as far as
/// the list is wanted.
pub fn after_page(own: Option<Stretch>, others: &[(Stretch, bool)], page: &Read<'_>) -> Outcome {
    let walked_to = own.as_ref().map_or(Timestamp::MAX, |own| own.walked_to);
    let marks = in_order(page.marks, walked_to);
    if (page.marks.len() - marks.len()) * STRAYS > page.marks.len() {
        return Outcome {
            own: None,
            absorbed: Vec::new(),
            step: Step::Unordered,
        };
    }
    let page = &Read {
        marks: &marks,
        ..*page
    };
    let (Some(first), Some(last)) = (marks.first(), last_for_certain(&marks)) else {
        return at_empty(own, others, page);
    };
    let mut own = match own {
        Some(own) if own.jumped && !touches(&marks, own.oldest) => {
            return Outcome {
                own: Some(Stretch { jumped: false, ..own }),
                absorbed: Vec::new(),
                step: Step::Astray,
            };
        }
        Some(own) => own,
        None => begin(*first, page),
    };
    own.jumped = false;
    own.walked_to = last.taken_at;
    if last.taken_at <= own.oldest.taken_at {
        own.oldest = last;
        page.endpoint.clone_into(&mut own.endpoint);
        own.resume = page.cursor.map(str::to_owned);
        (own.within_pages, own.within_items) = (None, None);
    }
    join(own, others, page)
}

/// The items of a page that are in the order of time, as many as possible: none younger than one above it.
fn in_order(marks: &[Mark], walked_to: Timestamp) -> Vec<Mark> {
    // The longest row that ends with each item: its length, and the place of the item before.
    let mut rows: Vec<(usize, Option<usize>)> = Vec::with_capacity(marks.len());
    for (place, mark) in marks.iter().enumerate() {
        let longest = (0..place)
            .filter(|before| rows[*before].0 > 0 && marks[*before].taken_at >= mark.taken_at)
            .max_by_key(|before| rows[*before].0);
        rows.push(match longest {
            _ if mark.taken_at > walked_to => (0, None),
            Some(before) => (rows[before].0 + 1, Some(before)),
            None => (1, None),
        });
    }
    let mut place = (0..marks.len())
        .filter(|place| rows[*place].0 > 0)
        .max_by_key(|place| rows[*place].0);
    let mut ordered = Vec::new();
    while let Some(at) = place {
        ordered.push(marks[at]);
        place = rows[at].1;
    }
    ordered.reverse();
    ordered
}

/// How far down a page reaches for certain: its very last item may be one that was moved there from further down.
fn last_for_certain(marks: &[Mark]) -> Option<Mark> {
    marks.iter().rev().nth(proof(marks) - 1).copied()
}

/// A page without items says only whether the list ends.
fn at_empty(own: Option<Stretch>, others: &[(Stretch, bool)], page: &Read<'_>) -> Outcome {
    match own {
        Some(own) if own.jumped => Outcome {
            own: Some(Stretch { jumped: false, ..own }),
            absorbed: Vec::new(),
            step: Step::Astray,
        },
        Some(own) => join(own, others, page),
        None => Outcome {
            own: None,
            absorbed: Vec::new(),
            step: Step::GoOn,
        },
    }
}

fn begin(first: Mark, page: &Read<'_>) -> Stretch {
    Stretch {
        newest: first,
        oldest: first,
        walked_to: first.taken_at,
        reaches_end: false,
        since_sweep: page.sweep,
        read_at: page.started_at,
        surplus: None,
        endpoint: page.endpoint.to_owned(),
        resume: page.cursor.map(str::to_owned),
        within_pages: None,
        within_items: None,
        jumped: false,
    }
}

/// Whether a page shows two items down to this one, or it alone: what lies between is known then.
fn touches(marks: &[Mark], oldest: Mark) -> bool {
    let met = |shown: &&Mark| shown.taken_at > oldest.taken_at || shown.id == oldest.id;
    marks.iter().filter(met).count() > 1 || matches!(marks, [only] if only.id == oldest.id)
}

/// Whether a page shows items of a stretch, or below it.
fn meets(marks: &[Mark], newest: Mark) -> bool {
    let met = |shown: &&Mark| shown.taken_at < newest.taken_at || shown.id == newest.id;
    marks.iter().filter(met).count() >= proof(marks)
}

fn join(mut own: Stretch, others: &[(Stretch, bool)], page: &Read<'_>) -> Outcome {
    if page.ended {
        own.reaches_end = true;
        return Outcome {
            own: Some(own),
            absorbed: (0..others.len()).collect(),
            step: Step::GoOn,
        };
    }
    let mut absorbed = Vec::new();
    let mut step = Step::GoOn;
    let mut met = true;
    while met {
        met = false;
        for (place, (other, suffices)) in others.iter().enumerate() {
            if absorbed.contains(&place) {
                continue;
            }
            let is_passed = own.oldest.taken_at < other.oldest.taken_at;
            let is_met = meets(page.marks, other.newest) || other.newest.taken_at > own.oldest.taken_at;
            let can_jump = page.jumps && other.resume.is_some() && other.endpoint == page.endpoint;
            if is_passed {
                absorbed.push(place);
            } else if page.joins && is_met && (*suffices || can_jump) {
                absorbed.push(place);
                met = true;
                own.oldest = other.oldest;
                own.endpoint.clone_from(&other.endpoint);
                own.resume.clone_from(&other.resume);
                (own.within_pages, own.within_items) = (other.within_pages, other.within_items);
                own.reaches_end = other.reaches_end;
                own.surplus = other.surplus;
                own.since_sweep = own.since_sweep.min(other.since_sweep);
                own.read_at = own.read_at.min(other.read_at);
                step = match &other.resume {
                    _ if *suffices => Step::Known,
                    Some(cursor) => Step::Jump(cursor.clone()),
                    None => Step::GoOn,
                };
            } else if own.oldest.id == other.oldest.id && own.newest.taken_at >= other.newest.taken_at {
                // The same to the last item.
                absorbed.push(place);
            }
        }
    }
    own.jumped = matches!(step, Step::Jump(_));
    if own.jumped {
        own.walked_to = Timestamp::MAX;
    }
    Outcome {
        own: Some(own),
        absorbed,
        step,
    }
}

#[cfg(test)]
mod tests;
