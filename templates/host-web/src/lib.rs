//! wasmsign-core for a browser: one module to verify in each instance.
//!
//! The caller copies a module and a [`request`] in JSON into this instance's memory, asks for what stands in the
//! module ([`exports::prepare`]), and for the verdict: by the digest that the browser has computed
//! ([`exports::judge`]), or by hashing here ([`exports::verify`]). Each has an [`answer`] in JSON.
//!
//! `web/wasmsign.js` is the only caller. The browser hashes the module where it lies, and compiles it from there: the
//! bytes are in one place, which nobody else can reach.

mod answer;
mod exports;
mod request;
mod session;
#[cfg(feature = "trust")]
mod trust;
