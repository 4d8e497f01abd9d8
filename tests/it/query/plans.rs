//! How SQLite goes about the questions: one about one user must not read all follow edges.

use gleaner::store::questions::ALL;

use super::people::People;

/// The steps that read a whole table or index, among those that a plan has.
async fn scans(people: &People, words: &str) -> Vec<String> {
    let sql = people.asked(words).await.sql();
    let plan = people.sql(&format!("explain query plan {sql}")).await;
    let steps = plan.rows.iter().filter_map(|row| row.last()?.as_str());
    steps
        .filter(|step| step.starts_with("SCAN"))
        .map(str::to_owned)
        .collect()
}

/// A way to ask each question of as little as it can be asked of.
fn narrow(name: &str) -> String {
    match name {
        "followed_by_both" | "audience_overlap" => format!("{name} a=1 b=2"),
        "followers_at" | "following_at" => format!("{name} user=1 at=2026-01-31"),
        "new_followers" | "unfollows" | "renames" => format!("{name} user=1"),
        "had_name" => format!("{name} name=ann"),
        "mutuals" | "most_liked" | "engagement" | "top_commenters" | "reposted" | "tagged_with" => {
            format!("{name} user=1")
        }
        "seeds_graph" | "common_followings" | "spend" | "paid_twice" | "parked" => {
            format!("{name} harvest=brands")
        }
        _ => name.to_owned(),
    }
}

#[tokio::test]
async fn no_question_reads_all_follow_edges() {
    let people = People::start().await;
    for question in ALL {
        let scans = scans(&people, &narrow(question.name)).await;
        let edges = scans.iter().any(|scan| {
            let table = scan.split(' ').nth(1).unwrap_or_default();
            ["e", "f", "g", "b", "follow_edges"].contains(&table) && question.statement.contains("follow_")
        });
        assert!(!edges, "{}: {scans:?}", question.name);
    }
}

#[tokio::test]
async fn questions_about_one_user_read_no_table_whole() {
    let people = People::start().await;
    for name in [
        "mutuals",
        "followed_by_both",
        "audience_overlap",
        "top_commenters",
        "reposted",
        "tagged_with",
    ] {
        let scans = scans(&people, &narrow(name)).await;
        let tables: Vec<_> = scans
            .iter()
            .filter(|scan| {
                !["SCAN r", "SCAN both", "SCAN counts", "SCAN CONSTANT ROW"].contains(&scan.as_str())
            })
            .collect();
        assert!(tables.is_empty(), "{name}: {scans:?}");
    }
}
