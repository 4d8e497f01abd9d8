//! Which fault strikes which arrival: by chance that depends on the question alone, or by script.
//!
//! Every fault passes: a question that met two in a row is answered well the third time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::mock::draw::Draw;
use crate::mock::endpoints::Endpoint;
use crate::mock::faults::{FaultKind, Faults};
use crate::mock::outcomes::Outcome;

/// After so many faults in a row a question is answered well.
const MOST_FAULTS_IN_A_ROW: u32 = 2;

/// What an arrival asks, as far as faults go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) target: &'a str,
    pub(crate) cursor: Option<&'a str>,
    pub(crate) outcome: &'a Outcome,
}

impl Asked<'_> {
    fn name(&self) -> String {
        format!(
            "{} {} {}",
            self.endpoint.path,
            self.target,
            self.cursor.unwrap_or_default()
        )
    }
}

/// What goes wrong, and what has gone wrong so far.
#[derive(Debug)]
pub(crate) struct Mischief {
    seed: u64,
    faults: Faults,
    /// Arrivals at each path since the faults were set.
    path_arrivals: HashMap<&'static str, u64>,
    questions: HashMap<String, History>,
    /// What was lied about or refused once: these faults never strike twice.
    struck_once: HashSet<(FaultKind, &'static str, String)>,
}

/// What happened to a question so far.
#[derive(Clone, Copy, Debug, Default)]
struct History {
    arrivals: u64,
    faults_in_a_row: u32,
}

impl Mischief {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        Self {
            seed,
            faults,
            path_arrivals: HashMap::new(),
            questions: HashMap::new(),
            struck_once: HashSet::new(),
        }
    }

    /// Changes what goes wrong from now on; what went wrong so far is still known.
    pub(crate) fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
        self.path_arrivals.clear();
    }

    /// How much longer a slow answer takes.
    pub(crate) fn slow(&self) -> Duration {
        self.faults.slow
    }

    /// The fault that strikes, if one does, and draws for whatever else is left to chance.
    pub(crate) fn strike(&mut self, asked: Asked) -> (Option<FaultKind>, Draw) {
        let name = asked.name();
        let history = self.questions.entry(name.clone()).or_default();
        let mut draw = Draw::new(self.seed, &name, &[history.arrivals]);
        history.arrivals += 1;
        let is_struck = draw.chance(self.faults.share) && history.faults_in_a_row < MOST_FAULTS_IN_A_ROW;
        let fault = match self.scripted(asked.endpoint.path) {
            None if is_struck => self.drawn(asked, &mut draw),
            scripted => scripted,
        };
        let history = self.questions.entry(name).or_default();
        history.faults_in_a_row = if fault.is_some() {
            history.faults_in_a_row + 1
        } else {
            0
        };
        if let Some(kind @ (FaultKind::NotFoundLie | FaultKind::CursorRefused)) = fault {
            self.struck_once
                .insert((kind, asked.endpoint.kind, asked.target.to_owned()));
        }
        (fault, draw)
    }

    fn scripted(&mut self, path: &'static str) -> Option<FaultKind> {
        let nth = self.path_arrivals.entry(path).or_default();
        let script = self
            .faults
            .scripts
            .iter()
            .find(|script| script.path == path && script.nth == *nth);
        *nth += 1;
        script.map(|script| script.kind)
    }

    /// From the kind that is drawn on, the first that makes sense here.
    fn drawn(&self, asked: Asked, draw: &mut Draw) -> Option<FaultKind> {
        let first = draw.below(self.faults.kinds.len());
        let (before, after) = self.faults.kinds.split_at(first);
        after.iter().chain(before).copied().find(|kind| {
            is_possible(*kind, asked)
                && !self
                    .struck_once
                    .contains(&(*kind, asked.endpoint.kind, asked.target.to_owned()))
        })
    }
}

/// Whether a fault makes sense for what would be answered.
fn is_possible(kind: FaultKind, asked: Asked) -> bool {
    let Outcome::Page(question) = asked.outcome else {
        return !matches!(
            kind,
            FaultKind::NotFoundLie
                | FaultKind::CursorRefused
                | FaultKind::RubbishElement
                | FaultKind::CursorMissing
                | FaultKind::PatchErrors
                | FaultKind::PatchesFirst
                | FaultKind::DuplicatedElement
        );
    };
    let has_items = question.endpoint.kind != "profile" && !question.places.is_empty();
    match kind {
        FaultKind::NotFoundLie => asked.cursor.is_none(),
        FaultKind::CursorRefused => asked.cursor.is_some(),
        FaultKind::RubbishElement | FaultKind::DuplicatedElement => has_items,
        FaultKind::CursorMissing => has_items && question.endpoint.cursor.is_some(),
        FaultKind::PatchErrors | FaultKind::PatchesFirst => {
            let is_streamed = matches!(question.endpoint.kind, "medias" | "clips" | "search");
            has_items && is_streamed && !question.is_flat
        }
        _ => true,
    }
}
