/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Macros for guests: position independent pieces of code between two labels.
 * By convention R14 is the address of MMIO, and what is told is in R15, as a
 * packet has no data. RAX, RCX, RDX and RBX are the registers 0 to 3 of
 * PAGE_ARG().
 */
#ifndef GUESTS_GUEST_H
#define GUESTS_GUEST_H

#include "guests/layout.h"
#include "layout-x86.h"

	.macro GUEST name
	.section .rodata.guest_\name, "a"
	.balign	4096
	.global	guest_\name
	.code64
guest_\name:
	.endm

	.macro GUEST_END name
	.balign	8
	.global	guest_\name\()_end
guest_\name\()_end:
	.endm

	/* Before the first TELL */
	.macro MMIO_BASE
	mov	$MMIO, %r14d
	.endm

	/* Tell a register to the test */
	.macro TELL reg, where=TELL_A
	mov	\reg, %r15
	mov	%r15, \where(%r14)
	.endm

	/* Store a register where the test may have a trap */
	.macro STORE reg, address
	mov	\reg, %r15
	mov	%r15, \address
	.endm

	.macro DONE
9999:	xor	%r15d, %r15d
	mov	%r15, TELL_DONE(%r14)
	jmp	9999b
	.endm

#endif /* GUESTS_GUEST_H */
