/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The local APIC as a state machine, and the messages between APICs.
 *
 * Everything here is pure logic over the structures below, so that
 * selftests/unit runs the same files in user space. Who may touch what:
 *
 * - The registers are a page in the architectural layout, 32 bits each 16
 *   bytes. The page and all of struct lapic under "the owner's" belong to the
 *   thread of the VCPU alone and have no lock.
 * - Everybody else posts: sets bits of @pir or @pir_level first and then of
 *   @events, which the owner takes in the opposite order. So nothing is lost
 *   and nobody waits. A post that the owner does not know of yet returns true
 *   and has to be followed by a notification of the VCPU.
 * - The structure begins with a posted-interrupt descriptor (30.6). A CPU that
 *   runs the VCPU may take over @pir in the same way as the owner does, and
 *   clears LAPIC_EVENT_IRR, which is the outstanding-notification bit. All else
 *   in the descriptor is for software.
 * - With @shared, hardware takes interrupts from IRR in the page and sets bits
 *   there, from other CPUs, too; so do those who post edges, and these owe
 *   nothing to @events. The owner changes IRR with atomic operations alone.
 * - Hardware that has the page (@away) knows what is pending and in service. The
 *   owner has to ask for it, lapic_reload(), only where that matters to itself.
 * - Whether a message is for an APIC is decided by @published, one word that
 *   the owner keeps up to date.
 *
 * Numbers in comments are sections of the Intel SDM, volume 3, chapter 11.
 */
#ifndef ZXVM_X86_LAPIC_H
#define ZXVM_X86_LAPIC_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define LAPIC_MAX_CPUS		64
#define LAPIC_BASE_ADDR		0xfee00000ULL
#define LAPIC_SIZE		0x1000

/* Registers: offsets in the page; x2APIC: MSR 0x800 plus offset / 16 */
#define LAPIC_ID		0x020
#define LAPIC_VERSION		0x030
#define LAPIC_TPR		0x080
#define LAPIC_PPR		0x0a0
#define LAPIC_EOI		0x0b0
#define LAPIC_RRD		0x0c0
#define LAPIC_LDR		0x0d0
#define LAPIC_DFR		0x0e0
#define LAPIC_SVR		0x0f0
#define LAPIC_ISR		0x100
#define LAPIC_TMR		0x180
#define LAPIC_IRR		0x200
#define LAPIC_ESR		0x280
#define LAPIC_LVT_CMCI		0x2f0
#define LAPIC_ICR		0x300
#define LAPIC_ICR_HIGH		0x310
#define LAPIC_LVT_TIMER		0x320
#define LAPIC_LVT_THERMAL	0x330
#define LAPIC_LVT_PERF		0x340
#define LAPIC_LVT_LINT0		0x350
#define LAPIC_LVT_LINT1		0x360
#define LAPIC_LVT_ERROR		0x370
#define LAPIC_INITIAL_COUNT	0x380
#define LAPIC_CURRENT_COUNT	0x390
#define LAPIC_DIVIDE		0x3e0
#define LAPIC_SELF_IPI		0x3f0

#define LAPIC_NR_LVTS		7

#define LAPIC_MSR_FIRST		0x800
#define LAPIC_MSR_LAST		0x8ff

/* IA32_APIC_BASE */
#define LAPIC_BASE_BSP		BIT_ULL(8)
#define LAPIC_BASE_EXTD		BIT_ULL(10)
#define LAPIC_BASE_EN		BIT_ULL(11)
#define LAPIC_BASE_MODE		(LAPIC_BASE_EN | LAPIC_BASE_EXTD)

#define LAPIC_SVR_ENABLE	BIT(8)
#define LAPIC_SVR_SUPPRESS_EOI	BIT(12)

#define LAPIC_LVT_MASKED	BIT(16)
#define LAPIC_LVT_TIMER_MODE	GENMASK(18, 17)
#define LAPIC_TIMER_ONE_SHOT	0
#define LAPIC_TIMER_PERIODIC	1
#define LAPIC_TIMER_DEADLINE	2

/* ESR, 11.5.3 */
#define LAPIC_ESR_SEND_VECTOR	BIT(5)
#define LAPIC_ESR_RECV_VECTOR	BIT(6)
#define LAPIC_ESR_REGISTER	BIT(7)

/* Vectors below this one are exceptions: an APIC does not deliver them */
#define LAPIC_FIRST_VECTOR	16

/* Bits of @events. Those from NMI on are for the owner to act on */
#define LAPIC_EVENT_IRR		BIT(0)	/* look at @pir; hardware's ON */
#define LAPIC_EVENT_TIMER	BIT(1)	/* the timer may have expired */
#define LAPIC_EVENT_ERROR	BIT(2)	/* an illegal vector was received */
#define LAPIC_EVENT_NMI		BIT(3)
#define LAPIC_EVENT_INIT	BIT(4)
#define LAPIC_EVENT_SIPI	BIT(5)
#define LAPIC_EVENT_LEVEL	BIT(6)	/* look at @pir_level */
#define LAPIC_EVENT_OWNER \
	(LAPIC_EVENT_NMI | LAPIC_EVENT_INIT | LAPIC_EVENT_SIPI | \
	 LAPIC_EVENT_SIPI_VECTOR)
#define LAPIC_EVENT_SIPI_VECTOR	GENMASK(31, 24)

/* @published */
#define LAPIC_PUB_LOGICAL	GENMASK(7, 0)	/* xAPIC: LDR 31:24 */
#define LAPIC_PUB_FLAT		BIT(8)		/* xAPIC: DFR is flat */
#define LAPIC_PUB_ENABLED	BIT(9)		/* IA32_APIC_BASE.EN */
#define LAPIC_PUB_X2APIC	BIT(10)
#define LAPIC_PUB_ACCEPTS	BIT(11)		/* SVR: software enabled */

/**
 * struct lapic - the local APIC of one VCPU
 * @pir: vectors posted edge-triggered
 * @events: LAPIC_EVENT_*, posted by anybody
 * @ready: vector that the CPU has to be interrupted with now; 0: none. The
 *	owner's
 * @any: both in one load: zero if the next entry has nothing to look at
 * @pir_level: vectors posted level-triggered
 * @published: LAPIC_PUB_*, written by the owner
 * @id: x2APIC ID; the index of the VCPU; never changes
 * @shared: hardware has the page, all the time; never changes
 * @regs: the owner's from here on: the page
 * @base: IA32_APIC_BASE
 * @deadline: of the timer, in guest TSC; 0: not running
 * @armed: what lapic_arm_timer() was told last
 * @tmr_changed: since whoever looks at TMR has cleared this
 * @errors: for the next write of ESR
 * @away: hardware has the page, from lapic_hand_over() to lapic_reload()
 * @irr_words: words of IRR that are not zero; while it is away those that
 *	something came to since
 * @isr_words: words of ISR that are not zero
 */
struct lapic {
	unsigned long pir[4];
	union {
		struct {
			atomic_t events;
			u32 ready;
		};
		u64 any;
	};
	unsigned long pir_level[4];
	u32 published;
	u32 id;
	bool shared;

	u32 *regs;
	u64 base;
	u64 deadline;
	u64 armed;
	bool tmr_changed;
	u32 errors;
	bool away;
	u8 irr_words;
	u8 isr_words;
};

/* Delivery modes */
#define APIC_FIXED		0
#define APIC_LOWEST		1
#define APIC_SMI		2
#define APIC_NMI		4
#define APIC_INIT		5
#define APIC_SIPI		6
#define APIC_EXTINT		7

/* Destination shorthands */
#define APIC_TO_DEST		0
#define APIC_TO_SELF		1
#define APIC_TO_ALL		2
#define APIC_TO_OTHERS		3

/* The destination, in either mode, that means every APIC */
#define APIC_BROADCAST		0xffffffffU

/**
 * struct apic_msg - an interrupt message: an IPI, an MSI, or an IOAPIC's
 * @dest: 32 bits; a broadcast in 8 bits has been widened
 * @vector: of fixed and lowest priority; of SIPI the page
 * @mode: delivery mode
 * @shorthand: APIC_TO_*
 * @logical: destination mode
 * @level: trigger mode
 */
struct apic_msg {
	u32 dest;
	u8 vector;
	u8 mode;
	u8 shorthand;
	bool logical;
	bool level;
};

/**
 * struct apic_bus - the local APICs of one guest
 * @present: those that there are, by ID
 * @lapics: by ID; one that is present stays as long as the bus
 */
struct apic_bus {
	u64 present;
	struct lapic *lapics[LAPIC_MAX_CPUS];
};

/* Does the next entry have to look? Owner; one load */
static inline bool lapic_idle(const struct lapic *lapic)
{
	return !READ_ONCE(lapic->any);
}

static inline u32 lapic_reg(const struct lapic *lapic, u32 offset)
{
	return lapic->regs[offset / sizeof(u32)];
}

static inline void lapic_set_reg(struct lapic *lapic, u32 offset, u32 value)
{
	lapic->regs[offset / sizeof(u32)] = value;
}

static inline bool lapic_is_x2apic(const struct lapic *lapic)
{
	return lapic->base & LAPIC_BASE_EXTD;
}

static inline bool lapic_is_xapic(const struct lapic *lapic)
{
	return (lapic->base & LAPIC_BASE_MODE) == LAPIC_BASE_EN;
}

/* 11.12.10.2 */
static inline u32 lapic_x2apic_ldr(const struct lapic *lapic)
{
	return lapic->id / 16 << 16 | BIT(lapic->id % 16);
}

/* The offsets of LVT entries */
extern const u16 lapic_lvts[LAPIC_NR_LVTS];

/* Posting: any context, any number at once. True: notify the VCPU */
bool lapic_post(struct lapic *lapic, u8 vector, bool level);
bool lapic_post_event(struct lapic *lapic, u32 event);
bool lapic_post_init(struct lapic *lapic);
bool lapic_post_sipi(struct lapic *lapic, u8 vector);

/* lapic.c: the owner */
void lapic_power_up(struct lapic *lapic, u32 id, bool bsp, u32 *regs);
void lapic_power_down(struct lapic *lapic);
void lapic_reset(struct lapic *lapic);
u32 lapic_take(struct lapic *lapic);
void lapic_accept(struct lapic *lapic, u8 vector);
void lapic_eoi(struct lapic *lapic);
void lapic_eoi_done(struct lapic *lapic, u8 vector);
void lapic_set_tpr(struct lapic *lapic, u8 tpr);
void lapic_raise(struct lapic *lapic, u8 vector);
void lapic_local(struct lapic *lapic, u8 vector);
void lapic_error(struct lapic *lapic, u32 error);
void lapic_publish(struct lapic *lapic);

/* lapic.c: for hardware that works on the page itself */
void lapic_reload(struct lapic *lapic);
void lapic_hand_over(struct lapic *lapic);
u8 lapic_rvi(const struct lapic *lapic);
u8 lapic_svi(const struct lapic *lapic);
u8 lapic_tpr_threshold(const struct lapic *lapic);
void lapic_eoi_exits(const struct lapic *lapic, u64 bitmap[4]);

/* lapic_timer.c: the owner */
void lapic_timer_check(struct lapic *lapic);
void lapic_timer_stop(struct lapic *lapic);
void lapic_timer_set_lvt(struct lapic *lapic, u32 value);
void lapic_timer_set_count(struct lapic *lapic, u32 count);
void lapic_timer_set_divide(struct lapic *lapic, u32 value);
u32 lapic_timer_count(struct lapic *lapic);
u64 lapic_tsc_deadline(struct lapic *lapic);
void lapic_set_tsc_deadline(struct lapic *lapic, u64 deadline);

/* lapic_regs.c: the owner. False means #GP(0) */
bool lapic_set_base(struct lapic *lapic, u64 value);
bool lapic_reads_page(u32 msr);
bool lapic_read_msr(struct lapic *lapic, u32 msr, u64 *value);
bool lapic_write_msr(struct lapic *lapic, u32 msr, u64 value);
u32 lapic_read_mmio(struct lapic *lapic, u32 offset, unsigned int size);
void lapic_write_mmio(struct lapic *lapic, u32 offset, unsigned int size,
		      u32 value);
void lapic_last_ipi(const struct lapic *lapic, struct apic_msg *msg);

/* apic_msg.c: any context */
void apic_bus_add(struct apic_bus *bus, struct lapic *lapic);
bool apic_deliver(struct lapic *lapic, const struct apic_msg *msg);
unsigned int apic_send(struct apic_bus *bus, const struct lapic *from,
		       const struct apic_msg *msg);
void apic_notify(struct apic_bus *bus, const struct lapic *from,
		 const struct apic_msg *msg);
bool apic_parse_msi(struct apic_msg *msg, u64 address, u32 data);

/*
 * What the user of a local APIC provides.
 */

/**
 * lapic_notify() - something was posted: have the VCPU look
 * @lapic: whose
 *
 * Context: any; called by apic_deliver().
 */
void lapic_notify(struct lapic *lapic);

/**
 * lapic_send_ipi() - the guest sends an interrupt
 * @lapic: from here
 * @msg: what; never to itself by shorthand
 *
 * Context: the owner.
 */
void lapic_send_ipi(struct lapic *lapic, const struct apic_msg *msg);

/**
 * lapic_eoi_broadcast() - a level-triggered interrupt has ended
 * @lapic: here
 * @vector: which
 *
 * Context: the owner.
 */
void lapic_eoi_broadcast(struct lapic *lapic, u8 vector);

/**
 * lapic_published() - lapic->published has changed
 * @lapic: there
 *
 * Context: the owner.
 */
void lapic_published(struct lapic *lapic);

/**
 * lapic_arm_timer() - post %LAPIC_EVENT_TIMER at a time, or soon if it is past
 * @lapic: there
 * @deadline: in guest TSC; replaces the last one; 0: do not
 *
 * Context: the owner.
 */
void lapic_arm_timer(struct lapic *lapic, u64 deadline);

/**
 * lapic_tsc() - the guest's TSC
 * @lapic: of this VCPU
 *
 * Context: the owner.
 * Return: Its value now.
 */
u64 lapic_tsc(const struct lapic *lapic);

#endif /* ZXVM_X86_LAPIC_H */
