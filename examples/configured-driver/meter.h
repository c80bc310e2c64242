/* SPDX-License-Identifier: GPL-2.0 */
#ifndef METER_H
#define METER_H

int meter_slots(void);
void meter_log(int reading);

#if IS_ENABLED(CONFIG_METER_PCI)
int meter_pci_devices(void);
#else
static inline int meter_pci_devices(void)
{
	return 0;
}
#endif

#endif
