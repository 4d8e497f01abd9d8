//! What a harvest can cost, kind by kind, said before it starts: bounds where limits give them, and where not, that it
//! is not known.

use super::money::Price;
use super::output::{self, count, number};
use crate::kind::Kind;
use crate::policy::{Policy, Step};
use crate::store::harvests::{HarvestSpec, Limit};

/// The kinds of a harvest with what is known of their cost.
pub(super) fn table_of(spec: &HarvestSpec, policy: &Policy, price: Price) -> String {
    let forecast = Forecast { spec, policy };
    let rows = forecast.kinds().into_iter().map(|kind| {
        let step = forecast.step(kind);
        let limit = spec
            .limits
            .get(&kind)
            .map_or("-".to_owned(), |limit| match limit {
                Limit::Items(items) => count(*items, "item", "items"),
                Limit::Pages(pages) => count(*pages, "page", "pages"),
            });
        let of = |number: fn(&Step) -> i64| step.map_or("-".to_owned(), |step| number(step).to_string());
        vec![
            kind.name().to_owned(),
            step.map_or("-".to_owned(), |step| step.endpoint.clone()),
            of(|step| step.units),
            of(|step| step.page_size),
            limit,
            forecast.cost(kind, price),
        ]
    });
    let header = [
        "kind",
        "endpoint",
        "units a page",
        "items a page",
        "limit",
        "cost",
    ];
    let table = output::table(&header, rows);
    let end = match (forecast.most_units(), spec.max_units.or(policy.max_units)) {
        (Some(most), Some(limit)) if most > limit => format!(
            "At most {} without failed attempts; the limit ends it at {}.",
            price.units(most),
            price.units(limit)
        ),
        (Some(most), Some(limit)) => format!(
            "At most {} without failed attempts, which may be billed, too; the limit is {}.",
            price.units(most),
            number(limit)
        ),
        (Some(most), None) => format!("At most {} without failed attempts.", price.units(most)),
        (None, Some(limit)) => format!(
            "How much it is in all is not known; the limit ends it at {}.",
            price.units(limit)
        ),
        (None, None) => "How much it is in all is not known.".to_owned(),
    };
    format!("{table}\n{end} What is there already is not bought again.\n")
}

struct Forecast<'a> {
    spec: &'a HarvestSpec,
    policy: &'a Policy,
}

impl Forecast<'_> {
    /// What is bought: the profile of every seed is, whatever is collected.
    fn kinds(&self) -> Vec<Kind> {
        let wanted = |kind: &Kind| match kind {
            Kind::Profile => self.users_by_id_or_name() > 0 || self.spec.collect.contains(kind),
            Kind::Search => self.searches() > 0,
            kind => self.spec.collect.contains(kind),
        };
        Kind::ALL.into_iter().filter(wanted).collect()
    }

    /// The endpoint that is asked first; for names only, the one that finds them.
    fn step(&self, kind: Kind) -> Option<&Step> {
        let only_names = self.spec.seeds.iter().all(|seed| seed.starts_with('@'));
        if kind == Kind::Profile && only_names && self.spec.depth == 1 {
            return self.policy.by_name.first();
        }
        self.policy.routes.get(&kind)?.first()
    }

    fn searches(&self) -> i64 {
        let searches = self.spec.seeds.iter().filter(|seed| seed.starts_with("search:"));
        i64::try_from(searches.count()).unwrap_or(i64::MAX)
    }

    fn users_by_id_or_name(&self) -> i64 {
        i64::try_from(self.spec.seeds.len()).unwrap_or(i64::MAX) - self.searches()
    }

    /// How many users' lists are read at most; none if nothing bounds it.
    fn users(&self) -> Option<i64> {
        let expands = self.spec.depth > 1 && !self.spec.expand.is_empty();
        match (expands, self.spec.users_limit) {
            (false, _) => Some(self.users_by_id_or_name()),
            (true, Some(more)) => Some(self.users_by_id_or_name().saturating_add(more)),
            (true, None) => None,
        }
    }

    /// How many pages of each list are read at most.
    fn pages(&self, kind: Kind) -> Option<i64> {
        if matches!(kind, Kind::Profile | Kind::MediaLikers | Kind::Usertags) {
            return Some(1);
        }
        let page = self.step(kind)?.page_size.max(1);
        match self.spec.limits.get(&kind)? {
            Limit::Pages(pages) => Some(*pages),
            // The rest of a page, since the upstream may show fewer on it.
            Limit::Items(items) => Some((items + page - 1) / page),
        }
    }

    /// How many items all lists of a kind show at most.
    fn items(&self, kind: Kind) -> Option<i64> {
        if !self.spec.collect.contains(&kind) {
            return Some(0);
        }
        let of_each = self.pages(kind)?.checked_mul(self.step(kind)?.page_size)?;
        self.lists(kind)?.checked_mul(of_each)
    }

    /// How many lists of a kind there are at most.
    fn lists(&self, kind: Kind) -> Option<i64> {
        match kind {
            Kind::Search => Some(self.searches()),
            Kind::Comments | Kind::MediaLikers | Kind::Usertags => {
                self.items(Kind::Medias)?.checked_add(self.items(Kind::Clips)?)
            }
            Kind::Replies | Kind::CommentLikers => self.items(Kind::Comments),
            _ => self.users(),
        }
    }

    /// How many units a kind costs at most; none if nothing bounds it.
    fn units(&self, kind: Kind) -> Option<i64> {
        let lists = self.lists(kind)?;
        // Ten posts a request.
        let lists = if kind == Kind::Usertags {
            (lists + 9) / 10
        } else {
            lists
        };
        lists
            .checked_mul(self.pages(kind)?)?
            .checked_mul(self.step(kind)?.units)
    }

    fn most_units(&self) -> Option<i64> {
        self.kinds()
            .into_iter()
            .try_fold(0_i64, |sum, kind| sum.checked_add(self.units(kind)?))
    }

    /// What is known of the cost of a kind, in words.
    fn cost(&self, kind: Kind, price: Price) -> String {
        let Some(step) = self.step(kind) else {
            return "nothing collects it: it has no route".to_owned();
        };
        let (whose, many) = match kind {
            Kind::Comments | Kind::MediaLikers | Kind::Usertags => ("post", "posts"),
            Kind::Replies => ("comment with replies", "comments"),
            Kind::CommentLikers => ("comment with likes", "comments"),
            Kind::Search => ("search", "searches"),
            _ => ("user", "users"),
        };
        match (self.lists(kind), self.pages(kind), self.units(kind)) {
            (Some(1), Some(1), Some(units)) if kind == Kind::Profile => price.units(units),
            (Some(lists), Some(1), Some(units)) if kind == Kind::Profile => format!(
                "{} for each of {}: {}",
                count(step.units, "unit", "units"),
                count(lists, "user", "users"),
                price.units(units)
            ),
            (Some(lists), Some(pages), Some(units)) => format!(
                "at most {} for each of at most {} {}: {}",
                count(pages, "page", "pages"),
                number(lists),
                if lists == 1 { whose } else { many },
                price.units(units)
            ),
            (None, _, _) if kind == Kind::Usertags => {
                "1 page for each 10 posts; how many there are is not known".to_owned()
            }
            (None, Some(pages), _) => format!(
                "at most {} for each {whose}; how many there are is not known",
                count(pages, "page", "pages")
            ),
            // Nothing in a profile foretells how long these lists are.
            (_, None, _) if matches!(kind, Kind::Clips | Kind::Reposts | Kind::Search) => {
                format!("as many pages as each {whose} has: not known")
            }
            (Some(1), None, _) => "as many pages as its counter says: not known yet".to_owned(),
            (Some(lists), None, _) => format!(
                "as many pages as the counter of each of {} {many} says: not known yet",
                number(lists)
            ),
            _ => format!("as many pages as the counter of each {whose} says: not known"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Harvest};
    use crate::seeds::SeedList;
    use crate::setup;

    fn said(seeds: &[&str], change: impl FnOnce(&mut Harvest)) -> String {
        let mut harvest = Harvest::default();
        change(&mut harvest);
        let list = SeedList::collect(seeds.iter().copied());
        let spec = setup::spec(&harvest, &list.seeds, true);
        table_of(&spec, &setup::policy(&Config::default(), true), Price(None))
    }

    fn limited(harvest: &mut Harvest, limits: &[(&str, &str)]) {
        for (name, limit) in limits {
            harvest.limits.set(name, limit.parse().unwrap()).unwrap();
        }
    }

    #[track_caller]
    fn shows(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "no {part:?} in:\n{text}");
        }
    }

    #[test]
    fn profiles_cost_a_unit_each_and_are_bought_for_every_seed() {
        let text = said(&["natgeo", "nasa", "42"], |harvest| {
            harvest.collect = vec![Kind::Followers];
            harvest.max_units = Some(10);
        });
        shows(
            &text,
            &[
                "1 unit for each of 3 users: 3 units",
                "as many pages as the counter of each of 3 users says: not known yet",
                "How much it is in all is not known; the limit ends it at 10 units.",
            ],
        );
    }

    #[test]
    fn limits_bound_what_hangs_from_posts() {
        let text = said(&["42"], |harvest| {
            harvest.collect = vec![Kind::Comments];
            limited(harvest, &[("medias", "2p"), ("comments", "1p")]);
        });
        shows(
            &text,
            &[
                "at most 2 pages for each of at most 1 user: 2 units",
                "at most 1 page for each of at most 24 posts: 24 units",
                "At most 27 units without failed attempts.",
            ],
        );
    }

    #[test]
    fn a_limit_of_items_is_rounded_to_pages() {
        let text = said(&["42", "43"], |harvest| {
            harvest.collect = vec![Kind::Followers];
            limited(harvest, &[("followers", "26")]);
        });
        shows(
            &text,
            &["26 items", "at most 2 pages for each of at most 2 users: 4 units"],
        );
    }

    #[test]
    fn users_that_are_found_count_with_a_limit_and_are_unknown_without() {
        let expands = |harvest: &mut Harvest| {
            harvest.collect = vec![Kind::Profile];
            harvest.depth = 2;
            harvest.expand = vec![crate::way::Way::Followers];
            limited(harvest, &[("followers", "1p")]);
        };
        let text = said(&["42"], |harvest| {
            expands(harvest);
            harvest.limits.users = Some(100);
        });
        shows(&text, &["1 unit for each of 101 users: 101 units"]);
        let text = said(&["42"], expands);
        shows(
            &text,
            &["at most 1 page for each user; how many there are is not known"],
        );
    }
}
