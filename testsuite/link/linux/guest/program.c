/* A static program of the C library: IFUNC and TLS are there from its start, its clock is the vDSO's. */

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

static __thread int of_thread = 42;

int main(void)
{
	struct timespec one, two;
	char text[64];
	int good;

	clock_gettime(CLOCK_MONOTONIC, &one);
	memset(text, 'x', sizeof(text));
	clock_gettime(CLOCK_MONOTONIC, &two);
	good = of_thread == 42 && memchr(text, 0, sizeof(text)) == NULL && getauxval(AT_SYSINFO_EHDR) &&
	       (two.tv_sec > one.tv_sec || (two.tv_sec == one.tv_sec && two.tv_nsec > one.tv_nsec));
	printf("guest: program %s\n", good ? "works" : "fails");
	return good ? 0 : 1;
}
