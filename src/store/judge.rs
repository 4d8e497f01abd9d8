//! Whether a found user passes a filter: pure, from what is known to a verdict.

use crate::store::harvests::Filter;

/// What a filter says of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Passed,
    Failed(&'static str),
    /// Only the profile can tell.
    Unknown,
}

impl Judged {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Unknown => "waiting",
        }
    }

    pub(crate) const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Failed(reason) => Some(reason),
            Self::Passed | Self::Unknown => None,
        }
    }
}

/// What is known of a user.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    pub private: Option<bool>,
    pub verified: Option<bool>,
    pub followers: Option<i64>,
    pub profiled: bool,
    pub gone: bool,
}

/// Judges a user; `asked` says that the profile was bought for this, so nothing more will be known.
pub(crate) fn judge(filter: &Filter, known: Known, asked: bool) -> Judged {
    let unknown = |asked: bool| {
        if asked {
            Judged::Failed("its profile could not be read")
        } else {
            Judged::Unknown
        }
    };
    if known.gone {
        return Judged::Failed("it is gone");
    }
    if filter.unprofiled && known.profiled && !asked {
        return Judged::Failed("its profile was bought before");
    }
    let mut missing = false;
    if filter.public {
        match known.private {
            Some(true) => return Judged::Failed("it is private"),
            Some(false) => {}
            None => missing = true,
        }
    }
    if filter.verified {
        match known.verified {
            Some(false) => return Judged::Failed("it is not verified"),
            Some(true) => {}
            None => missing = true,
        }
    }
    let counts = filter.least_followers.is_some() || filter.most_followers.is_some();
    match known.followers {
        Some(count) if filter.least_followers.is_some_and(|least| count < least) => {
            return Judged::Failed("it has too few followers");
        }
        Some(count) if filter.most_followers.is_some_and(|most| count > most) => {
            return Judged::Failed("it has too many followers");
        }
        None if counts => missing = true,
        _ => {}
    }
    if missing { unknown(asked) } else { Judged::Passed }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: Filter = Filter {
        least_followers: Some(10),
        most_followers: Some(20),
        verified: true,
        public: true,
        unprofiled: false,
    };

    const FITTING: Known = Known {
        private: Some(false),
        verified: Some(true),
        followers: Some(10),
        profiled: true,
        gone: false,
    };

    #[test]
    fn who_fits_passes_and_who_does_not_fails_for_a_reason() {
        let judge = |known| judge(&EVERYTHING, known, false);
        assert_eq!(judge(FITTING), Judged::Passed);
        for (known, reason) in [
            (
                Known {
                    private: Some(true),
                    ..FITTING
                },
                "it is private",
            ),
            (
                Known {
                    verified: Some(false),
                    ..FITTING
                },
                "it is not verified",
            ),
            (
                Known {
                    followers: Some(9),
                    ..FITTING
                },
                "it has too few followers",
            ),
            (
                Known {
                    followers: Some(21),
                    ..FITTING
                },
                "it has too many followers",
            ),
            (
                Known {
                    gone: true,
                    ..FITTING
                },
                "it is gone",
            ),
        ] {
            assert_eq!(judge(known), Judged::Failed(reason));
        }
    }

    #[test]
    fn what_is_not_known_is_asked_once_and_only_where_nothing_known_fails() {
        for known in [
            Known {
                private: None,
                ..FITTING
            },
            Known {
                verified: None,
                ..FITTING
            },
            Known {
                followers: None,
                ..FITTING
            },
        ] {
            assert_eq!(judge(&EVERYTHING, known, false), Judged::Unknown);
            assert_eq!(
                judge(&EVERYTHING, known, true),
                Judged::Failed("its profile could not be read")
            );
        }
        let hopeless = Known {
            private: Some(true),
            followers: None,
            ..FITTING
        };
        assert_eq!(
            judge(&EVERYTHING, hopeless, false),
            Judged::Failed("it is private")
        );
    }

    #[test]
    fn a_profile_that_was_bought_for_the_filter_is_not_held_against_the_user() {
        let filter = Filter {
            unprofiled: true,
            ..Filter::default()
        };
        assert_eq!(
            judge(&filter, FITTING, false),
            Judged::Failed("its profile was bought before")
        );
        assert_eq!(judge(&filter, FITTING, true), Judged::Passed);
    }
}
