// SPDX-License-Identifier: GPL-2.0
/* Port I/O. */
#include "ports.h"

uint32_t ports_in(void *context, uint64_t key, uint16_t port, uint8_t size)
{
	struct device *dev = (struct device *)(uintptr_t)key;
	uint32_t value = 0, byte;
	unsigned int i;

	(void)context;
	for (i = 0; i < size; i++) {
		byte = 0xff;
		if (device_has(dev, port + i))
			byte = dev->read(dev, port + i - dev->base, 1) & 0xff;
		value |= byte << 8 * i;
	}
	return value;
}

void ports_out(void *context, uint64_t key, uint16_t port, uint8_t size, uint32_t value)
{
	struct device *dev = (struct device *)(uintptr_t)key;
	unsigned int i;

	(void)context;
	for (i = 0; i < size; i++)
		if (device_has(dev, port + i))
			dev->write(dev, port + i - dev->base, 1, value >> 8 * i & 0xff);
}
