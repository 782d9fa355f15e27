/* Rows of delimited text without quotes, cut into values. */

#include "rrc/split.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * Sixteen bytes at a time: a bit for each delimiter among them.  What is read behind the row is
 * not looked at, and values behind ${max} are counted only.
 */
size_t
split_row(const unsigned char *p, size_t len, unsigned char delimiter, struct span *spans,
    size_t max)
{
	uint32_t from = 0, at;
	size_t n = 0;
#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8((char)delimiter);
	struct span *to;
	size_t i;
	unsigned bits;

	for (i = 0; i < len; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		bits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, want));
		if (len - i < 16)
			bits &= (1u << (len - i)) - 1;
		if (n > max) {
			n += (size_t)__builtin_popcount(bits);
			continue;
		}
		for (to = spans + n; bits != 0; bits &= bits - 1) {
			at = (uint32_t)i + (uint32_t)__builtin_ctz(bits);
			*to++ = (struct span){ from, at - from };
			from = at + 1;
		}
		n = (size_t)(to - spans);
	}
#else
	const unsigned char *d;

	for (; from < len && (d = memchr(p + from, delimiter, len - from)) != NULL; from = at + 1) {
		at = (uint32_t)(d - p);
		if (n < max)
			spans[n] = (struct span){ from, at - from };
		n++;
	}
#endif
	if (n < max)
		spans[n] = (struct span){ from, (uint32_t)len - from };
	return (n + 1);
}
