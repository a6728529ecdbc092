/* SPDX-License-Identifier: GPL-2.0 */
/* Runs code that a test wrote to CODE, with vectors that tell and go on */
#include "guest.h"

	/*
	 * An exception is told by three stores to MMIO + its vector: ESR, ELR
	 * and FAR; then the guest goes on after the instruction. An IRQ is
	 * told by its INTID. x25 to x28 belong to this guest.
	 */
	GUEST	probe
	mov	x28, #MMIO
	adr	x25, probe_vectors
	msr	vbar_el1, x25
	mov	x25, #(3 << 20)
	msr	cpacr_el1, x25
	mov	x25, #STACK
	mov	sp, x25
	isb
	mov	x25, #CODE
	br	x25

	VECTORS	probe_vectors, probe_vector
probe_vector:
	add	x26, x28, x27
	tst	x27, #0x80
	b.ne	1f
	mrs	x25, esr_el1
	str	x25, [x26]
	mrs	x25, elr_el1
	str	x25, [x26]
	mrs	x25, far_el1
	str	x25, [x26]
	mrs	x25, elr_el1
	add	x25, x25, #4
	msr	elr_el1, x25
	eret
1:	mrs	x25, S3_0_C12_C12_0
	str	x25, [x26]
	msr	S3_0_C12_C12_1, x25
	eret
	GUEST_END probe
