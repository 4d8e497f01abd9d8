//! What the doctor finds: what it is, how bad, and what puts it right.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// It works, and a person should know.
    Warning,
    /// It does not work, or rows, money or the key are in danger.
    Problem,
}

impl Level {
    /// The word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What it belongs to: machine, config, key, account, file, tables.
    pub(crate) area: &'static str,
    /// How bad it is.
    pub(crate) level: Level,
    /// What was found.
    pub(crate) what: String,
    /// What puts it right: a command, or what to do.
    pub(crate) fix: Option<String>,
}

impl Finding {
    /// All is well.
    pub(crate) fn ok(area: &'static str, what: impl Into<String>) -> Self {
        Self {
            area,
            level: Level::Ok,
            what: what.into(),
            fix: None,
        }
    }

    /// A person should know.
    pub(crate) fn warning(area: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            area,
            level: Level::Warning,
            what: what.into(),
            fix: Some(fix.into()),
        }
    }

    /// Something does not work or is in danger.
    pub(crate) fn problem(area: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            level: Level::Problem,
            ..Self::warning(area, what, fix)
        }
    }
}

/// A path as a shell takes it.
pub(crate) fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_pasted() {
        for (path, text) in [
            ("a/b-c.db", "a/b-c.db"),
            ("my file", "'my file'"),
            ("it's", "'it'\\''s'"),
        ] {
            assert_eq!(quoted(std::path::Path::new(path)), text);
        }
    }
}
