//! The server: a simulated upstream that listens on an address until it is stopped.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::mock::desk::{Arrival, Desk};
use crate::mock::faults::Faults;
use crate::mock::settings::{PriceStyle, Settings};
use crate::mock::world::World;
use crate::mock::{http, responses};

/// A running upstream. It stops when it is dropped.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    house: Arc<House>,
    listening: JoinHandle<()>,
}

/// What all connections share.
#[derive(Debug)]
struct House {
    desk: Mutex<Desk>,
    started: Instant,
    is_cut: bool,
    price_style: PriceStyle,
}

impl House {
    /// A panic while the desk is held leaves counters that are still worth reading.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream {
    /// Listens on an address; port 0 takes a free one.
    pub async fn start(world: Arc<World>, settings: Settings, address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let house = Arc::new(House {
            is_cut: settings.cut,
            price_style: settings.price_style,
            desk: Mutex::new(Desk::new(world, settings)),
            started: Instant::now(),
        });
        let address = listener.local_addr()?;
        let listening = tokio::spawn(listen(listener, Arc::clone(&house)));
        Ok(Self {
            address,
            house,
            listening,
        })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.house.desk().arrivals.clone()
    }

    /// The units billed so far.
    pub fn meter(&self) -> i64 {
        self.house.desk().meter
    }

    /// The units left on the account.
    pub fn balance(&self) -> i64 {
        self.house.desk().balance
    }

    /// The world that it answers from.
    pub fn world(&self) -> Arc<World> {
        self.house.desk().calendar.today()
    }

    /// Answers from another day of the world from now on. Cursors of other days go on after the last item shown that is
    /// still there; offsets (`/g2/user/following`) count the items of the new list.
    pub fn set_world(&self, world: Arc<World>) {
        self.house.desk().calendar.turn_to(world);
    }

    /// Changes what goes wrong from now on; scripts count arrivals from here.
    pub fn set_faults(&self, faults: Faults) {
        self.house.desk().mischief.set_faults(faults);
    }

    /// Puts units on the account, in place of what is there.
    pub fn set_balance(&self, units: i64) {
        self.house.desk().balance = units;
    }

    /// Retires these paths, and no others.
    pub fn set_retired(&self, paths: Vec<String>) {
        self.house.desk().retired = paths;
    }

    /// Stops listening and drops every connection.
    pub fn stop(&self) {
        self.listening.abort();
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The connections belong to this task, so that they end with it.
async fn listen(listener: TcpListener, house: Arc<House>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A connection that failed while it was accepted is gone; the next one is not affected.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&house)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(mut stream: TcpStream, house: Arc<House>) {
    // Without it every answer on a kept connection would wait for the other side's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(request) = http::read(&mut stream, &mut buffer).await {
        let decision = house.desk().decide(&request, house.started.elapsed());
        let response = responses::response(&decision, house.is_cut, house.price_style);
        if !decision.delay.is_zero() {
            tokio::time::sleep(decision.delay).await;
        }
        if !http::write(&mut stream, &response).await || request.closes {
            break;
        }
    }
}
