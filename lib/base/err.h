#ifndef AEGIS_BASE_ERR_H
#define AEGIS_BASE_ERR_H

#include "base/status.h"

/*
 * What went wrong, filled by the library and said once by the program.
 * A struct err lives on the caller's stack, starts as ERR_INIT, owns no
 * memory and needs no release.
 */
struct err {
	enum status status; /* STATUS_OK as long as nothing failed */
	char msg[1000];     /* one line: first what failed, then why */
	char hint[400];     /* what to do about it, or empty */
};

#define ERR_INIT                  \
	{                         \
		STATUS_OK, "", "" \
	}

/**
 * err_set(e, status, fmt, ...):
 * Note a failure.  The first one stays: where ${e} already holds an error this
 * does nothing, so that clean-up cannot hide the cause.  ${e} may be NULL.
 * Always return -1, so that a function can end in `return err_set(...)`.
 */
int err_set(struct err *e, enum status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * err_sys(e, status, fmt, ...):
 * As err_set(), with ": " and the text of errno behind the message.
 */
int err_sys(struct err *e, enum status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * err_hint(e, fmt, ...):
 * Add what the user can do about the error in ${e}.  Always return -1.
 */
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_advise(e, fmt, ...):
 * As err_hint(), in place of what was said so far: whoever knows better.
 */
int err_advise(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_prefix(e, fmt, ...):
 * Put "PREFIX: " before the message, to say where it happened.  Return -1.
 */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_die(status, what):
 * Say ${what} on standard error and end the program: for out of memory and the
 * like, where no caller could go on.
 */
void err_die(enum status status, const char *what) __attribute__((noreturn));

/**
 * err_quote(dst, size, p, len):
 * Write ${len} bytes of foreign text at ${p} into ${dst} as printable ASCII
 * (others as \xHH), cut with "..." to fit ${size}.  Return ${dst}.
 */
char *err_quote(char *dst, unsigned long size, const void *p, unsigned long len);

#endif
