/* SPDX-License-Identifier: GPL-2.0 */
/* Guest-physical addresses and numbers that guests and tests agree on */
#ifndef GUESTS_LAYOUT_H
#define GUESTS_LAYOUT_H

#define MMIO		0x10000000	/* a MEM trap, one page */
#define BELL		0x10001000	/* a BELL trap, one page */
#define HOLE		0x20000000	/* nothing is here */
#define CODE		0x10000		/* instructions that a test wrote */
#define DATA		0x100000	/* scratch memory in RAM */
#define STACK		0x1f0000

/* Offsets in MMIO: what a guest tells. Below 0x800: the exception vector */
#define TELL_DONE	0x800
#define TELL_A		0x808
#define TELL_B		0x810
#define TELL_C		0x818
#define TELL_D		0x820
#define TELL_START	0x828	/* a VCPU has left real mode */

#endif /* GUESTS_LAYOUT_H */
