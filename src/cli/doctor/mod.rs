//! `usersvc doctor`: checks what the service and the command line need, piece by piece. It changes no user: what it
//! writes are keys of its own, which it removes.

mod directory;
mod etags;
mod service;
mod sidecar;

use super::exit::Exit;
use super::options::Global;
use super::render::{Finding, Screen};

/// Checks everything, and tells each finding as it comes.
///
/// # Errors
/// That stdout does not take the findings.
pub async fn run(global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let mut list = screen.list();
    let (mut checked, mut failed) = (0, 0);
    let mut tell = |findings: Vec<Finding>| {
        checked += findings.len();
        failed += findings.iter().filter(|finding| finding.is_failed()).count();
        findings.iter().try_for_each(|finding| list.add(finding))
    };
    tell(vec![Finding::ok("version", format!("this is usersvc {}", env!("CARGO_PKG_VERSION")))])?;
    tell(service::check(global).await)?;
    tell(sidecar::check(global).await)?;
    tell(vec![directory::check(global).await])?;
    list.end()?;
    if failed == 0 {
        return Ok(Exit::Done);
    }
    screen.note(&format!("{failed} of {checked} checks found something"));
    Ok(Exit::Found)
}
