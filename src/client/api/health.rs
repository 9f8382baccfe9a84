//! What a service tells of its own state.

use super::Api;
use crate::client::Error;
use crate::client::request::Request;
use crate::users::Readiness;

/// The metric that has the version as its label.
const VERSION: &str = "usersvc_build_info{version=\"";

impl Api {
    /// Whether both stores answer the service, as it knows it.
    ///
    /// # Errors
    /// That it cannot be asked.
    pub async fn readiness(&self) -> Result<Readiness, Error> {
        let reply = self.send(Request::readiness(), &mut |_| {}).await?;
        // 503 is an answer, too.
        serde_json::from_slice(&reply.body).map_err(|_| Error::foreign(&self.base, reply.status.as_u16(), &reply.body))
    }

    /// The version of the service.
    ///
    /// # Errors
    /// That it does not tell.
    pub async fn version(&self) -> Result<String, Error> {
        let reply = self.send(Request::metrics(), &mut |_| {}).await?;
        let metrics = String::from_utf8_lossy(&reply.body);
        let version = metrics.lines().find_map(|line| line.strip_prefix(VERSION)?.split('"').next().map(str::to_owned));
        version.ok_or_else(|| Error::foreign(&self.base, reply.status.as_u16(), &reply.body))
    }
}
