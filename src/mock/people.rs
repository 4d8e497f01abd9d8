//! The people of the world: who somebody is, by index. Ids and names lead back to the index without any table.

pub(crate) mod days;

use crate::mock::draw::Draw;
use crate::mock::phrases;

/// The largest world: a media id has 17 bits for its owner's index.
pub(crate) const MOST_PEOPLE: usize = 1 << 17;

/// What is special about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Nothing.
    Ordinary,
    /// Followed by so many that `/g2/user/followers` shows only the first.
    Big,
    /// Shows no list to strangers.
    Private,
    /// Deleted: answers 404 and is on no list.
    Deleted,
    /// Had another name, which answers 404.
    Renamed,
    /// Nobody follows.
    Unfollowed,
    /// Follows nobody.
    FollowsNobody,
    /// Never posted.
    Silent,
    /// Public, but the following list answers 403.
    HidesFollowing,
    /// Public, but the followers list answers 404 although its counter is not 0.
    HidesFollowers,
}

/// A link below a biography.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) kind: &'static str,
}

/// Everything the world knows of a person, except what the graph and the posts say.
#[expect(clippy::struct_excessive_bools, reason = "they are the upstream's own flags")]
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) index: usize,
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) full_name: String,
    pub(crate) biography: String,
    pub(crate) is_private: bool,
    pub(crate) is_verified: bool,
    pub(crate) account_type: i64,
    pub(crate) category: &'static str,
    pub(crate) city: &'static str,
    pub(crate) pronouns: &'static [&'static str],
    pub(crate) website: Option<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) fbid: i64,
    /// Unix seconds; 0 means none.
    pub(crate) latest_reel: i64,
    pub(crate) is_memorialized: bool,
    pub(crate) is_coppa_enforced: bool,
    pub(crate) is_regulated: bool,
    /// The picture's address without its signature.
    pub(crate) picture: String,
}

impl Person {
    /// Who stands at an index on day 0.
    pub(crate) fn new(seed: u64, index: usize) -> Self {
        let mut draw = Draw::new(seed, "person", &[index as u64]);
        let id = id(seed, index);
        let nature = nature(seed, index);
        let account_type = if nature == Nature::Big {
            3
        } else {
            *draw.of(&[&1, &1, &1, &1, &2, &3])
        };
        let full_name = full_name(&mut draw);
        let biography = biography(&mut draw);
        let category = if account_type == 1 {
            ""
        } else {
            draw.of(&phrases::CATEGORIES)
        };
        let links = links(&mut draw, index);
        Self {
            index,
            id,
            username: username(seed, index),
            full_name,
            biography,
            is_private: nature == Nature::Private,
            is_verified: nature == Nature::Big || draw.chance(0.02),
            account_type,
            category,
            city: if draw.chance(0.1) {
                draw.of(&phrases::CITIES)
            } else {
                ""
            },
            pronouns: if draw.chance(0.1) {
                draw.of(&phrases::PRONOUNS)
            } else {
                &[]
            },
            website: links.first().map(|link| link.url.clone()),
            links,
            fbid: 17_841_400_000_000_000 + draw.between(0, 99_999_999_999),
            latest_reel: if draw.chance(0.4) {
                draw.between(1_774_000_000, 1_775_900_000)
            } else {
                0
            },
            is_memorialized: draw.chance(0.005),
            is_coppa_enforced: draw.chance(0.005),
            is_regulated: draw.chance(0.01),
            picture: picture(&mut draw, "t51.82787-19"),
        }
    }
}

/// The address of a picture, without its signature.
pub(crate) fn picture(draw: &mut Draw, folder: &str) -> String {
    format!(
        "https://scontent-{}.cdninstagram.com/v/{folder}/{}_{}_{}_n.jpg",
        draw.of(&phrases::EDGES),
        draw.between(500_000_000, 699_999_999),
        draw.between(18_000_000_000_000_000, 18_899_999_999_999_999),
        draw.between(1_000_000_000_000_000_000, 8_999_999_999_999_999_999),
    )
}

/// The ranges of ids: base, room for each index, and the share of people below.
const ID_RANGES: [(i64, i64, f64); 4] = [
    (200_000, 9, 0.04),
    (20_000_000, 997, 0.14),
    (1_000_000_000, 53_987, 0.5),
    (10_000_000_000, 600_000, 1.0),
];

/// The id at an index: from 6 to 11 digits, most of them long.
pub(crate) fn id(seed: u64, index: usize) -> i64 {
    let mut draw = Draw::new(seed, "id", &[index as u64]);
    let class = draw.share();
    let (base, room, _) = ID_RANGES
        .into_iter()
        .find(|range| class < range.2)
        .expect("the last range takes all shares");
    base + (index as u64).cast_signed() * room + draw.between(0, room - 1)
}

/// The index that has an id, if any has.
pub(crate) fn index_of_id(seed: u64, size: usize, id: i64) -> Option<usize> {
    let (base, room, _) = ID_RANGES.into_iter().rev().find(|range| range.0 <= id)?;
    let index = usize::try_from((id - base) / room).ok()?;
    (index < size && self::id(seed, index) == id).then_some(index)
}

/// The username at an index on day 0.
pub(crate) fn username(seed: u64, index: usize) -> String {
    let mut draw = Draw::new(seed, "username", &[index as u64]);
    let first = draw.of(&phrases::FIRST_NAMES);
    let separator = draw.of(&[".", "_", "", "."]);
    let last = draw.of(&phrases::LAST_NAMES);
    format!("{first}{separator}{last}_{index}")
}

/// The username that somebody renamed had before; no present name has two underscores in a row.
pub(crate) fn old_username(seed: u64, index: usize) -> String {
    let mut draw = Draw::new(seed, "old username", &[index as u64]);
    format!("{}__{index}", draw.of(&phrases::FIRST_NAMES))
}

/// The index that stands in a username.
pub(crate) fn index_in_username(name: &str) -> Option<usize> {
    name.rsplit_once('_')?.1.parse().ok()
}

/// The least world: one person of every nature and some ordinary ones.
pub(crate) const LEAST_PEOPLE: usize = 32;

/// What is special about the person at an index on day 0. The first ones cover every nature, so that small worlds do too.
pub(crate) fn nature(seed: u64, index: usize) -> Nature {
    match index {
        0 | 1 => return Nature::Big,
        11 => return Nature::Private,
        12 => return Nature::Deleted,
        13 => return Nature::Renamed,
        14 => return Nature::Unfollowed,
        15 => return Nature::FollowsNobody,
        16 => return Nature::Silent,
        17 => return Nature::HidesFollowing,
        18 => return Nature::HidesFollowers,
        2..=10 | 19..LEAST_PEOPLE => return Nature::Ordinary,
        _ => {}
    }
    match Draw::new(seed, "nature", &[index as u64]).below(100) {
        0..70 => Nature::Ordinary,
        70..82 => Nature::Private,
        82..84 => Nature::Deleted,
        84..86 => Nature::Renamed,
        86..89 => Nature::Unfollowed,
        89..92 => Nature::FollowsNobody,
        92..96 => Nature::Silent,
        96..98 => Nature::HidesFollowing,
        _ => Nature::HidesFollowers,
    }
}

/// Whether somebody stands at an index on day 0.
pub(crate) fn was_there(seed: u64, index: usize) -> bool {
    nature(seed, index) != Nature::Deleted
}

fn full_name(draw: &mut Draw) -> String {
    if draw.chance(0.08) {
        return String::new();
    }
    let mut name = String::new();
    for part in [draw.of(&phrases::FIRST_NAMES), draw.of(&phrases::LAST_NAMES)] {
        let (initial, rest) = part.split_at(1);
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(&initial.to_uppercase());
        name.push_str(rest);
    }
    name.push_str(draw.of(&phrases::FLOURISHES));
    if draw.chance(0.03) {
        name.push(phrases::HALF_PAIR);
    }
    name
}

fn biography(draw: &mut Draw) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for _ in 0..draw.below(4) {
        lines.push(draw.of(&phrases::SENTENCES));
    }
    let mut biography = lines.join("\n");
    if !biography.is_empty() && draw.chance(0.05) {
        biography.push(phrases::HALF_PAIR);
    }
    biography
}

fn links(draw: &mut Draw, index: usize) -> Vec<Link> {
    let count = *draw.of(&[&0, &0, &0, &1, &2]);
    let links = (0..count).map(|number| Link {
        title: if draw.chance(0.5) {
            String::new()
        } else {
            "My «shop» & more".to_owned()
        },
        url: format!("https://shop-{index}.example/{number}?from=bio"),
        kind: "external",
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_and_names_are_unique_and_lead_back() {
        let (seed, size) = (42, 5_000);
        let mut ids = HashSet::new();
        for index in 0..size {
            let id = id(seed, index);
            assert!(ids.insert(id));
            assert_eq!(index_of_id(seed, size, id), Some(index));
            assert_eq!(index_in_username(&username(seed, index)), Some(index));
        }
        assert_eq!(index_of_id(seed, size, 17), None);
        let short = ids.iter().filter(|id| **id < 100_000_000).count();
        let long = ids.iter().filter(|id| **id >= 1_000_000_000).count();
        assert!(short > 100 && long > 4_000, "{short} short and {long} long ids");
    }

    #[test]
    fn the_largest_world_has_ids_of_eleven_digits_at_most() {
        assert!(
            (0..MOST_PEOPLE)
                .step_by(97)
                .all(|index| id(1, index) < 100_000_000_000)
        );
    }
}
