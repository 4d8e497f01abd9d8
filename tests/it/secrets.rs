//! The key is in no file, no output, no table and no address, whatever the upstream repeats and a person mistypes.

mod echo;
mod search;

use std::sync::Arc;
use std::time::Duration;

use gleaner::mock::oracle::Plan;
use gleaner::mock::{Settings, World};

use crate::harness;
use crate::program::{GENEROUS, Process, Program, within};
use echo::Echo;
use search::{assert_nowhere, spellings};

/// A key with characters that every encoding spells in another way.
const KEY: &str = "canary/7f3a+9c51=e8d2~4b60-a1f7";

/// A harvest that buys a profile and a list, by id, with everything logged.
fn harvest(program: &Program, arguments: &[&str]) -> std::process::Command {
    let plan = Plan::of(vec!["787132".into()], &["profile", "followers"]);
    let mut command = program.harvest(&plan, arguments);
    command.env("GLEANER_LOG", "trace");
    command
}

/// Harvests from a server that repeats the key, until the program gives up, and searches what is left.
async fn assert_kept(status: &'static str, body: impl Fn(&str) -> String + Send + 'static) {
    let echo = Echo::start(status, body, KEY);
    let program = Program::new(KEY, &echo.url());
    let mut process = Process::start(harvest(&program, &["--max-units", "12"]));
    // Who is too fast for ever asks for ever; everything else ends.
    let is_served = || status == "429 Slow" && echo.requests().len() > 1;
    assert!(within(GENEROUS, || process.has_ended() || is_served()).await);
    if is_served() {
        process.terminate();
    }
    assert!(process.ended().await.code().is_some());
    let requests = echo.requests();
    assert!(requests.len() > 1, "{}", program.errors());
    for request in requests {
        let without_header = request.replace(&format!("x-access-key: {KEY}\r\n"), "");
        assert!(request.len() > without_header.len(), "the key was sent");
        assert!(!without_header.contains("canary"), "{request}");
    }
    assert_nowhere(KEY, &program).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_that_repeat_the_key_leave_no_trace_of_it() {
    for status in [
        "400 Bad",
        "401 No",
        "402 Pay",
        "403 No",
        "404 None",
        "410 Gone",
        "418 Odd",
        "422 No",
        "429 Slow",
        "500 Oops",
        "503 Away",
        "307 There",
        "301 Moved",
        "204 Nothing",
    ] {
        assert_kept(status, |head| {
            format!("you sent {head} as {}", spellings(KEY).join(" "))
        })
        .await;
        assert_kept(status, |_| {
            serde_json::json!({ "detail": KEY, "exc_type": KEY, "error": KEY }).to_string()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_with_status_200_that_repeat_the_key_leave_no_trace_of_it() {
    let all = || spellings(KEY).join(" ");
    assert_kept("200 OK", move |_| format!("<html><body>{}</body></html>", all())).await;
    assert_kept("200 OK", move |_| {
        serde_json::json!({ "detail": all(), "exc_type": "Odd" }).to_string()
    })
    .await;
    assert_kept("200 OK", move |head| {
        serde_json::json!({ "headers": head, "all": all() }).to_string()
    })
    .await;
    assert_kept("200 OK", move |_| {
        format!("{{\"escaped\": \"{}\"", KEY.replace('/', "\\/"))
    })
    .await;
    assert_kept("200 OK", move |_| {
        let user = serde_json::json!({ "pk": "5", "id": "5", "username": KEY, "full_name": all(), "biography": KEY });
        let list = serde_json::json!({ "users": [user.clone()], "next_max_id": KEY });
        serde_json::json!({ "user": user, "response": list, "next_page_id": KEY, "data": { "user": user } }).to_string()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_across_the_place_where_a_body_is_cut_leaves_no_half_of_it() {
    for status in ["500 Oops", "418 Odd", "200 OK"] {
        // Short reasons are cut within the first hundreds, what is kept of a body at 4,096.
        for before in (64..420).step_by(12).chain([4_070, 4_080, 4_090]) {
            assert_kept(status, move |_| {
                format!("{}{KEY}{}", "x".repeat(before), "y".repeat(9_000))
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_harvest_with_everything_logged_leaves_no_trace_of_the_key() {
    let settings = Settings {
        key: Some(KEY.into()),
        ..Settings::default()
    };
    let world = Arc::new(World::new(3, 300));
    let upstream = harness::upstream(&world, settings).await;
    let program = Program::new(KEY, &upstream.url());
    let plan = Plan::of(world.seeds(6), &["profile", "followers", "medias"]);
    let mut command = program.harvest(&plan, &[]);
    assert_eq!(
        Process::run({
            command.env("GLEANER_LOG", "trace");
            command
        })
        .await,
        Some(0)
    );
    for arguments in [
        &["status"][..],
        &["tasks"],
        &["sql", "select * from ledger"],
        &["dump", "--canonical"],
    ] {
        assert_eq!(Process::run(program.command(arguments)).await, Some(0));
    }
    assert_nowhere(KEY, &program).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_wrong_place_is_refused_without_repeating_it() {
    let places_of_a_key = [
        format!("[upstream]\ntoken = \"{KEY}\""),
        format!("[upstream]\ntoken_file = \"{KEY}\""),
        format!("[upstream]\nbase_url = \"http://127.0.0.1:9/?access_key={KEY}\""),
        format!("[upstream]\nproxy = \"http://user:{KEY}@\""),
        format!("token = \"{KEY}\""),
        KEY.to_owned(),
    ];
    let other_places = [
        format!("[upstream]\nrate = \"{KEY}\""),
        format!("[upstream]\nbase_url = \"{KEY}\""),
        format!("[upstream]\nconnect_timeout = \"{KEY}\""),
        format!("\"{KEY}\" = 1"),
        format!("[routes]\nprofile = [\"{KEY}\"]"),
        format!("[[harvest]]\ncollect = [\"{KEY}\"]"),
    ];
    // What is also in the environment is known, and taken out of whatever is said.
    let known = other_places.iter().map(|lines| (lines, true));
    for (lines, is_known) in places_of_a_key.iter().map(|lines| (lines, false)).chain(known) {
        let program = Program::new(KEY, "http://127.0.0.1:9");
        program.configure(lines);
        let run = ["--json", "run", "--max-units", "1"];
        // An address in the configuration is what is tested; everything else stays on this machine if it goes wrong.
        let mut command = if lines.contains("base_url") {
            program.command(&run)
        } else {
            program.sending(&run)
        };
        if !is_known {
            command.env_remove("HIKERAPI_TOKEN");
        }
        let code = Process::run(command).await;
        assert!(matches!(code, Some(1 | 2 | 5)), "{code:?}: {lines}");
        program.configure("");
        assert_nowhere(KEY, &program).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_base_url_is_refused_without_repeating_a_key_in_it() {
    for url in [
        format!("http://127.0.0.1:9/{KEY}"),
        format!("http://{KEY}@127.0.0.1:9"),
        format!("http://user:{KEY}@127.0.0.1:9"),
        format!("https://127.0.0.1:9/?access_key={KEY}"),
        format!("https://127.0.0.1:9/#{KEY}"),
        format!("ftp://127.0.0.1/{KEY}"),
        format!("http://{KEY}.example"),
        KEY.to_owned(),
    ] {
        let program = Program::new(KEY, &url);
        let process = Process::run(harvest(&program, &["--max-units", "1"]));
        let code = tokio::time::timeout(Duration::from_secs(5), process).await;
        assert!(matches!(code, Ok(Some(1 | 2)) | Err(_)), "{code:?}: {url}");
        assert_nowhere(KEY, &program).await;
    }
}
