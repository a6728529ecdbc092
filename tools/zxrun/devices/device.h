/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a device model shows to the rest of zxrun. Models are called by every
 * VCPU thread and by the main thread at once; each has its own lock.
 */
#ifndef ZXRUN_DEVICE_H
#define ZXRUN_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/*
 * struct device: a range of guest-physical addresses, or of ports, that traps
 * @read: size is 1, 2, 4 or 8; bits of the result above it are ignored
 * @write: bits of value above size are zero
 */
struct device {
	const char *name;
	uint64_t base;
	uint64_t size;
	uint64_t (*read)(struct device *dev, uint64_t offset, unsigned int size);
	void (*write)(struct device *dev, uint64_t offset, unsigned int size, uint64_t value);
};

static inline bool device_has(const struct device *dev, uint64_t address)
{
	return address >= dev->base && address - dev->base < dev->size;
}

/* A level-triggered interrupt line. Devices call set() when the level changes. */
struct line {
	void (*set)(struct line *line, bool level);
	void *vm;
	unsigned int number;
	bool level;
};

static inline void line_set(struct line *line, bool level)
{
	if (line->level == level)
		return;
	line->level = level;
	line->set(line, level);
}

/*
 * struct serial: the side of a UART that the console sees
 * @room: how many characters the guest can take now
 * @receive: hands it at most that many
 * @take: moves up to size characters of the guest's output to buffer
 * @wake: set by the console: there is output again, or room again
 */
struct serial {
	size_t (*room)(struct serial *serial);
	void (*receive)(struct serial *serial, const uint8_t *data, size_t size);
	size_t (*take)(struct serial *serial, uint8_t *buffer, size_t size);
	void (*wake)(struct serial *serial);
	void *vm;
};

/*
 * struct alarm_clock: a device's one timer, on the host's real-time clock
 * @arm: set by the main loop: call expired() at this second; 0: never
 */
struct alarm_clock {
	void (*arm)(struct alarm_clock *alarm, int64_t second);
	void (*expired)(struct alarm_clock *alarm);
	void *vm;
};

/*
 * Registers are 32 bits wide. An access to a part of one sees that part; a
 * wider one sees the first register.
 */
static inline uint64_t register_part(uint32_t value, uint64_t offset)
{
	return value >> (offset % 4 * 8);
}

#endif
