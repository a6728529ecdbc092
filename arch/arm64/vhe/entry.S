/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world switch of a host that runs at EL2 (VHE): general registers, PC,
 * PSTATE and the controls that make EL1 and EL0 the guest's. All other
 * registers of the guest are in place while a VCPU is loaded (state.c).
 */
#include <linux/linkage.h>

#include <asm/assembler.h>

/* struct zxvm_ctx; vhe/state.c checks these */
#define CTX_X		0
#define CTX_PC		8		/* and PSTATE */
#define CTX_SP_EL0	24
#define CTX_HCR		32		/* and CPTR */
#define CTX_ESR		48		/* and FAR */
#define CTX_HPFAR	64

/* The host's stack while the guest runs, from the bottom */
#define FRAME_CTX	0		/* and x18 */
#define FRAME_SP_EL0	16		/* and VBAR_EL2 */
#define FRAME_HCR	32		/* and DAIF */
#define FRAME_CPTR	48
#define FRAME_X19	64		/* to x30 */
#define FRAME_SIZE	160

	.text

/*
 * Vectors while the guest's controls are in place. An exception of EL2 itself
 * means that the few lines below are wrong.
 */
	.align	11
SYM_CODE_START_LOCAL(zxvm_vhe_vectors)
	.rept	8
	.align	7
	b	zxvm_vhe_broken
	.endr
	.irp	type, 0, 1, 2, 3	/* synchronous, IRQ, FIQ, SError */
	.align	7
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\type
	b	zxvm_vhe_exit
	.endr
	.irp	type, 0, 1, 2, 3	/* the same from AArch32 */
	.align	7
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\type
	b	zxvm_vhe_exit
	.endr
SYM_CODE_END(zxvm_vhe_vectors)

SYM_CODE_START_LOCAL(zxvm_vhe_broken)
	/* current is in SP_EL0, and the frame is at the stack's bottom. */
	ldr	x0, [sp, #FRAME_SP_EL0]
	msr	sp_el0, x0
	ldr	x0, [sp, #FRAME_SP_EL0 + 8]
	msr	vbar_el2, x0
	isb
	mrs	x0, esr_el2
	mrs	x1, elr_el2
	mrs	x2, far_el2
	b	zxvm_vhe_panic
SYM_CODE_END(zxvm_vhe_broken)

/*
 * u64 zxvm_vhe_enter(struct zxvm_ctx *ctx)
 *
 * Called with interrupts off. Returns what ended the run: 0 synchronous, 1
 * IRQ, 2 FIQ, 3 SError.
 */
SYM_FUNC_START(zxvm_vhe_enter)
	sub	sp, sp, #FRAME_SIZE
	stp	x19, x20, [sp, #FRAME_X19]
	stp	x21, x22, [sp, #FRAME_X19 + 16]
	stp	x23, x24, [sp, #FRAME_X19 + 32]
	stp	x25, x26, [sp, #FRAME_X19 + 48]
	stp	x27, x28, [sp, #FRAME_X19 + 64]
	stp	x29, x30, [sp, #FRAME_X19 + 80]
	mrs	x1, sp_el0
	mrs	x2, vbar_el2
	mrs	x3, hcr_el2
	mrs	x4, daif
	mrs	x5, cptr_el2
	stp	x0, x18, [sp, #FRAME_CTX]
	stp	x1, x2, [sp, #FRAME_SP_EL0]
	stp	x3, x4, [sp, #FRAME_HCR]
	str	x5, [sp, #FRAME_CPTR]

	/* Nothing may come between here and the ERET. */
	msr	daifset, #0xf
	adr_l	x1, zxvm_vhe_vectors
	ldp	x2, x3, [x0, #CTX_HCR]
	msr	vbar_el2, x1
	msr	cptr_el2, x3
	msr	hcr_el2, x2
	ldp	x1, x2, [x0, #CTX_PC]
	ldr	x3, [x0, #CTX_SP_EL0]
	msr	elr_el2, x1
	msr	spsr_el2, x2
	msr	sp_el0, x3

	ldr	x30, [x0, #CTX_X]
	ldp	x0, x1, [x30]
	ldp	x2, x3, [x30, #16]
	ldp	x4, x5, [x30, #32]
	ldp	x6, x7, [x30, #48]
	ldp	x8, x9, [x30, #64]
	ldp	x10, x11, [x30, #80]
	ldp	x12, x13, [x30, #96]
	ldp	x14, x15, [x30, #112]
	ldp	x16, x17, [x30, #128]
	ldp	x18, x19, [x30, #144]
	ldp	x20, x21, [x30, #160]
	ldp	x22, x23, [x30, #176]
	ldp	x24, x25, [x30, #192]
	ldp	x26, x27, [x30, #208]
	ldp	x28, x29, [x30, #224]
	ldr	x30, [x30, #240]
	eret
	sb
SYM_FUNC_END(zxvm_vhe_enter)

/* x1: the type; the guest's x0 and x1 are on the stack, above the frame. */
SYM_CODE_START_LOCAL(zxvm_vhe_exit)
	ldr	x0, [sp, #16 + FRAME_CTX]
	ldr	x0, [x0, #CTX_X]
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	str	x30, [x0, #240]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]

	ldp	x0, x18, [sp, #FRAME_CTX]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	mrs	x4, sp_el0
	stp	x2, x3, [x0, #CTX_PC]
	str	x4, [x0, #CTX_SP_EL0]
	cbnz	x1, 1f
	mrs	x2, esr_el2
	mrs	x3, far_el2
	mrs	x4, hpfar_el2
	stp	x2, x3, [x0, #CTX_ESR]
	str	x4, [x0, #CTX_HPFAR]

1:	ldp	x2, x3, [sp, #FRAME_SP_EL0]
	ldp	x4, x5, [sp, #FRAME_HCR]
	ldr	x6, [sp, #FRAME_CPTR]
	msr	sp_el0, x2
	msr	vbar_el2, x3
	msr	cptr_el2, x6
	msr	hcr_el2, x4
	isb
	msr	daif, x5

	mov	x0, x1
	ldp	x19, x20, [sp, #FRAME_X19]
	ldp	x21, x22, [sp, #FRAME_X19 + 16]
	ldp	x23, x24, [sp, #FRAME_X19 + 32]
	ldp	x25, x26, [sp, #FRAME_X19 + 48]
	ldp	x27, x28, [sp, #FRAME_X19 + 64]
	ldp	x29, x30, [sp, #FRAME_X19 + 80]
	add	sp, sp, #FRAME_SIZE
	ret
SYM_CODE_END(zxvm_vhe_exit)
