//! A harvest in one line and in a table: pure functions of what was read.

use std::time::Duration;

use crate::cli::money::Price;
use crate::cli::output::{self, number};
use crate::store::progress::{HarvestView, KindView};

/// What is shown beside the counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// Pages a second.
    pub(super) rate: Option<f64>,
    /// What a unit costs.
    pub(super) price: Price,
    /// What is left of the nearest limit, if there is one.
    pub(super) left: Option<&'a str>,
    /// Why nothing moves, if nothing does.
    pub(super) why: Option<&'a str>,
}

/// One harvest under way: the kind under work, what was bought, how fast, and what is left as far as it is known.
pub(super) fn line_of(harvest: &HarvestView, beside: &Beside<'_>) -> String {
    let total = |of: fn(&KindView) -> i64| harvest.kinds.iter().map(of).sum::<i64>();
    let (lists, open) = (total(|kind| kind.lists), total(|kind| kind.open));
    let mut parts = Vec::new();
    if let Some(kind) = harvest.kinds.iter().find(|kind| kind.open > 0) {
        let done = number(kind.lists - kind.open);
        parts.push(format!("{} {done} of {} lists", kind.kind, number(kind.lists)));
    } else {
        parts.push(format!("{} lists done", number(lists)));
    }
    parts.push(output::count(total(|kind| kind.pages), "page", "pages"));
    parts.push(format!("{} rows", number(total(|kind| kind.items))));
    parts.push(match beside.left.filter(|_| open > 0) {
        Some(left) => format!("{} ({left})", beside.price.units(harvest.units)),
        None => beside.price.units(harvest.units),
    });
    // A terminal cuts the end of a long line off, so that what a person waits for comes first.
    let why = beside.why.filter(|_| open > 0);
    match why {
        Some(why) => parts.insert(0, why.to_owned()),
        None => parts.extend(beside.rate.map(|rate| format!("{rate:.1} pages/s"))),
    }
    let left = if open > 0 {
        left(harvest, beside)
    } else {
        String::new()
    };
    format!("{}: {}{left}", harvest.name, parts.join(", "))
}

/// What the lists under way still need, as far as their counters tell: what they show may open more.
fn left(harvest: &HarvestView, beside: &Beside<'_>) -> String {
    let pages: i64 = harvest.kinds.iter().map(pages_left).sum();
    let units = harvest.kinds.iter().map(|kind| {
        let each = (kind.units + kind.pages - 1) / kind.pages.max(1);
        pages_left(kind) * each.max(1)
    });
    let units: i64 = units.sum();
    if pages == 0 {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    let time = beside
        .rate
        .filter(|_| beside.why.is_none())
        .and_then(|rate| Duration::try_from_secs_f64((pages as f64 / rate).max(1.0)).ok());
    let time = time.map_or_else(String::new, |time| format!("{}, ", output::wait(time)));
    format!("; left as far as known: {time}{}", beside.price.units(units))
}

/// At least a page for each list under way, and what the counters promise at the size of the pages so far.
fn pages_left(kind: &KindView) -> i64 {
    let page = (kind.items / kind.pages.max(1)).max(1);
    let page = if kind.items == 0 { 25 } else { page };
    kind.open.max(kind.items_left / page)
}

/// At most so many characters of a text.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// A harvest's lists by kind, and what each kind cost.
pub(crate) fn table_of(harvest: &HarvestView, price: Price) -> String {
    let rows = harvest.kinds.iter().map(|kind| {
        let mut row = vec![
            kind.kind.clone(),
            number(kind.lists),
            number(kind.pages),
            number(kind.items),
            number(kind.units),
        ];
        row.extend(price.text(kind.units));
        row.push(ends(kind));
        row
    });
    let mut header = vec!["kind", "lists", "pages", "items", "units"];
    header.extend(price.0.map(|_| "money"));
    header.push("verdicts");
    let table = output::table(&header, rows);
    let filters = &harvest.filter_profiles;
    if filters.lists == 0 {
        return table;
    }
    format!(
        "{table}\n of the profiles, {} for filters alone: {}",
        output::count(filters.lists, "was bought", "were bought"),
        price.units(filters.units)
    )
}

fn ends(kind: &KindView) -> String {
    let verdicts = kind.verdicts.iter();
    let mut ends: Vec<String> = verdicts
        .map(|(verdict, lists)| format!("{} {verdict}", number(*lists)))
        .collect();
    if kind.open > 0 {
        ends.push(format!("{} under way", number(kind.open)));
    }
    if kind.parked > 0 {
        ends.push(format!("{} parked", number(kind.parked)));
    }
    ends.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::progress::FilterProfiles;

    fn harvest() -> HarvestView {
        let kind = |name: &str, lists, open, pages, items, items_left| KindView {
            kind: name.into(),
            lists,
            open,
            pages,
            items,
            units: pages,
            items_left,
            ..KindView::default()
        };
        HarvestView {
            name: "brands".into(),
            units: 124,
            kinds: vec![
                kind("profile", 4, 0, 4, 4, 0),
                kind("followers", 4, 3, 120, 3_000, 1_000),
            ],
            ..HarvestView::default()
        }
    }

    fn said(harvest: &HarvestView, rate: Option<f64>, price: Option<f64>, why: Option<&str>) -> String {
        let price = Price(price);
        line_of(
            harvest,
            &Beside {
                rate,
                price,
                left: None,
                why,
            },
        )
    }

    #[test]
    fn a_line_tells_the_kind_under_work_and_what_is_left_in_time_and_money() {
        assert_eq!(
            said(&harvest(), Some(4.0), Some(0.01), None),
            "brands: followers 1 of 4 lists, 124 pages, 3,004 rows, 124 units = 1.24, 4.0 pages/s; left as far as \
             known: 10 s, 40 units = 0.4000"
        );
        assert_eq!(
            said(&harvest(), None, None, Some("everything is paused")),
            "brands: everything is paused, followers 1 of 4 lists, 124 pages, 3,004 rows, 124 units; left as far as known: \
             40 units"
        );
    }

    #[test]
    fn what_is_left_of_the_nearest_limit_stands_beside_what_was_spent() {
        let beside = Beside {
            rate: None,
            price: Price(None),
            left: Some("26 left of per_day"),
            why: None,
        };
        let line = line_of(&harvest(), &beside);
        assert!(line.contains("124 units (26 left of per_day)"), "{line}");
    }

    #[test]
    fn a_long_line_is_cut() {
        assert_eq!(cut("ünits", 5), "ünits");
        assert_eq!(cut("ünits", 4), "üni…");
    }

    #[test]
    fn a_harvest_without_open_lists_has_nothing_left() {
        let mut harvest = harvest();
        harvest.kinds[1].open = 0;
        assert_eq!(
            said(&harvest, Some(1.0), None, Some("nothing to do")),
            "brands: 8 lists done, 124 pages, 3,004 rows, 124 units, 1.0 pages/s"
        );
    }

    #[test]
    fn the_table_tells_money_with_a_price_and_profiles_for_filters_apart() {
        let mut harvest = harvest();
        let plain = table_of(&harvest, Price(None));
        assert!(!plain.contains("money") && !plain.contains("filters"), "{plain}");
        harvest.filter_profiles = FilterProfiles { lists: 2, units: 2 };
        let told = table_of(&harvest, Price(Some(0.5)));
        assert!(told.contains("money") && told.contains("60.00"), "{told}");
        assert!(
            told.ends_with("of the profiles, 2 were bought for filters alone: 2 units = 1.00"),
            "{told}"
        );
    }
}
