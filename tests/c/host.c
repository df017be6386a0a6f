/* A host in C: `host KEY MODULE` loads a module if the key has signed it. docs/hosts.md shows it. */
#include <stdio.h>
#include <stdlib.h>

#include "wasmsign.h"

/* A file's bytes, which the caller frees; NULL where it cannot be read. */
static uint8_t *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t *bytes = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long end = ftell(file);
        rewind(file);
        bytes = end < 0 ? NULL : malloc((size_t)end + 1);
        *length = bytes ? fread(bytes, 1, (size_t)end, file) : 0;
    }
    if (ferror(file)) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

/* What stands for an engine here: it says what it was given. */
static int compile(const uint8_t *module, size_t length) {
    printf("compiling %zu bytes, of which the first is %d\n", length, module[0]);
    return 0;
}

/* Trusts one key, and wants it to have signed the whole file: the defaults. NULL where that is no key. */
static WasmsignVerifier *trust(const uint8_t *key, size_t length) {
    WasmsignVerifier *verifier = wasmsign_verifier_new();
    if (wasmsign_verifier_add_key(verifier, key, length) == WASMSIGN_STATUS_OK) return verifier;
    fprintf(stderr, "the key: %s\n", wasmsign_verifier_message(verifier));
    wasmsign_verifier_free(verifier);
    return NULL;
}

/* Compiles a module if it is trusted: the bytes that are compiled are the bytes that were verified. */
static int load(WasmsignVerifier *verifier, const char *path) {
    size_t length;
    uint8_t *module = read_file(path, &length);
    if (!module) {
        perror(path);
        return 1;
    }
    int failed = 1;
    if (wasmsign_verify(verifier, module, length, NULL) == WASMSIGN_STATUS_OK) {
        failed = compile(module, length);
    } else {
        fprintf(stderr, "%s: refused: %s\n", path, wasmsign_verifier_message(verifier));
    }
    free(module);
    return failed;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: host KEY MODULE\n");
        return 2;
    }
    size_t length;
    uint8_t *key = read_file(arguments[1], &length);
    if (!key) {
        perror(arguments[1]);
        return 2;
    }
    WasmsignVerifier *verifier = trust(key, length);
    free(key);
    if (!verifier) return 2;
    int failed = load(verifier, arguments[2]);
    wasmsign_verifier_free(verifier);
    return failed;
}
