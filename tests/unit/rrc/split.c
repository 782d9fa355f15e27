/* The own scan of rows against libcsv, and both against the values that rows are made of. */
#include "rrc/split.h"

#include <stdlib.h>
#include <string.h>

#include "../../tap.h"
#include "stream/csv_row.h"

enum { ROWS = 20000, WIDTH = 400, VALUES = 64 };

/* A row of random values without quotes, and where they are. */
static size_t
make(char *row, struct span *want, size_t *n)
{
	static const char letters[] = "ab c,|{\t\r9";
	size_t len = 0, i, k;

	*n = (size_t)(1 + rand() % VALUES);
	for (i = 0; i < *n; i++) {
		size_t most = (size_t)(rand() % 4 == 0 ? 0 : rand() % 12);

		if (i > 0)
			row[len++] = '}';
		want[i].at = (uint32_t)len;
		for (k = 0; k < most && len + 2 < WIDTH; k++)
			row[len++] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		want[i].len = (uint32_t)len - want[i].at;
		if (len + 2 >= WIDTH)
			*n = i + 1;
	}
	return (len);
}

int
main(void)
{
	struct span want[VALUES], got[VALUES + SPLIT_SLACK];
	char row[WIDTH + SPLIT_SLACK], quoted[2 * WIDTH + 2 * VALUES];
	struct csv_row *plain = csv_row_new('}', false, sizeof(quoted), VALUES);
	struct csv_row *q = csv_row_new('}', false, sizeof(quoted), VALUES);
	size_t bad_split = 0, bad_plain = 0, bad_quoted = 0, r, n, i, k;
	struct err e = ERR_INIT;

	srand(20261130);
	for (r = 0; r < ROWS; r++) {
		const size_t len = make(row, want, &n);
		const struct stream_field *f;
		size_t out = 0, m;

		/* What is behind the row is not looked at. */
		memset(row + len, '}', SPLIT_SLACK);
		bad_split += split_row((unsigned char *)row, len, '}', got, VALUES) != n ||
		    memcmp(got, want, n * sizeof(*want)) != 0;
		csv_row_plain(plain, row, len);
		f = csv_row_fields(plain, &m);
		bad_plain += m != n;
		for (i = 0; i < n && m == n; i++)
			bad_plain += f[i].len != want[i].len || f[i].p != row + want[i].at;
		/* The same values in quotes, some of them doubled, through libcsv. */
		for (i = 0; i < n; i++) {
			if (i > 0)
				quoted[out++] = '}';
			quoted[out++] = '"';
			for (k = 0; k < want[i].len; k++) {
				if (row[want[i].at + k] == 'a')
					quoted[out++] = '"';
				quoted[out++] =
				    row[want[i].at + k] == 'a' ? '"' : row[want[i].at + k];
			}
			quoted[out++] = '"';
		}
		if (csv_row_quoted(q, quoted, out, 0, &e)) {
			bad_quoted++;
			continue;
		}
		f = csv_row_fields(q, &m);
		bad_quoted += m != n;
		for (i = 0; i < n && m == n; i++)
			for (k = 0; k < want[i].len; k++)
				bad_quoted += f[i].len != want[i].len ||
				    f[i].p[k] !=
					(row[want[i].at + k] == 'a' ? '"' : row[want[i].at + k]);
		/* libcsv of the row without quotes; an empty one is none to it. */
		if (len == 0)
			continue;
		if (csv_row_quoted(q, row, len, 0, &e)) {
			bad_quoted++;
			continue;
		}
		f = csv_row_fields(q, &m);
		bad_quoted += m != n;
		for (i = 0; i < n && m == n; i++)
			bad_quoted += f[i].len != want[i].len;
	}
	(void)tap_ok(bad_split == 0, "%d rows: the own scan finds each value", ROWS);
	(void)tap_ok(bad_plain == 0, "so does that of stream/csv_row.h");
	(void)tap_ok(bad_quoted == 0, "and libcsv, with quotes and without: %s", e.msg);
	n = split_row((const unsigned char *)"}}}}                ", 4, '}', got, 2);
	(void)tap_ok(n == 5 && got[1].at == 1 && got[1].len == 0,
	    "more values than asked for are counted");
	memset(row, '}', 70);
	n = split_row((const unsigned char *)row, 70, '}', got, 2);
	(void)tap_ok(n == 71 && got[1].at == 1 && got[1].len == 0, "many more, too");
	csv_row_free(plain);
	csv_row_free(q);
	return (tap_end());
}
