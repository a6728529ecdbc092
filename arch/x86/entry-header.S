/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both world switches do with general registers. The guest's are in the
 * VCPU page in the order of their numbers.
 */

#define RAX	0
#define RCX	8
#define RDX	16
#define RBX	24
#define RBP	40
#define RSI	48
#define RDI	56
#define R8	64
#define R9	72
#define R10	80
#define R11	88
#define R12	96
#define R13	104
#define R14	112
#define R15	120

/* Those of the host that a function has to leave as they are */
.macro PUSH_HOST
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

.macro POP_HOST
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
.endm

/* All of the guest but RAX, RDI and RSP; \page is RAX or RDI. No flag changes. */
.macro LOAD_GUEST page:req
	mov	RCX(\page), %rcx
	mov	RDX(\page), %rdx
	mov	RBX(\page), %rbx
	mov	RBP(\page), %rbp
	mov	RSI(\page), %rsi
	mov	R8(\page), %r8
	mov	R9(\page), %r9
	mov	R10(\page), %r10
	mov	R11(\page), %r11
	mov	R12(\page), %r12
	mov	R13(\page), %r13
	mov	R14(\page), %r14
	mov	R15(\page), %r15
.endm

.macro SAVE_GUEST page:req
	mov	%rcx, RCX(\page)
	mov	%rdx, RDX(\page)
	mov	%rbx, RBX(\page)
	mov	%rbp, RBP(\page)
	mov	%rsi, RSI(\page)
	mov	%r8, R8(\page)
	mov	%r9, R9(\page)
	mov	%r10, R10(\page)
	mov	%r11, R11(\page)
	mov	%r12, R12(\page)
	mov	%r13, R13(\page)
	mov	%r14, R14(\page)
	mov	%r15, R15(\page)
.endm

/*
 * Nothing that the guest chose stays for speculation to use, but for what
 * POP_HOST replaces, and RAX.
 */
.macro CLEAR_GUEST
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
.endm
