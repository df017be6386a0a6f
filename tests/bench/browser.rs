//! How long templates/host-web takes to verify a module of 10 MB, beside WebCrypto's SHA-256 of the same bytes.
//!
//!     cargo run --locked -p end-to-end --bin browser-speed
//!
//! Medians of 31 rounds in headless Chromium, in which each way has its turn.

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    panic!("the tests talk to a browser through a pipe that only Unix has");
}

#[cfg(unix)]
mod unix {
    use end_to_end::browser::Browser;
    use end_to_end::fixtures::custom;
    use end_to_end::guests::{key, large, signed};
    use end_to_end::host_web::dist;
    use end_to_end::site::Site;
    use serde_json::json;
    use wasmsign_core::KeyEncoding;

    /// Bytes of the module.
    const LENGTH: usize = 10_000_000;

    pub fn main() {
        let site = Site::of(dist());
        site.put("one.wasm", signed(&large(LENGTH), &[&key(7)]));
        site.put("four.wasm", signed(&in_four_parts(), &[&key(7)]));
        let key = String::from_utf8(key(7).public_key().encode(KeyEncoding::OpenSsh));
        let mut browser = Browser::start();
        browser.open(&site.url(""));
        let figures = browser.evaluate(&format!("({MEASURE})({})", json!(key.expect("a text"))));
        println!("{:<44} {:>7} bytes", "verifier.wasm, gzip", figures["size"]);
        for figure in figures["times"].as_array().expect("a list") {
            let milliseconds = figure[1].as_f64().expect("a number");
            println!("{:<44} {milliseconds:>7.1} ms", figure[0].as_str().expect("a name"));
        }
    }

    fn in_four_parts() -> Vec<u8> {
        let cut = custom("signature_delimiter", &[1; 16]);
        let part = custom("part", &vec![0x5a; LENGTH / 4]);
        [large(LENGTH / 4), [cut, part].concat().repeat(3)].concat()
    }

    const MEASURE: &str = r#"async (key) => {
        const { verify } = await import("/wasmsign.js");
        const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
        const [one, four] = [await bytes("one.wasm"), await bytes("four.wasm")];
        const withoutWebCrypto = async (run) => {
            Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
            try { return await run(); } finally { delete crypto.subtle; }
        };
        // The time from the end of a download.
        const downloaded = async (bytes) => {
            let at = 0, end;
            const pull = (controller) => {
                if (at < bytes.length) return controller.enqueue(bytes.subarray(at, at += 65536));
                end = performance.now();
                controller.close();
            };
            await verify(new Response(new ReadableStream({ pull }), { headers: { "content-type": "application/wasm" } }), [key]);
            return performance.now() - end;
        };
        const ways = {
            "SHA-256 of WebCrypto": () => crypto.subtle.digest("SHA-256", one),
            "verify, once it is downloaded": () => downloaded(one),
            "verify, from an array": () => verify(one, [key]),
            "verify, from an array, and its identity": async () => (await verify(one, [key])).identity(),
            "four parts, once they are downloaded": () => downloaded(four),
            "four parts, from an array": () => verify(four, [key]),
            "verify, from an array, without WebCrypto": () => withoutWebCrypto(() => verify(one, [key])),
        };
        const samples = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
        for (let round = -2; round < 31; round++) {
            for (const [name, run] of Object.entries(ways)) {
                const start = performance.now();
                const time = await run();
                const taken = performance.now() - start;
                // The first rounds are the compiler's.
                if (round >= 0) samples[name].push(typeof time === "number" ? time : taken);
            }
        }
        const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
        const { body } = await fetch("verifier.wasm");
        const size = (await new Response(body.pipeThrough(new CompressionStream("gzip"))).arrayBuffer()).byteLength;
        return { size, times: Object.entries(samples).map(([name, values]) => [name, median(values)]) };
    }"#;
}
