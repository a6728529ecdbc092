/* SPDX-License-Identifier: GPL-2.0 */
/* Accesses of MMIO that the hardware does not describe (ESR_EL2.ISV = 0) */
#include "guest.h"

	.macro TRY insn:vararg
	\insn
	add	x0, x0, #1
	TELL	x0, TELL_A
	.endm

	/* ISV0_STEPS accesses, each followed by its number; x1 = MMIO stays */
	GUEST	isv0
	mov	x28, #MMIO
	mov	x1, #MMIO
	mov	x2, #(3 << 20)
	msr	cpacr_el1, x2
	isb
	TRY	ldp x2, x3, [x1]
	TRY	stp x2, x3, [x1]
	TRY	str x2, [x1], #8
	TRY	ldr x2, [x1, #16]!
	TRY	ldrsb x2, [x1], #1
	TRY	ldxr x2, [x1]
	TRY	str q0, [x1]
	TRY	ldr d0, [x1]
	TRY	ld1 {v0.16b}, [x1]
	TELL	x1, TELL_B
	DONE
	GUEST_END isv0

	/* The same for the bell: stores ring it, loads do not */
	GUEST	isv0_bell
	mov	x28, #MMIO
	mov	x1, #MMIO
	add	x1, x1, #(BELL - MMIO)
	TRY	stp x2, x3, [x1]
	TRY	str x2, [x1], #8
	TRY	ldp x2, x3, [x1]
	DONE
	GUEST_END isv0_bell

	/* Unaligned accesses over the edges of the page MMIO and of RAM */
	GUEST	straddle
	mov	x28, #MMIO
	add	x1, x28, #0xffc
	str	x2, [x1]
	ldr	x3, [x1]
	DONE
	GUEST_END straddle

	GUEST	straddle_in
	mov	x28, #MMIO
	sub	x1, x28, #4
	str	x2, [x1]
	DONE
	GUEST_END straddle_in

	GUEST	straddle_hole
	mov	x28, #MMIO
	mov	x1, #HOLE
	sub	x1, x1, #4
	str	x2, [x1]
	ldr	x3, [x1]
	TELL	x3, TELL_A
	DONE
	GUEST_END straddle_hole
