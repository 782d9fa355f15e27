/*
 * The bench's peer for decoding: libcsv as it comes, with the least that a
 * caller can do (count fields and rows of standard input).
 */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct count {
	unsigned long fields, rows;
};

static void
count_field(void *p, size_t len, void *data)
{

	(void)p;
	(void)len;
	((struct count *)data)->fields++;
}

static void
count_row(int c, void *data)
{

	(void)c;
	((struct count *)data)->rows++;
}

int
main(void)
{
	static char block[1 << 18];
	struct count n = { 0, 0 };
	struct csv_parser csv;
	ssize_t k;

	if (csv_init(&csv, CSV_STRICT))
		return (70);
	while ((k = read(STDIN_FILENO, block, sizeof(block))) > 0)
		if (csv_parse(&csv, block, (size_t)k, count_field, count_row, &n) != (size_t)k)
			return (65);
	if (k < 0 || csv_fini(&csv, count_field, count_row, &n))
		return (74);
	csv_free(&csv);
	(void)printf("%lu rows, %lu fields\n", n.rows, n.fields);
	return (0);
}
