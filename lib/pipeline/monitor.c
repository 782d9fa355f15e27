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

enum { MONITOR_WIDTH = 79 };

struct monitor_step {
	const char *name; /* NULL: does not run */
	uint64_t start_ns;
	uint64_t size; /* bytes to come, 0: not known */
	uint64_t rows, bytes;
	size_t rows_stage; /* the stage that these come from */
	size_t bytes_stage;
};

struct monitor {
	struct monitor_step *steps;
	size_t n;
	bool drawn;
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
	uint64_t rows, bytes, size;
	struct json *j;

	if (s->name == NULL || (j = json_parse(p, len, NULL)) == NULL)
		return;
	if (j->kind == JSON_OBJECT) {
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

size_t
monitor_line(const struct monitor *m, uint64_t now_ns, char *dst, size_t size)
{
	size_t i, n = 0;

	dst[0] = '\0';
	for (i = 0; i < m->n; i++) {
		const struct monitor_step *s = &m->steps[i];
		double t, rate;
		char left[40] = "";
		int k;

		if (s->name == NULL || (s->rows == 0 && s->bytes == 0))
			continue;
		t = (double)(now_ns - s->start_ns) / 1e9;
		rate = t > 0 ? (double)s->bytes / t : 0;
		if (rate > 0 && s->size > s->bytes) {
			double eta = (double)(s->size - s->bytes) / rate;

			(void)snprintf(left, sizeof(left), ", %.0f:%02.0f left",
			    (double)(uint64_t)(eta / 60), (double)((uint64_t)eta % 60));
		}
		k = snprintf(dst + n, size - n, "%s%s: %" PRIu64 " rows, %.1f MB/s%s",
		    n ? "; " : "", s->name, s->rows, rate / 1e6, left);
		if (k < 0 || (size_t)k >= size - n)
			return (size - 1);
		n += (size_t)k;
	}
	return (n);
}

void
monitor_draw(struct monitor *m)
{
	char line[MONITOR_WIDTH + 1], out[MONITOR_WIDTH + 10];
	int n;

	if (monitor_line(m, os_now_ns(), line, sizeof(line)) == 0)
		return;
	n = snprintf(out, sizeof(out), "\r\033[K%s", line);
	if (n > 0)
		(void)io_write_all(STDERR_FILENO, out, (size_t)n, "standard error", NULL);
	m->drawn = true;
}

void
monitor_clear(struct monitor *m)
{

	if (m->drawn)
		(void)io_write_all(STDERR_FILENO, "\r\033[K", 4, "standard error", NULL);
	m->drawn = false;
}

void
monitor_free(struct monitor *m)
{

	if (m == NULL)
		return;
	free(m->steps);
	free(m);
}
