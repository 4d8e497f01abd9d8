//! Who follows a user and is followed back.

use crate::store::questions::Question;
use crate::store::questions::parameter::{GONE, LIMIT, user};

pub(crate) const QUESTION: Question = Question {
    name: "mutuals",
    about: "the accounts that follow USER and that USER follows",
    parameters: &[user("user", "whose mutuals"), GONE, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "mutuals that these lists do not show",
};

const STATEMENT: &str = "
    select u.id as user_id, u.username, u.full_name, u.follower_count
    from follow_edges as f
    join follow_edges as b on b.follower_id = :user and b.followee_id = f.follower_id
    join users as u on u.id = f.follower_id
    where f.followee_id = :user
        and (f.gone_sweep is null or :gone)
        and (b.gone_sweep is null or :gone)
    order by u.follower_count desc, u.id
    limit :limit";

const RESTS_ON: &str = "
    select 'followers', :user
    union all
    select 'following', :user";
