//! The posts: what stands at a number below an owner.

pub(crate) mod children;
pub(crate) mod days;
pub(crate) mod names;

use crate::mock::draw::Draw;
use crate::mock::people::{self, Nature};
use crate::mock::phrases;
use crate::mock::threads;

/// A post's name: whose it is, and its number, 0 being the newest of those of day 0; see [`days`] for later ones.
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
    /// How many like it.
    pub(crate) likes: i64,
    /// What it says of that.
    pub(crate) likes_shown: Option<i64>,
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
        let mut draw = post_draw(seed, key);
        let form = drawn_form(&mut draw);
        let is_video = form == Form::Video;
        let (width, height) = *draw.of(&[&(1080, 1350), &(1080, 1920), &(1440, 1440), &(750, 1333)]);
        let mut only_video = |most: i64| is_video.then(|| draw.between(0, most));
        let (plays, reshares) = (only_video(2_000_000), only_video(5_000));
        let comments_disabled = comments_disabled(seed, key);
        let caption = caption(&mut draw);
        let likes = likes(seed, key, &mut draw);
        let mut post = Self {
            key,
            id: names::id(seed, key),
            form,
            taken_at: taken_at(seed, key),
            caption,
            likes,
            likes_shown: Some(likes),
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
        };
        if post.counts_hidden && key.number.is_multiple_of(2) {
            post.likes_shown = None;
        }
        post
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
}

/// The draws for a post, of which the first say its form.
fn post_draw(seed: u64, key: PostKey) -> Draw {
    Draw::new(seed, "post", &[key.owner as u64, key.number as u64])
}

/// The form of the post of that name.
pub(crate) fn form(seed: u64, key: PostKey) -> Form {
    drawn_form(&mut post_draw(seed, key))
}

fn drawn_form(draw: &mut Draw) -> Form {
    match draw.below(10) {
        0..4 => Form::Photo,
        4..7 => Form::Video,
        _ => Form::Carousel(2 + draw.below(9)),
    }
}

/// Some posts nobody likes.
fn likes(seed: u64, key: PostKey, draw: &mut Draw) -> i64 {
    let likes = (draw.power(3.0, 1.1, 3_000_000) as u64).cast_signed();
    let mut draw = Draw::new(seed, "unliked", &[key.owner as u64, key.number as u64]);
    if draw.chance(0.06) { 0 } else { likes }
}

/// How many posts are somebody's own on day 0; 63 would be the most that an id has room for.
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

/// The numbers of the videos that somebody pinned among their clips: old ones, at most two, in the order shown.
pub(crate) fn pinned_clips(seed: u64, owner: usize) -> Vec<usize> {
    let mut draw = Draw::new(seed, "clip pins", &[owner as u64]);
    if !draw.chance(0.5) {
        return Vec::new();
    }
    let key = |number| PostKey { owner, number };
    let videos = (0..count(seed, owner))
        .rev()
        .filter(|number| form(seed, key(*number)) == Form::Video);
    let videos: Vec<usize> = videos.collect();
    let pins = if videos.len() < 4 { 0 } else { 1 + draw.below(2) };
    videos.into_iter().take(pins).collect()
}

/// When the newest post of day 0 was made, and how many seconds pass between two posts of a person.
fn pace(seed: u64, owner: usize) -> (i64, i64) {
    let mut draw = Draw::new(seed, "posting", &[owner as u64]);
    let newest = 1_775_600_000 - draw.between(0, 20 * 86_400);
    (newest, draw.between(86_400, 12 * 86_400))
}

/// When a post was made, in unix seconds. Of those of day 0 a later number is always an earlier moment.
pub(crate) fn taken_at(seed: u64, key: PostKey) -> i64 {
    if days::born_on(key) > 0 {
        return days::taken_at(seed, key);
    }
    let (newest, gap) = pace(seed, key.owner);
    let delay = Draw::new(seed, "posting", &[key.owner as u64, key.number as u64]).between(0, gap - 1);
    newest - (key.number as u64).cast_signed() * gap - delay
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
                assert_eq!(names::key_of_id(seed, size, post.id), Some(key));
                for child in post.children(seed) {
                    assert!(ids.insert(child.id), "a child shares its id");
                    assert_eq!(names::key_of_id(seed, size, child.id), None);
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
}
