//! What the upstream says of the account: the one question that costs nothing.

use crate::client::{Answer, Outcome};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::endpoint::{Balance, Parse};
use crate::endpoints;
use crate::secret::Key;
use crate::setup;

use super::output::{self, count};

/// What asking came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// What the account has, or what is wrong.
    pub(super) balance: Result<Balance, Trouble>,
    /// The upstream's own time and ours when it came, if it tells it.
    pub(super) clocks: Option<(Timestamp, Timestamp)>,
}

/// Why there is no balance, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What happened.
    pub(super) what: String,
    /// What to do.
    pub(super) fix: String,
    /// Whether it is the key that is wrong.
    pub(super) is_the_key: bool,
}

/// Asks for the balance once. It is free.
pub(super) async fn ask(config: &Config, key: Key, clock: &dyn Clock) -> anyhow::Result<Said> {
    let client = setup::client(config, key)?;
    let answer = client.balance(clock).await;
    Ok(Said {
        balance: balance_of(&answer),
        clocks: answer.date.map(|date| (date, answer.answered_at)),
    })
}

fn balance_of(answer: &Answer) -> Result<Balance, Trouble> {
    let Parse::Balance(parse) = endpoints::balance::ENDPOINT.parse else {
        unreachable!("the balance has a parser of its own");
    };
    if answer.outcome == Outcome::Page {
        return parse(&answer.body).map_err(|error| Trouble {
            what: format!("the balance cannot be read: {error}"),
            fix: "see whether [upstream] base_url is HikerAPI's address".into(),
            is_the_key: false,
        });
    }
    let fix = match &answer.outcome {
        Outcome::Unauthorized => {
            "copy the key again from your account at hikerapi.com: export HIKERAPI_TOKEN=..., or put it into the file \
             that [upstream] token_file names"
        }
        Outcome::OutOfFunds => "top up the account at hikerapi.com",
        Outcome::NeverSent { .. } => {
            "check the network, the name and port of [upstream] base_url, and [upstream] proxy if you are behind one"
        }
        Outcome::Blocked => "try again later, or set [upstream] base_url to https://api.instagrapi.com",
        _ => "try again in a minute: gleaner doctor",
    };
    let what = match &answer.outcome {
        Outcome::Unauthorized => "the upstream refuses the key (401)".to_owned(),
        other => format!("the balance did not come: {other}"),
    };
    Err(Trouble {
        what,
        fix: fix.into(),
        is_the_key: answer.outcome == Outcome::Unauthorized,
    })
}

/// What the plan allows, in words.
pub(super) fn in_words(balance: Balance) -> String {
    let rate = match balance.rate.to_string() {
        one if one == "1" => "1 request a second".to_owned(),
        many => format!("{many} requests a second"),
    };
    format!("{} left, {rate}", count(balance.units_left, "unit", "units"))
}

/// By how much the machine's clock differs from the upstream's, in words, where it matters.
pub(super) fn clock_differs(clocks: Option<(Timestamp, Timestamp)>) -> Option<String> {
    const MATTERS_MS: i64 = 60_000;

    let (theirs, ours) = clocks?;
    let by = ours - theirs;
    if by.abs() < MATTERS_MS {
        return None;
    }
    let by_words = output::wait(std::time::Duration::from_millis(by.unsigned_abs()));
    Some(format!(
        "the clock is {by_words} {} the upstream's",
        if by > 0 { "ahead of" } else { "behind" }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_a_minute_off_is_told() {
        assert_eq!(clock_differs(None), None);
        assert_eq!(clock_differs(Some((0, 59_999))), None);
        let ahead = clock_differs(Some((0, 90_000))).unwrap();
        assert_eq!(ahead, "the clock is 90 s ahead of the upstream's");
        let behind = clock_differs(Some((7_200_000, 0))).unwrap();
        assert_eq!(behind, "the clock is 2.0 h behind the upstream's");
    }

    #[test]
    fn the_plan_is_told_in_words() {
        let balance = |units_left, rate| Balance { units_left, rate };
        assert_eq!(in_words(balance(98, 1.0)), "98 units left, 1 request a second");
        assert_eq!(in_words(balance(1, 15.0)), "1 unit left, 15 requests a second");
    }
}
