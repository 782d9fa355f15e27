/* The files that a decoding reads. */

#include "rrc/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/view.h"
#include "stream/source.h"

struct files {
	struct source *main;
	struct source *above[LAYOUT_MAX_SEGMENTS];
	struct decode_above list[LAYOUT_MAX_SEGMENTS];
	size_t n;
	struct decode_input input;
};

/* struct frame_input's read(). */
static ssize_t
files_read(void *cookie, const unsigned char **p, struct err *e)
{

	return (source_read(cookie, p, e));
}

/* struct frame_input's read(), of ${cookie}, the files. */
static ssize_t
files_read_main(void *cookie, const unsigned char **p, struct err *e)
{
	const struct files *f = cookie;

	return (source_read(f->main, p, e));
}

/* The digest of one source, for those of which nobody asks. */
static void
files_sha256_of(const struct source *s, char hex[DIGEST_SHA256_HEX + 1])
{
	uint64_t bytes;

	source_sha256(s, hex, &bytes);
}

/* struct decode_input's sha256(), of ${cookie}, a source. */
static void
files_sha256(void *cookie, char hex[DIGEST_SHA256_HEX + 1])
{

	files_sha256_of(cookie, hex);
}

/* The segment of which the output has rows, or -1. */
static int
files_segment(const struct decode_options *o)
{

	if (o->view != NULL)
		return (view_rows(o->layout, o->view));
	return (o->segment != NULL ? layout_segment(o->layout, o->segment) : -1);
}

int
files_uses(const struct decode_options *o, int s, bool *uses, struct err *e)
{
	const struct layout *l = o->layout;
	struct charset *c = xcalloc(1, sizeof(*c));
	struct view *v;

	charset_init(c, CHARSET_ASCII);
	if ((v = view_new(l, o->view, c, e)) != NULL) {
		*uses = (v->used & (l->segments[s].bit | l->segments[s].ancestors)) != 0;
		view_free(v);
	}
	free(c);
	return (v == NULL);
}

/* Open the files that those of segment ${s} belong to, as far as the view needs them. */
static int
files_open_above(struct files *f, const struct decode_options *o, const char *path, int s,
    struct err *e)
{
	const struct layout *l = o->layout;
	struct decode_above *a;
	bool uses = false;
	int parent;

	for (; s >= 0 && l->segments[s].nby > 0; s = parent) {
		parent = l->segments[s].parent;
		if (files_uses(o, parent, &uses, e))
			return (-1);
		if (!uses)
			return (0);
		if (source_part(f->main) == SOURCE_WHOLE) {
			(void)err_set(e, STATUS_USAGE, "view %s of layout %s needs '%s', too",
			    o->view, l->name, l->segments[parent].file);
			return (err_hint(e, "give the directory, zip or tar that holds both"));
		}
		if ((f->above[f->n] = source_open_part(path, l->segments[parent].file, e)) == NULL)
			return (-1);
		a = &f->list[f->n];
		a->child = (size_t)s;
		a->input.frames.read = files_read;
		a->input.frames.cookie = f->above[f->n];
		a->input.sha256 = files_sha256;
		a->name = source_name(f->above[f->n]);
		f->n++;
	}
	return (0);
}

/* struct decode_input's sha256(), of ${cookie}, the files. */
static void
files_sha256_all(void *cookie, char hex[DIGEST_SHA256_HEX + 1])
{
	const struct files *f = cookie;
	struct digest_sha256 *d;
	char line[DIGEST_SHA256_HEX + 4];
	size_t i;

	files_sha256_of(f->main, hex);
	if (source_part(f->main) != SOURCE_OF_DIRECTORY || f->n == 0)
		return;
	d = digest_sha256_new();
	for (i = 0; i <= f->n; i++) {
		const struct source *s = i < f->n ? f->above[i] : f->main;
		const char *name = strrchr(source_name(s), '/');

		files_sha256_of(s, hex);
		(void)snprintf(line, sizeof(line), "%s  ", hex);
		name = name != NULL ? name + 1 : source_name(s);
		digest_sha256_update(d, line, strlen(line));
		digest_sha256_update(d, name, strlen(name));
		digest_sha256_update(d, "\n", 1);
	}
	digest_sha256_final(d, hex);
}

/* struct decode_input's progress(), of ${cookie}, the files. */
static void
files_progress(void *cookie, uint64_t *read, uint64_t *size)
{
	const struct files *f = cookie;

	source_progress(f->main, read, size);
}

struct files *
files_open(struct decode_options *o, const char *path, const char *member, struct err *e)
{
	const struct layout *l = o->layout;
	struct files *f = xcalloc(1, sizeof(*f));
	int s = files_segment(o);

	if (member == NULL && s >= 0 && l->segments[s].file != NULL)
		f->main = source_open_part(path, l->segments[s].file, e);
	else
		f->main = source_open(path, member, e);
	if (f->main == NULL || (o->view != NULL && files_open_above(f, o, path, s, e))) {
		files_close(f);
		return (NULL);
	}
	f->input.frames.read = files_read_main;
	f->input.frames.cookie = f;
	f->input.sha256 = files_sha256_all;
	f->input.progress = files_progress;
	if (o->source == NULL)
		o->source = source_name(f->main);
	o->above = f->list;
	o->nabove = f->n;
	return (f);
}

const struct decode_input *
files_input(const struct files *f)
{

	return (&f->input);
}

void
files_close(struct files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		source_close(f->above[i]);
	if (f->main != NULL)
		source_close(f->main);
	free(f);
}
