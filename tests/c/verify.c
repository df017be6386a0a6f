/* Verifies a module as a host written in C does: `verify MODULE SIGNATURE|- MODE KEY…`.
 *
 * MODE is whole, prefix, all (keys), component, file (by its path), or package=NAME or version=REQUIREMENT. Prints the verdict on one line.
 * With the mode trust, a trust file, a name and a time in seconds follow in place of keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasmsign.h"

static unsigned char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(9);
    }
    size_t room = 1 << 16;
    unsigned char *bytes = malloc(room);
    *length = 0;
    while (bytes) {
        size_t count = fread(bytes + *length, 1, room - *length, file);
        if (count == 0) break;
        *length += count;
        if (*length == room) bytes = realloc(bytes, room *= 2);
    }
    fclose(file);
    return bytes;
}

static void must(WasmsignVerifier *verifier, WasmsignStatus status, const char *what) {
    if (status != WASMSIGN_STATUS_OK) {
        printf("%s: %d %s\n", what, (int)status, wasmsign_verifier_message(verifier));
        exit((int)status);
    }
}

int main(int count, char **arguments) {
    if (count < 4) return 9;
    const char *module = arguments[1], *signature = arguments[2], *mode = arguments[3];
    WasmsignVerifier *verifier = wasmsign_verifier_new();
    int trusting = !strcmp(mode, "trust") && count == 7;
    if (trusting) {
        must(verifier, wasmsign_verifier_trust_file(verifier, arguments[4]), "trust");
        must(verifier, wasmsign_verifier_ask(verifier, arguments[5], atoll(arguments[6])), "ask");
    }
    for (int at = trusting ? count : 4; at < count; at++) {
        size_t length;
        unsigned char *key = read_file(arguments[at], &length);
        must(verifier, wasmsign_verifier_add_key(verifier, key, length), "key");
        free(key);
    }
    if (!strcmp(mode, "prefix")) {
        must(verifier, wasmsign_verifier_cover_section(verifier, "policy"), "section");
    } else if (!strcmp(mode, "all")) {
        must(verifier, wasmsign_verifier_require(verifier, 0), "require");
    } else if (!strcmp(mode, "component")) {
        must(verifier, wasmsign_verifier_expect(verifier, WASMSIGN_KIND_COMPONENT), "expect");
    } else if (!strncmp(mode, "package=", 8)) {
        must(verifier, wasmsign_verifier_package(verifier, mode + 8), "package");
    } else if (!strncmp(mode, "version=", 8)) {
        must(verifier, wasmsign_verifier_version(verifier, mode + 8), "version");
    } else if (!strcmp(mode, "nonsense")) {
        must(verifier, wasmsign_verifier_expect(verifier, 77), "expect");
    }
    WasmsignVerdict verdict = {.size = sizeof verdict};
    WasmsignStatus status;
    const char *detached = strcmp(signature, "-") ? signature : NULL;
    if (!strcmp(mode, "file")) {
        status = detached ? wasmsign_verify_file_detached(verifier, module, detached, &verdict)
                          : wasmsign_verify_file(verifier, module, &verdict);
    } else {
        size_t length, signature_length = 0;
        unsigned char *bytes = read_file(module, &length), *data = NULL;
        if (detached) data = read_file(detached, &signature_length);
        status = detached ? wasmsign_verify_detached(verifier, bytes, length, data, signature_length, &verdict)
                          : wasmsign_verify(verifier, bytes, length, &verdict);
        free(bytes);
        free(data);
    }
    printf("status %d signers %zu covered %llu of %llu whole %d identity ", (int)status, verdict.signers,
           (unsigned long long)verdict.covered, (unsigned long long)verdict.total, verdict.whole);
    for (int at = 0; at < 32; at++) printf("%02x", verdict.identity[at]);
    if (verdict.has_rule) printf(" rule %zu", verdict.rule);
    const char *manifest = wasmsign_verifier_manifest(verifier);
    printf("\n%s\n%s\n", wasmsign_verifier_message(verifier), manifest ? manifest : "no manifest");
    wasmsign_verifier_free(verifier);
    wasmsign_verifier_free(NULL);
    return wasmsign_verify(NULL, NULL, 0, NULL) == WASMSIGN_STATUS_USAGE ? (int)status : 8;
}
