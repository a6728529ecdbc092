// SPDX-License-Identifier: GPL-2.0
/*
 * Where VMX keeps the state of a guest: fields of the VMCS, MSRs that are
 * exchanged with the thread, and what a VM exit forgets of the host's.
 * SDM vol. 3, 25.4, 25.5 and 28.5.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/preempt.h>

#include <asm/cpu_entry_area.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/perf_event.h>
#include <asm/segment.h>

#include "../posted.h"
#include "vmx.h"

static const u16 field_encoding[ZXVM_FIELDS] = {
	[ZXVM_RIP]		= GUEST_RIP,
	[ZXVM_RSP]		= GUEST_RSP,
	[ZXVM_RFLAGS]		= GUEST_RFLAGS,
	[ZXVM_CR3]		= GUEST_CR3,
	[ZXVM_EFER]		= GUEST_IA32_EFER,
	[ZXVM_PAT]		= GUEST_IA32_PAT,
	[ZXVM_DR7]		= GUEST_DR7,
	[ZXVM_SYSENTER_CS]	= GUEST_SYSENTER_CS,
	[ZXVM_SYSENTER_ESP]	= GUEST_SYSENTER_ESP,
	[ZXVM_SYSENTER_EIP]	= GUEST_SYSENTER_EIP,
	[ZXVM_CS_AR]		= GUEST_CS_AR_BYTES,
	[ZXVM_SS_AR]		= GUEST_SS_AR_BYTES,
	[ZXVM_GDTR_BASE]	= GUEST_GDTR_BASE,
	[ZXVM_GDTR_LIMIT]	= GUEST_GDTR_LIMIT,
	[ZXVM_IDTR_BASE]	= GUEST_IDTR_BASE,
	[ZXVM_IDTR_LIMIT]	= GUEST_IDTR_LIMIT,
	[ZXVM_PDPTE0]		= GUEST_PDPTR0,
	[ZXVM_PDPTE1]		= GUEST_PDPTR1,
	[ZXVM_PDPTE2]		= GUEST_PDPTR2,
	[ZXVM_PDPTE3]		= GUEST_PDPTR3,
};

/* NULL: not one that is exchanged with the CPU's */
static u64 *msr_in(struct vmx_msrs *msrs, enum zxvm_field field)
{
	switch (field) {
	case ZXVM_STAR:
		return &msrs->star;
	case ZXVM_LSTAR:
		return &msrs->lstar;
	case ZXVM_FMASK:
		return &msrs->fmask;
	case ZXVM_TSC_AUX:
		return &msrs->tsc_aux;
	default:
		return NULL;
	}
}

/* Intel's CPUs do not use it: guests read 0, and the host's stays. */
static bool is_fixed_msr(enum zxvm_field field)
{
	return field == ZXVM_CSTAR;
}

/* Loaded or not, and where: that has to stay so while it matters. */
static bool is_loaded(const struct zxvm_vcpu *vcpu)
{
	lockdep_assert_preemption_disabled();
	return __this_cpu_read(zxvm_loaded) == vcpu;
}

static void switch_msr(u32 msr, u64 *now, u64 value)
{
	if (*now == value)
		return;
	*now = value;
	zxvm_wrmsr(msr, value);
}

/*
 * Most guests and hosts agree on some; a WRMSR costs more than a look. Where
 * the CPU has no TSC_AUX all of them have 0.
 */
static void switch_msrs(struct vmx_msrs *now, const struct vmx_msrs *to)
{
	switch_msr(MSR_STAR, &now->star, to->star);
	switch_msr(MSR_LSTAR, &now->lstar, to->lstar);
	switch_msr(MSR_SYSCALL_MASK, &now->fmask, to->fmask);
	switch_msr(MSR_TSC_AUX, &now->tsc_aux, to->tsc_aux);
}

/**
 * vmx_switch_msrs() - the CPU gets the guest's MSRs, until vmx_leave()
 * @vmx: the VCPU
 *
 * Context: preemption off.
 */
void vmx_switch_msrs(const struct vmx_vcpu *vmx)
{
	struct vmx_cpu_msrs *msrs = this_cpu_ptr(&vmx_this_cpu_msrs);

	/* No guest has been here. */
	if (unlikely(!msrs->host.lstar))
		vmx_read_host_msrs();
	switch_msrs(&msrs->now, &vmx->guest_msrs);
}

/*
 * KERNEL_GS_BASE without an access to the MSR, where the kernel makes use of
 * FSGSBASE: an NMI in between finds its own GS by itself then. With FRED there
 * is no SWAPGS.
 */
static noinstr u64 exchange_kernel_gs_base(u64 value)
{
	unsigned long flags;
	u64 old;

	if (!static_cpu_has(X86_FEATURE_FSGSBASE) || !zxvm_host_uses_idt()) {
		old = zxvm_rdmsr(MSR_KERNEL_GS_BASE);
		zxvm_wrmsr(MSR_KERNEL_GS_BASE, value);
		return old;
	}
	raw_local_irq_save(flags);
	asm volatile("swapgs\n\trdgsbase %0\n\twrgsbase %1\n\tswapgs"
		     : "=&r" (old) : "r" (value) : "memory");
	raw_local_irq_restore(flags);
	return old;
}

static u64 get_msr(struct zxvm_vcpu *vcpu, enum zxvm_field field)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	const u64 *msr = msr_in(&vmx->guest_msrs, field);
	u64 value;

	if (msr)
		return *msr;
	if (is_fixed_msr(field))
		return 0;
	preempt_disable();
	value = is_loaded(vcpu) ? zxvm_rdmsr(MSR_KERNEL_GS_BASE) :
				  vmx->kernel_gs_base;
	preempt_enable();
	return value;
}

static void set_msr(struct zxvm_vcpu *vcpu, enum zxvm_field field, u64 value)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	u64 *msr = msr_in(&vmx->guest_msrs, field);

	if (is_fixed_msr(field))
		return;
	if (msr) {
		*msr = value;
		if (vcpu->arch.live)
			vmx_switch_msrs(vmx);
		return;
	}
	preempt_disable();
	if (is_loaded(vcpu))
		wrmsrl(MSR_KERNEL_GS_BASE, value);
	else
		vmx->kernel_gs_base = value;
	preempt_enable();
}

static bool is_msr(enum zxvm_field field)
{
	return field >= ZXVM_STAR && field <= ZXVM_TSC_AUX;
}

static u64 read_masked(unsigned long reg, unsigned long mask,
		       unsigned long shadow)
{
	u64 host = vmx_read(mask);

	return (vmx_read(reg) & ~host) | (vmx_read(shadow) & host);
}

/*
 * The bits of ours are what VMX, or the host, wants them to be, 24.8. The
 * guest's own write would have flushed its TLB; 4.10.4.1.
 */
static void write_guest_cr0(struct vmx_vcpu *vmx, u64 value)
{
	vmx->vpid_stale = true;
	vmx_write(CR0_READ_SHADOW, value);
	vmx_write(GUEST_CR0, (value & ~(X86_CR0_NW | X86_CR0_CD)) | X86_CR0_NE |
			   X86_CR0_ET);
}

static void write_guest_cr4(struct vmx_vcpu *vmx, u64 value)
{
	vmx->vpid_stale = true;
	vmx_write(CR4_READ_SHADOW, value);
	vmx_write(GUEST_CR4, (value & ~(u64)X86_CR4_MCE) | X86_CR4_VMXE |
			   (__read_cr4() & X86_CR4_MCE));
}

/* "IA-32e mode guest" has to agree with EFER.LMA; 27.2.1.3 */
static void write_guest_efer(u64 value)
{
	u64 entry = vmx_read(VM_ENTRY_CONTROLS) & ~(u64)VM_ENTRY_IA32E_MODE;

	if (value & EFER_LMA)
		entry |= VM_ENTRY_IA32E_MODE;
	vmx_write(VM_ENTRY_CONTROLS, entry);
	vmx_write(GUEST_IA32_EFER, value);
}

static u64 read_field(enum zxvm_field field)
{
	switch (field) {
	case ZXVM_CR0:
		return read_masked(GUEST_CR0, CR0_GUEST_HOST_MASK,
				   CR0_READ_SHADOW);
	case ZXVM_CR4:
		return read_masked(GUEST_CR4, CR4_GUEST_HOST_MASK,
				   CR4_READ_SHADOW);
	default:
		return vmx_read(field_encoding[field]);
	}
}

static void write_field(struct vmx_vcpu *vmx, enum zxvm_field field,
			u64 value)
{
	vmx->known = 0;
	switch (field) {
	case ZXVM_CR0:
		write_guest_cr0(vmx, value);
		break;
	case ZXVM_CR4:
		write_guest_cr4(vmx, value);
		break;
	case ZXVM_EFER:
		write_guest_efer(value);
		break;
	default:
		vmx_write(field_encoding[field], value);
	}
}

/*
 * The VMCS can be reached inside a stretch with interrupts off alone. The
 * hardware is refused there only if another hypervisor has taken a CPU that
 * was off: the next run will say so.
 */
static bool window_begin(struct zxvm_vcpu *vcpu, unsigned long *flags)
{
	local_irq_save(*flags);
	if (zxvm_own_begin()) {
		local_irq_restore(*flags);
		return false;
	}
	vmx_make_current(vcpu->arch.vmx);
	return true;
}

static void window_end(struct zxvm_vcpu *vcpu, unsigned long flags)
{
	/* A run that borrows the hardware ends that itself. */
	if (!vcpu->arch.live)
		zxvm_own_end();
	local_irq_restore(flags);
}

static noinline u64 get_slow(struct zxvm_vcpu *vcpu, enum zxvm_field field)
{
	unsigned long flags;
	u64 value = 0;

	if (is_msr(field))
		return get_msr(vcpu, field);
	if (window_begin(vcpu, &flags)) {
		value = read_field(field);
		window_end(vcpu, flags);
	}
	return value;
}

/**
 * vmx_get() - see vendor.h
 * @vcpu: the VCPU
 * @field: the register
 *
 * Return: its value.
 */
u64 vmx_get(struct zxvm_vcpu *vcpu, enum zxvm_field field)
{
	if (unlikely(!vcpu->arch.live || !field_encoding[field]))
		return get_slow(vcpu, field);
	if (field == ZXVM_RFLAGS)
		return vmx_rflags(vcpu->arch.vmx);
	return vmx_read(field_encoding[field]);
}

/**
 * vmx_set() - see vendor.h
 * @vcpu: the VCPU
 * @field: the register
 * @value: its new value
 */
void vmx_set(struct zxvm_vcpu *vcpu, enum zxvm_field field, u64 value)
{
	unsigned long flags;

	if (is_msr(field)) {
		set_msr(vcpu, field, value);
	} else if (likely(vcpu->arch.live)) {
		write_field(vcpu->arch.vmx, field, value);
	} else if (window_begin(vcpu, &flags)) {
		write_field(vcpu->arch.vmx, field, value);
		window_end(vcpu, flags);
	}
}

static void read_code(struct vmx_vcpu *vmx, struct zxvm_code *code)
{
	code->rip = vmx_rip(vmx);
	code->cr3 = vmx_read(GUEST_CR3);
	code->efer = vmx_read(GUEST_IA32_EFER);
	code->cs = vmx_read(GUEST_CS_AR_BYTES);
}

static noinline void get_code_slow(struct zxvm_vcpu *vcpu,
				   struct zxvm_code *code)
{
	unsigned long flags;

	if (window_begin(vcpu, &flags)) {
		read_code(vcpu->arch.vmx, code);
		window_end(vcpu, flags);
	} else {
		memset(code, 0, sizeof(*code));
	}
}

/**
 * vmx_get_code() - see vendor.h
 * @vcpu: the VCPU
 * @code: to be filled
 */
void vmx_get_code(struct zxvm_vcpu *vcpu, struct zxvm_code *code)
{
	if (likely(vcpu->arch.live))
		read_code(vcpu->arch.vmx, code);
	else
		get_code_slow(vcpu, code);
}

/* Fields of the eight segments follow each other by 2; appendix B */
#define SEG_FIELD(base, seg)	((base) + 2 * (seg))

/**
 * vmx_get_segment() - see vendor.h
 * @vcpu: the VCPU
 * @seg: the register
 * @value: to be filled
 */
void vmx_get_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     struct zxvm_segment *value)
{
	unsigned long flags;

	memset(value, 0, sizeof(*value));
	if (!window_begin(vcpu, &flags))
		return;
	value->selector = vmx_read(SEG_FIELD(GUEST_ES_SELECTOR, seg));
	value->base = vmx_read(SEG_FIELD(GUEST_ES_BASE, seg));
	value->limit = vmx_read(SEG_FIELD(GUEST_ES_LIMIT, seg));
	value->ar = vmx_read(SEG_FIELD(GUEST_ES_AR_BYTES, seg));
	window_end(vcpu, flags);
}

/**
 * vmx_set_segment() - see vendor.h
 * @vcpu: the VCPU
 * @seg: the register
 * @value: its new value
 */
void vmx_set_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     const struct zxvm_segment *value)
{
	unsigned long flags;

	if (!window_begin(vcpu, &flags))
		return;
	vmx_write(SEG_FIELD(GUEST_ES_SELECTOR, seg), value->selector);
	vmx_write(SEG_FIELD(GUEST_ES_BASE, seg), value->base);
	vmx_write(SEG_FIELD(GUEST_ES_LIMIT, seg), value->limit);
	vmx_write(SEG_FIELD(GUEST_ES_AR_BYTES, seg), value->ar);
	window_end(vcpu, flags);
}

/* What belongs to the CPU that the thread is on */
static noinline void write_host_cpu(int cpu)
{
	struct desc_ptr idt;
	u64 value;

	store_idt(&idt);
	vmx_write(HOST_IDTR_BASE, idt.address);
	vmx_write(HOST_GDTR_BASE, (unsigned long)get_cpu_gdt_ro(cpu));
	vmx_write(HOST_TR_BASE, (unsigned long)
		&get_cpu_entry_area(cpu)->tss.x86_tss);
	rdmsrl(MSR_GS_BASE, value);
	vmx_write(HOST_GS_BASE, value);
	rdmsrl(MSR_IA32_SYSENTER_CS, value);
	vmx_write(HOST_IA32_SYSENTER_CS, value);
	rdmsrl(MSR_IA32_SYSENTER_ESP, value);
	vmx_write(HOST_IA32_SYSENTER_ESP, value);
	rdmsrl(MSR_IA32_SYSENTER_EIP, value);
	vmx_write(HOST_IA32_SYSENTER_EIP, value);
}

/*
 * What the host counts, in the guest and again after each exit: but for the
 * interrupt of a counter, an NMI, which leaves the register as it was, nothing
 * changes it while interrupts are off. Counters with PEBS stop, as its records
 * go to linear addresses, which are the guest's. 25.7.1, 25.8.1
 */
static void refresh_perf(struct vmx_host_cache *host)
{
	const struct perf_guest_switch_msr *ctrl;
	int nr;

	ctrl = perf_guest_get_msrs(&nr, NULL);
	if (unlikely(host->perf != ctrl->host)) {
		vmx_write(HOST_IA32_PERF_GLOBAL_CTRL, ctrl->host);
		host->perf = ctrl->host;
	}
	if (unlikely(host->guest_perf != ctrl->guest)) {
		vmx_write(GUEST_IA32_PERF_GLOBAL_CTRL, ctrl->guest);
		host->guest_perf = ctrl->guest;
	}
}

/**
 * vmx_refresh_host() - the host's registers may have changed since
 * @vmx: current; the thread is the owner
 *
 * CR3 changes with the thread and its mm, CR4 by calls from other CPUs,
 * IA32_DEBUGCTL by both.
 *
 * Context: interrupts off.
 */
void vmx_refresh_host(struct vmx_vcpu *vmx)
{
	unsigned long cr3 = __read_cr3(), cr4 = __read_cr4();
	int cpu = smp_processor_id();

	if (unlikely(vmx->host.cpu != cpu)) {
		write_host_cpu(cpu);
		vmx->host.cpu = cpu;
	}
	if (unlikely(vmx->host.fs_base != vmx->host_fs_base)) {
		vmx_write(HOST_FS_BASE, vmx->host_fs_base);
		vmx->host.fs_base = vmx->host_fs_base;
	}
	if (unlikely(vmx->host.cr3 != cr3)) {
		vmx_write(HOST_CR3, cr3);
		vmx->host.cr3 = cr3;
	}
	if (unlikely(vmx->host.cr4 != cr4)) {
		vmx_write(HOST_CR4, cr4);
		vmx->host.cr4 = cr4;
	}
	if (vmx_caps.perf)
		refresh_perf(&vmx->host);
	vmx->host_debugctl = zxvm_rdmsr(MSR_IA32_DEBUGCTLMSR);
}

/* In a 64-bit process all of them are null, as they are after a VM exit. */
static void save_selectors(struct vmx_vcpu *vmx)
{
	u16 ds, es, fs, gs, ldt;

	savesegment(ds, ds);
	savesegment(es, es);
	savesegment(fs, fs);
	savesegment(gs, gs);
	asm volatile("sldt %0" : "=r" (ldt));
	vmx->has_selectors = ds | es | fs | gs | ldt;
	if (unlikely(vmx->has_selectors))
		vmx->selectors = (struct vmx_selectors) { ds, es, fs, gs, ldt };
}

static noinline void restore_selectors(const struct vmx_vcpu *vmx)
{
	const struct vmx_selectors *sel = &vmx->selectors;

	if (sel->ldt)
		asm volatile("lldt %0" : : "rm" (sel->ldt));
	loadsegment(ds, sel->ds);
	loadsegment(es, sel->es);
	if (sel->fs) {
		loadsegment(fs, sel->fs);
		wrmsrl(MSR_FS_BASE, vmx->host_fs_base);
	}
	/* The base behind SWAPGS comes with the selector. */
	if (sel->gs) {
		load_gs_index(sel->gs);
		wrmsrl(MSR_KERNEL_GS_BASE, vmx->host_kernel_gs_base);
	}
}

/**
 * vmx_load() - see vendor.h
 * @vcpu: the VCPU
 * @cpu: this one
 */
void vmx_load(struct zxvm_vcpu *vcpu, int cpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;

	if (vmx->cpu != cpu)
		vmx_clear(vmx);
	/* Translations of this VPID that are here are old. */
	if (vcpu->arch.cpu != cpu)
		vmx->vpid_stale = true;
	vmx->host_fs_base = x86_fsbase_read_cpu();
	save_selectors(vmx);
	vmx->host_kernel_gs_base = exchange_kernel_gs_base(vmx->kernel_gs_base);
}

/*
 * A VM exit leaves limits of 0x67 for the TSS and 0xffff for the GDT; those
 * of the host are others. 28.5.2, 28.5.3
 */
static void restore_limits(void)
{
	invalidate_tss_limit();
	asm volatile("lgdt %0" : : "m" (*this_cpu_ptr(&vmx_host_gdt)));
}

/**
 * vmx_put() - see vendor.h
 * @vcpu: the VCPU
 */
void vmx_put(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;

	vmx->kernel_gs_base = exchange_kernel_gs_base(vmx->host_kernel_gs_base);
	restore_limits();
	if (unlikely(vmx->has_selectors))
		restore_selectors(vmx);
}

/**
 * vmx_leave() - see vendor.h
 */
void vmx_leave(void)
{
	struct vmx_cpu_msrs *msrs = this_cpu_ptr(&vmx_this_cpu_msrs);

	switch_msrs(&msrs->now, &msrs->host);
}

/**
 * vmx_add_dr6() - a debug exception has a reason
 * @vcpu: loaded
 * @bits: of DR6; those for a breakpoint replace what was there
 */
void vmx_add_dr6(struct zxvm_vcpu *vcpu, u64 bits)
{
	unsigned long dr6;

	if (vcpu->arch.dr_live) {
		get_debugreg(dr6, 6);
		set_debugreg((dr6 & ~DR_TRAP_BITS) | bits, 6);
	} else {
		vcpu->arch.dr6 = (vcpu->arch.dr6 & ~(u64)DR_TRAP_BITS) | bits;
	}
}

/*
 * The VMCS is current. The trap of a single step is queued as an exception: a
 * pending one would be lost if an interrupt is delivered first; 27.7.3
 */
static __always_inline void skip_instruction(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;

	vmx_advance(vmx_rip(vmx), vcpu->arch.insn_len);
	vmx->known &= ~VMX_KNOWN_RIP;
	if (unlikely(vmx_rflags(vmx) & X86_EFLAGS_TF)) {
		vmx_add_dr6(vcpu, DR_STEP);
		zxvm_queue_exception(vcpu, X86_TRAP_DB);
	}
}

static noinline void skip_slow(struct zxvm_vcpu *vcpu)
{
	unsigned long flags;

	if (window_begin(vcpu, &flags)) {
		skip_instruction(vcpu);
		window_end(vcpu, flags);
	}
}

/**
 * vmx_skip() - see vendor.h
 * @vcpu: the VCPU
 */
void vmx_skip(struct zxvm_vcpu *vcpu)
{
	if (likely(vcpu->arch.live))
		skip_instruction(vcpu);
	else
		skip_slow(vcpu);
}

/* The primary processor-based controls; @vmx is current. */
static void set_exec(struct vmx_vcpu *vmx, u32 exec)
{
	if (vmx->exec == exec)
		return;
	vmx->exec = exec;
	vmx_write(CPU_BASED_VM_EXEC_CONTROL, exec);
}

/**
 * vmx_set_tpr_threshold() - see vendor.h
 * @vcpu: the VCPU
 * @class: the class
 */
void vmx_set_tpr_threshold(struct zxvm_vcpu *vcpu, u8 class)
{
	vmx_write(TPR_THRESHOLD, class);
}

static void switch_apicv(struct vmx_vcpu *vmx, bool on)
{
	if (vmx->apicv == on)
		return;
	vmx->apicv = on;
	vmx_write(SECONDARY_VM_EXEC_CONTROL, vmx->exec2 | (on ? VMX_APICV : 0));
	if (vmx_caps.posted)
		vmx_write(PIN_BASED_VM_EXEC_CONTROL, vmx_caps.pin |
			  (on ? PIN_BASED_POSTED_INTR : 0));
	vmx_write(MSR_BITMAP, vmx_msr_bitmap(on));
}

/* Out of line: seldom needed, and with a bitmap on the stack */
static noinline void write_eoi_exits(struct vmx_vcpu *vmx, struct lapic *lapic)
{
	u64 bitmap[4];
	int i;

	lapic->tmr_changed = false;
	lapic_eoi_exits(lapic, bitmap);
	for (i = 0; i < ARRAY_SIZE(bitmap); i++) {
		if (likely(vmx->eoi_exits[i] == bitmap[i]))
			continue;
		vmx->eoi_exits[i] = bitmap[i];
		vmx_write(EOI_EXIT_BITMAP0 + 2 * i, bitmap[i]);
	}
}

static void raise_rvi(u8 rvi)
{
	u16 status = vmx_read(GUEST_INTR_STATUS);

	if (rvi > (u8)status)
		vmx_write(GUEST_INTR_STATUS, (status & 0xff00) | rvi);
}

/**
 * vmx_set_apic_hw() - see vendor.h
 * @vcpu: the VCPU
 * @on: the CPU has the local APIC
 *
 * RVI and SVI are kept by the CPU while it has it; 25.4.2. They are always the
 * highest vectors of IRR and ISR: there is nothing to take back, and of what has
 * come since only a higher vector to tell.
 */
void vmx_set_apic_hw(struct zxvm_vcpu *vcpu, bool on)
{
	struct lapic *lapic = &vcpu->arch.apic.chip->lapic;
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	u8 rvi = lapic_rvi(lapic);

	switch_apicv(vmx, on);
	if (!on)
		return;
	if (!lapic->away)
		vmx_write(GUEST_INTR_STATUS, lapic_svi(lapic) << 8 | rvi);
	else if (rvi)
		raise_rvi(rvi);
	if (unlikely(lapic->tmr_changed))
		write_eoi_exits(vmx, lapic);
}

/**
 * vmx_set_window() - see vendor.h
 * @vcpu: the VCPU
 * @windows: ZXVM_WINDOW_*
 */
void vmx_set_window(struct zxvm_vcpu *vcpu, u32 windows)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	u32 exec = vmx->exec & ~(CPU_BASED_INTR_WINDOW_EXITING |
				 CPU_BASED_NMI_WINDOW_EXITING);

	/* STI does not block the NMI window, but may block NMIs; 26.2, 27.3.1.5 */
	if (windows & ZXVM_WINDOW_NMI &&
	    vmx_read(GUEST_INTERRUPTIBILITY_INFO) & GUEST_INTR_STATE_STI)
		windows = ZXVM_WINDOW_IRQ;
	if (windows & ZXVM_WINDOW_IRQ)
		exec |= CPU_BASED_INTR_WINDOW_EXITING;
	if (windows & ZXVM_WINDOW_NMI)
		exec |= CPU_BASED_NMI_WINDOW_EXITING;
	set_exec(vmx, exec);
}

/**
 * vmx_intercept_dr() - see vendor.h
 * @vcpu: the VCPU
 * @on: MOV DR exits
 */
void vmx_intercept_dr(struct zxvm_vcpu *vcpu, bool on)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	unsigned long flags;

	if (on) {
		get_debugreg(vcpu->arch.dr6, 6);
		set_debugreg(DR6_RESERVED, 6);
	} else {
		set_debugreg(vcpu->arch.dr6, 6);
	}
	if (!window_begin(vcpu, &flags))
		return;
	set_exec(vmx, on ? vmx->exec | CPU_BASED_MOV_DR_EXITING :
			       vmx->exec & ~CPU_BASED_MOV_DR_EXITING);
	window_end(vcpu, flags);
}
