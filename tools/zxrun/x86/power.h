/* SPDX-License-Identifier: GPL-2.0 */
/* How a PC is switched off and reset: three devices of a port or two. */
#ifndef ZXRUN_X86_POWER_H
#define ZXRUN_X86_POWER_H

#include "../devices/device.h"

/*
 * struct power: the ports
 * @request: called by any VCPU's thread; off: power off, else reset
 */
struct power {
	struct device i8042;	/* the keyboard controller's command port */
	struct device reset;	/* the chip set's reset control register */
	struct device sleep;	/* ACPI's sleep control and sleep status */
	uint8_t reset_value;
	void (*request)(struct power *power, bool off);
	void *vm;
};

#define SLEEP_TYPE_OFF	5	/* as _S5 in the DSDT says */
#define RESET_FULL	6	/* to the reset control register */

void power_init(struct power *power, uint64_t i8042, uint64_t reset, uint64_t sleep);

#endif
