/* SPDX-License-Identifier: GPL-2.0 */
#ifndef THERMOSTAT_H
#define THERMOSTAT_H

#include <linux/kconfig.h>

int sensor_read(void);
int scale_to_step(int millidegrees);

#if IS_ENABLED(CONFIG_PROC_FS)
int report_start(void);
void report_stop(void);
#else
static inline int report_start(void) { return 0; }
static inline void report_stop(void) {}
#endif

#endif
