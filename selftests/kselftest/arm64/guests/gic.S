/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that does what the test asks: it tells TELL_DONE, and then the
 * operation in x9 on x10 and x11. Results are told at TELL_A. An interrupt is
 * told by its INTID at vector 0x280, with EOI before unless x12 is set, an
 * exception by ESR at its vector; both end the operation.
 */
#include "guest.h"

#define ICC_PMR		S3_0_C4_C6_0
#define ICC_IAR1	S3_0_C12_C12_0
#define ICC_EOIR1	S3_0_C12_C12_1
#define ICC_HPPIR1	S3_0_C12_C12_2
#define ICC_IGRPEN1	S3_0_C12_C12_7
#define ICC_RPR		S3_0_C12_C11_3
#define ICC_SGI1R	S3_0_C12_C11_5

	.macro OP insn:vararg
	\insn
	b	tell_x11
	.endm

	GUEST	gic
	mov	x28, #MMIO
	adr	x25, gic_vectors
	msr	vbar_el1, x25
	mov	x25, #0xff
	msr	ICC_PMR, x25
	mov	x25, #1
	msr	ICC_IGRPEN1, x25
	isb
ask:	str	xzr, [x28, #TELL_DONE]
	adr	x25, ops
	add	x25, x25, x9, lsl #3
	br	x25
tell_x11:
	TELL	x11, TELL_A
	b	ask
tell_x0:
	TELL	x0, TELL_A
	b	ask

	/* The numbers are in enum op of gic.h */
ops:	OP	ldrb w11, [x10]
	OP	ldr w11, [x10]
	OP	ldr x11, [x10]
	OP	strb w11, [x10]
	OP	str w11, [x10]
	OP	str x11, [x10]
	b	wait_irq
	nop
	b	spin_irq
	nop
	OP	msr ICC_SGI1R, x11
	OP	msr ICC_EOIR1, x11
	OP	msr ICC_PMR, x11
	OP	mrs x11, ICC_RPR
	OP	mrs x11, ICC_HPPIR1
	hvc	#0
	b	tell_x0
	smc	#0
	b	tell_x0
	b	timer
	nop
	OP	wfi
	OP	ldrh w11, [x10]

wait_irq:
	msr	daifclr, #2
1:	wfi
	b	1b
spin_irq:
	msr	daifclr, #2
1:	sub	x10, x10, #1
	cbnz	x10, 1b
	msr	daifset, #2
	b	tell_x11
timer:	msr	cntv_tval_el0, x11
	msr	cntv_ctl_el0, x10
	isb
	b	tell_x11

	VECTORS	gic_vectors, gic_vector
gic_vector:
	add	x26, x28, x27
	tst	x27, #0x80
	b.eq	1f
	mrs	x25, ICC_IAR1
	cbnz	x12, 2f
	msr	ICC_EOIR1, x25
	b	2f
1:	mrs	x25, esr_el1
2:	str	x25, [x26]
	adr	x25, ask
	msr	elr_el1, x25
	mov	x25, #0x3c5
	msr	spsr_el1, x25
	eret
	GUEST_END gic

	/* Started by CPU_ON: tells x0, MPIDR, SCTLR, then is the guest gic */
	GUEST	secondary
	mov	x28, #MMIO
	TELL	x0, TELL_A
	mrs	x1, mpidr_el1
	TELL	x1, TELL_B
	mrs	x1, daif
	TELL	x1, TELL_C
	mov	x30, #0
	br	x30
	GUEST_END secondary
