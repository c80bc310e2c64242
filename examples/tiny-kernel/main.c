#include "console.h"
#include "feature.h"
#include "port.h"

/* Of kernel.lds.S. */
extern start_feature *const features_start[];
extern start_feature *const features_end[];

/* The file motd.txt. */
extern const char _binary_motd_txt_start[];
extern const char _binary_motd_txt_end[];

static void power_off(void)
{
	write_port16(0x604, 0x2000);	/* qemu's */
}

void kernel_main(start_feature *module)
{
	start_feature *const *feature;
	unsigned int count = 0;

	open_console();
	print("tiny-kernel: running at ");
	print_address((const void *)kernel_main);
	print("\ntiny-kernel: ");
	print_bytes(_binary_motd_txt_start,
		    (size_t)(_binary_motd_txt_end - _binary_motd_txt_start));
	for (feature = features_start; feature < features_end; ++feature, ++count)
		(*feature)("the kernel");
	if (module) {
		module("a module");
		++count;
	}
	if (count == 0)
		print("tiny-kernel: no features\n");
	print("tiny-kernel: end\n");
	power_off();
}
