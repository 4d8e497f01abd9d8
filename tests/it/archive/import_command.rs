//! `gleaner import` as somebody types it: what it prints, and what it says where it refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with the two pages of a list in `pages`.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::create_dir(folder.path("pages")).unwrap();
        for name in ["first", "last"] {
            fs::copy(
                fixture(&format!("g2_user_followers/{name}.json")),
                folder.path(&format!("pages/{name}.json")),
            )
            .unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The exit code and all that is printed.
    fn run(&self, words: &str) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_gleaner"))
            .args(words.split_whitespace())
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .output()
            .unwrap();
        let all = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(all).unwrap())
    }

    fn json(&self, words: &str) -> (i32, Value) {
        let (code, said) = self.run(&format!("{words} --json"));
        (code, serde_json::from_str(&said).unwrap())
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

const FOLLOWERS: &str = "import g2/user/followers pages --target 787132 --at 2026-01-31";

#[test]
fn the_command_says_what_became_of_each_file() {
    let folder = Folder::new();
    // What a file manager leaves behind is no answer.
    folder.write("pages/.hidden", "");
    let (code, said) = folder.run(FOLLOWERS);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("followers of 787132: 2 pages"), "{said}");
    assert!(
        said.contains("truncated (imported: the upstream says that it shows only part)"),
        "{said}"
    );
    let (code, said) = folder.run(FOLLOWERS);
    assert_eq!((code, said.matches("already imported").count()), (0, 2), "{said}");
}

#[test]
fn as_json_every_list_says_what_became_of_it() {
    let folder = Folder::new();
    let (code, said) = folder.json(FOLLOWERS);
    let items = said["lists"][0]["items"].clone();
    assert!(items.as_i64() > Some(0));
    let list = json!({
        "kind": "followers",
        "target": "787132",
        "pages": 2,
        "already": [],
        "items": items,
        "verdict": "truncated",
        "reason": "imported: the upstream says that it shows only part",
        "only_adds": false,
    });
    assert_eq!(
        (code, &said),
        (0, &json!({ "lists": [list], "refused": [], "held_back": [] }))
    );
    let (code, said) = folder.json(FOLLOWERS);
    let list = json!({
        "kind": "followers",
        "target": "787132",
        "pages": 0,
        "already": ["pages/first.json", "pages/last.json"],
        "items": 0,
        "verdict": null,
        "reason": null,
        "only_adds": false,
    });
    assert_eq!(
        (code, &said),
        (0, &json!({ "lists": [list], "refused": [], "held_back": [] }))
    );
    folder.write("pages/zz.json", "{\"detail\": \"gone\"}");
    let (code, said) = folder.json(FOLLOWERS);
    assert_eq!((code, &said["lists"]), (2, &json!([])));
    assert_eq!(said["refused"][0]["file"], "pages/zz.json");
    assert_eq!(said["held_back"], json!(["pages/first.json", "pages/last.json"]));
    let text = fs::read_to_string(fixture("gql_media_usertags/first.json")).unwrap();
    folder.write("tags.json", &text);
    let (code, said) = folder.json("import /gql/media/usertags tags.json");
    let lists = said["lists"].as_array().unwrap();
    assert!(code == 0 && lists.len() > 1, "{said}");
    assert!(
        lists
            .iter()
            .all(|list| list["pages"] == 1 && list["verdict"] == "complete")
    );
}

#[test]
fn a_file_that_is_no_page_is_refused_with_what_to_do_and_holds_its_list_back() {
    let folder = Folder::new();
    let first = fs::read_to_string(folder.path("pages/first.json")).unwrap();
    let chunk = fs::read_to_string(fixture("gql_user_followers_chunk/first.json")).unwrap();
    for (text, says) in [
        ("", "it is empty: save the answer again"),
        (" \n", "it is empty: save the answer again"),
        (
            &first[..first.len() / 2],
            "the body is not JSON: EOF while parsing",
        ),
        ("HTTP/2 200\r\n\r\n{}", "save the answer again, its body alone"),
        (
            "{\"detail\": \"gone\"}",
            "it says nothing of a list: leave it out",
        ),
        (&chunk, "it reads as an answer of /gql/user/followers/chunk"),
        ("{\"response\": {}}", "no endpoint answers like this"),
    ] {
        folder.write("pages/second.json", text);
        let (code, said) = folder.run(FOLLOWERS);
        assert!(code == 2 && said.contains(says), "{text:.40}: {code} {said}");
        assert!(said.contains("pages/second.json: refused: "), "{said}");
        assert!(said.contains("nothing of it was stored"), "{said}");
        assert!(
            said.contains("The other 2 files were not stored either"),
            "{said}"
        );
        assert!(!folder.path("gleaner.db").exists(), "nothing was opened");
    }
    fs::remove_file(folder.path("pages/second.json")).unwrap();
    let (code, said) = folder.run(FOLLOWERS);
    assert!(code == 0 && said.contains("2 pages"), "{said}");
}

#[test]
fn profiles_are_lists_of_their_own_and_the_others_go_on() {
    let folder = Folder::new();
    fs::create_dir(folder.path("profiles")).unwrap();
    let text = fs::read_to_string(fixture("gql_user_web_profile_info/first.json")).unwrap();
    folder.write("profiles/a.json", &text);
    folder.write("profiles/b.json", "[");
    let (code, said) = folder.run("import /gql/user/web_profile_info profiles");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains(": 1 page, at no cost; complete"), "{said}");
    assert!(said.contains("profiles/b.json: refused"), "{said}");
    assert!(!said.contains("not stored either"), "{said}");
}

#[test]
fn a_command_that_cannot_be_carried_out_changes_nothing() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("empty/pages")).unwrap();
    folder.write("empty/.hidden", "{}");
    for (words, says) in [
        (
            "import /g2/user/folowers pages",
            "the nearest is /g2/user/followers",
        ),
        ("import /g2/user/followers pages", "add --target"),
        (
            "import /gql/media/likers pages --target @somebody",
            "write a media id",
        ),
        (
            "import /g2/user/followers pages --target @somebody",
            "write a user id",
        ),
        ("import /g2/user/followers pages --target 1_2", "write a user id"),
        ("import /sys/balance pages", "fills no list"),
        (
            "import /gql/user/related/profiles pages --target 1",
            "fills no list",
        ),
        (
            "import /g2/user/followers pages --target 1 --at 2999-01-01",
            "has passed",
        ),
        (
            "import /g2/user/followers nothing.json --target 1",
            "it cannot be read",
        ),
        (
            "import /g2/user/followers empty --target 1",
            "empty holds no files",
        ),
        ("harvest 1 --name import", "imported pages stand under it"),
    ] {
        let (code, said) = folder.run(words);
        assert!(code == 2 && said.contains(says), "{words}: {code} {said}");
        assert!(!folder.path("gleaner.db").exists(), "{words}");
    }
}

#[test]
fn media_may_be_named_as_the_vendor_names_them() {
    let folder = Folder::new();
    let likers = fixture("gql_media_likers/first.json");
    let (code, said) = folder.json(&format!(
        "import /gql/media/likers {} --target 387_787132",
        likers.display()
    ));
    assert_eq!((code, &said["lists"][0]["target"]), (0, &json!("387")), "{said}");
}
