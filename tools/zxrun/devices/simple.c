// SPDX-License-Identifier: GPL-2.0
/* The exit device, and the absence of a device. */
#include <inttypes.h>
#include <string.h>

#include "../zxrun.h"
#include "simple.h"

static uint64_t exit_read(struct device *dev, uint64_t offset, unsigned int size)
{
	(void)dev;
	(void)offset;
	(void)size;
	return 0;
}

static void exit_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct exit_device *exit = container_of(dev, struct exit_device, dev);

	if (offset == 0 && size == 4)
		exit->request(exit, (int)(value & 0xff));
}

void exit_device_init(struct exit_device *exit, uint64_t base)
{
	memset(exit, 0, sizeof(*exit));
	exit->dev.name = "exit";
	exit->dev.base = base;
	exit->dev.size = 0x1000;
	exit->dev.read = exit_read;
	exit->dev.write = exit_write;
}

static void tell(struct hole *hole, const char *what, uint64_t offset)
{
	if (!atomic_exchange(hole->told, true))
		complain("the guest %s 0x%" PRIx64 ", where nothing is (told once)", what,
			 hole->dev.base + offset);
}

static uint64_t hole_read(struct device *dev, uint64_t offset, unsigned int size)
{
	struct hole *hole = container_of(dev, struct hole, dev);

	(void)size;
	tell(hole, "read address", offset);
	return hole->value;
}

static void hole_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	(void)size;
	(void)value;
	tell(container_of(dev, struct hole, dev), "wrote to address", offset);
}

void hole_init(struct hole *hole, uint64_t base, uint64_t size, uint64_t value,
	       atomic_bool *told)
{
	memset(hole, 0, sizeof(*hole));
	hole->dev.name = "hole";
	hole->dev.base = base;
	hole->dev.size = size;
	hole->dev.read = hole_read;
	hole->dev.write = hole_write;
	hole->value = value;
	hole->told = told;
}
