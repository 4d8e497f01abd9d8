//! The text of the new config: the example with the answers in their places.

use std::path::PathBuf;

use crate::config::{Config, EXAMPLE};
use crate::kind::Kind;

/// Enough to see every kind of row, and what a new account has for nothing.
pub(super) const DEFAULT_UNITS: i64 = 100;

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) seeds: Vec<String>,
    pub(crate) collect: Vec<Kind>,
    pub(crate) max_units: i64,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) base_url: Option<String>,
}

/// The config with these answers; it is known to load.
pub(super) fn config(answers: &Answers) -> Result<String, String> {
    let mut places = vec![("#total = 10000", format!("total = {}", answers.max_units))];
    if let Some(path) = &answers.token_file {
        let path = path
            .to_str()
            .ok_or("the name of the token file is no UTF-8 text")?;
        places.push((
            "#token_file = \"hikerapi.token\"",
            format!("token_file = {}", quoted(path)),
        ));
    }
    if let Some(url) = &answers.base_url {
        places.push((
            "base_url = \"https://api.hikerapi.com\"",
            format!("base_url = {}", quoted(url)),
        ));
    }
    if !answers.seeds.is_empty() {
        let seeds: Vec<String> = answers.seeds.iter().map(|seed| quoted(seed)).collect();
        let kinds: Vec<String> = answers.collect.iter().map(|kind| quoted(kind.name())).collect();
        places.push(("#[[harvest]]", "[[harvest]]".into()));
        places.push(("#name = \"default\"", "name = \"default\"".into()));
        places.push(("#seeds = []", format!("seeds = [{}]", seeds.join(", "))));
        places.push((
            "#collect = [\"profile\"]",
            format!("collect = [{}]", kinds.join(", ")),
        ));
    }
    let mut lines: Vec<String> = EXAMPLE.lines().map(str::to_owned).collect();
    for (place, filled) in places {
        let line = lines
            .iter_mut()
            .find(|line| *line == place)
            .ok_or_else(|| format!("the example has no line {place}"))?;
        *line = filled;
    }
    let text = lines.join("\n") + "\n";
    let text = text.replacen(
        "# Every key of gleaner's configuration at its default.",
        "# Every key of gleaner's configuration, at its default but for what `gleaner init` filled in.",
        1,
    );
    parse(&text)?;
    Ok(text)
}

/// Reads and checks such a text.
pub(super) fn parse(text: &str) -> Result<Config, String> {
    let config: Config = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    config.validate().map_err(|fault| fault.to_string())?;
    crate::client::BaseUrl::parse(&config.upstream.base_url)
        .map_err(|error| format!("[upstream] base_url: {error}"))?;
    Ok(config)
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Answers {
        Answers {
            seeds: Vec::new(),
            collect: vec![Kind::Profile],
            max_units: 100,
            token_file: None,
            base_url: None,
        }
    }

    #[test]
    fn without_answers_it_is_the_default_with_a_limit() {
        let found = parse(&config(&answers()).unwrap()).unwrap();
        let mut expected = Config::default();
        expected.budget.total = Some(100);
        assert_eq!(found, expected);
    }

    #[test]
    fn every_answer_stands_in_its_place_and_comments_stay() {
        let text = config(&Answers {
            seeds: vec!["natgeo".into(), "787132".into()],
            collect: vec![Kind::Followers, Kind::Medias],
            max_units: 0,
            token_file: Some("my \"key\".token".into()),
            base_url: Some("http://127.0.0.1:8080".into()),
        })
        .unwrap();
        let found = parse(&text).unwrap();
        assert_eq!(found.budget.total, Some(0));
        assert_eq!(found.upstream.token_file, Some("my \"key\".token".into()));
        assert_eq!(found.upstream.base_url, "http://127.0.0.1:8080");
        assert_eq!(found.harvest[0].seeds, ["natgeo", "787132"]);
        assert_eq!(found.harvest[0].collect, [Kind::Followers, Kind::Medias]);
        let comments = |text: &str| text.lines().filter(|line| line.starts_with("# ")).count();
        assert_eq!(comments(&text), comments(EXAMPLE));
    }

    #[test]
    fn an_address_that_would_show_the_key_is_refused() {
        let wrong = Answers {
            base_url: Some("http://example.org".into()),
            ..answers()
        };
        assert!(config(&wrong).unwrap_err().contains("https://"));
    }
}
