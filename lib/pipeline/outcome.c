/* What came of a run: its report, and what the database keeps of it. */

#include "pipeline/outcome.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "pipeline/judge.h"

enum { OUTCOME_OUTPUT_MAX = 64 << 10, OUTCOME_OUTPUT_LINES = 200 };

const char *
outcome_state(const struct result *r)
{

	return (r->status == STATUS_OK       ? "done" :
		r->status == STATUS_FINDINGS ? "findings" :
					       "failed");
}

/* The word for a step's state in reports and records; a static string. */
static const char *
outcome_step_state(enum result_state state)
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
	case RESULT_ABSENT:
		return ("absent");
	case RESULT_LEFT:
		return ("left out");
	}
	return ("unknown");
}

/* The time between two clock readings in seconds; 0 if it would be negative. */
static double
outcome_seconds(uint64_t from_ns, uint64_t to_ns)
{

	return (to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 : 0);
}

/* A stage is a row below its step's, and its name is indented. */
static void
outcome_stage(const struct pipeline_stage *p, const struct result_stage *s, struct report *report)
{
	char name[64];
	size_t i;

	report_row(report);
	(void)snprintf(name, sizeof(name), "  %s", p->shown[0]);
	report_text(report, NULL, "step", name);
	report_text(report, NULL, "state", "");
	report_list(report, "argv");
	for (i = 0; i < p->nargs; i++)
		report_item(report, p->shown[i]);
	report_close(report);
	if (s->ended) {
		report_integer(report, "status", "exit", s->status);
		report_text(report, "signal", NULL, s->signal ? judge_signal(s->signal) : NULL);
		report_real(report, "wall", "wall", outcome_seconds(s->start_ns, s->end_ns), 3,
		    "s");
		report_real(report, "user", NULL, (double)s->user_us / 1e6, 3, "s");
		report_real(report, "sys", NULL, (double)s->sys_us / 1e6, 3, "s");
		report_real(report, NULL, "CPU", (double)(s->user_us + s->sys_us) / 1e6, 3, "s");
		report_count(report, "max_rss_kib", NULL, s->max_rss_kib);
		report_real(report, NULL, "memory", (double)s->max_rss_kib / 1024, 1, "MiB");
		report_text(report, "said", NULL, s->said[0] ? s->said : NULL);
	} else {
		report_text(report, NULL, "exit", NULL);
	}
	report_close(report);
}

/* The beginning of a file; empty if it cannot be read. */
static void
outcome_read(const char *path, struct buf *b)
{
	ssize_t k;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return;
	while (b->len < OUTCOME_OUTPUT_MAX &&
	    buf_reserve(b, OUTCOME_OUTPUT_MAX - b->len, NULL) == 0 &&
	    (k = io_read(fd, b->p + b->len, OUTCOME_OUTPUT_MAX - b->len, path, NULL)) > 0)
		b->len += (size_t)k;
	(void)close(fd);
}

/* Text, of which a page shows the first lines, and JSON all, under ${key}. */
static void
outcome_text(const char *path, const char *key, struct report *report)
{
	struct buf b = BUF_INIT(OUTCOME_OUTPUT_MAX + 1);
	size_t at = 0, lines;
	const char *lf;

	outcome_read(path, &b);
	if (key != NULL)
		report_text(report, key, NULL, b.len > 0 ? buf_str(&b, NULL) : NULL);
	for (lines = 0; lines < OUTCOME_OUTPUT_LINES && at < b.len; lines++) {
		lf = memchr(b.p + at, '\n', b.len - at);
		at = lf != NULL ? (size_t)(lf - b.p) + 1 : b.len;
	}
	report_block(report, b.p, at);
	if (at < b.len)
		report_block(report, "...", 3);
	buf_free(&b);
}

void
outcome_output(const char *path, struct report *report)
{

	outcome_text(path, NULL, report);
}

/* Has the step written anything?  An empty file of ours is not kept. */
static bool
outcome_any(const struct pipeline_step *p, const struct result_step *s)
{
	struct stat st;

	return (
	    s->tries > 0 && (p->output != NULL || (stat(s->output, &st) == 0 && st.st_size > 0)));
}

/* What a step has written: its report in full, or where its output is. */
static void
outcome_written(const struct pipeline_step *p, const struct result_step *s, struct report *report)
{

	report_text(report, "output", NULL, outcome_any(p, s) ? s->output : NULL);
	if (p->output == NULL && s->tries > 0)
		outcome_text(s->output, "report", report);
	else if (s->tries > 0 && s->state != RESULT_FAILED)
		report_line(report, "output in %s", s->output);
	if (s->state == RESULT_FAILED)
		report_text(report, "messages", NULL, s->messages);
}

/* ${outputs}: also what the steps have written. */
static void
outcome_steps(const struct pipeline *p, const struct result *r, const char *key, bool outputs,
    struct report *report)
{
	size_t i, k;

	report_table(report, key);
	for (i = 0; i < r->nsteps; i++) {
		const struct result_step *s = &r->steps[i];

		report_row(report);
		report_text(report, "step", "step", p->steps[i].name);
		report_text(report, "state", "state", outcome_step_state(s->state));
		if (s->tries > 0)
			report_integer(report, "status", "exit", s->status);
		else
			report_null(report, "status");
		report_text(report, "cause", NULL, s->cause[0] ? s->cause : NULL);
		report_text(report, "blamed", NULL,
		    s->blamed == RESULT_NOBODY ? NULL : p->steps[i].stages[s->blamed].shown[0]);
		report_count(report, "tries", NULL, s->tries);
		report_real(report, "wall", "wall", outcome_seconds(s->start_ns, s->end_ns), 3,
		    "s");
		report_list(report, "stages");
		for (k = 0; k < s->nstages; k++)
			outcome_stage(&p->steps[i].stages[k], &s->stages[k], report);
		report_close(report);
		if (s->tries > 1)
			report_line(report, "%u tries", s->tries);
		if (s->cause[0] != '\0')
			report_line(report, "%s", s->cause);
		if (outputs)
			outcome_written(&p->steps[i], s, report);
		report_close(report);
	}
	report_close(report);
}

int
outcome_resources(const struct pipeline *p, const struct result *r, struct buf *out, struct err *e)
{
	struct report *report = report_new("json");
	int rc;

	outcome_steps(p, r, NULL, false, report);
	rc = report_finish(report, out, e);
	report_free(report);
	return (rc);
}

void
outcome_report(const struct pipeline *p, const char *run, const struct result *r,
    const struct inbox *inbox, struct report *report)
{
	const char *note, *lf;
	double wall = outcome_seconds(r->start_ns, r->end_ns);

	report_title(report, "pipeline %s: %s, exit status %d, in %.2f s", p->name,
	    outcome_state(r), r->status, wall);
	report_open(report, NULL);
	report_text(report, "run", NULL, run);
	report_finding(report, "run %s", run);
	report_text(report, "pipeline", NULL, p->name);
	if (p->tenant != NULL) {
		report_text(report, "tenant", NULL, p->tenant);
		report_finding(report, "tenant %s", p->tenant);
	}
	report_text(report, "state", NULL, outcome_state(r));
	report_integer(report, "exit_status", NULL, r->status);
	report_text(report, "cause", NULL, r->cause[0] ? r->cause : NULL);
	if (r->cause[0] != '\0')
		report_finding(report, "cause: %s", r->cause);
	report_list(report, "notes");
	for (note = r->notes; note != NULL && *note != '\0'; note = lf + 1) {
		char line[RESULT_CAUSE_SIZE];

		lf = strchr(note, '\n');
		(void)snprintf(line, sizeof(line), "%.*s", (int)(lf - note), note);
		report_item(report, line);
		if (strcmp(line, r->cause) != 0)
			report_finding(report, "%s", line);
	}
	report_close(report);
	report_real(report, "wall", NULL, wall, 3, "s");
	if (inbox != NULL)
		inbox_report(inbox, report);
	outcome_steps(p, r, "steps", true, report);
	report_close(report);
}
