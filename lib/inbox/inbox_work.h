#ifndef AEGIS_INBOX_INBOX_WORK_H
#define AEGIS_INBOX_INBOX_WORK_H

#include <sys/stat.h>

#include "inbox/inbox.h"
#include "rrc/identify.h"

/* An inbox at work; for inbox*.c only. */
struct inbox_file {
	char *name, *path;
	char *pair; /* LAYOUT=PATH, where it is ready; LAYOUT=WHY, where it is broken */
	struct stat st;
	enum inbox_state state;
	struct identify_what what;
	char *why;  /* of one that is broken, unknown, refused */
	bool ended; /* a step has read it */
	enum inbox_end end;
};

struct inbox {
	struct inbox_options o;
	struct inbox_file *v;
	size_t n, cap;
	int lock; /* -1: none */
};

/**
 * inbox_scan(b, e):
 * Fill ${b} with the files that are there, in the order of their names.
 */
int inbox_scan(struct inbox *b, struct err *e);

/**
 * inbox_look(b, e):
 * Find out what each of them is, and which of them count.
 */
int inbox_look(struct inbox *b, struct err *e);

/**
 * inbox_day(f):
 * The day of its content: of its name, of the newest date in it, else of its last change.
 */
const char *inbox_day(const struct inbox_file *f, char dst[11]);

#endif
