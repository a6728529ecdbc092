// SPDX-License-Identifier: GPL-2.0
/* Signals, stops, tracing, kill, fork and exec: none of them shows in enter */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "zx.h"

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void start_alarms(int usec)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval it = { { 0, usec }, { 0, usec } };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

static void *kick_later(void *arg)
{
	sigset_t set;

	sigfillset(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sleep_ms(500);
	ASSERT_OK(zx_kick(*(int *)arg));
	return NULL;
}

/* A handler without SA_RESTART: enter still does not say EINTR */
static void enter_under_alarms(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, kick_later, &vm.vcpu);
	start_alarms(1000);
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_GE(alarms, 10);
	pthread_join(thread, NULL);
}

TEST(alarms_in_a_spinning_guest)
{
	VM_BOOT(&vm, spin);
	enter_under_alarms();
}

TEST(alarms_in_a_waiting_guest)
{
	VM_BOOT(&vm, idle);
	enter_under_alarms();
}

TEST(alarms_in_a_blocked_bell)
{
	struct zxvm_packet pkt;
	int i;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	ARG(0) = ZXVM_BELL_PACKETS;
	EXPECT_STORE(&vm, TELL_A, 0);
	ARG(0) = 1;
	enter_under_alarms();
	for (i = 0; i < ZXVM_BELL_PACKETS; i++)
		ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	EXPECT_STORE(&vm, TELL_A, 0);
	EXPECT_OK(zx_wait(vm.port, 0, &pkt));
}

/* Some exits apart, however slow the machine is: or it would do nothing else */
TEST_T(alarms_in_a_talkative_guest, 60)
{
	u64 start, usec;
	int i;

	VM_BOOT(&vm, mixed);
	start = now_ns();
	for (i = 1; i <= 20; i++)
		EXPECT_STORE(&vm, TELL_A, i);
	usec = (now_ns() - start) / 1000;
	start_alarms(usec > 300 ? usec : 300);
	for (; i <= 3000; i++)
		EXPECT_STORE(&vm, TELL_A, i);
	EXPECT_GT(alarms, 0);
}

/* Shared with a child process that sits in enter, until @over */
struct shared {
	bool inside;
	bool over;
	pid_t pid;
	int vcpu;
	int err;
};

static struct shared *shared;

enum place { SPIN, WAIT, BLOCKED_BELL, PLACES };

static const char *const place_names[] = { "spin", "WFI", "full bell" };

static void boot_place(enum place place)
{
	switch (place) {
	case SPIN:
		VM_BOOT(&vm, spin);
		break;
	case WAIT:
		VM_BOOT(&vm, idle);
		break;
	default:
		VM_BOOT(&vm, ring);
		vm_bell(&vm);
		ARG(0) = 1000;
		break;
	}
}

static void *kick_when_over(void *unused)
{
	while (!__atomic_load_n(&shared->over, __ATOMIC_SEQ_CST))
		sleep_ms(10);
	ASSERT_OK(zx_kick(vm.vcpu));
	return unused;
}

/* A child that has entered; it kicks itself when told that it is over */
static pid_t enter_in_child(enum place place)
{
	pid_t pid;

	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (!pid) {
		static pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		boot_place(place);
		pthread_create(&thread, NULL, kick_when_over, NULL);
		shared->vcpu = vm.vcpu;
		__atomic_store_n(&shared->inside, true, __ATOMIC_SEQ_CST);
		shared->err = vm_enter(&vm);
		__atomic_store_n(&shared->inside, false, __ATOMIC_SEQ_CST);
		_exit(0);
	}
	if (place == SPIN) {
		while (!__atomic_load_n(&shared->inside, __ATOMIC_SEQ_CST))
			sleep_ms(1);
		sleep_ms(20);
	} else {
		wait_asleep(pid, &shared->inside);
	}
	return pid;
}

static void expect_kick(pid_t pid, enum place place)
{
	__atomic_store_n(&shared->over, true, __ATOMIC_SEQ_CST);
	wait_child(pid);
	CHECK_(0, shared->err == ECANCELED, "%s: %s", place_names[place],
	       err_name(shared->err));
}

static void check_device(void)
{
	VM_BOOT(&vm, done);
	EXPECT_STORE(&vm, TELL_DONE, 0);
	vm_close(&vm);
}

TEST(killed_inside_enter)
{
	int place, status;
	pid_t pid;
	u64 start;

	for (place = 0; place < PLACES; place++) {
		pid = enter_in_child(place);
		start = now_ns();
		ASSERT_SYS(kill(pid, SIGKILL));
		ASSERT_EQ(waitpid(pid, &status, 0), pid);
		EXPECT_TRUE(WIFSIGNALED(status));
		CHECK_(0, now_ns() - start < 2000000000ULL,
		       "%s: %lld ms to die", place_names[place],
		       (long long)(now_ns() - start) / 1000000);
		EXPECT_TRUE(shared->inside);
		check_device();
	}
}

/* A fatal signal of another kind, and one that dumps core */
TEST(terminated_inside_enter)
{
	static const int signals[] = { SIGTERM, SIGABRT, SIGALRM };
	unsigned int i;
	int place, status;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		for (place = 0; place < PLACES; place++) {
			pid = enter_in_child(place);
			ASSERT_SYS(kill(pid, signals[i]));
			ASSERT_EQ(waitpid(pid, &status, 0), pid);
			EXPECT_TRUE(WIFSIGNALED(status));
			EXPECT_EQ(WTERMSIG(status), signals[i]);
		}
	}
	check_device();
}

TEST(stopped_and_continued_inside_enter)
{
	int place, status;
	pid_t pid;

	for (place = 0; place < PLACES; place++) {
		pid = enter_in_child(place);
		ASSERT_SYS(kill(pid, SIGSTOP));
		ASSERT_EQ(waitpid(pid, &status, WUNTRACED), pid);
		ASSERT_TRUE(WIFSTOPPED(status));
		EXPECT_EQ(thread_state(pid), 'T');
		EXPECT_TRUE(shared->inside);
		ASSERT_SYS(kill(pid, SIGCONT));
		ASSERT_EQ(waitpid(pid, &status, WCONTINUED), pid);
		sleep_ms(20);
		EXPECT_TRUE(shared->inside);
		expect_kick(pid, place);
	}
}

TEST(traced_inside_enter)
{
	int place, status, round;
	pid_t pid;

	for (place = 0; place < PLACES; place++) {
		pid = enter_in_child(place);
		for (round = 0; round < 3; round++) {
			ASSERT_SYS(ptrace(PTRACE_ATTACH, pid, 0, 0));
			ASSERT_EQ(waitpid(pid, &status, __WALL), pid);
			ASSERT_TRUE(WIFSTOPPED(status));
			sleep_ms(5);
			ASSERT_SYS(ptrace(PTRACE_DETACH, pid, 0, 0));
			sleep_ms(5);
			EXPECT_TRUE(shared->inside);
		}
		expect_kick(pid, place);
	}
}

TEST(fork_child_has_no_part_in_it)
{
	struct zx_arch_state state = { };
	pid_t pid;
	int vcpu;

	VM_BOOT(&vm, done);
	pid = fork();
	if (!pid) {
		EXPECT_ERR(vm_enter(&vm), EBADFD);
		EXPECT_ERR(zx_read_state(vm.vcpu, &state), EBADFD);
		EXPECT_ERR(zx_write_state(vm.vcpu, &state), EBADFD);
		EXPECT_ERR(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE,
				  vm.ram, PAGE), EPERM);
		EXPECT_ERR(zx_unmap(vm.vmar, 0, PAGE), EPERM);
		EXPECT_ERR(zx_protect(vm.vmar, RWX, 0, PAGE), EPERM);
		EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), EPERM);
		/* Its own guest is another matter; the page was not copied */
		VM_BOOT(&vm, done);
		EXPECT_STORE(&vm, TELL_DONE, 0);
		_exit(0);
	}
	wait_child(pid);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* The page is not for children: they must not even see it */
TEST(fork_child_does_not_inherit_the_page)
{
	unsigned char vec;
	pid_t pid;

	VM_BOOT(&vm, done);
	pid = fork();
	if (!pid) {
		EXPECT_EQ(mincore(vm.page, PAGE, &vec), -1);
		EXPECT_EQ(errno, ENOMEM);
		_exit(0);
	}
	wait_child(pid);
}

#define EXEC_ENV	"ZXVM_TEST_FILES"

static void check_exec(int line, bool ok)
{
	if (!ok) {
		printf("# after exec: check in line %d failed\n", line);
		fflush(stdout);
		_exit(1);
	}
}

/* What the new program sees of the files: it runs before main() */
static void __attribute__((constructor)) after_exec(void)
{
	const char *files = getenv(EXEC_ENV);
	struct zxvm_packet pkt;
	int guest, vmar, vcpu, other, unused;

	if (!files)
		return;
	if (sscanf(files, "%d %d %d", &guest, &vmar, &vcpu) != 3)
		_exit(2);
	check_exec(__LINE__, zx_enter(vcpu, &pkt) == EBADFD);
	check_exec(__LINE__, zx_map(vmar, RWX, 0, &pkt, PAGE) != 0);
	check_exec(__LINE__, zx_unmap(vmar, 0, PAGE) == EPERM);
	check_exec(__LINE__, zx_vcpu_create(guest, 0, &other) == EPERM);
	check_exec(__LINE__, !zx_trap(guest, ZXVM_TRAP_MEM, HOLE, PAGE, -1, 0));
	check_exec(__LINE__, !zx_kick(vcpu));
	check_exec(__LINE__, !zx_interrupt(vcpu, 1));
	/* This thread owns a VCPU still, until that is gone */
	check_exec(__LINE__, !zx_guest_create(0, &guest, &unused));
	check_exec(__LINE__, zx_vcpu_create(guest, 0, &other) == EBADFD);
	close(vcpu);
	check_exec(__LINE__, !zx_vcpu_create(guest, 0, &other));
	_exit(0);
}

TEST(exec_with_inherited_files)
{
	char files[64];
	pid_t pid;

	pid = fork();
	if (!pid) {
		VM_BOOT(&vm, done);
		EXPECT_STORE(&vm, TELL_DONE, 0);
		fcntl(vm.guest, F_SETFD, 0);
		fcntl(vm.vmar, F_SETFD, 0);
		fcntl(vm.vcpu, F_SETFD, 0);
		snprintf(files, sizeof(files), "%d %d %d", vm.guest, vm.vmar,
			 vm.vcpu);
		setenv(EXEC_ENV, files, 1);
		execl("/proc/self/exe", "vcpu", NULL);
		_exit(3);
	}
	wait_child(pid);
}

static void *create_in_thread(void *arg)
{
	(void)arg;
	VM_BOOT(&vm, done);
	EXPECT_STORE(&vm, TELL_DONE, 0);
	return NULL;
}

/* Threads come and go; their numbers may return, their VCPUs do not */
TEST_T(owners_come_and_go, 60)
{
	pthread_t thread;
	int i, vcpus[50];

	for (i = 0; i < 50; i++) {
		pthread_create(&thread, NULL, create_in_thread, NULL);
		pthread_join(thread, NULL);
		vcpus[i] = vm.vcpu;
	}
	for (i = 0; i < 50; i++)
		EXPECT_ERR(zx_enter(vcpus[i], &vm.pkt), EBADFD);
	create_in_thread(NULL);
}
