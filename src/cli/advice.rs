//! What an error leaves a person with: what it cost, what is safe, what to do next, where its own text does not say so.

use super::Exit;

/// The end of an error's text.
pub(super) fn after(text: &str, exit: Exit) -> &'static str {
    let says = |part: &str| text.contains(part);
    match exit {
        _ if says("database or disk is full") => {
            "; everything committed is kept, and what was in flight is in the ledger. Make room on the disk, then run the \
             same command: it goes on where it stopped"
        }
        _ if says("database is locked") => {
            "; everything committed is kept. Another program holds the file: end it, then run the same command"
        }
        _ if says("malformed") || says("disk I/O error") => {
            "; nothing more was sent. `gleaner doctor` says what is wrong with the file and how to save it"
        }
        _ if says("nothing was") || says("was left as it is") => "",
        Exit::Refused => "; nothing was sent or changed",
        Exit::Unauthorized => {
            "; nothing was sent. `gleaner init` helps, and `gleaner doctor` checks the key for nothing"
        }
        Exit::InUse => "; nothing was sent or changed by this command",
        Exit::Error => {
            "; everything committed is kept. `gleaner doctor` looks for the cause, and the same command goes on where it \
             stopped"
        }
        Exit::Done | Exit::Parked | Exit::Budget | Exit::NoFunds => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_says_what_is_safe_is_left_alone() {
        assert_eq!(after("no such kind; nothing was sent", Exit::Refused), "");
        assert_eq!(
            after("cannot read it", Exit::Refused),
            "; nothing was sent or changed"
        );
    }

    #[test]
    fn a_full_disk_is_told_what_is_kept_and_what_to_do() {
        let told = after("database: database or disk is full", Exit::Error);
        assert!(told.contains("kept") && told.contains("Make room"), "{told}");
    }
}
