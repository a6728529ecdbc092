// SPDX-License-Identifier: GPL-2.0
/* How a PC is switched off and reset. */
#include <string.h>

#include "power.h"

#define I8042_PULSE		0xf0	/* pulse the outputs whose bits are 0 */
#define I8042_RESET		(1u << 0)

#define RESET_CPU		(1u << 2)

/* ACPI 6.4, 4.8.3.7: sleep control */
#define SLEEP_TYPE(value)	((value) >> 2 & 7)
#define SLEEP_ENABLE		(1u << 5)

/* Never busy, and never anything to read */
static uint64_t i8042_read(struct device *dev, uint64_t offset, unsigned int size)
{
	(void)dev;
	(void)offset;
	(void)size;
	return 0;
}

static void i8042_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct power *power = container_of(dev, struct power, i8042);

	(void)offset;
	(void)size;
	if ((value & I8042_PULSE) == I8042_PULSE && !(value & I8042_RESET))
		power->request(power, false);
}

static uint64_t reset_read(struct device *dev, uint64_t offset, unsigned int size)
{
	(void)offset;
	(void)size;
	return container_of(dev, struct power, reset)->reset_value;
}

static void reset_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct power *power = container_of(dev, struct power, reset);

	(void)offset;
	(void)size;
	power->reset_value = (uint8_t)(value & ~RESET_CPU);
	if (value & RESET_CPU)
		power->request(power, false);
}

static uint64_t sleep_read(struct device *dev, uint64_t offset, unsigned int size)
{
	(void)dev;
	(void)offset;
	(void)size;
	return 0;
}

static void sleep_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct power *power = container_of(dev, struct power, sleep);

	(void)size;
	if (offset == 0 && value & SLEEP_ENABLE && SLEEP_TYPE(value) == SLEEP_TYPE_OFF)
		power->request(power, true);
}

void power_init(struct power *power, uint64_t i8042, uint64_t reset, uint64_t sleep)
{
	memset(power, 0, sizeof(*power));
	power->i8042 = (struct device){
		.name = "i8042",
		.base = i8042,
		.size = 1,
		.read = i8042_read,
		.write = i8042_write,
	};
	power->reset = (struct device){
		.name = "reset",
		.base = reset,
		.size = 1,
		.read = reset_read,
		.write = reset_write,
	};
	power->sleep = (struct device){
		.name = "sleep",
		.base = sleep,
		.size = 2,
		.read = sleep_read,
		.write = sleep_write,
	};
}
