//! The project's own files, and their code told apart from comments and texts: enough of Rust's grammar for the rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
pub(super) struct Source {
    /// Its path from the project's root, with `/`.
    pub(super) path: String,
    /// All of its text.
    pub(super) text: String,
    /// Its code outside its tests, with comments and texts taken out.
    pub(super) code: String,
    /// The code of its tests, likewise.
    pub(super) test_code: String,
    /// The texts in its code outside its tests.
    pub(super) literals: Vec<String>,
}

impl Source {
    fn read(root: &Path, file: &Path) -> Self {
        let path = file
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        Self::new(path, fs::read_to_string(file).unwrap())
    }

    pub(super) fn new(path: String, text: String) -> Self {
        let is_test = path.starts_with("tests/") || path.ends_with("/tests.rs");
        // Tests stand last in a file.
        let tests_start = if is_test {
            Some(0)
        } else {
            text.find("#[cfg(test)]\nmod tests")
        };
        let (main, tests) = text.split_at(tests_start.unwrap_or(text.len()));
        let (code, literals) = take_apart(main);
        let (test_code, _) = take_apart(tests);
        Self {
            path,
            text,
            code,
            test_code,
            literals,
        }
    }

    /// Whether the file is the module or stands below it: `store` is `src/store.rs` and `src/store/...`.
    pub(super) fn is_in(&self, module: &str) -> bool {
        let rest = self
            .path
            .strip_prefix("src/")
            .and_then(|path| path.strip_prefix(module));
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    /// The modules of this crate that the code names, by their first step.
    pub(super) fn imports(&self) -> BTreeSet<String> {
        let after_crate = self
            .code
            .match_indices("crate::")
            .map(|(at, found)| &self.code[at + found.len()..]);
        after_crate.flat_map(first_steps).collect()
    }
}

/// Every file below `folder` whose name ends so, in the order of their paths.
pub(super) fn files(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| Source::read(root, path)).collect()
}

/// The first steps of what follows `crate::`: one name, or each name of a group in braces.
fn first_steps(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let is_part = |character: &char| character.is_alphanumeric() || *character == '_';
        text.trim_start().chars().take_while(is_part).collect()
    };
    let Some(group) = path.trim_start().strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut names = vec![name(group)];
    let mut depth = 0_usize;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The code without its comments and texts, and the texts.
pub(super) fn take_apart(text: &str) -> (String, Vec<String>) {
    let (mut code, mut literals) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_name = code.ends_with(|character: char| character.is_alphanumeric() || character == '_');
        let raw = if after_name { None } else { raw_text(rest) };
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((literal, taken)) = raw {
            literals.push(literal.to_owned());
            taken
        } else if first == '"' {
            let end = end_of_text(rest);
            literals.push(rest[1..end].to_owned());
            end + 1
        } else if let Some(taken) = character(rest) {
            taken
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    (code, literals)
}

/// Where a text that begins here has its closing quote.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// A raw text that begins here, `r#"..."#` with any number of marks, and how much of the source it takes.
fn raw_text(text: &str) -> Option<(&str, usize)> {
    let marked = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let body = marked.trim_start_matches('#').strip_prefix('"')?;
    let marks = marked.len() - body.len() - 1;
    let end = body.find(&format!("\"{}", "#".repeat(marks)))?;
    let before = text.len() - body.len();
    Some((&body[..end], before + end + 1 + marks))
}

/// How much a character in quotes takes, if one begins here; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let body = text.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        // The escaped character itself may be a quote.
        let first = escape.chars().next()?.len_utf8();
        return escape[first..].find('\'').map(|end| 2 + first + end + 1);
    }
    let first = body.chars().next()?.len_utf8();
    body[first..].starts_with('\'').then_some(first + 2)
}
