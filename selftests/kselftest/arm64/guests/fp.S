/* SPDX-License-Identifier: GPL-2.0 */
/* FP and SIMD registers that must be this VCPU's alone */
#include "guest.h"

	/*
	 * Fills q0 to q31, FPCR and FPSR from x1, then for ever: tells x0, the
	 * number of registers that were found changed since the last round.
	 */
	GUEST	fp
	mov	x28, #MMIO
	mov	x2, #(3 << 20)
	msr	cpacr_el1, x2
	isb
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22, \
		23,24,25,26,27,28,29,30,31
	add	x3, x1, #\n
	dup	v\n\().2d, x3
	.endr
	and	x6, x1, #0x1f
	msr	fpsr, x6
	and	x7, x1, #3
	lsl	x7, x7, #22
	msr	fpcr, x7
1:	TELL	x0, TELL_A
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22, \
		23,24,25,26,27,28,29,30,31
	add	x3, x1, #\n
	mov	x4, v\n\().d[0]
	cmp	x3, x4
	cinc	x0, x0, ne
	mov	x4, v\n\().d[1]
	cmp	x3, x4
	cinc	x0, x0, ne
	.endr
	mrs	x4, fpsr
	cmp	x4, x6
	cinc	x0, x0, ne
	mrs	x4, fpcr
	cmp	x4, x7
	cinc	x0, x0, ne
	b	1b
	GUEST_END fp

	/* As fp, but never leaves to user space: x0 counts in memory at DATA */
	GUEST	fp_spin
	mov	x28, #MMIO
	mov	x2, #(3 << 20)
	msr	cpacr_el1, x2
	isb
	mov	x5, #DATA
	fmov	d8, x1
1:	fmov	x3, d8
	cmp	x3, x1
	cinc	x0, x0, ne
	str	x0, [x5]
	add	x6, x6, #1
	str	x6, [x5, #8]
	b	1b
	GUEST_END fp_spin
