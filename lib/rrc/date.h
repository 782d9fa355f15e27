#ifndef AEGIS_RRC_DATE_H
#define AEGIS_RRC_DATE_H

/*
 * RRC's dates, CCYYMMDD and CCYYMM in digits.  A date is taken from 1859 (the
 * first American oil well) to 2099 and only where the calendar has that day.
 */
enum { DATE_FIRST_YEAR = 1859, DATE_LAST_YEAR = 2099 };

enum date_result { DATE_OK, DATE_NULL, DATE_BAD };

/**
 * date_day(d, dst):
 * Read eight ASCII digits CCYYMMDD; write YYYY-MM-DD, 10 bytes, to ${dst}.  All
 * zeros are DATE_NULL.
 */
enum date_result date_day(const char d[8], char dst[10]);

/**
 * date_month(d, dst):
 * Read six ASCII digits CCYYMM; write YYYY-MM, 7 bytes, to ${dst}.  All zeros are
 * DATE_NULL.
 */
enum date_result date_month(const char d[6], char dst[7]);

#endif
