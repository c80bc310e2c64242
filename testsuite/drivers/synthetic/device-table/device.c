// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/pci.h>

static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(0x1234, 0x5678), .driver_data = 1 },
	{ PCI_DEVICE_CLASS(PCI_CLASS_SERIAL_USB_XHCI, ~0) },
	{ }
};
MODULE_DEVICE_TABLE(pci, ids);

static int device_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	return pci_enable_device(dev);
}

static struct pci_driver device_driver = {
	.name = "device",
	.id_table = ids,
	.probe = device_probe,
};
module_pci_driver(device_driver);
MODULE_SOFTDEP("pre: firmware_class");
MODULE_FIRMWARE("device/one.bin");
MODULE_LICENSE("GPL");
