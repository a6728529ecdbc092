// SPDX-License-Identifier: GPL-2.0
/* Hypercalls and the paravirtual clock */
#include <time.h>

#include "probe.h"

#define OLD_WALL	0x11
#define OLD_TIME	0x12
#define NEW_WALL	0x4b564d00
#define NEW_TIME	0x4b564d01

#define CLOCK_PAIRING	9
#define NO_HYPERCALL	-1000

struct pvclock {
	u32 version;
	u32 pad;
	u64 tsc;
	u64 system_time;
	u32 mul;
	int8_t shift;
	u8 flags;
	u8 pad2[2];
};

struct wall_clock {
	u32 version;
	u32 sec;
	u32 nsec;
};

struct pairing {
	int64_t sec;
	int64_t nsec;
	u64 tsc;
	u32 flags;
	u32 pad[9];
};

/* Calls with all registers as the test left them: VMCALL, then VMMCALL */
SNIPPET(hypercall,
	"1:" ASK
	TRY("vmcall") TELL("%r12") TELL("%rax")
	ASK
	TRY("vmmcall") TELL("%r12") TELL("%rax")
	"jmp 1b");

SNIPPET(hypercall_user,
	USER
	"1: mov $9, %eax\n"
	TRY("vmcall") TELL("%r12") TELL("%rax")
	"mov $9, %eax\n"
	TRY("vmmcall") TELL("%r12") TELL("%rax")
	"jmp 1b");

/* Writes rdx:rax to MSR rcx and asks again; then again */
SNIPPET(write_msr,
	"1:" ASK
	TRY("wrmsr") TELL("%r12")
	"jmp 1b");

/* VMCALL works on AMD, too, but VMMCALL is no instruction of Intel's */
static bool has_opcode(unsigned int i)
{
	return !(i & 1) || backend() == ZXVM_BACKEND_SVM;
}

static void expect_hypercall(unsigned int i, u64 nr, u64 a0, u64 a1, u64 result)
{
	EXPECT_ASK();
	ARG(0) = nr;
	ARG(3) = a0;
	ARG(1) = a1;
	ARG(2) = 0;
	if (has_opcode(i)) {
		EXPECT_TOLD(NONE);
		EXPECT_TOLD(result);
	} else {
		EXPECT_TOLD(FAULT(UD, 0));
		EXPECT_TOLD(nr);
	}
}

TEST(hypercalls_that_are_none)
{
	static const u64 numbers[] = { 0, 1, 5, 8, 10, 11, 12, 100, ~0ULL };
	unsigned int i;

	PROBE(hypercall);
	for (i = 0; i < 2 * ARRAY_SIZE(numbers); i++)
		expect_hypercall(i, numbers[i / 2], 0, 0, NO_HYPERCALL);
}

TEST(clock_pairing)
{
	struct pairing *pair;
	struct timespec now;
	unsigned int i;
	u64 before, after;

	PROBE(hypercall);
	pair = (struct pairing *)(vm.ram + DATA);
	for (i = 0; i < 2; i++) {
		memset(pair, 0xff, sizeof(*pair));
		clock_gettime(CLOCK_REALTIME, &now);
		before = __builtin_ia32_rdtsc();
		expect_hypercall(i, CLOCK_PAIRING, DATA, 0, 0);
		after = __builtin_ia32_rdtsc();
		if (!has_opcode(i))
			continue;
		EXPECT_GE(pair->tsc, before);
		EXPECT_LE(pair->tsc, after);
		EXPECT_LE(llabs(pair->sec - now.tv_sec), 5);
		EXPECT_TRUE(pair->nsec >= 0 && pair->nsec < 1000000000);
	}
	/* Another clock; addresses that are none; both opcodes */
	for (i = 0; i < 2; i++)
		expect_hypercall(i, CLOCK_PAIRING, DATA, 1, -95);
	for (i = 0; i < 2; i++)
		expect_hypercall(i, CLOCK_PAIRING, HOLE, 0, -14);
	for (i = 0; i < 2; i++)
		expect_hypercall(i, CLOCK_PAIRING, ASPACE_SIZE, 0, -14);
	for (i = 0; i < 2; i++)
		expect_hypercall(i, CLOCK_PAIRING, ~0ULL, 0, -14);
}

TEST(hypercalls_at_cpl_3)
{
	unsigned int i;

	PROBE(hypercall_user);
	for (i = 0; i < 2; i++) {
		EXPECT_TOLD(has_opcode(i) ? NONE : FAULT(UD, 0));
		EXPECT_TOLD(has_opcode(i) ? -1 : CLOCK_PAIRING);
	}
}

static u64 write_msr(u32 msr, u64 value)
{
	EXPECT_ASK();
	ARG(0) = value & 0xffffffff;
	ARG(1) = msr;
	ARG(2) = value >> 32;
	return next_told();
}

/* Nanoseconds that the structure says now, as a guest computes them */
static u64 read_clock(const volatile struct pvclock *clock)
{
	u64 delta = __builtin_ia32_rdtsc() - clock->tsc;

	if (clock->shift >= 0)
		delta <<= clock->shift;
	else
		delta >>= -clock->shift;
	return clock->system_time +
	       (u64)((__uint128_t)delta * clock->mul >> 32);
}

static void expect_clock(u32 msr)
{
	struct pvclock *clock = (struct pvclock *)(vm.ram + DATA + 0x40);
	struct zxvm_features f = { };
	u64 value, now, last = 0;
	int i;

	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	memset(clock, 0, sizeof(*clock));
	EXPECT_EQ(write_msr(msr, (DATA + 0x40) | 1), NONE);
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(write_msr(0x8b, 0), NONE);
		EXPECT_EQ(clock->version & 1, 0);
		EXPECT_NE(clock->version, 0);
		EXPECT_NE(clock->mul, 0);
		EXPECT_EQ(clock->flags & ~1, 0);
		EXPECT_EQ(clock->flags & 1,
			  !!(f.features & ZXVM_FEATURE_STABLE_CLOCK));
		value = read_clock(clock);
		now = now_ns();
		EXPECT_GE(value, last);
		last = value;
		/* CLOCK_MONOTONIC of the host, to some milliseconds */
		EXPECT_LE(llabs((long long)(value - now)), 200000000);
		sleep_ms(20);
	}
	/* Off: it is not written any more */
	EXPECT_EQ(write_msr(msr, 0), NONE);
	memset(clock, 0, sizeof(*clock));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(write_msr(0x8b, 0), NONE);
	EXPECT_EQ(clock->mul, 0);
	EXPECT_EQ(clock->version, 0);
}

TEST(pvclock)
{
	PROBE(write_msr);
	expect_clock(NEW_TIME);
	expect_clock(OLD_TIME);
}

/* The time of day when the clock was zero */
static void expect_wall(u32 msr)
{
	struct wall_clock *wall = (struct wall_clock *)(vm.ram + DATA + 0x80);
	struct timespec real, mono;
	long long boot;

	memset(wall, 0, sizeof(*wall));
	EXPECT_EQ(write_msr(msr, DATA + 0x80), NONE);
	EXPECT_EQ(write_msr(0x8b, 0), NONE);
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	boot = real.tv_sec - mono.tv_sec;
	EXPECT_EQ(wall->version & 1, 0);
	EXPECT_NE(wall->version, 0);
	EXPECT_LE(llabs(boot - (long long)wall->sec), 2);
	EXPECT_LT(wall->nsec, 1000000000);
}

TEST(wall_clock)
{
	PROBE(write_msr);
	expect_wall(NEW_WALL);
	expect_wall(OLD_WALL);
}

/* Enter says what is wrong with the place; the VCPU goes on afterwards */
TEST(clocks_at_places_that_are_none)
{
	static const u32 msrs[] = { NEW_TIME, OLD_TIME, NEW_WALL, OLD_WALL };
	static const struct { u64 gpa; int err; } cases[] = {
		{ HOLE, ENOENT }, { ASPACE_SIZE, EINVAL },
		{ 1ULL << 62, EINVAL }, { MMIO, ENOENT },
	};
	unsigned int i, k;
	int err;

	PROBE(write_msr);
	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		for (k = 0; k < ARRAY_SIZE(cases); k++) {
			u64 value = cases[k].gpa | (msrs[i] & 1 ||
						    msrs[i] == OLD_TIME);

			if (msrs[i] == OLD_WALL)
				value = cases[k].gpa;
			EXPECT_ASK();
			ARG(0) = value & 0xffffffff;
			ARG(1) = msrs[i];
			ARG(2) = value >> 32;
			err = vm_enter(&vm);
			CHECK_(0, err == cases[k].err, "%x at %llx: %s",
			       msrs[i], cases[k].gpa, err_name(err));
			if (err)
				ASSERT_OK(vm_enter(&vm));
			EXPECT_MEM(&vm.pkt, TELL_A);
		}
	}
}

/* Memory that goes away under a clock that is on harms nobody */
TEST(clock_loses_its_page)
{
	int i, err;

	PROBE(write_msr);
	EXPECT_EQ(write_msr(NEW_TIME, (DATA + PAGE) | 1), NONE);
	EXPECT_EQ(write_msr(0x8b, 0), NONE);
	ASSERT_OK(zx_unmap(vm.vmar, DATA + PAGE, PAGE));
	for (i = 0; i < 5; i++) {
		err = vm_enter(&vm);
		CHECK_(0, !err || err == ENOENT, "enter: %s", err_name(err));
	}
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, DATA + PAGE,
			 vm.ram + DATA + PAGE, PAGE));
	for (i = 0; i < 5; i++) {
		ASSERT_OK(vm_enter(&vm));
		ARG(1) = 0x8b;
	}
}
