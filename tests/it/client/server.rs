//! A server that gives the same bytes to every connection's first request, right or wrong.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens to a connection after the bytes.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// It is closed.
    Close,
    /// It is closed when the next request has come.
    ReadAndClose,
    /// It stays open, and nothing more comes.
    Stay,
}

/// A running server; its thread ends with the test's process.
pub(crate) struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Into<Vec<u8>>, then: Then) -> Self {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming().map(Result::unwrap) {
                connections.fetch_add(1, Ordering::SeqCst);
                if let Some(request) = read_request(&stream) {
                    requests.lock().unwrap().push(request);
                    // The client may hang up in the middle of a body that it finds too large.
                    let _ = (&stream).write_all(&answer);
                }
                match then {
                    Then::Close => {}
                    Then::ReadAndClose => requests.lock().unwrap().extend(read_request(&stream)),
                    Then::Stay => open.push(stream),
                }
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// The head of a request; none where something else comes.
fn read_request(mut stream: &TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
        if !bytes.starts_with(&b"GET "[..bytes.len().min(4)]) {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}
