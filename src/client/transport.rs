//! Failures of the network: what they say of whether the request was sent, and so of whether it may have been billed.

use std::error::Error;

use super::outcome::Outcome;

/// A failure before the head of an answer was read.
pub(super) fn failed_before_the_head(error: reqwest::Error) -> Outcome {
    let error = error.without_url();
    let reason = chain(&error);
    if error.is_builder() || error.is_connect() || is_unsent(&error) {
        Outcome::NeverSent { reason }
    } else if error.is_timeout() || came_garbled(&error) {
        Outcome::Lost { reason }
    } else {
        Outcome::Reset { reason }
    }
}

/// A failure after the head: part of an answer came, and no use is made of it.
pub(super) fn failed_in_the_body(error: reqwest::Error) -> Outcome {
    Outcome::Lost {
        reason: chain(&error.without_url()),
    }
}

/// An error with its causes, each said once.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in causes(error) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// Whether the connection was gone before the request was written to it.
fn is_unsent(error: &reqwest::Error) -> bool {
    hyper_errors(error).any(|error| error.is_canceled() || error.is_closed())
}

/// Whether something came that is no HTTP.
fn came_garbled(error: &reqwest::Error) -> bool {
    hyper_errors(error).any(hyper::Error::is_parse)
}

fn hyper_errors(error: &reqwest::Error) -> impl Iterator<Item = &hyper::Error> {
    causes(error).filter_map(|cause| cause.downcast_ref())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
