//! The list of endpoints against the vendor's page "GraphQL API", written down here by hand.

use std::collections::BTreeSet;

use gleaner::endpoint::{Endpoint, Options};
use gleaner::endpoints;
use gleaner::variant::Variant;

/// A path, its parameters, the one of them that carries the cursor, and the units of a call without and with `force`.
type Row = (
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
    (u32, u32),
);

/// The 14 endpoints that the page describes; the units are from the guide to request costs.
const PAGE: [Row; 14] = [
    (
        "/g2/user/followers",
        &["user_id", "page_id"],
        Some("page_id"),
        (1, 1),
    ),
    (
        "/g2/user/following",
        &["user_id", "page_id"],
        Some("page_id"),
        (1, 1),
    ),
    (
        "/gql/comment/likers/chunk",
        &["comment_id", "media_id", "end_cursor"],
        Some("end_cursor"),
        (1, 1),
    ),
    (
        "/gql/comments/chunk",
        &["media_id", "sort_order", "end_cursor"],
        Some("end_cursor"),
        (1, 1),
    ),
    (
        "/gql/comments/threaded/chunk",
        &["media_id", "comment_id", "end_cursor"],
        Some("end_cursor"),
        (1, 1),
    ),
    ("/gql/media/likers", &["media_id"], None, (1, 1)),
    ("/gql/media/usertags", &["media_ids"], None, (1, 1)),
    (
        "/gql/topsearch",
        &["query", "end_cursor", "flat"],
        Some("end_cursor"),
        (1, 1),
    ),
    (
        "/gql/user/clips",
        &["user_id", "max_id", "sort_by_views", "flat"],
        Some("max_id"),
        (1, 1),
    ),
    (
        "/gql/user/followers/chunk",
        &["user_id", "end_cursor", "force"],
        Some("end_cursor"),
        (2, 1),
    ),
    (
        "/gql/user/following/chunk",
        &["user_id", "end_cursor", "force"],
        Some("end_cursor"),
        (2, 1),
    ),
    (
        "/gql/user/medias",
        &["user_id", "profile_grid_items_cursor", "flat"],
        Some("profile_grid_items_cursor"),
        (1, 1),
    ),
    (
        "/gql/user/reposts",
        &["user_id", "repost_next_max_id", "flat"],
        Some("repost_next_max_id"),
        (1, 1),
    ),
    ("/gql/user/web_profile_info", &["user_id"], None, (1, 1)),
];

/// The deprecated ones at the page's end, with the parameters that the specification has for them, and the units for 46,
/// 47 and 138 items. `max_requests` of `/gql/comments` is never sent: it would take items away, not units.
const DEPRECATED: [(&str, &[&str], [u32; 3]); 8] = [
    ("/gql/comment/likers", &["media_id", "amount"], [1, 2, 3]),
    ("/gql/comments", &["media_id", "sort_order", "amount"], [1, 2, 3]),
    (
        "/gql/comments/threaded",
        &["media_id", "comment_id", "amount"],
        [1, 2, 3],
    ),
    ("/gql/user/by/id", &["id"], [1, 1, 1]),
    ("/gql/user/by/username", &["username"], [1, 1, 1]),
    ("/gql/user/followers", &["user_id", "amount"], [1, 2, 3]),
    ("/gql/user/following", &["user_id", "amount"], [1, 2, 3]),
    ("/gql/user/related/profiles", &["id"], [1, 1, 1]),
];

/// What is not on the page: what it recommends, or what stands in for what it will lose, and the free balance.
const BESIDE: [&str; 5] = [
    "/v1/user/by/id",
    "/v1/user/by/username",
    "/v2/media/comments",
    "/v2/media/comments/replies",
    "/sys/balance",
];

/// Every parameter that an endpoint can send.
fn sent(endpoint: &Endpoint) -> BTreeSet<&'static str> {
    let mut sent: BTreeSet<&'static str> = endpoint.cursor.into_iter().collect();
    for variant in endpoint.variants.iter().copied().chain([Variant::Plain]) {
        let options = Options {
            flat: true,
            force: true,
            variant,
            ..Options::default()
        };
        let query = (endpoint.query)(&super::target(endpoint), &options);
        sent.extend(query.iter().map(|(name, _)| *name));
    }
    sent
}

fn find(path: &str) -> &'static Endpoint {
    endpoints::find(path).unwrap_or_else(|| panic!("{path} is not there"))
}

#[test]
fn every_endpoint_of_the_page_is_there_as_the_page_has_it() {
    for (path, parameters, cursor, (units, forced)) in PAGE {
        let endpoint = find(path);
        assert_eq!(sent(endpoint), parameters.iter().copied().collect(), "{path}");
        assert_eq!(endpoint.cursor, cursor, "{path}");
        let cost = |force| {
            endpoint.cost.units(&Options {
                force,
                ..Options::default()
            })
        };
        assert_eq!((cost(false), cost(true)), (units, forced), "{path}");
        assert_eq!(
            endpoint.cost.takes_force(),
            parameters.contains(&"force"),
            "{path}"
        );
    }
}

#[test]
fn every_deprecated_endpoint_is_there_with_its_price_and_a_successor() {
    for (path, parameters, units) in DEPRECATED {
        let endpoint = find(path);
        assert_eq!(sent(endpoint), parameters.iter().copied().collect(), "{path}");
        assert_eq!(endpoint.cursor, None, "{path}");
        assert!(endpoint.replaced_by.is_some(), "{path}");
        let cost = [46, 47, 138].map(|amount| {
            endpoint.cost.units(&Options {
                amount,
                ..Options::default()
            })
        });
        assert_eq!(cost, units, "{path}");
    }
}

#[test]
fn nothing_else_is_in_the_list() {
    let known: BTreeSet<&str> = endpoints::ALL.iter().map(|endpoint| endpoint.path).collect();
    let written = PAGE.iter().map(|row| row.0);
    let written = written.chain(DEPRECATED.iter().map(|row| row.0)).chain(BESIDE);
    assert_eq!(known, written.collect());
    assert_eq!(known.len(), endpoints::ALL.len());
}

#[test]
fn what_is_not_wanted_is_not_sent() {
    for endpoint in endpoints::ALL {
        let query = (endpoint.query)(&super::target(endpoint), &Options::default());
        for name in ["flat", "force", "sort_order", "sort_by_views"] {
            assert!(
                query.iter().all(|(sent, _)| *sent != name),
                "{}: {name}",
                endpoint.path
            );
        }
    }
}

#[test]
fn values_are_sent_as_the_upstream_takes_them() {
    let query = |path: &str, options: &Options| {
        let endpoint = find(path);
        let query = (endpoint.query)(&super::target(endpoint), options);
        query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&")
    };
    let plain = Options::default();
    let media = "3800000000000000001";
    assert_eq!(
        query("/gql/comment/likers/chunk", &plain),
        format!("comment_id=18000000000000041&media_id={media}")
    );
    assert_eq!(
        query("/gql/comment/likers", &plain),
        "media_id=18000000000000041&amount=46"
    );
    assert_eq!(
        query("/gql/media/usertags", &plain),
        (1..=6)
            .map(|at| format!("media_ids=380000000000000000{at}"))
            .collect::<Vec<_>>()
            .join("&")
    );
    assert_eq!(query("/gql/topsearch", &plain), "query=lamps");
    let options = Options {
        flat: true,
        variant: Variant::ByViews,
        ..plain
    };
    assert_eq!(
        query("/gql/user/clips", &options),
        "user_id=9000000080&sort_by_views=true&flat=true"
    );
    assert_eq!(
        query("/gql/user/reposts", &options),
        "user_id=9000000080&flat=true"
    );
    let options = Options {
        amount: 100,
        variant: Variant::Popular,
        ..Options::default()
    };
    assert_eq!(
        query("/gql/comments", &options),
        format!("media_id={media}&sort_order=popular&amount=100")
    );
    assert_eq!(
        query("/gql/comments/threaded", &options),
        format!("media_id={media}&comment_id=18000000000000002&amount=100")
    );
}
