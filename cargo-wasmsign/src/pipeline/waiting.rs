//! Somebody is told, second by second, for how long something has been going on.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_secs(1);

/// Does `work`, and calls `tell` with each whole second that has gone by meanwhile.
pub(super) fn while_telling<T>(tell: impl Fn(Duration) + Send, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            let begun = Instant::now();
            while waiting.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                tell(Duration::from_secs(begun.elapsed().as_secs()));
            }
        });
        let result = work();
        drop(done);
        result
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn seconds_are_told_until_the_work_is_done() {
        let told = Mutex::new(Vec::new());
        let tell = |time: Duration| told.lock().unwrap().push(time.as_secs());
        assert_eq!(while_telling(tell, || thread::sleep(Duration::from_millis(2500))), ());
        let told = told.into_inner().unwrap();
        assert!(told.starts_with(&[1]) && told.len() == 2, "{told:?}");
        assert_eq!(while_telling(|_| panic!("it takes no second"), || 7), 7);
    }
}
