// SPDX-License-Identifier: GPL-2.0
/* MSRs: which there are, what they hold, and that they are the guest's alone */
#include <asm/prctl.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "probe.h"

#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_FMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_TSC_AUX		0xc0000103
#define MSR_PAT			0x277
#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176

/* Reads rcx (rbx = 0) or writes rdx:rax to it, for ever; rbp counts nothing */
SNIPPET(msr,
	"1:" ASK
	"test %rbx, %rbx\n jnz 2f\n"
	"mov $-1, %rax\n mov $-1, %rdx\n"
	TRY("rdmsr")
	"jmp 3f\n"
	"2:" TRY("wrmsr")
	"3:" TELL("%r12") TELL("%rax") TELL("%rdx")
	"jmp 1b");

/*
 * For each of rcx to rbx - 1: a bit in the bitmap at DATA if reading it is no
 * fault; and one in that at DATA + 0x10000 if writing back what was read, or
 * rsi without that, is none. r8: no writes.
 */
SNIPPET(msr_sweep,
	"mov %rax, %r8\n"
	ASK
	"mov %rcx, %r9\n"
	"mov $" STRING(DATA) ", %edi\n"
	"1: mov %rcx, %r10\n"
	"sub %r9, %r10\n"
	TRY("rdmsr")
	"cmp $-1, %r12\n jne 2f\n"
	"bts %r10, (%rdi)\n"
	"2: test %r8, %r8\n jz 4f\n"
	"mov %esi, %eax\n mov %esi, %edx\n"
	TRY("wrmsr")
	"cmp $-1, %r12\n jne 4f\n"
	"bts %r10, 0x10000(%rdi)\n"
	"4: inc %ecx\n"
	"cmp %ecx, %ebx\n jne 1b\n"
	ASK);

static u64 rdmsr(u32 msr, u64 *fault)
{
	u64 low, high, got;

	ARG(0) = 0;
	ARG(1) = msr;
	ARG(3) = 0;
	got = next_told();
	low = next_told();
	high = next_told();
	EXPECT_ASK();
	if (fault)
		*fault = got;
	else
		CHECK_(0, got == NONE, "RDMSR %x: %llx", msr, got);
	if (got == NONE)
		CHECK_(0, low >> 32 == 0 && high >> 32 == 0,
		       "RDMSR %x: %llx:%llx", msr, high, low);
	return low | high << 32;
}

static u64 wrmsr(u32 msr, u64 value)
{
	u64 fault;

	ARG(0) = value & 0xffffffff;
	ARG(1) = msr;
	ARG(2) = value >> 32;
	ARG(3) = 1;
	fault = next_told();
	next_told();
	next_told();
	EXPECT_ASK();
	return fault;
}

static void boot(void)
{
	PROBE(msr);
	EXPECT_ASK();
}

static bool amd(void)
{
	u32 regs[4];

	host_cpuid(0, 0, regs);
	return regs[1] == 0x68747541;	/* Auth */
}

/* All that a guest may read; must: it has to be there */
static const struct { u32 first, last; bool must; } readable[] = {
	{ 0x10, 0x10, true },		/* TSC */
	{ 0x11, 0x12, false },		/* the clock of old */
	{ 0x17, 0x17, true }, { 0x1b, 0x1b, true },
	{ 0x34, 0x34, true }, { 0x3a, 0x3a, false },
	{ 0x48, 0x48, false }, { 0x8b, 0x8b, true }, { 0xce, 0xce, false },
	{ 0xfe, 0xfe, true }, { 0x174, 0x176, true },
	{ 0x179, 0x17a, true }, { 0x1a0, 0x1a0, false },
	{ 0x1a2, 0x1a2, true }, { 0x1d9, 0x1d9, false },
	{ 0x200, 0x213, true }, { 0x250, 0x250, true },
	{ 0x258, 0x259, true }, { 0x268, 0x26f, true },
	{ 0x277, 0x277, true }, { 0x2ff, 0x2ff, true },
	{ 0x606, 0x606, false }, { 0x610, 0x611, false },
	{ 0x614, 0x614, false }, { 0x618, 0x619, false },
	{ 0x638, 0x639, false }, { 0x640, 0x641, false },
	{ 0x64d, 0x64e, false }, { 0x65c, 0x65c, false },
	{ 0x6e0, 0x6e0, false },
	/* x2APIC: see ipi.c */
	{ 0x802, 0x803, false }, { 0x808, 0x808, false },
	{ 0x80a, 0x80a, false }, { 0x80d, 0x80d, false },
	{ 0x80f, 0x828, false }, { 0x82f, 0x830, false },
	{ 0x832, 0x839, false }, { 0x83e, 0x83e, false },
	{ 0x4b564d00, 0x4b564d01, false },
	{ 0xc0000080, 0xc0000082, true }, { 0xc0000083, 0xc0000083, false },
	{ 0xc0000084, 0xc0000084, true }, { 0xc0000100, 0xc0000102, true },
	{ 0xc0000103, 0xc0000103, false },
	{ 0xc0010010, 0xc0010010, false }, { 0xc0010015, 0xc0010015, false },
	{ 0xc001001a, 0xc001001a, false }, { 0xc001001d, 0xc001001d, false },
	{ 0xc001001f, 0xc001001f, false }, { 0xc0010055, 0xc0010055, false },
	{ 0xc0010058, 0xc0010058, false }, { 0xc0010114, 0xc0010114, false },
	{ 0xc0011029, 0xc001102a, false },
};

/* What may be written beside what may be read */
static const struct { u32 first, last; } writable[] = {
	{ 0x11, 0x12 }, { 0x48, 0x49 }, { 0x80b, 0x80b }, { 0x82f, 0x83f },
	{ 0x4b564d00, 0x4b564d01 },
};

static bool may_read(u32 msr, bool *must)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(readable); i++) {
		if (msr >= readable[i].first && msr <= readable[i].last) {
			*must = readable[i].must;
			return true;
		}
	}
	*must = false;
	return false;
}

static bool may_write(u32 msr)
{
	unsigned int i;
	bool must;

	for (i = 0; i < ARRAY_SIZE(writable); i++)
		if (msr >= writable[i].first && msr <= writable[i].last)
			return true;
	return may_read(msr, &must);
}

static bool bit_of(u64 at, u32 bit)
{
	return vm.ram[at + bit / 8] >> bit % 8 & 1;
}

/* @writes: of what; 0: none */
static void sweep(u32 first, u32 last, bool writes, u32 value)
{
	u32 msr;
	bool must, may;

	PROBE(msr_sweep);
	ARG(0) = writes;
	EXPECT_ASK();
	ARG(1) = first;
	ARG(3) = last + 1;
	PAGE_ARG(vm.page, 6) = value;
	EXPECT_ASK();
	for (msr = first; msr <= last; msr++) {
		may = may_read(msr, &must);
		if (bit_of(DATA, msr - first))
			CHECK_(0, may, "MSR %x can be read", msr);
		else
			CHECK_(0, !must, "MSR %x cannot be read", msr);
		if (bit_of(DATA + 0x10000, msr - first))
			CHECK_(0, may_write(msr), "MSR %x can be written with %x",
			       msr, value);
	}
	vm_close(&vm);
}

TEST_T(sweep_of_all_reads, 120)
{
	sweep(0, 0x1fff, false, 0);
	sweep(0x40000000, 0x40000fff, false, 0);
	sweep(0x4b564c00, 0x4b564fff, false, 0);
	sweep(0xc0000000, 0xc0001fff, false, 0);
	sweep(0xc0010000, 0xc0011fff, false, 0);
	sweep(0xfffff000, 0xfffffffe, false, 0);
}

static u64 host_gs(void)
{
	u64 base = 0;

	ASSERT_SYS(syscall(SYS_arch_prctl, ARCH_GET_GS, &base));
	return base;
}

static bool host_has_tsc_aux(void)
{
	u32 regs[4];

	host_cpuid(0x80000001, 0, regs);
	return regs[3] & 1 << 27;
}

static u32 host_tsc_aux(void)
{
	u32 low, high, aux;

	if (!host_has_tsc_aux())
		return 0;
	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	return aux;
}

static bool host_msr(u32 msr, u64 *value)
{
	int fd = open("/dev/cpu/0/msr", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && pread(fd, value, 8, msr) == 8;

	close(fd);
	return ok;
}

static const u32 canaries[] = {
	MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_FMASK, MSR_TSC_AUX, MSR_PAT,
	MSR_EFER, MSR_SYSENTER_CS, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP,
};

static u64 canary_values[ARRAY_SIZE(canaries)];
static bool canary_there[ARRAY_SIZE(canaries)];

/* What this process can tell of the host's MSRs */
static void set_canaries(void)
{
	unsigned int i;

	pin(0, sched_getcpu());
	ASSERT_SYS(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x123456789000));
	for (i = 0; i < ARRAY_SIZE(canaries); i++)
		canary_there[i] = host_msr(canaries[i], &canary_values[i]);
}

static __thread u64 thread_word = 0x7777;

static void expect_canaries(u32 aux)
{
	unsigned int i;
	u64 gs, value;

	/* SYSCALL works, FS and GS are this thread's */
	EXPECT_EQ(getpid(), syscall(SYS_gettid));
	EXPECT_EQ(thread_word, 0x7777);
	EXPECT_EQ(host_gs(), 0x123456789000);
	asm volatile("mov %%gs, %0" : "=r"(gs));
	EXPECT_EQ(gs & 0xffff, 0);
	EXPECT_EQ(host_tsc_aux(), aux);
	for (i = 0; i < ARRAY_SIZE(canaries); i++)
		if (canary_there[i] && host_msr(canaries[i], &value))
			CHECK_(0, value == canary_values[i],
			       "the host's MSR %x is %llx, was %llx",
			       canaries[i], value, canary_values[i]);
}

/*
 * Nothing that is not named takes a write of zeros or ones. Left out are the
 * clocks, APIC_BASE, the ICR and the timer, whose writes do more, and EFER.
 */
TEST_T(sweep_of_all_writes, 120)
{
	static const u32 values[] = { ~0u, 0 };
	static const struct { u32 first, last; } ranges[] = {
		{ 0, 0x10 }, { 0x13, 0x1a }, { 0x1c, 0x6df },
		{ 0x6e1, 0x82f }, { 0x833, 0x83e }, { 0x840, 0x1fff },
		{ 0x40000000, 0x400003ff }, { 0xc0000000, 0xc000007f },
		{ 0xc0000081, 0xc0001fff }, { 0xc0010000, 0xc0011fff },
	};
	u32 aux, i, k;

	set_canaries();
	aux = host_tsc_aux();
	for (k = 0; k < ARRAY_SIZE(values); k++)
		for (i = 0; i < ARRAY_SIZE(ranges); i++)
			sweep(ranges[i].first, ranges[i].last, true, values[k]);
	expect_canaries(aux);
}

/* What the guest writes it reads, and the host does not have it */
TEST_F(registers_that_are_the_guests, boot)
{
	static const struct { u32 msr; u64 value; } cases[] = {
		{ MSR_STAR, 0x1234567889abcdef },
		{ MSR_LSTAR, 0x00001234567889ab },
		{ MSR_FMASK, 0x89abcdef },
		{ MSR_FS_BASE, 0x0000111122223333 },
		{ MSR_GS_BASE, 0xffff811122223333 },
		{ MSR_KERNEL_GS_BASE, 0xffff801122223333 },
		{ MSR_TSC_AUX, 0x89abcdef },
		{ MSR_PAT, 0x0606060606060606 },
		{ MSR_SYSENTER_CS, 0x18 },
		{ MSR_SYSENTER_ESP, 0xffff812345678000 },
		{ MSR_SYSENTER_EIP, 0x0000123456789000 },
	};
	u32 aux, i, round;
	u64 fault;

	set_canaries();
	aux = host_tsc_aux();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fault = wrmsr(cases[i].msr, cases[i].value);
		if (cases[i].msr == MSR_TSC_AUX && fault == FAULT(GP, 0))
			continue;
		EXPECT_EQ(fault, NONE);
		expect_canaries(aux);
	}
	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_SIZE(cases); i++) {
			u64 value = rdmsr(cases[i].msr, &fault);

			if (cases[i].msr == MSR_TSC_AUX && fault != NONE)
				continue;
			CHECK_(0, value == cases[i].value, "MSR %x: %llx",
			       cases[i].msr, value);
		}
		expect_canaries(aux);
		sched_yield();
	}
}

/* Another VCPU on the same CPU has its own */
static void *other_vcpu(void *arg)
{
	static const u32 msrs[] = {
		MSR_STAR, MSR_LSTAR, MSR_FMASK, MSR_KERNEL_GS_BASE, MSR_TSC_AUX,
		MSR_FS_BASE, MSR_GS_BASE, MSR_SYSENTER_EIP, MSR_SYSENTER_CS,
	};
	uintptr_t number = (uintptr_t)arg;
	struct zxvm_packet pkt;
	static struct vm vms[2];
	struct vm *v = &vms[number];
	u32 i, k, round;
	u64 *regs;

	probe_load(v, snippet_msr, snippet_msr_end);
	vm_vcpu(v, ENTRY);
	regs = (u64 *)&v->page->state.x86;
	ASSERT_OK(zx_enter(v->vcpu, &pkt));
	for (round = 0; round < 60; round++) {
		for (i = 0; i < ARRAY_SIZE(msrs); i++) {
			u64 value = 0x1000 * (i + 1) + 0x100 * number + round / 2;

			if (msrs[i] == MSR_TSC_AUX && !host_tsc_aux() &&
			    amd())
				continue;
			regs[0] = value;
			regs[1] = msrs[i];
			regs[2] = 0;
			regs[3] = round % 2 == 0;
			for (k = 0; k < 3; k++) {
				ASSERT_OK(zx_enter(v->vcpu, &pkt));
				if (k == 1 && regs[15] != value)
					CHECK_(0, 0, "VCPU %d: MSR %x is %llx",
					       (int)number, msrs[i], regs[15]);
			}
			ASSERT_OK(zx_enter(v->vcpu, &pkt));
			sched_yield();
		}
	}
	return NULL;
}

TEST_T(registers_of_two_vcpus_on_one_cpu, 60)
{
	pthread_t threads[2];
	uintptr_t i;

	pin(0, sched_getcpu());
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, other_vcpu, (void *)i);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/*
 * Uses, without an exit, what it has put into LSTAR and, if rsi, TSC_AUX, until
 * the word at DATA is set: rbx tells whether all was that of VCPU rdi.
 */
SNIPPET(handed_over,
	ASK
	"lea 2f(%rip), %rax\n"
	"test %rdi, %rdi\n jz 1f\n"
	"lea 3f(%rip), %rax\n"
	"1: xor %edx, %edx\n"
	"mov $" STRING(MSR_LSTAR) ", %ecx\n"
	"wrmsr\n"
	"test %rsi, %rsi\n jz 1f\n"
	"mov %edi, %eax\n"
	"mov $" STRING(MSR_TSC_AUX) ", %ecx\n"
	"wrmsr\n"
	"1: xor %ebx, %ebx\n"
	"syscall\n"
	/* VCPU 0 */
	"2: test %rdi, %rdi\n jnz 5f\n"
	"jmp 4f\n"
	/* VCPU 1 */
	"3: test %rdi, %rdi\n jz 5f\n"
	"4: inc %ebx\n"
	"test %rsi, %rsi\n jz 6f\n"
	"rdtscp\n"
	"cmp %ecx, %edi\n jne 5f\n"
	"6: cmpl $0, " STRING(DATA) "\n"
	"jne 7f\n"
	"syscall\n"
	"5: xor %ebx, %ebx\n"
	"7:" TELL("%rbx"));

static struct vm spinners[2];
static unsigned int spinning;

static void *spinner(void *arg)
{
	uintptr_t number = (uintptr_t)arg;
	struct vm *v = &spinners[number];
	struct zxvm_packet pkt;
	struct rusage usage;
	u64 *regs;

	probe_load(v, snippet_handed_over, snippet_handed_over_end);
	vm_vcpu(v, ENTRY);
	regs = (u64 *)&v->page->state.x86;
	ASSERT_OK(zx_enter(v->vcpu, &pkt));
	regs[6] = host_has_tsc_aux();
	regs[7] = number;
	__atomic_fetch_add(&spinning, 1, __ATOMIC_SEQ_CST);
	ASSERT_OK(zx_enter(v->vcpu, &pkt));
	EXPECT_MEM(&pkt, TELL_A);
	EXPECT_GT(told(&pkt, v->page), 0);
	ASSERT_SYS(getrusage(RUSAGE_THREAD, &usage));
	EXPECT_GT(usage.ru_nivcsw, 4);
	return NULL;
}

/* From one VCPU the CPU goes to the other at once, or to user space first */
TEST_T(registers_that_are_handed_over, 60)
{
	pthread_t threads[2];
	uintptr_t i;
	u64 end;
	u32 aux;

	set_canaries();
	aux = host_tsc_aux();
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, spinner, (void *)i);
	while (__atomic_load_n(&spinning, __ATOMIC_SEQ_CST) < 2)
		sched_yield();
	end = now_ns() + 500000000;
	while (now_ns() < end) {
		expect_canaries(aux);
		sched_yield();
	}
	for (i = 0; i < 2; i++)
		*(volatile u32 *)(spinners[i].ram + DATA) = 1;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

TEST_F(values_that_are_no_addresses_are_gp, boot)
{
	static const u32 msrs[] = {
		MSR_LSTAR, MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
	};
	u32 i;

	if (qemu())
		SKIP("QEMU takes any value");
	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		EXPECT_EQ(wrmsr(msrs[i], 0x0000800000000000), FAULT(GP, 0));
		EXPECT_EQ(wrmsr(msrs[i], 0x8000000000000000), FAULT(GP, 0));
		EXPECT_EQ(wrmsr(msrs[i], 0xffff7fffffffffff), FAULT(GP, 0));
	}
	/* A memory type that there is not */
	EXPECT_EQ(wrmsr(MSR_PAT, 2), FAULT(GP, 0));
	EXPECT_EQ(wrmsr(MSR_PAT, 0x0800000000000000), FAULT(GP, 0));
}

TEST_F(efer, boot)
{
	u64 was = rdmsr(MSR_EFER, NULL);

	EXPECT_EQ(wrmsr(MSR_EFER, was), NONE);
	/* LME while paging; bits that are reserved, or not in CPUID: SVME */
	EXPECT_EQ(wrmsr(MSR_EFER, was & ~0x100ULL), FAULT(GP, 0));
	EXPECT_EQ(wrmsr(MSR_EFER, was | 1 << 1), FAULT(GP, 0));
	EXPECT_EQ(wrmsr(MSR_EFER, was | 1ULL << 40), FAULT(GP, 0));
	EXPECT_EQ(wrmsr(MSR_EFER, was | 1 << 12), FAULT(GP, 0));
	EXPECT_EQ(rdmsr(MSR_EFER, NULL), was);
	EXPECT_EQ(wrmsr(MSR_EFER, was & ~1ULL), NONE);
	EXPECT_EQ(rdmsr(MSR_EFER, NULL), was & ~1ULL);
	EXPECT_EQ(wrmsr(MSR_EFER, was), NONE);
}

TEST_F(apic_base, boot)
{
	EXPECT_EQ(rdmsr(0x1b, NULL), 0xfee00d00);
	EXPECT_EQ(wrmsr(0x1b, 0xfee00d00), NONE);
	EXPECT_EQ(rdmsr(0x1b, NULL), 0xfee00d00);
	EXPECT_EQ(wrmsr(0x1b, 0xfee00c00), NONE);
	/* Another place, or another mode: for the VMM, and RIP stays */
	ARG(0) = 0xfee01d00;
	ARG(1) = 0x1b;
	ARG(2) = 0;
	ARG(3) = 1;
	EXPECT_ERR(vm_enter(&vm), EINVAL);
	EXPECT_ERR(vm_enter(&vm), EINVAL);
	ARG(0) = 0xfee00900;
	EXPECT_ERR(vm_enter(&vm), EINVAL);
	ARG(0) = 0xfee00d00;
	EXPECT_TOLD(NONE);
}

TEST_F(fixed_values, boot)
{
	static const u32 zero[] = {
		0x17, 0x8b, 0xfe, 0x179, 0x17a, 0x200, 0x213, 0x250, 0x268,
		0x2ff, 0x1a2, 0x34,
	};
	u64 value, fault;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(zero); i++)
		EXPECT_EQ(rdmsr(zero[i], NULL), 0);
	EXPECT_EQ(wrmsr(0x8b, 5), NONE);
	EXPECT_EQ(wrmsr(0x2ff, 0xc06), NONE);
	EXPECT_EQ(rdmsr(0x2ff, NULL), 0);
	value = rdmsr(0x1a0, &fault);
	if (fault == NONE)
		EXPECT_EQ(value & ~1ULL, 0);
}

SNIPPET(msr_user,
	USER
	"mov $0xc0000080, %ecx\n"
	TRY("rdmsr") TELL("%r12")
	TRY("wrmsr") TELL("%r12")
	ASK);

TEST(msrs_at_cpl_3_are_gp)
{
	PROBE(msr_user);
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_ASK();
}

SNIPPET(tsc,
	"1: rdtsc\n"
	"shl $32, %rdx\n or %rdx, %rax\n"
	TELL("%rax")
	"jmp 1b");

/* The guest has the host's time stamp counter */
TEST(tsc_is_the_hosts)
{
	u64 before, inside, after;
	int i;

	PROBE(tsc);
	for (i = 0; i < 10; i++) {
		before = __builtin_ia32_rdtsc();
		inside = next_told();
		after = __builtin_ia32_rdtsc();
		EXPECT_LE(before, inside);
		EXPECT_LE(inside, after);
	}
}
