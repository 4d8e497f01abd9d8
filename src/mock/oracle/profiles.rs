//! The profiles that a perfect harvest buys, those of the seeds first.

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::harvest::{Harvest, Subject};

impl Harvest<'_> {
    /// Buys the profile of a seed. A second seed that is the same person opens nothing more.
    pub(crate) fn open_seed(&mut self, seed: &str) -> Option<Subject> {
        if let Some(words) = seed.strip_prefix("search:") {
            let is_new = self.searched.insert(words.to_owned());
            return is_new.then(|| Subject::Words(words.to_owned()));
        }
        let is_id = !seed.is_empty() && seed.bytes().all(|byte| byte.is_ascii_digit());
        if is_id {
            let id: i64 = seed.parse().ok()?;
            let found = self.world.find_id(id);
            if found.is_some_and(|index| self.profiled.contains(&index)) {
                return None;
            }
            let verdict = self.buy_profile(seed, found);
            if let Some(index) = found {
                return (!self.opened.contains(&index)).then_some(Subject::Person(index));
            }
            if verdict == "gone" {
                self.tables.miss(id);
            }
            return Some(Subject::Nobody(seed.to_owned(), verdict));
        }
        let name = seed.trim_start_matches('@');
        let target = format!("@{name}");
        let found = self.world.find_username(name);
        let verdict = self.ask_profile(&self.plan.routes.name, found);
        self.judge("profile", &target, verdict);
        match found {
            Some(index) if verdict == "complete" => {
                if self.profiled.insert(index) {
                    let id = self.id(index);
                    self.judge("profile", &id, verdict);
                }
                (!self.opened.contains(&index)).then_some(Subject::Person(index))
            }
            // Nobody knows whose lists these would be.
            _ => None,
        }
    }

    /// Buys a profile by id, unless it was bought before.
    pub(crate) fn buy_profile(&mut self, target: &str, found: Option<usize>) -> &'static str {
        if found.is_some_and(|index| self.profiled.contains(&index)) {
            return "complete";
        }
        let verdict = self.ask_profile(&self.plan.routes.profile, found);
        if let (Some(index), "complete") = (found, verdict) {
            self.profiled.insert(index);
        }
        self.judge("profile", target, verdict);
        verdict
    }

    fn ask_profile(&mut self, route: &[String], found: Option<usize>) -> &'static str {
        let Some((endpoint, place)) = self.till.choose(route, 0) else {
            if let Some(index) = found {
                self.tables.meet(self.world, index, Columns::NONE);
            }
            return "retired";
        };
        self.till.pay(endpoint, 1, false);
        if let Some(index) = found {
            self.tables
                .meet(self.world, index, Columns::shown_by(endpoint.path));
            return "complete";
        }
        self.till.ask_again(route, endpoint, place, false);
        "gone"
    }
}
