//! The ids of posts, which lead back to owner and number without any table, and their short codes.

use crate::mock::posts::{self, PostKey};

/// The upstream's ids begin with the milliseconds since this moment.
const ID_EPOCH_MS: i64 = 1_314_220_021_721;

/// The id of a post: its time, then 17 bits of owner and 6 bits of number.
pub(crate) fn id(seed: u64, key: PostKey) -> i64 {
    let time = posts::taken_at(seed, key) * 1_000 - ID_EPOCH_MS;
    (time << 23) | low_bits(key).cast_signed()
}

/// What tells the posts of a world apart, below 2^23.
pub(crate) fn low_bits(key: PostKey) -> u64 {
    ((key.owner as u64) << 6) | key.number as u64
}

/// The post that has an id, if any has.
pub(crate) fn key_of_id(seed: u64, size: usize, media_id: i64) -> Option<PostKey> {
    let key = key_of_low_bits(media_id & ((1 << 23) - 1))?;
    (key.owner < size && key.number < posts::count(seed, key.owner) && id(seed, key) == media_id)
        .then_some(key)
}

/// The name that has these bits, whether there is such a post or not.
pub(crate) fn key_of_low_bits(bits: i64) -> Option<PostKey> {
    Some(PostKey {
        owner: usize::try_from(bits >> 6).ok()?,
        number: usize::try_from(bits & 63).ok()?,
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
