//! What the users cost that are found: how many there are is guessed from the lists that show them, what each comes to from
//! the users of this file. So the band is wide.

use crate::kind::Kind;
use crate::plan::band::{Band, float};
use crate::plan::model::Model;
use crate::plan::share::{Cost, Share};
use crate::way::Way;

/// Which part of the users on lists is new to the harvest: at least, most likely, at most.
const NEW: (f64, f64, f64) = (0.2, 0.8, 1.0);
/// What a found user comes to, beside what is typical: at least, at most.
const SPREAD: (f64, f64) = (0.3, 3.0);
/// Users that one request for likers or tags shows, and one page of a search.
const A_REQUEST: f64 = 10.0;
/// Coauthors of a post.
const A_POST: f64 = 0.1;

/// What all users cost that a harvest finds; none if it looks for none.
pub(crate) fn share(model: &Model<'_>, seeds: &Share) -> Option<Share> {
    let spec = model.spec;
    if spec.depth < 2 || spec.expand.is_empty() {
        return None;
    }
    let shown = spec
        .expand
        .iter()
        .map(|way| found(model, seeds, *way))
        .fold(Band::default(), |sum, users| sum + users);
    let most = spec.users_limit.map_or(f64::MAX, float);
    let new = Band::new(shown.low * NEW.0, shown.expected * NEW.1, shown.high * NEW.2);
    let users = new.map(|users| users.min(most));
    let each = model.typical();
    let filter = spec.filter;
    let asks_followers = filter.least_followers.is_some() || filter.most_followers.is_some();
    let spread = |band: Band| {
        Band::new(
            SPREAD.0 * band.expected * users.low,
            band.expected * users.expected,
            SPREAD.1 * band.expected * users.high,
        )
    };
    let mut all = each.map(&spread);
    if spec.collect.contains(&Kind::Profile) || asks_followers {
        // A number of followers stands on no list: a profile for each user looked at, until the places are full.
        let profiles = if asks_followers {
            Band::new(
                users.low,
                users.expected.max(new.expected / 2.0).min(new.expected),
                new.high,
            )
        } else {
            users
        };
        let cost = Cost {
            lists: profiles,
            requests: profiles,
            units: profiles,
        };
        all.counted.insert(Kind::Profile, cost);
    }
    Some(all)
}

/// How many users a way shows.
fn found(model: &Model<'_>, seeds: &Share, way: Way) -> Band {
    let shown = |kind| seeds.shown.get(&kind).copied().unwrap_or_default();
    let requests = |kind| seeds.cost(model, kind).requests;
    match way {
        Way::Followers => shown(Kind::Followers),
        Way::Following => shown(Kind::Following),
        Way::Coauthors => (shown(Kind::Medias) + shown(Kind::Clips)) * A_POST,
        Way::Commenters => seeds.comments + model.spoken.total(seeds.posts),
        Way::Likers => (requests(Kind::MediaLikers) + requests(Kind::CommentLikers)) * A_REQUEST,
        Way::Tagged => requests(Kind::Usertags) * A_REQUEST,
        Way::Reposted => requests(Kind::Reposts) * A_REQUEST,
        Way::Search => requests(Kind::Search) * A_REQUEST,
    }
}
