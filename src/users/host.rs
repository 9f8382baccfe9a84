//! What a process takes from its machine: the time, and randomness. The simulation puts its own in their place.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// The clock and the source of randomness.
#[derive(Clone, Default)]
pub struct Host(Kind);

#[derive(Clone, Default)]
enum Kind {
    #[default]
    Real,
    Simulated {
        start: tokio::time::Instant,
        seed: Arc<Mutex<u64>>,
    },
}

/// When simulated time begins, in seconds after 1970.
const SIMULATED_START: u64 = 1_700_000_000;

impl Host {
    /// A host on tokio's clock, which tests pause and advance, with randomness that follows from the seed.
    #[must_use]
    pub fn simulated(start: tokio::time::Instant, seed: u64) -> Self {
        Self(Kind::Simulated { start, seed: Arc::new(Mutex::new(seed)) })
    }

    /// Time since some fixed moment, on a clock that goes on while the machine is suspended: a view must not
    /// outlive its lease by a closed lid.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.0 {
            Kind::Real => boottime(),
            Kind::Simulated { start, .. } => start.elapsed(),
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn wall_ms(&self) -> u64 {
        let since = match &self.0 {
            Kind::Real => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Kind::Simulated { .. } => Duration::from_secs(SIMULATED_START) + self.now(),
        };
        u64::try_from(since.as_millis()).expect("milliseconds since 1970 fit into 64 bits")
    }

    /// The present moment.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        match &self.0 {
            Kind::Real => Timestamp::now(),
            Kind::Simulated { .. } => {
                Timestamp::from_millisecond(i64::try_from(self.wall_ms()).expect("simulated time is near 1970"))
                    .expect("simulated time is near 1970")
            }
        }
    }

    /// 64 random bits as 16 hexadecimal digits, for nonces and tokens.
    #[must_use]
    pub fn nonce(&self) -> String {
        format!("{:016x}", self.random())
    }

    /// A random number from 0 up to, but not including, 1.
    #[must_use]
    pub fn chance(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)] // 53 bits fit a double exactly
        let bits = (self.random() >> 11) as f64;
        bits / (1_u64 << 53) as f64
    }

    fn random(&self) -> u64 {
        match &self.0 {
            Kind::Real => getrandom::u64().expect("the system has randomness"),
            Kind::Simulated { seed, .. } => {
                let mut seed = seed.lock().unwrap_or_else(PoisonError::into_inner);
                splitmix(&mut seed)
            }
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): one step.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(target_os = "linux")]
fn boottime() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// macOS: CLOCK_MONOTONIC goes on during sleep there.
#[cfg(not(target_os = "linux"))]
fn boottime() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}
