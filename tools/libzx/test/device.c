// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* libzx on a real /dev/zxvm, with guests of a few arm64 instructions. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "tap.h"

#define RW	(ZX_VM_PERM_READ | ZX_VM_PERM_WRITE)
#define RWX	(RW | ZX_VM_PERM_EXECUTE)
#define RAM	(2ull << 20)
#define MMIO	0x10000000ull
#define BELL	0x10001000ull
#define HOLE	0x20000000ull

#define LDR_W0_X1	0xb9400020u
#define STR_W0_X1	0xb9000020u
#define STR_W0_X2	0xb9000040u
#define ADD_W0_1	0x11000400u
#define MOV_W0_W4	0x2a0403e0u
#define MOV_X5_SP	0x910003e5u
#define SMC_0		0xd4000003u
#define WFI		0xd503207fu
#define B_SELF		0x14000000u
#define B_BACK_1	0x17ffffffu

#define PSCI_SYSTEM_OFF		0x84000008u
#define PSCI_SYSTEM_RESET	0x84000009u

static zx_handle_t guest, vmar, memory, port;
static uint32_t *code;

static void begin(void)
{
	zx_handle_t plain;
	zx_vaddr_t at;

	CHECK_OK(zx_guest_create(ZX_HANDLE_INVALID, 0, &guest, &vmar));
	CHECK_OK(zx_vmo_create(RAM, 0, &plain));
	CHECK_OK(zx_vmo_replace_as_executable(plain, 0, &memory));
	CHECK_OK(zx_vmar_map(vmar, RWX | ZX_VM_SPECIFIC |
			     ZX_VM_REQUIRE_NON_RESIZABLE, 0, memory, 0, RAM,
			     &at));
	CHECK_EQ(at, 0);
	CHECK_OK(zx_vmar_map(zx_vmar_root_self(), RW, 0, memory, 0, RAM, &at));
	code = (uint32_t *)at;
	CHECK_OK(zx_port_create(0, &port));
	CHECK_OK(zx_guest_set_trap(guest, ZX_GUEST_TRAP_MEM, MMIO, 4096,
				   ZX_HANDLE_INVALID, 7));
	CHECK_OK(zx_guest_set_trap(guest, ZX_GUEST_TRAP_BELL, BELL, 4096, port,
				   8));
}

static void end(void)
{
	zx_handle_t all[] = { guest, vmar, memory, port };

	CHECK_OK(zx_handle_close_many(all, 4));
	CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), (uintptr_t)code, RAM));
}

static zx_handle_t start(uint64_t x1, uint64_t x2, uint64_t x4)
{
	zx_vcpu_state_t state = { .x = { [1] = x1, [2] = x2, [4] = x4 } };
	zx_handle_t vcpu = ZX_HANDLE_INVALID;

	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
				     sizeof(state)));
	return vcpu;
}

static void features(void)
{
	struct zxvm_features host = { 0 };

	CHECK_OK(zxvm_get_features(&host));
	CHECK_EQ(host.version, ZXVM_ABI_VERSION);
	CHECK(host.max_vcpus >= 8 && host.address_bits >= 32);
}

static void exits(void)
{
	struct zxvm_vcpu_page *page;
	zx_port_packet_t packet;
	zx_vcpu_state_t state;
	zx_info_vcpu_t info;
	zx_handle_t vcpu;

	begin();
	code[0] = LDR_W0_X1;
	code[1] = ADD_W0_1;
	code[2] = STR_W0_X1;
	code[3] = STR_W0_X2;
	code[4] = MOV_X5_SP;
	code[5] = MOV_W0_W4;
	code[6] = SMC_0;
	code[7] = B_SELF;
	vcpu = start(MMIO + 4, BELL + 8, PSCI_SYSTEM_RESET);
	page = zxvm_vcpu_regs(vcpu);

	CHECK_OK(zx_vcpu_enter(vcpu, &packet));
	CHECK_EQ(packet.type, ZX_PKT_TYPE_GUEST_MEM);
	CHECK_EQ(packet.key, 7);
	CHECK_EQ(packet.guest_mem.addr, MMIO + 4);
	CHECK_EQ(packet.guest_mem.access_size, 4);
	CHECK_EQ(packet.guest_mem.xt, 0);
	CHECK(packet.guest_mem.read);
	CHECK_EQ(zxvm_vcpu_exit_reason(vcpu), ZXVM_EXIT_PACKET);
	/* Else reading the registers would take a system call */
	CHECK_EQ(page->valid & (ZXVM_PAGE_SP | ZXVM_PAGE_FLAGS),
		 ZXVM_PAGE_SP | ZXVM_PAGE_FLAGS);
	CHECK_OK(zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &state,
				    sizeof(state)));
	CHECK_EQ(state.x[1], MMIO + 4);
	state.x[0] = 41;
	state.sp = 0x1230;
	CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
				     sizeof(state)));

	/* A bad pointer does not lose the packet, nor the program */
	CHECK_EQ(zx_vcpu_enter(vcpu, (void *)16), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_vcpu_enter(vcpu, &packet));
	CHECK(!packet.guest_mem.read && packet.guest_mem.data == 42);

	CHECK_EQ(zx_vcpu_enter(vcpu, &packet), ZX_ERR_CANCELED);
	CHECK_EQ(zxvm_vcpu_exit_reason(vcpu), ZXVM_EXIT_SYSTEM_RESET);
	CHECK_OK(zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &state,
				    sizeof(state)));
	CHECK_EQ(state.x[5], 0x1230);
	CHECK_EQ(state.sp, 0x1230);
	CHECK_OK(zx_port_wait(port, 0, &packet));
	CHECK_EQ(packet.type, ZX_PKT_TYPE_GUEST_BELL);
	CHECK_EQ(packet.key, 8);
	CHECK_EQ(packet.guest_bell.addr, BELL + 8);

	CHECK_OK(zx_vcpu_kick(vcpu));
	CHECK_OK(zx_object_get_info(vcpu, ZX_INFO_VCPU, &info, sizeof(info),
				    NULL, NULL));
	CHECK_EQ(info.flags, ZX_INFO_VCPU_FLAG_KICKED);
	CHECK_EQ(zx_vcpu_enter(vcpu, &packet), ZX_ERR_CANCELED);
	CHECK_EQ(zxvm_vcpu_exit_reason(vcpu), ZXVM_EXIT_KICK);
	CHECK_EQ(zx_vcpu_interrupt(vcpu, 256), ZX_ERR_OUT_OF_RANGE);
	CHECK_OK(zx_vcpu_interrupt(vcpu, 33));
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

static void holes(void)
{
	zx_port_packet_t packet;
	zx_handle_t vcpu;
	zx_vaddr_t at;

	begin();
	code[0] = LDR_W0_X1;
	code[1] = STR_W0_X2;
	code[2] = B_SELF;
	vcpu = start(HOLE, BELL, 0);
	CHECK_EQ(zx_vcpu_enter(vcpu, &packet), ZX_ERR_NOT_FOUND);
	CHECK_EQ(zxvm_vcpu_exit_reason(vcpu), ZXVM_EXIT_ERROR);
	code[1024] = 99;
	CHECK_OK(zx_vmar_map(vmar, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, HOLE,
			     memory, 4096, 4096, &at));
	/* The port is gone: the store counts as done, enter fails */
	CHECK_OK(zx_handle_close(port));
	CHECK_EQ(zx_vcpu_enter(vcpu, &packet), ZX_ERR_BAD_STATE);
	CHECK_EQ(zxvm_vcpu_regs(vcpu)->state.arm64.x[0], 99);
	CHECK_OK(zx_port_create(0, &port));
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

static void regions(void)
{
	const zx_vm_option_t can = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE |
				   ZX_VM_CAN_MAP_SPECIFIC;
	zx_info_vmar_t range;
	zx_handle_t region, event;
	zx_vaddr_t base, at;

	begin();
	CHECK_OK(zx_object_get_info(vmar, ZX_INFO_VMAR, &range, sizeof(range),
				    NULL, NULL));
	CHECK(range.base == 0 && range.len >= 1ull << 32);
	CHECK_EQ(zx_vmar_map(vmar, RW | ZX_VM_SPECIFIC, RAM - 4096, memory, 0,
			     4096, &at), ZX_ERR_ALREADY_EXISTS);
	CHECK_EQ(zx_vmar_map(vmar, RW | ZX_VM_SPECIFIC, range.len, memory, 0,
			     4096, &at), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_vmar_allocate(vmar, can | ZX_VM_SPECIFIC, HOLE, 1 << 20,
				  &region, &base));
	CHECK_EQ(base, HOLE);
	CHECK_OK(zx_vmar_map(region, RW | ZX_VM_SPECIFIC | ZX_VM_MAP_RANGE,
			     8192, memory, 0, 65536, &at));
	CHECK_EQ(at, HOLE + 8192);
	CHECK_OK(zx_vmar_protect(region, ZX_VM_PERM_READ, at, 4096));
	CHECK_OK(zx_vmar_unmap(region, at + 4096, 4096));
	CHECK_EQ(zx_vmar_protect(region, ZX_VM_PERM_READ, at, 65536),
		 ZX_ERR_NOT_FOUND);
	CHECK_OK(zx_vmar_map(region, RW | ZX_VM_SPECIFIC_OVERWRITE, 0, memory,
			     0, 65536, &at));
	CHECK_OK(zx_guest_set_trap(guest, ZX_GUEST_TRAP_MEM, HOLE + 4096, 4096,
				   ZX_HANDLE_INVALID, 1));
	CHECK_EQ(zx_guest_set_trap(guest, ZX_GUEST_TRAP_MEM, HOLE, 8192,
				   ZX_HANDLE_INVALID, 1),
		 ZX_ERR_ALREADY_EXISTS);
	CHECK_OK(zx_vmar_destroy(region));
	CHECK_EQ(zx_vmar_map(region, RW, 0, memory, 0, 4096, &at),
		 ZX_ERR_BAD_STATE);
	CHECK_OK(zx_vmar_map(vmar, RW | ZX_VM_SPECIFIC, HOLE, memory, 0, RAM,
			     &at));
	CHECK_OK(zx_handle_close(region));
	/* The address space of a guest that is gone */
	CHECK_OK(zx_handle_close(guest));
	CHECK_EQ(zx_vmar_map(vmar, RW | ZX_VM_SPECIFIC, HOLE, memory, 0, 4096,
			     &at), ZX_ERR_BAD_STATE);
	CHECK_OK(zx_event_create(0, &event));
	guest = event;
	end();
}

static void rights(void)
{
	zx_handle_t poor, vcpu;
	zx_vaddr_t at;

	begin();
	CHECK_OK(zx_handle_duplicate(guest, ZX_RIGHT_INSPECT, &poor));
	CHECK_EQ(zx_vcpu_create(poor, 0, 0, &vcpu), ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(zx_guest_set_trap(poor, ZX_GUEST_TRAP_MEM, HOLE, 4096, 0, 0),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_handle_close(poor));
	CHECK_EQ(zx_vcpu_create(guest, 0, 1ull << 60, &vcpu),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vcpu_create(vmar, 0, 0, &vcpu), ZX_ERR_WRONG_TYPE);
	CHECK_OK(zx_handle_replace(vmar, ZX_RIGHT_READ | ZX_RIGHT_DUPLICATE,
				   &poor));
	vmar = poor;
	CHECK_EQ(zx_vmar_map(vmar, RW | ZX_VM_SPECIFIC, HOLE, memory, 0, 4096,
			     &at), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_vmar_map(vmar, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, HOLE,
			     memory, 0, 4096, &at));
	end();
}

static void ports(void)
{
	zx_port_packet_t packet = { .key = 5, .status = -3 }, got;
	zx_time_t start;

	begin();
	packet.user.u64[2] = 0x1234;
	packet.type = 99;
	CHECK_EQ(zx_port_wait(port, 0, &got), ZX_ERR_TIMED_OUT);
	start = zx_clock_get_monotonic();
	CHECK_EQ(zx_port_wait(port, start + ZX_MSEC(20), &got),
		 ZX_ERR_TIMED_OUT);
	CHECK(zx_clock_get_monotonic() - start >= ZX_MSEC(20));
	CHECK_OK(zx_port_queue(port, &packet));
	CHECK_OK(zx_port_wait(port, ZX_TIME_INFINITE, &got));
	CHECK(got.key == 5 && got.status == -3 &&
	      got.type == ZX_PKT_TYPE_USER && got.user.u64[2] == 0x1234);
	CHECK_OK(zx_port_queue(port, &packet));
	CHECK_EQ(zx_port_cancel(port, guest, 5), ZX_ERR_NOT_FOUND);
	CHECK_EQ(zx_port_cancel(port, memory, 5), ZX_ERR_NOT_FOUND);
	CHECK_EQ(zx_port_cancel_key(port, 0, 6), ZX_ERR_NOT_FOUND);
	CHECK_OK(zx_port_cancel_key(port, 0, 5));
	CHECK_EQ(zx_port_wait(port, 0, &got), ZX_ERR_TIMED_OUT);
	CHECK_EQ(zx_port_queue(port, (void *)16), ZX_ERR_INVALID_ARGS);
	end();
}

struct owner {
	zx_handle_t vcpu;
	zx_status_t status;
	int32_t reason;
	atomic_int ready;
};

static void *owner_main(void *argument)
{
	struct owner *owner = argument;
	zx_port_packet_t packet;

	owner->vcpu = start(0, 0, 0);
	owner->ready = 1;
	owner->status = zx_vcpu_enter(owner->vcpu, &packet);
	owner->reason = zxvm_vcpu_exit_reason(owner->vcpu);
	return NULL;
}

static void threads(void)
{
	struct owner owner = { 0 };
	zx_port_packet_t packet;
	zx_handle_t kicker, again;
	pthread_t thread;

	begin();
	code[0] = B_SELF;
	pthread_create(&thread, NULL, owner_main, &owner);
	while (!owner.ready)
		usleep(1000);
	usleep(50000);
	CHECK_EQ(zx_vcpu_enter(owner.vcpu, &packet), ZX_ERR_BAD_STATE);
	CHECK_EQ(zxvm_vcpu_exit_reason(owner.vcpu), ZX_ERR_BAD_STATE);
	CHECK_OK(zx_handle_duplicate(owner.vcpu, ZX_RIGHT_EXECUTE, &kicker));
	CHECK_OK(zx_handle_close(owner.vcpu));
	CHECK_OK(zx_handle_close(guest));
	CHECK_OK(zx_vcpu_kick(kicker));
	pthread_join(thread, NULL);
	CHECK_EQ(owner.status, ZX_ERR_CANCELED);
	CHECK_EQ(owner.reason, ZX_ERR_BAD_HANDLE);
	CHECK_EQ(zx_vcpu_enter(kicker, &packet), ZX_ERR_BAD_STATE);
	CHECK_OK(zx_handle_close(kicker));
	CHECK_OK(zx_guest_create(0, 0, &guest, &again));
	CHECK_OK(zx_handle_close(again));
	end();
}

/* A device in another process: it gets the guest and the port, sets a trap. */
static int device_process(int sock)
{
	zx_handle_t other_guest, other_port, other_memory;
	zx_port_packet_t packet;
	char byte = 'd';

	if (zxvm_handle_recv(sock, &other_guest) ||
	    zxvm_handle_recv(sock, &other_port) ||
	    zxvm_handle_recv(sock, &other_memory))
		return 1;
	if (zx_guest_set_trap(other_guest, ZX_GUEST_TRAP_BELL, HOLE, 4096,
			      other_port, 77))
		return 2;
	if (zx_vmo_write(other_memory, &byte, RAM - 1, 1))
		return 3;
	if (write(sock, "r", 1) != 1)
		return 4;
	if (zx_port_wait(other_port, zx_deadline_after(ZX_SEC(20)), &packet))
		return 5;
	return packet.key == 77 && packet.guest_bell.addr == HOLE ? 0 : 6;
}

static void processes(void)
{
	zx_handle_t vcpu, copy;
	zx_port_packet_t packet;
	int pair[2], status;
	char byte = 0;
	pid_t child;

	begin();
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	child = fork();
	if (!child)
		_exit(device_process(pair[1]));
	CHECK_OK(zx_handle_duplicate(guest, ZX_RIGHT_SAME_RIGHTS, &copy));
	CHECK_OK(zxvm_handle_send(pair[0], copy));
	CHECK_OK(zx_handle_duplicate(port, ZX_RIGHT_SAME_RIGHTS, &copy));
	CHECK_OK(zxvm_handle_send(pair[0], copy));
	CHECK_OK(zx_handle_duplicate(memory, ZX_RIGHT_SAME_RIGHTS, &copy));
	CHECK_OK(zxvm_handle_send(pair[0], copy));
	CHECK_EQ(read(pair[0], &byte, 1), 1);
	CHECK_EQ(((char *)code)[RAM - 1], 'd');
	code[0] = STR_W0_X2;
	code[1] = MOV_W0_W4;
	code[2] = SMC_0;
	vcpu = start(0, HOLE, PSCI_SYSTEM_OFF);
	CHECK_EQ(zx_vcpu_enter(vcpu, &packet), ZX_ERR_UNAVAILABLE);
	CHECK_EQ(zxvm_vcpu_exit_reason(vcpu), ZXVM_EXIT_SYSTEM_OFF);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	close(pair[0]);
	close(pair[1]);
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

static void irqchip(void)
{
	const struct zxvm_irqchip_config config = {
		.spi_count = 64,
		.gicd_base = 0x8000000,
		.gicr_base = 0x80a0000,
	};
	struct zxvm_irqchip_config bad = config;
	int event = eventfd(0, EFD_CLOEXEC);

	begin();
	CHECK_EQ(zxvm_guest_set_line(guest, 32, true), ZX_ERR_NOT_SUPPORTED);
	CHECK_OK(zx_handle_close(guest));
	CHECK_OK(zx_handle_close(vmar));
	bad.reserved = 1;
	CHECK_EQ(zxvm_guest_create_irqchip(&bad, &guest, &vmar),
		 ZX_ERR_INVALID_ARGS);
	bad.reserved = 0;
	bad.gicd_base = 1;
	CHECK_EQ(zxvm_guest_create_irqchip(&bad, &guest, &vmar),
		 ZX_ERR_INVALID_ARGS);
	CHECK_OK(zxvm_guest_create_irqchip(&config, &guest, &vmar));
	CHECK_OK(zxvm_guest_set_line(guest, 32, true));
	CHECK_OK(zxvm_guest_set_line(guest, 32, false));
	CHECK_EQ(zxvm_guest_set_line(guest, 31, true), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zxvm_guest_irqfd(guest, event, 40, 0));
	CHECK_OK(zxvm_guest_irqfd(guest, event, 40, ZXVM_IRQFD_DEASSIGN));
	CHECK_EQ(zxvm_guest_irqfd(guest, event, 40, ZXVM_IRQFD_DEASSIGN),
		 ZX_ERR_NOT_FOUND);
	/* What x86 alone has */
	CHECK_EQ(zxvm_guest_irqfd_resample(guest, event, 40, event),
		 ZX_ERR_NOT_SUPPORTED);
	CHECK_EQ(zxvm_guest_msi(guest, 0xfee00000, 0x31),
		 ZX_ERR_NOT_SUPPORTED);
	close(event);
	end();
}

/* Objects are made and go, and no file or mapping stays. */
static void many_times(void)
{
	zx_port_packet_t packet;
	zx_handle_t vcpu;
	int i, first, last;

	first = dup(0);
	for (i = 0; i < 100; i++) {
		begin();
		code[0] = STR_W0_X1;
		vcpu = start(MMIO, 0, 0);
		CHECK_OK(zx_vcpu_enter(vcpu, &packet));
		CHECK_OK(zx_handle_close(vcpu));
		end();
	}
	last = dup(0);
	CHECK_EQ(last, first + 1);
	close(first);
	close(last);
}

/* The guest reads a register of a device @count times. */
static void read_many(int count)
{
	zx_port_packet_t packet;
	zx_vcpu_state_t state;
	zx_handle_t vcpu;

	begin();
	code[0] = LDR_W0_X1;
	code[1] = B_BACK_1;
	vcpu = start(MMIO, 0, 0);
	while (count--) {
		CHECK_OK(zx_vcpu_enter(vcpu, &packet));
		CHECK_OK(zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &state,
					    sizeof(state)));
		state.x[packet.guest_mem.xt] = (uint64_t)count;
		CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
					     sizeof(state)));
	}
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

#define MANY_STOPS	5000
#define RESTARTED	(-513)	/* ERESTARTNOINTR: the same call goes on */

/* Is the stopped process at the end of a call that will not be restarted? */
static bool call_ended(pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info);
	return info.op == PTRACE_SYSCALL_INFO_EXIT &&
	       info.exit.rval != RESTARTED;
}

/* Run read_many() in a traced child and count its system calls. */
static int calls_of(int count)
{
	int status, stops = 0, calls = 0;
	pid_t child = fork();

	if (!child) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		read_many(count);
		_exit(tap_failures != 0);
	}
	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)PTRACE_O_TRACESYSGOOD);
	while (WIFSTOPPED(status)) {
		calls += call_ended(child);
		/* One that is restarted for ever makes no progress */
		if (++stops == MANY_STOPS)
			kill(child, SIGKILL);
		ptrace(PTRACE_SYSCALL, child, NULL, NULL);
		waitpid(child, &status, 0);
	}
	CHECK_EQ(status, 0);
	return calls;
}

static void one_call_per_exit(void)
{
	int few = calls_of(50), many = calls_of(250);

	CHECK_EQ(many - few, 200);
}

static const struct tap_test tests[] = {
	{ "features", features },
	{ "exits", exits },
	{ "holes and closed ports", holes },
	{ "regions of a guest", regions },
	{ "rights", rights },
	{ "ports", ports },
	{ "threads", threads },
	{ "another process", processes },
	{ "the interrupt controller", irqchip },
	{ "many times", many_times },
	{ "one system call per exit", one_call_per_exit },
};

TAP_MAIN("device", tests)
