//! What a client may demand of the version that it finds (RFC 9110, section 13.1).

use super::Error;
use crate::user::UserId;

/// Versions that a client names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Whatever there is.
    Any,
    /// One of these.
    Of(Vec<u64>),
}

impl Versions {
    /// True where that version is named.
    #[must_use]
    pub fn name(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Of(versions) => versions.contains(&version),
        }
    }
}

/// A demand on the version of a user. The default demands nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// The version must be one of these (`If-Match`).
    pub matches: Option<Versions>,
    /// The version must be none of these (`If-None-Match`).
    pub differs: Option<Versions>,
}

impl Precondition {
    /// Fails with [`Error::PreconditionFailed`] where a write of that version is not what the client means.
    pub(super) fn check(&self, id: UserId, version: u64) -> Result<(), Error> {
        let is_met = self.matches.as_ref().is_none_or(|versions| versions.name(version))
            && self.differs.as_ref().is_none_or(|versions| !versions.name(version));
        if is_met { Ok(()) } else { Err(Error::PreconditionFailed { id, version }) }
    }
}
