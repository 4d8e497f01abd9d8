//! The perfect harvest: it sends nothing, but decides what would be sent, and what each answer would show.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::mock::oracle::plan::{Expected, Plan};
use crate::mock::oracle::tables::Tables;
use crate::mock::oracle::till::Till;
use crate::mock::posts::PostKey;
use crate::mock::world::World;

/// What a perfect harvest of this world finds and costs.
pub fn expect(world: &World, plan: &Plan) -> Expected {
    let mut harvest = Harvest::new(world, plan);
    harvest.run();
    let (rows, counts) = harvest.tables.dump(world);
    harvest.verdicts.sort();
    Expected {
        rows,
        units: harvest.till.units,
        requests: harvest.till.requests,
        verdicts: harvest.verdicts,
        counts,
    }
}

/// What one harvest shows of that which changes with time.
#[derive(Debug)]
pub(crate) struct Round {
    /// Follower and followee.
    pub(crate) follows: BTreeSet<(i64, i64)>,
    /// The posts on the `medias` lists: user and post.
    pub(crate) posts: BTreeSet<(i64, i64)>,
    /// The usernames shown.
    pub(crate) names: BTreeMap<i64, String>,
    /// The lists, by kind and user, that are complete by a counter: what they did not show is not there.
    pub(crate) whole: BTreeSet<(&'static str, i64)>,
}

/// What a perfect harvest of this world shows.
pub(crate) fn round(world: &World, plan: &Plan) -> Round {
    let mut harvest = Harvest::new(world, plan);
    harvest.run();
    let counted: HashSet<i64> = harvest
        .profiled
        .iter()
        .map(|index| world.user_id(*index))
        .collect();
    let whole = harvest.verdicts.iter().filter_map(|(kind, target, verdict)| {
        let kind = ["followers", "following", "medias"]
            .into_iter()
            .find(|known| known == kind)?;
        let user: i64 = target.parse().ok()?;
        (verdict == "complete" && counted.contains(&user)).then_some((kind, user))
    });
    Round {
        whole: whole.collect(),
        follows: harvest.tables.edges().clone(),
        posts: harvest.tables.listed("medias"),
        names: harvest.tables.names(world),
    }
}

/// What lists are harvested of.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// Somebody of this world.
    Person(usize),
    /// A seed that nobody has; its text is the target of its lists.
    Nobody(String, &'static str),
    /// Words that are searched for.
    Words(String),
}

/// A subject, and what its lists showed, each in the order shown.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subject: Subject,
    pub(crate) depth: u32,
    /// Users on the lists of followers and following, authors of reposted posts, users that a search found.
    pub(crate) users: HashMap<&'static str, Vec<usize>>,
    /// Posts of the lists of posts and of clips.
    pub(crate) posts: HashMap<&'static str, Vec<PostKey>>,
}

/// Who showed up below a post, in the order that counts.
#[derive(Debug, Default)]
pub(crate) struct Below {
    pub(crate) commenters: Vec<usize>,
    pub(crate) likers: Vec<usize>,
    pub(crate) comment_likers: Vec<usize>,
}

pub(crate) struct Harvest<'a> {
    pub(crate) world: &'a World,
    pub(crate) plan: &'a Plan,
    pub(crate) till: Till<'a>,
    pub(crate) tables: Tables,
    verdicts: Vec<(String, String, String)>,
    /// In the order in which they were opened.
    pub(crate) targets: Vec<Target>,
    /// People whose profile was bought.
    pub(crate) profiled: HashSet<usize>,
    /// People whose lists are or were harvested.
    pub(crate) opened: HashSet<usize>,
    /// Searches that were made.
    pub(crate) searched: HashSet<String>,
    /// People who were judged and are not added.
    pub(crate) turned_away: HashSet<usize>,
    /// Posts of which everything that hangs from them is or was collected.
    pub(crate) below: HashMap<PostKey, Below>,
    /// Posts whose tags are still to be asked for, ten at a time.
    pub(crate) untagged: Vec<PostKey>,
}

impl<'a> Harvest<'a> {
    fn new(world: &'a World, plan: &'a Plan) -> Self {
        Self {
            world,
            plan,
            till: Till::new(world, plan),
            tables: Tables::default(),
            verdicts: Vec::new(),
            targets: Vec::new(),
            profiled: HashSet::new(),
            opened: HashSet::new(),
            searched: HashSet::new(),
            turned_away: HashSet::new(),
            below: HashMap::new(),
            untagged: Vec::new(),
        }
    }

    fn run(&mut self) {
        for seed in &self.plan.seeds {
            if let Some(subject) = self.open_seed(seed) {
                self.open(subject, 1);
            }
        }
        let mut room = self.plan.users.unwrap_or(usize::MAX);
        let mut from = 0;
        loop {
            let to = self.targets.len();
            self.harvest(from, to);
            // With a limit a depth ends before the next begins. Without one all depths are under way together.
            let first = if self.plan.users.is_some() {
                self.ask_tags();
                from
            } else {
                0
            };
            self.open_found(first, to, &mut room);
            if self.targets.len() == to {
                if self.untagged.is_empty() {
                    break;
                }
                self.ask_tags();
            }
            from = to;
        }
    }

    /// Adds those who were found on the lists of these targets, as many as there is room for.
    fn open_found(&mut self, first: usize, to: usize, room: &mut usize) {
        for depth in 1..self.plan.depth {
            let candidates = self.candidates(first, to, depth);
            for index in self.admitted(candidates, *room) {
                *room -= 1;
                self.open(Subject::Person(index), depth + 1);
            }
        }
    }

    fn open(&mut self, subject: Subject, depth: u32) {
        if let Subject::Person(index) = subject {
            self.opened.insert(index);
        }
        self.targets.push(Target {
            subject,
            depth,
            users: HashMap::new(),
            posts: HashMap::new(),
        });
    }

    /// Harvests everything of these targets: all profiles first, for they tell what the lists hold.
    fn harvest(&mut self, from: usize, to: usize) {
        if self.plan.collects("profile") {
            for place in from..to {
                let target = &self.targets[place];
                // Those of the seeds were bought to find them.
                if let (Subject::Person(index), 2..) = (&target.subject, target.depth) {
                    let index = *index;
                    self.buy_profile(&self.id(index), Some(index));
                }
            }
        }
        for place in from..to {
            self.lists_of(place);
        }
    }

    pub(crate) fn judge(&mut self, kind: &str, target: &str, verdict: &str) {
        self.verdicts
            .push((kind.to_owned(), target.to_owned(), verdict.to_owned()));
    }

    pub(crate) fn id(&self, index: usize) -> String {
        self.world.user_id(index).to_string()
    }
}
