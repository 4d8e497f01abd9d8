//! The upstream's error bodies, of which it has two families.
//!
//! The gateway answers `{"state": false, "error": ..., "exc_type"?}`, the endpoints `{"detail": ..., "exc_type"?}`.
//! Either can come with status 200.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// Error bodies are some hundred bytes; nothing larger is read as one.
const BYTES_AT_MOST: usize = 4 * 1024;
/// How much of a text is repeated in a reason.
const CHARS_AT_MOST: usize = 300;

/// The fields by which an error is known.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(super) struct ErrorObject {
    #[serde(default)]
    exc_type: Option<Value>,
    #[serde(default)]
    detail: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    state: Option<Value>,
    #[serde(default)]
    status: Option<Value>,
    #[serde(default)]
    message: Option<Value>,
}

impl ErrorObject {
    /// The error that a body is, or none for a page and for everything else that is no error object.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        // The second check matters: an array would be taken for the fields in their order.
        if body.len() > BYTES_AT_MOST || !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        serde_json::from_slice::<Self>(body).ok().filter(Self::is_error)
    }

    /// The name of the error.
    pub(super) fn exc_type(&self) -> Option<&str> {
        self.exc_type.as_ref().and_then(Value::as_str)
    }

    /// Whether it comes from the gateway, which speaks of the account and never of a target.
    pub(super) fn is_from_gateway(&self) -> bool {
        self.state == Some(Value::Bool(false))
    }

    /// Whether the gateway says that the key is not accepted; this one has no `exc_type`.
    pub(super) fn is_unauthorized(&self) -> bool {
        self.is_from_gateway()
            && self
                .error
                .as_ref()
                .and_then(Value::as_str)
                .is_some_and(|text| text.starts_with("Unauthorized"))
    }

    /// Whether the upstream's web framework says that it has no such path: the request never met an endpoint.
    pub(super) fn is_unknown_path(&self) -> bool {
        self.exc_type.is_none() && self.detail.as_ref().and_then(Value::as_str) == Some("Not Found")
    }

    fn is_error(&self) -> bool {
        self.exc_type.is_some()
            || self.detail.is_some()
            || self.error.is_some()
            || self.is_from_gateway()
            || self.status.as_ref().and_then(Value::as_str) == Some("fail")
    }
}

impl fmt::Display for ErrorObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [&self.exc_type, &self.detail, &self.error, &self.message];
        let texts = said
            .into_iter()
            .flatten()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        match start(&texts.collect::<Vec<_>>().join(": ")).as_str() {
            "" => formatter.write_str("without a word"),
            text => formatter.write_str(text),
        }
    }
}

/// The beginning of a text for a reason: one line, not too long.
pub(super) fn start(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(CHARS_AT_MOST)
        .collect()
}
