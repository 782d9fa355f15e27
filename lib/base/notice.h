#ifndef AEGIS_BASE_NOTICE_H
#define AEGIS_BASE_NOTICE_H

/*
 * What the library has to say while it works and that is not an error: that it waits for
 * another session, that a file could not be used and it goes on without.  The library only
 * calls notice_say(); the program decides where that goes.
 */
typedef void notice_fn(const char *text);

/**
 * notice_to(fn):
 * Hand every notice to ${fn}, from any thread; NULL: nobody listens (as at the start).
 */
void notice_to(notice_fn *fn);

/**
 * notice_say(fmt, ...):
 * Say one line, up to 1000 bytes.
 */
void notice_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
