//! The pictures and videos of a carousel.

use crate::mock::draw::Draw;
use crate::mock::people;
use crate::mock::posts::{Form, Post};

/// A picture of a carousel.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub(crate) id: i64,
    pub(crate) is_video: bool,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) picture: String,
}

impl Post {
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
