//! How much two audiences overlap, by the followers that are known.

use crate::store::questions::Question;
use crate::store::questions::parameter::{GONE, LIMIT, user};

pub(crate) const QUESTION: Question = Question {
    name: "audience_overlap",
    about: "how many followers A and B share: counts, shares, Jaccard index",
    parameters: &[user("a", "the one"), user("b", "the other"), GONE, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "shared followers, and its shares are of the followers that are known",
};

const STATEMENT: &str = "
    with counts as (
        select
            (
                select count(*)
                from follow_edges as f
                where f.followee_id = :a and (f.gone_sweep is null or :gone)
            ) as followers_of_a,
            (
                select count(*)
                from follow_edges as f
                where f.followee_id = :b and (f.gone_sweep is null or :gone)
            ) as followers_of_b,
            (
                select count(*)
                from follow_edges as f
                join follow_edges as g on g.follower_id = f.follower_id and g.followee_id = :b
                where f.followee_id = :a
                    and (f.gone_sweep is null or :gone)
                    and (g.gone_sweep is null or :gone)
            ) as shared
    )
    select
        followers_of_a,
        followers_of_b,
        shared,
        round(100.0 * shared / nullif(followers_of_a, 0), 1) as percent_of_a,
        round(100.0 * shared / nullif(followers_of_b, 0), 1) as percent_of_b,
        round(1.0 * shared / nullif(followers_of_a + followers_of_b - shared, 0), 4) as jaccard
    from counts
    limit :limit";

const RESTS_ON: &str = "
    select 'followers', :a
    union all
    select 'followers', :b";
