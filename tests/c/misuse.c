/* Calls the interface as no host should, and as careless hosts do: `misuse SIGNED KEY SECRET`. Says what was not as it
 * should be, and how many calls that were. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasmsign.h"

static unsigned char module[1 << 16], key[1 << 12], secret[1 << 12];
static size_t module_length, key_length, secret_length;
static int wrong;

static size_t read_file(const char *path, unsigned char *bytes, size_t room) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(9);
    size_t length = fread(bytes, 1, room - 1, file);
    fclose(file);
    bytes[length] = 0;
    return length;
}

/* The status, and a text that is in the message; both of the last call. */
static void is(int line, WasmsignVerifier *verifier, WasmsignStatus found, WasmsignStatus wanted, const char *text) {
    const char *message = wasmsign_verifier_message(verifier);
    if (found == wanted && (!message || strstr(message, text)) && !(message && strpbrk(message, "\n\r\33"))) return;
    printf("line %d: status %d, not %d: %s\n", line, (int)found, (int)wanted, message ? message : "(none)");
    wrong++;
}
#define IS(call, wanted, text) is(__LINE__, verifier, call, WASMSIGN_STATUS_##wanted, text)

/* A verdict is zero where nothing was proved, whatever was in it. */
static void proves(int line, const WasmsignVerdict *verdict, int wanted) {
    int zero = !verdict->covered && !verdict->total && !verdict->signers && !verdict->whole && !verdict->has_identity;
    for (int at = 0; at < 32; at++) zero = zero && !verdict->identity[at];
    if (zero == !wanted) return;
    printf("line %d: the verdict is not as it should be\n", line);
    wrong++;
}
#define PROVES(wanted) (proves(__LINE__, &verdict, wanted), memset(&verdict, 0xff, sizeof verdict))

static void verdicts(WasmsignVerifier *verifier) {
    WasmsignVerdict verdict;
    memset(&verdict, 0xff, sizeof verdict);
    IS(wasmsign_verify(verifier, module, module_length, NULL, 0, &verdict), OK, "");
    PROVES(1);
    IS(wasmsign_verify(verifier, module, module_length - 1, NULL, 0, &verdict), MALFORMED, "");
    PROVES(0);
    IS(wasmsign_verify_file(verifier, NULL, NULL, &verdict), USAGE, "path");
    PROVES(0);
    IS(wasmsign_verify_file(verifier, "no\nsuch\33file", NULL, &verdict), IO, "such");
    PROVES(0);
    /* A directory can be opened. */
    IS(wasmsign_verify_file(verifier, ".", NULL, &verdict), IO, "\".\"");
    PROVES(0);
    IS(wasmsign_verify(NULL, module, module_length, NULL, 0, &verdict), USAGE, "");
    PROVES(0);
    IS(wasmsign_verify_file(NULL, "a", NULL, &verdict), USAGE, "");
    PROVES(0);
    IS(wasmsign_verify(verifier, NULL, 100, NULL, 0, &verdict), USAGE, "null");
    PROVES(0);
}

static void lengths(WasmsignVerifier *verifier) {
    size_t huge = (size_t)-1;
    IS(wasmsign_verify(verifier, module, huge, NULL, 0, NULL), USAGE, "length");
    IS(wasmsign_verify(verifier, module, module_length, module, huge, NULL), USAGE, "length");
    IS(wasmsign_verify(verifier, NULL, 0, NULL, 0, NULL), MALFORMED, "empty");
    IS(wasmsign_verify(verifier, module, 0, NULL, 0, NULL), MALFORMED, "empty");
    IS(wasmsign_verify(verifier, module, module_length, module, 0, NULL), MALFORMED, "signature");
    /* Without a signature its length says nothing. */
    IS(wasmsign_verify(verifier, module, module_length, NULL, 5, NULL), OK, "");
}

static void keys(WasmsignVerifier *verifier) {
    IS(wasmsign_verifier_add_key(verifier, NULL, 10), USAGE, "null");
    IS(wasmsign_verifier_add_key(verifier, NULL, 0), USAGE, "nothing");
    IS(wasmsign_verifier_add_key(verifier, key, (size_t)-1), USAGE, "null");
    IS(wasmsign_verifier_add_key(verifier, key, key_length + 1), USAGE, "without it");
    IS(wasmsign_verifier_add_key(verifier, secret, secret_length), USAGE, "secret");
    IS(wasmsign_verifier_add_key(NULL, key, key_length), USAGE, "");
    /* The same key again is no second signer. */
    IS(wasmsign_verifier_add_key(verifier, key, key_length), OK, "");
    IS(wasmsign_verifier_require(verifier, 2), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, NULL, 0, NULL), USAGE, "more keys");
    IS(wasmsign_verifier_require(verifier, (size_t)-1), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, NULL, 0, NULL), USAGE, "more keys");
    IS(wasmsign_verifier_require(verifier, 0), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, NULL, 0, NULL), OK, "");
}

static void settings(WasmsignVerifier *verifier) {
    IS(wasmsign_verifier_expect(verifier, -1), USAGE, "WasmsignKind");
    IS(wasmsign_verifier_cover_section(verifier, NULL), USAGE, "UTF-8");
    IS(wasmsign_verifier_cover_section(verifier, "\xff"), USAGE, "UTF-8");
    IS(wasmsign_verifier_expect(NULL, 0), USAGE, "");
    IS(wasmsign_verifier_prefix(NULL), USAGE, "");
    IS(wasmsign_verifier_require(NULL, 1), USAGE, "");
    IS(wasmsign_verifier_cover_section(NULL, "a"), USAGE, "");
    if (wasmsign_verifier_message(NULL)) wrong++;
}

/* A verifier for each thread. */
static void *thread(void *nothing) {
    WasmsignVerifier *verifier = wasmsign_verifier_new();
    wasmsign_verifier_add_key(verifier, key, key_length);
    long refused = 0;
    for (int count = 0; count < 20; count++)
        refused += wasmsign_verify(verifier, module, module_length, NULL, 0, NULL) != WASMSIGN_STATUS_OK;
    wasmsign_verifier_free(verifier);
    (void)nothing;
    return (void *)refused;
}

static void threads(void) {
    pthread_t started[4];
    for (int at = 0; at < 4; at++)
        if (pthread_create(&started[at], NULL, thread, NULL)) exit(9);
    for (int at = 0; at < 4; at++) {
        void *refused;
        pthread_join(started[at], &refused);
        wrong += refused != NULL;
    }
}

int main(int count, char **arguments) {
    if (count != 4) return 9;
    module_length = read_file(arguments[1], module, sizeof module);
    key_length = read_file(arguments[2], key, sizeof key);
    secret_length = read_file(arguments[3], secret, sizeof secret);
    WasmsignVerifier *verifier = wasmsign_verifier_new();
    IS(wasmsign_verify(verifier, module, module_length, NULL, 0, NULL), USAGE, "more keys");
    IS(wasmsign_verifier_add_key(verifier, key, key_length), OK, "");
    verdicts(verifier);
    lengths(verifier);
    settings(verifier);
    keys(verifier);
    threads();
    wasmsign_verifier_free(verifier);
    printf("%d wrong\n", wrong);
    return wrong ? 8 : 0;
}
