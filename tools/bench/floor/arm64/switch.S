/* SPDX-License-Identifier: GPL-2.0 */
/* The world switch with nothing in it that could be left out. */
#include <linux/linkage.h>

#include <asm/assembler.h>

/* struct floor_ctx */
#define CTX_PC		248	/* and PSTATE */
#define CTX_HCR		264	/* and SP_EL0 */
#define CTX_ESR		280

	.text

	.align	11
SYM_CODE_START_LOCAL(floor_vectors)
	.rept	8
	.align	7
	b	.
	.endr
	.irp	type, 0, 1, 2, 3, 4, 5, 6, 7
	.align	7
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\type
	b	floor_leave
	.endr
SYM_CODE_END(floor_vectors)

/* u64 floor_enter(struct floor_ctx *ctx): 0 for a synchronous exit */
SYM_FUNC_START(floor_enter)
	stp	x19, x20, [sp, #-96]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	mrs	x1, sp_el0
	mrs	x2, vbar_el2
	mrs	x3, hcr_el2
	stp	x3, x18, [sp, #-16]!
	stp	x1, x2, [sp, #-16]!
	stp	x0, x1, [sp, #-16]!

	adr_l	x1, floor_vectors
	ldp	x2, x3, [x0, #CTX_HCR]
	ldp	x4, x5, [x0, #CTX_PC]
	msr	vbar_el2, x1
	msr	hcr_el2, x2
	msr	sp_el0, x3
	msr	elr_el2, x4
	msr	spsr_el2, x5
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret
	sb
SYM_FUNC_END(floor_enter)

SYM_CODE_START_LOCAL(floor_leave)
	ldr	x0, [sp, #16]
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
	ldp	x2, x3, [sp], #32
	stp	x2, x3, [x0]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	mrs	x4, sp_el0
	mrs	x5, esr_el2
	stp	x2, x3, [x0, #CTX_PC]
	stp	x4, x5, [x0, #(CTX_HCR + 8)]
	ldp	x2, x3, [sp], #16
	ldp	x4, x18, [sp], #16
	msr	sp_el0, x2
	msr	vbar_el2, x3
	msr	hcr_el2, x4
	isb
	mov	x0, x1
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	x19, x20, [sp], #96
	ret
SYM_CODE_END(floor_leave)

	/* The guest: EL1, MMU off */
	.section .rodata, "a"
	.global	floor_guest, floor_guest_end
floor_guest:
	hvc	#0
	b	floor_guest
floor_guest_end:
