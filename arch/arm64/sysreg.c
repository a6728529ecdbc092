// SPDX-License-Identifier: GPL-2.0
/*
 * System registers whose access traps: EC 0x18.
 */
#include <linux/bitfield.h>

#include "arm64.h"
#include "sysfields.h"

/**
 * struct access - one trapped MRS or MSR
 * @sysreg: the register, as sys_reg() encodes it
 * @rt: general register
 * @read: it is an MRS
 */
struct access {
	u32 sysreg;
	unsigned int rt;
	bool read;
};

static bool caches_off(u64 sctlr)
{
	/* With the MMU off HCR_EL2.DC makes all accesses cacheable. */
	return (sctlr & SCTLR_BIT_M) && !(sctlr & SCTLR_BIT_C);
}

/*
 * HCR_EL2.DC stands in for the caches while the guest's MMU is off, and must
 * go with it: it would keep the MMU off. TVM is needed until both MMU and
 * caches are on, to see them come. TLBs may hold what DC was, Arm ARM, D8.13.
 */
static enum zxvm_run write_sctlr(struct zxvm_vcpu *vcpu, u64 value)
{
	u64 old = read_sysreg_s(SYS_SCTLR_EL12);
	u64 *hcr = &vcpu->arch.ctx.hcr;

	write_sysreg_s(value, SYS_SCTLR_EL12);
	*hcr |= HCR_BIT_DC | HCR_BIT_TVM;
	if (value & SCTLR_BIT_M) {
		*hcr &= ~HCR_BIT_DC;
		if (value & SCTLR_BIT_C)
			*hcr &= ~HCR_BIT_TVM;
	}
	if ((old ^ value) & SCTLR_BIT_M)
		zxvm_vhe_flush_stage1(&vcpu->guest->vmar->pt);
	if (caches_off(old) == caches_off(value))
		return ZXVM_RUN_RESUME;
	vcpu->arch.slow = ZXVM_SLOW_CLEAN;
	return ZXVM_RUN_SLOW;
}

/* The registers that HCR_EL2.TVM traps; -1: it is none of them */
static int write_vm_reg(struct zxvm_vcpu *vcpu, u32 sysreg, u64 value)
{
	switch (sysreg) {
	case SYS_SCTLR_EL1:
		return write_sctlr(vcpu, value);
	case SYS_TTBR0_EL1:
		write_sysreg_s(value, SYS_TTBR0_EL12);
		break;
	case SYS_TTBR1_EL1:
		write_sysreg_s(value, SYS_TTBR1_EL12);
		break;
	case SYS_TCR_EL1:
		write_sysreg_s(value, SYS_TCR_EL12);
		break;
	case SYS_ESR_EL1:
		write_sysreg_s(value, SYS_ESR_EL12);
		break;
	case SYS_FAR_EL1:
		write_sysreg_s(value, SYS_FAR_EL12);
		break;
	case SYS_AFSR0_EL1:
		write_sysreg_s(value, SYS_AFSR0_EL12);
		break;
	case SYS_AFSR1_EL1:
		write_sysreg_s(value, SYS_AFSR1_EL12);
		break;
	case SYS_MAIR_EL1:
		write_sysreg_s(value, SYS_MAIR_EL12);
		break;
	case SYS_AMAIR_EL1:
		write_sysreg_s(value, SYS_AMAIR_EL12);
		break;
	case SYS_CONTEXTIDR_EL1:
		write_sysreg_s(value, SYS_CONTEXTIDR_EL12);
		break;
	default:
		return -1;
	}
	return ZXVM_RUN_RESUME;
}

/*
 * Cache maintenance by set and way works on one CPU's caches, which mean
 * nothing to a VCPU: all guest memory is cleaned instead, once for each sweep,
 * which touches set 0 of way 0 of every level.
 */
static enum zxvm_run set_way(struct zxvm_vcpu *vcpu, u64 value)
{
	u64 sctlr = read_sysreg_s(SYS_SCTLR_EL12);

	if (value & GENMASK_ULL(31, 4))
		return ZXVM_RUN_RESUME;
	/* The guest is about to switch its caches, most likely. */
	if (!(sctlr & SCTLR_BIT_M) || !(sctlr & SCTLR_BIT_C))
		vcpu->arch.ctx.hcr |= HCR_BIT_TVM;
	vcpu->arch.slow = ZXVM_SLOW_CLEAN;
	return ZXVM_RUN_SLOW;
}

static u64 sgi_mask(struct zxvm_vcpu *vcpu, u64 value)
{
	if (value & BIT_ULL(40))
		return ~BIT_ULL(vcpu->index);
	return value & GENMASK_ULL(15, 0);
}

/*
 * A software generated interrupt. With an irqchip it is delivered here; if
 * not, the VMM gets a packet, and affinities above 0 are not supported, as in
 * Zircon.
 */
static enum zxvm_run send_sgi(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			      u64 value)
{
	struct zxvm_packet *packet = &exit->packet;

	if (zxvm_has_irqchip(vcpu->guest)) {
		zxvm_vgic_send_sgi(vcpu, value);
		return ZXVM_RUN_RESUME;
	}
	/* Aff1, Aff2, Aff3 and the range selector */
	if (value & (GENMASK_ULL(23, 16) | GENMASK_ULL(39, 32) |
		     GENMASK_ULL(55, 44))) {
		exit->status = -EOPNOTSUPP;
		return ZXVM_RUN_STATUS;
	}
	memset(packet, 0, sizeof(*packet));
	packet->type = ZXVM_PKT_GUEST_VCPU;
	packet->u.vcpu.type = ZXVM_PKT_VCPU_INTERRUPT;
	packet->u.vcpu.u.interrupt.mask = sgi_mask(vcpu, value);
	packet->u.vcpu.u.interrupt.vector = FIELD_GET(GENMASK_ULL(27, 24),
						      value);
	return ZXVM_RUN_PACKET;
}

/* Debug registers that the guest may touch without effect */
static bool is_debug_reg(u32 sysreg)
{
	switch (sysreg) {
	case SYS_OSLAR_EL1:
	case SYS_OSLSR_EL1:
	case SYS_OSDLR_EL1:
	case SYS_DBGPRCR_EL1:
	case SYS_MDSCR_EL1:
	case SYS_MDCCINT_EL1:
	case SYS_DBGCLAIMSET_EL1:
	case SYS_DBGCLAIMCLR_EL1:
	case SYS_DBGAUTHSTATUS_EL1:
		return true;
	default:
		break;
	}
	/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: op0 2, op1 0, CRn 0, op2 4 to 7 */
	return sys_reg_Op0(sysreg) == 2 && sys_reg_Op1(sysreg) == 0 &&
	       sys_reg_CRn(sysreg) == 0 && sys_reg_Op2(sysreg) >= 4;
}

static bool is_id_reg(u32 sysreg)
{
	return sys_reg_Op0(sysreg) == 3 && sys_reg_Op1(sysreg) == 0 &&
	       sys_reg_CRn(sysreg) == 0 && sys_reg_CRm(sysreg) >= 1 &&
	       sys_reg_CRm(sysreg) <= 7;
}

static enum zxvm_run handle_read(struct zxvm_vcpu *vcpu,
				 const struct access *access)
{
	u64 value = 0;

	if (is_id_reg(access->sysreg))
		value = zxvm_id_reg(access->sysreg);
	else if (!is_debug_reg(access->sysreg))
		return zxvm_inject_undef(vcpu);
	zxvm_set_x(vcpu, access->rt, value);
	zxvm_arch_vcpu_skip(vcpu);
	return ZXVM_RUN_RESUME;
}

static enum zxvm_run handle_write(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit,
				  const struct access *access)
{
	u64 value = zxvm_get_x(vcpu, access->rt);
	int run;

	switch (access->sysreg) {
	case SYSREG_ICC_SGI1R:
		run = send_sgi(vcpu, exit, value);
		/* Not supported: the VMM finds the instruction at the PC. */
		if (run == ZXVM_RUN_STATUS)
			return run;
		break;
	case SYSREG_ICC_ASGI1R:
	case SYSREG_ICC_SGI0R:
		/* There are no secure or group 0 interrupts to send. */
		run = ZXVM_RUN_RESUME;
		break;
	case SYSREG_DC_ISW:
	case SYSREG_DC_CSW:
	case SYSREG_DC_CISW:
		run = set_way(vcpu, value);
		break;
	default:
		run = write_vm_reg(vcpu, access->sysreg, value);
		if (run < 0) {
			if (!is_debug_reg(access->sysreg))
				return zxvm_inject_undef(vcpu);
			run = ZXVM_RUN_RESUME;
		}
		break;
	}
	zxvm_arch_vcpu_skip(vcpu);
	return run;
}

/**
 * zxvm_handle_sysreg() - a trapped MRS, MSR or SYS instruction
 * @vcpu: loaded
 * @exit: gets the packet, if any
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_handle_sysreg(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	u64 esr = vcpu->arch.ctx.esr;
	struct access access = {
		.sysreg = esr_sys64_to_sysreg(esr),
		.rt = FIELD_GET(ISS_SYS_RT, esr),
		.read = esr & ISS_SYS_READ,
	};

	if (access.read)
		return handle_read(vcpu, &access);
	return handle_write(vcpu, exit, &access);
}
