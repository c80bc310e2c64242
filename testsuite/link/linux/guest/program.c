/* A static program of the C library: IFUNC and TLS are there from its start, its clock is the vDSO's. */

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

static __thread int of_thread = 42;

static int is_after(const struct timespec *one, const struct timespec *two)
{
	return one->tv_sec != two->tv_sec ? one->tv_sec > two->tv_sec : one->tv_nsec > two->tv_nsec;
}

/* The clock goes on, in steps of its own, and never back. */
static int clock_goes_on(void)
{
	struct timespec one, two;
	long round;

	if (clock_gettime(CLOCK_MONOTONIC, &one))
		return 0;
	for (round = 0; round < 20000000; round++) {
		if (clock_gettime(CLOCK_MONOTONIC, &two) || is_after(&one, &two))
			return 0;
		if (is_after(&two, &one))
			return 1;
	}
	return 0;
}

int main(void)
{
	volatile size_t size = 64;
	char text[64];
	const char *fault = NULL;

	memset(text, 'x', size);
	if (of_thread != 42)
		fault = "storage of threads";
	else if (memchr(text, 0, size))
		fault = "memset or memchr";
	else if (!getauxval(AT_SYSINFO_EHDR))
		fault = "vDSO";
	else if (!clock_goes_on())
		fault = "clock";
	printf("guest: program %s %s\n", fault ? "fails:" : "works", fault ? fault : "");
	return fault != NULL;
}
