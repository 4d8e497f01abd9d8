//! Who is tagged in a post or in a picture of a carousel.

use crate::mock::draw::Draw;
use crate::mock::likes;
use crate::mock::people;
use crate::mock::posts::{Form, Post, PostKey};

/// Somebody who is tagged.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) user: usize,
    /// Where, in shares of the width and the height; a video does not always say.
    pub(crate) position: Option<(f64, f64)>,
}

/// The tags of the post itself; a carousel has them on its pictures.
pub(crate) fn of_post(seed: u64, size: usize, post: &Post) -> Vec<Tag> {
    let draw = Draw::new(seed, "tags", &[post.key.owner as u64, post.key.number as u64]);
    match post.form {
        Form::Photo => tags(draw, seed, size, post.key.owner, 0.4, 1.0),
        Form::Video => tags(draw, seed, size, post.key.owner, 0.4, 0.7),
        Form::Carousel(_) => Vec::new(),
    }
}

/// The tags of the picture at a place of a carousel; its videos have none.
pub(crate) fn of_child(seed: u64, size: usize, key: PostKey, place: usize, is_video: bool) -> Vec<Tag> {
    if is_video {
        return Vec::new();
    }
    let numbers = [key.owner as u64, key.number as u64, place as u64];
    tags(
        Draw::new(seed, "child tags", &numbers),
        seed,
        size,
        key.owner,
        0.15,
        1.0,
    )
}

/// Whether the endpoint for tags leaves a post out, as it does with what it cannot show.
pub(crate) fn are_withheld(seed: u64, key: PostKey) -> bool {
    Draw::new(seed, "withheld tags", &[key.owner as u64, key.number as u64]).chance(0.04)
}

fn tags(mut draw: Draw, seed: u64, size: usize, owner: usize, share: f64, placed: f64) -> Vec<Tag> {
    if !draw.chance(share) {
        return Vec::new();
    }
    let count = 1 + draw.below(3);
    let mut users = likes::crowd(&mut draw, size, count, &|index| people::was_there(seed, index));
    users.retain(|user| *user != owner);
    let mut share = || f64::from(u32::try_from(1 + draw.below(9_999)).unwrap_or(1)) / 10_000.0;
    let points: Vec<(f64, f64)> = users.iter().map(|_| (share(), share())).collect();
    users
        .into_iter()
        .zip(points)
        .map(|(user, point)| Tag {
            user,
            position: draw.chance(placed).then_some(point),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::posts;

    #[test]
    fn posts_of_every_form_have_tags_and_only_a_video_leaves_the_place_open() {
        let (seed, size) = (3, 200);
        let (mut photos, mut open, mut children) = (0, 0, 0);
        for owner in 0..size {
            for number in 0..posts::count(seed, owner) {
                let post = Post::new(seed, PostKey { owner, number });
                let tags = of_post(seed, size, &post);
                photos += usize::from(post.form == Form::Photo) * tags.len();
                open += tags.iter().filter(|tag| tag.position.is_none()).count();
                assert!(post.form == Form::Video || tags.iter().all(|tag| tag.position.is_some()));
                for (place, child) in post.children(seed).iter().enumerate() {
                    children += of_child(seed, size, post.key, place, child.is_video).len();
                }
            }
        }
        assert!(
            photos > 20 && open > 5 && children > 20,
            "{photos}, {open}, {children}"
        );
    }
}
