// SPDX-License-Identifier: GPL-2.0
/* Exits that are no memory access: waits, calls, interrupts, exceptions */
#include <sys/mman.h>

#include "insn.h"
#include "psci.h"
#include "zx.h"

#define X(n)		(vm.page->state.arm64.x[n])
#define CNTV_TVAL	SYSREG(3, 3, 14, 3, 0)
#define CNTV_CTL	SYSREG(3, 3, 14, 3, 1)
#define ICC_SGI1R	SYSREG(3, 0, 12, 11, 5)
#define ICC_IAR1	SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1	SYSREG(3, 0, 12, 12, 1)
#define I_IRQ_ON	0xd50342ffu	/* msr daifclr, #2 */
#define INTID_VTIMER	27

/* The guest probe runs @words at CODE with its vectors in place */
static void boot_probe(const u32 *words, size_t n)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, probe);
	vm_code(&vm, CODE, words, n);
	vm_vcpu(&vm, 0);
}

/* The next three exits tell an exception at EL1 of this class */
static void expect_exception(unsigned int vector, unsigned int class, u64 elr)
{
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, vector);
	EXPECT_EQ(EC(vm.pkt.u.mem_arm64.data), class);
	EXPECT_STORE(&vm, vector, elr);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, vector);
}

static struct vt vt;

/*
 * Let the guest wait. A wait may end early, as the architecture has it, and
 * is then told; but not again and again.
 */
static void sleep_in_wfi(void)
{
	int early;

	vt_go(&vt);
	for (early = 0; vt_done(&vt, 100); early++) {
		ASSERT_LE(early, 20);
		ASSERT_OK(vt.err);
		vt_go(&vt);
	}
	vt_asleep(&vt);
}

static void wfi_thread(void)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, wfi);
	vt_start(&vt, &vm, 0);
	sleep_in_wfi();
}

/* PC is behind the WFI then: the guest sees one spurious wake-up */
TEST_F(wfi_is_broken_by_a_kick, wfi_thread)
{
	u64 waits = vt.page->state.arm64.x[0];

	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
	EXPECT_EQ(vt.page->exit, ZXVM_EXIT_KICK);
	ASSERT_OK(vt_enter(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
	EXPECT_EQ(vt.pkt.u.mem_arm64.data, waits + 1);
	sleep_in_wfi();
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

TEST_F(wfi_is_broken_by_an_interrupt, wfi_thread)
{
	u64 waits = vt.page->state.arm64.x[0];

	ASSERT_OK(zx_interrupt(vt.vcpu, 33));
	ASSERT_OK(vt_wait(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
	EXPECT_EQ(vt.pkt.u.mem_arm64.data, waits + 1);
	/* It is still pending, masked: WFI does not wait any more */
	ASSERT_OK(vt_enter(&vt));
	EXPECT_EQ(vt.pkt.u.mem_arm64.data, waits + 2);
}

TEST(wfi_with_an_interrupt_pending_does_not_wait)
{
	VM_BOOT(&vm, wfi);
	ASSERT_OK(zx_interrupt(vm.vcpu, 100));
	EXPECT_STORE(&vm, TELL_A, 1);
	EXPECT_STORE(&vm, TELL_A, 2);
}

/* Interrupts masked: the timer ends the wait, nothing is taken */
TEST(wfi_is_broken_by_the_timer)
{
	const u32 code[] = {
		I_MOVZ(4, 0, 0), I_MSR(CNTV_TVAL, 1), I_MOVZ(2, 1, 0),
		I_MSR(CNTV_CTL, 2), I_ISB,
		/* Count the waits until ISTATUS is set */
		I_WFI, I_ADD(4, 4, 1), I_MRS(3, CNTV_CTL),
		0x3617ffa3 /* tbz x3, #2, -3 */,
		I_STR(4, 28, TELL_A), I_B(-10),
	};
	u64 freq, start;
	int i;

	asm("mrs %0, cntfrq_el0" : "=r"(freq));
	boot_probe(code, ARRAY_SIZE(code));
	for (i = 0; i < 5; i++) {
		X(1) = freq / 20;	/* 50 ms */
		start = now_ns();
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
		EXPECT_GE(now_ns() - start, 49000000);
		EXPECT_LT(now_ns() - start, 5000000000);
		EXPECT_GE(vm.pkt.u.mem_arm64.data, 1);
		/*
		 * It did wait. Later the interrupt of the round before, never
		 * taken, may stay in a list register until the next exit.
		 */
		if (!i)
			EXPECT_LE(vm.pkt.u.mem_arm64.data, 20);
	}
}

TEST(timer_interrupt_is_taken)
{
	const u32 code[] = {
		I_MSR(CNTV_TVAL, 1), I_MOVZ(2, 1, 0), I_MSR(CNTV_CTL, 2),
		I_IRQ_ON, I_ISB, I_WFI, I_MOVZ(2, 2, 0), I_MSR(CNTV_CTL, 2),
		I_STR(31, 28, TELL_DONE), I_B_SELF,
	};

	boot_probe(code, ARRAY_SIZE(code));
	X(1) = 100000;
	EXPECT_STORE(&vm, VEC_IRQ, INTID_VTIMER);
}

/* A spinning guest, no WFI: the timer's own interrupt gets it out */
TEST(timer_interrupts_a_spinning_guest)
{
	const u32 code[] = {
		I_MSR(CNTV_TVAL, 1), I_MOVZ(2, 1, 0), I_MSR(CNTV_CTL, 2),
		I_IRQ_ON, I_B_SELF,
	};

	boot_probe(code, ARRAY_SIZE(code));
	X(1) = 500000;
	EXPECT_STORE(&vm, VEC_IRQ, INTID_VTIMER);
}

/* Its interrupt is back as soon as it has ended: the host gets on all the same */
TEST(timer_that_always_asks)
{
	const u32 code[] = {
		I_MOVZ(4, 0, 0), I_MSR(CNTV_TVAL, 31), I_MOVZ(2, 1, 0),
		I_MSR(CNTV_CTL, 2), I_ISB,
		I_MRS(3, ICC_IAR1), 0x374fffe3 /* tbnz x3, #9, -1 */,
		I_MSR(ICC_EOIR1, 3), I_ADD(4, 4, 1), I_B(-4),
	};
	u64 before, *x;
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, probe);
	vm_code(&vm, CODE, code, ARRAY_SIZE(code));
	vt_start(&vt, &vm, 0);
	/* This thread runs only where that of the VCPU was interrupted. */
	pin(vt.tid, 0);
	pin(0, 0);
	x = vt.page->state.arm64.x;
	for (i = 0; i < 5; i++) {
		before = x[4];
		vt_go(&vt);
		sleep_ms(100);
		ASSERT_OK(zx_kick(vt.vcpu));
		EXPECT_ERR(vt_wait(&vt), ECANCELED);
		EXPECT_GE(x[4], before + 100);
	}
}

/* A far deadline and a masked timer do not wake */
TEST(wfi_ignores_a_timer_that_cannot_fire)
{
	const u32 code[] = {
		I_MSR(CNTV_TVAL, 1), I_MSR(CNTV_CTL, 2), I_ISB, I_WFI,
		I_STR(31, 28, TELL_A), I_B(-5),
	};
	static const struct { u64 tval, ctl; } cases[] = {
		{ 0, 3 }, { 0, 0 }, { 0x7fffffff, 1 },
	};
	unsigned int i;

	vm_create(&vm, 0);
	vm_code(&vm, CODE, code, ARRAY_SIZE(code));
	vt_start(&vt, &vm, CODE);
	vt.page->state.arm64.x[28] = MMIO;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vt.page->state.arm64.x[1] = cases[i].tval;
		vt.page->state.arm64.x[2] = cases[i].ctl;
		sleep_in_wfi();
		ASSERT_OK(zx_kick(vt.vcpu));
		EXPECT_ERR(vt_wait(&vt), ECANCELED);
		ASSERT_OK(vt_enter(&vt));
		EXPECT_MEM(&vt.pkt, TELL_A);
	}
}

TEST(wfe_does_not_wait)
{
	const u32 code[] = {
		I_WFE, I_WFE, I_SEV, I_WFE, I_SEVL, I_WFE, I_WFE,
		I_STR(0, 28, TELL_A), I_ADD(0, 0, 1), I_B(-9),
	};
	int i;

	boot_probe(code, ARRAY_SIZE(code));
	for (i = 0; i < 100; i++)
		EXPECT_STORE(&vm, TELL_A, i);
}

/* x0 to x3, SMC, x0 is told */
static void psci_code(void)
{
	const u32 code[] = { I_SMC(0), I_STR(0, 28, TELL_A), I_B(-2) };

	boot_probe(code, ARRAY_SIZE(code));
}

TEST_F(psci_version, psci_code)
{
	X(0) = PSCI_VERSION;
	EXPECT_STORE(&vm, TELL_A, 2);
}

TEST_F(psci_cpu_on_is_a_packet, psci_code)
{
	struct zxvm_packet want;

	X(0) = PSCI_CPU_ON;
	X(1) = 5;
	X(2) = 0x4000;
	X(3) = 7;
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	ASSERT_OK(vm_enter(&vm));
	memset(&want, 0, sizeof(want));
	want.type = ZXVM_PKT_GUEST_VCPU;
	want.u.vcpu.type = ZXVM_PKT_VCPU_STARTUP;
	want.u.vcpu.u.startup.id = 5;
	want.u.vcpu.u.startup.entry = 0x4000;
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
	EXPECT_STORE(&vm, TELL_A, 0);
	/* The id is the raw argument, whatever it is */
	X(0) = PSCI_CPU_ON;
	X(1) = 0x123456789aULL;
	X(2) = ~0ULL;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.u.vcpu.u.startup.id, 0x123456789aULL);
	EXPECT_EQ(vm.pkt.u.vcpu.u.startup.entry, ~0ULL);
}

TEST_F(psci_off_and_reset, psci_code)
{
	static const struct { u32 fn, exit; int err; } cases[] = {
		{ PSCI_CPU_OFF, ZXVM_EXIT_CPU_OFF, EHOSTDOWN },
		{ PSCI_SYSTEM_OFF, ZXVM_EXIT_SYSTEM_OFF, ESHUTDOWN },
		{ PSCI_SYSTEM_RESET, ZXVM_EXIT_SYSTEM_RESET, ECANCELED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		X(0) = cases[i].fn;
		memset(&vm.pkt, 0xff, sizeof(vm.pkt));
		EXPECT_ERR(vm_enter(&vm), cases[i].err);
		EXPECT_EQ(vm.page->exit, cases[i].exit);
		EXPECT_EQ(vm.page->error, cases[i].err);
		EXPECT_EQ(vm.pkt.key, ~0ULL);
		/* The PC has moved on: the VCPU can be entered again */
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
	}
	/* A kick is ECANCELED as well, but the page tells them apart */
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_KICK);
	EXPECT_EQ(vm.page->error, ECANCELED);
}

TEST_F(psci_others_are_not_supported, psci_code)
{
	static const u64 fns[] = {
		PSCI_AFFINITY_INFO, PSCI_FEATURES, 0x84000001, 0x84000005,
		0x84000006, 0x84000007, 0x80000000, 0x80000001, 0x84000100,
		0, 0xffffffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fns); i++) {
		X(0) = fns[i];
		EXPECT_STORE(&vm, TELL_A, ~0ULL);
	}
}

TEST(smc_with_an_immediate)
{
	const u32 code[] = {
		I_SMC(1), I_STR(0, 28, TELL_A), I_SMC(0xffff),
		I_STR(0, 28, TELL_A), I_B(-4),
	};

	boot_probe(code, ARRAY_SIZE(code));
	X(0) = PSCI_VERSION;
	EXPECT_STORE(&vm, TELL_A, ~0ULL);
	X(0) = PSCI_SYSTEM_OFF;
	EXPECT_STORE(&vm, TELL_A, ~0ULL);
}

TEST(hvc_is_EOPNOTSUPP)
{
	const u32 code[] = { I_HVC(0), I_HVC(5), I_STR(0, 28, TELL_A) };

	boot_probe(code, ARRAY_SIZE(code));
	X(0) = PSCI_VERSION;
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_ERROR);
	EXPECT_EQ(vm.page->error, EOPNOTSUPP);
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_STORE(&vm, TELL_A, PSCI_VERSION);
}

/* x0 to ICC_SGI1R, then tell */
static void sgi_code(void)
{
	const u32 code[] = {
		I_MSR(ICC_SGI1R, 0), I_STR(31, 28, TELL_DONE), I_B(-2),
	};

	boot_probe(code, ARRAY_SIZE(code));
}

static void expect_sgi(u64 value, u64 mask, u8 vector)
{
	struct zxvm_packet want;

	memset(&want, 0, sizeof(want));
	want.type = ZXVM_PKT_GUEST_VCPU;
	want.u.vcpu.type = ZXVM_PKT_VCPU_INTERRUPT;
	want.u.vcpu.u.interrupt.mask = mask;
	want.u.vcpu.u.interrupt.vector = vector;
	X(0) = value;
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.u.vcpu.u.interrupt.mask, mask);
	EXPECT_EQ(vm.pkt.u.vcpu.u.interrupt.vector, vector);
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST_F(sgi_is_a_packet, sgi_code)
{
	expect_sgi(1, 1, 0);
	expect_sgi(15 << 24 | 2, 2, 15);
	expect_sgi(7 << 24 | 0xff, 0xff, 7);
	expect_sgi(3 << 24 | 0x8001, 0x8001, 3);
	expect_sgi(9 << 24, 0, 9);
	/* All but self; the list does not count then */
	expect_sgi(1ULL << 40 | 4 << 24, ~1ULL, 4);
	expect_sgi(1ULL << 40 | 4 << 24 | 0xf, ~1ULL, 4);
}

TEST(sgi_to_another_affinity_is_EOPNOTSUPP)
{
	static const int bits[] = { 16, 23, 32, 39, 48, 55, 44, 47 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		sgi_code();
		X(0) = 1ULL << bits[i] | 1;
		EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
		vm_close(&vm);
	}
}

TEST(sgi_all_but_self_of_another_vcpu)
{
	const u32 code[] = { I_MSR(ICC_SGI1R, 0), I_B_SELF };

	vm_create(&vm, 0);
	vm_code(&vm, CODE, code, ARRAY_SIZE(code));
	vm_vcpu(&vm, 0);
	vt_start(&vt, &vm, CODE);
	vt.page->state.arm64.x[0] = 1ULL << 40 | 2 << 24;
	ASSERT_OK(vt_enter(&vt));
	EXPECT_EQ(vt.pkt.u.vcpu.u.interrupt.mask, ~2ULL);
	EXPECT_EQ(vt.pkt.u.vcpu.u.interrupt.vector, 2);
}

/* No group, no priority mask, nothing was enabled by the guest */
TEST(interrupts_reach_a_guest_that_enabled_nothing)
{
	const u32 code[] = { I_IRQ_ON, I_STR(31, 28, TELL_A), I_B(-1) };
	static const u32 vectors[] = { 0, 15, 16, 27, 31, 32, 33, 100, 255 };
	unsigned int i;

	boot_probe(code, ARRAY_SIZE(code));
	EXPECT_STORE(&vm, TELL_A, 0);
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		ASSERT_OK(zx_interrupt(vm.vcpu, vectors[i]));
		EXPECT_STORE(&vm, VEC_IRQ, vectors[i]);
		EXPECT_STORE(&vm, TELL_A, 0);
	}
}

/* Many at once: each exactly once, private ones before shared ones */
TEST(many_interrupts_at_once)
{
	const u32 code[] = { I_IRQ_ON, I_B_SELF };
	u8 seen[256] = { };
	int i, last_private = -1;

	boot_probe(code, ARRAY_SIZE(code));
	for (i = 0; i < 256; i++) {
		ASSERT_OK(zx_interrupt(vm.vcpu, i));
		ASSERT_OK(zx_interrupt(vm.vcpu, i));
	}
	for (i = 0; i < 256; i++) {
		u64 vector;

		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, VEC_IRQ);
		vector = vm.pkt.u.mem_arm64.data;
		ASSERT_TRUE(vector < 256);
		EXPECT_EQ(seen[vector]++, 0);
		if (vector < 32)
			last_private = i;
	}
	EXPECT_EQ(last_private, 31);
}

TEST(exceptions_of_the_guest_are_its_own)
{
	const u32 code[] = {
		I_BRK(5), I_NOP, 0x00000000, I_MSR(SYSREG(3, 0, 4, 2, 2), 31),
		I_STR(31, 28, TELL_DONE),
	};

	boot_probe(code, ARRAY_SIZE(code));
	expect_exception(VEC_SYNC, EC_BRK, CODE);
	expect_exception(VEC_SYNC, EC_UNKNOWN, CODE + 8);
	/* CurrentEL cannot be written */
	expect_exception(VEC_SYNC, EC_UNKNOWN, CODE + 12);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* The probe skips one more word behind an SVC, hence the NOP */
TEST(svc_at_el1)
{
	const u32 code[] = { I_SVC(9), I_NOP, I_STR(31, 28, TELL_DONE) };

	boot_probe(code, ARRAY_SIZE(code));
	expect_exception(VEC_SYNC, EC_SVC64, CODE + 4);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(code_at_el0)
{
	static const unsigned int classes[] = {
		0x15, EC_UNKNOWN, EC_UNKNOWN, EC_UNKNOWN, 0x01, EC_UNKNOWN,
	};
	unsigned int i, round;

	VM_BOOT(&vm, el0);
	for (round = 0; round < 2; round++) {
		EXPECT_STORE(&vm, TELL_A, 0xe0);
		EXPECT_STORE(&vm, TELL_B, 0xe0);
		for (i = 0; i < ARRAY_SIZE(classes); i++) {
			ASSERT_OK(vm_enter(&vm));
			EXPECT_MEM(&vm.pkt, VEC_EL0_SYNC);
			EXPECT_EQ(EC(vm.pkt.u.mem_arm64.data), classes[i]);
		}
		EXPECT_STORE(&vm, TELL_DONE, 0xe0);
	}
}

/* Where the CPU has it; accesses and exceptions as from A64 */
TEST(aarch32_code_at_el0)
{
	struct zxvm_features f = { };

	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	if (!(f.features & ZXVM_FEATURE_AARCH32_EL0))
		SKIP("this CPU has no AArch32 at EL0");
	VM_BOOT(&vm, el0_a32);
	EXPECT_STORE(&vm, TELL_B, 0x32);
	EXPECT_EQ(vm.pkt.u.mem_arm64.access_size, 4);
	EXPECT_EQ(vm.pkt.u.mem_arm64.xt, 0);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, 2);
	EXPECT_EQ(vm.pkt.u.mem_arm64.access_size, 1);
	EXPECT_EQ(vm.pkt.u.mem_arm64.xt, 2);
	EXPECT_TRUE(vm.pkt.u.mem_arm64.sign_extend);
	EXPECT_TRUE(vm.pkt.u.mem_arm64.read);
	X(2) = 0xfffffff5;
	EXPECT_STORE(&vm, TELL_C, 0xfffffff5);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, 0x600);
	EXPECT_EQ(EC(vm.pkt.u.mem_arm64.data), 0x11);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, 0x600);
	EXPECT_EQ(EC(vm.pkt.u.mem_arm64.data), EC_UNKNOWN);
	EXPECT_STORE(&vm, TELL_DONE, 0x32);
}
