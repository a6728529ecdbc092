/* SPDX-License-Identifier: GPL-2.0 */
/* The plainest guests: stores, loops and waits */
#include "guest.h"

	/* Tells that it lives, for ever */
	GUEST	done
	MMIO_BASE
	DONE
	GUEST_END done

	/* Loops for ever without an exit of its own */
	GUEST	spin
	sti
1:	inc	%rax
	jmp	1b
	GUEST_END spin

	/* Counts in memory at DATA for ever, so that a test sees it run */
	GUEST	count
	sti
	mov	$DATA, %ecx
1:	inc	%rax
	mov	%rax, (%rcx)
	jmp	1b
	GUEST_END count

	/* Tells its APIC ID */
	GUEST	whoami
	MMIO_BASE
	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	TELL	%rbx
	DONE
	GUEST_END whoami

	/* Tells rax = 1, 2, 3, ...: nothing may be lost or come twice */
	GUEST	counter
	MMIO_BASE
1:	inc	%rax
	TELL	%rax
	jmp	1b
	GUEST_END counter

	/* Rings the bell rax times, then tells */
	GUEST	ring
	MMIO_BASE
	mov	$BELL, %ecx
1:	test	%rax, %rax
	jz	2f
	mov	%rax, (%rcx)
	dec	%rax
	jmp	1b
2:	TELL	%rax
	jmp	1b
	GUEST_END ring

	/* Waits with interrupts masked, then tells how often it waited */
	GUEST	wfi
	MMIO_BASE
1:	hlt
	inc	%rax
	TELL	%rax
	jmp	1b
	GUEST_END wfi

	/* Asks, then loads from rcx and tells (rbx = 0), or stores rdx to rcx */
	GUEST	access
	MMIO_BASE
1:	xor	%r15d, %r15d
	mov	%r15, TELL_DONE(%r14)
	test	%rbx, %rbx
	jnz	2f
	mov	(%rcx), %rdx
	TELL	%rdx
	jmp	1b
2:	mov	%rdx, (%rcx)
	jmp	1b
	GUEST_END access

	/* Stores a count at rcx and reads it back for ever; tells a mismatch */
	GUEST	hammer
	MMIO_BASE
	sti
1:	inc	%rax
	mov	%rax, (%rcx)
	mov	(%rcx), %rdx
	cmp	%rax, %rdx
	je	1b
	TELL	%rdx
	jmp	1b
	GUEST_END hammer

	/* Waits for ever, whatever wakes it */
	GUEST	idle
1:	hlt
	jmp	1b
	GUEST_END idle

	/* Every kind of exit in turn, for tests of signals and threads */
	GUEST	mixed
	MMIO_BASE
	mov	$DATA, %edx
1:	inc	%rax
	TELL	%rax
	mov	$2000, %ecx
2:	mov	%rcx, (%rdx, %rcx, 8)
	dec	%rcx
	jnz	2b
	jmp	1b
	GUEST_END mixed

	/* Stores rax at rcx for ever */
	GUEST	store
1:	mov	%rax, (%rcx)
	jmp	1b
	GUEST_END store

	/* Stores rax at rcx, rdx and rbx for ever */
	GUEST	store_three
1:	STORE	%rax, (%rcx)
	STORE	%rax, (%rdx)
	STORE	%rax, (%rbx)
	jmp	1b
	GUEST_END store_three

	/* Stores rax at rcx and tells it, for ever */
	GUEST	store_tell
	MMIO_BASE
1:	STORE	%rax, (%rcx)
	TELL	%rax
	jmp	1b
	GUEST_END store_tell

	/* Loads rax from rcx and tells it, for ever */
	GUEST	load_tell
	MMIO_BASE
1:	mov	(%rcx), %rax
	TELL	%rax
	jmp	1b
	GUEST_END load_tell

	/* Stores rax at rcx, loads rdx from there and tells it, for ever */
	GUEST	store_load
	MMIO_BASE
1:	mov	%rax, (%rcx)
	mov	(%rcx), %rdx
	TELL	%rdx
	jmp	1b
	GUEST_END store_load

	/* Loads rdx from rcx, stores rax there and tells rdx, for ever */
	GUEST	load_store
	MMIO_BASE
1:	mov	(%rcx), %rdx
	mov	%rax, (%rcx)
	TELL	%rdx
	jmp	1b
	GUEST_END load_store

	/* Tells, calls what is at rcx, tells, and stores rax there */
	GUEST	call
	MMIO_BASE
	mov	$STACK, %esp
	TELL	%rax
	call	*%rcx
	xor	%r15d, %r15d
	mov	%r15, TELL_DONE(%r14)
	mov	%rax, (%rcx)
	DONE
	GUEST_END call

	/* Something to call */
	GUEST	leaf
	ret
	GUEST_END leaf

	/* Tells the word at rcx, adds 1 to it, for ever */
	GUEST	increment
	MMIO_BASE
1:	mov	(%rcx), %rax
	TELL	%rax
	inc	%rax
	mov	%rax, (%rcx)
	jmp	1b
	GUEST_END increment

	/* Tells the word at DATA */
	GUEST	tell_data
	MMIO_BASE
	mov	DATA, %rax
	TELL	%rax
	DONE
	GUEST_END tell_data

	/* Counts at DATA how often XMM8 was found changed; rcx: its value */
	GUEST	fp_spin
	sti
	mov	$DATA, %edx
	movq	%rcx, %xmm8
1:	movq	%xmm8, %rbx
	cmp	%rcx, %rbx
	setne	%sil
	movzx	%sil, %esi
	add	%rsi, %rax
	mov	%rax, (%rdx)
	incq	8(%rdx)
	jmp	1b
	GUEST_END fp_spin
