/* A directory into which files come. */

#include "inbox/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/lockfile.h"
#include "inbox/inbox_work.h"

static const char *const inbox_states[] = { "ready", "superseded", "growing", "broken", "unknown" };

/* Hold DIR/.lock. */
static int
inbox_lock(struct inbox *b, struct err *e)
{
	char path[4096], busy[4200];

	if (snprintf(path, sizeof(path), "%s/.lock", b->o.dir) >= (int)sizeof(path))
		return (err_set(e, STATUS_CONFIG, "inbox '%s': its name is too long", b->o.dir));
	if (access(b->o.dir, F_OK) != 0)
		return (err_sys(e, STATUS_CONFIG, "inbox '%s' cannot be used", b->o.dir));
	(void)snprintf(busy, sizeof(busy), "inbox '%s': another run has it", b->o.dir);
	if ((b->lock = lockfile_take(path, 0640, b->o.wait * 1000, busy, e)) >= 0)
		return (0);
	if (e->status == STATUS_TEMPFAIL)
		(void)snprintf(e->msg, sizeof(e->msg), "%.900s", busy);
	return (-1);
}

struct inbox *
inbox_open(const struct inbox_options *o, struct err *e)
{
	struct inbox *b = xcalloc(1, sizeof(*b));

	b->o = *o;
	b->lock = -1;
	if ((o->look || inbox_lock(b, e) == 0) && inbox_scan(b, e) == 0 && inbox_look(b, e) == 0)
		return (b);
	inbox_close(b);
	return (NULL);
}

void
inbox_close(struct inbox *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->n; i++) {
		free(b->v[i].name);
		free(b->v[i].path);
		free(b->v[i].pair);
		free(b->v[i].why);
	}
	free(b->v);
	if (b->lock >= 0)
		(void)close(b->lock);
	free(b);
}

/* Whether file ${a} is older than ${b}: by its content, then its last change, then its name. */
static bool
inbox_older(const struct inbox_file *a, const struct inbox_file *b)
{
	char x[11], y[11];
	int c = strcmp(inbox_day(a, x), inbox_day(b, y));

	if (c != 0)
		return (c < 0);
	if (a->st.st_mtime != b->st.st_mtime)
		return (a->st.st_mtime < b->st.st_mtime);
	return (strcmp(a->name, b->name) < 0);
}

/* The oldest first. */
static int
inbox_by_age(const void *a, const void *b)
{
	const struct inbox_file *const *x = a, *const *y = b;

	return (inbox_older(*x, *y) ? -1 : inbox_older(*y, *x));
}

void
inbox_sources(const struct inbox *b, struct option_list *list)
{
	const struct inbox_file **v = xcalloc(b->n + 1, sizeof(*v));
	size_t n = 0, i;

	for (i = 0; i < b->n; i++)
		if (b->v[i].state == INBOX_READY)
			v[n++] = &b->v[i];
	if (n > 1)
		qsort(v, n, sizeof(*v), inbox_by_age);
	for (i = 0; i < n; i++) {
		if (list->n == list->cap)
			list->v = xgrow(list->v, &list->cap, sizeof(*list->v));
		list->v[list->n++] = v[i]->pair;
	}
	free(v);
}

void
inbox_broken(const struct inbox *b, struct option_list *list)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->v[i].state != INBOX_BROKEN || b->v[i].pair == NULL)
			continue;
		if (list->n == list->cap)
			list->v = xgrow(list->v, &list->cap, sizeof(*list->v));
		list->v[list->n++] = b->v[i].pair;
	}
}

/* The file of the path, or NULL. */
static struct inbox_file *
inbox_find(const struct inbox *b, const char *path)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (strcmp(b->v[i].path, path) == 0)
			return (&b->v[i]);
	return (NULL);
}

const char *
inbox_date(const struct inbox *b, const char *path)
{
	const struct inbox_file *f = inbox_find(b, path);

	if (f == NULL)
		return (NULL);
	return (f->what.named[0] != '\0'  ? f->what.named :
		f->what.newest[0] != '\0' ? f->what.newest :
					    NULL);
}

size_t
inbox_bad(const struct inbox *b, char *dst, size_t size)
{
	size_t i, n = 0;

	for (i = 0; i < b->n; i++) {
		const struct inbox_file *f = &b->v[i];

		if (f->state != INBOX_BROKEN && f->state != INBOX_UNKNOWN)
			continue;
		if (n++ == 0)
			(void)snprintf(dst, size, "'%.200s': %s", f->path,
			    f->why != NULL ? f->why : "not known");
	}
	return (n);
}

void
inbox_ended(struct inbox *b, const char *path, enum inbox_end end, const char *why)
{
	struct inbox_file *f = inbox_find(b, path);

	if (f == NULL || (f->ended && (f->end == INBOX_REFUSED || end == INBOX_LOADED)))
		return;
	f->ended = true;
	f->end = end;
	free(f->why);
	f->why = why != NULL && why[0] != '\0' ? xstrdup(why) : NULL;
}

void
inbox_report(const struct inbox *b, struct report *r)
{
	char day[11];
	size_t i;

	report_table(r, "inbox");
	for (i = 0; i < b->n; i++) {
		const struct inbox_file *f = &b->v[i];

		report_row(r);
		report_text(r, "file", "file", f->name);
		report_text(r, "layout", "layout", f->what.layout[0] ? f->what.layout : NULL);
		report_text(r, "date", "date", inbox_day(f, day));
		report_text(r, "state", "state", inbox_states[f->state]);
		report_text(r, "why", NULL, f->why);
		if (f->why != NULL)
			report_line(r, "%s", f->why);
		report_close(r);
	}
	report_close(r);
}
