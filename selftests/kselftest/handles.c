// SPDX-License-Identifier: GPL-2.0
/* Files as handles: rights, duplicates, other processes, closing */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "zx.h"

static int port;

static void fixture(void)
{
	VM_BOOT(&vm, ring);
	ASSERT_OK(zx_port_create(&port));
}

static u32 rights_of(int fd)
{
	struct zxvm_handle_info info;

	ASSERT_OK(zx_info(fd, &info));
	return info.rights;
}

TEST_F(default_rights_types_and_koids, fixture)
{
	const struct { int fd; u32 type, rights; } want[] = {
		{ vm.guest, ZXVM_OBJ_GUEST, 0x4800b },
		{ vm.vmar, ZXVM_OBJ_VMAR, 0x20801f },
		{ vm.vcpu, ZXVM_OBJ_VCPU, 0xd01f },
		{ port, ZXVM_OBJ_PORT, 0x800f },
	};
	struct zxvm_handle_info info[4];
	int i, j;

	for (i = 0; i < 4; i++) {
		memset(&info[i], 0xff, sizeof(info[i]));
		ASSERT_OK(zx_info(want[i].fd, &info[i]));
		EXPECT_EQ(info[i].type, want[i].type);
		EXPECT_EQ(info[i].rights, want[i].rights);
		EXPECT_EQ(info[i].reserved, 0);
		EXPECT_GE(info[i].koid, 1024);
		for (j = 0; j < i; j++)
			EXPECT_NE(info[i].koid, info[j].koid);
	}
	EXPECT_EQ(info[0].related_koid, 0);
	EXPECT_EQ(info[1].related_koid, info[0].koid);
	EXPECT_EQ(info[2].related_koid, info[0].koid);
	EXPECT_EQ(info[3].related_koid, 0);
}

TEST_F(duplicate_is_the_same_object, fixture)
{
	struct zxvm_handle_info a, b;
	int dup, fds[4] = { vm.guest, vm.vmar, vm.vcpu, port }, i;

	for (i = 0; i < 4; i++) {
		ASSERT_OK(zx_duplicate(fds[i], ZXVM_RIGHT_SAME, &dup));
		ASSERT_OK(zx_info(fds[i], &a));
		ASSERT_OK(zx_info(dup, &b));
		EXPECT_EQ(memcmp(&a, &b, sizeof(a)), 0);
		close(dup);
	}
}

/* Every subset of a port's five rights, and every bit that is none of them */
TEST_F(duplicate_and_replace_subsets, fixture)
{
	const u32 rights = rights_of(port);
	u32 sub = rights;
	int dup, bit;

	for (;;) {
		ASSERT_OK(zx_duplicate(port, sub, &dup));
		EXPECT_EQ(rights_of(dup), sub);
		ASSERT_OK(zx_replace(dup, ZXVM_RIGHT_SAME));
		EXPECT_EQ(rights_of(dup), sub);
		ASSERT_OK(zx_replace(dup, sub & ZXVM_RIGHT_READ));
		EXPECT_EQ(rights_of(dup), sub & ZXVM_RIGHT_READ);
		EXPECT_ERR(zx_replace(dup, rights), EINVAL);
		EXPECT_EQ(rights_of(dup), sub & ZXVM_RIGHT_READ);
		close(dup);
		if (!sub)
			break;
		sub = (sub - 1) & rights;
	}
	for (bit = 0; bit < 31; bit++) {
		if (rights & 1u << bit)
			continue;
		EXPECT_ERR(zx_duplicate(port, 1u << bit, &dup), EINVAL);
		EXPECT_ERR(zx_replace(port, rights | 1u << bit), EINVAL);
	}
	EXPECT_ERR(zx_duplicate(port, ZXVM_RIGHT_SAME | ZXVM_RIGHT_READ, &dup),
		   EINVAL);
	EXPECT_EQ(rights_of(port), rights);
}

TEST_F(duplicate_errors, fixture)
{
	struct zxvm_handle_rights *ro;
	struct zxvm_handle_rights arg = { ZXVM_RIGHT_SAME, 77 };
	long fds;
	int dup, weak;

	ASSERT_OK(zx_duplicate(port, ZXVM_RIGHT_READ, &weak));
	fds = count_fds();
	EXPECT_ERR(zx_duplicate(weak, ZXVM_RIGHT_READ, &dup), EACCES);
	EXPECT_ERR(zx_duplicate(weak, ZXVM_RIGHT_SAME, &dup), EACCES);
	EXPECT_ERR(zx_ioctl(port, ZXVM_HANDLE_DUPLICATE, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(port, ZXVM_HANDLE_REPLACE, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(port, ZXVM_HANDLE_INFO, (void *)8), EFAULT);
	ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT_ERR(zx_ioctl(port, ZXVM_HANDLE_DUPLICATE, ro), EFAULT);
	EXPECT_EQ(count_fds(), fds);
	/* Replace makes no new file */
	EXPECT_OK(zx_ioctl(port, ZXVM_HANDLE_REPLACE, &arg));
	EXPECT_EQ(arg.fd, 77);
}

/* All rights but the one that a call needs: EACCES, before the argument */
TEST_F(each_call_needs_its_right, fixture)
{
	static const struct {
		unsigned long request;
		int object;
		u32 right;
	} calls[] = {
		{ ZXVM_GUEST_SET_TRAP, 0, ZXVM_RIGHT_WRITE },
		{ ZXVM_VCPU_CREATE, 0, ZXVM_RIGHT_MANAGE_THREAD },
		{ ZXVM_GUEST_SET_LINE, 0, ZXVM_RIGHT_WRITE },
		{ ZXVM_GUEST_IRQFD, 0, ZXVM_RIGHT_WRITE },
		{ ZXVM_VCPU_ENTER, 1, ZXVM_RIGHT_EXECUTE },
		{ ZXVM_VCPU_KICK, 1, ZXVM_RIGHT_EXECUTE },
		{ ZXVM_VCPU_INTERRUPT, 1, ZXVM_RIGHT_SIGNAL },
		{ ZXVM_VCPU_READ_STATE, 1, ZXVM_RIGHT_READ },
		{ ZXVM_VCPU_WRITE_STATE, 1, ZXVM_RIGHT_WRITE },
		{ ZXVM_VCPU_INFO, 1, ZXVM_RIGHT_INSPECT },
		{ ZXVM_VMAR_INFO, 2, ZXVM_RIGHT_INSPECT },
		{ ZXVM_PORT_QUEUE, 3, ZXVM_RIGHT_WRITE },
		{ ZXVM_PORT_WAIT, 3, ZXVM_RIGHT_READ },
		{ ZXVM_PORT_CANCEL, 3, ZXVM_RIGHT_WRITE },
	};
	const int objects[] = { vm.guest, vm.vcpu, vm.vmar, port };
	unsigned int i;
	int weak;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		int fd = objects[calls[i].object];

		ASSERT_OK(zx_duplicate(fd, rights_of(fd) & ~calls[i].right,
				       &weak));
		EXPECT_ERR(zx_ioctl(weak, calls[i].request, NULL), EACCES);
		close(weak);
		ASSERT_OK(zx_duplicate(fd, calls[i].right, &weak));
		EXPECT_NE(zx_ioctl(weak, calls[i].request, (void *)8), EACCES);
		EXPECT_OK(zx_replace(weak, 0));
		EXPECT_ERR(zx_ioctl(weak, calls[i].request, NULL), EACCES);
		close(weak);
	}
}

/* The file handle of a handle without READ cannot be read, and so on */
TEST_F(read_and_poll_need_their_right, fixture)
{
	struct zxvm_packet pkt;
	int weak;

	ASSERT_OK(zx_queue(port, 1, 1));
	ASSERT_OK(zx_duplicate(port, ZXVM_RIGHT_WRITE, &weak));
	EXPECT_EQ(read(weak, &pkt, sizeof(pkt)), -1);
	EXPECT_EQ(errno, EACCES);
	ASSERT_OK(zx_wait(port, 0, &pkt));
	EXPECT_EQ(read(vm.guest, &pkt, sizeof(pkt)), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(write(port, &pkt, sizeof(pkt)), -1);
	EXPECT_EQ(errno, EINVAL);
}

/* The VMAR's own rights bound the permissions of its mappings */
TEST_F(map_needs_a_right_for_each_permission, fixture)
{
	static const u32 perms[] = {
		ZXVM_VM_PERM_READ, ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE,
		ZXVM_VM_PERM_READ | ZXVM_VM_PERM_EXECUTE, RWX,
	};
	u8 *page = vm_alloc(PAGE);
	unsigned int rights, i;
	int weak;

	for (rights = 0; rights < 8; rights++) {
		/* READ, WRITE and EXECUTE are the rights 2 to 4 */
		ASSERT_OK(zx_duplicate(vm.vmar, rights << 2, &weak));
		for (i = 0; i < ARRAY_SIZE(perms); i++) {
			int want = perms[i] & ~rights ? EACCES : 0;

			EXPECT_ERR(zx_map(weak, perms[i] | ZXVM_VM_SPECIFIC,
					  HOLE, page, PAGE), want);
			EXPECT_ERR(zx_protect(weak, perms[i], 0, PAGE), want);
			if (!want)
				ASSERT_OK(zx_unmap(vm.vmar, HOLE, PAGE));
		}
		close(weak);
	}
}

TEST_F(trap_port_handle, fixture)
{
	int weak, null = open("/dev/null", O_RDWR);
	const u64 at = HOLE;

	ASSERT_OK(zx_duplicate(port, ZXVM_RIGHT_READ, &weak));
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, at, PAGE, weak, 0),
		   EACCES);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, at, PAGE, null, 0),
		   ENOTTY);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, at, PAGE, vm.guest, 0),
		   ENOTTY);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, at, PAGE, 1000, 0),
		   EBADF);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, at, PAGE, -2, 0), EBADF);
	/* The handle comes before everything else, as in Zircon */
	EXPECT_ERR(zx_trap(vm.guest, 9, 1, 1, 1000, 0), EBADF);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, 1, 1, weak, 0), EACCES);
	close(weak);
	ASSERT_OK(zx_duplicate(port, ZXVM_RIGHT_WRITE, &weak));
	EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_BELL, at, PAGE, weak, 0));
}

TEST_F(cancel_source_handle, fixture)
{
	EXPECT_ERR(zx_cancel(port, 1000, 1), EBADF);
	EXPECT_ERR(zx_cancel(port, -2, 1), EBADF);
	EXPECT_ERR(zx_cancel(port, vm.vcpu, 1), ENOTTY);
	EXPECT_ERR(zx_cancel(port, open("/dev/null", O_RDONLY), 1), ENOTTY);
	EXPECT_ERR(zx_cancel(port, vm.guest, 1), ENOENT);
}

/* A process that holds handles alone: traps, kicks, interrupts, waits */
TEST_F(handles_in_another_process, fixture)
{
	int socks[2], i;
	pid_t pid;

	ASSERT_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	pid = fork();
	if (!pid) {
		struct zxvm_packet pkt;
		struct zx_arch_state state;
		int fds[3], child_port, vcpu;

		for (i = 3; i < 100; i++)
			if (i != socks[1])
				close(i);
		for (i = 0; i < 3; i++)
			fds[i] = recv_fd(socks[1]);
		ASSERT_OK(zx_port_create(&child_port));
		EXPECT_OK(zx_trap(fds[0], ZXVM_TRAP_BELL, BELL, PAGE,
				  child_port, 5));
		EXPECT_OK(zx_queue(fds[2], 42, 43));
		EXPECT_OK(zx_interrupt(fds[1], 33));
		EXPECT_ERR(zx_enter(fds[1], &pkt), EBADFD);
		EXPECT_ERR(zx_read_state(fds[1], &state), EBADFD);
		EXPECT_OK(zx_kick(fds[1]));
		/* A VCPU needs the memory of the guest's process */
		EXPECT_ERR(zx_vcpu_create(fds[0], 0, &vcpu), EPERM);
		EXPECT_EQ(write(socks[1], "x", 1), 1);
		EXPECT_OK(zx_wait(child_port, FOREVER, &pkt));
		EXPECT_EQ(pkt.key, 5);
		EXPECT_EQ(pkt.u.bell.addr, BELL);
		_exit(0);
	}
	ASSERT_OK(send_fd(socks[0], vm.guest));
	ASSERT_OK(send_fd(socks[0], vm.vcpu));
	ASSERT_OK(send_fd(socks[0], port));
	ASSERT_OK(zx_wait(port, FOREVER, &vm.pkt));
	EXPECT_EQ(vm.pkt.key, 42);
	EXPECT_EQ(vm.pkt.u.user[0], 43);
	ASSERT_EQ(read(socks[0], &(char){ 0 }, 1), 1);
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	ARG(0) = 1;
	EXPECT_STORE(&vm, TELL_A, 0);
	wait_child(pid);
}

/* All in any order, with bells and user packets queued and a VCPU used */
TEST(close_in_every_order)
{
	static const u8 order[24][4] = {
		{ 0, 1, 2, 3 }, { 0, 1, 3, 2 }, { 0, 2, 1, 3 }, { 0, 2, 3, 1 },
		{ 0, 3, 1, 2 }, { 0, 3, 2, 1 }, { 1, 0, 2, 3 }, { 1, 0, 3, 2 },
		{ 1, 2, 0, 3 }, { 1, 2, 3, 0 }, { 1, 3, 0, 2 }, { 1, 3, 2, 0 },
		{ 2, 0, 1, 3 }, { 2, 0, 3, 1 }, { 2, 1, 0, 3 }, { 2, 1, 3, 0 },
		{ 2, 3, 0, 1 }, { 2, 3, 1, 0 }, { 3, 0, 1, 2 }, { 3, 0, 2, 1 },
		{ 3, 1, 0, 2 }, { 3, 1, 2, 0 }, { 3, 2, 0, 1 }, { 3, 2, 1, 0 },
	};
	long fds = count_fds();
	unsigned int i, j;

	for (i = 0; i < 24; i++) {
		int all[4];

		VM_BOOT(&vm, ring);
		vm_bell(&vm);
		ARG(0) = 5;
		EXPECT_STORE(&vm, TELL_A, 0);
		ASSERT_OK(zx_queue(vm.port, KEY_BELL, 0));
		ASSERT_OK(zx_interrupt(vm.vcpu, 40));
		all[0] = vm.guest;
		all[1] = vm.vmar;
		all[2] = vm.vcpu;
		all[3] = vm.port;
		munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
		for (j = 0; j < 4; j++)
			close(all[order[i][j]]);
		munmap(vm.ram, RAM_SIZE);
	}
	EXPECT_EQ(count_fds(), fds);
}

TEST_F(vmar_outlives_its_guest, fixture)
{
	struct zxvm_vmar_info info = { };

	ASSERT_OK(zx_ioctl(vm.vmar, ZXVM_VMAR_INFO, &info));
	EXPECT_EQ(info.base, 0);
	EXPECT_EQ(info.size, ASPACE_SIZE);
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	close(vm.vcpu);
	close(vm.guest);
	EXPECT_ERR(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE, vm.ram, PAGE),
		   EBADFD);
	EXPECT_ERR(zx_unmap(vm.vmar, 0, PAGE), EBADFD);
	EXPECT_ERR(zx_protect(vm.vmar, RWX, 0, PAGE), EBADFD);
	EXPECT_OK(zx_info(vm.vmar, &(struct zxvm_handle_info){ }));
}
