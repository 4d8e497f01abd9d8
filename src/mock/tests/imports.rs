//! The simulated upstream shares no code with what it tests.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn nothing_of_the_crate_outside_of_the_mock_is_imported() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join("mock.rs")];
    sources(&source.join("mock"), &mut files);
    assert!(files.len() > 20);
    for file in files.iter().filter(|file| !file.ends_with("tests/imports.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for (place, _) in text.match_indices("crate::") {
            let rest = text[place + "crate::".len()..].lines().next().unwrap();
            assert!(
                rest.starts_with("mock"),
                "{} imports crate::{rest}",
                file.display()
            );
        }
        for way_out in ["super::super", "gleaner::"] {
            assert!(!text.contains(way_out), "{} has {way_out}", file.display());
        }
    }
}
