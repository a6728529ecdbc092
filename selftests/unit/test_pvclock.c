// SPDX-License-Identifier: GPL-2.0
/* arch/x86/pvclock.c: rates, the version protocol, errors, hypercalls. */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/kernel.h>

#include "pvclock.h"
#include "test.h"

/* Guest memory: one page at GUEST; a log of what was written */
#define GUEST		0x5000
#define GUEST_SIZE	4096

static u8 guest[GUEST_SIZE];
static unsigned int writes, fail_at;
static int fail_with;
static u32 versions[8];

static int write_guest(void *context, u64 gpa, const void *data, size_t size)
{
	CHECK(context == guest);
	writes++;
	if (fail_at && writes == fail_at)
		return fail_with;
	if (gpa < GUEST || gpa + size > GUEST + GUEST_SIZE)
		return -ENOENT;
	/* All but the first of a structure finds the version odd */
	if (writes <= ARRAY_SIZE(versions))
		memcpy(&versions[writes - 1], guest + (gpa - GUEST), 4);
	memcpy(guest + (gpa - GUEST), data, size);
	return 0;
}

static const struct pvclock_memory memory = { write_guest, guest };
static const struct pvclock_now now = { 1700000000123456789ULL, 5000000 };

static void reset(void)
{
	memset(guest, 0xee, sizeof(guest));
	memset(versions, 0, sizeof(versions));
	writes = 0;
	fail_at = 0;
}

/* What Linux computes from a page */
static u64 guest_now(const struct pvclock_page *page, u64 tsc)
{
	u64 delta = tsc - page->tsc;

	if (page->shift < 0)
		delta >>= -page->shift;
	else
		delta <<= page->shift;
	return page->ns + (u64)(((__uint128_t)delta * page->mul) >> 32);
}

static void test_rates(void)
{
	static const u32 khz[] = {
		1, 2, 50000, 999999, 1000000, 1000001, 2000000, 2400000,
		3500000, 4000000, 5800000, 0x7fffffff, 0xffffffff,
	};
	struct pvclock_base base = {};
	unsigned int i;
	double rate, want;

	for (i = 0; i < ARRAY_SIZE(khz); i++) {
		pvclock_set_base(&base, khz[i], 0, 0, true);
		CHECK_EQ(base.generation, i + 1);
		CHECK(base.mul >= 0x80000000);
		CHECK(base.shift >= -12 && base.shift <= 20);
		want = 1e6 / khz[i];
		rate = base.mul / 4294967296.0;
		rate *= base.shift >= 0 ? (double)(1 << base.shift) :
			1.0 / (1 << -base.shift);
		CHECK(rate <= want * (1 + 1.0 / (1ULL << 40)));
		CHECK(rate > want * (1 - 1.0 / (1u << 31)));
	}
	pvclock_set_base(&base, 2000000, 1000, 77, true);
	CHECK_EQ(base.mul, 0x80000000);
	CHECK_EQ(base.shift, 0);
	CHECK_EQ(pvclock_read(&base, 1000), 77);
	CHECK_EQ(pvclock_read(&base, 1000 + 2000000000ULL),
		 77 + 1000000000ULL);
	/* 200 years of a 4 GHz TSC do not overflow */
	pvclock_set_base(&base, 4000000, 0, 0, true);
	CHECK_EQ(pvclock_read(&base, 1ULL << 62), 1ULL << 60);
	/* Unknown: some rate, and not stable */
	pvclock_set_base(&base, 0, 0, 0, true);
	CHECK(!base.stable);
	base.generation = U32_MAX;
	pvclock_set_base(&base, 1000, 0, 0, true);
	CHECK_EQ(base.generation, 1);
}

static void test_page(void)
{
	struct pvclock_vcpu clock = {}, second = {};
	struct pvclock_base base = {};
	struct pvclock_page page, other;

	reset();
	pvclock_set_base(&base, 2400000, 1000000, 9000, true);
	CHECK(!pvclock_due(&clock, &base));
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
	CHECK_EQ(writes, 0);
	/* Bit 0 clear: no page */
	pvclock_write_system_time(&clock, GUEST + 0x40);
	CHECK(!pvclock_due(&clock, &base));
	pvclock_write_system_time(&clock, (GUEST + 0x40) | 1);
	CHECK(pvclock_due(&clock, &base));
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
	CHECK(!pvclock_due(&clock, &base));
	CHECK_EQ(writes, 3);
	CHECK_EQ(versions[1], 1);
	CHECK_EQ(versions[2], 1);
	memcpy(&page, guest + 0x40, sizeof(page));
	CHECK_EQ(page.version, 2);
	CHECK_EQ(page.pad0, 0);
	CHECK_EQ(page.tsc, 1000000);
	CHECK_EQ(page.ns, 9000);
	CHECK_EQ(page.mul, base.mul);
	CHECK_EQ(page.shift, base.shift);
	CHECK_EQ(page.flags, PVCLOCK_STABLE);
	CHECK_EQ(page.pad[0] | page.pad[1], 0);
	CHECK_EQ(guest[0x3f], 0xee);
	CHECK_EQ(guest[0x60], 0xee);
	CHECK_EQ(guest_now(&page, 123456789012ULL),
		 pvclock_read(&base, 123456789012ULL));
	/* Nothing to do at the next entry */
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
	CHECK_EQ(writes, 3);
	/* Another VCPU's clock shows the same */
	pvclock_write_system_time(&second, (GUEST + 0x80) | 1);
	CHECK_EQ(pvclock_update(&second, &base, &now, &memory), 0);
	memcpy(&other, guest + 0x80, sizeof(other));
	CHECK(!memcmp(&page, &other, sizeof(page)));
	/* A new base reaches every page, under a new version */
	pvclock_set_base(&base, 2000000, 7, 8, false);
	CHECK(pvclock_due(&clock, &base) && pvclock_due(&second, &base));
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
	memcpy(&page, guest + 0x40, sizeof(page));
	CHECK_EQ(page.version, 4);
	CHECK_EQ(page.ns, 8);
	CHECK_EQ(page.flags, 0);
	/* Off */
	pvclock_write_system_time(&second, 0);
	CHECK(!pvclock_due(&second, &base));
}

static void test_errors(void)
{
	struct pvclock_vcpu clock = {};
	struct pvclock_base base = {};
	unsigned int i;

	reset();
	pvclock_set_base(&base, 1000000, 0, 0, true);
	for (i = 1; i <= 3; i++) {
		reset();
		fail_at = i;
		fail_with = -EFAULT;
		pvclock_write_system_time(&clock, GUEST | 1);
		CHECK_EQ(pvclock_update(&clock, &base, &now, &memory),
			 -EFAULT);
		CHECK_EQ(writes, i);
		CHECK(!pvclock_due(&clock, &base));
		CHECK_EQ(clock.system_time, GUEST);
	}
	/* A signal: nothing is lost, and the next try writes it */
	for (i = 1; i <= 6; i++) {
		struct pvclock_page page;

		reset();
		fail_at = i;
		fail_with = -EINTR;
		pvclock_write_system_time(&clock, GUEST | 1);
		pvclock_write_wall_clock(&clock, GUEST + 0x80);
		CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -EINTR);
		CHECK_EQ(writes, i);
		CHECK(pvclock_due(&clock, &base));
		CHECK_EQ(clock.system_time, GUEST | 1);
		fail_at = 0;
		CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
		CHECK(!pvclock_due(&clock, &base));
		memcpy(&page, guest, sizeof(page));
		CHECK_EQ(page.version & 1, 0);
		CHECK_EQ(page.mul, base.mul);
	}
	reset();
	pvclock_write_system_time(&clock, 0x1001);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -ENOENT);
	writes = 0;
	pvclock_write_system_time(&clock, BIT_ULL(48) | 1);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -EINVAL);
	pvclock_write_system_time(&clock, (BIT_ULL(48) - 30) | 1);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -EINVAL);
	pvclock_write_system_time(&clock, U64_MAX);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -EINVAL);
	pvclock_write_wall_clock(&clock, U64_MAX);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -EINVAL);
	CHECK(!pvclock_due(&clock, &base));
	CHECK_EQ(writes, 0);
	/* The last 32 bytes of the address space are in it */
	pvclock_write_system_time(&clock, (BIT_ULL(48) - 32) | 1);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -ENOENT);
	/* A page that fails does not lose the wall clock, nor its error */
	reset();
	pvclock_write_system_time(&clock, 1);
	pvclock_write_wall_clock(&clock, GUEST + 8);
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), -ENOENT);
	CHECK(guest[8] != 0xee);
	CHECK(!clock.wall_due);
}

static void test_wall(void)
{
	struct pvclock_vcpu clock = {};
	struct pvclock_base base = {};
	struct pvclock_now early = { 5, 5000000 };
	struct pvclock_wall wall;
	u64 zero;

	reset();
	pvclock_set_base(&base, 1000000, 0, 1000, true);
	pvclock_write_wall_clock(&clock, GUEST + 16);
	CHECK(pvclock_due(&clock, &base));
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
	CHECK_EQ(writes, 3);
	CHECK_EQ(versions[1] & versions[2] & 1, 1);
	memcpy(&wall, guest + 16, sizeof(wall));
	CHECK_EQ(wall.version & 1, 0);
	/* Wall clock and clock add up to the real time */
	zero = wall.sec * 1000000000ULL + wall.nsec;
	CHECK(wall.nsec < 1000000000);
	CHECK_EQ(zero + pvclock_read(&base, now.tsc), now.real_ns);
	CHECK_EQ(guest[28], 0xee);
	/* Once for each write of the MSR */
	CHECK_EQ(pvclock_update(&clock, &base, &now, &memory), 0);
	CHECK_EQ(writes, 3);
	/* A host that thinks it is 1970 */
	pvclock_write_wall_clock(&clock, GUEST + 16);
	CHECK_EQ(pvclock_update(&clock, &base, &early, &memory), 0);
	memcpy(&wall, guest + 16, sizeof(wall));
	CHECK_EQ(wall.sec | wall.nsec, 0);
}

static void test_pairing(void)
{
	struct pvclock_pairing pairing;
	unsigned int i;

	reset();
	CHECK_EQ(pvclock_pair(&now, GUEST, &memory), 0);
	memcpy(&pairing, guest, sizeof(pairing));
	CHECK_EQ(pairing.sec, 1700000000);
	CHECK_EQ(pairing.nsec, 123456789);
	CHECK_EQ(pairing.tsc, 5000000);
	CHECK_EQ(pairing.flags, 0);
	for (i = 0; i < 9; i++)
		CHECK_EQ(pairing.pad[i], 0);
	CHECK_EQ(guest[64], 0xee);
	CHECK_EQ(pvclock_pair(&now, GUEST - 1, &memory), (u64)-14);
	CHECK_EQ(pvclock_pair(&now, U64_MAX, &memory), (u64)-14);
	CHECK_EQ(pvclock_pair(&now, BIT_ULL(48) - 63, &memory), (u64)-14);
}

static void test_hypercalls(void)
{
	struct hypercall call = { .nr = 9, .long_mode = true };
	s64 result;

	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_CLOCK_PAIRING);
	call.cpl = 3;
	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_DONE);
	CHECK_EQ(result, (u64)-1);
	CHECK_EQ(hypercall_rax(&call, result), ~0ULL);
	call.cpl = 0;
	call.args[1] = 1;
	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_DONE);
	CHECK_EQ(result, (u64)-95);
	call.args[1] = BIT_ULL(32);
	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_DONE);
	CHECK_EQ(result, (u64)-95);
	call.nr = 8;
	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_DONE);
	CHECK_EQ(result, (u64)-1000);
	call.nr = 9 | BIT_ULL(32);
	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_DONE);
	CHECK_EQ(result, (u64)-1000);
	/* 32-bit code: the upper halves do not count */
	call.long_mode = false;
	call.args[0] = 0xdeadbeef00005000;
	CHECK_EQ(hypercall_decide(&call, &result), HYPERCALL_CLOCK_PAIRING);
	CHECK_EQ(call.args[0], 0x5000);
	CHECK_EQ(hypercall_rax(&call, -1000), 0xfffffc18);
}

static const struct test tests[] = {
	{ "rates", test_rates },
	{ "page", test_page },
	{ "errors", test_errors },
	{ "wall clock", test_wall },
	{ "clock pairing", test_pairing },
	{ "hypercalls", test_hypercalls },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
