// SPDX-License-Identifier: GPL-2.0
/*
 * AVIC: the CPU works on the pages of a guest's local APICs, delivers what is
 * pending there, and sends IPIs from one to another. APM vol. 2, 15.29.
 *
 * It is on for all VCPUs of a guest with an irqchip, for ever. What depends on
 * the mode of the local APICs is what the guest sees of it: the page at the
 * APIC's address has to be in the second-stage table, which all VCPUs share,
 * and is while all are in xAPIC mode. While one is not, all accesses are nested
 * page faults, and MSRs exit as ever; interrupts are delivered the same.
 *
 * A table says where the page of each local APIC is, whether it accepts IPIs,
 * and on which CPU its VCPU runs. Whoever puts an interrupt into the page of a
 * VCPU that runs rings that CPU's doorbell; of another VCPU the sender exits.
 * So a VCPU that goes to sleep says first that it does not run, then looks at
 * its page.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mem_encrypt.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include <asm/msr.h>

#include "memory.h"
#include "svm.h"

/* An entry of the physical APIC ID table; 15.29.4.2 */
#define PHYSICAL_CPU		GENMASK_ULL(7, 0)
#define PHYSICAL_RUNNING	BIT_ULL(62)
#define PHYSICAL_VALID		BIT_ULL(63)

/* Of the logical APIC ID table: eight flat, or fifteen clusters; 15.29.4.3 */
#define LOGICAL_VALID		BIT(31)
#define LOGICAL_ENTRIES		60

#define ICR_BUSY		BIT(12)

#define CONNECTED		(LAPIC_PUB_ENABLED | LAPIC_PUB_ACCEPTS)

/**
 * struct svm_guest - what AVIC needs for a guest
 * @physical: the physical APIC ID table, by number of the VCPU
 * @logical: the logical APIC ID table
 * @lock: of @logical; innermost
 * @window: what is in the second-stage table at the APIC's address, for
 *	permissions alone: hardware goes on to the page of the VCPU's own
 * @hidden: VCPUs whose local APIC is not in xAPIC mode
 */
struct svm_guest {
	u64 *physical;
	u32 *logical;
	raw_spinlock_t lock;
	void *window;
	unsigned long hidden;
};

static_assert(LAPIC_MAX_CPUS <= BITS_PER_LONG);

static u64 pa_of(const void *page)
{
	return __sme_set(__pa(page));
}

/**
 * avic_guest_init() - see vendor.h
 * @guest: the guest
 *
 * Return: 0 or -ENOMEM.
 */
int avic_guest_init(struct zxvm_guest *guest)
{
	struct svm_guest *svm;

	if (!svm_caps.avic)
		return 0;
	svm = kzalloc(sizeof(*svm), GFP_KERNEL_ACCOUNT);
	if (!svm)
		return -ENOMEM;
	guest->arch.svm = svm;
	raw_spin_lock_init(&svm->lock);
	svm->physical = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	svm->logical = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	svm->window = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (svm->physical && svm->logical && svm->window)
		return 0;
	avic_guest_destroy(guest);
	return -ENOMEM;
}

/**
 * avic_guest_destroy() - see vendor.h
 * @guest: the guest
 */
void avic_guest_destroy(struct zxvm_guest *guest)
{
	struct svm_guest *svm = guest->arch.svm;

	if (!svm)
		return;
	free_page((unsigned long)svm->physical);
	free_page((unsigned long)svm->logical);
	free_page((unsigned long)svm->window);
	kfree(svm);
	guest->arch.svm = NULL;
}

/**
 * avic_vcpu_init() - AVIC in a new VMCB
 * @vcpu: of a guest that has it
 */
void avic_vcpu_init(struct zxvm_vcpu *vcpu)
{
	struct svm_guest *svm = vcpu->guest->arch.svm;
	struct vmcb *vmcb = vcpu->arch.svm->vmcb;

	vmcb->int_ctl |= VMCB_AVIC_ENABLE;
	vmcb->avic_apic_bar = LAPIC_BASE_ADDR;
	vmcb->avic_backing_page = pa_of(vcpu->arch.apic.page);
	vmcb->avic_logical_table = pa_of(svm->logical);
	/* With the last index that is looked at for a broadcast */
	vmcb->avic_physical_table = pa_of(svm->physical) | (LAPIC_MAX_CPUS - 1);
	vcpu->arch.svm->avic_entry = &svm->physical[vcpu->index];
}

/* Loading and putting the VCPU may come in between. */
static void change_entry(u64 *entry, u64 clear, u64 set)
{
	u64 old = READ_ONCE(*entry);

	while (!try_cmpxchg64(entry, &old, (old & ~clear) | set))
		;
}

/**
 * avic_vcpu_destroy() - the VCPU goes
 * @vcpu: of a guest that has AVIC
 */
void avic_vcpu_destroy(struct zxvm_vcpu *vcpu)
{
	change_entry(vcpu->arch.svm->avic_entry, ~0ULL, 0);
	clear_bit(vcpu->index, &vcpu->guest->arch.svm->hidden);
}

/* Whom each bit of a logical destination is for; of several, nobody. */
static void enter_logical(u32 *table, u64 *used, u32 published, u32 id)
{
	u32 ldr = FIELD_GET(LAPIC_PUB_LOGICAL, published), n = 0;

	if (!(published & LAPIC_PUB_FLAT)) {
		n = (ldr >> 4) * 4;
		ldr &= 0xf;
	}
	for (; ldr && n < LOGICAL_ENTRIES; n++, ldr >>= 1) {
		if (!(ldr & 1))
			continue;
		table[n] = *used & BIT_ULL(n) ? 0 : LOGICAL_VALID | id;
		*used |= BIT_ULL(n);
	}
}

/*
 * The sender's DFR says how the table is read: it is empty unless all agree.
 * What it does not say exits.
 */
static void list_logical(struct zxvm_guest *guest, u32 *table)
{
	const struct apic_bus *bus = &guest->arch.irqchip->bus;
	u32 published, formats = 0, id;
	u64 used = 0, rest;

	/* Pairs with apic_bus_add(). */
	for (rest = smp_load_acquire(&bus->present); rest; rest &= rest - 1) {
		id = __ffs64(rest);
		published = READ_ONCE(bus->lapics[id]->published);
		if (!(published & LAPIC_PUB_ENABLED))
			continue;
		formats |= published & LAPIC_PUB_FLAT ? 1 : 2;
		enter_logical(table, &used, published, id);
	}
	if (formats == 3)
		memset(table, 0, LOGICAL_ENTRIES * sizeof(*table));
}

static void update_logical(struct zxvm_guest *guest)
{
	struct svm_guest *svm = guest->arch.svm;
	u32 table[LOGICAL_ENTRIES] = { 0 };
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&svm->lock, flags);
	list_logical(guest, table);
	for (i = 0; i < LOGICAL_ENTRIES; i++)
		WRITE_ONCE(svm->logical[i], table[i]);
	raw_spin_unlock_irqrestore(&svm->lock, flags);
}

/**
 * avic_published() - see vendor.h
 * @guest: the guest
 * @lapic: one of its local APICs
 */
void avic_published(struct zxvm_guest *guest, const struct lapic *lapic)
{
	struct svm_guest *svm = guest->arch.svm;

	if (!svm)
		return;
	update_logical(guest);
	if ((lapic->published & CONNECTED) == CONNECTED)
		change_entry(&svm->physical[lapic->id], 0,
			     PHYSICAL_VALID | pa_of(lapic->regs));
	else
		change_entry(&svm->physical[lapic->id], PHYSICAL_VALID, 0);
	if (lapic_is_xapic(lapic))
		clear_bit(lapic->id, &svm->hidden);
	else
		set_bit(lapic->id, &svm->hidden);
}

/**
 * avic_load() - the VCPU can be found on this CPU
 * @svm: of a guest that has AVIC
 * @cpu: this one
 *
 * Context: preemption off.
 */
void avic_load(struct svm_vcpu *svm, int cpu)
{
	u32 id = cpu_physical_id(cpu);

	if (svm_caps.avic_running && id <= PHYSICAL_CPU)
		change_entry(svm->avic_entry, PHYSICAL_CPU,
			     PHYSICAL_RUNNING | id);
}

/**
 * avic_put() - it cannot any more
 * @svm: of a guest that has AVIC
 *
 * A full barrier: what is in the page is looked at afterwards.
 *
 * Context: preemption off.
 */
void avic_put(struct svm_vcpu *svm)
{
	change_entry(svm->avic_entry, PHYSICAL_RUNNING, 0);
}

/**
 * avic_ring() - see vendor.h
 * @cpu: which CPU; it ignores its doorbell unless it is in a guest
 */
void avic_ring(int cpu)
{
	zxvm_wrmsr(MSR_AMD64_SVM_AVIC_DOORBELL, cpu_physical_id(cpu));
}

/**
 * avic_wants_page() - should the guest see the page of its local APIC, which it
 * has missed?
 * @vcpu: loaded
 *
 * Return: whether.
 */
bool avic_wants_page(const struct zxvm_vcpu *vcpu)
{
	const struct svm_guest *svm = vcpu->guest->arch.svm;

	return svm && !READ_ONCE(svm->hidden);
}

/**
 * avic_settle_page() - see vendor.h
 * @vcpu: the VCPU
 * @exit: of this exit
 *
 * Return: ZXVM_RUN_RESUME, or ZXVM_RUN_STATUS without memory.
 */
enum zxvm_run avic_settle_page(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct svm_guest *svm = vcpu->guest->arch.svm;
	struct zxvm_vmar *vmar = vcpu->guest->vmar;
	int ret;

	if (!READ_ONCE(svm->hidden)) {
		ret = zxvm_vmar_map_page(vmar, &vcpu->cache, LAPIC_BASE_ADDR,
					 __pa(svm->window),
					 ZXVM_VM_PERM_READ |
					 ZXVM_VM_PERM_WRITE);
		if (ret)
			return zxvm_handle_unexpected(exit, ret);
	}
	/* Whoever hides it meanwhile comes here, too, behind the same lock. */
	if (READ_ONCE(svm->hidden))
		zxvm_vmar_unmap_page(vmar, LAPIC_BASE_ADDR);
	return ZXVM_RUN_RESUME;
}

static const u16 timer_regs[] = {
	LAPIC_LVT_TIMER, LAPIC_INITIAL_COUNT, LAPIC_DIVIDE,
};

/**
 * avic_keep_timer() - what avic_handle_noaccel() may need
 * @vcpu: about to be entered
 *
 * Context: interrupts off.
 */
void avic_keep_timer(struct zxvm_vcpu *vcpu)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(timer_regs); i++)
		vcpu->arch.svm->timer[i] =
			vcpu->arch.apic.page[timer_regs[i] / sizeof(u32)];
}

/*
 * A write that traps is in the page already. The ID cannot be written, there is
 * no remote read, and what a timer does depends on what was there.
 */
static void put_back(struct zxvm_vcpu *vcpu, u32 offset)
{
	u32 *reg = &vcpu->arch.apic.page[offset / sizeof(u32)];
	int i;

	if (offset == LAPIC_ID)
		*reg = vcpu->index << 24;
	else if (offset == LAPIC_RRD)
		*reg = 0;
	for (i = 0; i < ARRAY_SIZE(timer_regs); i++)
		if (timer_regs[i] == offset)
			*reg = vcpu->arch.svm->timer[i];
}

/* Writes that exit behind the instruction; 15.29.3.1, table 15-22 */
static bool is_trap(u32 offset)
{
	switch (offset) {
	case LAPIC_ID:
	case LAPIC_EOI:
	case LAPIC_RRD:
	case LAPIC_LDR:
	case LAPIC_DFR:
	case LAPIC_SVR:
	case LAPIC_ESR:
	case LAPIC_ICR:
	case LAPIC_LVT_TIMER:
	case LAPIC_LVT_THERMAL:
	case LAPIC_LVT_PERF:
	case LAPIC_LVT_LINT0:
	case LAPIC_LVT_LINT1:
	case LAPIC_LVT_ERROR:
	case LAPIC_INITIAL_COUNT:
	case LAPIC_DIVIDE:
		return true;
	default:
		return false;
	}
}

/**
 * avic_handle_noaccel() - an access to the page that the CPU leaves to us
 * @vcpu: loaded
 * @exit: of this exit
 *
 * EOI of a level is among them: it is still in service.
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run avic_handle_noaccel(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	const struct vmcb *vmcb = vcpu->arch.svm->vmcb;
	u32 offset = vmcb->exit_info_1 & VMCB_AVIC_OFFSET;
	bool write = vmcb->exit_info_1 & VMCB_AVIC_WRITE;
	u32 value;

	if (write && is_trap(offset)) {
		value = vcpu->arch.apic.page[offset / sizeof(u32)];
		put_back(vcpu, offset);
		zxvm_apic_written(vcpu, offset, value);
		return ZXVM_RUN_RESUME;
	}
	vcpu->arch.insn_len = 0;
	return zxvm_handle_nested_fault(vcpu, exit, LAPIC_BASE_ADDR + offset,
					write ? ZXVM_VM_PERM_WRITE :
						ZXVM_VM_PERM_READ,
					vmcb->exit_int_info & ZXVM_EVENT_VALID ?
						ZXVM_FAULT_DELIVERY : 0);
}

/**
 * avic_handle_incomplete_ipi() - an IPI that the CPU could not send, or not to
 * the end
 * @vcpu: loaded; the instruction has been stepped over
 * @exit: of this exit
 *
 * If there is a target that does not run, all have it in their pages. For any
 * other reason none has. CPUs may leave the delivery status busy.
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run avic_handle_incomplete_ipi(struct zxvm_vcpu *vcpu,
					 struct zxvm_exit *exit)
{
	const struct vmcb *vmcb = vcpu->arch.svm->vmcb;
	u32 *icr = &vcpu->arch.apic.page[LAPIC_ICR / sizeof(u32)];

	*icr &= ~ICR_BUSY;
	if (FIELD_GET(VMCB_AVIC_REASON, vmcb->exit_info_2) ==
	    VMCB_AVIC_NOT_RUNNING)
		zxvm_apic_sent(vcpu);
	else
		zxvm_apic_written(vcpu, LAPIC_ICR, *icr);
	return ZXVM_RUN_RESUME;
}
