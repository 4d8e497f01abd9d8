//! Cursors: the opaque texts that ask for a later page, in the four forms of the upstream.
//!
//! A cursor is good for one endpoint and one target only, and any other text is refused. It says how many items of the
//! list of which day were shown; where the list has changed since, the walk goes on after the last of them that is
//! still there. Only an offset cannot say so: it counts items of the list as it is, and a change before it shifts it.

use serde_json::json;

use crate::mock::draw::Draw;
use crate::mock::endpoints::{CursorForm, Endpoint};

/// Where a walk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bookmark {
    /// The number of the page that comes next, from 1.
    pub(crate) page: usize,
    /// The day, and how many items of that day's list the pages before showed; none for day 0 and as many as such pages
    /// always show.
    pub(crate) shown: Option<(u32, usize)>,
}

/// The cursor that asks for a page of a list.
pub(crate) fn write(seed: u64, endpoint: &Endpoint, target: &str, next: Bookmark) -> String {
    match endpoint.cursor_form {
        CursorForm::Offset => (next.page * endpoint.page_size).to_string(),
        CursorForm::Opaque => token(seed, endpoint, target, next),
        CursorForm::ServerCursor => server_cursor(seed, endpoint, target, next),
        CursorForm::Wrapped => {
            let inner = cached_comments_cursor(seed, endpoint, target, next);
            base64(json!(inner).to_string().as_bytes())
        }
    }
}

/// The JSON text inside a wrapped cursor, which the body shows beside it.
pub(crate) fn cached_comments_cursor(seed: u64, endpoint: &Endpoint, target: &str, next: Bookmark) -> String {
    format!(
        "{{\"cached_comments_cursor\":\"{}\",\"bifilter_token\":\"{}\"}}",
        17_900_000_000_000_000_u64 + next.page as u64,
        token(seed, endpoint, target, next)
    )
}

fn server_cursor(seed: u64, endpoint: &Endpoint, target: &str, next: Bookmark) -> String {
    let token = token(seed, endpoint, target, next);
    format!("{{\"server_cursor\": \"{token}\", \"is_server_cursor_inverse\": true}}")
}

/// Where the walk stands that a cursor belongs to, if it is a cursor of this list.
pub(crate) fn read(seed: u64, endpoint: &Endpoint, target: &str, cursor: &str) -> Option<Bookmark> {
    let next = match endpoint.cursor_form {
        CursorForm::Offset => Bookmark {
            page: cursor.parse::<usize>().ok()? / endpoint.page_size,
            shown: None,
        },
        CursorForm::Opaque => bookmark_of_token(cursor)?,
        CursorForm::ServerCursor => {
            let fields: serde_json::Value = serde_json::from_str(cursor).ok()?;
            bookmark_of_token(fields["server_cursor"].as_str()?)?
        }
        CursorForm::Wrapped => {
            let outer: String = serde_json::from_slice(&unbase64(cursor)?).ok()?;
            let fields: serde_json::Value = serde_json::from_str(&outer).ok()?;
            bookmark_of_token(fields["bifilter_token"].as_str()?)?
        }
    };
    // Writing it again finds every cursor of another list, and every one that was changed on its way.
    (next.page > 0 && write(seed, endpoint, target, next) == cursor).then_some(next)
}

/// Base64 text with the bookmark in the middle of what only this list's cursors have.
fn token(seed: u64, endpoint: &Endpoint, target: &str, next: Bookmark) -> String {
    let subject = format!("{} {target}", endpoint.path);
    let page = next.page;
    let (numbers, place) = match next.shown {
        None => (vec![page as u64], format!("{page:06}")),
        Some((day, shown)) => (
            vec![page as u64, day.into(), shown as u64],
            format!("{page:06}.{day}.{shown}"),
        ),
    };
    let mut draw = Draw::new(seed, &subject, &numbers);
    let text = format!("AQ{:016x}-{place}-{:016x}?>", draw.bits(), draw.bits());
    base64(text.as_bytes())
}

fn bookmark_of_token(token: &str) -> Option<Bookmark> {
    let text = String::from_utf8(unbase64(token)?).ok()?;
    let mut numbers = text.split('-').nth(1)?.split('.');
    let page = numbers.next()?.parse().ok()?;
    let shown = match (numbers.next(), numbers.next()) {
        (Some(day), Some(shown)) => Some((day.parse().ok()?, shown.parse().ok()?)),
        _ => None,
    };
    Some(Bookmark { page, shown })
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as standard base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
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
                let next = Bookmark {
                    page,
                    shown: (page == 2 && endpoint.cursor_form != CursorForm::Offset).then_some((7, 31)),
                };
                let cursor = write(1, endpoint, "123", next);
                assert_eq!(read(1, endpoint, "123", &cursor), Some(next), "{cursor}");
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
