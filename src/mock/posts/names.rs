//! The ids of posts, which lead back to owner and number without any table, and their short codes.

use crate::mock::posts::{self, PostKey, days};

/// The upstream's ids begin with the milliseconds since this moment.
const ID_EPOCH_MS: i64 = 1_314_220_021_721;

/// The id of a post: its time, then 17 bits of owner and the last 6 bits of the number. The posts of somebody that share
/// these are weeks apart.
pub(crate) fn id(seed: u64, key: PostKey) -> i64 {
    let time = posts::taken_at(seed, key) * 1_000 - ID_EPOCH_MS;
    (time << 23) | (bits(key) & LOW_BITS).cast_signed()
}

/// The bits of an owner and of a number below 64.
const LOW_BITS: u64 = (1 << 23) - 1;

/// What tells the posts of a world apart: below 2^23 for those of day 0.
pub(crate) fn bits(key: PostKey) -> u64 {
    let (low, high) = (key.number as u64 % 64, key.number as u64 / 64);
    (high << 23) | ((key.owner as u64) << 6) | low
}

/// The post that has an id, on whatever day, if any has.
pub(crate) fn key_of_id(seed: u64, size: usize, media_id: i64) -> Option<PostKey> {
    let first = key_of_bits(u64::try_from(media_id).ok()? & LOW_BITS)?;
    let taken_at = ((media_id >> 23) + ID_EPOCH_MS).div_euclid(1_000);
    let key = PostKey {
        number: days::number_at(taken_at).unwrap_or(first.number),
        ..first
    };
    (key.owner < size && days::is_made(seed, key) && id(seed, key) == media_id).then_some(key)
}

/// The name that has these bits, whether there is such a post or not.
pub(crate) fn key_of_bits(bits: u64) -> Option<PostKey> {
    let number = (bits >> 23) * 64 + bits % 64;
    Some(PostKey {
        owner: usize::try_from((bits & LOW_BITS) >> 6).ok()?,
        number: usize::try_from(number).ok()?,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_id_to_the_base_64() {
        assert_eq!(code(64 * 64 + 63), "BA_");
    }
}
