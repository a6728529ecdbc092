// SPDX-License-Identifier: GPL-2.0
/* /dev/zxvm itself: features, creation of guests and ports, bad input */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "zx.h"

static void *read_only_page(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	ASSERT_TRUE(p != MAP_FAILED);
	return p;
}

TEST(bad_pointers)
{
	int dev = zx_device();
	long fds = count_fds();

	EXPECT_ERR(zx_ioctl(dev, ZXVM_GET_FEATURES, NULL), EFAULT);
	EXPECT_ERR(zx_ioctl(dev, ZXVM_GET_FEATURES, read_only_page()), EFAULT);
	EXPECT_ERR(zx_ioctl(dev, ZXVM_GUEST_CREATE, NULL), EFAULT);
	EXPECT_ERR(zx_ioctl(dev, ZXVM_GUEST_CREATE, read_only_page()), EFAULT);
	EXPECT_ERR(zx_ioctl(dev, ZXVM_PORT_CREATE, NULL), EFAULT);
	EXPECT_ERR(zx_ioctl(dev, ZXVM_PORT_CREATE, read_only_page()), EFAULT);
	EXPECT_EQ(count_fds(), fds);
}

static bool is_known(unsigned long request)
{
	unsigned int i;

	for (i = 0; i < ZX_REQUESTS; i++)
		if (zx_requests[i] == request)
			return true;
	return false;
}

/* Numbers, directions and sizes that do not exist, on every kind of file */
TEST(unknown_ioctls)
{
	static u8 arg[4096];
	int fds[5];
	unsigned int i, nr;

	VM_BOOT(&vm, done);
	ASSERT_OK(zx_port_create(&fds[0]));
	fds[1] = zx_device();
	fds[2] = vm.guest;
	fds[3] = vm.vmar;
	fds[4] = vm.vcpu;
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		for (nr = 0; nr < 256; nr++) {
			unsigned long request = _IO(ZXVM_IOC, nr);

			if (!is_known(request))
				EXPECT_ERR(zx_ioctl(fds[i], request, arg),
					   ENOTTY);
			request = _IOC(_IOC_READ | _IOC_WRITE, ZXVM_IOC, nr, 4);
			EXPECT_ERR(zx_ioctl(fds[i], request, arg), ENOTTY);
		}
		for (nr = 0; nr < ZX_REQUESTS; nr++) {
			EXPECT_ERR(zx_ioctl(fds[i], zx_requests[nr] + (1 << 16), arg),
				   ENOTTY);
			EXPECT_ERR(zx_ioctl(fds[i], zx_requests[nr] ^ 1 << 8, arg),
				   ENOTTY);
		}
		EXPECT_ERR(zx_ioctl(fds[i], 0, arg), ENOTTY);
		EXPECT_ERR(zx_ioctl(fds[i], ~0UL, arg), ENOTTY);
	}
}

/* Every call on every kind of file that it is not made for */
TEST(calls_on_files_of_another_type)
{
	static const struct { unsigned long first, last; int fd; } owners[] = {
		{ 0x00, 0x0f, 0 }, { 0x20, 0x2f, 1 }, { 0x30, 0x3f, 2 },
		{ 0x40, 0x4f, 3 }, { 0x50, 0x5f, 4 },
	};
	int fds[6];
	unsigned int i, j, k;

	VM_BOOT(&vm, done);
	fds[0] = zx_device();
	fds[1] = vm.guest;
	fds[2] = vm.vcpu;
	fds[3] = vm.vmar;
	ASSERT_OK(zx_port_create(&fds[4]));
	fds[5] = open("/dev/null", O_RDWR);
	for (i = 0; i < ZX_REQUESTS; i++) {
		for (k = 0; k < ARRAY_SIZE(owners); k++)
			if (_IOC_NR(zx_requests[i]) >= owners[k].first &&
			    _IOC_NR(zx_requests[i]) <= owners[k].last)
				break;
		for (j = 0; j < ARRAY_SIZE(fds); j++) {
			bool handle = j >= 1 && j <= 4;

			if (k < ARRAY_SIZE(owners) ? (int)j == owners[k].fd :
			    handle)
				continue;
			EXPECT_ERR(zx_ioctl(fds[j], zx_requests[i], NULL), ENOTTY);
		}
		EXPECT_ERR(zx_ioctl(-1, zx_requests[i], NULL), EBADF);
		EXPECT_ERR(zx_ioctl(1000, zx_requests[i], NULL), EBADF);
	}
}

/* Opening takes what the node's mode gives, and nothing is for everybody */
TEST(permissions)
{
	struct stat st;
	pid_t pid;

	ASSERT_SYS(stat("/dev/zxvm", &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(st.st_mode & 07, 0);
	pid = fork();
	if (!pid) {
		ASSERT_SYS(syscall(__NR_setgroups, 0, NULL));
		ASSERT_SYS(setgid(65534));
		ASSERT_SYS(setuid(65534));
		EXPECT_EQ(open("/dev/zxvm", O_RDWR), -1);
		EXPECT_EQ(errno, EACCES);
		_exit(0);
	}
	wait_child(pid);
}

TEST(device_has_nothing_to_read_or_map)
{
	int dev = zx_device();
	char byte = 0;

	EXPECT_EQ(read(dev, &byte, 1), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(write(dev, &byte, 1), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_TRUE(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dev, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(errno, ENODEV);
}

TEST(guest_create_options)
{
	struct zxvm_guest_create arg;
	unsigned int bit;

	for (bit = 1; bit < 32; bit++) {
		arg = (struct zxvm_guest_create){ .options = 1u << bit };
		EXPECT_ERR(try_guest_create(&arg), EINVAL);
	}
	arg = (struct zxvm_guest_create){ .reserved = { 1 } };
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
	arg = (struct zxvm_guest_create){ .reserved = { 0, 1ULL << 63 } };
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
	/* What speaks of an irqchip needs one */
	arg = (struct zxvm_guest_create){ .irqchip_lines = 32 };
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
	arg = (struct zxvm_guest_create){ .irqchip_base = { HOLE } };
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
	arg = (struct zxvm_guest_create){ .irqchip_base = { 0, HOLE } };
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
	arg = (struct zxvm_guest_create){ };
	EXPECT_OK(try_guest_create(&arg));
}

TEST(port_create_options)
{
	struct zxvm_port_create arg = { };
	int dev = zx_device();
	unsigned int bit;

	EXPECT_OK(zx_ioctl(dev, ZXVM_PORT_CREATE, &arg));
	/* ZX_PORT_BIND_TO_INTERRUPT */
	arg.options = 1;
	EXPECT_OK(zx_ioctl(dev, ZXVM_PORT_CREATE, &arg));
	for (bit = 1; bit < 32; bit++) {
		arg.options = 1u << bit;
		EXPECT_ERR(zx_ioctl(dev, ZXVM_PORT_CREATE, &arg), EINVAL);
	}
	arg.options = 3;
	EXPECT_ERR(zx_ioctl(dev, ZXVM_PORT_CREATE, &arg), EINVAL);
}

/* At the limit of open files a call makes all its handles or none */
TEST(too_many_files)
{
	struct zxvm_guest_create guest;
	struct zxvm_port_create port = { };
	struct rlimit limit;
	int dev = zx_device(), other, vcpu, next, room;

	vm_create(&vm, 0);
	do {	/* fill what is free in between */
		next = dup(dev);
	} while (next < vm.vmar);
	close(next);
	ASSERT_SYS(getrlimit(RLIMIT_NOFILE, &limit));
	for (room = 0; room <= 2; room++) {
		limit.rlim_cur = next + room;
		ASSERT_SYS(setrlimit(RLIMIT_NOFILE, &limit));
		guest = (struct zxvm_guest_create){ };
		EXPECT_ERR(zx_ioctl(dev, ZXVM_GUEST_CREATE, &guest),
			   room < 2 ? EMFILE : 0);
		if (room == 2) {
			close(guest.guest);
			close(guest.vmar);
		}
		if (room)
			continue;
		EXPECT_ERR(zx_ioctl(dev, ZXVM_PORT_CREATE, &port), EMFILE);
		EXPECT_ERR(zx_duplicate(vm.guest, ZXVM_RIGHT_SAME, &other),
			   EMFILE);
		EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), EMFILE);
	}
	/* The failed attempts left no VCPU behind */
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
}

TEST(close_on_exec)
{
	struct zxvm_port_create port = { };
	int dup;

	VM_BOOT(&vm, done);
	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_PORT_CREATE, &port));
	ASSERT_OK(zx_duplicate(vm.guest, ZXVM_RIGHT_SAME, &dup));
	EXPECT_EQ(fcntl(vm.guest, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(vm.vmar, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(vm.vcpu, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(port.port, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(dup, F_GETFD), FD_CLOEXEC);
}

/* With any kind of file open the module stays, and it works afterwards */
TEST(module_stays_while_a_file_is_open)
{
	int fds[6], i;

	VM_BOOT(&vm, done);
	fds[0] = zx_device();
	fds[1] = vm.guest;
	fds[2] = vm.vmar;
	fds[3] = vm.vcpu;
	ASSERT_OK(zx_port_create(&fds[4]));
	ASSERT_OK(zx_duplicate(vm.guest, ZXVM_RIGHT_SAME, &fds[5]));
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	for (i = 0; i < 6; i++) {
		EXPECT_EQ(syscall(__NR_delete_module, "zxvm", O_NONBLOCK), -1);
		EXPECT_EQ(errno, EWOULDBLOCK);
		if (i < 5)
			close(fds[i]);
	}
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, done);
	vm_vcpu(&vm, ENTRY);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}
