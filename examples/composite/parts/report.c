// SPDX-License-Identifier: GPL-2.0
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "thermostat.h"

static int report_show(struct seq_file *out, void *unused)
{
	seq_printf(out, "%d\n", scale_to_step(sensor_read()));
	return 0;
}

int report_start(void)
{
	return proc_create_single("thermostat", 0444, NULL, report_show) ? 0 : -ENOMEM;
}

void report_stop(void)
{
	remove_proc_entry("thermostat", NULL);
}
