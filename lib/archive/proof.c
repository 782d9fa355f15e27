/* That a leaf is in a tree: a proof as C2SP has it. */

#include "archive/proof.h"

#include <string.h>

#include "base/base64.h"
#include "base/num.h"

#define PROOF_HEAD "c2sp.org/tlog-proof@v1\nindex "

int
proof_write(const struct proof *p, const struct buf *note, struct buf *out, struct err *e)
{
	char text[48];
	size_t i;

	if (buf_addf(out, e, PROOF_HEAD "%llu\n", (unsigned long long)p->index))
		return (-1);
	for (i = 0; i < p->n; i++) {
		base64_encode(text, p->path[i], MERKLE_HASH);
		if (buf_addf(out, e, "%s\n", text))
			return (-1);
	}
	return (buf_adds(out, "\n", e) || buf_add(out, note->p, note->len, e));
}

int
proof_read(const char *text, size_t len, struct proof *p, const char **note, size_t *note_len,
    struct err *e)
{
	const char *s = text, *end = text + len, *lf;
	size_t n = strlen(PROOF_HEAD);

	memset(p, 0, sizeof(*p));
	if (len < n || memcmp(s, PROOF_HEAD, n) != 0)
		return (err_set(e, STATUS_DATA, "no proof of c2sp.org/tlog-proof@v1"));
	s += n;
	if ((lf = memchr(s, '\n', (size_t)(end - s))) == NULL ||
	    num_u64(s, (size_t)(lf - s), 0, INT64_MAX, &p->index))
		return (err_set(e, STATUS_DATA, "the proof's index is not a number"));
	for (s = lf + 1; s < end && *s != '\n'; s = lf + 1) {
		if ((lf = memchr(s, '\n', (size_t)(end - s))) == NULL || p->n == MERKLE_RANGE_MAX ||
		    base64_decode(p->path[p->n++], MERKLE_HASH, s, (size_t)(lf - s), &n) ||
		    n != MERKLE_HASH)
			return (err_set(e, STATUS_DATA, "proof hash %zu is invalid", p->n));
	}
	if (s >= end)
		return (err_set(e, STATUS_DATA, "the proof has no checkpoint"));
	*note = s + 1;
	*note_len = (size_t)(end - s - 1);
	return (0);
}
