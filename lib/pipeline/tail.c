/* What stages say on standard error, line by line. */

#include "pipeline/tail.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/screen.h"
#include "pipeline/text.h"
#include "pipeline/voice.h"

/* End the collected line: note it as the stage's message, keep it in the ring, and print it quoted
 * on standard error, or hand it on. */
static void
tail_line(struct tail *t, struct tail_ring *ring, struct result_stage *s)
{
	static const char mark[] = ": error: ";
	struct buf line = BUF_INIT(8 * TAIL_LINE_MAX);
	char clean[TAIL_LINE_MAX + 1];
	const char *error, *said;

	(void)text_clean(clean, sizeof(clean), t->part, t->len);
	error = strstr(clean, mark);
	said = error != NULL ? error + sizeof(mark) - 1 : clean;
	if (!t->error_seen)
		(void)text_clean(s->said, sizeof(s->said), said, strlen(said));
	t->error_seen = t->error_seen || error != NULL;
	if (strstr(clean, "roken pipe") != NULL)
		s->broken_pipe = true;
	if (strstr(clean, "no seal after row 0 (byte 0)") != NULL)
		s->starved = true;
	free(ring->line[ring->n % TAIL_LINES]);
	ring->line[ring->n++ % TAIL_LINES] = xstrdup(clean);
	/* One write(2) a line; what a stage says may be anybody's words. */
	if (ring->voice != NULL)
		voice_line(ring->voice, ring->step, t->stage, t->part, t->len);
	else if (screen_quote(&line, t->part, t->len, NULL) == 0 &&
	    buf_add(&line, "\n", 1, NULL) == 0)
		(void)io_write_all(STDERR_FILENO, line.p, line.len, "standard error", NULL);
	buf_free(&line);
	t->len = 0;
}

void
tail_feed(struct tail *t, struct tail_ring *ring, struct result_stage *s, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\n') {
			tail_line(t, ring, s);
			continue;
		}
		if (t->len == sizeof(t->part) - 1)
			tail_line(t, ring, s);
		t->part[t->len++] = p[i];
	}
}

void
tail_end(struct tail *t, struct tail_ring *ring, struct result_stage *s)
{

	if (t->len > 0)
		tail_line(t, ring, s);
}

char *
tail_text(const struct tail_ring *ring)
{
	struct buf b = BUF_INIT(TAIL_LINES * (TAIL_LINE_MAX + 2));
	size_t i = ring->n > TAIL_LINES ? ring->n - TAIL_LINES : 0;
	char *text;

	if (ring->n == 0)
		return (NULL);
	for (; i < ring->n; i++)
		(void)buf_addf(&b, NULL, "%s\n", ring->line[i % TAIL_LINES]);
	text = xstrndup(b.p, b.len);
	buf_free(&b);
	return (text);
}

void
tail_clear(struct tail_ring *ring)
{
	size_t i;

	for (i = 0; i < TAIL_LINES; i++) {
		free(ring->line[i]);
		ring->line[i] = NULL;
	}
	ring->n = 0;
}
