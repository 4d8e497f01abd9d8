//! The posts: what stands at a number below an owner. An id leads back to both without any table.

use crate::mock::draw::Draw;
use crate::mock::people::{self, Nature};
use crate::mock::phrases;
use crate::mock::threads;

/// A post's name: whose it is, and its number, 0 being the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PostKey {
    pub(crate) owner: usize,
    pub(crate) number: usize,
}

/// What a post shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Photo,
    Video,
    /// So many pictures.
    Carousel(usize),
}

/// Where a post was made.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// Degrees: latitude and longitude.
    pub(crate) point: Option<(f64, f64)>,
}

/// Everything the world knows of a post.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) key: PostKey,
    pub(crate) id: i64,
    pub(crate) form: Form,
    /// Unix seconds.
    pub(crate) taken_at: i64,
    pub(crate) caption: Option<String>,
    pub(crate) likes: i64,
    pub(crate) comments: usize,
    pub(crate) plays: Option<i64>,
    pub(crate) views: Option<i64>,
    pub(crate) reshares: Option<i64>,
    pub(crate) reposts: Option<i64>,
    pub(crate) saves: Option<i64>,
    pub(crate) counts_hidden: bool,
    pub(crate) comments_disabled: Option<bool>,
    pub(crate) is_paid: bool,
    pub(crate) description: Option<&'static str>,
    pub(crate) has_audio: Option<bool>,
    pub(crate) place: Option<Place>,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) duration: Option<f64>,
    /// The address of the best picture without its signature.
    pub(crate) picture: String,
}

impl Post {
    /// The post of that name.
    pub(crate) fn new(seed: u64, key: PostKey) -> Self {
        let mut draw = Draw::new(seed, "post", &[key.owner as u64, key.number as u64]);
        let form = match draw.below(10) {
            0..4 => Form::Photo,
            4..7 => Form::Video,
            _ => Form::Carousel(2 + draw.below(9)),
        };
        let is_video = form == Form::Video;
        let (width, height) = *draw.of(&[&(1080, 1350), &(1080, 1920), &(1440, 1440), &(750, 1333)]);
        let mut only_video = |most: i64| is_video.then(|| draw.between(0, most));
        let (plays, reshares) = (only_video(2_000_000), only_video(5_000));
        let comments_disabled = comments_disabled(seed, key);
        Self {
            key,
            id: id(seed, key),
            form,
            taken_at: taken_at(seed, key),
            caption: caption(&mut draw),
            likes: (draw.power(3.0, 1.1, 3_000_000) as u64).cast_signed(),
            comments: threads::counter(seed, key),
            plays,
            views: if is_video && draw.chance(0.2) { plays } else { None },
            reshares,
            reposts: draw.chance(0.7).then(|| draw.between(0, 900)),
            saves: draw.chance(0.2).then(|| draw.between(0, 2_000)),
            counts_hidden: draw.chance(0.06),
            // The upstream says nothing more often than "no".
            comments_disabled: if comments_disabled {
                Some(true)
            } else {
                draw.chance(0.2).then_some(false)
            },
            is_paid: draw.chance(0.05),
            description: (!is_video && draw.chance(0.5)).then(|| draw.of(&phrases::PICTURE_TEXTS)),
            has_audio: is_video.then(|| draw.chance(0.9)),
            place: draw.chance(0.25).then(|| place(&mut draw)),
            width,
            height,
            duration: is_video
                .then(|| f64::from(u32::try_from(draw.below(90_000)).unwrap_or(0) + 3_001) / 1_000.0),
            picture: people::picture(&mut draw, "t51.82787-15"),
        }
    }

    /// The upstream's number for the form.
    pub(crate) fn media_type(&self) -> i64 {
        match self.form {
            Form::Photo => 1,
            Form::Video => 2,
            Form::Carousel(_) => 8,
        }
    }

    /// The upstream's word for the form.
    pub(crate) fn product_type(&self) -> &'static str {
        match self.form {
            Form::Photo => "feed",
            Form::Video => "clips",
            Form::Carousel(_) => "carousel_container",
        }
    }

    /// The id of the caption, which the upstream keeps as a comment.
    pub(crate) fn caption_id(&self) -> i64 {
        18_083_000_000_000_000 + self.id % 100_000_000_000
    }

    /// The pictures of a carousel.
    pub(crate) fn children(&self, seed: u64) -> Vec<Child> {
        let Form::Carousel(count) = self.form else {
            return Vec::new();
        };
        let children = (0..count).map(|place| {
            let key = [self.key.owner as u64, self.key.number as u64, place as u64];
            let mut draw = Draw::new(seed, "child", &key);
            Child {
                // Another moment with the same low bits: no post has it, and no other child.
                id: self.id - ((place as u64 + 1) << 23).cast_signed(),
                is_video: draw.chance(0.2),
                width: self.width,
                height: self.height,
                picture: people::picture(&mut draw, "t51.82787-15"),
            }
        });
        children.collect()
    }
}

/// A picture of a carousel.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub(crate) id: i64,
    pub(crate) is_video: bool,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) picture: String,
}

/// How many posts are somebody's own; 63 would be the most that an id has room for.
pub(crate) fn count(seed: u64, owner: usize) -> usize {
    if matches!(people::nature(seed, owner), Nature::Silent | Nature::Deleted) {
        return 0;
    }
    Draw::new(seed, "posts", &[owner as u64]).power(3.0, 0.9, 60)
}

/// Who posted together with the owner.
pub(crate) fn coauthors(seed: u64, size: usize, key: PostKey) -> Vec<usize> {
    let mut draw = Draw::new(seed, "coauthors", &[key.owner as u64, key.number as u64]);
    if !draw.chance(0.08) || people::nature(seed, key.owner) == Nature::Private {
        return Vec::new();
    }
    let mut coauthors = Vec::new();
    for _ in 0..=draw.below(2) {
        let other = draw.below(size);
        let takes_part = !matches!(
            people::nature(seed, other),
            Nature::Private | Nature::Silent | Nature::Deleted
        );
        if takes_part && other != key.owner && !coauthors.contains(&other) {
            coauthors.push(other);
        }
    }
    coauthors
}

/// The numbers of the posts that somebody pinned: old ones, at most three, in the order shown.
pub(crate) fn pinned(seed: u64, owner: usize) -> Vec<usize> {
    let count = count(seed, owner);
    let mut draw = Draw::new(seed, "pins", &[owner as u64]);
    if count < 6 || !draw.chance(0.4) {
        return Vec::new();
    }
    let pins = 1 + draw.below(3);
    (0..pins).map(|pin| count - 1 - pin).collect()
}

/// When a post was made, in unix seconds. A later number is always an earlier moment.
pub(crate) fn taken_at(seed: u64, key: PostKey) -> i64 {
    let mut draw = Draw::new(seed, "posting", &[key.owner as u64]);
    let newest = 1_775_600_000 - draw.between(0, 20 * 86_400);
    let gap = draw.between(86_400, 12 * 86_400);
    let delay = Draw::new(seed, "posting", &[key.owner as u64, key.number as u64]).between(0, gap - 1);
    newest - (key.number as u64).cast_signed() * gap - delay
}

/// The upstream's ids begin with the milliseconds since this moment.
const ID_EPOCH_MS: i64 = 1_314_220_021_721;

/// The id of a post: its time, then 17 bits of owner and 6 bits of number.
pub(crate) fn id(seed: u64, key: PostKey) -> i64 {
    let time = taken_at(seed, key) * 1_000 - ID_EPOCH_MS;
    (time << 23) | low_bits(key).cast_signed()
}

/// What tells the posts of a world apart, below 2^23.
pub(crate) fn low_bits(key: PostKey) -> u64 {
    ((key.owner as u64) << 6) | key.number as u64
}

/// The post that has an id, if any has.
pub(crate) fn key_of_id(seed: u64, size: usize, media_id: i64) -> Option<PostKey> {
    let bits = media_id & ((1 << 23) - 1);
    let key = PostKey {
        owner: usize::try_from(bits >> 6).ok()?,
        number: usize::try_from(bits & 63).ok()?,
    };
    (key.owner < size && key.number < count(seed, key.owner) && id(seed, key) == media_id).then_some(key)
}

/// The short code of an id: its digits to the base 64.
pub(crate) fn code(media_id: i64) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rest = usize::try_from(media_id).expect("ids are positive");
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push(char::from(DIGITS[rest % 64]));
        rest /= 64;
    }
    digits.into_iter().rev().collect()
}

/// Whether the owner turned the comments off.
pub(crate) fn comments_disabled(seed: u64, key: PostKey) -> bool {
    Draw::new(seed, "comments off", &[key.owner as u64, key.number as u64]).chance(0.05)
}

fn caption(draw: &mut Draw) -> Option<String> {
    if draw.chance(0.12) {
        return None;
    }
    let mut caption = String::new();
    for _ in 0..=draw.below(3) {
        caption.push_str(draw.of(&phrases::SENTENCES));
        caption.push('\n');
    }
    caption.pop();
    if draw.chance(0.02) {
        caption.push(phrases::HALF_PAIR);
    }
    Some(caption)
}

fn place(draw: &mut Draw) -> Place {
    let number = draw.below(phrases::PLACES.len());
    let mut degrees = |most: i64| {
        let hundred_thousandths = draw.between(-most * 100_000, most * 100_000);
        f64::from(i32::try_from(hundred_thousandths).unwrap_or(0)) / 100_000.0
    };
    let point = (degrees(80), degrees(179));
    Place {
        id: 235_082_047_000_000 + (number as u64).cast_signed() * 7_919,
        name: phrases::PLACES[number],
        point: draw.chance(0.8).then_some(point),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn post_ids_are_unique_and_lead_back() {
        let (seed, size) = (5, 300);
        let mut ids = std::collections::HashSet::new();
        for owner in 0..size {
            for number in 0..count(seed, owner) {
                let key = PostKey { owner, number };
                let post = Post::new(seed, key);
                assert!(ids.insert(post.id), "a post shares its id");
                assert_eq!(key_of_id(seed, size, post.id), Some(key));
                for child in post.children(seed) {
                    assert!(ids.insert(child.id), "a child shares its id");
                    assert_eq!(key_of_id(seed, size, child.id), None);
                }
            }
        }
        assert!(ids.len() > 1_000);
    }

    #[test]
    fn a_later_number_is_an_earlier_moment() {
        for number in 0..59 {
            let at = |number| taken_at(9, PostKey { owner: 4, number });
            assert!(at(number) > at(number + 1));
        }
    }

    #[test]
    fn a_code_is_the_id_to_the_base_64() {
        assert_eq!(code(64 * 64 + 63), "BA_");
    }
}
