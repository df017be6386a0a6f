//! scrypt, within the limits.

use alloc::format;

use ::scrypt::{Params, scrypt};

use crate::keys::error::KeyError;
use crate::limits::{MAX_SCRYPT_BYTES, MAX_SCRYPT_WORK};

/// What scrypt has to do. There is none over the limits.
#[derive(Clone, Copy)]
pub(super) struct Work(Params);

impl Work {
    /// By scrypt's own three numbers, of which the first is a power of two.
    pub(super) fn new(n: u64, r: u64, p: u64) -> Result<Self, KeyError> {
        let work = n.saturating_mul(r).saturating_mul(p);
        let memory = n.saturating_mul(r).saturating_mul(128);
        if work > MAX_SCRYPT_WORK || memory > MAX_SCRYPT_BYTES {
            return Err(KeyError::TooMuchWork {
                asked: format!("scrypt with N = {n}, r = {r} and p = {p}"),
                limit: "N·r·p = 2^25 and 1 GiB of memory",
            });
        }
        let exponent =
            u8::try_from(n.trailing_zeros()).ok().filter(|_| n.is_power_of_two() && n > 1);
        let numbers = exponent.zip(u32::try_from(r).ok()).zip(u32::try_from(p).ok());
        let params = numbers.and_then(|((n, r), p)| Params::new(n, r, p).ok());
        params.map(Self).ok_or_else(|| KeyError::UnknownCipher {
            found: format!("scrypt with N = {n}, r = {r} and p = {p}"),
        })
    }

    /// By the two limits of libsodium, as its `pickparams` reads them.
    #[cfg(feature = "minisign")]
    pub(super) fn of_limits(operations: u64, memory: u64) -> Result<Self, KeyError> {
        const R: u64 = 8;
        let operations = operations.max(32768);
        let power = |most: u64| 1_u64 << (1..63).find(|n| 1 << n > most / 2).unwrap_or(63);
        if operations < memory / 32 {
            return Self::new(power(operations / (R * 4)), R, 1);
        }
        let n = power(memory / (R * 128));
        let rp = (operations / 4 / n).min(0x3fff_ffff);
        Self::new(n, R, rp / R)
    }

    pub(super) fn params(self) -> Params {
        self.0
    }

    /// Fills `output`, which has at least one byte.
    pub(super) fn run(self, passphrase: &[u8], salt: &[u8], output: &mut [u8]) {
        scrypt(passphrase, salt, &self.params(), output).expect("some bytes, and not 137 billion");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(operations: u64, memory: u64) -> (u8, u32, u32) {
        let params = Work::of_limits(operations, memory).expect("it is within the limits").params();
        (params.log_n(), params.r(), params.p())
    }

    /// libsodium's two sets of limits, rust-minisign's, and ours.
    #[test]
    fn limits_of_libsodium_are_read_as_it_reads_them() {
        assert_eq!(numbers(1 << 25, 1 << 30), (20, 8, 1));
        assert_eq!(numbers(1 << 19, 1 << 24), (14, 8, 1));
        assert_eq!(numbers(1 << 20, 1 << 25), (15, 8, 1));
        assert_eq!(numbers(1 << 22, 1 << 27), (17, 8, 1));
        assert_eq!(numbers(1 << 15, 1 << 30), (10, 8, 1));
        assert_eq!(numbers(0, 0), (1, 8, 512));
    }

    #[test]
    fn what_is_over_a_limit_is_refused_whatever_it_is() {
        let refused = |n, r, p| matches!(Work::new(n, r, p), Err(KeyError::TooMuchWork { .. }));
        assert!(!refused(1 << 20, 8, 4) && refused(1 << 20, 8, 5));
        assert!(refused(1 << 21, 8, 1) && refused(1 << 20, 9, 1));
        assert!(!refused(2, 8, 1 << 21) && refused(2, 8, (1 << 21) + 1));
        assert!(refused(u64::MAX, u64::MAX, u64::MAX) && refused(1 << 40, 8, 1));
        for (operations, memory) in [(u64::MAX, u64::MAX), (1 << 26, 1 << 31), (1 << 40, 1 << 30)] {
            let work = Work::of_limits(operations, memory);
            assert!(matches!(work, Err(KeyError::TooMuchWork { .. })), "{operations} {memory}");
        }
    }

    #[test]
    fn what_is_no_scrypt_is_refused() {
        for (n, r, p) in [(0, 8, 1), (1, 8, 1), (3, 8, 1), (1024, 0, 1), (1024, 8, 0)] {
            assert!(
                matches!(Work::new(n, r, p), Err(KeyError::UnknownCipher { .. })),
                "{n} {r} {p}"
            );
        }
    }
}
