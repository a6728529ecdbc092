/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of arch/x86/vmx offer each other. References are to the
 * SDM's volume 3.
 */
#ifndef ZXVM_X86_VMX_H
#define ZXVM_X86_VMX_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <asm/asm.h>
#include <asm/desc_defs.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "../x86.h"

/**
 * struct vmx_switch - what the world switch needs, by fixed offsets
 * @regs: the guest's general registers, but for RSP
 * @host_rsp: HOST_RSP as the VMCS has it
 */
struct vmx_switch {
	u64 *regs;
	u64 host_rsp;
};

/**
 * struct vmx_host_cache - host fields as the VMCS has them, to save VMWRITEs
 * @cr3: HOST_CR3
 * @cr4: HOST_CR4
 * @fs_base: HOST_FS_BASE
 * @perf: HOST_IA32_PERF_GLOBAL_CTRL
 * @guest_perf: GUEST_IA32_PERF_GLOBAL_CTRL: what the host counts in guests
 * @cpu: the CPU whose descriptor tables and stacks the VMCS names, or -1
 */
struct vmx_host_cache {
	unsigned long cr3;
	unsigned long cr4;
	unsigned long fs_base;
	u64 perf;
	u64 guest_perf;
	int cpu;
};

/**
 * struct vmx_msrs - MSRs that user space needs and the kernel does not, of the
 * host or of a guest
 * @star: STAR
 * @lstar: LSTAR
 * @fmask: FMASK
 * @tsc_aux: TSC_AUX
 */
struct vmx_msrs {
	u64 star;
	u64 lstar;
	u64 fmask;
	u64 tsc_aux;
};

/**
 * struct vmx_cpu_msrs - those of one CPU
 * @host: the host's: Linux writes them when it brings up the CPU, and never
 *	again. Zero until a guest is run here
 * @now: what the CPU has
 */
struct vmx_cpu_msrs {
	struct vmx_msrs host;
	struct vmx_msrs now;
};

/**
 * struct vmx_selectors - of the thread, while its VCPU is loaded
 * @ds: DS
 * @es: ES
 * @fs: FS
 * @gs: GS
 * @ldt: LDTR
 */
struct vmx_selectors {
	u16 ds;
	u16 es;
	u16 fs;
	u16 gs;
	u16 ldt;
};

/**
 * struct vmx_vcpu - the VMX part of a VCPU
 * @sw: for the world switch
 * @vmcs: the VMCS, one page
 * @pa: its physical address
 * @node: in the list of the CPU that has it active
 * @cpu: that CPU, or -1
 * @launched: VMRESUME, not VMLAUNCH
 * @vpid_stale: this CPU may have translations of the VPID that are too old
 * @vpid: VIRTUAL_PROCESSOR_ID; 0 if there was none left
 * @exec: primary processor-based controls as the VMCS has them
 * @exec2: secondary controls, but for %VMX_APICV
 * @apicv: the VMCS has %VMX_APICV, and posted interrupts if there are
 * @host_vector: the host's interrupt that the exit has acknowledged; 0: none
 * @eoi_exits: EOI-exit bitmap as the VMCS has it
 * @host: host fields as the VMCS has them
 * @known: VMX_KNOWN_*: which of @rip and @rflags the VMCS has been asked for,
 *	or told, since the last exit
 * @rip: GUEST_RIP
 * @rflags: GUEST_RFLAGS
 * @guest_msrs: the guest's
 * @kernel_gs_base: the guest's, while not loaded
 * @host_kernel_gs_base: the thread's, while loaded
 * @host_fs_base: the thread's, while loaded
 * @host_debugctl: IA32_DEBUGCTL of the CPU, while live
 * @has_selectors: the thread has some that are not null
 * @selectors: those, while loaded
 */
struct vmx_vcpu {
	struct vmx_switch sw;
	void *vmcs;
	u64 pa;
	struct list_head node;
	int cpu;
	bool launched;
	bool vpid_stale;
	u16 vpid;
	u32 exec;
	u32 exec2;
	bool apicv;
	u8 host_vector;
	u64 eoi_exits[4];
	struct vmx_host_cache host;
	u8 known;
	u64 rip;
	u64 rflags;
	struct vmx_msrs guest_msrs;
	u64 kernel_gs_base;
	u64 host_kernel_gs_base;
	unsigned long host_fs_base;
	u64 host_debugctl;
	bool has_selectors;
	struct vmx_selectors selectors;
};

#define VMX_KNOWN_RIP		BIT(0)
#define VMX_KNOWN_RFLAGS	BIT(1)

/* A basic exit reason that the kernel's headers do not name; appendix C */
#define EXIT_REASON_GETSEC	11

/* Exceptions that exit: two that a guest could raise without end, and #MC */
#define VMX_EXCEPTIONS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | \
			 BIT(X86_TRAP_MC))

/* Bits of CR0 and CR4 whose hardware value is ours */
#define VMX_CR0_HOST	(X86_CR0_ET | X86_CR0_NE | X86_CR0_NW | X86_CR0_CD)
#define VMX_CR4_HOST	(X86_CR4_VMXE | X86_CR4_MCE)

/* PAUSE-loop exiting, in cycles: the gap between two that makes a loop */
#define VMX_PLE_GAP	128
#define VMX_PLE_WINDOW	4096

/* The controls that leave a local APIC in x2APIC mode to the CPU; 30 */
#define VMX_APICV	(SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE | \
			 SECONDARY_EXEC_APIC_REGISTER_VIRT | \
			 SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY)

/**
 * struct vmx_caps - what the CPU offers and we use, found at load
 * @pin: pin-based controls of every VMCS
 * @exec: primary processor-based controls
 * @exec2: secondary controls
 * @exit: VM-exit controls
 * @entry: VM-entry controls, but for "IA-32e mode guest"
 * @ept: IA32_VMX_EPT_VPID_CAP
 * @revision: VMCS revision identifier
 * @allowed: the settings that are allowed, for ZXVM_GET_FEATURES
 * @insn_len: VM_EXIT_INSTRUCTION_LEN can be had of EPT violations
 * @perf: entries and exits load IA32_PERF_GLOBAL_CTRL
 * @apicv: all of %VMX_APICV is there
 * @posted: and posted interrupts; exits acknowledge the host's interrupts
 */
struct vmx_caps {
	u32 pin;
	u32 exec;
	u32 exec2;
	u32 exit;
	u32 entry;
	u64 ept;
	u32 revision;
	u64 allowed[3];
	bool insn_len;
	bool perf;
	bool apicv;
	bool posted;
};

extern struct vmx_caps vmx_caps __ro_after_init;

/**
 * vmx_read() - read a field of the current VMCS
 * @field: its encoding, which exists on this CPU
 *
 * Context: interrupts off, inside zxvm_own_begin() and zxvm_own_end().
 * Return: its value.
 */
static __always_inline u64 vmx_read(unsigned long field)
{
	u64 value;

	asm volatile("vmread %1, %0" : "=rm" (value) : "r" (field) : "cc");
	return value;
}

/**
 * vmx_write() - write a field of the current VMCS
 * @field: its encoding, which exists on this CPU and can be written
 * @value: its new value
 *
 * Context: as vmx_read().
 */
static __always_inline void vmx_write(unsigned long field, u64 value)
{
	asm volatile("vmwrite %1, %0" : : "r" (field), "rm" (value) : "cc");
}

/**
 * vmx_in_64bit() - does the guest run 64-bit code?
 *
 * Context: as vmx_read().
 * Return: whether.
 */
static __always_inline bool vmx_in_64bit(void)
{
	return vmx_read(GUEST_CS_AR_BYTES) & ZXVM_AR_L &&
	       vmx_read(GUEST_IA32_EFER) & EFER_LMA;
}

/**
 * vmx_advance() - the instruction is done: RIP moves, the shadow of STI or
 * MOV SS ends
 * @rip: GUEST_RIP
 * @length: of the instruction
 *
 * Context: as vmx_read().
 */
static __always_inline void vmx_advance(u64 rip, u32 length)
{
	const u64 shadows = GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS;
	u64 shadow = vmx_read(GUEST_INTERRUPTIBILITY_INFO);
	u64 next = rip + length;

	/* EIP wraps, and VM entry checks that it has. */
	if (unlikely((rip ^ next) & BIT_ULL(32)) && !vmx_in_64bit())
		next = (u32)next;
	vmx_write(GUEST_RIP, next);
	if (unlikely(shadow & shadows))
		vmx_write(GUEST_INTERRUPTIBILITY_INFO, shadow & ~shadows);
}

/**
 * vmx_rip() - GUEST_RIP, asked for once after an exit
 * @vmx: current
 *
 * Context: as vmx_read().
 * Return: the value.
 */
static inline u64 vmx_rip(struct vmx_vcpu *vmx)
{
	if (!(vmx->known & VMX_KNOWN_RIP)) {
		vmx->rip = vmx_read(GUEST_RIP);
		vmx->known |= VMX_KNOWN_RIP;
	}
	return vmx->rip;
}

/**
 * vmx_rflags() - GUEST_RFLAGS, asked for once after an exit
 * @vmx: current
 *
 * Context: as vmx_read().
 * Return: the value.
 */
static inline u64 vmx_rflags(struct vmx_vcpu *vmx)
{
	if (!(vmx->known & VMX_KNOWN_RFLAGS)) {
		vmx->rflags = vmx_read(GUEST_RFLAGS);
		vmx->known |= VMX_KNOWN_RFLAGS;
	}
	return vmx->rflags;
}

/* own.c */
int vmx_hw_alloc(void);
void vmx_hw_free(void);
int vmx_hw_enable(void);
void vmx_hw_disable(void);
void vmx_hw_abandon(void);
void vmx_make_current(struct vmx_vcpu *vmx);
void vmx_clear(struct vmx_vcpu *vmx);
void vmx_read_host_msrs(void);

DECLARE_PER_CPU(struct vmx_cpu_msrs, vmx_this_cpu_msrs);

/* GDTR of this CPU */
DECLARE_PER_CPU(struct desc_ptr, vmx_host_gdt);

/* caps.c */
int vmx_probe(void);
void vmx_features(struct zxvm_features *features);

/* vmcs.c */
int vmx_vcpu_init(struct zxvm_vcpu *vcpu);
void vmx_vcpu_destroy(struct zxvm_vcpu *vcpu);
int vmx_alloc_bitmaps(void);
void vmx_free_bitmaps(void);
u64 vmx_msr_bitmap(bool apicv);
u64 vmx_eptp(const struct pt *pt);

/* state.c */
void vmx_load(struct zxvm_vcpu *vcpu, int cpu);
void vmx_put(struct zxvm_vcpu *vcpu);
void vmx_leave(void);
void vmx_switch_msrs(const struct vmx_vcpu *vmx);
u64 vmx_get(struct zxvm_vcpu *vcpu, enum zxvm_field field);
void vmx_set(struct zxvm_vcpu *vcpu, enum zxvm_field field, u64 value);
void vmx_get_code(struct zxvm_vcpu *vcpu, struct zxvm_code *code);
void vmx_get_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     struct zxvm_segment *value);
void vmx_set_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     const struct zxvm_segment *value);
void vmx_set_tpr_threshold(struct zxvm_vcpu *vcpu, u8 class);
void vmx_set_apic_hw(struct zxvm_vcpu *vcpu, bool on);
void vmx_take_irq(struct zxvm_vcpu *vcpu);
void vmx_set_window(struct zxvm_vcpu *vcpu, u32 windows);
void vmx_add_dr6(struct zxvm_vcpu *vcpu, u64 bits);
void vmx_intercept_dr(struct zxvm_vcpu *vcpu, bool on);
void vmx_refresh_host(struct vmx_vcpu *vmx);

/* run.c, exit.c */
enum zxvm_run vmx_run(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run vmx_handle_exit(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			      u32 code);
const char *vmx_exit_name(u32 code);
void vmx_skip(struct zxvm_vcpu *vcpu);
void vmx_inject(struct zxvm_vcpu *vcpu, const struct zxvm_event *event);
u32 vmx_blocked(struct zxvm_vcpu *vcpu);

/* What vmx_enter() returns if VMLAUNCH or VMRESUME itself failed */
#define VMX_NOT_ENTERED	U32_MAX

/* entry.S, and what it calls after CPUID */
u32 vmx_enter(struct zxvm_vcpu *vcpu, struct vmx_switch *sw, bool launched);
void vmx_exit(void);
bool vmx_fast_cpuid(struct zxvm_vcpu *vcpu);
void vmx_call_irq(unsigned long handler);

#endif /* ZXVM_X86_VMX_H */
