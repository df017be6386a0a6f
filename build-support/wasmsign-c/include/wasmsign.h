// Verify signed WebAssembly modules. Made by cbindgen from build-support/wasmsign-c; link with libwasmsign.

#ifndef WASMSIGN_H
#define WASMSIGN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// What came of a call.
typedef enum {
  // Done; of a verification: the module meets what is asked for.
  WASMSIGN_STATUS_OK = 0,
  // The module was read correctly, and is not trusted.
  WASMSIGN_STATUS_REFUSED = 1,
  // A null pointer, a key that is none, a number that makes no sense. Null for no bytes is none of these.
  WASMSIGN_STATUS_USAGE = 2,
  // The module or the signature data is not what it should be.
  WASMSIGN_STATUS_MALFORMED = 3,
  // A file could not be read.
  WASMSIGN_STATUS_IO = 4,
  // An error of this library. The module is not verified.
  WASMSIGN_STATUS_INTERNAL = 5,
} WasmsignStatus;

// The kind of binary that the header of a file must announce. No signature covers the header.
typedef enum {
  // A core module; this is what a new verifier expects.
  WASMSIGN_KIND_MODULE = 0,
  // A component.
  WASMSIGN_KIND_COMPONENT = 1,
  // Either.
  WASMSIGN_KIND_ANY = 2,
} WasmsignKind;

// Keys, and what is asked for. Made by `wasmsign_verifier_new`, ended by `wasmsign_verifier_free`.
typedef struct WasmsignVerifier WasmsignVerifier;

// What a verification has proved; all but `size` is zero where it has not. Set `size` before each call:
// `WasmsignVerdict verdict = {.size = sizeof verdict};`
typedef struct {
  // Bytes of this structure as the caller knows it, by which a later library tells it from a longer one.
  size_t size;
  // Offset of the first byte that is not covered: all bytes before it are verified, but for the header and an embedded
  // signature section.
  uint64_t covered;
  // Bytes of the file.
  uint64_t total;
  // How many of the given keys have signed what is covered.
  size_t signers;
  // Whether the file is all of what was signed, and nothing else.
  bool whole;
  // Whether `identity` holds one.
  bool has_identity;
  // SHA-256 of the file without its embedded signature section.
  uint8_t identity[32];
  // Whether `rule` holds one: a trust file has decided.
  bool has_rule;
  // Index of the rule of the trust file that has decided, from 0. `signers` is 0 where it lets the module be unsigned.
  size_t rule;
} WasmsignVerdict;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Trusts whom the trust file at `path` says, in place of keys. The files that it names are read beside it, now and not
// again. Where it has faults, the message names them all, and the verifier stays as it was.
//
// Ask with `wasmsign_verifier_ask` before anything is verified.
//
// # Safety
//
// As `wasmsign_verifier_add_key`; the path ends with a zero byte.
WasmsignStatus wasmsign_verifier_trust_file(WasmsignVerifier *verifier,
                                            const char *path);

// Sets the name under which the host knows the module that it verifies next, in UTF-8, and the time at which keys must be
// valid, in seconds since 1970-01-01 00:00 UTC, as `time(NULL)` gives it. The name selects the rule of the trust file, so it
// must not come from whoever sends the module. Both count until they are set anew.
//
// # Safety
//
// As `wasmsign_verifier_add_key`; `name` ends with a zero byte.
WasmsignStatus wasmsign_verifier_ask(WasmsignVerifier *verifier,
                                     const char *name,
                                     int64_t time);

// A verifier of whole modules without keys, with which nothing verifies: add keys. Never null: where memory has run out, the
// process ends.
WasmsignVerifier *wasmsign_verifier_new(void);

// Ends a verifier. Null is none.
//
// # Safety
//
// `verifier` is null, or comes from `wasmsign_verifier_new` and was not ended before; nobody uses it any more.
void wasmsign_verifier_free(WasmsignVerifier *verifier);

// Trusts a public key, in any encoding: compact, PEM, DER, OpenSSH, hexadecimal or base64. The zero byte behind a text is
// no part of the key. At most 4,096 keys.
//
// # Safety
//
// `verifier` comes from `wasmsign_verifier_new` and is used by this call alone; `key` points at `length` bytes.
WasmsignStatus wasmsign_verifier_add_key(WasmsignVerifier *verifier,
                                         const uint8_t *key,
                                         size_t length);

// Sets how many distinct keys must have signed; 0 means all that are given. At first one is enough.
//
// # Safety
//
// As `wasmsign_verifier_add_key`.
WasmsignStatus wasmsign_verifier_require(WasmsignVerifier *verifier, size_t count);

// Is content with a signed prefix that holds every section that is not custom: see `covered` in the verdict.
//
// # Safety
//
// As `wasmsign_verifier_add_key`.
WasmsignStatus wasmsign_verifier_prefix(WasmsignVerifier *verifier);

// As `wasmsign_verifier_prefix`; the custom sections of this name must lie in the prefix too.
//
// # Safety
//
// As `wasmsign_verifier_add_key`; `name` ends with a zero byte.
WasmsignStatus wasmsign_verifier_cover_section(WasmsignVerifier *verifier, const char *name);

// Sets the kind of binary that the header must announce: one of the constants of `WasmsignKind`.
//
// # Safety
//
// As `wasmsign_verifier_add_key`.
WasmsignStatus wasmsign_verifier_expect(WasmsignVerifier *verifier, int kind);

// Wants a module that says under its signature that it is of this package: else a validly signed one is refused
// (`no-manifest`, `wrong-package`). Null wants none any more.
//
// # Safety
//
// As `wasmsign_verifier_add_key`; `name` is null, or ends with a zero byte.
WasmsignStatus wasmsign_verifier_package(WasmsignVerifier *verifier,
                                         const char *name);

// Wants a module that says under its signature that it is of a version that meets this requirement, written as in
// Cargo.toml (`>=1.4, <2`): else a validly signed one is refused (`no-manifest`, `wrong-version`). Null wants none any more.
//
// # Safety
//
// As `wasmsign_verifier_add_key`; `requirement` is null, or ends with a zero byte.
WasmsignStatus wasmsign_verifier_version(WasmsignVerifier *verifier,
                                         const char *requirement);

// Verifies a module in memory by its embedded signature. `verdict` may be null.
//
// # Safety
//
// As `wasmsign_verifier_add_key`; `module` points at `length` bytes that nobody writes during the call; `verdict` is null
// or points at a verdict whose `size` is set.
WasmsignStatus wasmsign_verify(WasmsignVerifier *verifier,
                               const uint8_t *module,
                               size_t length,
                               WasmsignVerdict *verdict);

// Verifies a module in memory by detached signature data, as in a `.sig` file. An embedded signature has no part in it.
// `verdict` may be null.
//
// # Safety
//
// As `wasmsign_verify`; `signature` points at `signature_length` bytes.
WasmsignStatus wasmsign_verify_detached(WasmsignVerifier *verifier,
                                        const uint8_t *module,
                                        size_t length,
                                        const uint8_t *signature,
                                        size_t signature_length,
                                        WasmsignVerdict *verdict);

// Verifies the file at `module` by its embedded signature, in a few megabytes of memory whatever its length. Whoever opens
// the path again may find another file there: where the bytes are to be run, read them and use `wasmsign_verify`.
//
// # Safety
//
// As `wasmsign_verify`; the path ends with a zero byte.
WasmsignStatus wasmsign_verify_file(WasmsignVerifier *verifier,
                                    const char *module,
                                    WasmsignVerdict *verdict);

// As `wasmsign_verify_file`, by the detached signature data in the file at `signature`. An embedded signature has no part
// in it.
//
// # Safety
//
// As `wasmsign_verify_file`; both paths end with a zero byte.
WasmsignStatus wasmsign_verify_file_detached(WasmsignVerifier *verifier,
                                             const char *module,
                                             const char *signature,
                                             WasmsignVerdict *verdict);

// Why the last call with this verifier did not give `Ok`: one line of UTF-8, empty where it did, at most 4,095 bytes. It
// stands at one place as long as the verifier lives, and each call writes it anew. Null for a null verifier.
//
// # Safety
//
// `verifier` is null, or comes from `wasmsign_verifier_new` and is used by this call alone.
const char *wasmsign_verifier_message(const WasmsignVerifier *verifier);

// What the module of the last verification says of itself in its covered bytes, as JSON in UTF-8: see docs/hosts.md. Null
// where it says nothing, and where it was not verified. It stands there until the next verification with this verifier.
//
// # Safety
//
// As `wasmsign_verifier_message`.
const char *wasmsign_verifier_manifest(const WasmsignVerifier *verifier);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* WASMSIGN_H */
