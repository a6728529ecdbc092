/* SPDX-License-Identifier: GPL-2.0 */
/* The plainest guests: stores, loops and waits */
#include "guest.h"

	/* Tells that it lives, for ever */
	GUEST	done
	mov	x28, #MMIO
	DONE
	GUEST_END done

	/* Loops for ever without an exit of its own */
	GUEST	spin
1:	add	x0, x0, #1
	b	1b
	GUEST_END spin

	/* Counts in memory at DATA for ever, so that a test sees it run */
	GUEST	count
	mov	x1, #DATA
1:	add	x0, x0, #1
	str	x0, [x1]
	b	1b
	GUEST_END count

	/* Tells its registers: MPIDR, CurrentEL, DAIF, SCTLR */
	GUEST	whoami
	mov	x28, #MMIO
	mrs	x0, mpidr_el1
	TELL	x0, TELL_A
	mrs	x0, CurrentEL
	TELL	x0, TELL_B
	mrs	x0, daif
	TELL	x0, TELL_C
	mrs	x0, sctlr_el1
	TELL	x0, TELL_D
	DONE
	GUEST_END whoami

	/* Adds 1 to each register and tells SP; NZCV becomes N and C */
	GUEST	registers
	add	x0, x0, #1
	add	x1, x1, #1
	add	x2, x2, #1
	add	x3, x3, #1
	add	x4, x4, #1
	add	x5, x5, #1
	add	x6, x6, #1
	add	x7, x7, #1
	add	x8, x8, #1
	add	x9, x9, #1
	add	x10, x10, #1
	add	x11, x11, #1
	add	x12, x12, #1
	add	x13, x13, #1
	add	x14, x14, #1
	add	x15, x15, #1
	add	x16, x16, #1
	add	x17, x17, #1
	add	x18, x18, #1
	add	x19, x19, #1
	add	x20, x20, #1
	add	x21, x21, #1
	add	x22, x22, #1
	add	x23, x23, #1
	add	x24, x24, #1
	add	x25, x25, #1
	add	x26, x26, #1
	add	x27, x27, #1
	add	x29, x29, #1
	add	x30, x30, #1
	add	sp, sp, #16
	str	xzr, [x28, #TELL_DONE]
	b	guest_registers
	GUEST_END registers

	/* Tells NZCV, then sets it from x1, tells again */
	GUEST	flags
	mov	x28, #MMIO
1:	mrs	x0, nzcv
	TELL	x0, TELL_A
	b	1b
	GUEST_END flags

	/* Tells x0 = 1, 2, 3, ...: nothing may be lost or come twice */
	GUEST	counter
	mov	x28, #MMIO
1:	add	x0, x0, #1
	TELL	x0, TELL_A
	b	1b
	GUEST_END counter

	/* Rings the bell x0 times, then tells */
	GUEST	ring
	mov	x28, #MMIO
	mov	x1, #MMIO
	add	x1, x1, #(BELL - MMIO)
1:	cbz	x0, 2f
	str	x0, [x1]
	sub	x0, x0, #1
	b	1b
2:	TELL	x0, TELL_A
	b	1b
	GUEST_END ring

	/* Waits with interrupts masked, then tells how often it waited */
	GUEST	wfi
	mov	x28, #MMIO
1:	wfi
	add	x0, x0, #1
	TELL	x0, TELL_A
	b	1b
	GUEST_END wfi

	/* Asks, then loads from x1 and tells (x3 = 0), or stores x2 to x1 */
	GUEST	access
	mov	x28, #MMIO
1:	str	xzr, [x28, #TELL_DONE]
	cbnz	x3, 2f
	ldr	x2, [x1]
	TELL	x2, TELL_A
	b	1b
2:	str	x2, [x1]
	b	1b
	GUEST_END access

	/* Stores a count at x1 and reads it back for ever; tells a mismatch */
	GUEST	hammer
1:	add	x0, x0, #1
	str	x0, [x1]
	ldr	x2, [x1]
	cmp	x0, x2
	b.eq	1b
	mov	x28, #MMIO
	TELL	x2, TELL_A
	b	1b
	GUEST_END hammer

	/* Waits for ever, whatever wakes it */
	GUEST	idle
1:	wfi
	b	1b
	GUEST_END idle

	/* Every kind of exit in turn, for tests of signals and threads */
	GUEST	mixed
	mov	x28, #MMIO
	mov	x2, #DATA
1:	add	x0, x0, #1
	TELL	x0, TELL_A
	mov	x1, #2000
2:	str	x1, [x2, x1, lsl #3]
	sub	x1, x1, #1
	cbnz	x1, 2b
	b	1b
	GUEST_END mixed

	/* Stores x0 at x1 for ever */
	GUEST	store
1:	str	x0, [x1]
	b	1b
	GUEST_END store

	/* Stores x0 at x1, x2 and x3 for ever */
	GUEST	store_three
1:	str	x0, [x1]
	str	x0, [x2]
	str	x0, [x3]
	b	1b
	GUEST_END store_three

	/* Stores x0 at x1 and tells it, for ever */
	GUEST	store_tell
	mov	x28, #MMIO
1:	str	x0, [x1]
	TELL	x0, TELL_A
	b	1b
	GUEST_END store_tell

	/* Loads x0 from x1 and tells it, for ever */
	GUEST	load_tell
	mov	x28, #MMIO
1:	ldr	x0, [x1]
	TELL	x0, TELL_A
	b	1b
	GUEST_END load_tell

	/* Stores x0 at x1, loads x2 from there and tells it, for ever */
	GUEST	store_load
	mov	x28, #MMIO
1:	str	x0, [x1]
	ldr	x2, [x1]
	TELL	x2, TELL_A
	b	1b
	GUEST_END store_load

	/* Loads x2 from x1, stores x0 there and tells x2, for ever */
	GUEST	load_store
	mov	x28, #MMIO
1:	ldr	x2, [x1]
	str	x0, [x1]
	TELL	x2, TELL_A
	b	1b
	GUEST_END load_store

	/* Tells, calls what is at x1, tells, and stores x0 there */
	GUEST	call
	mov	x28, #MMIO
	TELL	x0, TELL_A
	blr	x1
	TELL	xzr, TELL_DONE
	str	x0, [x1]
	DONE
	GUEST_END call

	/* Something to call */
	GUEST	leaf
	ret
	GUEST_END leaf

	/* Tells the word at x1, adds 1 to it, for ever */
	GUEST	increment
	mov	x28, #MMIO
1:	ldr	x0, [x1]
	TELL	x0, TELL_A
	add	x0, x0, #1
	str	x0, [x1]
	b	1b
	GUEST_END increment

	/* Tells the word at DATA */
	GUEST	tell_data
	mov	x28, #MMIO
	mov	x1, #DATA
	ldr	x0, [x1]
	TELL	x0, TELL_A
	DONE
	GUEST_END tell_data

	/* Spins, and tells each interrupt that it takes */
	GUEST	irqs
	mov	x28, #MMIO
	adr	x1, irqs_vectors
	msr	vbar_el1, x1
	isb
	msr	daifclr, #2
1:	b	1b

	VECTORS	irqs_vectors, irqs_vector
irqs_vector:
	mrs	x0, S3_0_C12_C12_0
	TELL	x0, TELL_A
	msr	S3_0_C12_C12_1, x0
	eret
	GUEST_END irqs
