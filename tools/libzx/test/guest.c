// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Guests, their memory and VCPUs, on a stand-in for the device. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zx/zxvm.h>

#include "arch.h"
#include "fake.h"
#include "tap.h"

#define RW (ZX_VM_PERM_READ | ZX_VM_PERM_WRITE)
#define RWX (RW | ZX_VM_PERM_EXECUTE)
#define PAGE 4096ull

static zx_handle_t guest, vmar, memory;

static void begin(uint64_t size)
{
	zx_handle_t plain;

	CHECK_OK(zx_guest_create(ZX_HANDLE_INVALID, 0, &guest, &vmar));
	CHECK_OK(zx_vmo_create(size, 0, &plain));
	CHECK_OK(zx_vmo_replace_as_executable(plain, 0, &memory));
}

static void end(void)
{
	zx_handle_t all[] = { guest, vmar, memory };

	CHECK_OK(zx_handle_close_many(all, 3));
	CHECK_EQ(fake_open_files(), 0);
}

static zx_status_t map(zx_handle_t region, zx_vm_option_t options,
		       uint64_t offset, uint64_t from, uint64_t len)
{
	zx_vaddr_t at;

	return zx_vmar_map(region, options, offset, memory, from, len, &at);
}

static bool host_has(uint64_t address)
{
	unsigned char vec;

	return !mincore((void *)address, PAGE, &vec);
}

/* What the guest sees at an address; -1 for nothing. */
static int peek(uint64_t address)
{
	volatile uint8_t *at = (void *)fake_backing(address, NULL);

	return at ? at[address % PAGE] : -1;
}

static void create(void)
{
	zx_info_handle_basic_t g, v;
	zx_info_vmar_t range;
	zx_handle_t a = 1, b = 2;

	CHECK_EQ(zx_guest_create(0, 1, &a, &b), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_guest_create(0, 0, NULL, &b), ZX_ERR_INVALID_ARGS);
	fake_fail_request = ZXVM_GUEST_CREATE;
	fake_fail_errno = EBUSY;
	CHECK_EQ(zx_guest_create(0, 0, &a, &b), ZX_ERR_UNAVAILABLE);
	fake_fail_request = ZXVM_VMAR_INFO;
	fake_fail_errno = ENOMEM;
	CHECK_EQ(zx_guest_create(0, 0, &a, &b), ZX_ERR_NO_MEMORY);
	fake_fail_request = ZXVM_HANDLE_INFO;
	fake_fail_errno = ENOMEM;
	CHECK_EQ(zx_guest_create(0, 0, &a, &b), ZX_ERR_NO_MEMORY);
	CHECK(a == 1 && b == 2);
	CHECK_EQ(fake_open_files(), 0);
	begin(PAGE);
	CHECK_OK(zx_object_get_info(guest, ZX_INFO_HANDLE_BASIC, &g, sizeof(g),
				    NULL, NULL));
	CHECK_OK(zx_object_get_info(vmar, ZX_INFO_HANDLE_BASIC, &v, sizeof(v),
				    NULL, NULL));
	CHECK_EQ(g.type, ZX_OBJ_TYPE_GUEST);
	CHECK_EQ(g.rights, ZX_DEFAULT_GUEST_RIGHTS);
	CHECK_EQ(v.type, ZX_OBJ_TYPE_VMAR);
	CHECK_EQ(v.related_koid, g.koid);
	CHECK_OK(zx_object_get_info(vmar, ZX_INFO_VMAR, &range, sizeof(range),
				    NULL, NULL));
	CHECK_EQ(range.base, 0);
	CHECK_EQ(zx_object_wait_one(guest, 1, 0, NULL), ZX_ERR_ACCESS_DENIED);
	end();
}

static void map_and_split(void)
{
	uint64_t first, middle, last;
	uint32_t perms;
	char byte;

	begin(64 * PAGE);
	for (byte = 0; byte < 64; byte++)
		CHECK_OK(zx_vmo_write(memory, &byte, byte * PAGE, 1));
	CHECK_OK(map(vmar, RWX | ZX_VM_SPECIFIC, 16 * PAGE, 0, 32 * PAGE));
	CHECK_EQ(peek(16 * PAGE), 0);
	CHECK_EQ(peek(47 * PAGE), 31);
	CHECK_EQ(peek(48 * PAGE), -1);
	CHECK_EQ(map(vmar, RW | ZX_VM_SPECIFIC, 47 * PAGE, 0, PAGE),
		 ZX_ERR_ALREADY_EXISTS);
	first = fake_backing(16 * PAGE, &perms);
	CHECK_EQ(perms, RWX);
	middle = fake_backing(24 * PAGE, NULL);
	last = fake_backing(47 * PAGE, NULL);
	CHECK_OK(zx_vmar_unmap(vmar, 24 * PAGE, 4 * PAGE));
	CHECK(host_has(first) && host_has(last) && !host_has(middle) &&
	      !host_has(middle + 3 * PAGE) && host_has(middle + 4 * PAGE));
	CHECK_EQ(peek(24 * PAGE), -1);
	/* Over the hole and its borders */
	CHECK_OK(map(vmar, RW | ZX_VM_SPECIFIC_OVERWRITE, 22 * PAGE, 60 * PAGE,
		     4 * PAGE));
	CHECK_EQ(peek(21 * PAGE), 5);
	CHECK_EQ(peek(22 * PAGE), 60);
	CHECK_EQ(peek(25 * PAGE), 63);
	CHECK_EQ(peek(26 * PAGE), -1);
	CHECK(!host_has(first + 6 * PAGE) && host_has(first + 5 * PAGE));
	/* A failing call changes nothing */
	fake_fail_request = ZXVM_VMAR_MAP;
	fake_fail_errno = ENOMEM;
	CHECK_EQ(map(vmar, RW | ZX_VM_SPECIFIC_OVERWRITE, 16 * PAGE, 0, PAGE),
		 ZX_ERR_NO_MEMORY);
	CHECK(host_has(first));
	CHECK_OK(zx_vmar_unmap(vmar, 0, 64 * PAGE));
	CHECK(!host_has(first) && !host_has(last));
	/* Without an address: the lowest that is free */
	CHECK_OK(map(vmar, RW, 0, 7 * PAGE, PAGE));
	CHECK_EQ(peek(0), 7);
	CHECK_OK(map(vmar, RW, 0, 8 * PAGE, PAGE));
	CHECK_EQ(peek(PAGE), 8);
	first = fake_backing(0, NULL);
	end();
	CHECK(!host_has(first));
}

static void protect(void)
{
	volatile char *at;
	uint32_t perms;

	begin(8 * PAGE);
	CHECK_OK(map(vmar, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, 0, 0, 8 * PAGE));
	CHECK_OK(zx_vmar_protect(vmar, RWX, 2 * PAGE, 2 * PAGE));
	at = (char *)fake_backing(2 * PAGE, &perms);
	CHECK_EQ(perms, RWX);
	*at = 'w';
	CHECK_EQ(zx_vmar_protect(vmar, RW, 7 * PAGE, 2 * PAGE),
		 ZX_ERR_NOT_FOUND);
	fake_fail_request = ZXVM_VMAR_PROTECT;
	fake_fail_errno = ENOMEM;
	CHECK_EQ(zx_vmar_protect(vmar, ZX_VM_PERM_READ, 0, 8 * PAGE),
		 ZX_ERR_NO_MEMORY);
	*at = 'w';
	CHECK_EQ(zx_vmar_op_range(vmar, ZX_VMAR_OP_DECOMMIT, 0, 8 * PAGE, NULL,
				  0), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_vmar_op_range(vmar, ZX_VMAR_OP_DECOMMIT, 2 * PAGE,
				  2 * PAGE, NULL, 0));
	CHECK_EQ(*at, 0);
	end();
}

static void traps_punch(void)
{
	uint64_t host, fourth;
	zx_handle_t port;

	begin(16 * PAGE);
	CHECK_OK(zx_port_create(0, &port));
	CHECK_OK(map(vmar, RW | ZX_VM_SPECIFIC, 0, 0, 16 * PAGE));
	host = fake_backing(0, NULL);
	fourth = fake_backing(4 * PAGE, NULL);
	CHECK_EQ(zx_guest_set_trap(vmar, ZX_GUEST_TRAP_MEM, 0, PAGE, 0, 1),
		 ZX_ERR_WRONG_TYPE);
	CHECK_EQ(zx_guest_set_trap(guest, ZX_GUEST_TRAP_BELL, 0, PAGE, guest,
				   1), ZX_ERR_WRONG_TYPE);
	CHECK_EQ(zx_guest_set_trap(guest, ZX_GUEST_TRAP_BELL, 0, PAGE,
				   port ^ (1u << 20), 1), ZX_ERR_BAD_HANDLE);
	fake_fail_request = ZXVM_GUEST_SET_TRAP;
	fake_fail_errno = EEXIST;
	CHECK_EQ(zx_guest_set_trap(guest, ZX_GUEST_TRAP_MEM, 0, PAGE, 0, 1),
		 ZX_ERR_ALREADY_EXISTS);
	CHECK(host_has(host));
	CHECK_OK(zx_guest_set_trap(guest, ZX_GUEST_TRAP_BELL, 4 * PAGE, PAGE,
				   port, 1));
	CHECK(!host_has(fourth) && host_has(fourth + PAGE));
	CHECK_EQ(zx_vmar_protect(vmar, RW, 0, 16 * PAGE), ZX_ERR_NOT_FOUND);
	CHECK_OK(zx_handle_close(port));
	end();
}

static void sub_regions(void)
{
	const zx_vm_option_t can = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE |
				   ZX_VM_CAN_MAP_SPECIFIC;
	zx_info_handle_basic_t info;
	zx_handle_t region, inner, poor;
	zx_vaddr_t base, inner_base;
	uint64_t host;

	begin(16 * PAGE);
	CHECK_OK(zx_vmar_allocate(vmar, can | ZX_VM_SPECIFIC, 64 * PAGE,
				  16 * PAGE, &region, &base));
	CHECK_EQ(base, 64 * PAGE);
	CHECK_OK(zx_object_get_info(region, ZX_INFO_HANDLE_BASIC, &info,
				    sizeof(info), NULL, NULL));
	CHECK_EQ(info.rights, ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHTS_IO);
	CHECK_EQ(map(vmar, RW | ZX_VM_SPECIFIC, 79 * PAGE, 0, 2 * PAGE),
		 ZX_ERR_ALREADY_EXISTS);
	CHECK_EQ(map(region, RWX | ZX_VM_SPECIFIC, 0, 0, PAGE),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(map(region, RW | ZX_VM_SPECIFIC, 0, 0, 17 * PAGE),
		 ZX_ERR_BUFFER_TOO_SMALL);
	CHECK_EQ(map(region, RW | ZX_VM_SPECIFIC, PAGE, 0, 16 * PAGE),
		 ZX_ERR_INVALID_ARGS);
	CHECK_OK(map(region, RW | ZX_VM_SPECIFIC, PAGE, 3 * PAGE, PAGE));
	CHECK_EQ(peek(65 * PAGE), 0);
	CHECK_OK(zx_vmar_allocate(region, can, 0, 4 * PAGE, &inner,
				  &inner_base));
	CHECK_EQ(inner_base, 66 * PAGE);
	CHECK_OK(map(inner, RW, 0, 0, PAGE));
	/* Non-specific mappings of the root go around regions */
	CHECK_OK(map(vmar, RW | ZX_VM_ALIGN_256KB, 0, 0, 16 * PAGE));
	CHECK_OK(map(vmar, RW | ZX_VM_ALIGN_256KB, 0, 0, 16 * PAGE));
	CHECK(peek(80 * PAGE) == -1 && peek(128 * PAGE) == 0);
	/* Trap inside a region: the region stays */
	CHECK_OK(zx_guest_set_trap(guest, ZX_GUEST_TRAP_MEM, 65 * PAGE, PAGE,
				   0, 1));
	CHECK_EQ(peek(65 * PAGE), -1);
	CHECK_OK(map(region, RW | ZX_VM_SPECIFIC, 0, 0, PAGE));
	CHECK_OK(zx_handle_replace(vmar, ZX_RIGHT_DUPLICATE, &poor));
	vmar = poor;
	CHECK_OK(map(region, RW, 0, 0, PAGE));
	host = fake_backing(64 * PAGE, NULL);
	CHECK_OK(zx_vmar_destroy(region));
	CHECK_EQ(peek(64 * PAGE), -1);
	CHECK_EQ(peek(66 * PAGE), -1);
	CHECK(!host_has(host));
	CHECK_EQ(map(inner, RW, 0, 0, PAGE), ZX_ERR_BAD_STATE);
	CHECK_EQ(zx_vmar_destroy(vmar), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_handle_close(inner));
	CHECK_OK(zx_handle_close(region));
	end();
}

/* Memory stays while a VCPU is there, and goes with the last of the guest. */
static void lifetime(void)
{
	zx_handle_t vcpu, region;
	zx_vaddr_t base;
	uint64_t host;

	begin(PAGE);
	CHECK_OK(map(vmar, RW | ZX_VM_SPECIFIC, 0, 0, PAGE));
	host = fake_backing(0, NULL);
	CHECK_OK(zx_vmar_allocate(vmar, ZX_VM_CAN_MAP_READ, 0, PAGE, &region,
				  &base));
	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	CHECK_OK(zx_handle_close(guest));
	CHECK_OK(zx_handle_close(vmar));
	CHECK_OK(zx_handle_close(memory));
	CHECK(host_has(host));
	CHECK_OK(zx_handle_close(region));
	CHECK(host_has(host));
	CHECK_OK(zx_handle_close(vcpu));
	CHECK(!host_has(host));
	CHECK_EQ(fake_open_files(), 0);
}

static zx_status_t other_result[4];

static void *other_thread(void *argument)
{
	zx_handle_t vcpu = *(zx_handle_t *)argument;
	zx_vcpu_state_t state = { 0 };

	other_result[0] = zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &state,
					     sizeof(state));
	other_result[1] = zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
					      sizeof(state));
	other_result[2] = zxvm_vcpu_exit_reason(vcpu);
	other_result[3] = zx_vcpu_interrupt(vcpu, 3);
	return NULL;
}

static void registers(void)
{
	zx_vcpu_state_t state, back;
	struct zxvm_vcpu_page *page;
	zx_handle_t vcpu = 9, poor;
	zx_port_packet_t packet;
	unsigned int calls;
	pthread_t thread;

	begin(PAGE);
	CHECK_EQ(zx_vcpu_create(0, 1, 0, &vcpu), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vcpu_create(0, 0, 0, &vcpu), ZX_ERR_BAD_HANDLE);
	CHECK_EQ(zx_vcpu_create(vmar, 0, 0, &vcpu), ZX_ERR_WRONG_TYPE);
	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	page = zxvm_vcpu_regs(vcpu);
	CHECK(page);
	/* Nothing valid yet: the ioctl answers */
	calls = fake_calls;
	CHECK_OK(zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &back, sizeof(back)));
	CHECK_EQ(fake_calls - calls, 1);
	/* From here on the page does */
	memset(&state, 0x11, sizeof(state));
	arch_set_flags(&state, FLAGS);
	calls = fake_calls;
	CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
				     sizeof(state)));
	CHECK_EQ(page->dirty, PAGE_ALL);
	CHECK_OK(zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &back, sizeof(back)));
	CHECK(!memcmp(&state, &back, sizeof(state)));
	CHECK_EQ(fake_calls, calls);
	/* The kernel took it over; writing the same stack pointer is free */
	page->dirty = 0;
	page->valid = PAGE_ALL;
	*arch_general(&state) = 5;
	arch_set_flags(&state, FLAGS_NOT_GIVEN);
	CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
				     sizeof(state)));
	CHECK_EQ(page->dirty, 0);
	/* And so are flags that stay what they are. */
	CHECK_EQ(arch_page_flags(page), FLAGS);
	arch_set_flags(&state, FLAGS_SAME);
	CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
				     sizeof(state)));
	CHECK_EQ(page->dirty, 0);
	CHECK_EQ(arch_page_flags(page), FLAGS);
	arch_set_flags(&state, FLAGS_OTHER);
	CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state,
				     sizeof(state)));
	CHECK_EQ(page->dirty, ZXVM_PAGE_FLAGS);
	CHECK_EQ(arch_page_flags(page), FLAGS_OTHER);
	/* One word valid, the other dirty */
	page->valid = 0;
	page->dirty = ZXVM_PAGE_SP;
	CHECK_OK(zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &back, sizeof(back)));
	CHECK(arch_stack(&back) == arch_stack(&state));
	CHECK_EQ(*arch_general(&back), 0x5a5a5a5a5a5a5a5a);
	CHECK_EQ(zx_vcpu_read_state(vcpu, ZX_VCPU_IO, &back, sizeof(back)),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vcpu_read_state(vcpu, 0, &back, sizeof(back) - 1),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vcpu_write_state(vcpu, 2, &back, sizeof(back)),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vcpu_write_state(vcpu, 0, NULL, sizeof(back)),
		 ZX_ERR_INVALID_ARGS);
	calls = fake_calls;
	CHECK_OK(zx_vcpu_enter(vcpu, &packet));
	CHECK_EQ(fake_calls - calls, 1);
	CHECK(packet.key == 42 && packet.type == ZX_PKT_TYPE_GUEST_MEM);
	CHECK_EQ(zx_vcpu_enter(vcpu, NULL), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vcpu_interrupt(vcpu, 256), ZX_ERR_OUT_OF_RANGE);
	page->exit = ZXVM_EXIT_SYSTEM_RESET;
	CHECK_EQ(zxvm_vcpu_exit_reason(vcpu), ZXVM_EXIT_SYSTEM_RESET);
	pthread_create(&thread, NULL, other_thread, &vcpu);
	pthread_join(thread, NULL);
	CHECK_EQ(other_result[0], ZX_ERR_BAD_STATE);
	CHECK_EQ(other_result[1], ZX_ERR_BAD_STATE);
	CHECK_EQ(other_result[2], ZX_ERR_BAD_STATE);
	CHECK_EQ(other_result[3], ZX_OK);
	CHECK_OK(zx_handle_duplicate(vcpu, ZX_RIGHT_READ, &poor));
	CHECK_EQ(zx_vcpu_enter(poor, &packet), ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(zx_vcpu_kick(poor), ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(zx_vcpu_write_state(poor, 0, &state, sizeof(state)),
		 ZX_ERR_ACCESS_DENIED);
	CHECK(!zxvm_vcpu_regs(poor));
	CHECK_OK(zx_vcpu_read_state(poor, 0, &state, sizeof(state)));
	CHECK_OK(zx_handle_close(poor));
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

static void port_io(void)
{
	zx_vcpu_io_t io = { .access_size = 2, .u32 = 0xaabbccdd };
	struct zxvm_vcpu_page *page;
	zx_handle_t vcpu;

	begin(PAGE);
	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	page = zxvm_vcpu_regs(vcpu);
	if (ARCH_HAS_IO) {
		page->state.x86.rax = ~0ull;
		CHECK_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_IO, &io,
					     sizeof(io)));
		CHECK_EQ(page->state.x86.rax, 0xffffffffffffccddull);
		io.access_size = 8;
	}
	CHECK_EQ(zx_vcpu_write_state(vcpu, ZX_VCPU_IO, &io, sizeof(io)),
		 ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

static void *enter_thread(void *argument)
{
	zx_port_packet_t packet;
	zx_handle_t *vcpu = argument;

	CHECK_OK(zx_vcpu_create(guest, 0, 0, vcpu));
	__atomic_store_n(vcpu + 1, 1, __ATOMIC_RELEASE);
	return (void *)(intptr_t)zx_vcpu_enter(*vcpu, &packet);
}

/* Closing the last handle under enter: the file stays until enter is over. */
static void close_under_enter(void)
{
	zx_handle_t shared[2] = { 0 }, kicker;
	int before, fd, i, spare[8];
	pthread_t thread;
	void *result;

	begin(PAGE);
	before = fake_open_files();
	fake_enter_blocks = 1;
	pthread_create(&thread, NULL, enter_thread, shared);
	while (!__atomic_load_n(&shared[1], __ATOMIC_ACQUIRE))
		zx_nanosleep(zx_deadline_after(ZX_MSEC(1)));
	zx_nanosleep(zx_deadline_after(ZX_MSEC(30)));
	CHECK_OK(zx_handle_duplicate(shared[0], ZX_RIGHT_SAME_RIGHTS,
				     &kicker));
	fd = zxvm_handle_fd(shared[0]);
	CHECK_OK(zx_handle_close(shared[0]));
	CHECK_EQ(zx_vcpu_kick(shared[0]), ZX_ERR_BAD_HANDLE);
	CHECK_EQ(fake_open_files(), before + 2);
	for (i = 0; i < 8; i++) {
		spare[i] = dup(0);
		CHECK(spare[i] != fd);
	}
	CHECK_OK(zx_vcpu_kick(kicker));
	pthread_join(thread, &result);
	CHECK_EQ((intptr_t)result, ZX_ERR_CANCELED);
	CHECK_EQ(fake_open_files(), before + 1);
	fake_enter_blocks = 0;
	for (i = 0; i < 8; i++)
		close(spare[i]);
	CHECK_OK(zx_handle_close(kicker));
	end();
}

/* The child has the handles, but must touch none of the parent's memory. */
static int forked_child(zx_handle_t vcpu)
{
	uint64_t host = fake_backing(0, NULL);
	zx_vcpu_state_t state;
	void *mine = mmap((void *)host, PAGE, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (mine != (void *)host || zxvm_vcpu_regs(vcpu) ||
	    zx_vcpu_read_state(vcpu, 0, &state, sizeof(state)) !=
	    ZX_ERR_BAD_STATE)
		return 1;
	if (map(vmar, RW, 0, 0, PAGE) != ZX_ERR_ACCESS_DENIED ||
	    zx_vmar_protect(vmar, 0, 0, PAGE) != ZX_ERR_ACCESS_DENIED ||
	    zx_vmar_unmap(vmar, 0, PAGE) != ZX_ERR_ACCESS_DENIED)
		return 2;
	if (zx_handle_close(vcpu) || zx_handle_close(guest) ||
	    zx_handle_close(vmar) || zx_handle_close(memory))
		return 3;
	return host_has(host) && !fake_open_files() ? 0 : 4;
}

static void after_fork(void)
{
	zx_handle_t vcpu;
	int status = 0;
	pid_t child;

	begin(PAGE);
	CHECK_OK(map(vmar, RW | ZX_VM_SPECIFIC, 0, 0, PAGE));
	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	child = fork();
	if (!child)
		_exit(forked_child(vcpu));
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	CHECK_OK(zx_handle_close(vcpu));
	end();
}

static const struct tap_test tests[] = {
	{ "create", create },
	{ "map, split, replace", map_and_split },
	{ "protect and op_range", protect },
	{ "traps are cut out of mappings", traps_punch },
	{ "sub-regions", sub_regions },
	{ "memory lives as long as the guest", lifetime },
	{ "registers by the VCPU page", registers },
	{ "the result of IN", port_io },
	{ "closing a VCPU that runs", close_under_enter },
	{ "after fork", after_fork },
};

TAP_MAIN("guest", tests)
