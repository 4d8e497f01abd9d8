//! How long a failed attempt waits for its next one.
//!
//! The attempt's number is a column of the queue, so the nth delay is computed from nothing but n: exponential steps,
//! each spread at random so that tasks that failed together do not come back together.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// More steps than any delay needs to reach its cap, so that a huge attempt number costs nothing.
const STEPS_AT_MOST: u32 = 1_000;

/// The shape of the delays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackoffSettings {
    /// The first delay, before it is spread.
    pub initial_interval: Duration,
    /// What each further delay is multiplied by; at least 1.
    pub multiplier: f64,
    /// How far a delay is spread to both sides, as a share of it: 0 not at all, 1 between nothing and twice.
    pub randomization_factor: f64,
    /// What no delay passes, spread or not.
    pub max_interval: Duration,
}

impl Default for BackoffSettings {
    fn default() -> Self {
        Self {
            initial_interval: Duration::from_secs(1),
            multiplier: 2.0,
            randomization_factor: 0.5,
            max_interval: Duration::from_mins(5),
        }
    }
}

/// The delay after the `attempt`th failure in a row; the first is 1.
pub fn delay(attempt: u32, rng: &mut fastrand::Rng, settings: &BackoffSettings) -> Duration {
    let spread = settings.randomization_factor.clamp(0.0, 1.0);
    let share = 1.0 - spread + 2.0 * spread * rng.f64();
    let seconds = interval(attempt, settings).as_secs_f64() * share;
    // Beyond what a duration can hold, the cap is the answer too.
    Duration::try_from_secs_f64(seconds)
        .map_or(settings.max_interval, |delay| delay.min(settings.max_interval))
}

/// The delay before it is spread.
fn interval(attempt: u32, settings: &BackoffSettings) -> Duration {
    let steps = attempt.saturating_sub(1).min(STEPS_AT_MOST);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a factor of 2.0 or 1.5 loses nothing that a delay shows"
    )]
    let factor = settings.multiplier.max(1.0) as f32;
    ExponentialBuilder::new()
        .with_min_delay(settings.initial_interval.min(settings.max_interval))
        .with_factor(factor)
        .with_max_delay(settings.max_interval)
        .without_max_times()
        .build()
        .nth(steps as usize)
        .unwrap_or(settings.max_interval)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{BackoffSettings, delay, interval};

    fn settings() -> impl Strategy<Value = BackoffSettings> {
        (0_u64..100_000, 1.0_f64..10.0, 0.0_f64..=1.0, 0_u64..10_000_000).prop_map(
            |(initial, multiplier, randomization_factor, max)| BackoffSettings {
                initial_interval: Duration::from_millis(initial),
                multiplier,
                randomization_factor,
                max_interval: Duration::from_millis(max),
            },
        )
    }

    #[test]
    fn delays_double_up_to_the_cap() {
        let plain = BackoffSettings {
            randomization_factor: 0.0,
            ..BackoffSettings::default()
        };
        let mut rng = fastrand::Rng::with_seed(1);
        let seconds = [0, 1, 2, 3, 4, 9, 10, 11, u32::MAX].map(|n| delay(n, &mut rng, &plain).as_secs());
        assert_eq!(seconds, [1, 1, 2, 4, 8, 256, 300, 300, 300]);
    }

    #[test]
    fn odd_settings_give_a_delay_all_the_same() {
        let mut rng = fastrand::Rng::with_seed(1);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e300] {
            let settings = BackoffSettings {
                multiplier: odd,
                randomization_factor: 1.0,
                initial_interval: Duration::MAX,
                max_interval: Duration::MAX,
            };
            assert!(delay(5, &mut rng, &settings) <= Duration::MAX);
            let short = BackoffSettings {
                max_interval: Duration::from_secs(9),
                ..settings
            };
            assert!(delay(5, &mut rng, &short) <= Duration::from_secs(9));
        }
    }

    proptest! {
        #[test]
        fn a_delay_is_spread_around_its_interval_and_never_passes_the_cap(
            settings in settings(), attempt in 0_u32..100, seed: u64,
        ) {
            let base = interval(attempt, &settings).as_secs_f64();
            let delay = delay(attempt, &mut fastrand::Rng::with_seed(seed), &settings);
            let cap = settings.max_interval;
            let low = (base * (1.0 - settings.randomization_factor)).min(cap.as_secs_f64());
            let high = (base * (1.0 + settings.randomization_factor)).min(cap.as_secs_f64());
            prop_assert!(delay <= cap);
            prop_assert!((low - 1e-6..=high + 1e-6).contains(&delay.as_secs_f64()), "{low} {delay:?} {high}");
        }

        #[test]
        fn intervals_never_shrink(settings in settings(), attempt in 1_u32..2_000) {
            prop_assert!(interval(attempt, &settings) <= interval(attempt + 1, &settings));
        }

        #[test]
        fn the_same_seed_gives_the_same_delay(settings in settings(), attempt: u32, seed: u64) {
            let once = delay(attempt, &mut fastrand::Rng::with_seed(seed), &settings);
            prop_assert_eq!(once, delay(attempt, &mut fastrand::Rng::with_seed(seed), &settings));
        }
    }
}
