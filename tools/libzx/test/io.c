// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* zxvm_complete_io: IN, OUT, INS and OUTS of an x86 guest. */
#include <string.h>

#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "arch.h"
#include "fake.h"
#include "tap.h"

#define MEMORY	0x4000u

static struct {
	uint8_t memory[MEMORY];
	uint64_t refuse;	/* an address that is no memory */
	char log[512];
	uint32_t next;		/* what the device gives */
} world;

static uint32_t in(void *context, uint64_t key, uint16_t port, uint8_t size)
{
	size_t used = strlen(world.log);

	CHECK(context == &world);
	snprintf(world.log + used, sizeof(world.log) - used, "i%llu.%x.%d ",
		 (unsigned long long)key, port, size);
	return world.next++;
}

static void out(void *context, uint64_t key, uint16_t port, uint8_t size,
		uint32_t value)
{
	size_t used = strlen(world.log);

	CHECK(context == &world);
	snprintf(world.log + used, sizeof(world.log) - used, "o%llu.%x.%d=%x ",
		 (unsigned long long)key, port, size, value);
}

static zx_status_t memory(void *context, bool write, uint64_t address,
			  void *bytes, size_t size)
{
	CHECK(context == &world);
	CHECK(address / 4096 == (address + size - 1) / 4096);
	if (address == world.refuse || address > MEMORY - size)
		return ZX_ERR_NOT_FOUND;
	if (write)
		memcpy(world.memory + address, bytes, size);
	else
		memcpy(bytes, world.memory + address, size);
	return ZX_OK;
}

static const struct zxvm_io_ops ops = {
	.context = &world,
	.in = in,
	.out = out,
	.memory = memory,
};

static struct zxvm_packet packet_of(uint8_t size, bool input)
{
	struct zxvm_packet packet = { .key = 7, .type = ZXVM_PKT_GUEST_IO };

	memset(&world, 0, sizeof(world));
	world.refuse = ~0ull;
	world.next = 0x11223344;
	packet.u.io.port = 0x3f8;
	packet.u.io.access_size = size;
	packet.u.io.input = input;
	return packet;
}

static zx_status_t complete(zx_handle_t vcpu, const struct zxvm_packet *from)
{
	zx_port_packet_t packet;

	memcpy(&packet, from, sizeof(packet));
	return zxvm_complete_io(vcpu, &packet, &ops);
}

static void single(void)
{
	zx_handle_t guest, vmar, vcpu;
	struct zxvm_vcpu_page *page;
	struct zxvm_packet packet;

	CHECK_OK(zx_guest_create(0, 0, &guest, &vmar));
	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	packet = packet_of(2, false);
	packet.u.io.data = 0xbeef;
	CHECK_OK(complete(vcpu, &packet));
	CHECK(!strcmp(world.log, "o7.3f8.2=beef "));
	packet = packet_of(1, true);
	if (ARCH_HAS_IO) {
		page = zxvm_vcpu_regs(vcpu);
		page->state.x86.rax = ~0ull;
		CHECK_OK(complete(vcpu, &packet));
		CHECK_EQ(page->state.x86.rax, 0xffffffffffffff44ull);
		/* The kernel has cleared the upper half of RAX for 32 bits. */
		packet = packet_of(4, true);
		page->state.x86.rax = 0;
		CHECK_OK(complete(vcpu, &packet));
		CHECK_EQ(page->state.x86.rax, 0x11223344ull);
	} else {
		CHECK_EQ(complete(vcpu, &packet), ZX_ERR_INVALID_ARGS);
	}
	CHECK_OK(zx_handle_close(vcpu));
	CHECK_OK(zx_handle_close(vmar));
	CHECK_OK(zx_handle_close(guest));
}

static void outs(void)
{
	struct zxvm_packet packet = packet_of(1, false);

	memcpy(world.memory + 0x100, "abc", 3);
	packet.u.io.flags = ZXVM_IO_STRING;
	packet.u.io.address = 0x100;
	packet.u.io.count = 3;
	CHECK_OK(complete(0, &packet));
	CHECK(!strcmp(world.log, "o7.3f8.1=61 o7.3f8.1=62 o7.3f8.1=63 "));
	packet = packet_of(2, false);
	memcpy(world.memory + 0xffc, "abcd", 4);
	packet.u.io.flags = ZXVM_IO_STRING | ZXVM_IO_DOWN;
	packet.u.io.address = 0xffe;
	packet.u.io.count = 2;
	CHECK_OK(complete(0, &packet));
	CHECK(!strcmp(world.log, "o7.3f8.2=6463 o7.3f8.2=6261 "));
	/* The guest asked for nothing: so is it. */
	packet.u.io.count = 0;
	world.log[0] = 0;
	CHECK_OK(complete(0, &packet));
	CHECK(!world.log[0]);
}

static void ins(void)
{
	struct zxvm_packet packet = packet_of(4, true);

	packet.u.io.flags = ZXVM_IO_STRING;
	packet.u.io.address = 0x200;
	packet.u.io.count = 2;
	CHECK_OK(complete(0, &packet));
	CHECK(!memcmp(world.memory + 0x200, "\x44\x33\x22\x11\x45\x33\x22\x11",
		      8));
	CHECK(!strcmp(world.log, "i7.3f8.4 i7.3f8.4 "));
}

/* The second half is in a page that need not follow the first one. */
static void crossing(void)
{
	struct zxvm_packet packet = packet_of(4, true);

	packet.u.io.flags = ZXVM_IO_STRING;
	packet.u.io.address = 0x1fff;
	packet.u.io.next = 0x1000;
	packet.u.io.count = 1;
	CHECK_OK(complete(0, &packet));
	CHECK_EQ(world.memory[0x1fff], 0x44);
	CHECK(!memcmp(world.memory + 0x1000, "\x33\x22\x11\x00", 4));
	CHECK_EQ(world.memory[0x2000], 0);
	packet.u.io.input = 0;
	world.log[0] = 0;
	CHECK_OK(complete(0, &packet));
	CHECK(!strcmp(world.log, "o7.3f8.4=11223344 "));
	world.log[0] = 0;
	world.refuse = 0x1000;
	CHECK_EQ(complete(0, &packet), ZX_ERR_NOT_FOUND);
	CHECK(!world.log[0]);
}

static void refused(void)
{
	struct zxvm_packet packet = packet_of(8, true);
	zx_port_packet_t any;

	CHECK_EQ(complete(0, &packet), ZX_ERR_INVALID_ARGS);
	packet = packet_of(1, true);
	packet.type = ZXVM_PKT_GUEST_MEM;
	CHECK_EQ(complete(0, &packet), ZX_ERR_INVALID_ARGS);
	packet = packet_of(1, true);
	CHECK_EQ(complete(0, &packet), ZX_ERR_BAD_HANDLE);
	memcpy(&any, &packet, sizeof(any));
	CHECK_EQ(zxvm_complete_io(0, NULL, &ops), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zxvm_complete_io(0, &any, NULL), ZX_ERR_INVALID_ARGS);
	/* What cannot be done ends it: nothing after it is done. */
	packet = packet_of(1, false);
	packet.u.io.flags = ZXVM_IO_STRING;
	packet.u.io.address = 0x10;
	packet.u.io.count = 4;
	world.refuse = 0x12;
	CHECK_EQ(complete(0, &packet), ZX_ERR_NOT_FOUND);
	CHECK(!strcmp(world.log, "o7.3f8.1=0 o7.3f8.1=0 "));
}

static const struct tap_test tests[] = {
	{ "IN and OUT", single },
	{ "OUTS", outs },
	{ "INS", ins },
	{ "an element in two pages", crossing },
	{ "what is refused", refused },
};

TAP_MAIN("io", tests)
