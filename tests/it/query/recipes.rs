//! The page of recipes tells of every question what it is, and its statements are those that are asked.

use gleaner::store::questions::ALL;

use super::people::People;
use crate::cli::shell::split;

/// The sections of the page: a question's name and its text.
fn sections() -> Vec<(String, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recipes.md");
    let text = std::fs::read_to_string(path).unwrap();
    let sections = text.split("\n## ").skip(1);
    sections
        .map(|section| {
            let (name, text) = section.split_once('\n').unwrap();
            (name.to_owned(), text.to_owned())
        })
        .collect()
}

/// The one block of the section in this language.
#[track_caller]
fn block<'text>(section: &'text str, language: &str) -> &'text str {
    let mark = format!("```{language}\n");
    assert_eq!(section.matches(&mark).count(), 1, "{section}");
    let after = section.split_once(&mark).unwrap().1;
    after.split_once("\n```").unwrap().0
}

#[test]
fn every_question_is_a_recipe_in_the_same_order_with_its_parameters() {
    let sections = sections();
    let names: Vec<_> = sections.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ALL.map(|question| question.name));
    for (question, (name, text)) in ALL.iter().zip(&sections) {
        for parameter in question
            .parameters
            .iter()
            .filter(|parameter| parameter.name != "limit")
        {
            let (word, value) = (format!("`{}`", parameter.name), format!("`{}=", parameter.name));
            assert!(
                text.contains(&word) || text.contains(&value),
                "{name}: {}",
                parameter.name
            );
        }
        for part in ["- Parameters: ", "- Rests on: ", "- Reads: "] {
            assert!(text.contains(part), "{name}: {part}");
        }
    }
}

#[tokio::test]
async fn every_statement_of_the_page_is_the_one_of_its_command_and_runs() {
    let people = People::start().await;
    for (name, text) in sections() {
        let words = split(block(&text, "sh"));
        assert_eq!(words[..3], ["gleaner", "query", &name]);
        let parameters: Vec<_> = words[3..].iter().map(String::as_str).collect();
        let statement = block(&text, "sql");
        assert_eq!(people.statement(&name, &parameters).await, statement, "{name}");
        // This compares what is asked with what the statement says when it is run.
        people.ask_all(&name, &parameters).await;
    }
}
