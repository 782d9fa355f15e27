/* What stages say of their progress, gathered and shown. */

#include "pipeline/monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json.h"
#include "base/num.h"
#include "base/os.h"

enum { MONITOR_WIDTH = 79, MONITOR_LINES = 8, MONITOR_PHASE = 64 };

struct monitor_step {
	const char *name; /* NULL: does not run */
	uint64_t start_ns;
	uint64_t size; /* bytes to come, 0: not known */
	uint64_t rows, bytes;
	size_t rows_stage; /* the stage that these come from */
	size_t bytes_stage;
	char phase[MONITOR_PHASE]; /* what a stage does that is not counted, or "" */
	uint64_t phase_ns;         /* since when */
};

struct monitor {
	struct monitor_step *steps;
	size_t n;
	size_t drawn; /* lines on the terminal */
};

struct monitor *
monitor_new(size_t nsteps)
{
	struct monitor *m = xcalloc(1, sizeof(*m));

	m->steps = xcalloc(nsteps, sizeof(*m->steps));
	m->n = nsteps;
	return (m);
}

void
monitor_start(struct monitor *m, size_t step, const char *name, uint64_t size)
{
	struct monitor_step *s = &m->steps[step];

	memset(s, 0, sizeof(*s));
	s->name = name;
	s->start_ns = os_now_ns();
	s->size = size;
	s->bytes_stage = SIZE_MAX;
}

void
monitor_stop(struct monitor *m, size_t step)
{

	m->steps[step].name = NULL;
}

/* The member ${key} as a number; 0 if it is missing or is not a whole number. */
static uint64_t
monitor_number(const struct json *j, const char *key)
{
	const struct json *v = json_get(j, key);
	uint64_t n;

	if (v == NULL || v->kind != JSON_NUMBER || num_u64(v->text, v->len, 0, UINT64_MAX, &n))
		return (0);
	return (n);
}

void
monitor_status(struct monitor *m, size_t step, size_t stage, const char *p, size_t len)
{
	struct monitor_step *s = &m->steps[step];
	const struct json *phase;
	uint64_t rows, bytes, size;
	struct json *j;

	if (s->name == NULL || (j = json_parse(p, len, NULL)) == NULL)
		return;
	if (j->kind == JSON_OBJECT && (phase = json_get(j, "phase")) != NULL) {
		if (phase->kind == JSON_STRING) {
			(void)snprintf(s->phase, sizeof(s->phase), "%s", phase->text);
			s->phase_ns = os_now_ns();
		}
	} else if (j->kind == JSON_OBJECT) {
		rows = monitor_number(j, "rows");
		bytes = monitor_number(j, "bytes");
		size = monitor_number(j, "size");
		if (rows > 0 && stage >= s->rows_stage) {
			s->rows = rows;
			s->rows_stage = stage;
		}
		if (bytes > 0 && stage <= s->bytes_stage) {
			s->bytes = bytes;
			s->bytes_stage = stage;
			if (size > 0)
				s->size = size;
		}
	}
	json_free(j);
}

/* What is known of a step that reads: how much of its source, rows, time left. */
static int
monitor_reading(const struct monitor_step *s, double t, char *dst, size_t size)
{
	double rate = t > 0 ? (double)s->bytes / t : 0;
	char part[16] = "", left[40] = "";

	if (s->size > 0 && s->bytes <= s->size)
		(void)snprintf(part, sizeof(part), "%3.0f %%, ",
		    100 * (double)s->bytes / (double)s->size);
	if (rate > 0 && s->size > s->bytes) {
		double eta = (double)(s->size - s->bytes) / rate;

		(void)snprintf(left, sizeof(left), ", %.0f:%02.0f left",
		    (double)(uint64_t)(eta / 60), (double)((uint64_t)eta % 60));
	}
	return (snprintf(dst, size, "%s: %s%" PRIu64 " rows, %.0f rows/s%s", s->name, part, s->rows,
	    t > 0 ? (double)s->rows / t : 0, left));
}

size_t
monitor_line(const struct monitor *m, size_t step, uint64_t now_ns, char *dst, size_t size)
{
	const struct monitor_step *s = &m->steps[step];
	int k;

	dst[0] = '\0';
	if (s->name == NULL)
		return (0);
	if (s->phase[0] != '\0')
		k = snprintf(dst, size, "%s: %s, %.0f s", s->name, s->phase,
		    (double)(now_ns - s->phase_ns) / 1e9);
	else if (s->rows > 0 || s->bytes > 0)
		k = monitor_reading(s, (double)(now_ns - s->start_ns) / 1e9, dst, size);
	else
		k = snprintf(dst, size, "%s: %.0f s", s->name,
		    (double)(now_ns - s->start_ns) / 1e9);
	return (k < 0 ? 0 : (size_t)k < size ? (size_t)k : size - 1);
}

/* Up to the first of our lines, and everything below is gone. */
static int
monitor_up(const struct monitor *m, char *dst, size_t size)
{

	return (m->drawn > 1 ? snprintf(dst, size, "\r\033[%zuA\033[J", m->drawn - 1) :
			       snprintf(dst, size, "\r\033[J"));
}

void
monitor_draw(struct monitor *m)
{
	struct buf out = BUF_INIT(MONITOR_LINES * (MONITOR_WIDTH + 2) + 40);
	char line[MONITOR_WIDTH + 1];
	uint64_t now = os_now_ns();
	size_t i, n = 0;

	if (m->drawn > 0 && monitor_up(m, line, sizeof(line)) > 0)
		(void)buf_adds(&out, line, NULL);
	for (i = 0; i < m->n && n < MONITOR_LINES; i++)
		if (monitor_line(m, i, now, line, sizeof(line)) > 0)
			(void)buf_addf(&out, NULL, "%s%s", n++ > 0 ? "\r\n" : "", line);
	if (out.len > 0)
		(void)io_write_all(STDERR_FILENO, out.p, out.len, "standard error", NULL);
	m->drawn = n;
	buf_free(&out);
}

void
monitor_clear(struct monitor *m)
{
	char up[40];
	int n;

	if (m->drawn > 0 && (n = monitor_up(m, up, sizeof(up))) > 0)
		(void)io_write_all(STDERR_FILENO, up, (size_t)n, "standard error", NULL);
	m->drawn = 0;
}

void
monitor_free(struct monitor *m)
{

	if (m == NULL)
		return;
	free(m->steps);
	free(m);
}
