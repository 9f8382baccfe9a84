//! Values of options that are more than words. The errors end up behind clap's "invalid value … for …".

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::users::CACHE_TTL_MIN;

const LEASE_MIN: Duration = Duration::from_millis(50);
const LEASE_MAX: Duration = Duration::from_secs(60);
/// A year; no store was tried with more.
const TTL_MAX: Duration = Duration::from_secs(365 * 24 * 3600);

/// A time such as `3600`, `90s`, `15m`, `1h` or `500ms`; a bare number counts seconds.
fn duration(written: &str) -> Result<Duration, String> {
    let digits = written.find(|c: char| !c.is_ascii_digit()).unwrap_or(written.len());
    let (number, unit) = written.split_at(digits);
    let wrong = || "a time looks like 3600, 90s, 15m, 1h or 500ms".to_owned();
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let ms: u64 = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(ms).map(Duration::from_millis).ok_or_else(wrong)
}

/// How long something is to go on.
pub fn time(written: &str) -> Result<Duration, String> {
    let time = duration(written)?;
    if time.is_zero() { Err("it has to be more than nothing".into()) } else { Ok(time) }
}

/// How long a value is served from the cache.
pub fn cache_ttl(written: &str) -> Result<Duration, String> {
    let ttl = duration(written)?;
    match ttl {
        _ if ttl < CACHE_TTL_MIN => Err(format!("a cached value lives {} seconds at least", CACHE_TTL_MIN.as_secs())),
        _ if ttl > TTL_MAX => Err("a cached value lives a year at most".into()),
        _ => Ok(ttl),
    }
}

/// How long a process trusts its view of the cache.
pub fn lease(written: &str) -> Result<Duration, String> {
    let lease = duration(written)?;
    let allowed = (LEASE_MIN..=LEASE_MAX).contains(&lease);
    if allowed { Ok(lease) } else { Err("a lease lasts from 50ms to 60s".into()) }
}

/// A share from 0 to 1.
pub fn rate(written: &str) -> Result<f64, String> {
    let rate = written.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "a rate is a number from 0 to 1".into())
}

/// An address to listen on: `127.0.0.1:8001`, `[::1]:8001`, `localhost:8001`, or `:8001` for every address.
pub fn listen(written: &str) -> Result<SocketAddr, String> {
    let wrong = "an address looks like 127.0.0.1:8001";
    if let Some(port) = written.strip_prefix(':') {
        let port = port.parse::<u16>().map_err(|_| wrong)?;
        return Ok(SocketAddr::from(([0, 0, 0, 0], port)));
    }
    let mut found = written.to_socket_addrs().map_err(|fault| format!("{wrong} ({fault})"))?;
    found.next().ok_or_else(|| wrong.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_or_counts_seconds() {
        for (written, seconds) in [("60", 60), ("90s", 90), ("2m", 120), ("1h", 3600), ("60000ms", 60), ("1d", 86400)] {
            assert_eq!(cache_ttl(written), Ok(Duration::from_secs(seconds)), "{written}");
        }
        for wrong in ["", "s", "-1", "1.5h", "1w", "59", "99999999999999999999", "18446744073709551615d", "366d"] {
            assert!(cache_ttl(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rates_leases_and_addresses_have_bounds() {
        assert!(rate("0.5").is_ok() && rate("1.1").is_err() && rate("NaN").is_err() && rate("-1").is_err());
        assert!(lease("500ms").is_ok() && lease("10ms").is_err() && lease("2m").is_err());
        assert_eq!(listen(":80"), Ok(SocketAddr::from(([0, 0, 0, 0], 80))));
        assert!(listen("127.0.0.1:0").is_ok() && listen("8001").is_err() && listen("127.0.0.1:99999").is_err());
    }
}
