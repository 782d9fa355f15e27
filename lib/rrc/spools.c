/* Several views of one file, each to a file of its own. */

#include "rrc/spools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/outfile.h"

struct spools_file {
	struct outfile *out;
	char *rejects;
};

/* DIR/LAYOUT-VIEW.SUFFIX. */
static char *
spools_name(const char *dir, const char *layout, const char *view, const char *suffix)
{
	size_t size = strlen(dir) + strlen(layout) + strlen(view) + strlen(suffix) + 4;
	char *name = xcalloc(1, size);

	(void)snprintf(name, size, "%s/%s-%s.%s", dir, layout, view, suffix);
	return (name);
}

/* Where view ${k} goes: ${o} gets its descriptor and names. */
static int
spools_open(struct spools_file *f, struct decode_options *o, const char *view, const char *dir,
    struct err *e)
{
	char *name = spools_name(dir, o->layout->name, view, "sealed");

	f->rejects = spools_name(dir, o->layout->name, view, "rej");
	f->out = outfile_open(name, e);
	free(name);
	if (f->out == NULL)
		return (-1);
	o->view = view;
	o->rejects = f->rejects;
	o->fd = outfile_fd(f->out);
	o->fd_name = outfile_name(f->out);
	return (0);
}

int
spools_write(const struct decode_options *o, const struct option_list *views, const char *dir,
    const struct decode_input *in, decode_each_fn *each, void *cookie, struct err *e)
{
	struct spools_file *f = xcalloc(views->n, sizeof(*f));
	struct decode_options *all = xcalloc(views->n, sizeof(*all));
	struct err *errs = xcalloc(views->n, sizeof(*errs));
	bool opened = io_mkdirs(dir, 0750, e) == 0;
	size_t k;

	for (k = 0; opened && k < views->n; k++) {
		all[k] = *o;
		opened = spools_open(&f[k], &all[k], views->v[k], dir, e) == 0;
	}
	if (opened)
		(void)decode_run_all(all, views->n, in, each, cookie, errs, e);
	for (k = 0; k < views->n; k++) {
		if (f[k].out != NULL && opened && errs[k].status == STATUS_OK)
			(void)outfile_finish(f[k].out, e);
		else if (f[k].out != NULL)
			outfile_abandon(f[k].out, false);
		free(f[k].rejects);
	}
	free(errs);
	free(all);
	free(f);
	return (e->status != STATUS_OK);
}
