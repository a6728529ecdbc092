// SPDX-License-Identifier: GPL-2.0
/*
 * Exits that do not tell what the instruction was: CR accesses of a CPU
 * without decode assists, and #UD, behind which there may be an instruction
 * that Intel has. It is fetched with interrupts on, then the exit is looked at
 * again. APM vol. 3; SDM vol. 2.
 */
#include <linux/bitfield.h>

#include <asm/msr-index.h>
#include <uapi/asm/svm.h>

#include "exit.h"
#include "svm.h"

/* ModRM */
#define MODRM_RM	GENMASK(2, 0)
#define MODRM_REG	GENMASK(5, 3)
#define MODRM_REGISTER	0xc0

/* Opcodes behind 0x0f */
#define OP_GROUP_7	0x01
#define OP_CLTS		0x06
#define OP_MOV_FROM_CR	0x20
#define OP_MOV_TO_CR	0x22
#define OP_SYSENTER	0x34
#define OP_SYSEXIT	0x35
#define MODRM_VMCALL	0xc1
#define GROUP_7_SMSW	4
#define GROUP_7_LMSW	6

/**
 * svm_fetch() - have the instruction decoded, then call the handler again
 * @vcpu: the VCPU
 * @code: exit code of the handler
 *
 * Return: ZXVM_RUN_SLOW.
 */
enum zxvm_run svm_fetch(struct zxvm_vcpu *vcpu, u32 code)
{
	vcpu->arch.svm->code = code;
	vcpu->arch.svm->refetch = true;
	vcpu->arch.slow = ZXVM_SLOW_INSN;
	return ZXVM_RUN_SLOW;
}

static bool is_0f(const struct insn *insn, u8 opcode)
{
	return insn->encoding == INSN_LEGACY && insn->map == INSN_MAP_0F &&
	       insn->opcode == opcode;
}

static unsigned int modrm_reg(const struct insn *insn)
{
	return FIELD_GET(MODRM_REG, insn->modrm) |
	       (insn->rex & INSN_REX_R ? 8 : 0);
}

static unsigned int modrm_rm(const struct insn *insn)
{
	return FIELD_GET(MODRM_RM, insn->modrm) |
	       (insn->rex & INSN_REX_B ? 8 : 0);
}

static u64 operand(struct zxvm_vcpu *vcpu, unsigned int gpr)
{
	u64 value = zxvm_get_gpr(vcpu, gpr);

	return svm_in_64bit(vcpu->arch.svm->vmcb) ? value : (u32)value;
}

static enum zxvm_run read_cr(struct zxvm_vcpu *vcpu, unsigned int cr,
			     unsigned int gpr)
{
	u64 value = svm_get(vcpu, cr ? ZXVM_CR4 : ZXVM_CR0);

	zxvm_set_gpr(vcpu, gpr,
		     svm_in_64bit(vcpu->arch.svm->vmcb) ? value : (u32)value);
	svm_skip(vcpu);
	return ZXVM_RUN_RESUME;
}

/*
 * SMSW stores 16 bits, none of which are ours: it may see the register
 * itself, and so may what follows until the guest writes CR0 next. LMSW from
 * memory would take a read of guest memory: nobody writes that since the
 * 80286.
 */
static enum zxvm_run group_7(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			     const struct insn *insn)
{
	u64 cr0;

	if (FIELD_GET(MODRM_REG, insn->modrm) == GROUP_7_SMSW) {
		svm_intercept(vcpu->arch.svm, 0, BIT(VMCB_READ_CR), false);
		return ZXVM_RUN_RESUME;
	}
	if (FIELD_GET(MODRM_REG, insn->modrm) != GROUP_7_LMSW ||
	    insn->modrm < MODRM_REGISTER)
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	/* It sets PE, but does not clear it. */
	cr0 = svm_get(vcpu, ZXVM_CR0) &
	      ~(u64)(X86_CR0_MP | X86_CR0_EM | X86_CR0_TS);
	cr0 |= zxvm_get_gpr(vcpu, modrm_rm(insn)) & 0xf;
	return zxvm_handle_write_cr(vcpu, exit, 0, cr0);
}

/* LOCK MOV to CR0 is MOV to CR8 where that cannot be said; vol. 3, MOV CRn */
static u32 written_cr(const struct insn *insn)
{
	return insn->lock ? 8 : modrm_reg(insn);
}

static enum zxvm_run handle_decoded_cr(struct zxvm_vcpu *vcpu,
				       struct zxvm_exit *exit)
{
	const struct insn *insn = &vcpu->arch.insn;

	if (is_0f(insn, OP_MOV_TO_CR))
		return zxvm_handle_write_cr(vcpu, exit, written_cr(insn),
					    operand(vcpu, modrm_rm(insn)));
	if (is_0f(insn, OP_MOV_FROM_CR))
		return read_cr(vcpu, modrm_reg(insn), modrm_rm(insn));
	if (is_0f(insn, OP_CLTS))
		return zxvm_handle_write_cr(vcpu, exit, 0,
				svm_get(vcpu, ZXVM_CR0) & ~(u64)X86_CR0_TS);
	if (is_0f(insn, OP_GROUP_7))
		return group_7(vcpu, exit, insn);
	/* Another CPU of the guest has changed it meanwhile. */
	return ZXVM_RUN_RESUME;
}

/**
 * svm_handle_cr() - an access to CR0 or CR4, or a write of CR8
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
enum zxvm_run svm_handle_cr(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	const struct vmcb *vmcb = vcpu->arch.svm->vmcb;
	u32 code = vmcb->exit_code, gpr, cr;

	if (vcpu->arch.insn.length)
		return handle_decoded_cr(vcpu, exit);
	if (!svm_caps.decode || !svm_caps.next_rip ||
	    !(vmcb->exit_info_1 & VMCB_CR_MOV))
		return svm_fetch(vcpu, code);
	gpr = FIELD_GET(VMCB_CR_GPR, vmcb->exit_info_1);
	if (code < SVM_EXIT_WRITE_CR0)
		return read_cr(vcpu, code - SVM_EXIT_READ_CR0, gpr);
	cr = code <= SVM_EXIT_WRITE_CR8 ? code - SVM_EXIT_WRITE_CR0 : 0;
	return zxvm_handle_write_cr(vcpu, exit, cr, operand(vcpu, gpr));
}

#define SYSENTER_RPL	GENMASK(1, 0)
#define AR_FLAT		(ZXVM_AR_G | ZXVM_AR_P | ZXVM_AR_S)
#define AR_CODE		(AR_FLAT | 11)
#define AR_DATA		(AR_FLAT | ZXVM_AR_DB | 3)

static void set_flat(struct zxvm_vcpu *vcpu, u16 selector, bool wide)
{
	u16 dpl = selector & SYSENTER_RPL;
	struct zxvm_segment cs = {
		.selector = selector,
		.limit = ~0u,
		.ar = AR_CODE | FIELD_PREP(ZXVM_AR_DPL, dpl) |
		      (wide ? ZXVM_AR_L : ZXVM_AR_DB),
	};
	struct zxvm_segment ss = {
		.selector = selector + 8,
		.limit = ~0u,
		.ar = AR_DATA | FIELD_PREP(ZXVM_AR_DPL, dpl),
	};

	svm_set_segment(vcpu, ZXVM_CS, &cs);
	svm_set_segment(vcpu, ZXVM_SS, &ss);
}

/* SDM vol. 2, SYSENTER, in long mode */
static enum zxvm_run sysenter(struct zxvm_vcpu *vcpu)
{
	u64 cs = svm_get(vcpu, ZXVM_SYSENTER_CS);

	if (!(cs & 0xfffc))
		return zxvm_inject_gp(vcpu);
	set_flat(vcpu, cs & 0xfffc, true);
	zxvm_set(vcpu, ZXVM_RFLAGS, svm_get(vcpu, ZXVM_RFLAGS) &
		~(u64)(X86_EFLAGS_VM | X86_EFLAGS_IF | X86_EFLAGS_RF));
	zxvm_set(vcpu, ZXVM_RSP, svm_get(vcpu, ZXVM_SYSENTER_ESP));
	zxvm_set(vcpu, ZXVM_RIP, svm_get(vcpu, ZXVM_SYSENTER_EIP));
	return ZXVM_RUN_RESUME;
}

/* SDM vol. 2, SYSEXIT, in long mode */
static enum zxvm_run sysexit(struct zxvm_vcpu *vcpu, bool wide)
{
	u64 cs = svm_get(vcpu, ZXVM_SYSENTER_CS);
	u64 rsp = zxvm_get_gpr(vcpu, ZXVM_RCX);
	u64 rip = zxvm_get_gpr(vcpu, ZXVM_RDX);

	if (!(cs & 0xfffc) || vcpu->arch.svm->vmcb->cpl)
		return zxvm_inject_gp(vcpu);
	if (!wide) {
		rsp = (u32)rsp;
		rip = (u32)rip;
	} else if (zxvm_noncanonical(vcpu, rsp) ||
		   zxvm_noncanonical(vcpu, rip)) {
		return zxvm_inject_gp(vcpu);
	}
	set_flat(vcpu, ((cs & 0xfffc) + (wide ? 32 : 16)) | 3, wide);
	zxvm_set(vcpu, ZXVM_RSP, rsp);
	zxvm_set(vcpu, ZXVM_RIP, rip);
	return ZXVM_RUN_RESUME;
}

/**
 * svm_handle_undefined() - #UD: VMCALL, and in long mode SYSENTER and SYSEXIT,
 * are what a guest of an Intel CPU has
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
enum zxvm_run svm_handle_undefined(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit)
{
	bool long_mode = vcpu->arch.svm->vmcb->efer & EFER_LMA;
	const struct insn *insn = &vcpu->arch.insn;

	if (!insn->length)
		return svm_fetch(vcpu, SVM_EXIT_EXCP_BASE + X86_TRAP_UD);
	if (is_0f(insn, OP_GROUP_7) && insn->modrm == MODRM_VMCALL)
		return zxvm_handle_hypercall(vcpu, exit);
	if (is_0f(insn, OP_SYSENTER) && long_mode)
		return sysenter(vcpu);
	if (is_0f(insn, OP_SYSEXIT) && long_mode)
		return sysexit(vcpu, insn->rex & INSN_REX_W);
	return zxvm_inject_ud(vcpu);
}
