//! Cursors: the opaque texts that ask for a later page, in the four forms of the upstream.
//!
//! A cursor is good for one endpoint and one target only, and any other text is refused.

use serde_json::json;

use crate::mock::draw::Draw;
use crate::mock::endpoints::{CursorForm, Endpoint};

/// The cursor that asks for a page (from 1) of a list.
pub(crate) fn write(seed: u64, endpoint: &Endpoint, target: &str, page: usize) -> String {
    match endpoint.cursor_form {
        CursorForm::Offset => (page * endpoint.page_size).to_string(),
        CursorForm::Opaque => token(seed, endpoint, target, page),
        CursorForm::ServerCursor => server_cursor(seed, endpoint, target, page),
        CursorForm::Wrapped => {
            let inner = cached_comments_cursor(seed, endpoint, target, page);
            base64(json!(inner).to_string().as_bytes())
        }
    }
}

/// The JSON text inside a wrapped cursor, which the body shows beside it.
pub(crate) fn cached_comments_cursor(seed: u64, endpoint: &Endpoint, target: &str, page: usize) -> String {
    format!(
        "{{\"cached_comments_cursor\":\"{}\",\"bifilter_token\":\"{}\"}}",
        17_900_000_000_000_000_u64 + page as u64,
        token(seed, endpoint, target, page)
    )
}

fn server_cursor(seed: u64, endpoint: &Endpoint, target: &str, page: usize) -> String {
    let token = token(seed, endpoint, target, page);
    format!("{{\"server_cursor\": \"{token}\", \"is_server_cursor_inverse\": true}}")
}

/// The page that a cursor asks for, if it is a cursor of this list.
pub(crate) fn read(seed: u64, endpoint: &Endpoint, target: &str, cursor: &str) -> Option<usize> {
    let page = match endpoint.cursor_form {
        CursorForm::Offset => cursor.parse::<usize>().ok()? / endpoint.page_size,
        CursorForm::Opaque => page_of_token(cursor)?,
        CursorForm::ServerCursor => {
            let fields: serde_json::Value = serde_json::from_str(cursor).ok()?;
            page_of_token(fields["server_cursor"].as_str()?)?
        }
        CursorForm::Wrapped => {
            let outer: String = serde_json::from_slice(&unbase64(cursor)?).ok()?;
            let fields: serde_json::Value = serde_json::from_str(&outer).ok()?;
            page_of_token(fields["bifilter_token"].as_str()?)?
        }
    };
    // Writing it again finds every cursor of another list, and every one that was changed on its way.
    (page > 0 && write(seed, endpoint, target, page) == cursor).then_some(page)
}

/// Base64 text with the page in the middle of what only this list's cursors have.
fn token(seed: u64, endpoint: &Endpoint, target: &str, page: usize) -> String {
    let mut draw = Draw::new(seed, &format!("{} {target}", endpoint.path), &[page as u64]);
    let text = format!("AQ{:016x}-{page:06}-{:016x}?>", draw.bits(), draw.bits());
    base64(text.as_bytes())
}

fn page_of_token(token: &str) -> Option<usize> {
    let text = String::from_utf8(unbase64(token)?).ok()?;
    text.split('-').nth(1)?.parse().ok()
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, place| {
            bits << 8 | usize::from(*group.get(place).unwrap_or(&0))
        });
        for place in 0..4 {
            let digit = bits >> (18 - 6 * place) & 63;
            text.push(if place <= group.len() {
                char::from(DIGITS[digit])
            } else {
                '='
            });
        }
    }
    text
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        bits = (bits << 6 | u32::try_from(digit).ok()?) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::endpoints::ENDPOINTS;

    #[test]
    fn a_cursor_leads_to_its_page_and_to_no_other_list() {
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.cursor.is_some()) {
            for page in [1, 2, 77] {
                let cursor = write(1, endpoint, "123", page);
                assert_eq!(read(1, endpoint, "123", &cursor), Some(page), "{cursor}");
                assert_eq!(read(1, endpoint, "123", &format!("{cursor}x")), None);
                if endpoint.cursor_form != CursorForm::Offset {
                    assert_eq!(read(1, endpoint, "124", &cursor), None);
                }
            }
            assert_eq!(read(1, endpoint, "123", "rubbish"), None);
        }
    }

    #[test]
    fn base64_is_the_standard_one() {
        assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
        assert_eq!(unbase64("+/8=").unwrap(), [0xfb, 0xff]);
    }
}
