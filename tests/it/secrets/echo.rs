//! A server that says back what it was sent: the key stands in its headers and bodies, in every spelling.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A running server; its thread ends with the test's process.
pub(super) struct Echo {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    /// Answers with this status and the body that is made of the request's head; `said` is put into the answer's own
    /// headers. Without the balance, which is answered as it should be, nothing would be asked soon.
    pub(super) fn start(
        status: &'static str,
        body: impl Fn(&str) -> String + Send + 'static,
        said: &str,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let (said, heads) = (said.to_owned(), Arc::clone(&requests));
        thread::spawn(move || {
            for mut stream in listener.incoming().map(Result::unwrap) {
                let Some(head) = read_head(&mut stream) else {
                    continue;
                };
                let is_balance = head.starts_with("GET /sys/balance ");
                let (status, body) = if is_balance {
                    (
                        "200 OK",
                        format!("{{\"requests\":1000,\"rate\":1000,\"said\":\"{said}\"}}"),
                    )
                } else {
                    (status, body(&head))
                };
                heads.lock().unwrap().push(head);
                let answer = format!(
                    "HTTP/1.1 {status}\r\nlocation: http://{address}/{said}\r\nretry-after: {said}\r\n\
                     x-hiker-info: {said}\r\nx-echo: {said}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                // The client may hang up before the end of a body that it does not read.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of the requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).ok()
}
