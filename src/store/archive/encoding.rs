//! A body as it is stored: one zstd frame with a checksum, made with the dictionary of its endpoint where there is one.
//! Pure.

use std::io;

use zstd::stream::read::Decoder;

/// How hard a body is compressed when it comes: the writer does it while pages wait.
pub(crate) const LEVEL: i32 = 3;
/// How hard it is compressed later, when nobody waits.
pub(crate) const PACKED_LEVEL: i32 = 19;
/// How large a dictionary may be. Larger ones gain little and are read for each body.
const DICTIONARY_BYTES: usize = 112 * 1024;
/// Which part of the bodies it may be: one that is larger than what it saves is no gain.
const DICTIONARY_SHARE: usize = 32;
const SMALLEST_DICTIONARY_BYTES: usize = 4 * 1024;

/// What every frame begins with.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Compresses a body.
pub(crate) fn compress(body: &[u8], dictionary: Option<&[u8]>, level: i32) -> Vec<u8> {
    let compressed = || -> io::Result<Vec<u8>> {
        let mut compressor = match dictionary {
            Some(dictionary) => zstd::bulk::Compressor::with_dictionary(level, dictionary)?,
            None => zstd::bulk::Compressor::new(level)?,
        };
        compressor.include_checksum(true)?;
        compressor.compress(body)
    };
    // Compressing from memory to memory fails only without memory; the plain body is better than none.
    compressed().unwrap_or_else(|_| body.to_vec())
}

/// The body of what was stored, byte for byte.
pub(crate) fn expand(stored: &[u8], dictionary: Option<&[u8]>) -> io::Result<Vec<u8>> {
    if !stored.starts_with(&MAGIC) {
        return Ok(stored.to_vec());
    }
    let mut body = Vec::new();
    let mut decoder = Decoder::with_dictionary(stored, dictionary.unwrap_or_default())?;
    io::Read::read_to_end(&mut decoder, &mut body)?;
    Ok(body)
}

/// What bodies have in common. It takes a second or more: not for the writer's time.
pub(crate) fn train(bodies: &[Vec<u8>]) -> Vec<u8> {
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    let most = (bytes / DICTIONARY_SHARE).clamp(SMALLEST_DICTIONARY_BYTES, DICTIONARY_BYTES);
    zstd::dict::from_samples(bodies, most).unwrap_or_else(|_| {
        // Too few bodies to find out what is common: any of them is as good a beginning.
        let newest = bodies.last().map_or(&[][..], Vec::as_slice);
        newest[..newest.len().min(most)].to_vec()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies() -> Vec<Vec<u8>> {
        let body = |at: usize| {
            let user = |id: usize| format!(r#"{{"pk":"{id}","username":"user_{id}","is_private":false}}"#);
            let users: Vec<String> = (at..at + 2).map(user).collect();
            format!(r#"{{"users":[{}]}}"#, users.join(",")).into_bytes()
        };
        (0..80).map(|at| body(at * 977)).collect()
    }

    #[test]
    fn a_body_comes_back_byte_for_byte() {
        let dictionary = train(&bodies());
        for body in [&b""[..], b"not json \xff\x00", &bodies()[3]] {
            for level in [LEVEL, PACKED_LEVEL] {
                for dictionary in [None, Some(dictionary.as_slice())] {
                    let stored = compress(body, dictionary, level);
                    assert_eq!(expand(&stored, dictionary).unwrap(), body);
                }
            }
        }
    }

    #[test]
    fn a_dictionary_makes_alike_bodies_smaller() {
        let bodies = bodies();
        let dictionary = train(&bodies[..64]);
        let plain = compress(&bodies[70], None, LEVEL).len();
        let with = compress(&bodies[70], Some(&dictionary), LEVEL).len();
        assert!(with * 3 < plain * 2, "{with} of {plain}");
    }

    #[test]
    fn one_body_is_a_dictionary_too() {
        let bodies = bodies();
        let dictionary = train(&bodies[..1]);
        let stored = compress(&bodies[1], Some(&dictionary), LEVEL);
        assert_eq!(expand(&stored, Some(&dictionary)).unwrap(), bodies[1]);
    }

    #[test]
    fn a_damaged_body_is_an_error_and_not_another_body() {
        let mut stored = compress(&bodies()[0], None, LEVEL);
        let middle = stored.len() / 2;
        stored[middle] ^= 0x10;
        assert!(expand(&stored, None).is_err());
    }
}
