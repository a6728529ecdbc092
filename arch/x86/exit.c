// SPDX-License-Identifier: GPL-2.0
/*
 * Exits that both vendors have, and the core's contract around a run.
 */
#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <asm/cpu.h>
#include <asm/fpu/types.h>
#include <asm/trapnr.h>

#include "exit.h"
#include "fast.h"
#include "guest_access.h"

/**
 * zxvm_inject_ud() - the instruction does not exist for this guest
 * @vcpu: loaded
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_inject_ud(struct zxvm_vcpu *vcpu)
{
	zxvm_queue_exception(vcpu, X86_TRAP_UD);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_inject_gp() - the instruction asks for what it may not
 * @vcpu: loaded
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_inject_gp(struct zxvm_vcpu *vcpu)
{
	zxvm_queue_error(vcpu, X86_TRAP_GP, 0);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_cpl() - see x86.h
 * @vcpu: loaded
 *
 * Return: 0 to 3.
 */
int zxvm_cpl(struct zxvm_vcpu *vcpu)
{
	return FIELD_GET(ZXVM_AR_DPL, zxvm_get(vcpu, ZXVM_SS_AR));
}

/**
 * zxvm_handle_interrupt() - an interrupt of the host
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_INTR.
 */
enum zxvm_run zxvm_handle_interrupt(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit)
{
	return ZXVM_RUN_INTR;
}

/**
 * zxvm_arch_vcpu_take_irq() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_take_irq(struct zxvm_vcpu *vcpu)
{
	static_call_cond(zxvm_take_irq)(vcpu);
	local_irq_enable();
	/* Interrupts stay blocked for one more instruction. */
	asm volatile("nop");
	local_irq_disable();
}

/**
 * zxvm_handle_window() - the guest takes now what it did not take before
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_window(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	/* zxvm_prepare() looks again what, and what to wait for. */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_handle_ud() - an instruction that the guest has not got
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_ud(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	return zxvm_inject_ud(vcpu);
}

/**
 * zxvm_handle_gp() - an instruction that the guest may not use
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_gp(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	return zxvm_inject_gp(vcpu);
}

/**
 * zxvm_handle_nop() - an instruction that has nothing to do here
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_nop(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	return zxvm_finish_insn(vcpu);
}

/* A leaf that is not the same for all VCPUs, or for all time */
static noinline void query_cpuid(struct zxvm_vcpu *vcpu, u32 leaf, u32 subleaf)
{
	struct cpuid_view view = {
		.apic_id = vcpu->index,
		.xcr0 = vcpu->arch.xcr0,
	};
	struct zxvm_cpuid out;

	if (leaf == 1 || leaf == 7)
		view.cr4 = zxvm_get(vcpu, ZXVM_CR4);
	cpuid_query(&zxvm_cpuid_table, &view, leaf, subleaf, &out);
	zxvm_set_cpuid(vcpu, &out);
}

/**
 * zxvm_handle_cpuid() - CPUID
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_cpuid(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	u32 leaf = zxvm_get_gpr(vcpu, ZXVM_RAX);
	u32 subleaf = zxvm_get_gpr(vcpu, ZXVM_RCX);
	const struct cpuid_row *row = cpuid_row(&zxvm_cpuid_table, leaf,
						subleaf);

	if (row->fixup == CPUID_FIXED)
		zxvm_set_cpuid(vcpu, &row->regs);
	else
		query_cpuid(vcpu, leaf, subleaf);
	return zxvm_finish_insn(vcpu);
}

/**
 * zxvm_handle_hlt() - HLT
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_WAIT, or ZXVM_RUN_RESUME if there is an interrupt to take.
 */
enum zxvm_run zxvm_handle_hlt(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	static_call(zxvm_skip)(vcpu);
	/* The trap of a single step wakes, too. */
	if (vcpu->arch.event.info & ZXVM_EVENT_VALID)
		return ZXVM_RUN_RESUME;
	if (!zxvm_apic_wakes(vcpu, zxvm_get(vcpu, ZXVM_RFLAGS)))
		return ZXVM_RUN_WAIT;
	/* What wakes has been taken over, and is to be delivered. */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	return ZXVM_RUN_RESUME;
}

/* SDM vol. 1, 13.3: which components need which others */
static bool xcr0_valid(u64 xcr0)
{
	u64 zmm = xcr0 & (XFEATURE_MASK_OPMASK | XFEATURE_MASK_ZMM_Hi256 |
			  XFEATURE_MASK_Hi16_ZMM);

	if (xcr0 & ~zxvm_host.xcr0 || !(xcr0 & XFEATURE_MASK_FP))
		return false;
	if (xcr0 & XFEATURE_MASK_YMM && !(xcr0 & XFEATURE_MASK_SSE))
		return false;
	return !zmm || (xcr0 & XFEATURE_MASK_YMM &&
			zmm == (XFEATURE_MASK_OPMASK |
				XFEATURE_MASK_ZMM_Hi256 |
				XFEATURE_MASK_Hi16_ZMM));
}

/**
 * zxvm_handle_xsetbv() - XSETBV, which the CPU has found allowed by CR4
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_xsetbv(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	u64 xcr0 = (u32)zxvm_get_gpr(vcpu, ZXVM_RAX) |
		   zxvm_get_gpr(vcpu, ZXVM_RDX) << 32;

	if ((u32)zxvm_get_gpr(vcpu, ZXVM_RCX) || zxvm_cpl(vcpu) ||
	    !xcr0_valid(xcr0))
		return zxvm_inject_gp(vcpu);
	zxvm_set_xcr0(vcpu, xcr0);
	return zxvm_finish_insn(vcpu);
}

/**
 * zxvm_handle_mov_dr() - the guest uses its debug registers
 * @vcpu: loaded
 * @exit: of this exit
 *
 * They stay in the CPU until interrupts go on; the instruction runs again.
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_mov_dr(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	zxvm_dr_load(vcpu);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_handle_unexpected() - enter has to fail
 * @exit: to be filled
 * @status: negative errno
 *
 * Return: ZXVM_RUN_STATUS.
 */
enum zxvm_run zxvm_handle_unexpected(struct zxvm_exit *exit, int status)
{
	exit->status = status;
	return ZXVM_RUN_STATUS;
}

/**
 * zxvm_handle_refused() - an exit that nothing can be done about
 * @vcpu: loaded
 * @exit: to be filled
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_STATUS.
 */
enum zxvm_run zxvm_handle_refused(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
}

/**
 * zxvm_handle_shutdown() - a triple fault, by which guests reset themselves
 * @vcpu: loaded
 * @exit: to be filled
 *
 * Return: ZXVM_RUN_STATUS.
 */
enum zxvm_run zxvm_handle_shutdown(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit)
{
	exit->reason = ZXVM_EXIT_SYSTEM_RESET;
	return zxvm_handle_unexpected(exit, zxvm_has_irqchip(vcpu->guest) ?
					    -ECANCELED : -EOPNOTSUPP);
}

/**
 * zxvm_handle_nested_fault() - EPT violation, nested page fault
 * @vcpu: loaded
 * @exit: to be filled
 * @gpa: guest-physical address
 * @access: ZXVM_VM_PERM_*
 * @how: ZXVM_FAULT_*
 *
 * A fetch, a walk of the guest's tables and the delivery of an event are no
 * accesses that a device could answer.
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_MEM, ZXVM_RUN_FAULT or ZXVM_RUN_STATUS.
 */
enum zxvm_run zxvm_handle_nested_fault(struct zxvm_vcpu *vcpu,
				       struct zxvm_exit *exit, u64 gpa,
				       u32 access, u32 how)
{
	if (unlikely(gpa >= ZXVM_ARCH_ASPACE_SIZE))
		return zxvm_handle_unexpected(exit, -ERANGE);
	exit->gpa = gpa;
	exit->access = access;
	exit->decoded = false;
	if (how || access & ZXVM_VM_PERM_EXECUTE)
		return ZXVM_RUN_FAULT;
	if (vcpu->arch.apic.chip && zxvm_apic_page(gpa))
		return zxvm_handle_apic_page(vcpu, gpa, access);
	return ZXVM_RUN_MEM;
}

/* The operand size that the code segment gives; SDM vol. 3, 3.4.5 */
static u8 default_operand_size(const struct zxvm_code *code)
{
	return code->cs & ZXVM_AR_DB ||
	       (code->cs & ZXVM_AR_L && code->efer & EFER_LMA) ? 4 : 2;
}

/**
 * zxvm_arch_vcpu_decode() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @exit: of zxvm_arch_vcpu_run()
 * @bell: it has hit a bell
 *
 * Return: ZXVM_RUN_RESUME or ZXVM_RUN_SLOW.
 */
enum zxvm_run zxvm_arch_vcpu_decode(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit, bool bell)
{
	struct zxvm_packet *packet = &exit->packet;
	bool fetch = !vcpu->arch.insn_len;
	struct zxvm_code code;

	if (fetch || !bell)
		static_call(zxvm_get_code)(vcpu, &code);
	if (fetch && !zxvm_fetch_again(vcpu, &code)) {
		vcpu->arch.slow = ZXVM_SLOW_DECODE;
		return ZXVM_RUN_SLOW;
	}
	exit->decoded = true;
	if (bell)
		return ZXVM_RUN_RESUME;
	zxvm_begin_packet(packet, ZXVM_PKT_GUEST_MEM);
	packet->u.mem_x86.addr = exit->gpa;
	packet->u.mem_x86.cr3 = code.cr3;
	packet->u.mem_x86.rip = code.rip;
	packet->u.mem_x86.instruction_size = vcpu->arch.insn_len;
	packet->u.mem_x86.default_operand_size = default_operand_size(&code);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_arch_vcpu_skip() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_skip(struct zxvm_vcpu *vcpu)
{
	static_call(zxvm_skip)(vcpu);
}

/**
 * zxvm_arch_vcpu_run() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
enum zxvm_run zxvm_arch_vcpu_run(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	return static_call(zxvm_run)(vcpu, exit);
}

/**
 * zxvm_arch_vcpu_slow() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @exit: of zxvm_arch_vcpu_run()
 *
 * Return: what is left to do.
 */
enum zxvm_run zxvm_arch_vcpu_slow(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	switch (vcpu->arch.slow) {
	case ZXVM_SLOW_DECODE:
		return zxvm_slow_decode(vcpu, exit);
	case ZXVM_SLOW_INSN:
		return zxvm_slow_insn(vcpu);
	case ZXVM_SLOW_STRING_IO:
		return zxvm_slow_string_io(vcpu, exit);
	case ZXVM_SLOW_WRITE_CR:
		return zxvm_slow_write_cr(vcpu, exit);
	case ZXVM_SLOW_CLOCK:
		return zxvm_slow_clock(vcpu, exit);
	case ZXVM_SLOW_HYPERCALL:
		return zxvm_slow_hypercall(vcpu);
	case ZXVM_SLOW_INIT:
		return zxvm_slow_init(vcpu);
	case ZXVM_SLOW_APIC_PAGE:
		return zxvm_slow_apic_page(vcpu, exit);
	case ZXVM_SLOW_APIC_MODE:
		return zxvm_vendor->settle_apic_page(vcpu, exit);
	case ZXVM_SLOW_SPLIT_LOCK:
		/* It lets the access pass, or sends this thread SIGBUS. */
		handle_guest_split_lock(zxvm_get(vcpu, ZXVM_RIP));
		return ZXVM_RUN_RESUME;
	case ZXVM_SLOW_NONE:
		break;
	}
	return ZXVM_RUN_RESUME;
}
