//! Whom two users both follow, and who of these follows them back.

use crate::store::questions::Question;
use crate::store::questions::parameter::{GONE, LIMIT, user};

pub(crate) const QUESTION: Question = Question {
    name: "followed_by_both",
    about: "the accounts that A and B both follow, and whether they follow back",
    parameters: &[user("a", "the one"), user("b", "the other"), GONE, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "accounts that both follow, and who follows back",
};

const STATEMENT: &str = "
    with both as (
        select f.followee_id as user_id
        from follow_edges as f
        join follow_edges as g on g.follower_id = :b and g.followee_id = f.followee_id
        where f.follower_id = :a
            and (f.gone_sweep is null or :gone)
            and (g.gone_sweep is null or :gone)
    ), rated as (
        select
            user_id,
            exists (
                select 1
                from follow_edges as e
                where e.follower_id = both.user_id and e.followee_id = :a and (e.gone_sweep is null or :gone)
            ) as follows_a,
            exists (
                select 1
                from follow_edges as e
                where e.follower_id = both.user_id and e.followee_id = :b and (e.gone_sweep is null or :gone)
            ) as follows_b
        from both
    )
    select u.id as user_id, u.username, u.full_name, u.follower_count, r.follows_a, r.follows_b
    from rated as r
    join users as u on u.id = r.user_id
    order by r.follows_a + r.follows_b desc, u.follower_count desc, u.id
    limit :limit";

/// Whom they follow decides who is a row; their followers decide who follows back.
const RESTS_ON: &str = "
    select 'following', :a
    union all
    select 'following', :b
    union all
    select 'followers', :a
    union all
    select 'followers', :b";
