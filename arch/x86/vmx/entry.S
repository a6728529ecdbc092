/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world switch of VMX. SDM vol. 3, 27 and 28.
 *
 * A VM exit brings back RSP, RIP and the segments of the host, and nothing
 * else: general registers are exchanged here. The guest's are in the VCPU
 * page in the order of their numbers.
 */
#include <linux/linkage.h>

#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#define SWITCH_REGS	0
#define SWITCH_HOST_RSP	8

/* SDM vol. 3, appendix B.4 */
#define HOST_RSP	0x6c14

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

.section .noinstr.text, "ax"

/*
 * int vmx_enter(struct vmx_switch *sw, bool launched)
 *
 * Returns 0 after a VM exit, 1 if VMLAUNCH or VMRESUME itself failed.
 */
SYM_FUNC_START(vmx_enter)
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15

	mov	SWITCH_REGS(%rdi), %rax
	push	%rax
	cmp	%rsp, SWITCH_HOST_RSP(%rdi)
	je	1f
	mov	%rsp, SWITCH_HOST_RSP(%rdi)
	mov	$HOST_RSP, %ecx
	vmwrite	%rsp, %rcx
1:
	/* From here on only the guest's own data are loaded. */
	CLEAR_CPU_BUFFERS
	/* No MOV changes the flags until the jump below. */
	test	%sil, %sil

	mov	RCX(%rax), %rcx
	mov	RDX(%rax), %rdx
	mov	RBX(%rax), %rbx
	mov	RBP(%rax), %rbp
	mov	RSI(%rax), %rsi
	mov	RDI(%rax), %rdi
	mov	R8(%rax), %r8
	mov	R9(%rax), %r9
	mov	R10(%rax), %r10
	mov	R11(%rax), %r11
	mov	R12(%rax), %r12
	mov	R13(%rax), %r13
	mov	R14(%rax), %r14
	mov	R15(%rax), %r15
	mov	RAX(%rax), %rax

	UNWIND_HINT_SAVE
	jz	2f
	vmresume
	jmp	3f
2:	vmlaunch

	/* VM entry failed early: the registers are still the guest's. */
3:	pop	%rax
	mov	$1, %eax
	jmp	4f

/* HOST_RIP */
SYM_INNER_LABEL_ALIGN(vmx_exit, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ANNOTATE_NOENDBR
	push	%rax
	mov	8(%rsp), %rax
	pop	RAX(%rax)
	mov	%rcx, RCX(%rax)
	mov	%rdx, RDX(%rax)
	mov	%rbx, RBX(%rax)
	mov	%rbp, RBP(%rax)
	mov	%rsi, RSI(%rax)
	mov	%rdi, RDI(%rax)
	mov	%r8, R8(%rax)
	mov	%r9, R9(%rax)
	mov	%r10, R10(%rax)
	mov	%r11, R11(%rax)
	mov	%r12, R12(%rax)
	mov	%r13, R13(%rax)
	mov	%r14, R14(%rax)
	mov	%r15, R15(%rax)
	pop	%rax

	/* Before the first CALL or RET: Documentation/mitigations-x86.rst */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE
	ALTERNATIVE "jmp .Librs_done", "", X86_FEATURE_KERNEL_IBRS
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	rdmsr
	wrmsr
.Librs_done:
	CLEAR_BRANCH_HISTORY_VMEXIT
	xor	%eax, %eax

	/* Nothing that the guest chose stays for speculation to use. */
4:	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET
SYM_FUNC_END(vmx_enter)
