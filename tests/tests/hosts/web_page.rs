//! The page of templates/host-web, in a real browser.
#![cfg(unix)]

use end_to_end::browser::Browser;
use end_to_end::fixtures::custom;
use end_to_end::guests::{bad_modules, guest, invalid, key, large, signed, with_import};
use end_to_end::host_web::{call, dist, good, is, outcome, page, stated, text, trusted};
use end_to_end::site::Site;
use serde_json::json;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{KeyEncoding, PublicKey, Verifier, VerifyError};

#[test]
fn a_signed_module_runs() {
    let site = Site::of(dist());
    site.put("good.wasm", good());
    let mut browser = Browser::start();
    let key = trusted();
    is(outcome(&mut browser, &site, &[("module", "good.wasm"), ("key", &key)]), "verified", "");
    assert_eq!(site.visits("good.wasm"), 1);
    let said = page(&mut browser);
    let verified = Verifier::builder([PublicKey::decode(key.as_bytes()).unwrap()])
        .with_identity()
        .build()
        .unwrap();
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
    let verifier = Verifier::new([key(7).public_key().clone()]).unwrap();
    for bad in bad_modules(&key(7)) {
        let reason = match verifier.verify(&bad.file[..]) {
            Err(VerifyError::Refused(refusal)) => refusal.reason().code(),
            Err(VerifyError::Malformed(fault)) => fault.rule.code(),
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
        (&[("key", "")], "key", "key 1: expected a key, found only white space"),
        (&[("key", &*public), ("key", "rubbish")], "key", "key 2: "),
        (&[("key", &*secret)], "key", "expected a public key, found a secret key"),
        (&[("key", &*public), ("require", "some")], "request", "unknown variant `some`"),
        (&[("key", &*public), ("coverage", "half")], "request", "unknown variant `half`"),
        (
            &[("key", &*public), ("require", "2")],
            "policy-not-met",
            "2 keys must have signed, but the number of different keys given is 1",
        ),
    ] {
        let pairs = [&[("module", "good.wasm")], more].concat();
        is(outcome(&mut browser, &site, &pairs), "refused", reason);
        let said = page(&mut browser);
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
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
