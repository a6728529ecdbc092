// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the guest, and what ended it: a table by exception class,
 * ESR_EL2.EC. Arm ARM, D17.2.37.
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>

#include "arm64.h"
#include "guest_context.h"
#include "stats.h"
#include "sysfields.h"
#include "trace.h"

typedef enum zxvm_run (*exit_handler)(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit);

/* After a skipped instruction of T32 the rest of its IT block is on. */
static void advance_it(u64 *pstate)
{
	u32 it = FIELD_GET(GENMASK_ULL(15, 10), *pstate) << 2 |
		 FIELD_GET(GENMASK_ULL(26, 25), *pstate);

	it = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
	*pstate &= ~(GENMASK_ULL(15, 10) | GENMASK_ULL(26, 25));
	*pstate |= FIELD_PREP(GENMASK_ULL(15, 10), it >> 2) |
		   FIELD_PREP(GENMASK_ULL(26, 25), it & 3);
}

/**
 * zxvm_arch_vcpu_skip() - see zxvm/arch.h
 * @vcpu: not in the guest
 */
void zxvm_arch_vcpu_skip(struct zxvm_vcpu *vcpu)
{
	struct zxvm_ctx *ctx = &vcpu->arch.ctx;

	if (ctx->pstate & SPSR_AARCH32) {
		ctx->pc += ctx->esr & ISS_IL ? 4 : 2;
		if (ctx->pstate & SPSR_T32)
			advance_it(&ctx->pstate);
	} else {
		ctx->pc += 4;
		ctx->pstate &= ~SPSR_BTYPE;
	}
	ctx->pstate &= ~SPSR_SS;
}

static enum zxvm_run handle_undef(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	return zxvm_inject_undef(vcpu);
}

/* Only AArch32 instructions have a condition, and may trap without it. */
static bool condition_holds(const struct zxvm_ctx *ctx)
{
	u32 cond = FIELD_GET(ISS_COND, ctx->esr);
	bool n = ctx->pstate & BIT(31), z = ctx->pstate & BIT(30);
	bool c = ctx->pstate & BIT(29), v = ctx->pstate & BIT(28);
	bool holds;

	if (!(ctx->pstate & SPSR_AARCH32) || !(ctx->esr & ISS_CV))
		return true;
	switch (cond >> 1) {
	case 0:
		holds = z;
		break;
	case 1:
		holds = c;
		break;
	case 2:
		holds = n;
		break;
	case 3:
		holds = v;
		break;
	case 4:
		holds = c && !z;
		break;
	case 5:
		holds = n == v;
		break;
	case 6:
		holds = n == v && !z;
		break;
	default:
		return true;
	}
	return holds != (cond & 1);
}

/* WFE and its kin are hints that nothing has to follow. */
static enum zxvm_run handle_wfx(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	u64 esr = vcpu->arch.ctx.esr;
	bool holds = condition_holds(&vcpu->arch.ctx);

	zxvm_arch_vcpu_skip(vcpu);
	if (!holds || FIELD_GET(ISS_WFX_TI, esr) || zxvm_vgic_runnable(vcpu))
		return ZXVM_RUN_RESUME;
	return ZXVM_RUN_WAIT;
}

static enum zxvm_run handle_fp(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	return zxvm_handle_fp(vcpu);
}

/*
 * The page of the faulting address. HPFAR_EL2 has it but for permission
 * faults of an access; those are walked again. Arm ARM, D17.2.64.
 */
static bool fault_address(struct zxvm_vcpu *vcpu, u64 *ipa)
{
	const struct zxvm_ctx *ctx = &vcpu->arch.ctx;

	if (FIELD_GET(ISS_ABT_FSC_TYPE, ctx->esr) == FSC_TYPE_PERMISSION &&
	    !(ctx->esr & ISS_ABT_S1PTW))
		return zxvm_vhe_translate(vcpu, ctx->far, ipa);
	*ipa = FIELD_GET(HPFAR_FIPA, ctx->hpfar) << 12 |
	       (ctx->far & ~PAGE_MASK);
	return true;
}

static bool is_mmu_fault(u64 esr)
{
	switch (FIELD_GET(ISS_ABT_FSC_TYPE, esr)) {
	case FSC_TYPE_ADDRESS_SIZE:
	case FSC_TYPE_TRANSLATION:
	case FSC_TYPE_ACCESS_FLAG:
	case FSC_TYPE_PERMISSION:
		return true;
	default:
		return false;
	}
}

/* An external abort or the like: there is nothing that could be repaired. */
static enum zxvm_run broken_access(struct zxvm_exit *exit)
{
	exit->status = -EIO;
	return ZXVM_RUN_STATUS;
}

static enum zxvm_run handle_iabt(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	u64 esr = vcpu->arch.ctx.esr;

	if (!is_mmu_fault(esr))
		return broken_access(exit);
	if (!fault_address(vcpu, &exit->gpa))
		return ZXVM_RUN_RESUME;
	exit->access = esr & ISS_ABT_S1PTW ? ZXVM_VM_PERM_READ :
		       ZXVM_VM_PERM_EXECUTE;
	return ZXVM_RUN_FAULT;
}

/* Describe the access, in case that it hits a trap. */
static void decode_access(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct zxvm_packet *packet = &exit->packet;
	u64 esr = vcpu->arch.ctx.esr;
	bool write = esr & ISS_DABT_WNR;

	memset(packet, 0, sizeof(*packet));
	packet->type = ZXVM_PKT_GUEST_MEM;
	packet->u.mem_arm64.addr = exit->gpa;
	exit->decoded = esr & ISS_DABT_ISV;
	if (!exit->decoded)
		return;
	packet->u.mem_arm64.access_size = 1 << FIELD_GET(ISS_DABT_SAS, esr);
	packet->u.mem_arm64.sign_extend = !!(esr & ISS_DABT_SSE);
	packet->u.mem_arm64.xt = FIELD_GET(ISS_DABT_SRT, esr);
	packet->u.mem_arm64.read = !write;
	if (write)
		packet->u.mem_arm64.data =
			zxvm_get_x(vcpu, packet->u.mem_arm64.xt);
}

static enum zxvm_run handle_dabt(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	u64 esr = vcpu->arch.ctx.esr;
	bool write = esr & ISS_DABT_WNR;

	if (!is_mmu_fault(esr))
		return broken_access(exit);
	if (!fault_address(vcpu, &exit->gpa))
		return ZXVM_RUN_RESUME;
	if (esr & ISS_ABT_S1PTW) {
		/* The walker reads, or writes to set flags in descriptors. */
		exit->access = write ? ZXVM_VM_PERM_WRITE | ZXVM_VM_PERM_READ :
			       ZXVM_VM_PERM_READ;
		return ZXVM_RUN_FAULT;
	}
	/* Cache maintenance says "write" and writes nothing. */
	if (esr & ISS_DABT_CM) {
		exit->access = ZXVM_VM_PERM_READ;
		return ZXVM_RUN_FAULT;
	}
	exit->access = write ? ZXVM_VM_PERM_WRITE : ZXVM_VM_PERM_READ;
	decode_access(vcpu, exit);
	if (exit->decoded && zxvm_has_irqchip(vcpu->guest) &&
	    zxvm_vgic_mmio(vcpu, exit))
		return ZXVM_RUN_RESUME;
	return ZXVM_RUN_MEM;
}

/*
 * Classes without a row are never taken from a guest to EL2: they come from
 * EL2 itself or belong to EL1. Those that are undefined here trap because the
 * guest is told that it has not got the feature.
 */
static const exit_handler handlers[ESR_ELx_EC_MAX + 1] = {
	[ESR_ELx_EC_UNKNOWN]	= handle_undef,
	[ESR_ELx_EC_CP15_32]	= handle_undef,
	[ESR_ELx_EC_CP15_64]	= handle_undef,
	[ESR_ELx_EC_CP14_MR]	= handle_undef,
	[ESR_ELx_EC_CP14_LS]	= handle_undef,
	[ESR_ELx_EC_CP10_ID]	= handle_undef,
	[ESR_ELx_EC_PAC]	= handle_undef,
	[ESR_ELx_EC_CP14_64]	= handle_undef,
	[ESR_ELx_EC_SVE]	= handle_undef,
	[ESR_ELx_EC_SME]	= handle_undef,
	[ESR_ELx_EC_WFx]	= handle_wfx,
	[ESR_ELx_EC_FP_ASIMD]	= handle_fp,
	[ESR_ELx_EC_HVC64]	= zxvm_handle_hvc,
	[ESR_ELx_EC_SMC64]	= zxvm_handle_smc,
	[ESR_ELx_EC_SYS64]	= zxvm_handle_sysreg,
	[ESR_ELx_EC_IABT_LOW]	= handle_iabt,
	[ESR_ELx_EC_DABT_LOW]	= handle_dabt,
};

static const char * const exit_names[ZXVM_ARCH_EXITS] = {
	[0]			= "unknown",
	[ESR_ELx_EC_WFx]	= "wfx",
	[ESR_ELx_EC_CP15_32]	= "cp15-32",
	[ESR_ELx_EC_CP15_64]	= "cp15-64",
	[ESR_ELx_EC_CP14_MR]	= "cp14-mr",
	[ESR_ELx_EC_CP14_LS]	= "cp14-ls",
	[ESR_ELx_EC_FP_ASIMD]	= "fp",
	[ESR_ELx_EC_CP10_ID]	= "cp10-id",
	[ESR_ELx_EC_PAC]	= "pauth",
	[ESR_ELx_EC_CP14_64]	= "cp14-64",
	[ESR_ELx_EC_BTI]	= "bti",
	[ESR_ELx_EC_ILL]	= "illegal-state",
	[ESR_ELx_EC_HVC64]	= "hvc",
	[ESR_ELx_EC_SMC64]	= "smc",
	[ESR_ELx_EC_SYS64]	= "sysreg",
	[ESR_ELx_EC_SVE]	= "sve",
	[ESR_ELx_EC_SME]	= "sme",
	[ESR_ELx_EC_IABT_LOW]	= "inst-abort",
	[ESR_ELx_EC_DABT_LOW]	= "data-abort",
	[ZXVM_ARCH_EXIT_IRQ]	= "irq",
	[ZXVM_ARCH_EXIT_FIQ]	= "fiq",
	[ZXVM_ARCH_EXIT_SERROR]	= "serror",
};

/**
 * zxvm_arch_exit_name() - what an exit is called in zxvm/exits
 * @code: below ZXVM_ARCH_EXITS
 *
 * Return: its name.
 */
const char *zxvm_arch_exit_name(u32 code)
{
	return exit_names[code] ?: "other";
}

/* What the vectors in vhe/entry.S return */
enum exception {
	EXCEPTION_SYNC,
	EXCEPTION_IRQ,
	EXCEPTION_FIQ,
	EXCEPTION_SERROR,
};

static enum zxvm_run handle_exit(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit, u64 exception)
{
	const struct zxvm_ctx *ctx = &vcpu->arch.ctx;
	u32 code = exception == EXCEPTION_SYNC ?
		   FIELD_GET(ESR_ELx_EC_MASK, ctx->esr) :
		   ZXVM_ARCH_EXIT_IRQ + exception - EXCEPTION_IRQ;
	exit_handler handler;

	zxvm_count_exit(code);
	if (trace_zxvm_exit_enabled())
		trace_zxvm_exit(vcpu->index, code, ctx->pc,
				exception == EXCEPTION_SYNC ? ctx->esr : 0);
	/* An SError of the guest is its own affair, and is dropped. */
	if (exception != EXCEPTION_SYNC)
		return exception == EXCEPTION_SERROR ||
		       zxvm_vgic_take_timer(vcpu) ? ZXVM_RUN_RESUME :
						    ZXVM_RUN_INTR;
	handler = handlers[code & ESR_ELx_EC_MAX];
	return handler ? handler(vcpu, exit) : handle_undef(vcpu, exit);
}

/* Nothing in here may be traced: RCU may not be watching. */
static __always_inline u64 enter_guest(struct zxvm_vcpu *vcpu)
{
	u64 exception;

	zxvm_guest_context_enter();
	exception = zxvm_vhe_enter(&vcpu->arch.ctx);
	zxvm_guest_context_exit();
	return exception;
}

/* Another VCPU may have got the guest a new VMID since this one was loaded. */
static bool reload_vmid(struct zxvm_vcpu *vcpu)
{
	const struct zxvm_arch_pt *pt = &vcpu->guest->vmar->pt;

	vcpu->arch.vmid = READ_ONCE(pt->vmid);
	write_sysreg(zxvm_vttbr(pt, vcpu->arch.vmid), vttbr_el2);
	isb();
	return zxvm_vmid_current(vcpu->arch.vmid);
}

/**
 * zxvm_arch_vcpu_run() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
noinstr enum zxvm_run zxvm_arch_vcpu_run(struct zxvm_vcpu *vcpu,
					 struct zxvm_exit *exit)
{
	enum zxvm_run run;
	u64 exception;

	instrumentation_begin();
	if (READ_ONCE(vcpu->arch.power.state) != ZXVM_POWER_ON) {
		run = ZXVM_RUN_WAIT;
		goto out;
	}
	if (!zxvm_vmid_current(vcpu->arch.vmid) && !reload_vmid(vcpu)) {
		vcpu->arch.slow = ZXVM_SLOW_VMID;
		run = ZXVM_RUN_SLOW;
		goto out;
	}
	if (!hlist_empty(&vcpu->arch.vgic.list))
		zxvm_vgic_enter(vcpu);
	instrumentation_end();

	exception = enter_guest(vcpu);

	instrumentation_begin();
	if (vcpu->arch.vgic.used_lrs)
		zxvm_vgic_leave(vcpu);
	run = handle_exit(vcpu, exit, exception);
out:
	instrumentation_end();
	return run;
}

/**
 * zxvm_arch_vcpu_irqs_on() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @run: what is left to do
 */
void zxvm_arch_vcpu_irqs_on(struct zxvm_vcpu *vcpu, enum zxvm_run run)
{
	if (vcpu->arch.fp.live)
		zxvm_fp_save(vcpu);
}

/**
 * zxvm_arch_vcpu_take_irq() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_take_irq(struct zxvm_vcpu *vcpu)
{
	local_irq_enable();
	/* What is pending is taken no later than here; D1.3.6. */
	isb();
	local_irq_disable();
}

/**
 * zxvm_arch_vcpu_decode() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @exit: of zxvm_arch_vcpu_run(), which has told all that the syndrome has
 * @bell: it has hit a bell
 *
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_arch_vcpu_decode(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit, bool bell)
{
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_arch_vcpu_slow() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @exit: of zxvm_arch_vcpu_run()
 *
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_arch_vcpu_slow(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	switch (vcpu->arch.slow) {
	case ZXVM_SLOW_VMID:
		zxvm_vmid_renew(&vcpu->guest->vmar->pt);
		break;
	case ZXVM_SLOW_FP:
		zxvm_fp_claim(vcpu);
		break;
	case ZXVM_SLOW_CLEAN:
		zxvm_clean_guest_memory(vcpu->guest->vmar);
		break;
	case ZXVM_SLOW_CPU_ON:
	case ZXVM_SLOW_AFFINITY:
		return zxvm_psci_slow(vcpu);
	}
	return ZXVM_RUN_RESUME;
}
