//! templates/host-web in a real browser: the page, and the module that other pages import.
#![cfg(unix)]

use end_to_end::browser::Browser;
use end_to_end::conformance::{self, Case, Suite};
use end_to_end::fixtures::custom;
use end_to_end::guests::{bad_modules, guest, invalid, key, large, signed, with_import};
use end_to_end::host_web::dist;
use end_to_end::repository;
use end_to_end::site::Site;
use serde_json::{Value, json};
use wasmsign_core::section::Kind;
use wasmsign_core::{Error, KeyEncoding, PublicKey, SecretKey, Verifier};

fn text(key: &SecretKey, encoding: KeyEncoding) -> String {
    String::from_utf8(key.public_key().encode(encoding)).expect("it is a text")
}

/// The public key of 7s, which all tests trust.
fn trusted() -> String {
    text(&key(7), KeyEncoding::OpenSsh)
}

fn good() -> Vec<u8> {
    signed(&guest(), &[&key(7)])
}

/// A query with these values.
fn query(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric();
        text.bytes()
            .map(|byte| if plain(&byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
            .collect()
    };
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("?{}", pairs.join("&"))
}

/// What the page says of a module: the verdict and its reason, once it is there.
fn outcome(browser: &mut Browser, site: &Site, pairs: &[(&str, &str)]) -> (String, String) {
    browser.open(&site.url(&query(pairs)));
    stated(browser)
}

/// What the page that is open says.
fn stated(browser: &mut Browser) -> (String, String) {
    let stated = r#"new Promise(done => {
        const { dataset } = document.body;
        const look = () => dataset.verdict ? done([dataset.verdict, dataset.reason]) : setTimeout(look, 10);
        look();
    })"#;
    let stated = browser.evaluate(stated);
    let word = |at: usize| stated[at].as_str().expect("both are stated").to_owned();
    (word(0), word(1))
}

#[track_caller]
fn is(outcome: (String, String), verdict: &str, reason: &str) {
    assert_eq!((&*outcome.0, &*outcome.1), (verdict, reason));
}

/// What a visitor reads.
fn page(browser: &mut Browser) -> String {
    let text = browser.evaluate("document.querySelector('main').innerText");
    text.as_str().expect("a text").to_owned()
}

/// What `wasmsign.js` gives, or the reason why it gives nothing, of a call of one of its functions.
fn call(browser: &mut Browser, call: &str) -> Value {
    browser.evaluate(&format!(
        r#"import("/wasmsign.js").then(async ({{ verify, verifyAndInstantiate }}) => {{
            try {{ return await ({call}); }}
            catch (error) {{ return {{ name: error.name, reason: error.reason, message: error.message }}; }}
        }})"#
    ))
}

#[test]
fn a_signed_module_runs() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    let key = trusted();
    is(outcome(&mut browser, &site, &[("module", "good.wasm"), ("key", &key)]), "verified", "");
    assert_eq!(site.visits("good.wasm"), 1);
    let said = page(&mut browser);
    let verified = Verifier::new([PublicKey::decode(key.as_bytes()).unwrap()]).with_identity();
    let verified = verified.verify(&good()[..]).unwrap();
    let identity = verified.identity().unwrap().to_string();
    let hex = "01ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
    for expected in ["Verified", "exports add, both, trap, spin, memory", &identity, hex] {
        assert!(said.contains(expected), "no `{expected}` in\n{said}");
    }

    let sum = format!(
        "verifyAndInstantiate(fetch('/good.wasm'), [{key:?}])
            .then(async ({{ instance, verified }}) => [instance.exports.add(40, 2), await verified.identity()])"
    );
    assert_eq!(call(&mut browser, &sum), json!([42, identity]));
}

#[test]
fn every_other_module_is_refused() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let public = trusted();
    let verifier = Verifier::new([key(7).public_key().clone()]);
    for bad in bad_modules(&key(7)) {
        let reason = match verifier.verify(&bad.file[..]) {
            Err(Error::Refused(refusal)) => refusal.reason().code(),
            Err(Error::Malformed(fault)) => fault.rule.code(),
            other => panic!("{}: {other:?}", bad.what),
        };
        site.put("bad.wasm", bad.file);
        let stated = outcome(&mut browser, &site, &[("module", "bad.wasm"), ("key", &public)]);
        assert_eq!(stated, ("refused".into(), reason.into()), "{}", bad.what);
        let said = page(&mut browser);
        assert!(
            said.contains(bad.reason) && !said.contains("instantiated"),
            "{}: {said}",
            bad.what
        );
    }
}

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

#[test]
fn what_servers_do_wrong_is_named() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let public = trusted();
    site.put_as("text.wasm", Some("text/html"), good());
    site.put_as("untyped.wasm", None, good());
    site.put_cut("cut.wasm", good(), 100);
    site.put_cut("nothing.wasm", good(), 0);
    let closed = Site::of(dist()).url("module.wasm");
    for (module, reason, words) in [
        (
            "text.wasm",
            "wrong-type",
            "expected a server that sends application/wasm, found text/html",
        ),
        ("untyped.wasm", "wrong-type", "found no type"),
        ("cut.wasm", "interrupted", "the download broke off after"),
        ("nothing.wasm", "interrupted", "the download broke off after 0 bytes"),
        ("missing.wasm", "http-status", "the server says 404"),
        (&closed, "not-fetched", "cannot be fetched"),
        ("http://", "not-fetched", "cannot be fetched"),
    ] {
        is(
            outcome(&mut browser, &site, &[("module", module), ("key", &public)]),
            "refused",
            reason,
        );
        let said = page(&mut browser);
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
}

#[test]
fn bad_keys_and_questions_are_named() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    let public = trusted();
    let secret = String::from_utf8(key(7).encode(KeyEncoding::Pem).to_vec()).unwrap();
    for (more, reason, words) in [
        (&[][..], "key", "no public key was given"),
        (&[("key", "")], "key", "key 1: expected a key, found nothing"),
        (&[("key", &*public), ("key", "rubbish")], "key", "key 2: "),
        (&[("key", &*secret)], "key", "expected a public key, found a secret key"),
        (&[("key", &*public), ("require", "some")], "request", "unknown variant `some`"),
        (&[("key", &*public), ("coverage", "half")], "request", "unknown variant `half`"),
        (
            &[("key", &*public), ("require", "2")],
            "policy-not-met",
            "2 of the keys must have signed, 1 have",
        ),
    ] {
        let pairs = [&[("module", "good.wasm")], more].concat();
        is(outcome(&mut browser, &site, &pairs), "refused", reason);
        let said = page(&mut browser);
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
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
        ("null", "make no sense"),
    ] {
        let ask = format!("verify(fetch('/good.wasm'), [{public:?}], {options})");
        let told = call(&mut browser, &ask);
        assert_eq!(told["reason"], "request", "{options}: {told}");
        let message = told["message"].as_str().unwrap();
        assert!(message.starts_with("the keys or the options make no sense: "), "{message}");
        assert!(message.contains(words) && !message.contains("column"), "{options}: {message}");
    }
    // Options that are inherited count as any others.
    let ask = |options: &str| format!("verify(fetch('/good.wasm'), [{public:?}], {options})");
    let inherited = call(&mut browser, &ask("Object.create({ require: 2 })"));
    assert_eq!(inherited["reason"], "policy-not-met");
    let none = call(&mut browser, "verify(fetch('/good.wasm'))");
    assert_eq!(none["reason"], "key");
    let number = call(&mut browser, "verify(fetch('/good.wasm'), 7)").to_string();
    assert!(number.contains("keys: expected a list of texts, found 7"), "{number}");
}

#[test]
fn keys_come_in_every_form_and_several_may_be_wanted() {
    let site = Site::of(dist());
    site.put("both.wasm", signed(&guest(), &[&key(7), &key(8)]));
    let mut browser = Browser::start();
    let pem = text(&key(7), KeyEncoding::Pem);
    let compact = key(8).public_key().encode(KeyEncoding::Compact);
    let hex: String = compact.iter().map(|byte| format!("{byte:02x}")).collect();
    let stranger = text(&key(9), KeyEncoding::OpenSsh);
    for (keys, require, verdict, reason) in [
        ([&*pem, &*hex], "all", "verified", ""),
        ([&*pem, &*hex], "2", "verified", ""),
        ([&*pem, &*stranger], "any", "verified", ""),
        ([&*pem, &*stranger], "all", "refused", "policy-not-met"),
        ([&*pem, &*pem], "2", "refused", "policy-not-met"),
    ] {
        let pairs =
            [("module", "both.wasm"), ("key", keys[0]), ("key", keys[1]), ("require", require)];
        is(outcome(&mut browser, &site, &pairs), verdict, reason);
    }
}

/// Whoever sends the form again asks no less than the address did.
#[test]
fn the_form_asks_what_the_address_asked() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    let public = text(&key(7), KeyEncoding::Pem);
    let stranger = text(&key(8), KeyEncoding::Pem);
    let pairs =
        [("module", "good.wasm"), ("key", &*public), ("key", &*stranger), ("require", "all")];
    is(outcome(&mut browser, &site, &pairs), "refused", "policy-not-met");
    // As the browser sends it: with lines that end as those of forms do.
    let sent = browser.evaluate(
        "'?' + new URLSearchParams([...new FormData(document.forms[0])]
            .map(([name, value]) => [name, value.replaceAll('\\n', '\\r\\n')]))",
    );
    let sent = sent.as_str().unwrap();
    assert_eq!(sent.matches("&key=").count(), 2, "{sent}");
    assert!(sent.contains("PUBLIC+KEY-----%0D%0A") && sent.ends_with("&require=all"), "{sent}");
    browser.open(&site.url(sent));
    is(stated(&mut browser), "refused", "policy-not-met");
}

#[test]
fn a_trusted_module_may_still_not_start() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let public = trusted();
    for (module, words) in [(with_import(), "env"), (invalid(), "CompileError")] {
        site.put("module.wasm", signed(&module, &[&key(7)]));
        let stated = outcome(&mut browser, &site, &[("module", "module.wasm"), ("key", &public)]);
        is(stated, "verified", "not-instantiated");
        let call = format!("verifyAndInstantiate(fetch('/module.wasm'), [{public:?}])");
        let thrown = self::call(&mut browser, &call).to_string();
        assert!(thrown.contains(words), "{thrown}");
    }
    site.put("module.wasm", signed(&with_import(), &[&key(7)]));
    let linked = format!(
        "verifyAndInstantiate(fetch('/module.wasm'), [{public:?}], {{ env: {{ log() {{}} }} }}).then(() => 'linked')"
    );
    assert_eq!(call(&mut browser, &linked), "linked");
}

#[test]
fn the_map_shows_what_is_covered() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    // Of three parts, the last is gone and something else is there.
    let delimiter = |byte| custom("signature_delimiter", &[byte; 16]);
    let name = "<img src=x onerror=alert(1)>";
    let signed_part = [guest(), custom(name, b"1"), delimiter(1)].concat();
    let whole = signed(&[&*signed_part, &custom("tail", b"2")].concat(), &[&key(7)]);
    let tail = custom("tail", b"2").len();
    let changed = [&whole[..whole.len() - tail], &custom("other", b"3")].concat();
    site.put("changed.wasm", changed.clone());
    let public = trusted();
    let mut ask = |coverage| {
        let pairs = [("module", "changed.wasm"), ("key", &*public), ("coverage", coverage)];
        let stated = outcome(&mut browser, &site, &pairs);
        let rows = browser.evaluate(
            "[...document.querySelectorAll('#sections tr')].map(row => [...row.cells].map(cell => cell.textContent))",
        );
        let images = browser.evaluate("document.images.length");
        assert_eq!(images, 0);
        (stated, rows)
    };
    let (stated, rows) = ask("prefix");
    is(stated, "verified", "");
    let rows = rows.as_array().unwrap();
    let row = |text: &str| {
        let label = format!("custom \"{text}\"");
        rows.iter().find(|row| row[2] == *label).unwrap_or_else(|| panic!("{text}: {rows:?}"))
    };
    assert_eq!(row(name)[3], "covered");
    assert_eq!(row("other")[3], "not covered");
    assert_eq!(row("other")[0], (changed.len() - custom("other", b"3").len()).to_string());
    assert_eq!(rows[0], json!(["0", "8", "header", "not signed"]));
    assert_eq!(rows[1][3], "the signature");
    let (stated, rows) = ask("whole");
    is(stated, "refused", "body-changed");
    assert!(rows.as_array().unwrap().iter().all(|row| row[3] != "covered"), "{rows}");
}

/// A name cannot turn what the page says around it, nor be long enough to hide the rest.
#[test]
fn names_are_shown_for_what_they_are() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let names = ["evil\u{202e}\u{2066}\n\u{1b}", &"long".repeat(1000), "grün <b>"];
    let sections = names.map(|name| custom(name, b"")).concat();
    site.put("names.wasm", signed(&[guest(), sections].concat(), &[&key(7)]));
    let pairs = [("module", "names.wasm"), ("key", &*trusted())];
    is(outcome(&mut browser, &site, &pairs), "verified", "");
    // Nor do long names leave the other columns the width of a letter.
    let height = browser.evaluate(
        "document.querySelector('main').style.width = '300px';
        document.querySelector('#sections tr').offsetHeight",
    );
    assert!(height.as_u64().unwrap() < 80, "{height}");
    let labels = browser.evaluate(
        "[...document.querySelectorAll('#sections tr')].slice(-3).map(row => row.cells[2].textContent)",
    );
    let long = format!("custom \"{}…\"", "long".repeat(50));
    assert_eq!(
        labels,
        json!([r#"custom "evil\u{202e}\u{2066}\u{a}\u{1b}""#, long, r#"custom "grün <b>""#])
    );
}

/// However many sections there are, and however narrow the screen is: what is not covered is seen.
#[test]
fn the_bar_has_room_for_every_kind_of_section() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let many = custom("small", b"").repeat(2000);
    let part = [guest(), many, custom("signature_delimiter", &[1; 16])].concat();
    let file = [signed(&part, &[&key(7)]), custom("late", b"")].concat();
    site.put("many.wasm", file);
    let pairs = [("module", "many.wasm"), ("key", &*trusted()), ("coverage", "prefix")];
    is(outcome(&mut browser, &site, &pairs), "verified", "");
    let seen = browser.evaluate(
        "const bar = document.querySelector('#bar'); bar.style.width = '280px';
        [...bar.children].map(({ className, offsetWidth, offsetLeft }) =>
            [className, offsetWidth > 2 && offsetLeft + offsetWidth <= bar.offsetLeft + 281])",
    );
    assert_eq!(seen, json!([["frame", true], ["covered", true], ["open", true]]));
    assert_eq!(
        browser.evaluate("document.querySelector('#more').textContent"),
        "and 1009 more sections"
    );
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
        let signature = wasmsign_core::sign::Signature { signer: &secret, key_id };
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
fn a_module_of_50_mb_is_verified() {
    let site = Site::of(dist());
    let mut browser = Browser::start();
    let public = trusted();
    let mut module = signed(&large(50_000_000), &[&key(7)]);
    site.put("large.wasm", module.clone());
    let pairs = [("module", "large.wasm"), ("key", &*public)];
    is(outcome(&mut browser, &site, &pairs), "verified", "");
    let limited = format!("verify(fetch('/large.wasm'), [{public:?}], {{ maxBytes: 50_000_000 }})");
    assert_eq!(call(&mut browser, &limited)["reason"], "too-large");
    *module.last_mut().unwrap() ^= 1;
    site.put("large.wasm", module.clone());
    is(outcome(&mut browser, &site, &pairs), "refused", "body-changed");
    site.put_cut("large.wasm", module, 40_000_000);
    is(outcome(&mut browser, &site, &pairs), "refused", "interrupted");
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
    let identity = Verifier::new([key(7).public_key().clone()]).with_identity();
    let identity = identity.verify(&good()[..]).unwrap().identity().unwrap().to_string();
    assert_eq!(call(&mut browser, &ask("good.wasm")), identity);
    assert_eq!(call(&mut browser, &ask("foreign.wasm"))["reason"], "no-trusted-signature");
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
    let identity = Verifier::new([key(7).public_key().clone()]).with_identity();
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

#[test]
fn without_its_verifier_nothing_is_trusted() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    site.remove("verifier.wasm");
    let mut browser = Browser::start();
    let public = trusted();
    let pairs = [("module", "good.wasm"), ("key", &*public)];
    is(outcome(&mut browser, &site, &pairs), "refused", "verifier");
    site.put("verifier.wasm", b"rubbish".to_vec());
    let ask = format!("verify(fetch('/good.wasm'), [{public:?}]).then(() => 0)");
    assert_eq!(call(&mut browser, &ask)["reason"], "verifier");
    // It is asked for again once it is there.
    site.put("verifier.wasm", std::fs::read(dist().join("verifier.wasm")).unwrap());
    assert_eq!(call(&mut browser, &ask), 0);
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
    let identity = Verifier::new([key(7).public_key().clone()]).with_identity();
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
    assert!(compressed <= 120_000, "{compressed} bytes");
}

/// Whether `wasmsign.js` has words for a case: browsers run modules, and it takes names where `verify` takes patterns.
fn is_offered(case: &Case) -> bool {
    case.expect.as_deref().is_none_or(|kind| kind == "module")
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
                "sections": case.sections, "detached": case.signature.is_some()})
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
    const ask = async ({ at, keys, require, coverage, sections, detached }) => {
        const options = { sections, coverage: coverage ?? undefined };
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

/// Only what is announced as a module is looked at as one.
#[test]
fn components_are_refused() {
    let site = Site::of(dist());
    let header = Kind::Component.header();
    site.put("component.wasm", [&header[..], &good()[8..]].concat());
    let mut browser = Browser::start();
    let public = trusted();
    let pairs = [("module", "component.wasm"), ("key", &*public)];
    is(outcome(&mut browser, &site, &pairs), "refused", "kind-mismatch");
}
