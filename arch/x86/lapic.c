// SPDX-License-Identifier: GPL-2.0
/*
 * The local APIC: what is posted to it, what is pending and in service, and
 * which vector the CPU has to take.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/string.h>

#include "lapic.h"

/* 0x15: integrated; LVT entries up to CMCI; SVR can suppress EOI broadcasts */
#define VERSION			(0x15 | 6 << 16 | BIT(24))

#define SPURIOUS_RESET		0xff
#define DFR_RESET		0xffffffffU
#define DFR_FLAT		0xf

const u16 lapic_lvts[LAPIC_NR_LVTS] = {
	LAPIC_LVT_CMCI, LAPIC_LVT_TIMER, LAPIC_LVT_THERMAL, LAPIC_LVT_PERF,
	LAPIC_LVT_LINT0, LAPIC_LVT_LINT1, LAPIC_LVT_ERROR,
};

static u32 *word_of(struct lapic *lapic, u32 base, u8 vector)
{
	return &lapic->regs[(base + (vector / 32) * 0x10) / sizeof(u32)];
}

static bool test_vector(struct lapic *lapic, u32 base, u8 vector)
{
	return *word_of(lapic, base, vector) & BIT(vector % 32);
}

static void set_vector(struct lapic *lapic, u32 base, u8 *words, u8 vector)
{
	*word_of(lapic, base, vector) |= BIT(vector % 32);
	*words |= BIT(vector / 32);
}

static void clear_vector(struct lapic *lapic, u32 base, u8 *words, u8 vector)
{
	u32 *word = word_of(lapic, base, vector);

	*word &= ~BIT(vector % 32);
	if (!*word)
		*words &= ~BIT(vector / 32);
}

static u8 highest(const struct lapic *lapic, u32 base, u8 words)
{
	u32 word;

	if (!words)
		return 0;
	word = __fls(words);
	return word * 32 + __fls(lapic_reg(lapic, base + word * 0x10));
}

/*
 * PPR, 11.8.3.1, and from it what is ready. Where the classes are equal the
 * sub-class is TPR's, as hardware that virtualizes the APIC has it (30.1.3).
 */
static void update(struct lapic *lapic)
{
	u8 tpr, isrv, irrv;
	u32 ppr;

	if (lapic->away)
		return;
	tpr = lapic_reg(lapic, LAPIC_TPR);
	isrv = highest(lapic, LAPIC_ISR, lapic->isr_words);
	irrv = highest(lapic, LAPIC_IRR, lapic->irr_words);
	ppr = isrv >> 4 > tpr >> 4 ? isrv & 0xf0 : tpr;
	lapic_set_reg(lapic, LAPIC_PPR, ppr);
	WRITE_ONCE(lapic->ready, irrv >> 4 > ppr >> 4 ? irrv : 0);
}

/*
 * Vectors of one word have come. TMR follows the trigger mode at acceptance
 * (11.8.4), but a bit of it stays while the vector is pending or in service: an
 * edge on the same vector must not swallow the EOI that a level waits for.
 */
static void merge_word(struct lapic *lapic, u32 word, u32 vectors, bool level)
{
	u32 offset = word * 0x10;
	u32 irr = lapic_reg(lapic, LAPIC_IRR + offset);
	u32 busy = irr | lapic_reg(lapic, LAPIC_ISR + offset);
	u32 tmr = lapic_reg(lapic, LAPIC_TMR + offset);
	u32 new = level ? tmr | vectors : tmr & ~(vectors & ~busy);

	if (unlikely(new != tmr)) {
		lapic_set_reg(lapic, LAPIC_TMR + offset, new);
		lapic->tmr_changed = true;
	}
	atomic_or(vectors, (atomic_t *)word_of(lapic, LAPIC_IRR, word * 32));
	lapic->irr_words |= BIT(word);
}

/* A post can overtake the guest that disables its APIC: it is dropped then */
static void fold(struct lapic *lapic, unsigned long *posted, bool level)
{
	bool enabled = lapic->base & LAPIC_BASE_EN;
	unsigned long vectors;
	u32 i;

	for (i = 0; i < 4; i++) {
		if (!READ_ONCE(posted[i]))
			continue;
		vectors = xchg(&posted[i], 0);
		if (!enabled)
			continue;
		if ((u32)vectors)
			merge_word(lapic, i * 2, vectors, level);
		if (vectors >> 32)
			merge_word(lapic, i * 2 + 1, vectors >> 32, level);
	}
}

/*
 * A vector whose bit in TMR has to go is left to the owner. 64 bits of the page
 * begin with a register of 32.
 */
static bool takes_edge(struct lapic *lapic, u8 vector)
{
	return lapic->shared && !test_vector(lapic, LAPIC_TMR, vector);
}

static bool set_irr(struct lapic *lapic, u8 vector)
{
	return test_and_set_bit(vector % 32, (unsigned long *)
				word_of(lapic, LAPIC_IRR, vector));
}

/**
 * lapic_post() - make a vector pending
 * @lapic: for this APIC
 * @vector: from %LAPIC_FIRST_VECTOR up
 * @level: trigger mode
 *
 * Context: any.
 * Return: true if the VCPU has to be notified.
 */
bool lapic_post(struct lapic *lapic, u8 vector, bool level)
{
	if (!level && takes_edge(lapic, vector))
		return !set_irr(lapic, vector);
	/* Ordered before the event, as the owner's are the other way round. */
	if (test_and_set_bit(vector, level ? lapic->pir_level : lapic->pir))
		return false;
	return lapic_post_event(lapic, level ? LAPIC_EVENT_LEVEL :
					       LAPIC_EVENT_IRR);
}

/**
 * lapic_post_event() - make an event known
 * @lapic: to this APIC
 * @event: LAPIC_EVENT_*, but not INIT and SIPI
 *
 * Context: any.
 * Return: true if the VCPU has to be notified.
 */
bool lapic_post_event(struct lapic *lapic, u32 event)
{
	return !(atomic_fetch_or(event, &lapic->events) & event);
}

/**
 * lapic_post_init() - an INIT message
 * @lapic: for this APIC
 *
 * A SIPI that came before it is void.
 *
 * Context: any.
 * Return: true if the VCPU has to be notified.
 */
bool lapic_post_init(struct lapic *lapic)
{
	int old = atomic_read(&lapic->events), new;

	do {
		new = old & ~(LAPIC_EVENT_SIPI | LAPIC_EVENT_SIPI_VECTOR);
		new |= LAPIC_EVENT_INIT;
	} while (!atomic_try_cmpxchg(&lapic->events, &old, new));
	return !(old & LAPIC_EVENT_INIT);
}

/**
 * lapic_post_sipi() - a start-up message
 * @lapic: for this APIC
 * @vector: number of the page that execution starts in
 *
 * The first of several counts.
 *
 * Context: any.
 * Return: true if the VCPU has to be notified.
 */
bool lapic_post_sipi(struct lapic *lapic, u8 vector)
{
	int old = atomic_read(&lapic->events), new;

	do {
		if (old & LAPIC_EVENT_SIPI)
			return false;
		new = old | LAPIC_EVENT_SIPI |
		      FIELD_PREP(LAPIC_EVENT_SIPI_VECTOR, vector);
	} while (!atomic_try_cmpxchg(&lapic->events, &old, new));
	return true;
}

/**
 * lapic_publish() - let others know what decides on messages
 * @lapic: its base, SVR, LDR or DFR has changed
 *
 * Context: the owner.
 */
void lapic_publish(struct lapic *lapic)
{
	u32 published = lapic_reg(lapic, LAPIC_LDR) >> 24;

	if (lapic_reg(lapic, LAPIC_DFR) >> 28 == DFR_FLAT)
		published |= LAPIC_PUB_FLAT;
	if (lapic->base & LAPIC_BASE_EN)
		published |= LAPIC_PUB_ENABLED;
	if (lapic_is_x2apic(lapic))
		published |= LAPIC_PUB_X2APIC;
	if (lapic_reg(lapic, LAPIC_SVR) & LAPIC_SVR_ENABLE)
		published |= LAPIC_PUB_ACCEPTS;
	WRITE_ONCE(lapic->published, published);
	lapic_published(lapic);
}

/**
 * lapic_reset() - the state after INIT, 11.4.7.3
 * @lapic: its mode and its ID stay
 *
 * Context: the owner.
 */
void lapic_reset(struct lapic *lapic)
{
	u32 i;

	lapic->deadline = 0;
	lapic_timer_stop(lapic);
	memset(lapic->regs, 0, LAPIC_SIZE);
	lapic->tmr_changed = true;
	lapic->away = false;
	lapic->irr_words = 0;
	lapic->isr_words = 0;
	lapic->errors = 0;

	lapic_set_reg(lapic, LAPIC_VERSION, VERSION);
	lapic_set_reg(lapic, LAPIC_DFR, DFR_RESET);
	lapic_set_reg(lapic, LAPIC_SVR, SPURIOUS_RESET);
	for (i = 0; i < LAPIC_NR_LVTS; i++)
		lapic_set_reg(lapic, lapic_lvts[i], LAPIC_LVT_MASKED);
	if (lapic_is_x2apic(lapic)) {
		lapic_set_reg(lapic, LAPIC_ID, lapic->id);
		lapic_set_reg(lapic, LAPIC_LDR, lapic_x2apic_ldr(lapic));
	} else {
		lapic_set_reg(lapic, LAPIC_ID, lapic->id << 24);
	}
	update(lapic);
	lapic_publish(lapic);
}

/**
 * lapic_power_up() - the state after power-up: xAPIC mode, software disabled
 * @lapic: zeroed, or of a VCPU that is gone
 * @id: below %LAPIC_MAX_CPUS
 * @bsp: the bootstrap processor
 * @regs: a page
 *
 * Context: before the VCPU runs. Others may post already.
 */
void lapic_power_up(struct lapic *lapic, u32 id, bool bsp, u32 *regs)
{
	lapic->id = id;
	lapic->regs = regs;
	lapic->base = LAPIC_BASE_ADDR | LAPIC_BASE_EN |
		      (bsp ? LAPIC_BASE_BSP : 0);
	lapic->armed = 0;
	lapic_reset(lapic);
}

/**
 * lapic_power_down() - the VCPU goes
 * @lapic: accepts nothing any more
 *
 * What is posted meanwhile is there after lapic_power_up() at most as an
 * interrupt from nowhere.
 *
 * Context: the caller owns the VCPU.
 */
void lapic_power_down(struct lapic *lapic)
{
	lapic->deadline = 0;
	lapic_timer_stop(lapic);
	WRITE_ONCE(lapic->published, 0);
	lapic->base = 0;
	lapic_take(lapic);
}

/**
 * lapic_take() - take over what was posted
 * @lapic: not idle
 *
 * After INIT nothing else that was posted counts, but a SIPI does.
 *
 * Context: the owner, before an entry or to see whether a halted VCPU wakes.
 * Return: LAPIC_EVENT_OWNER: what the caller has to do.
 */
u32 lapic_take(struct lapic *lapic)
{
	u32 events = 0;

	if (atomic_read(&lapic->events))
		events = atomic_xchg(&lapic->events, 0);
	if (events & LAPIC_EVENT_IRR)
		fold(lapic, lapic->pir, false);
	if (events & LAPIC_EVENT_LEVEL)
		fold(lapic, lapic->pir_level, true);
	if (events & LAPIC_EVENT_INIT) {
		lapic_reset(lapic);
		return events & LAPIC_EVENT_OWNER & ~LAPIC_EVENT_NMI;
	}
	if (events & LAPIC_EVENT_ERROR)
		lapic_error(lapic, LAPIC_ESR_RECV_VECTOR);
	if (events & LAPIC_EVENT_TIMER) {
		lapic->armed = 0;
		lapic_timer_check(lapic);
	}
	update(lapic);
	return events & LAPIC_EVENT_OWNER;
}

/**
 * lapic_accept() - the CPU takes an interrupt
 * @lapic: its APIC
 * @vector: lapic->ready
 *
 * Context: the owner.
 */
void lapic_accept(struct lapic *lapic, u8 vector)
{
	clear_vector(lapic, LAPIC_IRR, &lapic->irr_words, vector);
	set_vector(lapic, LAPIC_ISR, &lapic->isr_words, vector);
	update(lapic);
}

/**
 * lapic_eoi_done() - an interrupt was taken out of service
 * @lapic: by the guest, here or in hardware
 * @vector: which
 *
 * Context: the owner.
 */
void lapic_eoi_done(struct lapic *lapic, u8 vector)
{
	if (test_vector(lapic, LAPIC_TMR, vector) &&
	    !(lapic_reg(lapic, LAPIC_SVR) & LAPIC_SVR_SUPPRESS_EOI))
		lapic_eoi_broadcast(lapic, vector);
}

/**
 * lapic_eoi() - the guest writes EOI
 * @lapic: its APIC
 *
 * Context: the owner.
 */
void lapic_eoi(struct lapic *lapic)
{
	u8 vector = highest(lapic, LAPIC_ISR, lapic->isr_words);

	if (!vector)
		return;
	clear_vector(lapic, LAPIC_ISR, &lapic->isr_words, vector);
	lapic_eoi_done(lapic, vector);
	update(lapic);
}

/**
 * lapic_set_tpr() - the guest writes TPR, or CR8 (@tpr is CR8 << 4 then)
 * @lapic: its APIC
 * @tpr: the value
 *
 * Context: the owner.
 */
void lapic_set_tpr(struct lapic *lapic, u8 tpr)
{
	lapic_set_reg(lapic, LAPIC_TPR, tpr);
	update(lapic);
}

/**
 * lapic_raise() - a message of an edge that comes from the owner
 * @lapic: to this APIC
 * @vector: from %LAPIC_FIRST_VECTOR up
 *
 * As apic_deliver(), but nobody has to be notified. What is ready is found by
 * lapic_take().
 *
 * Context: the owner.
 */
void lapic_raise(struct lapic *lapic, u8 vector)
{
	const u32 both = LAPIC_PUB_ENABLED | LAPIC_PUB_ACCEPTS;

	if ((lapic->published & both) == both)
		merge_word(lapic, vector / 32, BIT(vector % 32), false);
}

/**
 * lapic_local() - an interrupt from this APIC itself: edge-triggered
 * @lapic: here
 * @vector: may be illegal
 *
 * Context: the owner.
 */
void lapic_local(struct lapic *lapic, u8 vector)
{
	if (vector < LAPIC_FIRST_VECTOR) {
		lapic_error(lapic, LAPIC_ESR_RECV_VECTOR);
		return;
	}
	merge_word(lapic, vector / 32, BIT(vector % 32), false);
	update(lapic);
}

/**
 * lapic_error() - note an error, and interrupt unless one is noted already
 * @lapic: that detected it
 * @error: LAPIC_ESR_*
 *
 * A write of ESR arms the interrupt again (11.5.3).
 *
 * Context: the owner.
 */
void lapic_error(struct lapic *lapic, u32 error)
{
	u32 lvt = lapic_reg(lapic, LAPIC_LVT_ERROR);
	bool first = !lapic->errors;

	lapic->errors |= error;
	if (first && !(lvt & LAPIC_LVT_MASKED))
		lapic_local(lapic, lvt);
}

/**
 * lapic_reload() - take the page back from hardware
 * @lapic: IRR, ISR or TPR may have changed
 *
 * What is ready is found by whatever the caller does next: lapic_take(),
 * lapic_eoi() or lapic_set_tpr().
 *
 * Context: the owner.
 */
void lapic_reload(struct lapic *lapic)
{
	u32 irr_words = 0, isr_words = 0, i;

	for (i = 0; i < 8; i++) {
		if (lapic_reg(lapic, LAPIC_IRR + i * 0x10))
			irr_words |= BIT(i);
		if (lapic_reg(lapic, LAPIC_ISR + i * 0x10))
			isr_words |= BIT(i);
	}
	lapic->away = false;
	lapic->irr_words = irr_words;
	lapic->isr_words = isr_words;
}

/**
 * lapic_hand_over() - hardware goes on with the page
 * @lapic: what is pending and in service is hardware's until lapic_reload()
 *
 * What comes to IRR meanwhile is the only thing that the owner knows of, and
 * so what hardware has to be told.
 *
 * Context: the owner.
 */
void lapic_hand_over(struct lapic *lapic)
{
	lapic->away = true;
	lapic->irr_words = 0;
	lapic->isr_words = 0;
	WRITE_ONCE(lapic->ready, 0);
}

/**
 * lapic_rvi() - the highest vector that is requested
 * @lapic: the APIC
 *
 * Context: the owner.
 * Return: Requesting virtual interrupt, 30.1.1; 0 if there is none. After
 * lapic_hand_over() what hardware has to be told, if that is higher than its own.
 */
u8 lapic_rvi(const struct lapic *lapic)
{
	return highest(lapic, LAPIC_IRR, lapic->irr_words);
}

/**
 * lapic_svi() - the highest vector that is in service
 * @lapic: the APIC
 *
 * Context: the owner.
 * Return: Servicing virtual interrupt, 30.1.1; 0 if there is none.
 */
u8 lapic_svi(const struct lapic *lapic)
{
	return highest(lapic, LAPIC_ISR, lapic->isr_words);
}

/**
 * lapic_tpr_threshold() - how far TPR has to fall to be of interest
 * @lapic: the APIC
 *
 * Context: the owner.
 * Return: TPR threshold, 25.6.8: the class of the vector that TPR holds back;
 * 0 if it holds back none.
 */
u8 lapic_tpr_threshold(const struct lapic *lapic)
{
	u8 class = lapic_rvi(lapic) >> 4;

	return class <= lapic_svi(lapic) >> 4 ||
	       class > lapic_reg(lapic, LAPIC_TPR) >> 4 ? 0 : class;
}

/**
 * lapic_eoi_exits() - the vectors whose EOI has to be broadcast
 * @lapic: the APIC
 * @bitmap: EOI-exit bitmap, 25.6.8
 *
 * Context: the owner.
 */
void lapic_eoi_exits(const struct lapic *lapic, u64 bitmap[4])
{
	u32 i;

	for (i = 0; i < 4; i++)
		bitmap[i] = lapic_reg(lapic, LAPIC_TMR + i * 0x20) |
			(u64)lapic_reg(lapic, LAPIC_TMR + i * 0x20 + 0x10) << 32;
}
