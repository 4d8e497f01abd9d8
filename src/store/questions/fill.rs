//! Putting values into the `:name` places of a statement: as numbered parameters that are bound, or, for people who go
//! on from the statement, as literals.

use crate::store::questions::parameter::Given;

/// The values of a question, by the names of its parameters.
pub(crate) type Values = Vec<(&'static str, Given)>;

/// The statement with `$1`, `$2` for the values, in their order.
pub(crate) fn numbered(statement: &str, values: &Values) -> String {
    replaced(statement, |name| {
        let place = values.iter().position(|(known, _)| *known == name)?;
        Some(format!("${}", place + 1))
    })
}

/// The statement with the values as literals.
pub(crate) fn literal(statement: &str, values: &Values) -> String {
    replaced(&dedented(statement), |name| {
        let (_, value) = values.iter().find(|(known, _)| *known == name)?;
        Some(match value {
            Given::Nothing => "null".into(),
            Given::Number(number) => number.to_string(),
            Given::Flag(flag) => flag.to_string(),
            Given::Text(text) => format!("'{}'", text.replace('\'', "''")),
        })
    })
}

/// Replaces every `:name` outside quotes for which there is something.
fn replaced(statement: &str, with: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    for (at, part) in statement.split('\'').enumerate() {
        if at > 0 {
            text.push('\'');
        }
        // Every second part is the inside of a text.
        if at % 2 == 1 {
            text.push_str(part);
            continue;
        }
        let mut pieces = part.split(':');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let end = piece
                .find(|character: char| !character.is_ascii_lowercase() && character != '_')
                .unwrap_or(piece.len());
            let (name, rest) = piece.split_at(end);
            match with(name) {
                Some(value) => text.push_str(&value),
                None => text.extend([":", name]),
            }
            text.push_str(rest);
        }
    }
    text
}

/// A statement without the indentation that it has in the source.
fn dedented(statement: &str) -> String {
    let lines = || statement.lines().filter(|line| !line.trim().is_empty());
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let common = lines().map(indentation).min().unwrap_or(0);
    lines().map(|line| &line[common..]).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        vec![
            ("words", Given::Text("it's :limit".into())),
            ("limit", Given::Number(20)),
            ("gone", Given::Flag(false)),
            ("user", Given::Nothing),
        ]
    }

    #[test]
    fn names_become_numbers_outside_texts_only() {
        let statement = "select ':limit', '%H:%M' where a = :user limit :limit";
        assert_eq!(
            numbered(statement, &values()),
            "select ':limit', '%H:%M' where a = $4 limit $2"
        );
    }

    #[test]
    fn literals_are_quoted_and_never_read_again() {
        let statement = "
            select :words
            where :user is null
                or :gone
            limit :limit";
        assert_eq!(
            literal(statement, &values()),
            "select 'it''s :limit'\nwhere null is null\n    or false\nlimit 20"
        );
    }
}
