// SPDX-License-Identifier: GPL-2.0
/* Bells on ports: order, back-pressure, closed ports, dying guests */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>

#include "zx.h"

TEST(bells_and_user_packets_in_order)
{
	struct zxvm_packet pkt;
	int i;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	for (i = 0; i < 20; i++) {
		ARG(0) = 1;
		EXPECT_STORE(&vm, TELL_A, 0);
		ASSERT_OK(zx_queue(vm.port, i, 0));
	}
	for (i = 0; i < 20; i++) {
		ASSERT_OK(zx_wait(vm.port, 0, &pkt));
		EXPECT_EQ(pkt.type, ZXVM_PKT_GUEST_BELL);
		ASSERT_OK(zx_wait(vm.port, 0, &pkt));
		EXPECT_EQ(pkt.type, ZXVM_PKT_USER);
		EXPECT_EQ(pkt.key, i);
	}
}

static struct vt vt;

/* A VCPU with a full bell whose next bell waits for room */
static void blocked(void)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, ring);
	vm_bell(&vm);
	vt_start(&vt, &vm, ENTRY);
	PAGE_ARG(vt.page, 0) = ZXVM_BELL_PACKETS + 1;
	vt_go(&vt);
	vt_asleep(&vt);
	EXPECT_FALSE(vt_done(&vt, 50));
}

static int drain(void)
{
	struct zxvm_packet pkt;
	int n = 0;

	while (!zx_wait(vm.port, 0, &pkt)) {
		EXPECT_EQ(pkt.type, ZXVM_PKT_GUEST_BELL);
		EXPECT_EQ(pkt.key, KEY_BELL);
		n++;
	}
	return n;
}

TEST(full_bell_that_fits_does_not_wait)
{
	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	ARG(0) = ZXVM_BELL_PACKETS;
	EXPECT_STORE(&vm, TELL_A, 0);
	EXPECT_EQ(drain(), ZXVM_BELL_PACKETS);
}

TEST_F(full_bell_waits_for_a_wait, blocked)
{
	struct zxvm_packet pkt;

	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	ASSERT_OK(vt_wait(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
	EXPECT_EQ(drain(), ZXVM_BELL_PACKETS);
}

TEST_F(full_bell_waits_for_a_read, blocked)
{
	struct zxvm_packet pkt;

	ASSERT_EQ(read(vm.port, &pkt, sizeof(pkt)), 48);
	ASSERT_OK(vt_wait(&vt));
	EXPECT_EQ(drain(), ZXVM_BELL_PACKETS);
}

TEST_F(full_bell_waits_for_a_cancel, blocked)
{
	ASSERT_OK(zx_cancel(vm.port, vm.guest, KEY_BELL));
	ASSERT_OK(vt_wait(&vt));
	EXPECT_EQ(drain(), 1);
}

/* A kick breaks it, and the bell that waited rings later: none is lost */
TEST_F(full_bell_is_broken_by_a_kick, blocked)
{
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_OK(zx_kick(vt.vcpu));
		EXPECT_ERR(vt_wait(&vt), ECANCELED);
		EXPECT_EQ(vt.page->exit, ZXVM_EXIT_KICK);
		vt_go(&vt);
		vt_asleep(&vt);
	}
	/* The one that waits rings as soon as there is room */
	i = drain();
	ASSERT_OK(vt_wait(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
	EXPECT_EQ(i + drain(), ZXVM_BELL_PACKETS + 1);
}

/* The store counts as done: the next enter goes on behind it */
TEST_F(full_bell_sees_its_port_close, blocked)
{
	close(vm.port);
	EXPECT_ERR(vt_wait(&vt), EBADFD);
	ASSERT_OK(vt_enter(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
}

/* User packets do not take the room of bells, nor bells that of each other */
TEST(bells_have_room_of_their_own)
{
	const u64 second = BELL + PAGE;
	int i;

	VM_BOOT(&vm, store_tell);
	vm_bell(&vm);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_BELL, second, PAGE, vm.port,
			  KEY_BELL));
	for (i = 0; i < ZXVM_USER_PACKETS; i++)
		ASSERT_OK(zx_queue(vm.port, 1, 0));
	for (i = 0; i < 2 * ZXVM_BELL_PACKETS; i++) {
		ARG(1) = i & 1 ? second : BELL;
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
	}
	ASSERT_OK(zx_cancel(vm.port, -1, 1));
	EXPECT_EQ(drain(), 2 * ZXVM_BELL_PACKETS);
}

TEST(closed_port_is_EBADFD_and_advances)
{
	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	ARG(0) = 2;
	close(vm.port);
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	EXPECT_ERR(vm_enter(&vm), EBADFD);
	EXPECT_EQ(vm.pkt.key, ~0ULL);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_ERROR);
	EXPECT_EQ(vm.page->error, EBADFD);
	EXPECT_ERR(vm_enter(&vm), EBADFD);
	EXPECT_STORE(&vm, TELL_A, 0);
}

/* A second handle keeps the port open */
TEST(duplicate_keeps_the_port)
{
	int dup;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	ASSERT_OK(zx_duplicate(vm.port, ZXVM_RIGHT_SAME, &dup));
	close(vm.port);
	vm.port = dup;
	ARG(0) = 1;
	EXPECT_STORE(&vm, TELL_A, 0);
	EXPECT_EQ(drain(), 1);
}

/* A dying guest takes its own bells along, and nothing of others */
TEST(guest_destruction_removes_its_bells)
{
	static struct vm other;
	struct zxvm_packet pkt;
	int port;

	VM_BOOT(&other, done);
	munmap(other.page, ZXVM_VCPU_PAGE_SIZE);
	close(other.vcpu);
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, ring);
	vm_vcpu(&vm, ENTRY);
	vm_bell(&vm);
	port = vm.port;
	ASSERT_OK(zx_queue(port, KEY_BELL, 1));
	ARG(0) = 10;
	EXPECT_STORE(&vm, TELL_A, 0);
	ASSERT_OK(zx_queue(port, KEY_BELL, 2));
	vm.port = -1;
	vm_close(&vm);

	/* Another guest with the same key on the same port */
	VM_LOAD(&other, ENTRY, ring);
	vm_vcpu(&other, ENTRY);
	ASSERT_OK(zx_trap(other.guest, ZXVM_TRAP_BELL, BELL, PAGE, port,
			  KEY_BELL));
	PAGE_ARG(other.page, 0) = 1;
	EXPECT_STORE(&other, TELL_A, 0);

	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(pkt.type, ZXVM_PKT_USER);
	EXPECT_EQ(pkt.u.user[0], 1);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(pkt.type, ZXVM_PKT_USER);
	EXPECT_EQ(pkt.u.user[0], 2);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(pkt.type, ZXVM_PKT_GUEST_BELL);
	EXPECT_ERR(zx_wait(port, 0, &pkt), ETIMEDOUT);
}

static void *consume(void *arg)
{
	struct zxvm_packet pkt;
	int i;

	for (i = 0; i < *(int *)arg; i++)
		ASSERT_OK(zx_wait(vm.port, FOREVER, &pkt));
	return NULL;
}

/* A guest that rings without end and a consumer that keeps up, or not */
TEST_T(bells_at_full_speed, 60)
{
	pthread_t thread;
	int bells = 20000;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	ARG(0) = bells;
	pthread_create(&thread, NULL, consume, &bells);
	EXPECT_STORE(&vm, TELL_A, 0);
	pthread_join(thread, NULL);
	EXPECT_EQ(drain(), 0);
}

/* Several VCPUs wait at one bell, and all of them get through */
TEST_T(bells_of_many_vcpus, 60)
{
	static struct vt vts[4];
	pthread_t thread;
	int bells = 4 * 2000, i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, ring);
	vm_bell(&vm);
	for (i = 0; i < 4; i++) {
		vt_start(&vts[i], &vm, ENTRY);
		PAGE_ARG(vts[i].page, 0) = 2000;
		vt_go(&vts[i]);
	}
	sleep_ms(100);
	pthread_create(&thread, NULL, consume, &bells);
	for (i = 0; i < 4; i++) {
		ASSERT_OK(vt_wait(&vts[i]));
		EXPECT_MEM(&vts[i].pkt, TELL_A);
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(drain(), 0);
}
