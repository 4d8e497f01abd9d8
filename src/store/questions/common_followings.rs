//! The accounts that most of a harvest's seeds follow.

use crate::store::questions::Question;
use crate::store::questions::parameter::{GONE, HARVEST, LIMIT};

pub(crate) const QUESTION: Question = Question {
    name: "common_followings",
    about: "the accounts that the most seeds of a harvest follow",
    parameters: &[HARVEST, GONE, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "followings of the seeds, so a number can be too low",
};

// `cross join` fixes the order: seeds first, then the edges of each.
const STATEMENT: &str = "
    select
        u.id as user_id,
        u.username,
        u.full_name,
        u.follower_count,
        count(*) as followed_by,
        round(
            100.0 * count(*) / (
                select count(*)
                from targets
                where harvest_id = :harvest and depth = 1
            ),
            1
        ) as percent_of_seeds
    from targets as s
    cross join follow_edges as f on f.follower_id = s.user_id
    join users as u on u.id = f.followee_id
    where s.harvest_id = :harvest and s.depth = 1 and (f.gone_sweep is null or :gone)
    group by u.id
    order by followed_by desc, u.id
    limit :limit";

const RESTS_ON: &str = "
    select 'following', user_id
    from targets
    where harvest_id = :harvest and depth = 1";
