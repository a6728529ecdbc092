/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door between arch/x86 and a vendor's folder, vmx/ or svm/: all that the
 * common code asks of the hardware, in terms that both manuals share.
 *
 * One table is chosen when the module is loaded. What an exit may call goes
 * through static calls, declared at the end.
 */
#ifndef ZXVM_X86_VENDOR_H
#define ZXVM_X86_VENDOR_H

#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/static_call.h>
#include <linux/types.h>

#include "arch.h"
#include "field.h"

/* Segments in the order of instruction encodings; SDM vol. 3, 24.4.1 */
enum zxvm_seg {
	ZXVM_ES,
	ZXVM_CS,
	ZXVM_SS,
	ZXVM_DS,
	ZXVM_FS,
	ZXVM_GS,
	ZXVM_LDTR,
	ZXVM_TR,
	ZXVM_SEGS,
};

/* struct zxvm_segment.ar: access rights as in a VMCS, SDM vol. 3, 25.4.1 */
#define ZXVM_AR_TYPE	GENMASK(3, 0)
#define ZXVM_AR_S	BIT(4)
#define ZXVM_AR_DPL	GENMASK(6, 5)
#define ZXVM_AR_P	BIT(7)
#define ZXVM_AR_L	BIT(13)
#define ZXVM_AR_DB	BIT(14)
#define ZXVM_AR_G	BIT(15)
#define ZXVM_AR_UNUSABLE BIT(16)

/**
 * struct zxvm_segment - one segment register with its hidden part
 * @base: base address
 * @limit: in bytes
 * @ar: ZXVM_AR_*
 * @selector: the visible part
 */
struct zxvm_segment {
	u64 base;
	u32 limit;
	u32 ar;
	u16 selector;
};

/* What may be waited for, or be blocked */
#define ZXVM_WINDOW_IRQ		BIT(0)
#define ZXVM_WINDOW_NMI		BIT(1)

/**
 * struct zxvm_code - where the guest executes, all that a MEM packet tells
 * @rip: RIP
 * @cr3: CR3
 * @efer: EFER
 * @cs: access rights of CS, ZXVM_AR_*
 */
struct zxvm_code {
	u64 rip;
	u64 cr3;
	u64 efer;
	u32 cs;
};

/**
 * struct zxvm_vendor - a vendor's operations
 * @name: for the log
 * @backend: ZXVM_BACKEND_*
 * @ept: second-stage tables have the format of EPT, not of NPT
 * @probe: at load: find out what the CPU has. 0, or an error after one line
 *	in the log. May sleep
 * @features: fill the vendor's part of ZXVM_GET_FEATURES
 * @exit_name: name of an exit code below ZXVM_ARCH_EXITS, or NULL
 * @hw_alloc: memory that every CPU needs; 0 or -ENOMEM. May sleep
 * @hw_free: undoes @hw_alloc
 * @hw_enable: switch virtualization on, on this CPU. Interrupts off. 0,
 *	-EBUSY if somebody else has, -EIO if the CPU refuses
 * @hw_disable: and off. Interrupts off; no VCPU's state is left in the CPU.
 *	Both also frame a stretch that borrows the hardware, see own.c
 * @hw_abandon: and off in an emergency: @hw_disable without a look at lists
 * @guest_init: allocate what a guest with an irqchip needs; 0 or -ENOMEM. May
 *	sleep. NULL: nothing
 * @guest_destroy: free it; its second-stage table is gone
 * @vcpu_init: allocate what a VCPU needs; 0 or -ENOMEM. May sleep
 * @vcpu_destroy: free it, whatever CPU has it. May sleep
 * @load: the owner thread is on this CPU now. Preemption off, interrupts on
 * @put: it leaves. Preemption off
 * @leave: as zxvm_arch_leave(). NULL if @put leaves nothing
 * @run: enter once, and look at the exit; interrupts off. Begins with
 *	zxvm_live_begin() if the VCPU is not live, and looks at
 *	vcpu->arch.requests and zxvm_tlb_stale() before it enters
 * @get: a register. Loaded, or nobody runs the VCPU
 * @set: a register; the value is one that VM entry takes
 * @get_code: several registers at once
 * @get_segment: a segment register
 * @set_segment: a segment register
 * @skip: step over the instruction of the last exit, which is
 *	vcpu->arch.insn_len bytes long, as its execution would have: no
 *	interrupt shadow after it, and the trap of RFLAGS.TF
 * @inject: deliver an event with the next entry; @blocked allows it
 * @blocked: which of ZXVM_WINDOW_* the guest would not take now
 * @set_window: exit as soon as the guest takes any of ZXVM_WINDOW_*
 * @set_tpr_threshold: exit when the guest lowers TPR's class, by MOV to CR8,
 *	below this; 0: do not
 * @set_apic_hw: let the CPU deliver what is pending in the local APIC's page,
 *	which has been reloaded, or do not. NULL if that never changes
 * @notify_cpu: the VCPU that another CPU runs has to look at what was posted.
 *	Any context. NULL if zxvm_host.apic_posts never is
 * @apic_published: lapic->published has changed. NULL: of no interest
 * @settle_apic_page: let the guest see, or not see, the page of its local APIC
 *	in memory, whichever is right now. Loaded, may sleep. NULL if
 *	zxvm_host.apic_shared never is
 * @take_irq: call the host's handler if the exit has acknowledged the
 *	interrupt. NULL if none does
 * @intercept_dr: exit for MOV DR, or do not, as DR0 to DR3 are the guest's;
 *	moves DR6 where that is not the hardware's affair
 */
struct zxvm_vendor {
	const char *name;
	u32 backend;
	bool ept;
	int (*probe)(void);
	void (*features)(struct zxvm_features *features);
	const char *(*exit_name)(u32 code);
	int (*hw_alloc)(void);
	void (*hw_free)(void);
	int (*hw_enable)(void);
	void (*hw_disable)(void);
	void (*hw_abandon)(void);
	int (*guest_init)(struct zxvm_guest *guest);
	void (*guest_destroy)(struct zxvm_guest *guest);
	int (*vcpu_init)(struct zxvm_vcpu *vcpu);
	void (*vcpu_destroy)(struct zxvm_vcpu *vcpu);
	void (*load)(struct zxvm_vcpu *vcpu, int cpu);
	void (*put)(struct zxvm_vcpu *vcpu);
	void (*leave)(void);
	enum zxvm_run (*run)(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
	u64 (*get)(struct zxvm_vcpu *vcpu, enum zxvm_field field);
	void (*set)(struct zxvm_vcpu *vcpu, enum zxvm_field field, u64 value);
	void (*get_code)(struct zxvm_vcpu *vcpu, struct zxvm_code *code);
	void (*get_segment)(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
			    struct zxvm_segment *value);
	void (*set_segment)(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
			    const struct zxvm_segment *value);
	void (*skip)(struct zxvm_vcpu *vcpu);
	void (*inject)(struct zxvm_vcpu *vcpu, const struct zxvm_event *event);
	u32 (*blocked)(struct zxvm_vcpu *vcpu);
	void (*set_window)(struct zxvm_vcpu *vcpu, u32 windows);
	void (*set_tpr_threshold)(struct zxvm_vcpu *vcpu, u8 class);
	void (*set_apic_hw)(struct zxvm_vcpu *vcpu, bool on);
	void (*notify_cpu)(int cpu);
	void (*apic_published)(struct zxvm_guest *guest,
			       const struct lapic *lapic);
	enum zxvm_run (*settle_apic_page)(struct zxvm_vcpu *vcpu,
					  struct zxvm_exit *exit);
	void (*take_irq)(struct zxvm_vcpu *vcpu);
	void (*intercept_dr)(struct zxvm_vcpu *vcpu, bool on);
};

extern const struct zxvm_vendor zxvm_vmx;
extern const struct zxvm_vendor zxvm_svm;

/* The one that runs here */
extern const struct zxvm_vendor *zxvm_vendor __ro_after_init;

DECLARE_STATIC_CALL(zxvm_load, *zxvm_vmx.load);
DECLARE_STATIC_CALL(zxvm_put, *zxvm_vmx.put);
DECLARE_STATIC_CALL(zxvm_leave, *zxvm_vmx.leave);
DECLARE_STATIC_CALL(zxvm_run, *zxvm_vmx.run);
DECLARE_STATIC_CALL(zxvm_get, *zxvm_vmx.get);
DECLARE_STATIC_CALL(zxvm_set, *zxvm_vmx.set);
DECLARE_STATIC_CALL(zxvm_get_code, *zxvm_vmx.get_code);
DECLARE_STATIC_CALL(zxvm_skip, *zxvm_vmx.skip);
DECLARE_STATIC_CALL(zxvm_inject, *zxvm_vmx.inject);
DECLARE_STATIC_CALL(zxvm_blocked, *zxvm_vmx.blocked);
DECLARE_STATIC_CALL(zxvm_set_window, *zxvm_vmx.set_window);
DECLARE_STATIC_CALL(zxvm_set_tpr_threshold, *zxvm_vmx.set_tpr_threshold);
DECLARE_STATIC_CALL(zxvm_set_apic_hw, *zxvm_vmx.set_apic_hw);
DECLARE_STATIC_CALL(zxvm_notify_cpu, *zxvm_vmx.notify_cpu);
DECLARE_STATIC_CALL(zxvm_take_irq, *zxvm_vmx.take_irq);

#endif /* ZXVM_X86_VENDOR_H */
