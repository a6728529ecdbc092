/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Macros for guests: position independent pieces of code between two labels.
 * By convention x28 is the address of MMIO in every guest.
 */
#ifndef GUESTS_GUEST_H
#define GUESTS_GUEST_H

#include "guests/layout.h"

	.macro GUEST name
	.section .rodata.guest_\name, "a"
	.balign	4096
	.global	guest_\name
guest_\name:
	.endm

	.macro GUEST_END name
	.balign	8
	.ltorg
	.global	guest_\name\()_end
guest_\name\()_end:
	.endm

	/* Tell a register to the test */
	.macro TELL reg, where=TELL_A
	str	\reg, [x28, #\where]
	.endm

	.macro DONE
9999:	str	xzr, [x28, #TELL_DONE]
	b	9999b
	.endm

	/* One vector: to \target with the vector's offset in x27 */
	.macro VECTOR offset, target
	.balign	128
	mov	x27, #\offset
	b	\target
	.endm

	.macro VECTORS name, target
	.balign	2048
\name:
	.irp	offset, 0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, \
		0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
	VECTOR	\offset, \target
	.endr
	.endm

#endif /* GUESTS_GUEST_H */
