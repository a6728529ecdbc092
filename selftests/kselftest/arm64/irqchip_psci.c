// SPDX-License-Identifier: GPL-2.0
/* PSCI 1.0 in the kernel: over HVC and SMC, and VCPUs that are off in enter */
#include <sys/mman.h>

#include "gic.h"

#define SUCCESS			0ULL
#define NOT_SUPPORTED		~0ULL
#define INVALID_PARAMETERS	-2ULL
#define ALREADY_ON		-4ULL
#define AFFINITY_ON		0ULL
#define AFFINITY_OFF		1ULL

static struct vt cpu[4];

static void boot(void)
{
	int i;

	vm_create(&vm, ZXVM_GUEST_IRQCHIP);
	VM_LOAD(&vm, 0, gic);
	VM_LOAD(&vm, CODE, secondary);
	for (i = 0; i < 4; i++)
		vt_start(&cpu[i], &vm, 0);
	gic_ask(&cpu[0]);
}

static void set_args(int c, u64 fn, u64 a, u64 b, u64 d)
{
	u64 *x = cpu[c].page->state.arm64.x;

	x[0] = fn;
	x[1] = a;
	x[2] = b;
	x[3] = d;
}

static u64 psci(int c, enum op conduit, u64 fn, u64 a, u64 b, u64 d)
{
	set_args(c, fn, a, b, d);
	return gic_do(&cpu[c], conduit, 0, 0);
}

/* The guest "secondary" tells its argument, its MPIDR and its masks */
static void expect_secondary(int c, u64 context)
{
	ASSERT_OK(vt_wait(&cpu[c]));
	EXPECT_EQ(gic_told(&cpu[c], TELL_A), context);
	ASSERT_OK(vt_enter(&cpu[c]));
	EXPECT_EQ(gic_told(&cpu[c], TELL_B), 0x80000000ULL | c);
	ASSERT_OK(vt_enter(&cpu[c]));
	EXPECT_EQ(gic_told(&cpu[c], TELL_C), 0x3c0);
	gic_ask(&cpu[c]);
}

TEST_F(version_and_features, boot)
{
	static const u32 yes[] = {
		PSCI_VERSION, PSCI_CPU_OFF, PSCI_CPU_ON, PSCI_AFFINITY_INFO,
		PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET, PSCI_FEATURES,
	};
	static const u32 no[] = {
		0x8400000bu, 0xc4000010u, 0x840000ffu, 0, 0xffffffffu,
	};
	static const enum op conduits[] = { OP_HVC, OP_SMC };
	unsigned int i, k;

	for (k = 0; k < 2; k++) {
		enum op c = conduits[k];

		EXPECT_EQ(psci(0, c, PSCI_VERSION, 0, 0, 0), 0x10000);
		for (i = 0; i < ARRAY_SIZE(yes); i++)
			EXPECT_EQ(psci(0, c, PSCI_FEATURES, yes[i], 0, 0),
				  SUCCESS);
		for (i = 0; i < ARRAY_SIZE(no); i++) {
			EXPECT_EQ(psci(0, c, PSCI_FEATURES, no[i], 0, 0),
				  NOT_SUPPORTED);
			EXPECT_EQ(psci(0, c, no[i], 0, 0, 0), NOT_SUPPORTED);
		}
	}
}

TEST_F(secondaries_wait_inside_enter, boot)
{
	int i;

	for (i = 1; i < 4; i++) {
		vt_go(&cpu[i]);
		vt_asleep(&cpu[i]);
	}
	EXPECT_FALSE(vt_done(&cpu[1], 100));
	/* An interrupt wakes nobody who is off */
	ASSERT_OK(zx_interrupt(cpu[2].vcpu, 1));
	EXPECT_FALSE(vt_done(&cpu[2], 50));
	/* A kick ends the wait, not the state */
	for (i = 0; i < 3; i++) {
		ASSERT_OK(zx_kick(cpu[1].vcpu));
		EXPECT_ERR(vt_wait(&cpu[1]), ECANCELED);
		EXPECT_EQ(cpu[1].page->exit, ZXVM_EXIT_KICK);
		vt_go(&cpu[1]);
		vt_asleep(&cpu[1]);
	}
	EXPECT_EQ(psci(0, OP_HVC, PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_OFF);
	ASSERT_OK(zx_kick(cpu[2].vcpu));
	EXPECT_ERR(vt_wait(&cpu[2]), ECANCELED);
}

TEST_F(cpu_on_with_context, boot)
{
	static const enum op conduits[] = { OP_HVC, OP_SMC, OP_HVC };
	int i;

	for (i = 1; i < 4; i++) {
		enum op c = conduits[i - 1];
		u64 context = 0x123456789abcdef0ULL + i;

		EXPECT_EQ(psci(0, c, PSCI_AFFINITY_INFO, i, 0, 0),
			  AFFINITY_OFF);
		if (i < 3)	/* waiting in enter already, or not yet there */
			vt_go(&cpu[i]);
		EXPECT_EQ(psci(0, c, PSCI_CPU_ON, i, CODE, context), SUCCESS);
		if (i == 3)
			vt_go(&cpu[i]);
		expect_secondary(i, context);
		EXPECT_EQ(psci(0, c, PSCI_AFFINITY_INFO, i, 0, 0), AFFINITY_ON);
		EXPECT_EQ(psci(0, c, PSCI_CPU_ON, i, CODE, 0), ALREADY_ON);
	}
	EXPECT_EQ(psci(2, OP_HVC, PSCI_CPU_ON, 0, CODE, 0), ALREADY_ON);
	EXPECT_EQ(psci(2, OP_HVC, PSCI_AFFINITY_INFO, 0, 0, 0), AFFINITY_ON);
}

TEST_F(cpu_on_of_nobody, boot)
{
	static const u64 nobody[] = {
		4, 5, 63, 64, 0x100, 0x10000, 1ULL << 32, ~0ULL,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nobody); i++) {
		EXPECT_EQ(psci(0, OP_HVC, PSCI_CPU_ON, nobody[i], CODE, 0),
			  INVALID_PARAMETERS);
		EXPECT_EQ(psci(0, OP_HVC, PSCI_AFFINITY_INFO, nobody[i], 0, 0),
			  INVALID_PARAMETERS);
	}
}

/* Off and on again, many times: each time from reset */
TEST_F(cpu_off_and_on_again, boot)
{
	u64 i;

	vt_go(&cpu[1]);
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(psci(0, OP_HVC, PSCI_CPU_ON, 1, CODE, i), SUCCESS);
		expect_secondary(1, i);
		set_args(1, PSCI_CPU_OFF, 0, 0, 0);
		gic_start(&cpu[1], i & 1 ? OP_HVC : OP_SMC, 0, 0);
		vt_asleep(&cpu[1]);
		EXPECT_EQ(psci(0, OP_HVC, PSCI_AFFINITY_INFO, 1, 0, 0),
			  AFFINITY_OFF);
	}
	/* The one that switched itself off waits like one never switched on */
	ASSERT_OK(zx_kick(cpu[1].vcpu));
	EXPECT_ERR(vt_wait(&cpu[1]), ECANCELED);
}

/* Registers that the guest changed are as new after CPU_ON */
TEST_F(cpu_on_resets_registers, boot)
{
	u64 *x = cpu[1].page->state.arm64.x;
	int i;

	vt_go(&cpu[1]);
	EXPECT_EQ(psci(0, OP_HVC, PSCI_CPU_ON, 1, CODE, 1), SUCCESS);
	expect_secondary(1, 1);
	for (i = 2; i < 9; i++)
		x[i] = 0xdead;
	set_args(1, PSCI_CPU_OFF, 0xdead, 0xdead, 0xdead);
	gic_start(&cpu[1], OP_HVC, 0xdead, 0xdead);
	vt_asleep(&cpu[1]);
	EXPECT_EQ(psci(0, OP_HVC, PSCI_CPU_ON, 1, CODE, 2), SUCCESS);
	ASSERT_OK(vt_wait(&cpu[1]));
	EXPECT_EQ(gic_told(&cpu[1], TELL_A), 2);
	for (i = 1; i < 28; i++)
		EXPECT_EQ(x[i], 0);
}

/* The last one too may go off; a kick is the way back for the VMM */
TEST_F(boot_cpu_off, boot)
{
	set_args(0, PSCI_CPU_OFF, 0, 0, 0);
	gic_start(&cpu[0], OP_HVC, 0, 0);
	vt_asleep(&cpu[0]);
	ASSERT_OK(zx_kick(cpu[0].vcpu));
	EXPECT_ERR(vt_wait(&cpu[0]), ECANCELED);
	EXPECT_EQ(cpu[0].page->exit, ZXVM_EXIT_KICK);
}

TEST_F(system_off_and_reset, boot)
{
	static const struct { u32 fn, exit; int err; } cases[] = {
		{ PSCI_SYSTEM_OFF, ZXVM_EXIT_SYSTEM_OFF, ESHUTDOWN },
		{ PSCI_SYSTEM_RESET, ZXVM_EXIT_SYSTEM_RESET, ECANCELED },
	};
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (k = 0; k < 2; k++) {
			set_args(0, cases[i].fn, 0, 0, 0);
			gic_start(&cpu[0], k ? OP_HVC : OP_SMC, 0, 0);
			EXPECT_ERR(vt_wait(&cpu[0]), cases[i].err);
			EXPECT_EQ(cpu[0].page->exit, cases[i].exit);
			EXPECT_EQ(cpu[0].page->error, cases[i].err);
			ASSERT_OK(vt_enter(&cpu[0]));
			gic_told(&cpu[0], TELL_A);
			gic_ask(&cpu[0]);
		}
	}
}

/* A VCPU that was closed is nobody; one made in its place starts off */
TEST_F(closed_vcpu_is_nobody, boot)
{
	vt_stop(&cpu[2]);
	EXPECT_EQ(psci(0, OP_HVC, PSCI_CPU_ON, 2, CODE, 0), INVALID_PARAMETERS);
	vt_start(&cpu[2], &vm, 0);
	EXPECT_EQ(psci(0, OP_HVC, PSCI_AFFINITY_INFO, 2, 0, 0), AFFINITY_OFF);
	vt_go(&cpu[2]);
	EXPECT_EQ(psci(0, OP_HVC, PSCI_CPU_ON, 2, CODE, 9), SUCCESS);
	expect_secondary(2, 9);
}

/* Without the option nothing of this is there: facts 4.4 and 5.2 */
TEST(plain_guest_has_no_irqchip)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, gic);
	vt_start(&cpu[0], &vm, 0);
	vt_start(&cpu[1], &vm, 0);
	gic_ask(&cpu[0]);
	gic_ask(&cpu[1]);
	gic_start(&cpu[0], OP_LDR, DIST, 0);
	EXPECT_ERR(vt_wait(&cpu[0]), ENOENT);
	set_args(1, PSCI_VERSION, 0, 0, 0);
	gic_start(&cpu[1], OP_HVC, 0, 0);
	EXPECT_ERR(vt_wait(&cpu[1]), EOPNOTSUPP);
}
