/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what is delivered through the guest's IDT.
 */
#ifndef ZXVM_X86_EVENT_H
#define ZXVM_X86_EVENT_H

#include <linux/bits.h>
#include <linux/types.h>

/*
 * Events are described as both manuals do: vector in bits 7:0, type in 10:8,
 * error code follows in bit 11, valid in bit 31. SDM vol. 3, 25.8.3; APM
 * vol. 2, 15.20. The types of software interrupts and exceptions are the
 * SDM's; SVM makes them its own.
 */
#define ZXVM_EVENT_VECTOR	GENMASK(7, 0)
#define ZXVM_EVENT_TYPE		GENMASK(10, 8)
#define ZXVM_EVENT_ERROR	BIT(11)
#define ZXVM_EVENT_VALID	BIT(31)

#define ZXVM_EVENT_EXT_INT	(0u << 8)
#define ZXVM_EVENT_NMI		(2u << 8)
#define ZXVM_EVENT_EXCEPTION	(3u << 8)
#define ZXVM_EVENT_SOFT_INT	(4u << 8)	/* INT n */
#define ZXVM_EVENT_PRIV_SOFT	(5u << 8)	/* INT1 */
#define ZXVM_EVENT_SOFT_EXC	(6u << 8)	/* INT3, INTO */

/**
 * struct zxvm_event - an event that is delivered with the next entry
 * @info: ZXVM_EVENT_*
 * @error: error code, with %ZXVM_EVENT_ERROR
 * @length: of the instruction, for the three soft types
 */
struct zxvm_event {
	u32 info;
	u32 error;
	u32 length;
};

#endif /* ZXVM_X86_EVENT_H */
