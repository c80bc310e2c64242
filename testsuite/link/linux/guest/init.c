/* The first program of a kernel that is tried: it loads modules, reads the time through the vDSO, runs a program of the C
 * library if there is one, and tells on the console what it saw. Made with the kernel's own nolibc and without more. */

#include "vdso.h"
#include <linux/auxvec.h>

#if defined(__aarch64__)
#define CLOCK_FUNCTION "__kernel_clock_gettime"
#define CLOCK_VERSION "LINUX_2.6.39"
#elif defined(__riscv)
#define CLOCK_FUNCTION "__vdso_clock_gettime"
#define CLOCK_VERSION "LINUX_4.15"
#else
#define CLOCK_FUNCTION "__vdso_clock_gettime"
#define CLOCK_VERSION "LINUX_2.6"
#endif

struct time {
	long seconds, nanoseconds;
};

typedef int read_clock(int clock, struct time *time);

static void show_file(const char *path, const char *prefix)
{
	static char text[4096];
	int file = open(path, O_RDONLY), size = read(file, text, sizeof(text) - 1), at, start = 0;

	for (at = 0; at < size; at++) {
		if (text[at] != '\n')
			continue;
		text[at] = 0;
		printf("guest: %s %s\n", prefix, text + start);
		start = at + 1;
	}
	close(file);
}

/* Loads /modules/a.ko, /modules/b.ko and so on. */
static void load_modules(void)
{
	static char path[] = "/modules/a.ko";
	char *letter = path + sizeof("/modules/") - 1;

	for (;; ++*letter) {
		int file = open(path, O_RDONLY), status;
		if (file < 0)
			return;
		status = my_syscall3(__NR_finit_module, file, "", 0);
		printf("guest: %s %s %d\n", status ? "refused" : "loaded", path, status);
		close(file);
	}
}

static unsigned long auxiliary(char **environment, unsigned long wanted)
{
	unsigned long *entry;

	while (*environment)
		environment++;
	for (entry = (unsigned long *)(environment + 1); entry[0] != AT_NULL; entry += 2)
		if (entry[0] == wanted)
			return entry[1];
	return 0;
}

static int is_before(struct time *one, struct time *two)
{
	return one->seconds != two->seconds ? one->seconds < two->seconds : one->nanoseconds < two->nanoseconds;
}

/* Each clock has to be between what the system call says before and after. */
static void compare_clocks(read_clock *read)
{
	static const int clocks[] = { 0 /* REALTIME */, 1 /* MONOTONIC */, 6 /* MONOTONIC_COARSE */ };
	unsigned int number;

	for (number = 0; number < sizeof(clocks) / sizeof(*clocks); number++) {
		struct time before = { 0 }, seen = { -1, -1 }, after = { 0 };
		int status;
		my_syscall2(__NR_clock_gettime, clocks[number], &before);
		status = read(clocks[number], &seen);
		my_syscall2(__NR_clock_gettime, clocks[number], &after);
		printf("guest: clock %d %s\n", clocks[number],
		       status || is_before(&seen, &before) || is_before(&after, &seen) ? "wrong" : "fits");
	}
}

static void try_vdso(char *image)
{
	struct vdso vdso;
	void *function;

	if (!image || !read_vdso(&vdso, image)) {
		printf("guest: no vDSO\n");
		return;
	}
	function = vdso_function(&vdso, CLOCK_FUNCTION, CLOCK_VERSION);
	printf("guest: vdso %s %s %s\n", CLOCK_FUNCTION, CLOCK_VERSION, function ? "found" : "missing");
	if (vdso_function(&vdso, CLOCK_FUNCTION, "LINUX_0") || vdso_function(&vdso, "no_such_function", CLOCK_VERSION))
		printf("guest: vdso finds what is not there\n");
	if (function)
		compare_clocks((read_clock *)function);
}

static void run_program(char *path)
{
	char *words[] = { path, 0 }, *environment[] = { 0 };
	int status = -1, process = fork();

	if (!process) {
		execve(path, words, environment);
		exit(127);
	}
	waitpid(process, &status, 0);
	printf("guest: program status %d\n", status);
}

int main(int count, char **words, char **environment)
{
	(void)count;
	(void)words;
	mount("proc", "/proc", "proc", 0, 0);
	show_file("/proc/version", "version");
	load_modules();
	show_file("/proc/modules", "module");
	try_vdso((char *)auxiliary(environment, AT_SYSINFO_EHDR));
	run_program("/program");
	printf("guest: end\n");
	reboot(LINUX_REBOOT_CMD_RESTART);
	return 0;
}
