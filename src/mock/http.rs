//! As much of HTTP/1.1 as a simulated upstream needs, written by hand: a library would not let it break off an answer
//! before the first byte or in the middle.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The longest head of a request that is read.
const LONGEST_HEAD: usize = 64 * 1024;

/// A request, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) key: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) closes: bool,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should; the connection stays open.
    Whole,
    /// The connection is closed before the first byte.
    BeforeAnswer,
    /// The connection is closed in the middle of the body.
    InBody,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) ending: Ending,
}

/// Reads the next request; none if the other side has closed or sends no HTTP. What was read beyond it stays in
/// `buffer`.
pub(crate) async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if buffer.len() > LONGEST_HEAD || stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head: Vec<u8> = buffer.drain(..end + 4).collect();
    parse(std::str::from_utf8(&head).ok()?)
}

/// Writes an answer; false if the connection is not to be used again.
pub(crate) async fn write(stream: &mut TcpStream, response: &Response) -> bool {
    if response.ending == Ending::BeforeAnswer {
        return false;
    }
    let mut text = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\n",
        response.status,
        reason(response.status),
        response.content_type,
        response.body.len()
    );
    for (name, value) in &response.headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(response.body.as_bytes());
    if response.ending == Ending::InBody {
        bytes.truncate(bytes.len() - response.body.len() / 2 - 1);
    }
    stream.write_all(&bytes).await.is_ok() && response.ending == Ending::Whole
}

fn parse(head: &str) -> Option<Request> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (_method, address) = (words.next()?, words.next()?);
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    let mut request = Request {
        path: decoded(path),
        parameters: parameters.collect(),
        ..Request::default()
    };
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "x-access-key" => request.key = Some(value.to_owned()),
            "user-agent" => request.user_agent = Some(value.to_owned()),
            "connection" => request.closes = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    Some(request)
}

/// Undoes the percent signs and the plus signs of a query.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (
            first,
            digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_taken_apart_and_decoded() {
        let head = "GET /a/b?user_id=12&page_id=%7B%22a%22%3A+1%7D%3D&c HTTP/1.1\r\nX-Access-Key: k\r\nUser-Agent: t\r\n\r\n";
        let request = parse(head).unwrap();
        assert_eq!(request.path, "/a/b");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            request.parameters,
            [
                pair("user_id", "12"),
                pair("page_id", "{\"a\": 1}="),
                pair("c", "")
            ]
        );
        assert_eq!(request.key.as_deref(), Some("k"));
        assert_eq!(request.user_agent.as_deref(), Some("t"));
        assert!(!request.closes);
    }
}
