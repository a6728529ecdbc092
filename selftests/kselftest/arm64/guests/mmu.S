/* SPDX-License-Identifier: GPL-2.0 */
/* Guests that turn stage-1 translation on and off, and run code at EL0 */
#include "guest.h"

#define TABLE	DATA
#define TCR	((28) | (1 << 8) | (1 << 10) | (3 << 12) | (1 << 23) | (1 << 32))
#define ALIAS	0x40000000

	.macro MMU_ON
	mov	x1, #0xff
	msr	mair_el1, x1
	ldr	x1, =TCR
	msr	tcr_el1, x1
	msr	ttbr0_el1, x0
	msr	ttbr1_el1, x0
	isb
	tlbi	vmalle1
	dsb	ish
	isb
	mrs	x1, sctlr_el1
	mov	x2, #0x1005
	orr	x1, x1, x2
	msr	sctlr_el1, x1
	isb
	.endm

	.macro MMU_OFF
	mrs	x1, sctlr_el1
	mov	x2, #0x1005
	bic	x1, x1, x2
	msr	sctlr_el1, x1
	isb
	.endm

	/*
	 * 1 GiB blocks at TABLE: 0 is memory, 1 the same addresses as device,
	 * 3 a table at HOLE. Tells SCTLR, a word of memory from both views,
	 * then reads through entry 3, turns the MMU off and on again.
	 */
	GUEST	mmu
	mov	x28, #MMIO
	mov	x0, #TABLE
	mov	x1, #0x701
	str	x1, [x0]
	mov	x1, #0x405
	str	x1, [x0, #8]
	str	xzr, [x0, #16]
	mov	x1, #HOLE
	orr	x1, x1, #3
	str	x1, [x0, #24]
1:	MMU_ON
	mov	x28, #(ALIAS + MMIO)
	mrs	x1, sctlr_el1
	TELL	x1, TELL_A
	add	x3, x0, #1, lsl #12
	mov	x4, #0x77
	str	x4, [x3]
	ldr	x5, [x3]
	TELL	x5, TELL_B
	mov	x6, #0xc0000000
	ldr	x7, [x6]
	TELL	x7, TELL_C
	MMU_OFF
	mov	x28, #MMIO
	ldr	x5, [x3]
	TELL	x5, TELL_D
	b	1b
	GUEST_END mmu

	/* Turns the MMU on with the table at x0, then tells the word at x3 */
	GUEST	mmu_view
	MMU_ON
	mov	x28, #(ALIAS + MMIO)
1:	ldr	x4, [x3]
	TELL	x4, TELL_A
	b	1b
	GUEST_END mmu_view

	/* Set/way operations by the words at x2 that hold their operands */
	GUEST	setway
	mov	x28, #MMIO
	mov	x3, #DATA
1:	str	x0, [x3]
	dc	isw, x2
	dc	csw, x2
	dc	cisw, x2
	dsb	sy
	ldr	x4, [x3]
	TELL	x4, TELL_A
	b	1b
	GUEST_END setway

	/* As setway, the way a boot loader does it: caches on, then off */
	GUEST	setway_mmu
	mov	x28, #MMIO
	mov	x0, #TABLE
	mov	x1, #0x701
	str	x1, [x0]
	MMU_ON
	add	x3, x0, #1, lsl #12
	mov	x4, #0x55
	str	x4, [x3]
	MMU_OFF
	dc	cisw, xzr
	dsb	sy
	ldr	x5, [x3]
	TELL	x5, TELL_A
	MMU_ON
	dc	cisw, xzr
	dsb	sy
	ldr	x5, [x3]
	TELL	x5, TELL_B
	DONE
	GUEST_END setway_mmu

	/*
	 * Goes to EL0, tells from there, and takes what EL0 does: SVC, HVC,
	 * SMC, an EL1 register and WFI, each told as vector and class.
	 */
	GUEST	el0
	mov	x28, #MMIO
	adr	x1, el0_vectors
	msr	vbar_el1, x1
	mov	x1, #STACK
	msr	sp_el0, x1
	mov	x1, #0x3c0
	msr	spsr_el1, x1
	adr	x1, 1f
	msr	elr_el1, x1
	isb
	eret
1:	mov	x0, #0xe0
	TELL	x0, TELL_A
	str	x0, [sp, #-16]!
	ldr	x1, [sp], #16
	TELL	x1, TELL_B
	svc	#7
	hvc	#0
	smc	#0
	mrs	x2, ttbr0_el1
	wfi
	.inst	0
	TELL	x0, TELL_DONE
	b	1b

	VECTORS	el0_vectors, el0_vector
el0_vector:
	add	x26, x28, x27
	mrs	x25, esr_el1
	str	x25, [x26]
	/* SVC's ELR is behind it already */
	lsr	x24, x25, #26
	cmp	x24, #0x15
	b.eq	2f
	mrs	x25, elr_el1
	add	x25, x25, #4
	msr	elr_el1, x25
2:	eret
	GUEST_END el0

	/* A32 code at EL0: stores r0 and loads r2 at MMIO, SVC, undefined */
	GUEST	el0_a32
	mov	x28, #MMIO
	adr	x1, a32_vectors
	msr	vbar_el1, x1
	mov	x1, #0x1d0
	msr	spsr_el1, x1
	adr	x2, 1f
	msr	elr_el1, x2
	mov	x1, #MMIO
	mov	x0, #0x32
	isb
	eret
1:	.inst	0xe5810810	/* str r0, [r1, #0x810] */
	.inst	0xe1d120d2	/* ldrsb r2, [r1, #2] */
	.inst	0xe5812818	/* str r2, [r1, #0x818] */
	.inst	0xe3500000	/* cmp r0, #0 */
	.inst	0x05810820	/* streq r0, [r1, #0x820]: not executed */
	.inst	0xef000007	/* svc #7 */
	.inst	0xe7f000f0	/* udf #0 */
	.inst	0xe5810800	/* str r0, [r1, #0x800] */
	.inst	0xeafffffe	/* b . */

	VECTORS	a32_vectors, a32_vector
a32_vector:
	add	x26, x28, x27
	mrs	x25, esr_el1
	str	x25, [x26]
	lsr	x24, x25, #26
	cmp	x24, #0x11
	b.eq	2f
	mrs	x25, elr_el1
	add	x25, x25, #4
	msr	elr_el1, x25
2:	eret
	GUEST_END el0_a32
