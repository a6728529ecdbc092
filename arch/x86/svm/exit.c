// SPDX-License-Identifier: GPL-2.0
/*
 * What ended a run on SVM: a table by exit code, which says what the exit was
 * in terms that VMX has, too. APM vol. 2, 15.7 to 15.14 and appendix C.
 */
#include <linux/bitfield.h>
#include <linux/nospec.h>

#include <uapi/asm/svm.h>

#include "exit.h"
#include "stats.h"
#include "trace.h"
#include "svm.h"

/* Codes from 0x400 on are moved down, next to the others. */
#define HIGH_CODES	0x400
#define HIGH_INDEX	0xc0
#define HIGH(code)	((code) - HIGH_CODES + HIGH_INDEX)

#define EXIT_RDPRU		0x8e
#define EXIT_INVLPGB		0xa0
#define EXIT_INVLPGB_ILLEGAL	0xa1
#define EXIT_MCOMMIT		0xa3
#define EXIT_TLBSYNC		0xa4

static u32 index_of(u32 code)
{
	u32 index = code < HIGH_CODES ? code : HIGH(code);

	return min_t(u32, index, ZXVM_ARCH_EXITS - 1);
}

static bool was_delivering(const struct zxvm_vcpu *vcpu)
{
	return vcpu->arch.svm->vmcb->exit_int_info & ZXVM_EVENT_VALID;
}

static bool in_shadow(const struct zxvm_vcpu *vcpu)
{
	return vcpu->arch.svm->vmcb->int_state & VMCB_INTERRUPT_SHADOW;
}

/*
 * What was waited for may be possible now: to look costs less than the exit
 * that would tell. 15.21.4
 */
static void look_again(struct zxvm_vcpu *vcpu)
{
	if (vcpu->arch.windows)
		set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
}

/* An interrupt of the host goes before the guest's. */
static enum zxvm_run handle_interrupt(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit)
{
	look_again(vcpu);
	return zxvm_handle_interrupt(vcpu, exit);
}

/* NMI, SMI, INIT: still pending, and taken when GIF is set again. 15.17 */
static enum zxvm_run handle_taken(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	return ZXVM_RUN_RESUME;
}

/* QEMU takes it in the shadow of STI, where HLT has to come first. 15.21.5 */
static enum zxvm_run handle_vintr(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if (svm->shadowed && svm->vmcb->rip == svm->shadow_rip) {
		svm->shadowed = false;
		svm_step(svm);
	}
	return zxvm_handle_window(vcpu, exit);
}

/* The IRET is executed now; NMIs are blocked until it is. 15.21.9 */
static enum zxvm_run handle_iret(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	svm_intercept(vcpu->arch.svm, VMCB_MISC, VMCB_IRET, false);
	svm_step(vcpu->arch.svm);
	return ZXVM_RUN_RESUME;
}

/*
 * The VMCB's DR6 is as a handler of #DB would find it: of all that was in it
 * while DR0 to DR3 are the guest's, of this exception alone else. 15.12.2
 */
static enum zxvm_run handle_debug(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	u64 bits = svm->vmcb->dr6 & SVM_DR6_BITS;

	svm_dirty(svm, VMCB_CLEAN_DR);
	if (!vcpu->arch.dr_live) {
		svm->vmcb->dr6 = DR6_RESERVED;
		set_debugreg(DR6_RESERVED, 6);
	}
	if (svm->stepping && bits & DR_STEP) {
		if (!svm->step_tf)
			bits &= ~(u64)DR_STEP;
		svm->vmcb->dr6 &= ~(u64)DR_STEP;
		svm_stepped(vcpu);
		if (!bits)
			return ZXVM_RUN_RESUME;
	}
	svm_add_dr6(vcpu, bits);
	/* A handler of #DB may use the debug registers. */
	svm->vmcb->dr7 &= ~(u64)DR7_GD;
	/* The event that it came on top of goes first, and it comes again. */
	if (!was_delivering(vcpu))
		zxvm_queue_exception(vcpu, X86_TRAP_DB);
	return ZXVM_RUN_RESUME;
}

/* #DB of an INT1 is a trap, and leaves DR6 alone. APM vol. 3, INT1 */
static enum zxvm_run handle_int1(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	svm_skip(vcpu);
	zxvm_queue_exception(vcpu, X86_TRAP_DB);
	return ZXVM_RUN_RESUME;
}

static enum zxvm_run handle_alignment(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit)
{
	/* Comes again with the event that it struck. */
	if (!was_delivering(vcpu))
		zxvm_queue_error(vcpu, X86_TRAP_AC,
				 vcpu->arch.svm->vmcb->exit_info_1);
	return ZXVM_RUN_RESUME;
}

static enum zxvm_run handle_machine_check(struct zxvm_vcpu *vcpu,
					  struct zxvm_exit *exit)
{
	zxvm_host_machine_check();
	return ZXVM_RUN_RESUME;
}

static enum zxvm_run handle_msr(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	return vcpu->arch.svm->vmcb->exit_info_1 ?
	       zxvm_handle_wrmsr(vcpu, exit) : zxvm_handle_rdmsr(vcpu, exit);
}

/* The CPU tells where the next instruction is, on every model. 15.10.2 */
static enum zxvm_run handle_io(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	const struct vmcb *vmcb = vcpu->arch.svm->vmcb;
	u64 info = vmcb->exit_info_1;
	struct zxvm_io *io = &vcpu->arch.io;

	io->port = FIELD_GET(VMCB_IO_PORT, info);
	io->size = FIELD_GET(VMCB_IO_SIZE, info);
	io->in = info & VMCB_IO_IN;
	io->string = info & VMCB_IO_STRING;
	if (unlikely(io->string)) {
		io->rep = info & VMCB_IO_REP;
		io->segment = ZXVM_DS;
		io->address_size = 2 * FIELD_GET(VMCB_IO_ADDRESS_SIZE, info);
		if (svm_caps.decode) {
			io->segment = FIELD_GET(VMCB_IO_SEGMENT, info);
		} else {
			if (!vcpu->arch.insn.length)
				return svm_fetch(vcpu, SVM_EXIT_IOIO);
			if (vcpu->arch.insn.segment != INSN_NO_SEGMENT)
				io->segment = vcpu->arch.insn.segment;
			/* QEMU leaves it out. */
			if (!io->address_size)
				io->address_size = vcpu->arch.insn.address_size;
		}
	}
	vcpu->arch.insn_len = vmcb->exit_info_2 - vmcb->rip;
	return zxvm_handle_io(vcpu, exit);
}

static enum zxvm_run handle_npf(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	const struct vmcb *vmcb = vcpu->arch.svm->vmcb;
	u64 error = vmcb->exit_info_1;
	u32 access = ZXVM_VM_PERM_READ, how = 0;

	if (unlikely(error & VMCB_NPF_RESERVED))
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	if (error & VMCB_NPF_FETCH)
		access = ZXVM_VM_PERM_EXECUTE;
	else if (error & VMCB_NPF_WRITE)
		access = ZXVM_VM_PERM_WRITE;
	if (error & VMCB_NPF_WALK)
		how |= ZXVM_FAULT_WALK;
	if (was_delivering(vcpu))
		how |= ZXVM_FAULT_DELIVERY;
	if (unlikely((vmcb->exit_info_2 & PAGE_MASK) == LAPIC_BASE_ADDR) &&
	    !how && access != ZXVM_VM_PERM_EXECUTE && avic_wants_page(vcpu)) {
		vcpu->arch.slow = ZXVM_SLOW_APIC_MODE;
		return ZXVM_RUN_SLOW;
	}
	vcpu->arch.insn_len = 0;
	return zxvm_handle_nested_fault(vcpu, exit, vmcb->exit_info_2, access,
					how);
}

/* What is in the save area is not defined then. 15.14.3 */
static enum zxvm_run handle_shutdown(struct zxvm_vcpu *vcpu,
				     struct zxvm_exit *exit)
{
	svm_reset_save_area(vcpu->arch.svm);
	return zxvm_handle_shutdown(vcpu, exit);
}

#define SKIPS(name, handler) { name, handler, true }

#define EXCP(vector)	(SVM_EXIT_EXCP_BASE + (vector))

/*
 * Codes of what is not intercepted have no handler. A FERR_FREEZE and a task
 * switch would take an emulator of them.
 */
static const struct zxvm_reason reasons[ZXVM_ARCH_EXITS] = {
	[SVM_EXIT_READ_CR0]	= SKIPS("read-cr0", svm_handle_cr),
	[SVM_EXIT_READ_CR4]	= SKIPS("read-cr4", svm_handle_cr),
	[SVM_EXIT_WRITE_CR0]	= SKIPS("write-cr0", svm_handle_cr),
	[SVM_EXIT_WRITE_CR4]	= SKIPS("write-cr4", svm_handle_cr),
	[SVM_EXIT_WRITE_CR8]	= SKIPS("write-cr8", svm_handle_cr),
	[SVM_EXIT_READ_DR0 ... SVM_EXIT_READ_DR7] = { "read-dr",
						      zxvm_handle_mov_dr },
	[SVM_EXIT_WRITE_DR0 ... SVM_EXIT_WRITE_DR7] = { "write-dr",
							zxvm_handle_mov_dr },
	[EXCP(X86_TRAP_DB)]	= { "debug", handle_debug },
	[EXCP(X86_TRAP_UD)]	= { "undefined-opcode", svm_handle_undefined },
	[EXCP(X86_TRAP_AC)]	= { "alignment-check", handle_alignment },
	[EXCP(X86_TRAP_MC)]	= { "machine-check", handle_machine_check },
	[SVM_EXIT_INTR]		= { "interrupt", handle_interrupt },
	[SVM_EXIT_NMI]		= { "nmi", handle_taken },
	[SVM_EXIT_SMI]		= { "smi", handle_taken },
	[SVM_EXIT_INIT]		= { "init", handle_taken },
	[SVM_EXIT_VINTR]	= { "virtual-interrupt", handle_vintr },
	[SVM_EXIT_RDPMC]	= { "rdpmc", zxvm_handle_gp },
	[SVM_EXIT_CPUID]	= SKIPS("cpuid", zxvm_handle_cpuid),
	[SVM_EXIT_RSM]		= { "rsm", zxvm_handle_ud },
	[SVM_EXIT_IRET]		= { "iret", handle_iret },
	[SVM_EXIT_INVD]		= SKIPS("invd", zxvm_handle_nop),
	[SVM_EXIT_PAUSE]	= SKIPS("pause", zxvm_handle_nop),
	[SVM_EXIT_HLT]		= SKIPS("hlt", zxvm_handle_hlt),
	[SVM_EXIT_INVLPGA]	= { "invlpga", zxvm_handle_ud },
	[SVM_EXIT_IOIO]		= { "io", handle_io },
	[SVM_EXIT_MSR]		= SKIPS("msr", handle_msr),
	[SVM_EXIT_TASK_SWITCH]	= { "task-switch", zxvm_handle_refused },
	[SVM_EXIT_FERR_FREEZE]	= { "ferr-freeze", zxvm_handle_refused },
	[SVM_EXIT_SHUTDOWN]	= { "shutdown", handle_shutdown },
	[SVM_EXIT_VMRUN]	= { "vmrun", zxvm_handle_ud },
	[SVM_EXIT_VMMCALL]	= SKIPS("vmmcall", zxvm_handle_hypercall),
	[SVM_EXIT_VMLOAD]	= { "vmload", zxvm_handle_ud },
	[SVM_EXIT_VMSAVE]	= { "vmsave", zxvm_handle_ud },
	[SVM_EXIT_STGI]		= { "stgi", zxvm_handle_ud },
	[SVM_EXIT_CLGI]		= { "clgi", zxvm_handle_ud },
	[SVM_EXIT_SKINIT]	= { "skinit", zxvm_handle_ud },
	[SVM_EXIT_ICEBP]	= SKIPS("int1", handle_int1),
	[SVM_EXIT_WBINVD]	= SKIPS("wbinvd", zxvm_handle_nop),
	[SVM_EXIT_MONITOR]	= { "monitor", zxvm_handle_ud },
	[SVM_EXIT_MWAIT]	= { "mwait", zxvm_handle_ud },
	[SVM_EXIT_MWAIT_COND]	= { "mwait-armed", zxvm_handle_ud },
	[SVM_EXIT_XSETBV]	= SKIPS("xsetbv", zxvm_handle_xsetbv),
	[EXIT_RDPRU]		= { "rdpru", zxvm_handle_ud },
	[EXIT_INVLPGB]		= { "invlpgb", zxvm_handle_ud },
	[EXIT_INVLPGB_ILLEGAL]	= { "invlpgb-illegal", zxvm_handle_ud },
	[EXIT_MCOMMIT]		= { "mcommit", zxvm_handle_ud },
	[EXIT_TLBSYNC]		= { "tlbsync", zxvm_handle_ud },
	[HIGH(SVM_EXIT_NPF)]	= { "nested-page-fault", handle_npf },
	[HIGH(SVM_EXIT_AVIC_INCOMPLETE_IPI)] = { "avic-incomplete-ipi",
						 avic_handle_incomplete_ipi },
	[HIGH(SVM_EXIT_AVIC_UNACCELERATED_ACCESS)] = { "avic-noaccel",
						       avic_handle_noaccel },
};

/**
 * svm_exit_name() - see vendor.h
 * @code: an exit code, moved as arch_types.h says
 *
 * Return: its name, or NULL.
 */
const char *svm_exit_name(u32 code)
{
	return code < ARRAY_SIZE(reasons) ? reasons[code].name : NULL;
}

/* Without next_rip, an instruction is as long as what is fetched. */
static __always_inline enum zxvm_run dispatch(struct zxvm_vcpu *vcpu,
					      const struct vmcb *vmcb,
					      struct zxvm_exit *exit, u32 code)
{
	const struct zxvm_reason *reason;
	u32 index = index_of(code);

	reason = &reasons[array_index_nospec(index, ARRAY_SIZE(reasons))];
	if (unlikely(!reason->handler))
		return zxvm_handle_refused(vcpu, exit);
	if (reason->insn_len) {
		if (svm_caps.next_rip)
			vcpu->arch.insn_len = vmcb->next_rip - vmcb->rip;
		else if (!vcpu->arch.insn.length)
			return svm_fetch(vcpu, code);
	}
	return reason->handler(vcpu, exit);
}

/**
 * svm_dispatch() - do what an exit asks for
 * @vcpu: the VCPU
 * @exit: to be filled
 * @code: the exit code
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run svm_dispatch(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			   u32 code)
{
	return dispatch(vcpu, vcpu->arch.svm->vmcb, exit, code);
}

/*
 * VMRUN has refused the guest's state; a flush was not done either. QEMU's
 * SYSENTER makes a code segment of both 64 and 32 bits, which QEMU's VMRUN
 * refuses then. 15.5.1
 */
static enum zxvm_run entry_failed(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	u16 *attrib = &svm->vmcb->seg[ZXVM_CS].attrib;

	svm_asid_reset();
	if (svm_in_64bit(svm->vmcb) && *attrib & VMCB_ATTRIB_DB) {
		*attrib &= ~VMCB_ATTRIB_DB;
		svm_dirty(svm, VMCB_CLEAN_SEG);
		return ZXVM_RUN_RESUME;
	}
	return zxvm_handle_unexpected(exit, -EBADFD);
}

/* Out of line, so that the exits which need none of this save no registers. */
static noinline enum zxvm_run handle_odd(struct zxvm_vcpu *vcpu,
					 struct zxvm_exit *exit, u32 code)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	const struct vmcb *vmcb = svm->vmcb;

	trace_zxvm_exit(vcpu->index, code, vmcb->rip, vmcb->exit_info_1);
	if (code == SVM_EXIT_ERR)
		return entry_failed(vcpu, exit);
	if (vmcb->rip != svm->shadow_rip)
		svm->shadowed = false;
	if (in_shadow(vcpu)) {
		svm->shadowed = svm_caps.forgets_shadow;
		svm->shadow_rip = vmcb->rip;
		/* The instruction, once done, ends it. */
		look_again(vcpu);
	}
	if (was_delivering(vcpu))
		svm_requeue(vcpu);
	svm->soft_exception = false;
	if (svm->stepping && code != EXCP(X86_TRAP_DB) &&
	    vmcb->rip != svm->step_rip)
		svm_stepped(vcpu);
	return dispatch(vcpu, vmcb, exit, code);
}

/**
 * svm_handle_exit() - find out what an exit asks for, and do it
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run svm_handle_exit(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	const struct svm_vcpu *svm = vcpu->arch.svm;
	u32 code = svm->vmcb->exit_code;

	zxvm_count_exit(index_of(code));
	vcpu->arch.insn.length = 0;
	if (unlikely(code == SVM_EXIT_ERR || svm_is_odd(svm) ||
		     trace_zxvm_exit_enabled()))
		return handle_odd(vcpu, exit, code);
	return dispatch(vcpu, svm->vmcb, exit, code);
}
