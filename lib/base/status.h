#ifndef AEGIS_BASE_STATUS_H
#define AEGIS_BASE_STATUS_H

/*
 * Exit statuses of every program: 1 is "done, with findings" (as diff(1)),
 * the others are those of <sysexits.h>, spelt out because that header is not
 * in POSIX.
 */
enum status {
	STATUS_OK = 0,
	STATUS_FINDINGS = 1,  /* done, and something is not as it should be */
	STATUS_USAGE = 64,    /* the command line is wrong */
	STATUS_DATA = 65,     /* the data was refused, nothing changed */
	STATUS_NOINPUT = 66,  /* no input */
	STATUS_NODB = 69,     /* no database */
	STATUS_BUG = 70,      /* a fault of this program */
	STATUS_OUTPUT = 73,   /* an output cannot be made */
	STATUS_IO = 74,       /* reading or writing failed */
	STATUS_TEMPFAIL = 75, /* try again later */
	STATUS_NOPERM = 77,   /* not permitted */
	STATUS_CONFIG = 78,   /* a configuration is wrong */
};

#endif
