/* A PKCS#11 module that passes everything on to the one in TOKEN_MODULE, but for what TOKEN_FAULT names. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long number;

/* CK_FUNCTION_LIST of PKCS#11 2.40: a version, and 68 functions in their order. */
struct functions {
    unsigned char version[2];
    void *function[68];
};
enum { LOGIN = 18, SIGN = 43 };
enum { GENERAL_ERROR = 0x05, DEVICE_REMOVED = 0x32 };

static struct functions ours;
static number (*real_login)(number, number, void *, number);
static number (*real_sign)(number, void *, number, unsigned char *, number *);

static void note(const char *word)
{
    FILE *log = fopen(getenv("TOKEN_LOG"), "a");
    fprintf(log, "%s\n", word);
    fclose(log);
}

static int is(const char *fault)
{
    const char *asked = getenv("TOKEN_FAULT");
    return asked && !strcmp(asked, fault);
}

static number login(number session, number user, void *pin, number length)
{
    note("login");
    return is("removed-at-login") ? DEVICE_REMOVED : real_login(session, user, pin, length);
}

static number sign(number session, void *data, number length, unsigned char *signature, number *room)
{
    note("sign");
    if (is("removed"))
        return DEVICE_REMOVED;
    while (is("hang"))
        pause();
    number result = real_sign(session, data, length, signature, room);
    if (result == 0 && signature && is("wrong"))
        signature[0] ^= 1;
    if (result == 0 && signature && is("short"))
        *room = 63;
    return result;
}

number C_GetFunctionList(struct functions **list)
{
    void *library = dlopen(getenv("TOKEN_MODULE"), RTLD_NOW);
    number (*get)(struct functions **) = library ? dlsym(library, "C_GetFunctionList") : 0;
    struct functions *theirs;
    if (!get || get(&theirs) != 0)
        return GENERAL_ERROR;
    ours = *theirs;
    real_login = ours.function[LOGIN];
    real_sign = ours.function[SIGN];
    ours.function[LOGIN] = login;
    ours.function[SIGN] = sign;
    *list = &ours;
    return 0;
}
