//! A process and everything that it starts: killed as one.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// The processes of a group that was started as one of its own: killed when dropped, unless they were let go.
#[derive(Debug)]
pub(crate) struct Family(Option<Pid>);

impl Family {
    /// The family of a process that leads its group.
    pub(crate) fn of(leader: &Child) -> Self {
        Self(leader.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    /// Lets whoever is left of it live.
    pub(crate) fn let_go(mut self) {
        self.0 = None;
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // It may be gone already, which is as well.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
