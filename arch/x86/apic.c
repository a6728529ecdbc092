// SPDX-License-Identifier: GPL-2.0
/*
 * The owner thread and its local APIC: what comes in before an entry, INIT and
 * start-up, and the MSRs. A guest without an irqchip has Zircon's APIC.
 */
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/gfp.h>

#include <asm/processor-flags.h>
#include <asm/trapnr.h>
#include <asm/tsc.h>

#include "x86.h"

/* IA32_APIC_BASE of Zircon's APIC: x2APIC mode, for ever */
#define ZIRCON_BASE \
	(LAPIC_BASE_ADDR | LAPIC_BASE_EN | LAPIC_BASE_EXTD)

/* After INIT: SDM vol. 3, 10.1.4 */
#define RESET_CS_BASE	0xffff0000ULL
#define RESET_IP	0xfff0
#define RESET_DX	0x600

static struct lapic *lapic_of(const struct zxvm_vcpu *vcpu)
{
	return &vcpu->arch.apic.chip->lapic;
}

static bool has_lapic(const struct zxvm_vcpu *vcpu)
{
	return vcpu->arch.apic.chip;
}

/**
 * zxvm_apic_reloaded() - a local APIC, before IRR, ISR or TPR matter: hardware
 * may have worked on its page, and gets it back at the next entry
 * @vcpu: of a guest with an irqchip
 *
 * Context: the owner thread.
 * Return: the model.
 */
struct lapic *zxvm_apic_reloaded(struct zxvm_vcpu *vcpu)
{
	struct lapic *lapic = lapic_of(vcpu);

	if (lapic->away) {
		lapic_reload(lapic);
		set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	}
	return lapic;
}

/*
 * Unless it shares the page: in x2APIC mode alone, and while software has it
 * enabled. Hardware would accept a self IPI at any time.
 */
static bool wants_hw(const struct zxvm_vcpu *vcpu)
{
	const struct lapic *lapic = lapic_of(vcpu);

	if (zxvm_host.apic_shared)
		return true;
	return zxvm_host.apic_hw && lapic_is_x2apic(lapic) &&
	       lapic_reg(lapic, LAPIC_SVR) & LAPIC_SVR_ENABLE;
}

/* Is there nothing for the next entry, nor for a lower TPR? */
static bool is_quiet(const struct lapic *lapic)
{
	return lapic_idle(lapic) && !lapic->irr_words;
}

/**
 * zxvm_apic_worked() - the guest has worked on its local APIC: does that have
 * something for the next entry now, or for a lower TPR?
 * @vcpu: of a guest with an irqchip
 *
 * Context: the owner thread.
 */
void zxvm_apic_worked(struct zxvm_vcpu *vcpu)
{
	if (!is_quiet(lapic_of(vcpu)))
		set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
}

/**
 * zxvm_apic_init() - the APIC of a new VCPU
 * @vcpu: numbered
 *
 * Context: may sleep; guest->lock.
 * Return: 0 or -ENOMEM.
 */
int zxvm_apic_init(struct zxvm_vcpu *vcpu)
{
	struct zxvm_apic *apic = &vcpu->arch.apic;

	int ret;

	zxvm_apic_timer_init(vcpu);
	if (!zxvm_has_irqchip(vcpu->guest)) {
		zircon_apic_init(&apic->zircon, vcpu->index);
		apic->page = (u32 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
		return apic->page ? 0 : -ENOMEM;
	}
	ret = zxvm_irqchip_connect(vcpu);
	if (ret)
		return ret;
	apic->page = lapic_of(vcpu)->regs;
	apic->wait_sipi = vcpu->index;
	/* To wait, or to hand the page over */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	return 0;
}

/**
 * zxvm_apic_destroy() - the VCPU goes
 * @vcpu: nobody runs it
 *
 * Context: may sleep; guest->lock.
 */
void zxvm_apic_destroy(struct zxvm_vcpu *vcpu)
{
	if (has_lapic(vcpu))
		zxvm_irqchip_disconnect(vcpu);
	else
		free_page((unsigned long)vcpu->arch.apic.page);
	zxvm_apic_timer_destroy(vcpu);
}

/**
 * zxvm_apic_raise() - the VMM's own interrupt, from the thread that enters
 * @vcpu: of a guest with an irqchip
 * @vector: from %LAPIC_FIRST_VECTOR up
 *
 * Context: the owner thread.
 */
void zxvm_apic_raise(struct zxvm_vcpu *vcpu, u8 vector)
{
	lapic_raise(lapic_of(vcpu), vector);
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
}

/* A start-up message is for a VCPU that waits for it, and for no other. */
static void note_events(struct zxvm_vcpu *vcpu, u32 events)
{
	struct zxvm_apic *apic = &vcpu->arch.apic;

	if (events & LAPIC_EVENT_NMI)
		set_bit(X86_TRAP_NMI, vcpu->arch.pending);
	if (events & LAPIC_EVENT_INIT) {
		apic->init = true;
		apic->sipi = false;
	}
	if (events & LAPIC_EVENT_SIPI && !apic->sipi &&
	    (apic->init || apic->wait_sipi)) {
		apic->sipi = true;
		apic->sipi_page = FIELD_GET(LAPIC_EVENT_SIPI_VECTOR, events);
	}
}

static void take_zircon_timer(struct zxvm_vcpu *vcpu)
{
	struct zircon_apic *zircon = &vcpu->arch.apic.zircon;
	int vector;

	/* Ordered before the clock is read. */
	if (!READ_ONCE(vcpu->arch.apic.fired) ||
	    !xchg(&vcpu->arch.apic.fired, false))
		return;
	vector = zircon_apic_expire(zircon, rdtsc());
	if (vector >= 0)
		zxvm_arch_vcpu_interrupt(vcpu, vector);
	if (zircon->deadline)
		zxvm_apic_timer_arm(vcpu, zircon->deadline);
}

/* Even if nothing was posted: MOV to CR8 may have changed what is ready. */
static void take_posted(struct zxvm_vcpu *vcpu)
{
	if (has_lapic(vcpu))
		note_events(vcpu, lapic_take(lapic_of(vcpu)));
	else
		take_zircon_timer(vcpu);
}

static void choose_hw(struct zxvm_vcpu *vcpu)
{
	bool hw = wants_hw(vcpu);

	WRITE_ONCE(vcpu->arch.apic.hw, hw);
	if (unlikely(!hw && lapic_of(vcpu)->away)) {
		lapic_reload(lapic_of(vcpu));
		take_posted(vcpu);
	}
}

/**
 * zxvm_apic_take() - take over what has come in
 * @vcpu: loaded, with ZXVM_REQUEST_EVENT just cleared
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME: go on with what is pending; ZXVM_RUN_SLOW or
 * ZXVM_RUN_WAIT: the guest cannot be entered now.
 */
enum zxvm_run zxvm_apic_take(struct zxvm_vcpu *vcpu)
{
	struct zxvm_apic *apic = &vcpu->arch.apic;

	take_posted(vcpu);
	if (has_lapic(vcpu))
		choose_hw(vcpu);
	if (likely(!apic->init && !apic->wait_sipi))
		return ZXVM_RUN_RESUME;
	/* Look here again, whatever else happens. */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	if (!apic->init && !apic->sipi)
		return ZXVM_RUN_WAIT;
	vcpu->arch.slow = ZXVM_SLOW_INIT;
	return ZXVM_RUN_SLOW;
}

/**
 * zxvm_apic_enter() - let hardware deliver what is pending, or else be told
 * when TPR lets something through
 * @vcpu: loaded, about to be entered; there is nothing for zxvm_apic_take()
 *
 * Context: interrupts off.
 */
void zxvm_apic_enter(struct zxvm_vcpu *vcpu)
{
	struct zxvm_apic *apic = &vcpu->arch.apic;
	u8 threshold;

	if (!has_lapic(vcpu))
		return;
	if (zxvm_host.apic_hw) {
		static_call_cond(zxvm_set_apic_hw)(vcpu, apic->hw);
		if (apic->hw)
			lapic_hand_over(lapic_of(vcpu));
	}
	threshold = apic->hw ? 0 : lapic_tpr_threshold(lapic_of(vcpu));
	if (threshold == apic->tpr_threshold)
		return;
	apic->tpr_threshold = threshold;
	static_call(zxvm_set_tpr_threshold)(vcpu, threshold);
}

/**
 * zxvm_apic_eoi_done() - hardware has ended a level-triggered interrupt
 * @vcpu: loaded
 * @vector: which
 *
 * Context: interrupts off.
 */
void zxvm_apic_eoi_done(struct zxvm_vcpu *vcpu, u8 vector)
{
	lapic_eoi_done(lapic_of(vcpu), vector);
}

/*
 * Most registers can be written whatever is pending and in service. An interrupt
 * that comes of it is for the next entry to find.
 */
static struct lapic *lapic_for_write(struct zxvm_vcpu *vcpu, u32 offset)
{
	if (offset == LAPIC_EOI || offset == LAPIC_TPR)
		return zxvm_apic_reloaded(vcpu);
	return lapic_of(vcpu);
}

/**
 * zxvm_apic_written() - the guest has written a register that hardware leaves
 * to us
 * @vcpu: loaded; the instruction has been stepped over
 * @offset: in the page
 * @value: what was written
 *
 * Context: interrupts off.
 */
void zxvm_apic_written(struct zxvm_vcpu *vcpu, u32 offset, u32 value)
{
	struct lapic *lapic = lapic_for_write(vcpu, offset);

	if (lapic_is_xapic(lapic))
		lapic_write_mmio(lapic, offset, sizeof(value), value);
	else
		lapic_write_msr(lapic, LAPIC_MSR_FIRST + offset / 16, value);
	zxvm_apic_worked(vcpu);
}

/**
 * zxvm_apic_sent() - hardware has put an IPI into the pages of those whom it
 * is for, but does not know where they run
 * @vcpu: the sender; loaded; the instruction has been stepped over
 *
 * Context: interrupts off.
 */
void zxvm_apic_sent(struct zxvm_vcpu *vcpu)
{
	struct apic_msg msg;

	lapic_last_ipi(lapic_of(vcpu), &msg);
	apic_notify(&vcpu->guest->arch.irqchip->bus, lapic_of(vcpu), &msg);
}

/**
 * zxvm_apic_wakes() - does a VCPU that waits or halts go on?
 * @vcpu: the caller is its owner thread
 * @rflags: the guest's
 *
 * A halted one does for an interrupt that it would take: with an irqchip IF
 * counts. On Zircon it does not.
 *
 * Context: any; does not sleep.
 * Return: true if it does.
 */
bool zxvm_apic_wakes(struct zxvm_vcpu *vcpu, u64 rflags)
{
	struct zxvm_apic *apic = &vcpu->arch.apic;

	if (!has_lapic(vcpu)) {
		take_posted(vcpu);
		return !bitmap_empty(vcpu->arch.pending, ZXVM_MAX_VECTORS);
	}
	/* IPIs of hardware come at any time, and without an event. */
	if (zxvm_apic_reloaded(vcpu)->shared)
		lapic_reload(lapic_of(vcpu));
	take_posted(vcpu);
	if (apic->init || apic->wait_sipi)
		return apic->init || apic->sipi;
	return !bitmap_empty(vcpu->arch.pending, ZXVM_MAX_VECTORS) ||
	       (lapic_of(vcpu)->ready && rflags & X86_EFLAGS_IF);
}

static void reset_registers(struct zxvm_vcpu *vcpu, u64 cs_base, u64 ip)
{
	zxvm_reset_real(vcpu, cs_base);
	zxvm_set(vcpu, ZXVM_CR0, X86_CR0_ET);
	zxvm_set(vcpu, ZXVM_CR4, 0);
	zxvm_set(vcpu, ZXVM_EFER, 0);
	zxvm_set(vcpu, ZXVM_RIP, ip);
	zxvm_set_gpr(vcpu, ZXVM_RDX, RESET_DX);
}

/**
 * zxvm_slow_init() - act on INIT and start-up messages
 * @vcpu: loaded
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_slow_init(struct zxvm_vcpu *vcpu)
{
	struct zxvm_apic *apic = &vcpu->arch.apic;

	if (apic->init) {
		apic->init = false;
		vcpu->arch.event.info = 0;
		bitmap_zero(vcpu->arch.pending, ZXVM_MAX_VECTORS);
		reset_registers(vcpu, RESET_CS_BASE, RESET_IP);
		apic->wait_sipi = !(lapic_of(vcpu)->base & LAPIC_BASE_BSP);
	}
	if (apic->sipi && apic->wait_sipi) {
		reset_registers(vcpu, (u64)apic->sipi_page << PAGE_SHIFT, 0);
		apic->wait_sipi = false;
	}
	apic->sipi = false;
	return ZXVM_RUN_RESUME;
}

/* An interrupt to itself, and nothing else: hardware can be told at once. */
static noinline enum zxvm_run finish_pending(struct zxvm_vcpu *vcpu)
{
	struct lapic *lapic = lapic_of(vcpu);

	if (lapic->away && lapic_idle(lapic))
		zxvm_apic_enter(vcpu);
	else
		set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	return zxvm_finish_insn(vcpu);
}

static enum zxvm_run finish_lapic(struct zxvm_vcpu *vcpu, bool done)
{
	if (!done)
		return zxvm_inject_gp(vcpu);
	if (is_quiet(lapic_of(vcpu)))
		return zxvm_finish_insn(vcpu);
	return finish_pending(vcpu);
}

/* The page of the local APIC is not for other modes. */
static enum zxvm_run finish_base(struct zxvm_vcpu *vcpu, u64 value)
{
	struct lapic *lapic = zxvm_apic_reloaded(vcpu);
	enum zxvm_run run = finish_lapic(vcpu, lapic_set_base(lapic, value));

	if (!zxvm_host.apic_shared || lapic_is_xapic(lapic))
		return run;
	vcpu->arch.slow = ZXVM_SLOW_APIC_MODE;
	return ZXVM_RUN_SLOW;
}

static enum zxvm_run finish_zircon(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit,
				   enum zircon_apic_way way, u64 value)
{
	switch (way) {
	case ZIRCON_APIC_GP:
		return zxvm_inject_gp(vcpu);
	case ZIRCON_APIC_INVALID:
		return zxvm_handle_unexpected(exit, -EINVAL);
	case ZIRCON_APIC_UNSUPPORTED:
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	case ZIRCON_APIC_PACKET:
		zxvm_finish_insn(vcpu);
		return ZXVM_RUN_PACKET;
	case ZIRCON_APIC_TIMER:
		zxvm_apic_timer_arm(vcpu, vcpu->arch.apic.zircon.deadline);
		break;
	case ZIRCON_APIC_SELF:
		zxvm_arch_vcpu_interrupt(vcpu, (u8)value);
		break;
	case ZIRCON_APIC_DONE:
		break;
	}
	return zxvm_finish_insn(vcpu);
}

/**
 * zxvm_read_apic_base() - RDMSR of IA32_APIC_BASE
 * @vcpu: loaded
 *
 * Return: the value.
 */
u64 zxvm_read_apic_base(const struct zxvm_vcpu *vcpu)
{
	if (has_lapic(vcpu))
		return lapic_of(vcpu)->base;
	return ZIRCON_BASE | (vcpu->index ? 0 : LAPIC_BASE_BSP);
}

/**
 * zxvm_write_apic_base() - WRMSR of IA32_APIC_BASE
 * @vcpu: loaded
 * @exit: of this exit
 * @value: the value
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_write_apic_base(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit, u64 value)
{
	if (has_lapic(vcpu))
		return finish_base(vcpu, value);
	if ((value ^ ZIRCON_BASE) & ~LAPIC_BASE_BSP)
		return zxvm_handle_unexpected(exit, -EINVAL);
	return zxvm_finish_insn(vcpu);
}

/**
 * zxvm_read_x2apic() - RDMSR of a register of the APIC
 * @vcpu: loaded
 * @msr: which
 * @value: out
 *
 * Context: interrupts off.
 * Return: false for #GP(0).
 */
bool zxvm_read_x2apic(struct zxvm_vcpu *vcpu, u32 msr, u64 *value)
{
	bool done;

	if (!has_lapic(vcpu))
		return zircon_apic_read(&vcpu->arch.apic.zircon, msr, value);
	done = lapic_read_msr(lapic_of(vcpu), msr, value);
	zxvm_apic_worked(vcpu);
	return done;
}

/* Out of line, so that a local APIC does not need the registers for it */
static noinline enum zxvm_run write_zircon(struct zxvm_vcpu *vcpu,
					   struct zxvm_exit *exit, u32 msr,
					   u64 value)
{
	enum zircon_apic_way way;

	way = zircon_apic_write(&vcpu->arch.apic.zircon, msr, value, rdtsc(),
				&exit->packet);
	return finish_zircon(vcpu, exit, way, value);
}

static bool write_lapic(struct zxvm_vcpu *vcpu, u32 msr, u64 value)
{
	u32 offset = (msr - LAPIC_MSR_FIRST) * 16;

	return lapic_write_msr(lapic_for_write(vcpu, offset), msr, value);
}

/**
 * zxvm_write_x2apic() - WRMSR of a register of the APIC
 * @vcpu: loaded
 * @exit: of this exit
 * @msr: which
 * @value: the value
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_write_x2apic(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
				u32 msr, u64 value)
{
	if (has_lapic(vcpu))
		return finish_lapic(vcpu, write_lapic(vcpu, msr, value));
	return write_zircon(vcpu, exit, msr, value);
}

/**
 * zxvm_read_tsc_deadline() - RDMSR of IA32_TSC_DEADLINE
 * @vcpu: loaded
 * @value: out
 *
 * Context: interrupts off.
 * Return: false for #GP(0), without an irqchip.
 */
bool zxvm_read_tsc_deadline(struct zxvm_vcpu *vcpu, u64 *value)
{
	if (!has_lapic(vcpu))
		return false;
	*value = lapic_tsc_deadline(lapic_of(vcpu));
	zxvm_apic_worked(vcpu);
	return true;
}

/**
 * zxvm_write_tsc_deadline() - WRMSR of IA32_TSC_DEADLINE
 * @vcpu: loaded
 * @exit: of this exit
 * @value: the value
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_write_tsc_deadline(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit, u64 value)
{
	enum zircon_apic_way way;

	if (has_lapic(vcpu)) {
		lapic_set_tsc_deadline(lapic_of(vcpu), value);
		return finish_lapic(vcpu, true);
	}
	way = zircon_apic_set_deadline(&vcpu->arch.apic.zircon, value,
				       rdtsc());
	return finish_zircon(vcpu, exit, way, value);
}

/**
 * zxvm_write_cr8() - MOV to CR8 that exits
 * @vcpu: loaded
 * @value: the value
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_write_cr8(struct zxvm_vcpu *vcpu, u64 value)
{
	if (value & ~(u64)X86_CR8_TPR)
		return zxvm_inject_gp(vcpu);
	vcpu->arch.apic.page[LAPIC_TPR / sizeof(u32)] = value << 4;
	if (!has_lapic(vcpu))
		return zxvm_finish_insn(vcpu);
	lapic_set_tpr(zxvm_apic_reloaded(vcpu), value << 4);
	return finish_lapic(vcpu, true);
}
