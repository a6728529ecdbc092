// SPDX-License-Identifier: GPL-2.0
/* Ports: queue, wait, cancel, read and poll; bells and their back-pressure */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "zx.h"

static int port;

static void fixture(void)
{
	ASSERT_OK(zx_port_create(&port));
}

TEST_F(queue_and_wait, fixture)
{
	struct zxvm_packet in, out;

	memset(&in, 0xa5, sizeof(in));
	in.key = 0x123456789abcdef0;
	in.status = -7;
	ASSERT_OK(zx_ioctl(port, ZXVM_PORT_QUEUE, &in));
	ASSERT_OK(zx_wait(port, FOREVER, &out));
	/* The type is the kernel's word, all else is the sender's */
	in.type = ZXVM_PKT_USER;
	EXPECT_EQ(memcmp(&in, &out, sizeof(in)), 0);
}

TEST_F(first_in_first_out, fixture)
{
	struct zxvm_packet pkt;
	int i;

	for (i = 0; i < 1000; i++)
		ASSERT_OK(zx_queue(port, i, i));
	for (i = 0; i < 1000; i++) {
		ASSERT_OK(zx_wait(port, 0, &pkt));
		EXPECT_EQ(pkt.key, i);
		EXPECT_EQ(pkt.u.user[0], i & 255);
	}
	EXPECT_ERR(zx_wait(port, 0, &pkt), ETIMEDOUT);
}

TEST_F(deadlines, fixture)
{
	static const int64_t past[] = { INT64_MIN, -1, 0, 1 };
	struct zxvm_packet pkt;
	unsigned int i;
	u64 start;

	for (i = 0; i < ARRAY_SIZE(past); i++) {
		start = now_ns();
		EXPECT_ERR(zx_wait(port, past[i], &pkt), ETIMEDOUT);
		EXPECT_LT(now_ns() - start, 1000000000);
		/* A packet that is there is taken, whatever the deadline */
		ASSERT_OK(zx_queue(port, i, 0));
		EXPECT_OK(zx_wait(port, past[i], &pkt));
	}
	start = now_ns();
	EXPECT_ERR(zx_wait(port, start + 50000000, &pkt), ETIMEDOUT);
	EXPECT_GE(now_ns() - start, 50000000);
}

static void *queue_later(void *arg)
{
	sleep_ms(100);
	ASSERT_OK(zx_queue(port, (uintptr_t)arg, 0));
	return NULL;
}

TEST_F(wait_is_woken, fixture)
{
	static const int64_t forever[] = { INT64_MAX, INT64_MAX - 1 };
	struct zxvm_packet pkt;
	pthread_t thread;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		pthread_create(&thread, NULL, queue_later, (void *)77);
		ASSERT_OK(zx_wait(port, forever[i], &pkt));
		EXPECT_EQ(pkt.key, 77);
		pthread_join(thread, NULL);
	}
}

TEST_F(bad_pointers, fixture)
{
	struct zxvm_port_wait *ro;
	struct zxvm_packet pkt;

	ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT_ERR(zx_ioctl(port, ZXVM_PORT_QUEUE, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(port, ZXVM_PORT_WAIT, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(port, ZXVM_PORT_CANCEL, (void *)8), EFAULT);
	ASSERT_OK(zx_queue(port, 1, 0));
	ASSERT_OK(zx_queue(port, 2, 0));
	/* A packet that cannot be given away is not lost */
	EXPECT_ERR(zx_ioctl(port, ZXVM_PORT_WAIT, ro), EFAULT);
	EXPECT_EQ(read(port, ro, 48), -1);
	EXPECT_EQ(errno, EFAULT);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(pkt.key, 1);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(pkt.key, 2);
}

TEST_F(cancel, fixture)
{
	struct zxvm_port_cancel arg = { .source = -1, .reserved = 1 };
	struct zxvm_packet pkt;
	int i;

	EXPECT_ERR(zx_ioctl(port, ZXVM_PORT_CANCEL, &arg), EINVAL);
	EXPECT_ERR(zx_cancel(port, -1, 1), ENOENT);
	for (i = 0; i < 10; i++)
		ASSERT_OK(zx_queue(port, i & 1, i));
	EXPECT_OK(zx_cancel(port, -1, 1));
	EXPECT_ERR(zx_cancel(port, -1, 1), ENOENT);
	for (i = 0; i < 10; i += 2) {
		ASSERT_OK(zx_wait(port, 0, &pkt));
		EXPECT_EQ(pkt.key, 0);
		EXPECT_EQ(pkt.u.user[0], i);
	}
	EXPECT_ERR(zx_wait(port, 0, &pkt), ETIMEDOUT);
}

/* A guest as the source: its bells alone, not those of others, no user's */
TEST(cancel_by_source)
{
	static struct vm other;
	struct zxvm_packet pkt;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	vm_create(&other, 0);
	ARG(0) = 3;
	EXPECT_STORE(&vm, TELL_A, 0);
	ASSERT_OK(zx_queue(vm.port, KEY_BELL, 9));
	EXPECT_ERR(zx_cancel(vm.port, other.guest, KEY_BELL), ENOENT);
	EXPECT_ERR(zx_cancel(vm.port, vm.guest, KEY_BELL + 1), ENOENT);
	EXPECT_OK(zx_cancel(vm.port, vm.guest, KEY_BELL));
	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	EXPECT_EQ(pkt.type, ZXVM_PKT_USER);
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
	/* Without a source bells go as well */
	ARG(0) = 3;
	EXPECT_STORE(&vm, TELL_A, 0);
	EXPECT_OK(zx_cancel(vm.port, -1, KEY_BELL));
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
}

TEST_F(user_packets_are_limited, fixture)
{
	struct zxvm_packet pkt;
	int i;

	for (i = 0; i < ZXVM_USER_PACKETS; i++)
		ASSERT_OK(zx_queue(port, i, 0));
	EXPECT_ERR(zx_queue(port, 1, 0), EAGAIN);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(pkt.key, 0);
	EXPECT_OK(zx_queue(port, 4096, 0));
	EXPECT_ERR(zx_queue(port, 1, 0), EAGAIN);
	EXPECT_OK(zx_cancel(port, -1, 4096));
	EXPECT_OK(zx_queue(port, 4096, 0));
	EXPECT_ERR(zx_queue(port, 1, 0), EAGAIN);
}

TEST_F(read_takes_packets, fixture)
{
	struct zxvm_packet pkts[5];
	char bytes[100], *unmapped = vm_alloc(PAGE);
	int i;

	munmap(unmapped, PAGE);
	for (i = 0; i < 7; i++)
		ASSERT_OK(zx_queue(port, i, 0));
	EXPECT_EQ(read(port, bytes, 47), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(read(port, bytes, 0), -1);
	EXPECT_EQ(errno, EINVAL);
	/* What is too small for a third packet takes two */
	EXPECT_EQ(read(port, bytes, sizeof(bytes)), 96);
	EXPECT_EQ(((struct zxvm_packet *)bytes)[0].key, 0);
	EXPECT_EQ(((struct zxvm_packet *)bytes)[1].key, 1);
	EXPECT_EQ(read(port, pkts, 3 * 48), 3 * 48);
	EXPECT_EQ(pkts[2].key, 4);
	/* No waiting for more than there are */
	EXPECT_EQ(read(port, pkts, sizeof(pkts)), 2 * 48);
	EXPECT_EQ(pkts[1].key, 6);
	EXPECT_EQ(fcntl(port, F_SETFL, O_NONBLOCK), 0);
	EXPECT_EQ(read(port, pkts, sizeof(pkts)), -1);
	EXPECT_EQ(errno, EAGAIN);
	ASSERT_OK(zx_queue(port, 1, 0));
	EXPECT_EQ(read(port, unmapped, 48), -1);
	EXPECT_EQ(errno, EFAULT);
}

TEST_F(read_blocks, fixture)
{
	struct zxvm_packet pkt;
	pthread_t thread;

	pthread_create(&thread, NULL, queue_later, (void *)5);
	EXPECT_EQ(read(port, &pkt, sizeof(pkt)), 48);
	EXPECT_EQ(pkt.key, 5);
	pthread_join(thread, NULL);
}

TEST_F(poll_and_epoll, fixture)
{
	struct pollfd p = { .fd = port, .events = POLLIN | POLLOUT };
	struct epoll_event ev = { .events = EPOLLIN }, got;
	struct zxvm_packet pkt;
	pthread_t thread;
	int epoll = epoll_create1(0);

	ASSERT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLOUT);
	ASSERT_SYS(epoll_ctl(epoll, EPOLL_CTL_ADD, port, &ev));
	EXPECT_EQ(epoll_wait(epoll, &got, 1, 0), 0);
	pthread_create(&thread, NULL, queue_later, (void *)1);
	EXPECT_EQ(epoll_wait(epoll, &got, 1, 10000), 1);
	EXPECT_EQ(got.events, EPOLLIN);
	pthread_join(thread, NULL);
	p.events = POLLIN;
	EXPECT_EQ(poll(&p, 1, -1), 1);
	EXPECT_EQ(p.revents, POLLIN);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(poll(&p, 1, 0), 0);
	EXPECT_EQ(epoll_wait(epoll, &got, 1, 0), 0);
}

static void *poll_for_a_bell(void *arg)
{
	struct pollfd p = { .fd = vm.port, .events = POLLIN };

	(void)arg;
	EXPECT_EQ(poll(&p, 1, 20000), 1);
	return NULL;
}

TEST(bell_wakes_poll)
{
	pthread_t thread;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	pthread_create(&thread, NULL, poll_for_a_bell, NULL);
	sleep_ms(50);
	ARG(0) = 1;
	EXPECT_STORE(&vm, TELL_A, 0);
	pthread_join(thread, NULL);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Unlike enter a wait is interrupted, by a handler without SA_RESTART */
static int wait_with_signal(int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };
	struct itimerval it = { { 0, 50000 }, { 0, 50000 } };
	struct zxvm_packet pkt;
	int err;

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	err = zx_wait(port, now_ns() + 500000000, &pkt);
	memset(&it, 0, sizeof(it));
	setitimer(ITIMER_REAL, &it, NULL);
	return err;
}

TEST_F(signals, fixture)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct itimerval it = { { 0, 50000 }, { 0, 50000 } };
	struct zxvm_packet pkt;

	EXPECT_ERR(wait_with_signal(0), EINTR);
	EXPECT_ERR(wait_with_signal(SA_RESTART), ETIMEDOUT);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	EXPECT_EQ(read(port, &pkt, sizeof(pkt)), -1);
	EXPECT_EQ(errno, EINTR);
}

static u8 taken[4000];

static void *waiter(void *arg)
{
	struct zxvm_packet pkt;

	(void)arg;
	for (;;) {
		ASSERT_OK(zx_wait(port, FOREVER, &pkt));
		if (pkt.key == ~0ULL)
			return NULL;
		__atomic_fetch_add(&taken[pkt.key], 1, __ATOMIC_SEQ_CST);
	}
}

static void *sender(void *arg)
{
	uintptr_t first = (uintptr_t)arg, i;
	int err;

	for (i = first; i < first + 1000; i++) {
		while ((err = zx_queue(port, i, 0)) == EAGAIN)
			sched_yield();
		ASSERT_OK(err);
	}
	return NULL;
}

/* Each packet to one of many, none lost, nobody left asleep */
TEST_FT(many_senders_and_waiters, fixture, 60)
{
	pthread_t senders[4], waiters[8];
	unsigned int i;

	for (i = 0; i < 8; i++)
		pthread_create(&waiters[i], NULL, waiter, NULL);
	for (i = 0; i < 4; i++)
		pthread_create(&senders[i], NULL, sender,
			       (void *)(uintptr_t)(i * 1000));
	for (i = 0; i < 4; i++)
		pthread_join(senders[i], NULL);
	for (i = 0; i < 8; i++)
		ASSERT_OK(zx_queue(port, ~0ULL, 0));
	for (i = 0; i < 8; i++)
		pthread_join(waiters[i], NULL);
	for (i = 0; i < ARRAY_SIZE(taken); i++)
		EXPECT_EQ(taken[i], 1);
}
