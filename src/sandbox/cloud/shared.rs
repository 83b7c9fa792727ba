//! State that the endpoint's requests and the conductor share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A mutex that is held for moments only, never across an await. A panic of another holder does not spread: all
/// changes are small enough to leave the state whole.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(Mutex<T>);

impl<T> Shared<T> {
    /// The value, for as long as the guard lives.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
