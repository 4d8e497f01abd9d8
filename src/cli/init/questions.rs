//! Questions on a terminal, each with a default that Enter takes.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

/// Somebody who is asked.
pub(super) struct Questions<In, Out> {
    input: In,
    output: Out,
}

/// Where a person keeps the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WhereTheKeyIs {
    /// In `HIKERAPI_TOKEN`.
    Environment,
    /// In a file.
    File(PathBuf),
}

impl<In: BufRead, Out: Write> Questions<In, Out> {
    /// Asks on `output` and reads from `input`.
    pub(super) fn new(input: In, output: Out) -> Self {
        Self { input, output }
    }

    /// The answer to one question; an input that has ended takes the default.
    pub(super) fn answer(&mut self, question: &str, default: &str) -> io::Result<String> {
        let shown = if default.is_empty() {
            String::new()
        } else {
            format!(" [{default}]")
        };
        write!(self.output, "{question}{shown}: ")?;
        self.output.flush()?;
        let mut text = String::new();
        if self.input.read_line(&mut text)? == 0 {
            // The answers that follow stand on lines of their own.
            writeln!(self.output)?;
        }
        let text = text.trim();
        Ok(if text.is_empty() { default } else { text }.to_owned())
    }

    /// Asks until the answer is right. The last answer of an input that has ended is the default, which is right.
    pub(super) fn until_right<T>(
        &mut self,
        question: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> io::Result<T> {
        loop {
            match read(&self.answer(question, default)?) {
                Ok(answer) => return Ok(answer),
                Err(reason) => writeln!(self.output, "  {reason}")?,
            }
        }
    }

    /// Whether a file holds the key, and which.
    pub(super) fn where_the_key_is(&mut self) -> io::Result<WhereTheKeyIs> {
        let question =
            "Where is the key of your HikerAPI account? env: in HIKERAPI_TOKEN; file: in a file of its own";
        let in_file = self.until_right(question, "env", |text| match text {
            "env" => Ok(false),
            "file" => Ok(true),
            _ => Err("env or file; never the key itself".to_owned()),
        })?;
        if !in_file {
            return Ok(WhereTheKeyIs::Environment);
        }
        let path = self.answer("Which file", "hikerapi.token")?;
        Ok(WhereTheKeyIs::File(path.into()))
    }

    /// A line that is read while the terminal does not show it.
    pub(super) fn hidden(&mut self, question: &str) -> io::Result<String> {
        write!(self.output, "{question}: ")?;
        self.output.flush()?;
        let mut text = String::new();
        self.input.read_line(&mut text)?;
        writeln!(self.output)?;
        Ok(text)
    }

    /// Says something.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<T>(
        input: &'static str,
        ask: impl FnOnce(&mut Questions<&'static [u8], Vec<u8>>) -> io::Result<T>,
    ) -> (T, String) {
        let mut questions = Questions::new(input.as_bytes(), Vec::new());
        let answer = ask(&mut questions).unwrap();
        (answer, String::from_utf8(questions.output).unwrap())
    }

    #[test]
    fn enter_and_the_end_of_the_input_take_the_default() {
        for input in ["\n", "", "  \n"] {
            let (answer, shown) = asked(input, |questions| questions.answer("How many", "100"));
            assert_eq!(answer, "100");
            assert!(shown.starts_with("How many [100]: "), "{shown}");
        }
    }

    #[test]
    fn a_wrong_answer_is_asked_again_with_the_reason() {
        let read = |text: &str| text.parse::<u8>().map_err(|_| "a small number".to_owned());
        let (answer, shown) = asked("many\n7\n", |questions| {
            questions.until_right("How many", "1", read)
        });
        assert_eq!(answer, 7);
        assert_eq!(shown.matches("How many").count(), 2);
        assert!(shown.contains("  a small number\n"), "{shown}");
    }

    #[test]
    fn a_key_that_is_pasted_for_its_place_is_not_repeated() {
        let (answer, shown) = asked("canary-key\nfile\n\n", Questions::where_the_key_is);
        assert_eq!(answer, WhereTheKeyIs::File("hikerapi.token".into()));
        assert!(!shown.contains("canary-key"), "{shown}");
        assert!(shown.contains("never the key itself"), "{shown}");
    }
}
