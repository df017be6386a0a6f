//! What other pages import of templates/host-web, in a real browser.
#![cfg(unix)]

use end_to_end::browser::Browser;
use end_to_end::conformance::{self, Case, Suite};
use end_to_end::fixtures::custom;
use end_to_end::guests::{bad_modules, codec, guest, key, signed};
use end_to_end::host_web::{call, dist, good, is, outcome, text, trusted};
use end_to_end::repository;
use end_to_end::site::Site;
use serde_json::{Value, json};
use wasmsign_core::{KeyEncoding, Verifier};

/// A module that was refused has not come to the compiler, nor to its start function.
#[test]
fn nothing_is_compiled_before_it_is_verified() {
    let site = Site::of(dist());
    site.put("foreign.wasm", signed(&guest(), &[&key(8)]));
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    // Whoever compiles later than this is seen.
    browser.evaluate("import('/wasmsign.js').then(({ verify }) => verify(new Uint8Array(8), ['']).catch(() => 0))");
    browser.evaluate(
        "globalThis.compiled = [];
        for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) {
            const real = WebAssembly[name];
            WebAssembly[name] = (...args) => { compiled.push(args[0].byteLength ?? 'a module'); return real(...args); };
        }
        WebAssembly.Module = new Proxy(WebAssembly.Module, {
            construct() { compiled.push('constructed'); throw new Error('not here'); } });
        0",
    );
    let public = trusted();
    let mut compiled = |name: &str| {
        call(
            &mut browser,
            &format!("verifyAndInstantiate(fetch('/{name}'), [{public:?}]).then(() => 0)"),
        );
        browser.evaluate("compiled.splice(0)")
    };
    // The verifier's own module is there already, and is instantiated for each.
    assert_eq!(compiled("foreign.wasm"), json!(["a module"]));
    assert_eq!(compiled("good.wasm"), json!(["a module", guest().len()]));
}

/// What was asked is what was asked for when `verify` was called.
#[test]
fn nobody_changes_what_was_asked() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let (public, stranger) = (trusted(), text(&key(8), KeyEncoding::OpenSsh));
    let ask = |before: &str, after: &str| {
        format!(
            "(async () => {{
                const keys = [{before:?}], options = {{ require: 'any' }};
                const verified = verify(fetch('/good.wasm'), keys, options);
                keys[0] = {after:?}; options.require = 2;
                return (await verified).kind;
            }})()"
        )
    };
    assert_eq!(call(&mut browser, &ask(&public, &stranger)), "module");
    assert_eq!(call(&mut browser, &ask(&stranger, &public))["reason"], "no-trusted-signature");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let public = trusted();
    for (options, words) in [
        ("{ requires: 'all' }", "unknown field `requires`"),
        ("{ require: 0 }", "integer `0`, expected a nonzero usize"),
        ("{ require: 1.5 }", "floating point `1.5`, expected a nonzero usize"),
        ("{ require: NaN }", "invalid type: null, expected a nonzero usize"),
        ("{ require: 2n }", "BigInt"),
        ("{ sections: 'name' }", "invalid type: string \"name\", expected a sequence"),
        ("{ maxBytes: NaN }", "maxBytes: expected a number of bytes, found NaN"),
        ("{ maxBytes: '1' }", "maxBytes: expected a number of bytes, found String"),
        (
            "{ signature: '' }",
            "signature: expected the bytes of a detached signature, found String",
        ),
        (
            "{ signature: null }",
            "signature: expected the bytes of a detached signature, found Null",
        ),
        ("{ require: () => 2 }", "expected value"),
        ("{ sections: Symbol() }", "invalid type: null, expected a sequence"),
        ("null", "are not valid"),
    ] {
        let ask = format!("verify(fetch('/good.wasm'), [{public:?}], {options})");
        let told = call(&mut browser, &ask);
        assert_eq!(told["reason"], "request", "{options}: {told}");
        let message = told["message"].as_str().unwrap();
        assert!(message.starts_with("the keys or the options are not valid: "), "{message}");
        assert!(message.contains(words) && !message.contains("column"), "{options}: {message}");
    }
    // Options that are inherited count as any others.
    let ask = |options: &str| format!("verify(fetch('/good.wasm'), [{public:?}], {options})");
    let inherited = call(&mut browser, &ask("Object.create({ require: 2 })"));
    assert_eq!(inherited["reason"], "policy-not-met");
    let none = call(&mut browser, "verify(fetch('/good.wasm'))");
    assert_eq!(none["reason"], "key");
    let number = call(&mut browser, "verify(fetch('/good.wasm'), 7)").to_string();
    assert!(number.contains("keys: expected a list of strings, found 7"), "{number}");
}

/// What is instantiated is what was covered: nothing that came behind it.
#[test]
fn uncovered_bytes_do_not_reach_the_caller() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let part = [guest(), custom("signature_delimiter", &[1; 16])].concat();
    let file = [signed(&part, &[&key(7)]), custom("late", b"")].concat();
    site.put("late.wasm", file);
    browser.open(&site.url(""));
    let ask = |option: &str| {
        format!(
            "verify(fetch('/late.wasm'), [{:?}], {{ {option} }}).then(({{ bytes }}) => Array.from(bytes))",
            trusted()
        )
    };
    assert_eq!(call(&mut browser, &ask("coverage: 'prefix'")), json!(part));
    assert_eq!(call(&mut browser, &ask("sections: ['late']"))["reason"], "not-covered");
    assert_eq!(call(&mut browser, &ask("sections: ['early']")), json!(part));
}

#[test]
fn detached_signatures_count_where_they_are_given() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let sign = |seed| {
        let secret = key(seed);
        let key_id = wasmsign_core::sign::KeyId::None;
        let signature = wasmsign_core::sign::NewSignature { signer: &secret, key_id };
        wasmsign_core::sign::detached(&guest()[..], None, &[signature]).unwrap().data.encode()
    };
    site.put("guest.wasm", guest());
    site.put_as("guest.wasm.sig", None, sign(7));
    site.put_as("foreign.sig", None, sign(8));
    browser.open(&site.url(""));
    let ask = |signature: &str| {
        format!(
            "fetch('/{signature}').then(response => response.arrayBuffer()).then(signature =>
                verifyAndInstantiate(fetch('/guest.wasm'), [{:?}], {{}}, {{ signature }}))
                .then(({{ instance }}) => instance.exports.add(1, 2))",
            trusted()
        )
    };
    assert_eq!(call(&mut browser, &ask("guest.wasm.sig")), 3);
    assert_eq!(call(&mut browser, &ask("foreign.sig"))["reason"], "no-trusted-signature");
    assert_eq!(call(&mut browser, &ask("guest.wasm"))["reason"], "unknown-version");
}

#[test]
fn pages_without_webcrypto_hash_themselves() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    site.put("foreign.wasm", signed(&guest(), &[&key(8)]));
    let mut browser = Browser::start();
    browser.open(&format!("http://plain.test:{}/", site.port()));
    assert_eq!(browser.evaluate("typeof crypto.subtle"), "undefined");
    let ask = |module: &str| {
        format!(
            "verify(fetch('/{module}'), [{:?}]).then(({{ identity }}) => identity())",
            trusted()
        )
    };
    let identity =
        Verifier::builder([key(7).public_key().clone()]).with_identity().build().unwrap();
    let identity = identity.verify(&good()[..]).unwrap().identity().unwrap().to_string();
    assert_eq!(call(&mut browser, &ask("good.wasm")), identity);
    assert_eq!(call(&mut browser, &ask("foreign.wasm"))["reason"], "no-trusted-signature");
}

/// The trust file of these tests, and the key beside it.
fn put_trust(site: &Site) {
    let text = "version = 1\n\
                keys.release = { public = \"keys/release.pub\" }\n\
                keys.old = { public = \"keys/old.pub\", valid-until = 2020-01-01 }\n\
                roles.people.keys = [\"release\", \"old\"]\n\
                [[rules]]\nmodules = [\"good.wasm\", \"plugins/*\"]\nrequire = [\"people\"]\n\
                [[rules]]\nmodules = [\"dev/*\"]\nunsigned = true\n";
    site.put_as("etc/trust.toml", None, text);
    site.put_as("etc/wrong.toml", None, "version = 1\n[key]\n");
    site.put_as("etc/keys/release.pub", None, text_of(7));
    site.put_as("etc/keys/old.pub", None, text_of(8));
    site.put("good.wasm", good());
    site.put("old.wasm", signed(&guest(), &[&key(8)]));
    site.put("guest.wasm", guest());
}

fn text_of(seed: u8) -> String {
    text(&key(seed), KeyEncoding::Pem)
}

#[test]
fn a_trust_file_decides_by_name_and_time() {
    let site = Site::of(dist());
    put_trust(&site);
    let mut browser = Browser::start();
    for page in ["127.0.0.1", "plain.test"] {
        browser.open(&format!("http://{page}:{}/", site.port()));
        let mut ask = |module: &str, keys: &str, trust: &str| {
            let url = if trust.contains("url") { "" } else { "url: '/etc/trust.toml', " };
            let ask = format!(
                "verify(fetch('/{module}'), {keys}, {{ trust: {{ {url}{trust} }} }})
                    .then(({{ rule, roles, signers }}) => [rule, roles, signers.length])"
            );
            call(&mut browser, &ask)
        };
        let by_release = json!([0, {"people": ["release"]}, 1]);
        assert_eq!(ask("good.wasm", "[]", "name: 'plugins/a'"), by_release);
        assert_eq!(ask("guest.wasm", "[]", "name: 'dev/a'"), json!([1, {}, 0]));
        let then = "name: 'plugins/a', time: new Date('2019-12-31T23:59:59Z')";
        assert_eq!(ask("old.wasm", "[]", then), json!([0, {"people": ["old"]}, 1]));
        for (module, keys, trust, reason, words) in [
            ("old.wasm", "[]", "name: 'plugins/a'", "key-not-valid", "not valid at this time"),
            ("good.wasm", "[]", "name: 'a/b/c'", "no-rule", "no rule"),
            ("guest.wasm", "[]", "name: 'good.wasm'", "no-signature", "no signature"),
            ("good.wasm", "['x']", "name: 'plugins/a'", "request", "give no others"),
            ("good.wasm", "[]", "", "request", "trust.name: expected the name of the module"),
            ("good.wasm", "[]", "name: 'a', time: 'x'", "request", "trust.time: expected a date"),
            ("good.wasm", "[]", "name: 'a', nome: 'x'", "request", "unknown field nome"),
            ("good.wasm", "[]", "name: 'a', url: '/etc/wrong.toml'", "trust", "line 2, column 2: "),
            ("good.wasm", "[]", "name: 'a', url: '/etc/none.toml'", "trust", "none.toml cannot be"),
        ] {
            let told = ask(module, keys, trust);
            assert_eq!(told["reason"], reason, "{trust} at {page}: {told}");
            assert!(told["message"].as_str().unwrap().contains(words), "{trust}: {told}");
        }
    }
}

#[test]
fn the_page_takes_a_trust_file() {
    let site = Site::of(dist());
    put_trust(&site);
    let mut browser = Browser::start();
    let mut ask = |pairs: &[(&str, &str)]| outcome(&mut browser, &site, pairs);
    let trust = ("trust", "etc/trust.toml");
    is(ask(&[("module", "good.wasm"), trust]), "verified", "");
    is(ask(&[("module", "good.wasm"), trust, ("name", "plugins/x"), ("key", "")]), "verified", "");
    is(ask(&[("module", "good.wasm"), trust, ("name", "x")]), "refused", "no-rule");
    is(ask(&[("module", "old.wasm"), trust, ("name", "plugins/x")]), "refused", "key-not-valid");
}

/// As `cargo wasmsign verify` has it: nothing where a `signature` section is not first and alone.
#[test]
fn refused_modules_have_the_identity_that_the_verifier_knows() {
    let site = Site::of(dist());
    let good = good();
    let section = &good[8..good.len() - guest().len() + 8];
    site.put("twice.wasm", [&good[..8], section, &good[8..]].concat());
    site.put("behind.wasm", [&guest(), section].concat());
    site.put("foreign.wasm", signed(&guest(), &[&key(8)]));
    let identity =
        Verifier::builder([key(7).public_key().clone()]).with_identity().build().unwrap();
    let identity = identity.verify(&good[..]).unwrap().identity().unwrap().to_string();
    let mut browser = Browser::start();
    for page in ["127.0.0.1", "plain.test"] {
        browser.open(&format!("http://{page}:{}/", site.port()));
        for (module, expected) in [
            ("twice.wasm", json!(["stray-signature", null])),
            ("behind.wasm", json!(["stray-signature", null])),
            ("foreign.wasm", json!(["no-trusted-signature", identity])),
        ] {
            let ask = format!(
                "verify(fetch('/{module}'), [{:?}]).catch(async ({{ reason, facts }}) =>
                    [reason, await facts.identity()])",
                trusted()
            );
            assert_eq!(call(&mut browser, &ask), expected, "{module} at {page}");
        }
    }
}

/// Each of these was an error of its own, which callers take for anything but a refusal.
#[test]
fn whatever_is_no_module_is_refused() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let good = "fetch('/good.wasm')";
    let stream = |chunk: &str| {
        let body =
            format!("new ReadableStream({{ start(to) {{ to.enqueue({chunk}); to.close(); }} }})");
        format!("new Response({body}, {{ headers: {{ 'content-type': 'application/wasm' }} }})")
    };
    let data =
        "Object.defineProperty(new Response('a'), 'url', { value: 'data:,' + 'a'.repeat(1e6) })";
    for (source, reason, words) in [
        ("'good.wasm'", "request", "expected a response, or the bytes of a module, found String"),
        ("undefined", "request", "found Undefined"),
        ("new Blob()", "request", "found Blob"),
        ("new Request('/good.wasm')", "request", "found Request"),
        ("Promise.reject()", "not-fetched", "cannot be fetched: undefined"),
        ("fetch('/', { signal: AbortSignal.abort('late') })", "not-fetched", "fetched: late"),
        (&format!("{good}.then(async (r) => (await r.text(), r))"), "request", "nobody has read"),
        (&format!("{good}.then((r) => (r.body.getReader(), r))"), "request", "nobody has read"),
        (data, "wrong-type", "aaaa…: expected a server"),
        (&stream("'text'"), "interrupted", "expected bytes, found String"),
        (&stream("{ length: -1 }"), "interrupted", "expected bytes, found Object"),
        (&stream("undefined"), "interrupted", "expected bytes, found Undefined"),
    ] {
        let told = call(&mut browser, &format!("verify({source}, [{:?}])", trusted()));
        assert_eq!(
            (&told["name"], &told["reason"]),
            (&"Refused".into(), &reason.into()),
            "{source}: {told}"
        );
        assert!(told["message"].as_str().unwrap().contains(words), "{source}: {told}");
    }
}

/// Where a chunk says another length each time that it is asked, it is as long as it is.
#[test]
fn chunks_are_as_long_as_they_are() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let ask = format!(
        "fetch('/good.wasm').then(async (response) => {{
            const chunk = new Uint8Array(await response.arrayBuffer());
            let asked = 0;
            Object.defineProperty(chunk, 'length', {{ get: () => (asked++ < 2 ? 8 : 1e6) }});
            const body = new ReadableStream({{ start(to) {{ to.enqueue(chunk); to.close(); }} }});
            const {{ bytes }} = await verify(new Response(body, response), [{:?}]);
            return bytes.length;
        }})",
        trusted()
    );
    assert_eq!(call(&mut browser, &ask), guest().len());
}

#[test]
fn what_webcrypto_cannot_hash_is_hashed_all_the_same() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let ask = format!(
        "(crypto.subtle.digest = async () => {{ throw new DOMException('', 'OperationError'); }},
            verify(fetch('/good.wasm'), [{:?}]).then(({{ identity }}) => identity()))",
        trusted()
    );
    let identity =
        Verifier::builder([key(7).public_key().clone()]).with_identity().build().unwrap();
    let identity = identity.verify(&good()[..]).unwrap().identity().unwrap().to_string();
    assert_eq!(call(&mut browser, &ask), identity);
}

/// A response that is refused is not downloaded on, and a promise that fails early is not left alone.
#[test]
fn nothing_is_left_waiting() {
    let site = Site::of(dist());
    site.put_as("text.wasm", Some("text/html"), good());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let public = trusted();
    let ask = |module: &str, options: &str| {
        format!(
            "fetch('/{module}').then(async (response) => {{
                const reason = await verify(response, [{public:?}], {options}).catch(({{ reason }}) => reason);
                await new Promise((done) => setTimeout(done));
                return [reason, response.bodyUsed];
            }})"
        )
    };
    assert_eq!(call(&mut browser, &ask("text.wasm", "{}")), json!(["wrong-type", true]));
    assert_eq!(
        call(&mut browser, &ask("good.wasm", "{ maxBytes: NaN }")),
        json!(["request", true])
    );
    let unhandled = "(async () => {
        let unhandled = 0;
        addEventListener('unhandledrejection', () => unhandled++);
        for (const options of [{}, { maxBytes: NaN }]) {
            await verify(Promise.reject(new TypeError('offline')), ['key'], options).catch(() => 0);
        }
        await new Promise((done) => setTimeout(done, 100));
        return unhandled;
    })()";
    browser.open(&site.url(""));
    assert_eq!(call(&mut browser, unhandled), 0);
}

#[test]
fn whoever_aborts_is_told_so() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let ask = "verify(fetch('/good.wasm', { signal: AbortSignal.abort() }), ['x'])";
    assert_eq!(call(&mut browser, ask)["name"], "AbortError");
}

/// The verifier as it is downloaded.
#[test]
fn the_verifier_is_small() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let compressed = browser.evaluate(
        "fetch('/verifier.wasm').then(({ body }) =>
            new Response(body.pipeThrough(new CompressionStream('gzip'))).arrayBuffer()).then(({ byteLength }) => byteLength)",
    );
    let compressed = compressed.as_u64().expect("a length");
    assert!(compressed <= 112_640, "{compressed} bytes");
}

#[test]
fn a_package_and_a_version_may_be_asked_for() {
    let site = Site::of(dist());
    let (codec, json) = codec();
    site.put("codec.wasm", signed(&codec, &[&key(7)]));
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    let said: Value = serde_json::from_str(&json).expect("it is JSON");
    let public = trusted();
    for page in ["127.0.0.1", "plain.test"] {
        browser.open(&format!("http://{page}:{}/", site.port()));
        let mut ask = |module: &str, options: Value| {
            let ask = format!("verify(fetch('/{module}.wasm'), [{public:?}], {options})");
            call(&mut browser, &format!("{ask}.then(({{ manifest }}) => ({{ manifest }}))"))
        };
        assert_eq!(ask("codec", json!({"package": "codec", "version": "^1.4"}))["manifest"], said);
        assert_eq!(ask("good", json!({}))["manifest"], Value::Null);
        for (module, options, reason) in [
            ("codec", json!({"package": "other"}), "wrong-package"),
            ("codec", json!({"version": ">=1.5"}), "wrong-version"),
            ("good", json!({"package": "codec"}), "no-manifest"),
            ("codec", json!({"version": "one"}), "request"),
            ("codec", json!({"package": 1}), "request"),
        ] {
            assert_eq!(ask(module, options.clone())["reason"], reason, "{module} {options}");
        }
    }
}

/// Whether `wasmsign.js` has words for a case: browsers run modules, it takes names where `verify` takes patterns, and keys
/// as texts: 32 bytes are a key as a text, and none as a file.
fn is_offered(case: &Case) -> bool {
    case.trust.is_none()
        && case.name != "keys-file-without-type"
        && case.expect.as_deref().is_none_or(|kind| kind == "module")
        && case.formats.is_none()
        && case.sections.iter().all(|name| !name.contains(['*', '?', '[', '{', '\\']))
}

#[test]
fn the_conformance_vectors_get_their_answers() {
    let site = Site::of(dist());
    let cases = Suite::read(&conformance::directory()).unwrap().cases;
    let cases: Vec<_> = cases.into_iter().filter(is_offered).collect();
    assert!(cases.len() > 350, "{}", cases.len());
    let read = |name: &str| std::fs::read(conformance::directory().join(name)).unwrap();
    let hex =
        |bytes: Vec<u8>| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let asked: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(at, case)| {
            site.put(&format!("{at}.wasm"), read(&case.module));
            if let Some(signature) = &case.signature {
                site.put_as(&format!("{at}.sig"), None, read(signature));
            }
            let keys: Vec<_> = case.public_keys.iter().map(|name| hex(read(name))).collect();
            json!({"at": at, "keys": keys, "require": case.require, "coverage": case.coverage,
                "sections": case.sections, "detached": case.signature.is_some(),
                "package": case.package, "version": case.version})
        })
        .collect();
    let mut browser = Browser::start();
    for page in ["127.0.0.1", "plain.test"] {
        browser.open(&format!("http://{page}:{}/", site.port()));
        let answers = browser.evaluate(&format!("({ASK_ALL})({})", json!(asked)));
        let wrong: Vec<_> = cases
            .iter()
            .zip(answers.as_array().expect("a list"))
            .filter(|(case, answer)| !is_expected(case, answer))
            .map(|(case, answer)| format!("{}: {answer}, expected {:?}", case.name, case.reasons))
            .collect();
        assert!(wrong.is_empty(), "{} at {page}\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Asks the cases one after the other.
const ASK_ALL: &str = r#"async (cases) => {
    const { verify } = await import("/wasmsign.js");
    const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
    const ask = async ({ at, keys, require, coverage, sections, detached, ...said }) => {
        const options = { sections, coverage: coverage ?? undefined };
        options.package = said.package ?? undefined;
        options.version = said.version ?? undefined;
        options.require = Number(require) || (require ?? undefined);
        if (detached) options.signature = await bytes(`${at}.sig`);
        try {
            await verify(await bytes(`${at}.wasm`), keys, options);
            return null;
        } catch (error) {
            return error.reason ?? String(error);
        }
    };
    const answers = [];
    for (const each of cases) answers.push(await ask(each));
    return answers;
}"#;

fn is_expected(case: &Case, reason: &Value) -> bool {
    match reason.as_str() {
        None => case.reasons.is_empty(),
        Some(reason) => case.reasons.iter().any(|expected| expected == reason),
    }
}

#[test]
fn the_code_of_the_guide_runs() {
    let site = Site::of(dist());
    let code = std::fs::read(repository().join("tests/web/hosts.js")).unwrap();
    site.put_as("hosts.js", Some("text/javascript"), code);
    site.put("plugin.wasm", good());
    let mut browser = Browser::start();
    browser.open(&site.url(""));
    let mut call = |function: &str| {
        let key = trusted();
        browser.evaluate(&format!("import('/hosts.js').then(guide => guide.{function}({key:?}))"))
    };
    assert_eq!(call("add"), 42);
    let swapped = bad_modules(&key(7)).into_iter().find(|bad| bad.what == "swapped").unwrap();
    site.put("plugin.wasm", swapped.file);
    let told = call("reason").to_string();
    let guide = std::fs::read_to_string(repository().join("docs/hosts.md")).unwrap();
    let (_, expected) = guide.split_once("error.message); // ").unwrap();
    let (expected, _) = expected.split_once(" …").unwrap();
    assert!(told.contains(expected), "{told}");
}
