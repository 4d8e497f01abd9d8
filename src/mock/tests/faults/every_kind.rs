//! Faults over all kinds of lists, raw and flat.

use std::collections::HashSet;

use super::{LIST, struck, unsigned, world};
use crate::mock::tests::client::{ask, start};
use crate::mock::{FaultKind, Faults, Settings, World};

/// First pages of every kind, raw and flat.
fn questions(world: &World) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let mut questions = Vec::new();
    for index in 2..24 {
        let id = world.user_id(index).to_string();
        for path in [LIST, "/gql/user/following/chunk", "/gql/user/web_profile_info"] {
            questions.push((path, vec![("user_id", id.clone())]));
        }
        for path in ["/gql/user/medias", "/gql/user/clips", "/gql/user/reposts"] {
            for flat in ["", "on"] {
                questions.push((path, vec![("user_id", id.clone()), ("flat", flat.to_owned())]));
            }
        }
        for key in world.posts_of(index).into_iter().take(2) {
            let media_id = world.post(key).id.to_string();
            questions.push(("/gql/media/likers", vec![("media_id", media_id.clone())]));
            questions.push(("/gql/media/usertags", vec![("media_ids", media_id.clone())]));
            if world.comments_shown(key) > 0 {
                let comment_id = world.remark(key, 0, 0).id.to_string();
                let target = vec![("media_id", media_id), ("comment_id", comment_id)];
                questions.push(("/gql/comment/likers/chunk", target));
            }
        }
    }
    for words in world.queries(6) {
        for flat in ["", "on"] {
            questions.push((
                "/gql/topsearch",
                vec![("query", words.clone()), ("flat", flat.to_owned())],
            ));
        }
    }
    questions
}

#[tokio::test]
async fn a_fault_of_the_page_shows_in_every_shape_that_can_have_it() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let mut met: HashSet<(&str, bool, FaultKind)> = HashSet::new();
    for (path, parameters) in questions(&world) {
        let is_flat = parameters.contains(&("flat", "on".to_owned()));
        let parameters: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        for kind in [
            FaultKind::RubbishElement,
            FaultKind::DuplicatedElement,
            FaultKind::CursorMissing,
            FaultKind::PatchErrors,
            FaultKind::PatchesFirst,
        ] {
            if met.contains(&(path, is_flat, kind)) {
                continue;
            }
            let (bad, good, _) = struck(&upstream, kind, path, &parameters).await;
            if good.status == 200 && unsigned(bad.json()) != unsigned(good.json()) {
                met.insert((path, is_flat, kind));
            }
        }
    }
    let shapes = |kind: FaultKind| met.iter().filter(|each| each.2 == kind).count();
    let lists = ["medias", "clips", "reposts", "topsearch"].len() * 2;
    let single = ["media/likers", "media/usertags"].len();
    let paged = [LIST, "following/chunk", "comment/likers/chunk"].len();
    assert_eq!(shapes(FaultKind::RubbishElement), lists + single + paged);
    assert_eq!(shapes(FaultKind::DuplicatedElement), lists + single + paged);
    assert_eq!(shapes(FaultKind::CursorMissing), lists + paged);
    assert_eq!(shapes(FaultKind::PatchErrors), 3, "posts, clips, searches");
    assert_eq!(shapes(FaultKind::PatchesFirst), 3, "posts, clips, searches");
}

#[tokio::test]
async fn every_question_is_answered_well_after_two_faults_at_most() {
    let world = world();
    let calm = start(&world, Settings::default()).await;
    let wild = Faults {
        slow: std::time::Duration::ZERO,
        ..Faults::of(1.0, FaultKind::ALL)
    };
    let wild = start(
        &world,
        Settings {
            faults: wild,
            ..Settings::default()
        },
    )
    .await;
    let mut met = HashSet::new();
    for (path, parameters) in questions(&world) {
        let parameters: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let right = ask(&calm, path, &parameters).await;
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = ask(&wild, path, &parameters).await;
            met.extend(wild.arrivals().last().unwrap().fault);
            let is_right = answer.status == right.status
                && answer.is_whole
                && unsigned(answer.json()) == unsigned(right.json());
            if is_right {
                break;
            }
            assert!(
                tries < 3,
                "{path} {parameters:?} is still wrong: {}",
                answer.status
            );
        }
    }
    assert!(met.len() >= FaultKind::ALL.len() - 2, "only {met:?} were met");
}
