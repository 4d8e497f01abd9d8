//! A naive client: one connection for each request, and no retries.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::mock::{Settings, Upstream, World};

/// Starts an upstream on a free port.
pub(super) async fn start(world: &Arc<World>, settings: Settings) -> Upstream {
    let address = "127.0.0.1:0".parse().unwrap();
    Upstream::start(Arc::clone(world), settings, address)
        .await
        .unwrap()
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Answer {
    /// 0 if there was none.
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
    /// Whether as many bytes came as were promised.
    pub(super) is_whole: bool,
}

impl Answer {
    /// The body; half pairs are made readable first, as any reader must.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body.replace("\\ud83d", "\\ufffd")).unwrap_or(Value::Null)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Asks with a key and a User-Agent.
pub(super) async fn ask(upstream: &Upstream, path: &str, parameters: &[(&str, &str)]) -> Answer {
    ask_with(
        upstream,
        path,
        parameters,
        "user-agent: test\r\nx-access-key: key\r\n",
    )
    .await
}

/// Asks with these header lines.
pub(super) async fn ask_with(
    upstream: &Upstream,
    path: &str,
    parameters: &[(&str, &str)],
    headers: &str,
) -> Answer {
    let query: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let mut stream = TcpStream::connect(upstream.url().trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!(
        "GET {path}?{} HTTP/1.1\r\nhost: test\r\n{headers}connection: close\r\n\r\n",
        query.join("&")
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    // A connection that is broken off is one of the answers.
    let _ = stream.read_to_string(&mut text).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
    let mut answer = Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
        is_whole: false,
    };
    answer.is_whole = answer.header("content-length") == Some(answer.body.len().to_string().as_str());
    answer
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
