//! Usernames, and the addresses of profiles that hold one.

use super::SeedError;

const LONGEST_NAME: usize = 30;

/// First steps of addresses that are not profiles, and what they lead to.
const NOT_PROFILES: &[(&str, &str)] = &[
    ("p", "a post"),
    ("reel", "a reel"),
    ("reels", "a reel"),
    ("tv", "a video"),
    ("s", "a shared story or highlight"),
    ("share", "something shared"),
    ("stories", "a story"),
    ("explore", "a search, a hashtag or a place"),
    ("accounts", "the site's account pages"),
    ("direct", "the site's inbox"),
    ("about", "the site's own pages"),
    ("legal", "the site's own pages"),
    ("developer", "the site's own pages"),
    ("web", "the site's own pages"),
];

/// Steps behind a username that make the address one of a post: `/someone/p/CODE`.
const POSTS_BEHIND_A_NAME: &[&str] = &["p", "reel", "tv"];

/// The username in lower case, if it can be one.
pub(super) fn username(text: &str) -> Result<String, SeedError> {
    if text.is_empty() {
        return Err(SeedError::NoName);
    }
    let odd = |character: &char| !(character.is_ascii_alphanumeric() || matches!(character, '.' | '_'));
    if let Some(character) = text.chars().find(odd) {
        return Err(SeedError::NameCharacter(character));
    }
    if text.len() > LONGEST_NAME {
        return Err(SeedError::NameTooLong(text.len()));
    }
    Ok(text.to_ascii_lowercase())
}

/// The username in a profile's address, or why there is none; nothing if the text is no address.
pub(super) fn of_address(text: &str) -> Option<Result<String, SeedError>> {
    let (has_scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => {
            if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
                return Some(Err(SeedError::ForeignAddress));
            }
            (true, rest)
        }
        None => (false, text),
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    if !is_instagram(host) {
        // Without a scheme a stranger's host cannot be told from a username.
        return has_scheme.then_some(Err(SeedError::ForeignAddress));
    }
    Some(name_of_path(path))
}

fn is_instagram(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let bare = host
        .strip_prefix("www.")
        .or_else(|| host.strip_prefix("m."))
        .unwrap_or(&host);
    matches!(bare, "instagram.com" | "instagr.am")
}

fn name_of_path(path: &str) -> Result<String, SeedError> {
    let path_end = path.find(['?', '#']).unwrap_or(path.len());
    let mut steps = path[..path_end].split('/').filter(|step| !step.is_empty());
    let Some(first) = steps.next() else {
        return Err(SeedError::NotAProfile("the site's front page"));
    };
    if let Some((_, what)) = NOT_PROFILES
        .iter()
        .find(|(step, _)| step.eq_ignore_ascii_case(first))
    {
        return Err(SeedError::NotAProfile(what));
    }
    if steps
        .next()
        .is_some_and(|second| POSTS_BEHIND_A_NAME.contains(&second))
    {
        return Err(SeedError::NotAProfile("a post"));
    }
    username(first.strip_prefix('@').unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_addresses_are_understood() {
        for text in [
            "https://www.instagram.com/someone/?hl=en",
            "http://instagram.com/someone",
            "instagram.com/someone/",
            "www.instagram.com/SomeOne#top",
            "https://m.instagram.com//someone/tagged/",
            "HTTPS://Instagram.com/someone/followers",
            "instagr.am/someone",
            "https://www.instagram.com/@someone",
        ] {
            assert_eq!(of_address(text), Some(Ok("someone".to_owned())), "{text}");
        }
    }

    #[test]
    fn other_addresses_are_refused_with_what_they_are() {
        for (text, what) in [
            ("https://www.instagram.com/p/AbC/", "a post"),
            ("https://www.instagram.com/someone/p/AbC/", "a post"),
            ("instagram.com/reel/AbC", "a reel"),
            (
                "https://www.instagram.com/explore/tags/lakes/",
                "a search, a hashtag or a place",
            ),
            ("https://www.instagram.com/", "the site's front page"),
            ("instagram.com", "the site's front page"),
            ("https://instagram.com?hl=en", "the site's front page"),
        ] {
            assert_eq!(
                of_address(text),
                Some(Err(SeedError::NotAProfile(what))),
                "{text}"
            );
        }
        for text in [
            "https://example.org/someone",
            "ftp://instagram.com/someone",
            "https://instagram.com.example.org/someone",
            "https://someone@example.org/instagram.com",
        ] {
            assert_eq!(of_address(text), Some(Err(SeedError::ForeignAddress)), "{text}");
        }
    }

    #[test]
    fn a_word_is_no_address() {
        assert_eq!(of_address("someone"), None);
        assert_eq!(of_address("some.one"), None);
    }
}
