/* The record of a run in a directory. */

#include "pipeline/runfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json.h"
#include "base/lockfile.h"
#include "base/num.h"
#include "base/os.h"
#include "base/outfile.h"
#include "pipeline/outcome.h"

struct runfile {
	const char *dir, *run;
	const struct pipeline *p;
	char started[32];
	int lock;
};

/* Hold DIR/PIPELINE.lock. */
static int
runfile_lock(struct runfile *f, struct err *e)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s%s%s.lock", f->dir, f->p->name,
		f->p->tenant != NULL ? "-" : "",
		f->p->tenant != NULL ? f->p->tenant : "") >= (int)sizeof(path))
		return (err_set(e, STATUS_USAGE, "the path '%s' is too long", f->dir));
	if ((f->lock = lockfile_take(path, 0640, 0, NULL, e)) >= 0)
		return (0);
	return (err_prefix(e,
	    e->status == STATUS_TEMPFAIL ? "pipeline '%s' is running already" : "pipeline '%s'",
	    f->p->name));
}

struct runfile *
runfile_open(const char *dir, const struct pipeline *p, const char *run, struct err *e)
{
	struct runfile *f = xcalloc(1, sizeof(*f));

	*f = (struct runfile){ dir, run, p, "", -1 };
	(void)os_utc(f->started, sizeof(f->started), time(NULL));
	if (mkdir(dir, 0750) && errno != EEXIST)
		(void)err_sys(e, STATUS_OUTPUT, "cannot make '%s'", dir);
	else if (runfile_lock(f, e) == 0)
		return (f);
	runfile_close(f);
	return (NULL);
}

/* A member that is a text, or null. */
static void
runfile_text(struct json_writer *w, const char *key, const char *s)
{

	json_put_key(w, key);
	if (s != NULL && s[0] != '\0')
		json_put_text(w, s, strlen(s));
	else
		json_put_null(w);
}

/* The record as JSON. */
static int
runfile_json(const struct runfile *f, const struct result *r, bool ended, struct buf *out,
    struct err *e)
{
	struct buf steps = BUF_INIT(64 << 20);
	struct json_writer *w = json_writer_new(out);
	char now[32], host[256] = "unknown", status[20];
	int rc;

	(void)gethostname(host, sizeof(host) - 1);
	json_put_object(w);
	runfile_text(w, "run", f->run);
	runfile_text(w, "pipeline", f->p->name);
	runfile_text(w, "tenant", f->p->tenant);
	runfile_text(w, "host", host);
	runfile_text(w, "started_at", f->started);
	(void)os_utc(now, sizeof(now), time(NULL));
	runfile_text(w, "ended_at", ended ? now : NULL);
	runfile_text(w, "state", ended ? outcome_state(r) : "running");
	json_put_key(w, "exit_status");
	if (ended)
		json_put_number(w, status, num_fmt(status, (uint64_t)r->status));
	else
		json_put_null(w);
	runfile_text(w, "cause", r != NULL ? r->cause : NULL);
	rc = r != NULL && outcome_resources(f->p, r, &steps, e);
	json_put_key(w, "resources");
	if (steps.len > 0)
		json_put_json(w, steps.p, steps.len);
	else
		json_put_null(w);
	json_put_close(w);
	rc = json_writer_end(w, e) || rc || buf_add(out, "\n", 1, e);
	json_writer_free(w);
	buf_free(&steps);
	return (rc);
}

int
runfile_write(struct runfile *f, const struct result *r, bool ended, struct err *e)
{
	struct buf out = BUF_INIT(64 << 20);
	struct outfile *o = NULL;
	char path[4096];
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s.json", f->dir, f->run);
	rc = runfile_json(f, r, ended, &out, e) || (o = outfile_open(path, e)) == NULL ||
	    io_write_all(outfile_fd(o), out.p, out.len, outfile_name(o), e);
	if (rc && o != NULL)
		outfile_abandon(o, false);
	buf_free(&out);
	return (rc || outfile_finish(o, e));
}

void
runfile_close(struct runfile *f)
{

	if (f == NULL)
		return;
	if (f->lock >= 0)
		(void)close(f->lock);
	free(f);
}
