//! Being asked to stop: once for an orderly end, twice for an end at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Set when nothing new may be sent; what is in flight still ends.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    token: CancellationToken,
}

impl Shutdown {
    /// Asks for an orderly end.
    pub fn ask(&self) {
        self.token.cancel();
    }

    /// Whether an orderly end was asked for.
    pub fn is_asked(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until it is.
    pub async fn asked(&self) {
        self.token.cancelled().await;
    }

    /// Listens to SIGTERM and SIGINT: the first asks, the second ends the process at once, which costs what a kill
    /// costs: at most the requests in flight.
    pub fn listen(&self) -> std::io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let token = self.token.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if token.is_cancelled() {
                    std::process::exit(130);
                }
                tracing::info!("stopping: waiting for the requests in flight; a second signal stops at once");
                token.cancel();
            }
        });
        Ok(())
    }
}
