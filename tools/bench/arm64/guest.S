/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest: EL1, MMU off. It asks for an operation by a store to MMIO_DONE
 * and does what struct param says. x28: MMIO, x27: PARAM, x26: where this
 * VCPU counts its interrupts, x25: that count, x20: operations left.
 */
#include "arch.h"
#include "layout.h"

#define ICC_PMR		S3_0_C4_C6_0
#define ICC_SGI1R	S3_0_C12_C11_5
#define ICC_IAR1	S3_0_C12_C12_0
#define ICC_EOIR1	S3_0_C12_C12_1
#define ICC_SRE		S3_0_C12_C12_5
#define ICC_IGRPEN1	S3_0_C12_C12_7

#define PSCI_VERSION	0x84000000
#define PSCI_CPU_ON	0xc4000003

#define SGI		1
#define VTIMER		27

	.section .rodata
	.balign	4096
	.global	guest_start, guest_end
guest_start:
	mov	x28, #MMIO
	mov	x27, #PARAM
	add	x26, x27, #PARAM_RESULT
	adr	x0, vectors
	msr	vbar_el1, x0

ask:	msr	daifset, #2
	str	xzr, [x28, #MMIO_DONE]
	ldp	x9, x20, [x27, #PARAM_OP]
	adr	x10, ops
	add	x10, x10, x9, lsl #2
	mov	x25, #0
	str	xzr, [x26]
	isb
	mrs	x23, cntvct_el0
	isb
	br	x10

finish:	isb
	mrs	x24, cntvct_el0
	stp	x23, x24, [x27, #PARAM_START]
	str	x25, [x27, #PARAM_RESULT]
	b	ask

ops:	b	finish
	b	loop
	b	kernel
	b	sysreg
	b	store
	b	load
	b	finish
	b	finish
	b	bell
	b	irq_init
	b	store_irq
	b	ipi_self
	b	ipi_other
	b	cpu_on
	b	timer
	b	sleep
	b	touch
	b	spin
	b	chip

loop:	subs	x20, x20, #1
	b.ne	loop
	b	finish

kernel:	ldr	w0, =PSCI_VERSION
	hvc	#0
	subs	x20, x20, #1
	b.ne	kernel
	lsr	w0, w0, #31			// 1 if it was an error
	mov	x25, x0
	b	finish

sysreg:	mrs	x0, id_aa64mmfr0_el1
	subs	x20, x20, #1
	b.ne	sysreg
	b	finish

store:	str	x20, [x28, #MMIO_STORE]
	subs	x20, x20, #1
	b.ne	store
	b	finish

load:	ldr	x0, [x28, #MMIO_LOAD]
	add	x25, x25, x0
	subs	x20, x20, #1
	b.ne	load
	b	finish

bell:	ldr	x1, =BELL
1:	str	w20, [x1]
	subs	x20, x20, #1
	b.ne	1b
	b	finish

	/* The distributor, then this VCPU's part */
irq_init:
	ldr	x1, =GICD
	mov	w0, #0x12			// ARE and group 1
	str	w0, [x1, #GICD_CTLR]
	mov	w0, #(1 << (LINE - 32))
	str	w0, [x1, #(GICD_IGROUPR + 4)]
	str	w0, [x1, #(GICD_ISENABLER + 4)]
	ldr	w0, =(2 << (LINE % 16 * 2))	// edge
	str	w0, [x1, #(GICD_ICFGR + LINE / 16 * 4)]
	ldr	x1, =GICR
	bl	irq_init_cpu
	b	finish

irq_init_cpu:
	add	x1, x1, #0x10000		// the frame of SGIs and PPIs
	mov	w0, #-1
	str	w0, [x1, #GICD_IGROUPR]
	ldr	w0, =(1 << SGI | 1 << VTIMER)
	str	w0, [x1, #GICD_ISENABLER]
	mov	x0, #7
	msr	ICC_SRE, x0
	isb
	mov	x0, #0xf0
	msr	ICC_PMR, x0
	mov	x0, #1
	msr	ICC_IGRPEN1, x0
	isb
	ret

chip:	ldr	x1, =GICD
1:	str	wzr, [x1, #(GICD_ISENABLER + 4)]
	subs	x20, x20, #1
	b.ne	1b
	b	finish

store_irq:
	msr	daifclr, #2
1:	add	x1, x25, #1
	str	x20, [x28, #MMIO_STORE]
2:	cmp	x25, x1
	b.ne	2b
	subs	x20, x20, #1
	b.ne	1b
	b	finish

ipi_self:
	msr	daifclr, #2
	ldr	x0, =(SGI << 24 | 1)
1:	add	x1, x25, #1
	msr	ICC_SGI1R, x0
	isb
2:	cmp	x25, x1
	b.ne	2b
	subs	x20, x20, #1
	b.ne	1b
	b	finish

ipi_other:
	ldr	x0, =(SGI << 24 | 2)
	ldr	x1, [x27, #PARAM_OTHER]
1:	add	x1, x1, #1
	msr	ICC_SGI1R, x0
	isb
2:	ldr	x2, [x27, #PARAM_OTHER]
	cmp	x2, x1
	b.ne	2b
	add	x25, x25, #1
	subs	x20, x20, #1
	b.ne	1b
	b	finish

cpu_on:	ldr	x0, =PSCI_CPU_ON
	mov	x1, #1
	adr	x2, secondary
	mov	x3, #0
	hvc	#0
	mov	x25, x0
	b	finish

secondary:
	mov	x27, #PARAM
	add	x26, x27, #PARAM_OTHER
	mov	x25, #0
	adr	x0, vectors
	msr	vbar_el1, x0
	ldr	x1, =(GICR + GICR_STRIDE)
	bl	irq_init_cpu
	msr	daifclr, #2
1:	wfi
	b	1b

	/* It has expired when it is switched on. */
timer:	msr	daifclr, #2
	msr	cntv_cval_el0, xzr
	mov	x0, #1
1:	add	x1, x25, #1
	msr	cntv_ctl_el0, x0
	isb
2:	cmp	x25, x1
	b.ne	2b
	subs	x20, x20, #1
	b.ne	1b
	b	finish

sleep:	msr	daifclr, #2
1:	wfi
	cmp	x25, x20
	b.lo	1b
	b	finish

touch:	mov	x1, #FAULT
	ldr	x2, [x27, #PARAM_STEP]
1:	str	x20, [x1]
	add	x1, x1, x2
	subs	x20, x20, #1
	b.ne	1b
	b	finish

spin:	ldr	x0, [x27, #PARAM_STOP]
	cbz	x0, spin
	b	finish

irq:	mrs	x17, ICC_IAR1
	cmp	x17, #VTIMER
	b.ne	1f
	msr	cntv_ctl_el0, xzr
1:	msr	ICC_EOIR1, x17
	add	x25, x25, #1
	str	x25, [x26]
	isb
	eret
	.ltorg

	.balign	2048
vectors:
	.rept	5
	b	.
	.balign	128
	.endr
	b	irq			// IRQ of EL1 with SP_EL1
	.balign	128
	.rept	10
	b	.
	.balign	128
	.endr
guest_end:

	.section .note.GNU-stack, "", @progbits
