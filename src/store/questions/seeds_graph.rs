//! Who follows whom among the seeds of a harvest.

use crate::store::questions::Question;
use crate::store::questions::parameter::{GONE, HARVEST, LIMIT};

pub(crate) const QUESTION: Question = Question {
    name: "seeds_graph",
    about: "who follows whom among the seeds of a harvest",
    parameters: &[HARVEST, GONE, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "edges that no other list shows",
};

// The order of the joins is fixed (`cross join`): the edges of each seed are read once, however many seeds there are.
const STATEMENT: &str = "
    select
        a.id as follower_id,
        a.username as follower,
        b.id as followee_id,
        b.username as followee,
        exists (
            select 1
            from follow_edges as e
            where e.follower_id = b.id and e.followee_id = a.id and (e.gone_sweep is null or :gone)
        ) as mutual
    from targets as s
    cross join follow_edges as f on f.follower_id = s.user_id
    cross join targets as t on t.harvest_id = s.harvest_id and t.user_id = f.followee_id and t.depth = 1
    join users as a on a.id = f.follower_id
    join users as b on b.id = f.followee_id
    where s.harvest_id = :harvest and s.depth = 1 and (f.gone_sweep is null or :gone)
    order by s.rank, s.user_id, t.rank, t.user_id
    limit :limit";

/// An edge stands on either of two lists: those that somebody asked for; where nobody did, whom the seed follows.
const RESTS_ON: &str = "
    select l.kind, l.target
    from targets as t
    join lists as l on l.kind in ('followers', 'following') and l.target = cast(t.user_id as text)
    where t.harvest_id = :harvest and t.depth = 1
    union all
    select 'following', t.user_id
    from targets as t
    where t.harvest_id = :harvest
        and t.depth = 1
        and not exists (
            select 1
            from lists as l
            where l.kind in ('followers', 'following') and l.target = cast(t.user_id as text)
        )";
