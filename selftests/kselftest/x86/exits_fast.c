// SPDX-License-Identifier: GPL-2.0
/*
 * Exits that the kernel answers next to the world switch: a guest that makes
 * no others is interrupted all the same, and nothing of it is lost
 */
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "probe.h"

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_FMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102

#define TRACING	"/sys/kernel/tracing/"

static struct vt vt;

/* Leaf 0, which is the same for ever; RAX to RDX are changed */
#define CPUID	"xor %eax, %eax\n xor %ecx, %ecx\n cpuid\n"

/* Counts at DATA */
SNIPPET(loop,
	"sti\n"
	"1:" CPUID
	"incq " STRING(DATA) "\n"
	"jmp 1b");

static volatile u64 *count(void)
{
	return (u64 *)(vm.ram + DATA);
}

static void loop_thread(void)
{
	u64 was;

	probe_load(&vm, snippet_loop, snippet_loop_end);
	vt_start(&vt, &vm, ENTRY);
	was = *count();
	vt_go(&vt);
	while (*count() == was)
		sched_yield();
}

TEST_F(cpuid_loop_is_kicked, loop_thread)
{
	u64 was;
	int i;

	for (i = 0; i < 100; i++) {
		ASSERT_OK(zx_kick(vt.vcpu));
		EXPECT_ERR(vt_wait(&vt), ECANCELED);
		was = *count();
		vt_go(&vt);
		while (*count() == was)
			sched_yield();
	}
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

TEST_FT(cpuid_loop_takes_interrupts, loop_thread, 60)
{
	u32 vector;

	for (vector = 32; vector < 256; vector++) {
		ASSERT_OK(zx_interrupt(vt.vcpu, vector));
		ASSERT_OK(vt_wait(&vt));
		EXPECT_MEM(&vt.pkt, 8 * vector);
		vt_go(&vt);
	}
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void *kick_later(void *arg)
{
	sigset_t set;

	(void)arg;
	sigfillset(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sleep_ms(500);
	ASSERT_OK(zx_kick(vm.vcpu));
	return NULL;
}

TEST(cpuid_loop_gets_signals)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	/* So slow that the guest gets on between two */
	int usec = 1000 * harness_time_scale();
	struct itimerval it = { { 0, usec }, { 0, usec } };
	pthread_t thread;

	PROBE(loop);
	pthread_create(&thread, NULL, kick_later, NULL);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_GE(alarms, 10);
	EXPECT_GT(*count(), 0);
	pthread_join(thread, NULL);
}

static u64 cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Two threads have one CPU, and both get on */
TEST_F(cpuid_loop_is_preempted, loop_thread)
{
	int cpu = sched_getcpu(), i;
	u64 was, until;

	pin(0, cpu);
	pin(vt.tid, cpu);
	for (i = 0; i < 5; i++) {
		was = *count();
		until = cpu_time() + 20000000;
		while (cpu_time() < until)
			;
		while (*count() == was)
			;
	}
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

static void *burn(void *arg)
{
	(void)arg;
	for (;;)
		;
	return NULL;
}

/* From CPU to CPU, of which each has what the other does not: one counts on */
TEST_FT(cpuid_loop_moves_between_cpus, loop_thread, 60)
{
	pthread_t thread;
	cpu_set_t all;
	int i, cpu;
	u64 was;

	ASSERT_SYS(sched_getaffinity(vt.tid, sizeof(all), &all));
	pthread_create(&thread, NULL, burn, NULL);
	for (i = 0; i < 40; i++) {
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			if (!CPU_ISSET(cpu, &all))
				continue;
			pin(vt.tid, cpu);
			was = *count();
			while (*count() == was)
				sched_yield();
		}
	}
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

/* rbp times a leaf that all VCPUs see alike, and one that they do not */
SNIPPET(both_kinds,
	"1:" ASK
	"2:" CPUID
	"mov $1, %eax\n cpuid\n"
	"dec %rbp\n"
	"jnz 2b\n"
	"jmp 1b");

TEST(cpuid_is_counted_exactly)
{
	u64 was;

	PROBE(both_kinds);
	EXPECT_ASK();
	was = exits_counted("cpuid");
	PAGE_ARG(vm.page, 5) = 1000;
	EXPECT_ASK();
	EXPECT_EQ(exits_counted("cpuid") - was, 2000);
}

/* Lines of the trace that tell an exit for CPUID */
static unsigned int traced(void)
{
	const char *code = backend() == ZXVM_BACKEND_VMX ? " code 0xa " :
							   " code 0x72 ";
	FILE *trace = fopen(TRACING "trace", "re");
	char line[256];
	unsigned int n = 0;

	ASSERT_TRUE(trace);
	while (fgets(line, sizeof(line), trace))
		if (strstr(line, "zxvm_exit: ") && strstr(line, code))
			n++;
	fclose(trace);
	return n;
}

static void trace_exits(bool on)
{
	if (!write_file(TRACING "events/zxvm/zxvm_exit/enable",
			on ? "1" : "0"))
		SKIP("there is no tracefs");
}

/* To open it for writing is what empties it */
static void clear_trace(void)
{
	FILE *trace = fopen(TRACING "trace", "we");

	ASSERT_TRUE(trace);
	fclose(trace);
}

TEST(cpuid_is_traced)
{
	PROBE(both_kinds);
	EXPECT_ASK();
	clear_trace();
	trace_exits(true);
	PAGE_ARG(vm.page, 5) = 50;
	EXPECT_ASK();
	trace_exits(false);
	EXPECT_EQ(traced(), 100);
}

/* Switched on, the tracepoint is so for a guest that runs, too */
TEST_F(cpuid_loop_is_traced, loop_thread)
{
	clear_trace();
	trace_exits(true);
	while (!traced())
		sleep_ms(1);
	trace_exits(false);
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

/* #DE goes where TRY says, and CPUID is what the guest does next */
SNIPPET(exceptions,
	TRY("mov %r15, " STRING(TELL_DONE) "(%r14)")
	CPUID
	"inc %r8\n inc %r8\n inc %r8\n"
	TELL("%r8"));

/*
 * Of two exceptions the second comes behind the next exit, not later. Should the
 * host interrupt the handler of #DE, that is where #UD comes.
 */
TEST(exception_behind_cpuid)
{
	int round, behind = 0;

	for (round = 0; round < 10; round++) {
		PROBE(exceptions);
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_DONE);
		PAGE_ARG(vm.page, 8) = 0;
		ASSERT_OK(zx_interrupt(vm.vcpu, DE));
		ASSERT_OK(zx_interrupt(vm.vcpu, UD));
		ASSERT_OK(vm_enter(&vm));
		if (PAGE_ARG(vm.page, 12) == FAULT(UD, 0)) {
			EXPECT_MEM(&vm.pkt, TELL_A);
		} else {
			EXPECT_MEM(&vm.pkt, 8 * UD);
			EXPECT_EQ(frame()->vector, UD);
			EXPECT_EQ(PAGE_ARG(vm.page, 12), FAULT(DE, 0));
			EXPECT_EQ(PAGE_ARG(vm.page, 8), 0);
			EXPECT_TOLD(3);
			behind++;
		}
		vm_close(&vm);
	}
	EXPECT_GT(behind, 0);
}

#define HIGH	0x55

#define SET_MSR(msr, low, high)						\
	"mov $" STRING(msr) ", %ecx\n"					\
	"mov $" STRING(low) ", %eax\n"					\
	"mov $" STRING(high) ", %edx\n"					\
	"wrmsr\n"

#define TELL_MSR(msr)							\
	"mov $" STRING(msr) ", %ecx\n"					\
	"rdmsr\n"							\
	"shl $32, %rdx\n"						\
	"or %rdx, %rax\n"						\
	TELL("%rax")

#define ROUNDS		5000
#define FS_AT		0x101000	/* behind DATA */
#define GS_AT		0x102000
#define LDT_AT		0x103000
#define LDT_SEL		0x40		/* the place of KERNEL_CS32 */
#define IN_LDT		0x4
#define LDT_LOW		0x00008210300000ff
#define DATA_SEGMENT	0x00cf93000000ffff
#define MSRS		9

/*
 * Counts at GS:8 and FS:8, by CPUID at CPL 0; then tells what could have
 * been lost; then again at CPL 3, with an event whose stack TR has.
 */
SNIPPET(segments,
	SET_MSR(MSR_SYSENTER_CS, 0x78, 0)
	SET_MSR(MSR_SYSENTER_ESP, 0x1111, HIGH)
	SET_MSR(MSR_SYSENTER_EIP, 0x2222, HIGH)
	SET_MSR(MSR_STAR, 0x3333, HIGH)
	SET_MSR(MSR_LSTAR, 0x4444, HIGH)
	SET_MSR(MSR_FMASK, 0x6666, 0)
	SET_MSR(MSR_FS_BASE, FS_AT, 0)
	SET_MSR(MSR_GS_BASE, GS_AT, 0)
	SET_MSR(MSR_KERNEL_GS_BASE, 0x7777, HIGH)
	"sub $16, %rsp\n"
	"sgdt (%rsp)\n"
	"mov 2(%rsp), %rdi\n"
	"mov $" STRING(LDT_LOW) ", %rax\n"
	"mov %rax, " STRING(LDT_SEL) "(%rdi)\n"
	"movq $0, " STRING(LDT_SEL) " + 8(%rdi)\n"
	"mov $" STRING(LDT_SEL) ", %eax\n"
	"lldt %ax\n"
	"mov $" STRING(DATA_SEGMENT) ", %rax\n"
	"mov %rax, " STRING(LDT_AT) "\n"
	"mov $0xaaaa, %esi\n mov $0xbbbb, %edi\n mov $0xcccc, %r9d\n"
	"mov $" STRING(ROUNDS) ", %ebp\n"
	"1:" CPUID
	"incq %gs:8\n incq %fs:8\n"
	"dec %ebp\n jnz 1b\n"
	ASK
	TELL_MSR(MSR_SYSENTER_CS) TELL_MSR(MSR_SYSENTER_ESP)
	TELL_MSR(MSR_SYSENTER_EIP) TELL_MSR(MSR_STAR) TELL_MSR(MSR_LSTAR)
	TELL_MSR(MSR_FMASK) TELL_MSR(MSR_FS_BASE) TELL_MSR(MSR_GS_BASE)
	TELL_MSR(MSR_KERNEL_GS_BASE)
	"sldt %eax\n" TELL("%rax")
	"str %eax\n" TELL("%rax")
	/* The hidden part of LDTR: #GP without it */
	TRY("mov $" STRING(IN_LDT) ", %eax\n mov %eax, %fs") TELL("%r12")
	USER
	"mov $" STRING(ROUNDS) ", %ebp\n"
	"2:" CPUID
	"incq %gs:8\n"
	"dec %ebp\n jnz 2b\n"
	"int $0x80\n"
	"jmp .");

TEST_T(cpuid_leaves_all_else_alone, 60)
{
	static const u64 msrs[MSRS] = {
		0x78, 0x5500001111, 0x5500002222, 0x5500003333, 0x5500004444,
		0x6666, FS_AT, GS_AT, 0x5500007777,
	};
	volatile u64 *fs, *gs;
	struct zx_arch_state state;
	u64 value;
	int i;

	PROBE(segments);
	fs = (u64 *)(vm.ram + FS_AT + 8);
	gs = (u64 *)(vm.ram + GS_AT + 8);
	EXPECT_ASK();
	EXPECT_EQ(*fs, ROUNDS);
	EXPECT_EQ(*gs, ROUNDS);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.rsi, 0xaaaa);
	EXPECT_EQ(state.rdi, 0xbbbb);
	EXPECT_EQ(state.r9, 0xcccc);
	EXPECT_EQ(state.rbp, 0);
	for (i = 0; i < MSRS; i++) {
		value = next_told();
		CHECK_(0, value == msrs[i], "MSR %d: %llx, not %llx", i,
		       value, msrs[i]);
	}
	EXPECT_TOLD(LDT_SEL);
	EXPECT_TOLD(TSS_SEL);
	EXPECT_TOLD(NONE);
	EXPECT_EVENT(0x80, 0);
	EXPECT_EQ(frame()->cs, USER_CS);
	EXPECT_EQ(*gs, 2 * ROUNDS);
}
