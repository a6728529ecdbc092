// SPDX-License-Identifier: GPL-2.0
/*
 * What ended a run on VMX: a table by basic exit reason, which says what the
 * exit was in terms that SVM has, too. SDM vol. 3, 26, 28.2 and appendix C.
 */
#include <linux/bitfield.h>
#include <linux/nospec.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>

#include "exit.h"
#include "stats.h"
#include "trace.h"
#include "vmx.h"

/* Exit qualifications; 28.2.1 */
#define QUAL_CR_NUMBER		GENMASK(3, 0)
#define QUAL_CR_TYPE		GENMASK(5, 4)
#define QUAL_CR_GPR		GENMASK(11, 8)
#define QUAL_CR_LMSW		GENMASK(31, 16)
#define CR_TYPE_MOV_TO		0
#define CR_TYPE_MOV_FROM	1
#define CR_TYPE_CLTS		2
#define CR_TYPE_LMSW		3

#define QUAL_IO_SIZE		GENMASK(2, 0)
#define QUAL_IO_IN		BIT(3)
#define QUAL_IO_STRING		BIT(4)
#define QUAL_IO_REP		BIT(5)
#define QUAL_IO_PORT		GENMASK(31, 16)

#define INFO_IO_ADDRESS_SIZE	GENMASK(9, 7)
#define INFO_IO_SEGMENT		GENMASK(17, 15)

/* Read, write and fetch, as ZXVM_VM_PERM_* */
#define QUAL_EPT_ACCESS		GENMASK(2, 0)
static_assert(QUAL_EPT_ACCESS == (ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE |
				  ZXVM_VM_PERM_EXECUTE));
#define QUAL_EPT_LINEAR		BIT(7)
#define QUAL_EPT_TRANSLATED	BIT(8)
#define QUAL_EPT_IRET_UNBLOCKED	BIT(12)

#define QUAL_APIC_OFFSET	GENMASK(11, 0)

#define QUAL_DEBUG_BITS		(DR_TRAP_BITS | DR_STEP | BIT(13))
#define DR7_GD			BIT(13)
#define PENDING_ENABLED		BIT(12)

/* An event was being delivered: it is delivered again. 28.2.4 */
static bool requeue_vectored(struct zxvm_vcpu *vcpu)
{
	u32 info = vmx_read(IDT_VECTORING_INFO_FIELD);
	u32 error = 0, length = 0;

	if (likely(!(info & ZXVM_EVENT_VALID)))
		return false;
	if (info & ZXVM_EVENT_ERROR)
		error = vmx_read(IDT_VECTORING_ERROR_CODE);
	if ((info & ZXVM_EVENT_TYPE) >= ZXVM_EVENT_SOFT_INT)
		length = vmx_read(VM_EXIT_INSTRUCTION_LEN);
	/* The delivery has blocked NMIs already, and will do so again. */
	if ((info & ZXVM_EVENT_TYPE) == ZXVM_EVENT_NMI)
		vmx_write(GUEST_INTERRUPTIBILITY_INFO,
			  vmx_read(GUEST_INTERRUPTIBILITY_INFO) &
			  ~(u64)GUEST_INTR_STATE_NMI);
	zxvm_requeue_event(vcpu, info, error, length);
	return true;
}

/* The fault of an IRET that has unblocked NMIs: it has to do so again. */
static void reblock_nmi(void)
{
	vmx_write(GUEST_INTERRUPTIBILITY_INFO,
		  vmx_read(GUEST_INTERRUPTIBILITY_INFO) |
		  GUEST_INTR_STATE_NMI);
}

/* If TF traps where STI or MOV SS block, VM entry wants to see it; 27.3.1.5 */
static void keep_step_pending(void)
{
	const u64 shadows = GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS;

	if (unlikely(vmx_read(GUEST_RFLAGS) & X86_EFLAGS_TF) &&
	    vmx_read(GUEST_INTERRUPTIBILITY_INFO) & shadows)
		vmx_write(GUEST_PENDING_DBG_EXCEPTIONS,
			  vmx_read(GUEST_PENDING_DBG_EXCEPTIONS) | DR_STEP);
}

/* INT1 exits before it is executed, as #DB and without a reason; 28.3.3 */
static enum zxvm_run handle_int1(struct zxvm_vcpu *vcpu)
{
	zxvm_requeue_event(vcpu, X86_TRAP_DB | ZXVM_EVENT_PRIV_SOFT |
				 ZXVM_EVENT_VALID, 0,
			   vmx_read(VM_EXIT_INSTRUCTION_LEN));
	return ZXVM_RUN_RESUME;
}

/*
 * #DB: what hardware would have put into DR6 is in the qualification, and it
 * would have cleared DR7.GD. After an event that was being delivered it stays
 * pending. 28.2.1, 18.2.3, 18.2.4
 */
static enum zxvm_run handle_debug(struct zxvm_vcpu *vcpu)
{
	u64 bits = vmx_read(EXIT_QUALIFICATION) & QUAL_DEBUG_BITS;

	if (requeue_vectored(vcpu)) {
		vmx_write(GUEST_PENDING_DBG_EXCEPTIONS,
			  (bits & (DR_TRAP_BITS | DR_STEP)) | PENDING_ENABLED);
		return ZXVM_RUN_RESUME;
	}
	vmx_add_dr6(vcpu, bits);
	vmx_write(GUEST_DR7, vmx_read(GUEST_DR7) & ~(u64)DR7_GD);
	keep_step_pending();
	zxvm_queue_exception(vcpu, X86_TRAP_DB);
	return ZXVM_RUN_RESUME;
}

/* SDM vol. 3, 6.15: #AC; that of a guest that checks no alignment is not its */
static bool is_split_lock(struct zxvm_vcpu *vcpu)
{
	return boot_cpu_has(X86_FEATURE_SPLIT_LOCK_DETECT) &&
	       !(zxvm_cpl(vcpu) == 3 &&
		 zxvm_get(vcpu, ZXVM_CR0) & X86_CR0_AM &&
		 zxvm_get(vcpu, ZXVM_RFLAGS) & X86_EFLAGS_AC);
}

/* Comes again with the event that it struck. */
static enum zxvm_run handle_alignment(struct zxvm_vcpu *vcpu, u32 info)
{
	if (requeue_vectored(vcpu))
		return ZXVM_RUN_RESUME;
	if (info & INTR_INFO_UNBLOCK_NMI)
		reblock_nmi();
	if (is_split_lock(vcpu)) {
		vcpu->arch.slow = ZXVM_SLOW_SPLIT_LOCK;
		return ZXVM_RUN_SLOW;
	}
	zxvm_queue_error(vcpu, X86_TRAP_AC, vmx_read(VM_EXIT_INTR_ERROR_CODE));
	return ZXVM_RUN_RESUME;
}

static enum zxvm_run handle_exception(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit)
{
	u32 info = vmx_read(VM_EXIT_INTR_INFO);

	switch (info & ZXVM_EVENT_TYPE) {
	case ZXVM_EVENT_NMI:
		requeue_vectored(vcpu);
		zxvm_host_nmi();
		return ZXVM_RUN_RESUME;
	case ZXVM_EVENT_PRIV_SOFT:
		return handle_int1(vcpu);
	}
	switch (info & ZXVM_EVENT_VECTOR) {
	case X86_TRAP_MC:
		requeue_vectored(vcpu);
		zxvm_host_machine_check();
		return ZXVM_RUN_RESUME;
	case X86_TRAP_DB:
		return handle_debug(vcpu);
	case X86_TRAP_AC:
		return handle_alignment(vcpu, info);
	default:
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	}
}

/* A guest that spins: whoever it waits for may need this CPU. */
static enum zxvm_run handle_pause(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	zxvm_finish_insn(vcpu);
	return ZXVM_RUN_INTR;
}

/* 28.1.3: LMSW and CLTS exit for bits that the mask gives to us. */
static enum zxvm_run handle_cr(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	u64 qual = vmx_read(EXIT_QUALIFICATION), cr0;

	switch (FIELD_GET(QUAL_CR_TYPE, qual)) {
	case CR_TYPE_MOV_TO:
		return zxvm_handle_write_cr(vcpu, exit,
				FIELD_GET(QUAL_CR_NUMBER, qual),
				zxvm_get_gpr(vcpu,
					     FIELD_GET(QUAL_CR_GPR, qual)));
	case CR_TYPE_CLTS:
		return zxvm_handle_write_cr(vcpu, exit, 0,
				zxvm_get(vcpu, ZXVM_CR0) & ~X86_CR0_TS);
	case CR_TYPE_LMSW:
		/* It sets PE, but does not clear it. */
		cr0 = zxvm_get(vcpu, ZXVM_CR0) &
		      ~(X86_CR0_MP | X86_CR0_EM | X86_CR0_TS);
		return zxvm_handle_write_cr(vcpu, exit, 0,
				cr0 | (FIELD_GET(QUAL_CR_LMSW, qual) & 0xf));
	default:
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	}
}

static enum zxvm_run handle_io(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	u64 qual = vmx_read(EXIT_QUALIFICATION);
	struct zxvm_io *io = &vcpu->arch.io;

	io->port = FIELD_GET(QUAL_IO_PORT, qual);
	io->size = FIELD_GET(QUAL_IO_SIZE, qual) + 1;
	io->in = qual & QUAL_IO_IN;
	io->string = qual & QUAL_IO_STRING;

	if (unlikely(io->string)) {
		u64 info = vmx_read(VMX_INSTRUCTION_INFO);

		io->rep = qual & QUAL_IO_REP;
		io->address_size = 2 << FIELD_GET(INFO_IO_ADDRESS_SIZE, info);
		io->segment = FIELD_GET(INFO_IO_SEGMENT, info);
	}
	return zxvm_handle_io(vcpu, exit);
}

static enum zxvm_run handle_ept_violation(struct zxvm_vcpu *vcpu,
					  struct zxvm_exit *exit)
{
	u64 qual = vmx_read(EXIT_QUALIFICATION);
	u32 how = 0;

	if (requeue_vectored(vcpu))
		how |= ZXVM_FAULT_DELIVERY;
	else if (unlikely(qual & QUAL_EPT_IRET_UNBLOCKED))
		reblock_nmi();
	if (!(qual & QUAL_EPT_LINEAR) || !(qual & QUAL_EPT_TRANSLATED))
		how |= ZXVM_FAULT_WALK;
	vcpu->arch.insn_len = vmx_caps.insn_len ?
			      vmx_read(VM_EXIT_INSTRUCTION_LEN) : 0;
	return zxvm_handle_nested_fault(vcpu, exit,
					vmx_read(GUEST_PHYSICAL_ADDRESS),
					qual & QUAL_EPT_ACCESS, how);
}

/* With posted interrupts it has been acknowledged: vmx_take_irq(); 28.2.2 */
static enum zxvm_run handle_interrupt(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit)
{
	if (vmx_caps.posted)
		vcpu->arch.vmx->host_vector = vmx_read(VM_EXIT_INTR_INFO);
	return zxvm_handle_interrupt(vcpu, exit);
}

/* The guest has ended an interrupt of the EOI-exit bitmap; 30.1.4 */
static enum zxvm_run handle_eoi(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	zxvm_apic_eoi_done(vcpu, vmx_read(EXIT_QUALIFICATION));
	return ZXVM_RUN_RESUME;
}

/* A self IPI whose vector no APIC delivers; 30.5, 30.4.3.3 */
static enum zxvm_run handle_apic_write(struct zxvm_vcpu *vcpu,
				       struct zxvm_exit *exit)
{
	u32 offset = vmx_read(EXIT_QUALIFICATION) & QUAL_APIC_OFFSET;

	zxvm_apic_written(vcpu, offset,
			  vcpu->arch.apic.page[offset / sizeof(u32)]);
	return ZXVM_RUN_RESUME;
}

/*
 * Reasons that no control asks for have no handler: RDTSC, INVLPG, descriptor
 * tables, RDRAND, RDSEED, INVPCID, VMFUNC, XSAVES, TPAUSE and so on.
 * INIT, SIPI and SMIs do not reach a CPU in VMX non-root operation through
 * Linux. Task switches would take an emulator of them.
 */
static const struct zxvm_reason reasons[] = {
	[EXIT_REASON_EXCEPTION_NMI]	= { "exception", handle_exception },
	[EXIT_REASON_EXTERNAL_INTERRUPT] = { "interrupt", handle_interrupt },
	[EXIT_REASON_TRIPLE_FAULT]	= { "triple-fault",
					    zxvm_handle_shutdown },
	[EXIT_REASON_INIT_SIGNAL]	= { "init", zxvm_handle_refused },
	[EXIT_REASON_SIPI_SIGNAL]	= { "sipi", zxvm_handle_refused },
	[EXIT_REASON_INTERRUPT_WINDOW]	= { "interrupt-window",
					    zxvm_handle_window },
	[EXIT_REASON_NMI_WINDOW]	= { "nmi-window", zxvm_handle_window },
	[EXIT_REASON_TASK_SWITCH]	= { "task-switch",
					    zxvm_handle_refused },
	[EXIT_REASON_CPUID]		= { "cpuid", zxvm_handle_cpuid, true },
	[EXIT_REASON_GETSEC]		= { "getsec", zxvm_handle_ud, true },
	[EXIT_REASON_HLT]		= { "hlt", zxvm_handle_hlt, true },
	[EXIT_REASON_INVD]		= { "invd", zxvm_handle_nop, true },
	[EXIT_REASON_RDPMC]		= { "rdpmc", zxvm_handle_gp, true },
	[EXIT_REASON_VMCALL]		= { "vmcall",
					    zxvm_handle_hypercall, true },
	[EXIT_REASON_VMCLEAR]		= { "vmclear", zxvm_handle_ud, true },
	[EXIT_REASON_VMLAUNCH]		= { "vmlaunch", zxvm_handle_ud, true },
	[EXIT_REASON_VMPTRLD]		= { "vmptrld", zxvm_handle_ud, true },
	[EXIT_REASON_VMPTRST]		= { "vmptrst", zxvm_handle_ud, true },
	[EXIT_REASON_VMREAD]		= { "vmread", zxvm_handle_ud, true },
	[EXIT_REASON_VMRESUME]		= { "vmresume", zxvm_handle_ud, true },
	[EXIT_REASON_VMWRITE]		= { "vmwrite", zxvm_handle_ud, true },
	[EXIT_REASON_VMOFF]		= { "vmxoff", zxvm_handle_ud, true },
	[EXIT_REASON_VMON]		= { "vmxon", zxvm_handle_ud, true },
	[EXIT_REASON_CR_ACCESS]		= { "cr", handle_cr, true },
	[EXIT_REASON_DR_ACCESS]		= { "dr", zxvm_handle_mov_dr, true },
	[EXIT_REASON_IO_INSTRUCTION]	= { "io", handle_io, true },
	[EXIT_REASON_MSR_READ]		= { "rdmsr", zxvm_handle_rdmsr, true },
	[EXIT_REASON_MSR_WRITE]		= { "wrmsr", zxvm_handle_wrmsr, true },
	[EXIT_REASON_MWAIT_INSTRUCTION]	= { "mwait", zxvm_handle_ud, true },
	[EXIT_REASON_MONITOR_INSTRUCTION] = { "monitor", zxvm_handle_ud, true },
	[EXIT_REASON_PAUSE_INSTRUCTION]	= { "pause", handle_pause, true },
	[EXIT_REASON_TPR_BELOW_THRESHOLD] = { "tpr", zxvm_handle_window },
	[EXIT_REASON_EOI_INDUCED]	= { "eoi", handle_eoi },
	[EXIT_REASON_EPT_VIOLATION]	= { "ept-violation",
					    handle_ept_violation },
	[EXIT_REASON_EPT_MISCONFIG]	= { "ept-misconfig",
					    zxvm_handle_refused },
	[EXIT_REASON_INVEPT]		= { "invept", zxvm_handle_ud, true },
	[EXIT_REASON_INVVPID]		= { "invvpid", zxvm_handle_ud, true },
	[EXIT_REASON_WBINVD]		= { "wbinvd", zxvm_handle_nop, true },
	[EXIT_REASON_XSETBV]		= { "xsetbv",
					    zxvm_handle_xsetbv, true },
	[EXIT_REASON_APIC_WRITE]	= { "apic-write", handle_apic_write },
	[EXIT_REASON_ENCLS]		= { "encls", zxvm_handle_ud, true },
};

/**
 * vmx_exit_name() - see vendor.h
 * @code: a basic exit reason
 *
 * Return: its name, or NULL.
 */
const char *vmx_exit_name(u32 code)
{
	return code < ARRAY_SIZE(reasons) ? reasons[code].name : NULL;
}

/*
 * VM entry has refused the guest's state, or an MSR; 27.8. Or there is a
 * reason that no control asks for.
 */
static noinline enum zxvm_run handle_odd(struct zxvm_exit *exit, u32 reason)
{
	zxvm_count_exit(min_t(u32, reason & 0xffff, ZXVM_ARCH_EXITS - 1));
	if (reason & VMX_EXIT_REASONS_FAILED_VMENTRY)
		return zxvm_handle_unexpected(exit, -EBADFD);
	return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
}

static enum zxvm_run dispatch(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			      u32 code)
{
	const struct zxvm_reason *reason;

	if (unlikely(code >= ARRAY_SIZE(reasons)))
		return handle_odd(exit, code);
	vcpu->arch.vmx->launched = true;
	code = array_index_nospec(code, ARRAY_SIZE(reasons));
	zxvm_count_exit(code);
	reason = &reasons[code];
	if (likely(reason->insn_len))
		vcpu->arch.insn_len = vmx_read(VM_EXIT_INSTRUCTION_LEN);
	if (unlikely(!reason->handler))
		return zxvm_handle_refused(vcpu, exit);
	return reason->handler(vcpu, exit);
}

static noinline enum zxvm_run trace_exit(struct zxvm_vcpu *vcpu,
					 struct zxvm_exit *exit, u32 code)
{
	trace_zxvm_exit(vcpu->index, code, vmx_read(GUEST_RIP),
			vmx_read(EXIT_QUALIFICATION));
	return dispatch(vcpu, exit, code);
}

/**
 * vmx_handle_exit() - find out what an exit asks for, and do it
 * @vcpu: the VCPU
 * @exit: to be filled
 * @code: what vmx_enter() has returned: VM_EXIT_REASON
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run vmx_handle_exit(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			      u32 code)
{
	if (trace_zxvm_exit_enabled())
		return trace_exit(vcpu, exit, code);
	return dispatch(vcpu, exit, code);
}
