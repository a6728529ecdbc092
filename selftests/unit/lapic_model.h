/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Three local APICs and an I/O APIC, and beside them a slow account of the
 * same machine, written from the manuals: a bool for each vector, a timer that
 * counts tick by tick, destinations found by asking everyone. The two are
 * compared after every step.
 */
#ifndef ZXVM_UNIT_LAPIC_MODEL_H
#define ZXVM_UNIT_LAPIC_MODEL_H

#include "ioapic.h"
#include "lapic_fixture.h"

#define MODEL_CPUS	3
#define MODEL_PINS	4
#define VECTORS		256

enum mode { OFF, XAPIC, X2APIC };

/**
 * struct account - what one local APIC should be
 * @posted: edges that the owner has not taken over
 * @posted_level: levels
 * @lvt: in the order CMCI, timer, thermal, perf, LINT0, LINT1, error
 * @count: current count, of a timer that counts
 * @prescale: ticks since the count changed
 * @deadline: in TSC-deadline mode
 * @expired: the timer was not masked when it did, and nobody has noticed
 */
struct account {
	u32 id;
	enum mode mode;
	bool posted[VECTORS];
	bool posted_level[VECTORS];
	bool irr[VECTORS];
	bool isr[VECTORS];
	bool tmr[VECTORS];
	bool nmi, init, sipi, bad_vector;
	u8 sipi_vector;
	u32 tpr, svr, ldr, dfr, esr, errors;
	u32 icr, icr_high;
	u32 lvt[7];
	u32 initial, divide;
	u32 count, prescale;
	u64 deadline;
	bool expired;
};

/**
 * struct pin - what one pin of the I/O APIC should be
 */
struct pin {
	u32 low;
	u32 high;
	bool line, eventfd, pulse;
};

struct model {
	struct account cpus[MODEL_CPUS];
	struct pin pins[MODEL_PINS];
	struct ioapic ioapic;
	u64 taken;
	u64 faults;

	/* A number below @limit: chance, or the fuzzer's will */
	u32 (*choose)(struct model *model, u32 limit);
	u64 seed;
	const u8 *bytes;
	size_t nr_bytes;
};

void model_init(struct model *m);
void model_step(struct model *m);
void model_exit(struct model *m);

/* lapic_account.c: what should happen */
struct wire {
	u32 dest;
	u32 mode;
	u32 vector;
	bool broadcast, logical, level;
	u64 exclude, only;
};

u32 account_send(struct model *m, const struct wire *wire);
void account_reset(struct account *a);
void account_take(struct account *a, u32 *events);
bool account_write(struct model *m, struct account *a, u32 offset, u64 value,
		   bool x2apic);
bool account_base(struct account *a, u32 mode);
void account_deadline(struct account *a, u64 deadline);
void account_ticks(struct account *a, u32 ticks);
void account_notice(struct account *a);
u8 account_ready(const struct account *a);
void account_accept(struct account *a, u8 vector);
void account_pin(struct model *m, u32 pin, bool rising);
u32 account_pins_eoi(struct model *m, u32 vector);
bool account_value(const struct account *a, u32 offset, u64 *value);

#endif /* ZXVM_UNIT_LAPIC_MODEL_H */
