#ifndef AEGIS_BASE_LOG_H
#define AEGIS_BASE_LOG_H

#include "base/err.h"

/*
 * Messages to people, on standard error, one line each:
 * "aegis-STAGE: level: message".  For programs (cmd/) and the runner only;
 * the library fills a struct err instead.
 */

/**
 * log_init(name):
 * Name the program in every message; ${name} must stay valid.
 */
void log_init(const char *name);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * log_err(e):
 * Print the error in ${e} with its hint, if it holds one, and return its
 * status, so that a program can end in `return log_err(&e)`.
 */
int log_err(const struct err *e);

#endif
