/* Messages to people, on standard error. */

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/screen.h"

static const char *log_name = "aegis";

void
log_init(const char *name)
{

	log_name = name;
}

static void log_emit(const char *word, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* One write(2) a message: stages of one pipeline share standard error. */
static void
log_emit(const char *word, const char *fmt, va_list ap)
{
	char text[2048], line[4 * sizeof(text)];
	size_t n;
	int k;

	k = snprintf(text, sizeof(text), "%s: %s: ", log_name, word);
	n = k < 0 ? 0 : (size_t)k;
	k = vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	n += k < 0 ? 0 : (size_t)k;
	if (n > sizeof(text) - 1)
		n = sizeof(text) - 1;
	(void)screen_line(line, sizeof(line) - 1, text, n);
	n = strlen(line);
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0) {
		/* Nobody is left to tell. */
	}
}

#define LOG_DEFINE(fn, word)             \
	void fn(const char *fmt, ...)    \
	{                                \
		va_list ap;              \
                                         \
		va_start(ap, fmt);       \
		log_emit(word, fmt, ap); \
		va_end(ap);              \
	}

LOG_DEFINE(log_error, "error")
LOG_DEFINE(log_warning, "warning")
LOG_DEFINE(log_info, "info")

static void log_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Log a line of the kind "hint", which follows an error. */
static void
log_hint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_emit("hint", fmt, ap);
	va_end(ap);
}

int
log_err(const struct err *e)
{

	if (e->status == STATUS_OK)
		return (STATUS_OK);
	log_error("%s", e->msg);
	if (e->hint[0] != '\0')
		log_hint("%s", e->hint);
	return ((int)e->status);
}
