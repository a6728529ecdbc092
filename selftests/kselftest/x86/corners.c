// SPDX-License-Identifier: GPL-2.0
/* Rules of the architecture that are easy to miss: traps, shadows, wrap */
#include <fcntl.h>
#include <sys/timerfd.h>

#include "probe.h"

#define SET_TF \
	"pushfq\n" \
	"orl $0x100, (%rsp)\n" \
	"popfq\n"
#define PD		0x30000
#define LAST_INSN	0x1ffffe	/* of the 2 MiB that RAM has */
#define NO_SELECTOR	0xfff8
#define WATCHED		0x32000
#define DR6_BP0		1
#define DR6_BS		0x4000

static volatile u64 *at(u64 gpa)
{
	return (u64 *)(vm.ram + gpa);
}

SNIPPET(int1,
	".byte 0xf1\n"
	"1:" ASK
	"lea 1b(%rip), %rax\n"
	TELL("%rax"));

/* INT1 goes on behind itself */
TEST(int1_is_executed_once)
{
	u64 rip;

	if (qemu())
		SKIP("QEMU has no INT1");
	PROBE(int1);
	EXPECT_EVENT(DB, 0);
	rip = frame()->rip;
	EXPECT_ASK();
	EXPECT_TOLD(rip);
	EXPECT_EQ(frame()->count, 1);
}

/* The steps begin behind the instruction that comes after POPF */
SNIPPET(step_sti,
	SET_TF
	"sti\n"
	"nop\n"
	"jmp .");

/* STI lets the trap through */
TEST(single_step_over_sti)
{
	u64 rip;

	if (qemu())
		SKIP("QEMU has no trap in the shadow of STI");
	PROBE(step_sti);
	EXPECT_EVENT(DB, 0);
	EXPECT_EQ(frame()->dr6 & DR6_BS, DR6_BS);
	EXPECT_EQ(frame()->rflags & 0x300, 0x300);
	rip = frame()->rip;
	EXPECT_EVENT(DB, 0);
	EXPECT_EQ(frame()->rip, rip + 1);
}

SNIPPET(steps,
	SET_TF
	"nop\n"
	"xor %eax, %eax\n"
	"cpuid\n"
	"nop\n"
	"jmp .");

/* CPUID, which exits, has the trap, too */
TEST(single_step_over_cpuid)
{
	static const u64 lengths[] = { 2, 2, 1, 0 };
	unsigned int i;
	u64 rip;

	PROBE(steps);
	EXPECT_EVENT(DB, 0);
	EXPECT_EQ(frame()->dr6 & DR6_BS, DR6_BS);
	rip = frame()->rip;
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		rip += lengths[i];
		EXPECT_EVENT(DB, 0);
		EXPECT_EQ(frame()->rip, rip);
	}
}

SNIPPET(step_and_interrupt,
	"sti\n"
	SET_TF
	"mov %r15, " STRING(TELL_DONE) "(%r14)\n"
	"jmp .");

/* The trap of the instruction comes before the interrupt behind it */
TEST(single_step_goes_before_an_interrupt)
{
	PROBE(step_and_interrupt);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_DONE);
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x40));
	EXPECT_EVENT(DB, 0);
	EXPECT_EQ(frame()->dr6 & DR6_BS, DR6_BS);
	EXPECT_EVENT(0x40, 0);
}

SNIPPET(step_hlt,
	SET_TF
	"hlt\n"
	"jmp .");

TEST(single_step_wakes_hlt)
{
	PROBE(step_hlt);
	EXPECT_EVENT(DB, 0);
}

/* CPUID is what the shadow of STI, or of MOV SS behind STI, is about */
#define SHADOW(name, insns)						\
	SNIPPET(name,							\
		"1:" ASK						\
		"mov %ss, %r9d\n"					\
		"xor %eax, %eax\n"					\
		insns							\
		"cpuid\n"						\
		"inc %r8\n nop\n nop\n"					\
		"cli\n"							\
		"jmp 1b")

SHADOW(shadow_sti, "sti\n");
SHADOW(shadow_mov_ss, "sti\n mov %r9d, %ss\n");

static void expect_shadow(void)
{
	u64 was;
	int i;

	EXPECT_ASK();
	for (i = 0; i < 20; i++) {
		was = PAGE_ARG(vm.page, 8);
		ASSERT_OK(zx_interrupt(vm.vcpu, 0x40));
		EXPECT_EVENT(0x40, 0);
		/* Behind CPUID, and not later */
		EXPECT_EQ(PAGE_ARG(vm.page, 8), was);
		EXPECT_ASK();
	}
}

TEST(interrupt_behind_cpuid_behind_sti)
{
	PROBE(shadow_sti);
	expect_shadow();
}

TEST(interrupt_behind_cpuid_behind_mov_ss)
{
	PROBE(shadow_mov_ss);
	expect_shadow();
}

SNIPPET(wrap,
	"push $" STRING(NO_SELECTOR) "\n"
	"push $" STRING(KERNEL_CS32) "\n"
	"mov $0xfffffffe, %eax\n"
	"push %rax\n"
	"xor %eax, %eax\n"
	"lretq");

/*
 * CPUID in the last two bytes below 4 GiB of 32-bit code: EIP is 0 then. There
 * the PML4 begins: the flags of its first entry, once it was used, are DAA,
 * and the bits behind them, which nobody else uses, make POP DS of the next.
 */
TEST(eip_wraps_behind_an_exit)
{
	probe_load(&vm, snippet_wrap, snippet_wrap_end);
	*at(PDPT + 3 * 8) = PD | 3;
	*at(PD + 511 * 8) = 0x83;	/* 2 MiB, from 0 on */
	vm.ram[LAST_INSN] = 0x0f;
	vm.ram[LAST_INSN + 1] = 0xa2;
	vm.ram[PML4] = 0x27;
	ASSERT_EQ(vm.ram[PML4 + 1] & 0xf0, 0x10);
	vm.ram[PML4 + 1] = 0x1f;
	vm_vcpu(&vm, ENTRY);
	EXPECT_EVENT(GP, NO_SELECTOR);
	EXPECT_EQ(frame()->cs, KERNEL_CS32);
	EXPECT_EQ(frame()->rip, 1);
}

SNIPPET(watch,
	"mov $" STRING(WATCHED) ", %ebx\n"
	"mov %rbx, %dr0\n"
	"mov $0xd0401, %eax\n"		/* writes of 4 bytes */
	"mov %rax, %dr7\n"
	"1:" ASK
	"movl $1, (%rbx)\n"
	"jmp 1b");

/* DR0 is the guest's, and the breakpoint there works, behind any exit */
TEST(breakpoints_survive_exits)
{
	int i;

	PROBE(watch);
	for (i = 0; i < 5; i++) {
		EXPECT_ASK();
		usleep(1000);
		EXPECT_EVENT(DB, 0);
		EXPECT_EQ(frame()->dr6 & 0xf, DR6_BP0);
	}
}

SNIPPET(shadow,
	"mov $" STRING(HOLE) ", %ebx\n"
	"sti\n"
	"mov %r15, (%rbx)\n"
	"mov $1, %r12d\n"
	"1: jmp 1b");

/* An NMI that comes in the shadow of STI, which an exit has kept */
TEST(nmi_in_the_shadow_of_sti)
{
	PROBE(shadow);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ARG(3) = MMIO + TELL_A;
	ASSERT_OK(zx_interrupt(vm.vcpu, NMI));
	ASSERT_OK(vm_enter(&vm));
	if (vm.pkt.u.mem_x86.addr == MMIO + TELL_A)
		ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.u.mem_x86.addr, MMIO + 8 * NMI);
	EXPECT_EQ(frame()->vector, NMI);
}

/* An interrupt waits until the instruction is executed that has exited */
TEST(interrupt_in_the_shadow_of_sti)
{
	PROBE(shadow);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ARG(3) = DATA;
	ARG(15) = 0x1234;
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x60));
	EXPECT_EVENT(0x60, 0);
	EXPECT_EQ(*(u64 *)(vm.ram + DATA), 0x1234);
}

SNIPPET(shadows,
	"1:" ASK
	"mov $" STRING(HOLE) ", %ebx\n"
	"sti\n"
	"mov %r15, (%rbx)\n"
	"nop\n"
	"cli\n"
	"jmp 1b");

#define SHADOW_ROUNDS	300

/*
 * The store exits, and so does what the host has to do before it is executed:
 * in each round but the first that comes a little later.
 */
TEST(host_interrupt_in_the_shadow_of_sti)
{
	struct itimerspec when = { };
	u64 ns = 0, start;
	int fd, i;

	fd = timerfd_create(CLOCK_MONOTONIC, 0);
	ASSERT_TRUE(fd >= 0);
	PROBE(shadows);
	for (i = 0; i <= SHADOW_ROUNDS; i++) {
		EXPECT_ASK();
		EXPECT_ERR(vm_enter(&vm), ENOENT);
		ARG(3) = DATA;
		ARG(15) = i + 1;
		when.it_value.tv_nsec = ns * i / SHADOW_ROUNDS;
		start = now_ns();
		ASSERT_OK(timerfd_settime(fd, 0, &when, NULL));
		ASSERT_OK(zx_interrupt(vm.vcpu, 0x60));
		EXPECT_EVENT(0x60, 0);
		if (!i)
			ns = now_ns() - start;
		EXPECT_EQ(*at(DATA), i + 1);
	}
	close(fd);
}

SNIPPET(spin, "sti\n 1: jmp 1b");

/* Field 43 of /proc/thread-self/stat, in ticks */
static unsigned long guest_time(void)
{
	char text[1024], *p;
	ssize_t n;
	int fd, i;

	fd = open("/proc/thread-self/stat", O_RDONLY);
	ASSERT_TRUE(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	ASSERT_TRUE(n > 0);
	text[n] = 0;
	p = strrchr(text, ')');
	ASSERT_TRUE(p);
	for (i = 2; p && i < 43; i++)
		p = strchr(p + 1, ' ');
	ASSERT_TRUE(p);
	return strtoul(p, NULL, 10);
}

static void *kick_later(void *vcpu)
{
	sleep_ms(1000);
	zx_kick(*(int *)vcpu);
	return NULL;
}

/* What a guest spends is not the host's system time */
TEST(guest_time_is_accounted)
{
	unsigned long before;
	pthread_t thread;

	PROBE(spin);
	before = guest_time();
	ASSERT_EQ(pthread_create(&thread, NULL, kick_later, &vm.vcpu), 0);
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	pthread_join(thread, NULL);
	EXPECT_TRUE(guest_time() - before >= 20);
}

#define PORT		0x1234
#define GDT_AT		0x33000
#define GDTR_AT		0x33100
#define SMALL_DS	0x58

static void expect_piece(u64 address, u32 elements)
{
	ASSERT_OK(vm_enter(&vm));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_IO);
	EXPECT_EQ(vm.pkt.u.io.port, PORT);
	EXPECT_EQ(vm.pkt.u.io.address, address);
	EXPECT_EQ(vm.pkt.u.io.count, elements);
}

SNIPPET(outs_wrap,
	"mov $0xc0000100, %ecx\n"	/* FS_BASE */
	"mov $0x10, %eax\n"
	"xor %edx, %edx\n"
	"wrmsr\n"
	"mov $" STRING(PORT) ", %edx\n"
	"mov $0xfffffffe, %esi\n"
	"mov $4, %ecx\n"
	"rep addr32 fs outsb\n"
	TELL("%rsi")
	ASK);

/* An offset of 32 bits wraps in the middle of a page */
TEST(outs_wraps_in_a_page)
{
	probe_load(&vm, snippet_outs_wrap, snippet_outs_wrap_end);
	*at(PDPT + 4 * 8) = PD | 3;
	*at(PD) = 0x83;
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, PORT, 1, -1, 0));
	vm_vcpu(&vm, ENTRY);
	expect_piece(0xe, 2);
	expect_piece(0x10, 2);
	EXPECT_TOLD(2);
	EXPECT_ASK();
}

SNIPPET(outs_limit,
	"lgdt " STRING(GDTR_AT) "\n"
	"mov $" STRING(SMALL_DS) ", %eax\n"
	"mov %eax, %ds\n"
	"push $" STRING(KERNEL_CS32) "\n"
	"lea 1f(%rip), %rax\n"
	"push %rax\n"
	"mov $" STRING(PORT) ", %edx\n"
	"mov $0x7fe, %esi\n"
	"mov $4, %ecx\n"
	"lretq\n"
	".code32\n"
	"1: rep outsb\n"
	".code64");

/* A segment of half a page: what is behind its limit is not read */
TEST(outs_ends_at_the_limit)
{
	probe_load(&vm, snippet_outs_limit, snippet_outs_limit_end);
	*at(GDT_AT + KERNEL_CS) = 0x00af9b000000ffff;
	*at(GDT_AT + KERNEL_DS) = 0x00cf93000000ffff;
	*at(GDT_AT + KERNEL_CS32) = 0x00cf9b000000ffff;
	*at(GDT_AT + SMALL_DS) = 0x00409300000007ff;
	*at(GDTR_AT) = (u64)GDT_AT << 16 | (SMALL_DS + 7);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, PORT, 1, -1, 0));
	vm_vcpu(&vm, ENTRY);
	expect_piece(0x7fe, 1);
	expect_piece(0x7ff, 1);
	EXPECT_EVENT(GP, 0);
	EXPECT_EQ(frame()->cs, KERNEL_CS32);
}
