// SPDX-License-Identifier: GPL-2.0
/* The irqchip: the I/O APIC, lines, MSIs and eventfds, and VCPUs that go */
#include "irqchip.h"

TEST_F(ioapic_registers, boot_one)
{
	EXPECT_EQ(io_read(1), 0x00170020);
	io_write(0, 0x05000000);
	EXPECT_EQ(io_read(0), 0x05000000);
	EXPECT_EQ(io_read(0x10), 0x10000);
	io_write(0x3e, 0xffffffff);
	io_write(0x3f, 0xffffffff);
	EXPECT_EQ(io_read(0x3e), 0x1afff);
	EXPECT_EQ(io_read(0x3f), 0xff000000);
	EXPECT_EQ(io_read(0x40), 0);
}

TEST_F(level_line, boot_one)
{
	struct vt *c = &cpu[0];

	route(9, LEVEL | 0x39, 0);
	EXPECT_OK(set_line(9, 1));
	set_eoi(c, NO_EOI);
	expect_irq(c, OP_HALT, 0x39);
	EXPECT_EQ(io_read(0x22), LEVEL | 0x4000 | 0x39);
	expect_none(c);
	/* Still asserted at its end: again, and not before */
	wr(c, EOI, 0);
	expect_irq(c, OP_WINDOW, 0x39);
	EXPECT_OK(set_line(9, 0));
	wr(c, EOI, 0);
	expect_none(c);
	EXPECT_EQ(io_read(0x22), LEVEL | 0x39);
	/* By the MSR; what is told was ended, and is pending once more. */
	EXPECT_OK(set_line(9, 1));
	to_x2apic(c);
	start(c, OP_WINDOW, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x39);
	EXPECT_TELL(c, TELL_C, 0x39);
	EXPECT_OK(set_line(9, 0));
	EXPECT_TELL(c, TELL_C, 0x39);
	next(c, TELL_DONE);
	expect_none(c);
}

TEST_F(edges_by_eventfd, boot_one)
{
	struct vt *c = &cpu[0];
	int fd = eventfd(0, 0), i;

	route(4, 0x34, 0);
	ASSERT_OK(irqfd(fd, 4, 0, 0));
	EXPECT_EQ(irqfd(fd, 4, 0, 0), EEXIST);
	for (i = 0; i < 3; i++) {
		signal_fd(fd);
		expect_irq(c, OP_HALT, 0x34);
	}
	start(c, OP_SPIN, 0, 0);
	vt_go(c);
	sleep_ms(20);
	signal_fd(fd);
	ASSERT_OK(vt_wait(c));
	EXPECT_EQ(TOLD(c), 0x34);
	ASSERT_OK(irqfd(fd, 4, ZXVM_IRQFD_DEASSIGN, 0));
	EXPECT_EQ(irqfd(fd, 4, ZXVM_IRQFD_DEASSIGN, 0), ENOENT);
}

TEST_F(resample, boot_one)
{
	struct vt *c = &cpu[0];
	int fd = eventfd(0, 0), end = eventfd(0, EFD_NONBLOCK);
	int other = eventfd(0, EFD_NONBLOCK);

	route(11, LEVEL | 0x3b, 0);
	EXPECT_EQ(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE, -1), EBADF);
	EXPECT_EQ(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE, vm.guest), EINVAL);
	EXPECT_EQ(irqfd(fd, 11, 0, end), EINVAL);
	EXPECT_EQ(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE | ZXVM_IRQFD_DEASSIGN,
			end), EINVAL);
	ASSERT_OK(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE, end));
	signal_fd(fd);
	set_eoi(c, NO_EOI);
	expect_irq(c, OP_HALT, 0x3b);
	/* Held, and not ended */
	EXPECT_EQ(count_of(end), 0);
	signal_fd(fd);
	expect_none(c);
	wr(c, EOI, 0);
	EXPECT_EQ(count_of(end), 1);
	expect_none(c);
	/* The device is not satisfied. */
	signal_fd(fd);
	set_eoi(c, EOI_PAGE);
	expect_irq(c, OP_HALT, 0x3b);
	EXPECT_EQ(count_of(end), 1);
	/* Two share a line, and the second is its own second: for ever. */
	ASSERT_OK(irqfd(other, 11, ZXVM_IRQFD_RESAMPLE, other));
	signal_fd(fd);
	start(c, OP_HALT, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x3b);
	EXPECT_TELL(c, TELL_C, 0x3b);
	ASSERT_OK(irqfd(other, 11, ZXVM_IRQFD_DEASSIGN, 0));
	EXPECT_TELL(c, TELL_C, 0x3b);
	next(c, TELL_DONE);
	expect_none(c);
	EXPECT_EQ(count_of(end), 3);
	/* What is held is released when the last one goes. */
	io_write(0x26, 0x10000 | LEVEL | 0x3b);
	signal_fd(fd);
	ASSERT_OK(irqfd(fd, 11, ZXVM_IRQFD_DEASSIGN, 0));
	io_write(0x26, LEVEL | 0x3b);
	expect_none(c);
}

TEST_F(msis, boot_one)
{
	struct vt *c = &cpu[0];
	int plain, vmar;

	EXPECT_OK(msi(vm.guest, 0xfee00000, 0x4065, 0));
	expect_irq(c, OP_HALT, 0x65);
	EXPECT_OK(msi(vm.guest, 0xfeeff000, 0x66, 0));
	expect_irq(c, OP_HALT, 0x66);
	EXPECT_OK(msi(vm.guest, 0xfee01000, 0x67, 0));
	expect_none(c);
	EXPECT_EQ(msi(vm.guest, 0xfec00000, 0x65, 0), EINVAL);
	EXPECT_EQ(msi(vm.guest, 0x1fee00000, 0x65, 0), EINVAL);
	EXPECT_EQ(msi(vm.guest, 0xfee00000, 0x65, 1), EINVAL);
	EXPECT_EQ(zx_ioctl(vm.guest, ZXVM_GUEST_MSI, NULL), EFAULT);
	ASSERT_OK(zx_guest_create(0, &plain, &vmar));
	EXPECT_EQ(msi(plain, 0xfee00000, 0x65, 0), EOPNOTSUPP);
	EXPECT_EQ(msi(vmar, 0xfee00000, 0x65, 0), ENOTTY);
}

/* VCPUs come and go while others send, and while their timers run */
TEST(vcpus_that_go)
{
	struct vt *c = &cpu[0];
	int i, vcpu;

	boot(1);
	for (i = 0; i < 50; i++) {
		struct zxvm_vcpu_page *page;

		vcpu_open(&vm, ENTRY, &vcpu, &page);
		send(c, 0, 0xc4000 | 0x99);
		send(c, 1, 0xc500);
		close(vcpu);
		munmap(page, ZXVM_VCPU_PAGE_SIZE);
		send(c, 1, 0x4099);
		ASSERT_OK(msi(vm.guest, 0xfee01000, 0x67, 0));
	}
	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x20041);
	wr(c, COUNT, 1000);
	vt_stop(c);
	sleep_ms(20);
}

static bool stop_sending;

/* Everything that interrupts anybody, as fast as it goes */
static void *send_all(void *arg)
{
	int fd = eventfd(0, 0), end = eventfd(0, EFD_NONBLOCK);
	u32 line = (long)arg, i;

	for (i = 0; !__atomic_load_n(&stop_sending, __ATOMIC_RELAXED); i++) {
		ASSERT_OK(msi(vm.guest, 0xfeeff000, 0x4060 + line, 0));
		ASSERT_OK(msi(vm.guest, 0xfee01000, 0x4400, 0));
		ASSERT_OK(set_line(line, i & 1));
		ASSERT_OK(irqfd(fd, line, ZXVM_IRQFD_RESAMPLE, end));
		signal_fd(fd);
		ASSERT_OK(irqfd(fd, line, ZXVM_IRQFD_DEASSIGN, 0));
	}
	return NULL;
}

/* A VCPU that waits for its start and gets a kick, again and again */
static void *come_and_go(void *arg)
{
	struct zxvm_vcpu_page *page;
	struct zxvm_packet pkt;
	int i, vcpu;

	(void)arg;
	for (i = 0; i < 200; i++) {
		vcpu_open(&vm, ENTRY, &vcpu, &page);
		ASSERT_OK(zx_kick(vcpu));
		EXPECT_EQ(zx_enter(vcpu, &pkt), ECANCELED);
		munmap(page, ZXVM_VCPU_PAGE_SIZE);
		close(vcpu);
	}
	return NULL;
}

TEST_T(vcpus_that_go_while_others_send, 120)
{
	struct vt *c = &cpu[0];
	pthread_t threads[4];
	long i;

	boot(1);
	for (i = 8; i < 10; i++)
		route(i, LEVEL | (0x50 + i), 0xff);
	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x20041);
	wr(c, COUNT, 100);
	set_eoi(c, EOI_QUIET);
	start(c, OP_SPIN, 0, 0);
	vt_go(c);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, send_all, (void *)(8 + i));
	for (; i < 4; i++)
		pthread_create(&threads[i], NULL, come_and_go, NULL);
	for (i = 2; i < 4; i++)
		pthread_join(threads[i], NULL);
	__atomic_store_n(&stop_sending, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ASSERT_OK(zx_kick(c->vcpu));
	EXPECT_EQ(vt_wait(c), ECANCELED);
}
