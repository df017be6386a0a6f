//! Work that takes long, with a notice each second of how long it has taken.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_secs(1);

/// Does `work`, and calls `notify` with each whole second that has gone by meanwhile.
pub(super) fn every_second<T>(notify: impl Fn(Duration) + Send, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            let begun = Instant::now();
            while waiting.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                notify(Duration::from_secs(begun.elapsed().as_secs()));
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
        assert_eq!(every_second(tell, || thread::sleep(Duration::from_millis(2500))), ());
        let told = told.into_inner().unwrap();
        assert!(told.starts_with(&[1]) && told.len() == 2, "{told:?}");
        assert_eq!(every_second(|_| panic!("it takes no second"), || 7), 7);
    }
}
