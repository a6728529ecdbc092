// SPDX-License-Identifier: GPL-2.0
/* Kicks and interrupts: before, during, twice, after, and ten thousand */
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>

#include "zx.h"

static bool kicked(int vcpu)
{
	bool flag;

	ASSERT_OK(zx_vcpu_kicked(vcpu, &flag));
	return flag;
}

TEST(kick_before_enter)
{
	VM_BOOT(&vm, counter);
	EXPECT_FALSE(kicked(vm.vcpu));
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_TRUE(kicked(vm.vcpu));
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_EQ(vm.pkt.key, ~0ULL);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_KICK);
	EXPECT_FALSE(kicked(vm.vcpu));
	/* The guest did not run */
	EXPECT_EQ(ARG(0), 0);
	EXPECT_STORE(&vm, TELL_A, 1);
}

TEST(kicks_are_one_bit)
{
	int i;

	VM_BOOT(&vm, counter);
	for (i = 0; i < 5; i++)
		ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_STORE(&vm, TELL_A, 1);
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_STORE(&vm, TELL_A, 2);
}

/* A kick after the packet is there for the next enter */
TEST(kick_after_enter)
{
	VM_BOOT(&vm, counter);
	EXPECT_STORE(&vm, TELL_A, 1);
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_PACKET);
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_STORE(&vm, TELL_A, 2);
}

TEST(kick_during_enter)
{
	static struct vt vt;
	volatile u64 *count;
	u64 was;
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, count);
	count = (u64 *)(vm.ram + DATA);
	vt_start(&vt, &vm, ENTRY);
	for (i = 0; i < 10; i++) {
		was = *count;
		vt_go(&vt);
		while (*count == was)
			sched_yield();
		ASSERT_OK(zx_kick(vt.vcpu));
		EXPECT_ERR(vt_wait(&vt), ECANCELED);
		EXPECT_FALSE(kicked(vt.vcpu));
		/* It stands still now */
		was = *count;
		sleep_ms(5);
		EXPECT_EQ(*count, was);
	}
}

/* Many threads kick at once: nothing is left behind */
static void *kick_once(void *arg)
{
	ASSERT_OK(zx_kick(((struct vt *)arg)->vcpu));
	return NULL;
}

TEST(kicks_from_many_threads)
{
	static struct vt vt;
	pthread_t threads[8];
	int i, err;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, spin);
	vt_start(&vt, &vm, ENTRY);
	vt_go(&vt);
	for (i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, kick_once, &vt);
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
	for (i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	if (kicked(vt.vcpu))	/* one came after the first was taken */
		EXPECT_ERR(vt_enter(&vt), ECANCELED);
	EXPECT_FALSE(kicked(vt.vcpu));
	vt_go(&vt);
	EXPECT_FALSE(vt_done(&vt, 50));
	ASSERT_OK(zx_kick(vt.vcpu));
	err = vt_wait(&vt);
	EXPECT_ERR(err, ECANCELED);
}

TEST(kick_from_another_process)
{
	static struct vt vt;
	pid_t pid;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, spin);
	vt_start(&vt, &vm, ENTRY);
	vt_go(&vt);
	EXPECT_FALSE(vt_done(&vt, 20));
	pid = fork();
	if (!pid) {
		EXPECT_OK(zx_kick(vt.vcpu));
		_exit(0);
	}
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
	wait_child(pid);
}

struct storm {
	struct vt *vt;
	int kicks;
	u64 seed;
};

/* Kick, and wait until the kick was taken before the next one */
static void *kick_storm(void *arg)
{
	struct storm *storm = arg;
	int i, spin;

	for (i = 0; i < storm->kicks; i++) {
		for (spin = random64(&storm->seed) % 512; spin; spin--)
			asm volatile("" ::: "memory");
		ASSERT_OK(zx_kick(storm->vt->vcpu));
		while (kicked(storm->vt->vcpu))
			sched_yield();
	}
	return NULL;
}

/* Guest in turn: exits all the time, or never, or waits */
static void run_storm(int kicks)
{
	static struct vt vt;
	struct storm storm = { &vt, kicks, 42 };
	pthread_t thread;
	int canceled = 0, err;
	u64 expect = 1;

	vt_start(&vt, &vm, ENTRY);
	pthread_create(&thread, NULL, kick_storm, &storm);
	while (canceled < kicks) {
		err = vt_enter(&vt);
		if (err == ECANCELED) {
			canceled++;
			continue;
		}
		ASSERT_OK(err);
		EXPECT_MEM(&vt.pkt, TELL_A);
		EXPECT_EQ(TOLD(&vt), expect);
		expect++;
	}
	pthread_join(thread, NULL);
	EXPECT_FALSE(kicked(vt.vcpu));
	vt_stop(&vt);
}

TEST_T(ten_thousand_kicks_of_a_talkative_guest, 120)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, counter);
	run_storm(10000);
}

TEST_T(five_thousand_kicks_of_a_spinning_guest, 120)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, spin);
	run_storm(5000);
}

TEST_T(five_thousand_kicks_of_a_waiting_guest, 120)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, wfi);
	run_storm(5000);
}

TEST(interrupt_range)
{
	static const unsigned long bad[] = {
		256, 257, 1023, 1024, 8192, 0x100000000UL, 0x100000001UL, ~0UL,
	};
	unsigned int i;

	VM_BOOT(&vm, done);
	EXPECT_OK(zx_interrupt(vm.vcpu, 32));
	EXPECT_OK(zx_interrupt(vm.vcpu, 255));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERR(zx_ioctl_value(vm.vcpu, ZXVM_VCPU_INTERRUPT,
					  bad[i]), ERANGE);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* Each interrupt of another thread is taken, by a guest that never exits */
TEST_T(interrupts_of_a_spinning_guest, 60)
{
	static struct vt vt;
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, irqs);
	vt_start(&vt, &vm, ENTRY);
	vt_go(&vt);
	for (i = 0; i < 500; i++) {
		ASSERT_OK(zx_interrupt(vt.vcpu, 32 + i % 200));
		ASSERT_OK(vt_wait(&vt));
		EXPECT_MEM(&vt.pkt, TELL_A);
		EXPECT_EQ(TOLD(&vt), 32 + i % 200);
		vt_go(&vt);
	}
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

static void put_interrupt(u32 vector)
{
	vm.page->interrupt = vector;
	vm.page->dirty = ZXVM_PAGE_INTERRUPT | ZXVM_PAGE_FLAGS;
}

/* Refused, and all is as it was: the guest has no interrupt to tell */
#define EXPECT_REFUSED(vcpu, err)					\
	do {								\
		EXPECT_ERR(zx_enter(vcpu, &vm.pkt), err);		\
		EXPECT_EQ(vm.page->exit, ZXVM_EXIT_ERROR);		\
		EXPECT_EQ(vm.page->error, err);				\
		EXPECT_EQ(vm.page->dirty,				\
			  ZXVM_PAGE_INTERRUPT | ZXVM_PAGE_FLAGS);	\
	} while (0)

TEST(interrupts_of_the_page)
{
	static const u32 bad[] = { 256, 257, 1024, 0x80000021, ~0u };
	struct zx_arch_state state;
	unsigned int i;
	int deaf;

	VM_BOOT(&vm, irqs);
	for (i = 0; i < 50; i++) {
		put_interrupt(32 + i);
		EXPECT_STORE(&vm, TELL_A, 32 + i);
		EXPECT_EQ(vm.page->dirty, 0);
	}
	/* The guest waits for the last one, which is not made pending twice. */
	ASSERT_OK(zx_interrupt(vm.vcpu, 90));
	put_interrupt(90);
	EXPECT_STORE(&vm, TELL_A, 90);

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put_interrupt(bad[i]);
		EXPECT_REFUSED(vm.vcpu, ERANGE);
	}
	ASSERT_OK(zx_duplicate(vm.vcpu, ZXVM_RIGHT_EXECUTE, &deaf));
	put_interrupt(91);
	EXPECT_REFUSED(deaf, EACCES);
	close(deaf);

	/* It is for enter alone. */
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(vm.page->dirty, ZXVM_PAGE_INTERRUPT);
	vm.page->dirty |= ZXVM_PAGE_FLAGS;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_EQ(vm.page->dirty, ZXVM_PAGE_INTERRUPT);
	EXPECT_STORE(&vm, TELL_A, 91);
	EXPECT_EQ(vm.page->dirty, 0);

	/* Not before a packet that is still to be delivered */
	put_interrupt(92);
	EXPECT_ERR(zx_enter(vm.vcpu, (struct zxvm_packet *)8), EFAULT);
	put_interrupt(93);
	EXPECT_STORE(&vm, TELL_A, 92);
	EXPECT_STORE(&vm, TELL_A, 93);
}

/* The guest "count" is at work */
static void wait_for_count(void)
{
	volatile u64 *count = (u64 *)(vm.ram + DATA);
	u64 was = *count;

	while (*count == was)
		sched_yield();
}

#define PROMPT_NS	500000
#define TRIES		100

static sem_t wake;
static u64 woken_at;
static bool woken;

static void *sleeper(void *arg)
{
	(void)arg;
	for (;;) {
		while (sem_wait(&wake))
			;
		woken_at = now_ns();
		__atomic_store_n(&woken, true, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* How many of TRIES wake-ups of a thread, which take an interrupt, are fast */
static int prompt_wakes(void)
{
	int i, prompt = 0;
	pthread_t thread;
	u64 start;

	sem_init(&wake, 0, 0);
	pthread_create(&thread, NULL, sleeper, NULL);
	for (i = 0; i < TRIES; i++) {
		sleep_ms(i % 5);
		__atomic_store_n(&woken, false, __ATOMIC_SEQ_CST);
		start = now_ns();
		sem_post(&wake);
		while (!__atomic_load_n(&woken, __ATOMIC_SEQ_CST))
			sched_yield();
		prompt += woken_at - start < PROMPT_NS;
	}
	return prompt;
}

static int prompt_kicks(void)
{
	static struct vt vt;
	int i, prompt = 0;
	u64 start;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, count);
	vt_start(&vt, &vm, ENTRY);
	for (i = 0; i < TRIES; i++) {
		vt_go(&vt);
		wait_for_count();
		sleep_ms(i % 5);
		start = now_ns();
		ASSERT_OK(zx_kick(vt.vcpu));
		EXPECT_ERR(vt_wait(&vt), ECANCELED);
		prompt += vt.back_at - start < PROMPT_NS;
	}
	vt_stop(&vt);
	return prompt;
}

/*
 * A kick interrupts the guest. If it waited for the host's next tick, of 4 ms,
 * one of eight would be prompt. On a host that is too busy, or too slow, to be
 * prompt in anything, nothing can be told.
 */
TEST_T(kick_is_prompt, 120)
{
	int wakes, kicks, round;

	for (round = 0; round < 5; round++) {
		wakes = prompt_wakes();
		kicks = prompt_kicks();
		printf("# prompt: %d of %d wake-ups, %d kicks\n", wakes, TRIES,
		       kicks);
		fflush(stdout);
		if (kicks >= TRIES / 3)
			return;
	}
	if (wakes < TRIES / 2)
		SKIP("this host is too busy to tell");
	EXPECT_GE(kicks, TRIES / 3);
}

/* The file is closed under enter: the guest runs on, a duplicate kicks it */
TEST(close_during_enter)
{
	static struct vt vt;
	int dup;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, count);
	vt_start(&vt, &vm, ENTRY);
	ASSERT_OK(zx_duplicate(vt.vcpu, ZXVM_RIGHT_SAME, &dup));
	vt_go(&vt);
	wait_for_count();
	close(vt.vcpu);
	close(vm.guest);
	close(vm.vmar);
	wait_for_count();
	ASSERT_OK(zx_kick(dup));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
	vt.vcpu = dup;
	vt_stop(&vt);
}

/* With no file left only the end of the process ends it, and it does */
TEST(close_all_during_enter)
{
	static struct vt vt[2];
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, count);
	VM_LOAD(&vm, CODE, idle);
	for (i = 0; i < 2; i++) {
		vt_start(&vt[i], &vm, i ? CODE : ENTRY);
		vt_go(&vt[i]);
	}
	wait_for_count();
	vt_asleep(&vt[1]);
	for (i = 0; i < 2; i++) {
		munmap(vt[i].page, ZXVM_VCPU_PAGE_SIZE);
		close(vt[i].vcpu);
	}
	close(vm.guest);
	close(vm.vmar);
	munmap(vm.ram, RAM_SIZE);
	/* Its memory is gone: the spinning one comes back by itself */
	EXPECT_ERR(vt_wait(&vt[0]), ENOENT);
}

#define INTERRUPT_WORD	(offsetof(struct zxvm_vcpu_page, interrupt) / 8)

/* Every other interrupt is one. */
static void *flip_page(void *arg)
{
	volatile u64 *words = arg;
	u64 seed = 7;
	unsigned int i;

	for (;;)
		for (i = 0; i < 512; i++)
			words[i] = random64(&seed) &
				   (i == INTERRUPT_WORD ? 0x1ff : ~0ULL);
	return NULL;
}

/* Another thread writes the page at full speed: only the guest may suffer */
TEST_T(page_is_written_while_the_guest_runs, 60)
{
	static const int good[] = {
		0, ECANCELED, ENOENT, EBADMSG, EOPNOTSUPP, EHOSTDOWN,
		ESHUTDOWN, ERANGE,
	};
	pthread_t thread;
	unsigned int i, k, n = 0;
	u64 end = now_ns() + 3000000000ULL;

	VM_BOOT(&vm, mixed);
	vm_bell(&vm);
	pthread_create(&thread, NULL, flip_page, vm.page);
	while (now_ns() < end) {
		int err;

		ASSERT_OK(zx_kick(vm.vcpu));
		for (i = 0; i < 20; i++) {
			err = zx_enter(vm.vcpu, NULL);
			for (k = 0; k < ARRAY_SIZE(good); k++)
				if (err == good[k])
					break;
			CHECK_(0, k < ARRAY_SIZE(good), "enter: %s",
			       err_name(err));
			n++;
			if (err == ECANCELED)
				break;
		}
	}
	EXPECT_GT(n, 100);
}
