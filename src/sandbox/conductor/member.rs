//! One container that runs: told to stop, killed, and how it takes its leave.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::watch;

/// A task that was told to stop and has not after this long is killed.
const GRACE: Duration = Duration::from_secs(3);
/// One that leaves late does so this long after it was told to stop.
const LATE: Duration = Duration::from_secs(5);
/// What a task that is killed exits with.
const KILLED: i32 = 137;
/// What a task that panics exits with.
const PANICKED: i32 = 101;

/// What a container does, to its exit code.
pub(super) type Work = Pin<Box<dyn Future<Output = i32> + Send>>;

/// How a task takes its leave once it is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// As soon as what is at hand is done.
    AtOnce,
    /// Some seconds later: what it holds open is drained.
    Late,
    /// Not at all: it does not hear, and goes on working.
    Never,
}

/// The strings by which a container is held.
#[derive(Debug)]
pub(super) struct Member {
    stop: watch::Sender<bool>,
    kill: watch::Sender<bool>,
    leave: Leave,
}

/// The other ends of the strings.
#[derive(Debug, Clone)]
pub(super) struct Strings {
    /// Turns true once the container is told to stop.
    pub(super) stop: watch::Receiver<bool>,
    kill: watch::Receiver<bool>,
    leave: Leave,
}

impl Member {
    /// A container that has yet to start, and its ends of the strings.
    pub(super) fn new(leave: Leave) -> (Self, Strings) {
        let (stop, stopped) = watch::channel(false);
        let (kill, killed) = watch::channel(false);
        (Self { stop, kill, leave }, Strings { stop: stopped, kill: killed, leave })
    }

    /// Tells it to stop.
    pub(super) fn stop(&self) {
        if self.leave != Leave::Never {
            self.stop.send_replace(true);
        }
    }

    /// Kills it.
    pub(super) fn kill(&self) {
        self.kill.send_replace(true);
    }

    /// Ends it because all ends: nobody waits then for those who take their time.
    pub(super) fn dismiss(&self) {
        match self.leave {
            Leave::AtOnce => self.stop(),
            Leave::Late | Leave::Never => self.kill(),
        }
    }
}

impl Strings {
    /// Runs the work to its end, or kills it when it was told to stop and does not.
    pub(super) async fn run(mut self, work: Work) -> i32 {
        let mut work = tokio::spawn(work);
        let mut stop = self.stop.clone();
        let overdue = async {
            // An error means that the crew is gone, which is as good as being told; so below.
            let _ = stop.wait_for(|stop| *stop).await;
            tokio::time::sleep(GRACE).await;
        };
        let exit_code = tokio::select! {
            ended = &mut work => ended.unwrap_or(PANICKED),
            () = overdue => KILLED,
            _ = self.kill.wait_for(|kill| *kill) => KILLED,
        };
        work.abort();
        if self.leave == Leave::Late && *self.stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(LATE) => {}
                _ = self.kill.wait_for(|kill| *kill) => {}
            }
        }
        exit_code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a container that ends when it hears; its exit code and after how many seconds it had left.
    async fn check(leave: Leave, act: impl FnOnce(&Member), expected: (i32, u64)) {
        let (member, strings) = Member::new(leave);
        let mut heard = strings.stop.clone();
        let work: Work = Box::pin(async move {
            let _ = heard.wait_for(|stop| *stop).await;
            0
        });
        act(&member);
        let started = tokio::time::Instant::now();
        let exit_code = tokio::time::timeout(Duration::from_mins(1), strings.run(work)).await.unwrap_or(-1);
        assert_eq!((exit_code, started.elapsed().as_secs()), expected, "{leave:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn each_takes_its_leave_in_its_own_way() {
        check(Leave::AtOnce, Member::stop, (0, 0)).await;
        check(Leave::Late, Member::stop, (0, 5)).await;
        check(Leave::Never, Member::stop, (-1, 60)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_killed_or_dismissed_is_gone_at_once() {
        for leave in [Leave::AtOnce, Leave::Late, Leave::Never] {
            check(leave, Member::kill, (137, 0)).await;
        }
        check(Leave::AtOnce, Member::dismiss, (0, 0)).await;
        check(Leave::Never, Member::dismiss, (137, 0)).await;
        let both = |member: &Member| {
            member.stop();
            member.dismiss();
        };
        let (member, strings) = Member::new(Leave::Late);
        both(&member);
        let done: Work = Box::pin(async { 0 });
        let started = tokio::time::Instant::now();
        strings.run(done).await;
        assert_eq!(started.elapsed().as_secs(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_does_not_stop_is_killed_after_its_grace() {
        let (member, strings) = Member::new(Leave::AtOnce);
        member.stop();
        let started = tokio::time::Instant::now();
        assert_eq!(strings.run(Box::pin(std::future::pending())).await, 137);
        assert_eq!(started.elapsed(), GRACE);
    }
}
