/* What came of a run, as text or JSON. */

#include "pipeline/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/screen.h"
#include "pipeline/judge.h"
#include "pipeline/text.h"

enum { REPORT_OUTPUT_MAX = 64 << 10, REPORT_OUTPUT_LINES = 200 };

const char *
report_run_state(const struct result *r)
{

	return (r->status == STATUS_OK       ? "done" :
		r->status == STATUS_FINDINGS ? "findings" :
					       "failed");
}

static const char *
report_step_state(enum result_state state)
{

	switch (state) {
	case RESULT_WAITING:
	case RESULT_PAUSED:
		return ("waiting");
	case RESULT_RUNNING:
		return ("running");
	case RESULT_DONE:
		return ("done");
	case RESULT_FINDINGS:
		return ("findings");
	case RESULT_FAILED:
		return ("failed");
	case RESULT_SKIPPED:
		return ("skipped");
	case RESULT_KEPT:
		return ("kept");
	}
	return ("unknown");
}

static double
report_seconds(uint64_t from_ns, uint64_t to_ns)
{

	return (to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 : 0);
}

static double
report_cpu(const struct result_stage *s)
{

	return ((double)(s->user_us + s->sys_us) / 1e6);
}

static void
report_put_seconds(struct json_writer *w, const char *key, double v)
{
	char n[40];

	json_put_key(w, key);
	json_put_number(w, n, (size_t)snprintf(n, sizeof(n), "%.3f", v));
}

static void
report_put_int(struct json_writer *w, const char *key, long long v)
{
	char n[40];

	json_put_key(w, key);
	json_put_number(w, n, (size_t)snprintf(n, sizeof(n), "%lld", v));
}

static void
report_put_text(struct json_writer *w, const char *key, const char *s)
{

	json_put_key(w, key);
	text_json(w, s);
}

static void
report_put_stage(struct json_writer *w, const struct pipeline_stage *p,
    const struct result_stage *s)
{
	size_t i;

	json_put_object(w);
	json_put_key(w, "argv");
	json_put_array(w);
	for (i = 0; i < p->nwords; i++)
		text_json(w, p->shown[i]);
	json_put_close(w);
	if (s->ended) {
		report_put_int(w, "status", s->status);
		report_put_text(w, "signal", s->signal ? judge_signal(s->signal) : NULL);
		report_put_seconds(w, "wall", report_seconds(s->start_ns, s->end_ns));
		report_put_seconds(w, "user", (double)s->user_us / 1e6);
		report_put_seconds(w, "sys", (double)s->sys_us / 1e6);
		report_put_int(w, "max_rss_kib", (long long)s->max_rss_kib);
		report_put_text(w, "said", s->said[0] ? s->said : NULL);
	}
	json_put_close(w);
}

/* The beginning of a file; empty where it cannot be read. */
static void
report_read(const char *path, struct buf *b)
{
	ssize_t k;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return;
	while (b->len < REPORT_OUTPUT_MAX &&
	    buf_reserve(b, REPORT_OUTPUT_MAX - b->len, NULL) == 0 &&
	    (k = io_read(fd, b->p + b->len, REPORT_OUTPUT_MAX - b->len, path, NULL)) > 0)
		b->len += (size_t)k;
	(void)close(fd);
}

static void
report_put_output(struct json_writer *w, const struct pipeline_step *s, const struct result_step *r)
{
	struct buf b = BUF_INIT(REPORT_OUTPUT_MAX + 1);

	report_put_text(w, "output", r->tries > 0 ? r->output : NULL);
	if (s->output == NULL && r->tries > 0) {
		report_read(r->output, &b);
		report_put_text(w, "report", b.len > 0 ? buf_str(&b, NULL) : NULL);
		buf_free(&b);
	}
	if (r->state == RESULT_FAILED)
		report_put_text(w, "messages", r->messages);
}

static void
report_put_steps(struct json_writer *w, const struct pipeline *p, const struct result *r,
    bool outputs)
{
	size_t i, k;

	json_put_array(w);
	for (i = 0; i < r->nsteps; i++) {
		const struct result_step *s = &r->steps[i];

		json_put_object(w);
		report_put_text(w, "step", p->steps[i].name);
		report_put_text(w, "state", report_step_state(s->state));
		json_put_key(w, "status");
		if (s->tries > 0) {
			char n[16];

			json_put_number(w, n, (size_t)snprintf(n, sizeof(n), "%d", s->status));
		} else {
			json_put_null(w);
		}
		report_put_text(w, "cause", s->cause[0] ? s->cause : NULL);
		report_put_text(w, "blamed",
		    s->blamed == RESULT_NOBODY ? NULL : p->steps[i].stages[s->blamed].shown[0]);
		report_put_int(w, "tries", (long long)s->tries);
		report_put_seconds(w, "wall", report_seconds(s->start_ns, s->end_ns));
		json_put_key(w, "stages");
		json_put_array(w);
		for (k = 0; k < s->nstages; k++)
			report_put_stage(w, &p->steps[i].stages[k], &s->stages[k]);
		json_put_close(w);
		if (outputs)
			report_put_output(w, &p->steps[i], s);
		json_put_close(w);
	}
	json_put_close(w);
}

int
report_resources(const struct pipeline *p, const struct result *r, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	int rc;

	report_put_steps(w, p, r, false);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc);
}

int
report_json(const struct pipeline *p, const char *run, const struct result *r, struct buf *out,
    struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	int rc;

	json_put_object(w);
	report_put_text(w, "run", run);
	report_put_text(w, "pipeline", p->name);
	report_put_text(w, "state", report_run_state(r));
	report_put_int(w, "exit_status", r->status);
	report_put_text(w, "cause", r->cause[0] ? r->cause : NULL);
	report_put_seconds(w, "wall", report_seconds(r->start_ns, r->end_ns));
	json_put_key(w, "steps");
	report_put_steps(w, p, r, true);
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc ? rc : buf_adds(out, "\n", e));
}

int
report_output(const char *path, struct buf *out, int indent, struct err *e)
{
	struct buf b = BUF_INIT(REPORT_OUTPUT_MAX + 1);
	int rc = 0;

	report_read(path, &b);
	if (b.len > 0)
		rc = text_indent(out, indent, b.p, b.len, REPORT_OUTPUT_LINES, e);
	buf_free(&b);
	return (rc);
}

/* One stage's columns of the table. */
static int
report_stage(const struct pipeline_stage *p, const struct result_stage *s, struct buf *out,
    struct err *e)
{

	if (!s->ended)
		return (screen_addf(out, e, "  %-16s %4s\n", p->shown[0], "-"));
	return (screen_addf(out, e, "  %-16s %4d %8.2f s %7.1f MiB %8.2f s\n", p->shown[0],
	    s->status, report_cpu(s), (double)s->max_rss_kib / 1024,
	    report_seconds(s->start_ns, s->end_ns)));
}

static int
report_step(const struct pipeline_step *p, const struct result_step *s, struct buf *out,
    struct err *e)
{
	size_t k;

	if (screen_addf(out, e, "%-20s %-8s %8.2f s", p->name, report_step_state(s->state),
		report_seconds(s->start_ns, s->end_ns)))
		return (-1);
	for (k = 0; k < s->nstages && s->tries > 0; k++)
		if ((k > 0 && screen_addf(out, e, "%40s", "")) ||
		    report_stage(&p->stages[k], &s->stages[k], out, e))
			return (-1);
	if (s->tries == 0 && buf_adds(out, "\n", e))
		return (-1);
	if (s->tries > 1 && screen_addf(out, e, "    %u tries\n", s->tries))
		return (-1);
	if (s->cause[0] != '\0' && screen_addf(out, e, "    %s\n", s->cause))
		return (-1);
	if (s->tries == 0)
		return (0);
	if (p->output == NULL)
		return (report_output(s->output, out, 4, e));
	if (s->state == RESULT_FAILED)
		return (0);
	return (screen_addf(out, e, "    output in %s\n", s->output));
}

int
report_text(const struct pipeline *p, const char *run, const struct result *r, struct buf *out,
    struct err *e)
{
	size_t i;

	if (screen_addf(out, e, "pipeline %s: %s, exit status %d, in %.2f s\nrun %s\n", p->name,
		report_run_state(r), r->status, report_seconds(r->start_ns, r->end_ns), run))
		return (-1);
	if (r->cause[0] != '\0' && screen_addf(out, e, "cause: %s\n", r->cause))
		return (-1);
	if (screen_addf(out, e, "\n%-20s %-8s %10s  %-16s %4s %10s %11s %10s\n", "step", "state",
		"wall", "stage", "exit", "CPU", "memory", "wall"))
		return (-1);
	for (i = 0; i < r->nsteps; i++)
		if (report_step(&p->steps[i], &r->steps[i], out, e))
			return (-1);
	return (0);
}
