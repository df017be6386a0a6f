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
    int zero = !verdict->has_rule && !verdict->rule && !verdict->covered && !verdict->total && !verdict->signers && !verdict->whole && !verdict->has_identity;
    for (int at = 0; at < 32; at++) zero = zero && !verdict->identity[at];
    if (zero == !wanted && verdict->size == sizeof *verdict) return;
    printf("line %d: the verdict is not as it should be\n", line);
    wrong++;
}
#define PROVES(wanted) (proves(__LINE__, &verdict, wanted), fill(&verdict))

static void fill(WasmsignVerdict *verdict) {
    memset(verdict, 0xff, sizeof *verdict);
    verdict->size = sizeof *verdict;
}

static void verdicts(WasmsignVerifier *verifier) {
    WasmsignVerdict verdict;
    fill(&verdict);
    IS(wasmsign_verify(verifier, module, module_length, &verdict), OK, "");
    PROVES(1);
    IS(wasmsign_verify(verifier, module, module_length - 1, &verdict), MALFORMED, "");
    PROVES(0);
    IS(wasmsign_verify_file(verifier, NULL, &verdict), USAGE, "path");
    PROVES(0);
    IS(wasmsign_verify_file(verifier, "no\nsuch\33file", &verdict), IO, "such");
    PROVES(0);
    /* A directory can be opened. */
    IS(wasmsign_verify_file(verifier, ".", &verdict), IO, "\".\"");
    PROVES(0);
    IS(wasmsign_verify(NULL, module, module_length, &verdict), USAGE, "");
    PROVES(0);
    IS(wasmsign_verify_file(NULL, "a", &verdict), USAGE, "");
    PROVES(0);
    IS(wasmsign_verify(verifier, NULL, 100, &verdict), USAGE, "null");
    PROVES(0);
    /* A signature that is not there is never the embedded one, which is good. */
    IS(wasmsign_verify_detached(verifier, module, module_length, NULL, 104, &verdict), USAGE, "null");
    PROVES(0);
    IS(wasmsign_verify_detached(verifier, module, module_length, NULL, 0, &verdict), MALFORMED, "signature");
    PROVES(0);
    IS(wasmsign_verify_file_detached(verifier, "a", NULL, &verdict), USAGE, "path");
    PROVES(0);
    IS(wasmsign_verify_file_detached(verifier, NULL, "a", &verdict), USAGE, "path");
    PROVES(0);
}

/* The library writes no more than the caller has room for, and leaves alone what it does not know. */
static void sizes(WasmsignVerifier *verifier) {
    struct {
        WasmsignVerdict verdict;
        unsigned char behind[32];
    } room;
    size_t known[] = {0, 1, sizeof room.verdict - 1, sizeof room.verdict, sizeof room};
    for (size_t at = 0; at < sizeof known / sizeof *known; at++) {
        memset(&room, 0xee, sizeof room);
        room.verdict.size = known[at];
        if (known[at] < sizeof room.verdict) {
            IS(wasmsign_verify(verifier, module, module_length, &room.verdict), USAGE, "size");
            wrong += room.verdict.identity[0] != 0xee;
        } else {
            IS(wasmsign_verify(verifier, module, module_length, &room.verdict), OK, "");
            wrong += room.verdict.total != module_length;
        }
        wrong += room.verdict.size != known[at];
        for (int byte = 0; byte < 32; byte++) wrong += room.behind[byte] != 0xee;
    }
}

static void lengths(WasmsignVerifier *verifier) {
    size_t huge = (size_t)-1;
    IS(wasmsign_verify(verifier, module, huge, NULL), USAGE, "length");
    IS(wasmsign_verify_detached(verifier, module, module_length, module, huge, NULL), USAGE, "length");
    IS(wasmsign_verify(verifier, NULL, 0, NULL), MALFORMED, "empty");
    IS(wasmsign_verify(verifier, module, 0, NULL), MALFORMED, "empty");
    IS(wasmsign_verify_detached(verifier, module, module_length, module, 0, NULL), MALFORMED, "signature");
}

/* The message of a call as an argument of the next one: it stays where it is, and is read before it is written anew. */
static void messages(WasmsignVerifier *verifier) {
    const char *message = wasmsign_verifier_message(verifier);
    IS(wasmsign_verifier_cover_section(NULL, message), USAGE, "");
    IS(wasmsign_verify_file(verifier, "no such file", NULL), IO, "no such file");
    IS(wasmsign_verifier_add_key(verifier, (const uint8_t *)message, strlen(message)), USAGE, "expected");
    IS(wasmsign_verify_file(verifier, "no such file", NULL), IO, "no such file");
    IS(wasmsign_verify_file(verifier, message, NULL), IO, "no such file");
    IS(wasmsign_verify_file_detached(verifier, message, message, NULL), IO, "no such file");
    IS(wasmsign_verify(verifier, (const uint8_t *)message, strlen(message), NULL), MALFORMED, "header");
    const uint8_t *bytes = (const uint8_t *)wasmsign_verifier_message(verifier);
    IS(wasmsign_verify_detached(verifier, module, module_length, bytes, 20, NULL), REFUSED, "unknown-version");
    if (wasmsign_verifier_message(verifier) != message) wrong++;
    char line[8192];
    snprintf(line, sizeof line, "%d %s", wasmsign_verify_file(verifier, "another", NULL), wasmsign_verifier_message(verifier));
    if (!strstr(line, "another")) wrong++;
    char *longest = malloc(10000);
    if (!longest) exit(9);
    memset(longest, 'x', 9999);
    longest[9999] = 0;
    IS(wasmsign_verify_file(verifier, longest, NULL), IO, "xxx");
    free(longest);
    IS(wasmsign_verify(verifier, module, module_length, NULL), OK, "");
    if (*wasmsign_verifier_message(verifier)) wrong++;
}

static void keys(WasmsignVerifier *verifier) {
    IS(wasmsign_verifier_add_key(verifier, NULL, 10), USAGE, "null");
    IS(wasmsign_verifier_add_key(verifier, NULL, 0), USAGE, "white space");
    IS(wasmsign_verifier_add_key(verifier, key, (size_t)-1), USAGE, "null");
    IS(wasmsign_verifier_add_key(verifier, key, key_length + 1), USAGE, "without it");
    IS(wasmsign_verifier_add_key(verifier, secret, secret_length), USAGE, "secret");
    IS(wasmsign_verifier_add_key(NULL, key, key_length), USAGE, "");
    /* The same key again is no second signer. */
    IS(wasmsign_verifier_add_key(verifier, key, key_length), OK, "");
    IS(wasmsign_verifier_require(verifier, 2), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, NULL), USAGE, "more keys");
    IS(wasmsign_verifier_require(verifier, (size_t)-1), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, NULL), USAGE, "more keys");
    IS(wasmsign_verifier_require(verifier, 0), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, NULL), OK, "");
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

/* A trust file stands alone, and is asked before anything is verified. */
static void trust_files(void) {
    FILE *file = fopen("trust.toml", "w");
    if (!file) exit(9);
    fputs("version = 1\n[[rules]]\nmodules = [\"*\"]\nunsigned = true\n", file);
    fclose(file);
    WasmsignVerifier *verifier = wasmsign_verifier_new();
    WasmsignVerdict verdict;
    fill(&verdict);
    IS(wasmsign_verifier_trust_file(NULL, "trust.toml"), USAGE, "");
    IS(wasmsign_verifier_trust_file(verifier, NULL), USAGE, "path");
    IS(wasmsign_verifier_trust_file(verifier, "no such file"), IO, "no such file");
    IS(wasmsign_verifier_trust_file(verifier, "."), IO, "");
    IS(wasmsign_verifier_trust_file(verifier, "signed.wasm"), IO, "UTF-8");
    IS(wasmsign_verifier_ask(NULL, "a", 0), USAGE, "");
    IS(wasmsign_verifier_ask(verifier, NULL, 0), USAGE, "name");
    IS(wasmsign_verifier_ask(verifier, "\xff", 0), USAGE, "UTF-8");
    IS(wasmsign_verifier_ask(verifier, "a", INT64_MAX), USAGE, "seconds");
    IS(wasmsign_verify(verifier, module, module_length, &verdict), USAGE, "more keys");
    IS(wasmsign_verifier_trust_file(verifier, "trust.toml"), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, &verdict), USAGE, "wasmsign_verifier_ask");
    PROVES(0);
    IS(wasmsign_verifier_ask(verifier, "a/b", 0), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, &verdict), REFUSED, "no-rule");
    PROVES(0);
    IS(wasmsign_verifier_ask(verifier, "a", 0), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, &verdict), OK, "");
    wrong += !verdict.has_rule || verdict.rule || verdict.signers;
    PROVES(1);
    IS(wasmsign_verifier_add_key(verifier, key, key_length), OK, "");
    IS(wasmsign_verify(verifier, module, module_length, &verdict), USAGE, "beside");
    PROVES(0);
    wasmsign_verifier_free(verifier);
}

/* A verifier for each thread. */
static void *thread(void *nothing) {
    WasmsignVerifier *verifier = wasmsign_verifier_new();
    wasmsign_verifier_add_key(verifier, key, key_length);
    long refused = 0;
    for (int count = 0; count < 20; count++)
        refused += wasmsign_verify(verifier, module, module_length, NULL) != WASMSIGN_STATUS_OK;
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
    IS(wasmsign_verify(verifier, module, module_length, NULL), USAGE, "more keys");
    IS(wasmsign_verifier_add_key(verifier, key, key_length), OK, "");
    verdicts(verifier);
    sizes(verifier);
    lengths(verifier);
    messages(verifier);
    settings(verifier);
    keys(verifier);
    trust_files();
    threads();
    wasmsign_verifier_free(verifier);
    printf("%d wrong\n", wrong);
    return wrong ? 8 : 0;
}
