//! What the commands on the archive print, and what they refuse.

use super::shell::Shell;

#[test]
fn the_archive_is_shown_packed_and_pruned() {
    let shell = Shell::with(
        gleaner::mock::Settings::default(),
        "[archive]\nmax_size = \"20KiB\"\n",
    );
    shell
        .run(&format!(
            "harvest {} --collect profile,followers,medias",
            shell.seeds(8)
        ))
        .exits(0);
    // The run itself begins with dropping, when there was nothing yet.
    let shown = shell.run("archive --json").exits(0).json();
    let bodies = shown["all"]["bodies"].as_i64().unwrap();
    assert!(bodies > 8 && shown["ratio"].as_f64().unwrap() > 1.0, "{shown}");
    assert!(shell.run("archive").exits(0).out.contains("/gql/user/medias"));
    let packed = shell.run("archive pack --json").exits(0).json();
    assert!(packed["endpoints"].is_array(), "{packed}");
    shell.run("archive prune --page 1").exits(0);
    let refused = shell.run("archive prune --page 1").exits(2);
    assert!(refused.log.contains("page 1 has no body"), "{}", refused.log);
    let pruned = shell.run("archive prune --json").exits(0).json();
    assert!(pruned["bodies_dropped"].as_i64().unwrap() > 0, "{pruned}");
    let left = shell.run("archive --json").exits(0).json();
    assert!(
        left["all"]["stored_bytes"].as_i64().unwrap() <= 20 << 10,
        "{left}"
    );
    let reparsed = shell.run("reparse --json").exits(0).json();
    assert_eq!(reparsed["whole"], false);
    assert!(
        shell
            .run("reparse")
            .exits(0)
            .out
            .contains("lists and follow edges stay")
    );
}

#[test]
fn reparse_and_why_answer_scripts_and_people() {
    let shell = Shell::start();
    shell
        .run(&format!("harvest {} --collect profile,followers", shell.seeds(4)))
        .exits(0);
    let reparsed = shell.run("reparse --dry-run --json").exits(0).json();
    assert_eq!(
        (&reparsed["whole"], &reparsed["dry_run"]),
        (&true.into(), &true.into())
    );
    assert!(reparsed["pages"].as_i64().unwrap() > 4);
    assert!(
        shell
            .run("reparse")
            .exits(0)
            .out
            .contains("Every table is as it was.")
    );
    let edge = shell
        .run(
            "sql --json \"select follower_id || '/' || followee_id as edge from follow_edges as e \
             join sweeps as s on s.id = e.followers_sweep \
             where s.endpoint = '/g2/user/followers' and s.asked_before is null limit 1\"",
        )
        .exits(0)
        .json();
    let edge = edge[0]["edge"].as_str().unwrap().to_owned();
    let why = shell.run(&format!("why follows {edge} --json")).exits(0).json();
    assert_eq!(why[0]["page"]["units"], 1);
    let said = shell.run(&format!("why follows {edge}")).exits(0).out;
    assert!(
        said.contains("/g2/user/followers") && said.contains("1 unit, shared by"),
        "{said}"
    );
    let body = shell.run(&format!("why follows {edge} --body")).exits(0).out;
    let (follower, _) = edge.split_once('/').unwrap();
    assert!(body.starts_with('{') && body.contains(follower));
    shell.run("why follows 1/1").exits(2);
    let daemon = shell.start_command("run");
    shell.status_when(|status| status["working"] == true);
    shell.run("reparse").exits(7);
    daemon.stop().exits(0);
}
