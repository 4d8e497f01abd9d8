//! Ready-made questions to the tables, for people who know no SQL.
//!
//! A question is data: a name, what it answers, its parameters, its statement, and the statement that finds the lists
//! that the answer rests on. Its file below this one holds all of it; a new one is a file, a `mod` line, a row of
//! [`ALL`] and a section of `docs/recipes.md`.

pub mod answer;
mod fill;
mod moment;
pub mod parameter;
mod readings;
pub mod understand;

mod audience_overlap;
mod common_followings;
mod drifts;
mod engagement;
mod followed_by_both;
mod followers_at;
mod following_at;
mod had_name;
mod hits;
mod missing;
mod most_followed;
mod most_liked;
mod mutuals;
mod new_followers;
mod paid_twice;
mod parked;
mod rejected;
mod renames;
mod reposted;
mod seeds_graph;
mod spend;
mod spend_by;
mod sweeps;
mod tagged_with;
mod top_commenters;
mod unfollows;

use parameter::Parameter;

/// A ready-made question.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// What people type.
    pub name: &'static str,
    /// One line: what it answers.
    pub about: &'static str,
    /// What it can be given; `limit` stands last.
    pub parameters: &'static [Parameter],
    /// The statement, with `:name` for the value of a parameter. It holds no double quotes, so that it can be pasted
    /// into some.
    pub statement: &'static str,
    /// The statement that finds the lists that the answer rests on: their kind and target, also of lists that nobody
    /// has asked for. None for questions about the crawl itself, whose tables miss nothing.
    pub rests_on: Option<&'static str>,
    /// What the answer may miss if one of these lists is not complete.
    pub may_miss: &'static str,
}

/// Every question, in the order in which people are told of them.
pub const ALL: [&Question; 26] = [
    &most_followed::QUESTION,
    &mutuals::QUESTION,
    &followed_by_both::QUESTION,
    &audience_overlap::QUESTION,
    &seeds_graph::QUESTION,
    &common_followings::QUESTION,
    &most_liked::QUESTION,
    &engagement::QUESTION,
    &top_commenters::QUESTION,
    &reposted::QUESTION,
    &tagged_with::QUESTION,
    &hits::QUESTION,
    &followers_at::QUESTION,
    &following_at::QUESTION,
    &new_followers::QUESTION,
    &unfollows::QUESTION,
    &renames::QUESTION,
    &had_name::QUESTION,
    &sweeps::QUESTION,
    &missing::QUESTION,
    &rejected::QUESTION,
    &parked::QUESTION,
    &spend::QUESTION,
    &spend_by::QUESTION,
    &paid_twice::QUESTION,
    &drifts::QUESTION,
];

/// What the demo asks of what it harvested: a question and its statement.
pub const DEMO: [(&str, &str); 3] = [
    (
        "Whom do the harvested accounts follow most?",
        "select u.username, u.full_name, count(*) as followed_by
         from follows as f
         join targets as t on t.user_id = f.follower_id
         join users as u on u.id = f.followee_id
         group by u.id
         order by followed_by desc, u.id
         limit 5",
    ),
    (
        "Which posts are talked about most, and by how many people?",
        "select u.username, m.code, count(c.id) as comments, count(distinct c.user_id) as people
         from media as m
         join comments as c on c.media_id = m.id
         join users as u on u.id = m.owner_id
         group by m.id
         order by comments desc, m.id
         limit 5",
    ),
    (
        "Which lists are not complete, and why?",
        "select kind, verdict, count(*) as lists, max(reason) as \"why (the last of them)\"
         from completeness
         where verdict <> 'complete'
         group by kind, verdict
         order by kind, verdict",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_takes_a_limit_and_uses_what_it_takes() {
        for question in ALL {
            let name = question.name;
            assert_eq!(question.parameters.last(), Some(&parameter::LIMIT), "{name}");
            for parameter in question.parameters {
                assert!(
                    question.statement.contains(&format!(":{}", parameter.name)),
                    "{name} does not use {}",
                    parameter.name
                );
            }
            assert!(!question.statement.contains('"'), "{name} has double quotes");
            assert_eq!(
                question.rests_on.is_some(),
                !question.may_miss.is_empty(),
                "{name}"
            );
        }
    }
}
