/* Rows of delimited text without quotes, cut into values. */

#include "rrc/split.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* A value ends before ${at}: note it if there is room. */
static inline size_t
split_put(struct span *spans, size_t n, size_t max, size_t from, size_t at)
{

	if (n < max) {
		spans[n].at = (uint32_t)from;
		spans[n].len = (uint32_t)(at - from);
	}
	return (n + 1);
}

/*
 * Sixteen bytes at a time: a bit for each delimiter among them.  What is read behind the row is
 * not looked at.
 */
size_t
split_row(const unsigned char *p, size_t len, unsigned char delimiter, struct span *spans,
    size_t max)
{
	size_t n = 0, from = 0, at;
#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8((char)delimiter);
	size_t i;
	unsigned bits;

	for (i = 0; i < len; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		bits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, want));
		if (len - i < 16)
			bits &= (1u << (len - i)) - 1;
		for (; bits != 0; bits &= bits - 1) {
			at = i + (size_t)__builtin_ctz(bits);
			n = split_put(spans, n, max, from, at);
			from = at + 1;
		}
	}
#else
	const unsigned char *d;

	while (from < len && (d = memchr(p + from, delimiter, len - from)) != NULL) {
		at = (size_t)(d - p);
		n = split_put(spans, n, max, from, at);
		from = at + 1;
	}
#endif
	return (split_put(spans, n, max, from, len));
}
