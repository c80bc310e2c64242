// SPDX-License-Identifier: GPL-2.0
#include <linux/pci.h>

#include "meter.h"

int meter_pci_devices(void)
{
	struct pci_dev *device = NULL;
	int count = 0;

	for_each_pci_dev(device)
		count++;
	return count;
}
