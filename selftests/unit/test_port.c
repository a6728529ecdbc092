// SPDX-License-Identifier: GPL-2.0
/*
 * zxvm/port.c, by the calls of the object that it makes. The rest of the
 * module is stood in for by the functions at the top.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "port.h"
#include "test.h"
#include "vcpu.h"

#define GUEST_FD	7
#define GUEST_KOID	1000
#define FOREVER		S64_MAX

static struct zxvm_object *made;
static struct zxvm_object guest_obj = { .koid = GUEST_KOID };
static unsigned int vcpus_woken, objects_destroyed;
static int give_error;
static ktime_t slept_until;
static void (*while_asleep)(void);

void zxvm_object_init(struct zxvm_object *obj,
		      const struct zxvm_object_type *type, u64 related_koid)
{
	obj->type = type;
	obj->refs.refs = 1;
}

void zxvm_object_get(struct zxvm_object *obj)
{
	obj->refs.refs++;
}

void zxvm_object_put(struct zxvm_object *obj)
{
	if (--obj->refs.refs || obj == &guest_obj)
		return;
	objects_destroyed++;
	obj->type->destroy(obj);
}

int zxvm_handle_give(struct zxvm_object *obj, u32 rights, s32 *fd)
{
	s32 made_fd = 3;

	CHECK_EQ(rights, ZXVM_DEFAULT_PORT_RIGHTS);
	if (give_error)
		return give_error;
	if (copy_to_user(fd, &made_fd, sizeof(made_fd)))
		return -EFAULT;
	zxvm_object_get(obj);
	made = obj;
	return 0;
}

struct zxvm_object *zxvm_handle_get(int fd, u32 type, u32 rights)
{
	CHECK_EQ(type, ZXVM_OBJ_GUEST);
	if (fd != GUEST_FD)
		return ERR_PTR(-EBADF);
	zxvm_object_get(&guest_obj);
	return &guest_obj;
}

void zxvm_vcpu_wake(struct zxvm_vcpu *vcpu)
{
	vcpus_woken++;
}

int schedule_hrtimeout(ktime_t *expires, int mode)
{
	slept_until = expires ? *expires : FOREVER;
	if (!while_asleep)
		return 0;
	while_asleep();
	return -EINTR;
}

static struct zxvm_port *create(void)
{
	struct zxvm_port_create args = {};

	CHECK_EQ(zxvm_port_create(&args), 0);
	CHECK_EQ(args.port, 3);
	return container_of(made, struct zxvm_port, obj);
}

/* The last handle goes */
static void destroy(struct zxvm_port *port)
{
	port->obj.type->no_handles(&port->obj);
	zxvm_object_put(&port->obj);
}

static long call(struct zxvm_port *port, unsigned int cmd, void *arg)
{
	const struct zxvm_call *c;

	for (c = port->obj.type->calls; c->cmd; c++)
		if (c->cmd == cmd)
			return c->fn(&port->obj, (unsigned long)arg, 0);
	CHECK(!"no such call");
	return 0;
}

static long queue(struct zxvm_port *port, u64 key, u8 first_byte)
{
	struct zxvm_packet packet = { .key = key, .type = 99, .status = -5 };

	packet.u.user[0] = first_byte;
	return call(port, ZXVM_PORT_QUEUE, &packet);
}

static long wait_for(struct zxvm_port *port, s64 deadline,
		     struct zxvm_packet *packet)
{
	struct zxvm_port_wait args = { .deadline = deadline };
	long ret = call(port, ZXVM_PORT_WAIT, &args);

	*packet = args.packet;
	return ret;
}

/* The oldest packet's key; ~0 if there is none */
static u64 take(struct zxvm_port *port)
{
	struct zxvm_packet packet;

	return wait_for(port, 0, &packet) ? ~0ULL : packet.key;
}

static long cancel(struct zxvm_port *port, int source, u64 key)
{
	struct zxvm_port_cancel args = { .source = source, .key = key };

	return call(port, ZXVM_PORT_CANCEL, &args);
}

static ssize_t read_port(struct zxvm_port *port, void *buf, size_t size,
			 bool nonblock)
{
	return port->obj.type->read(&port->obj, buf, size, nonblock);
}

static void test_create(void)
{
	struct zxvm_port_create args = { .options = 2 };

	CHECK_EQ(zxvm_port_create(&args), (u64)-EINVAL);
	args.options = 1;
	unit_accesses_left = 0;
	CHECK_EQ(zxvm_port_create(&args), (u64)-EFAULT);
	unit_accesses_left = 1;
	CHECK_EQ(zxvm_port_create(&args), (u64)-EFAULT);
	unit_accesses_left = -1;
	unit_allocations_left = 0;
	CHECK_EQ(zxvm_port_create(&args), (u64)-ENOMEM);
	unit_allocations_left = -1;
	give_error = -EMFILE;
	CHECK_EQ(zxvm_port_create(&args), (u64)-EMFILE);
	give_error = 0;

	/* What failed has left nothing behind. */
	CHECK_EQ(objects_destroyed, 2);
	destroy(create());
	CHECK_EQ(objects_destroyed, 3);
}

static void test_order(void)
{
	struct zxvm_port *port = create();
	struct zxvm_packet packet;
	u64 i;

	for (i = 1; i <= 10; i++)
		CHECK_EQ(queue(port, i, i), 0);
	CHECK_EQ(wait_for(port, 0, &packet), 0);
	CHECK_EQ(packet.key, 1);
	CHECK_EQ(packet.type, ZXVM_PKT_USER);
	CHECK_EQ(packet.status, -5);
	CHECK_EQ(packet.u.user[0], 1);
	for (i = 2; i <= 10; i++)
		CHECK_EQ(take(port), i);
	CHECK_EQ(take(port), ~0ULL);
	destroy(port);
}

static void test_faults(void)
{
	struct zxvm_port *port = create();
	struct zxvm_packet packet;

	unit_accesses_left = 0;
	CHECK_EQ(queue(port, 1, 0), (u64)-EFAULT);
	unit_accesses_left = -1;
	unit_allocations_left = 0;
	CHECK_EQ(queue(port, 1, 0), (u64)-ENOMEM);
	unit_allocations_left = -1;
	CHECK_EQ(take(port), ~0ULL);

	/* A packet that cannot be copied out stays, and first. */
	CHECK_EQ(queue(port, 1, 0), 0);
	CHECK_EQ(queue(port, 2, 0), 0);
	unit_accesses_left = 0;
	CHECK_EQ(wait_for(port, 0, &packet), (u64)-EFAULT);
	unit_accesses_left = 1;
	CHECK_EQ(wait_for(port, 0, &packet), (u64)-EFAULT);
	unit_accesses_left = -1;
	CHECK_EQ(port->user_packets, 2);
	CHECK_EQ(take(port), 1);
	CHECK_EQ(take(port), 2);
	destroy(port);
}

static void test_full(void)
{
	struct zxvm_port *port = create();
	u64 i;

	for (i = 0; i < ZXVM_USER_PACKETS; i++)
		CHECK_EQ(queue(port, i, 0), 0);
	CHECK_EQ(queue(port, i, 0), (u64)-EAGAIN);
	CHECK_EQ(take(port), 0);
	CHECK_EQ(queue(port, i, 0), 0);
	CHECK_EQ(queue(port, i, 0), (u64)-EAGAIN);
	CHECK_EQ(cancel(port, -1, 5), 0);
	CHECK_EQ(queue(port, i, 0), 0);
	destroy(port);
}

static struct zxvm_port *asleep_at;

static void queue_while_asleep(void)
{
	CHECK_EQ(asleep_at->readers.waiters, 1);
	CHECK_EQ(queue(asleep_at, 55, 0), 0);
}

static void signal_while_asleep(void)
{
	unit_signal = true;
}

static void test_wait(void)
{
	struct zxvm_port *port = create();
	struct zxvm_packet packet;

	CHECK_EQ(wait_for(port, 1234, &packet), (u64)-ETIMEDOUT);
	CHECK_EQ(slept_until, 1234);
	CHECK_EQ(port->readers.waiters, 0);

	asleep_at = port;
	while_asleep = queue_while_asleep;
	CHECK_EQ(wait_for(port, FOREVER, &packet), 0);
	CHECK_EQ(packet.key, 55);
	CHECK_EQ(slept_until, FOREVER);
	CHECK_EQ(port->readers.waiters, 0);
	CHECK_EQ(port->readers.wakeups, 1);

	while_asleep = signal_while_asleep;
	CHECK_EQ(wait_for(port, FOREVER, &packet), (u64)-ERESTARTSYS);
	CHECK_EQ(port->readers.waiters, 0);
	unit_signal = false;
	while_asleep = NULL;
	destroy(port);
}

static void test_read(void)
{
	struct zxvm_port *port = create();
	struct zxvm_packet packets[4];
	size_t one = sizeof(packets[0]);
	u64 i;

	CHECK_EQ(read_port(port, packets, one - 1, true), (u64)-EINVAL);
	CHECK_EQ(read_port(port, packets, one, true), (u64)-EAGAIN);
	CHECK_EQ(port->obj.type->poll(&port->obj, NULL, NULL) & EPOLLIN, 0);
	for (i = 0; i < 3; i++)
		CHECK_EQ(queue(port, i, 0), 0);
	CHECK(port->obj.type->poll(&port->obj, NULL, NULL) & EPOLLIN);
	CHECK_EQ(read_port(port, packets, 2 * one + 5, true), 2 * one);
	CHECK_EQ(packets[1].key, 1);
	CHECK_EQ(read_port(port, packets, 4 * one, false), one);
	CHECK_EQ(packets[0].key, 2);

	/* The second packet faults: the first was read. */
	CHECK_EQ(queue(port, 7, 0), 0);
	CHECK_EQ(queue(port, 8, 0), 0);
	unit_accesses_left = 1;
	CHECK_EQ(read_port(port, packets, 4 * one, false), one);
	unit_accesses_left = 0;
	CHECK_EQ(read_port(port, packets, 4 * one, false), (u64)-EFAULT);
	unit_accesses_left = -1;
	CHECK_EQ(take(port), 8);

	asleep_at = port;
	while_asleep = queue_while_asleep;
	CHECK_EQ(read_port(port, packets, 4 * one, false), one);
	CHECK_EQ(packets[0].key, 55);
	while_asleep = signal_while_asleep;
	CHECK_EQ(read_port(port, packets, one, false), (u64)-ERESTARTSYS);
	unit_signal = false;
	while_asleep = NULL;
	destroy(port);
}

static void test_cancel(void)
{
	struct zxvm_port_cancel args = { .source = -1, .reserved = 1 };
	struct zxvm_port *port = create();
	struct zxvm_bell *bell, *other;
	struct zxvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);

	bell = zxvm_bell_create(port, 1, GUEST_KOID);
	other = zxvm_bell_create(port, 1, GUEST_KOID + 1);
	INIT_LIST_HEAD(&vcpu->bell_node);
	CHECK_EQ(call(port, ZXVM_PORT_CANCEL, &args), (u64)-EINVAL);
	CHECK_EQ(cancel(port, -1, 1), (u64)-ENOENT);
	CHECK_EQ(cancel(port, 99, 1), (u64)-EBADF);
	unit_accesses_left = 0;
	CHECK_EQ(cancel(port, -1, 1), (u64)-EFAULT);
	unit_accesses_left = -1;

	/* Of one guest: its bells alone */
	CHECK_EQ(queue(port, 1, 0), 0);
	CHECK_EQ(zxvm_bell_ring(bell, 0x1000, vcpu), 0);
	CHECK_EQ(zxvm_bell_ring(other, 0x2000, vcpu), 0);
	CHECK_EQ(cancel(port, GUEST_FD, 2), (u64)-ENOENT);
	CHECK_EQ(cancel(port, GUEST_FD, 1), 0);
	CHECK_EQ(cancel(port, GUEST_FD, 1), (u64)-ENOENT);
	CHECK_EQ(guest_obj.refs.refs, 0);

	/* Of all sources: all with the key */
	CHECK_EQ(queue(port, 2, 0), 0);
	CHECK_EQ(queue(port, 1, 0), 0);
	CHECK_EQ(cancel(port, -1, 1), 0);
	CHECK_EQ(port->user_packets, 1);
	CHECK_EQ(take(port), 2);
	CHECK_EQ(take(port), ~0ULL);

	zxvm_bell_destroy(bell);
	zxvm_bell_destroy(other);
	kfree(vcpu);
	destroy(port);
}

static void test_bells(void)
{
	struct zxvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);
	struct zxvm_port *port = create();
	struct zxvm_packet packet;
	struct zxvm_bell *bell;
	u64 i;

	INIT_LIST_HEAD(&vcpu->bell_node);
	unit_allocations_left = 0;
	CHECK(!zxvm_bell_create(port, 9, GUEST_KOID));
	unit_allocations_left = -1;
	bell = zxvm_bell_create(port, 9, GUEST_KOID);

	for (i = 0; i < ZXVM_BELL_PACKETS; i++)
		CHECK_EQ(zxvm_bell_ring(bell, i << 12, vcpu), 0);
	CHECK(list_empty(&vcpu->bell_node));
	CHECK_EQ(port->user_packets, 0);

	/* One more blocks, until one is taken; asked twice, it waits once. */
	CHECK_EQ(zxvm_bell_ring(bell, 0x5555, vcpu), (u64)-EAGAIN);
	CHECK_EQ(zxvm_bell_ring(bell, 0x5555, vcpu), (u64)-EAGAIN);
	CHECK(!list_empty(&vcpu->bell_node));
	vcpus_woken = 0;
	CHECK_EQ(wait_for(port, 0, &packet), 0);
	CHECK_EQ(vcpus_woken, 1);
	CHECK(list_empty(&vcpu->bell_node));
	CHECK_EQ(packet.key, 9);
	CHECK_EQ(packet.type, ZXVM_PKT_GUEST_BELL);
	CHECK_EQ(packet.status, 0);
	CHECK_EQ(packet.u.bell.addr, 0);
	CHECK_EQ(zxvm_bell_ring(bell, 0x5555, vcpu), 0);

	/* A kick takes it out of the list. */
	CHECK_EQ(zxvm_bell_ring(bell, 0x6666, vcpu), (u64)-EAGAIN);
	zxvm_bell_unblock(bell, vcpu);
	CHECK(list_empty(&vcpu->bell_node));
	zxvm_bell_unblock(bell, vcpu);

	for (i = 1; i < ZXVM_BELL_PACKETS; i++) {
		CHECK_EQ(wait_for(port, 0, &packet), 0);
		CHECK_EQ(packet.u.bell.addr, i << 12);
	}
	CHECK_EQ(wait_for(port, 0, &packet), 0);
	CHECK_EQ(packet.u.bell.addr, 0x5555);
	CHECK_EQ(vcpus_woken, 1);

	zxvm_bell_destroy(bell);
	kfree(vcpu);
	destroy(port);
}

/* A guest goes: its packets go, those of others stay in order */
static void test_guest_goes(void)
{
	struct zxvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);
	struct zxvm_port *port = create();
	struct zxvm_bell *bell = zxvm_bell_create(port, 1, GUEST_KOID);
	struct zxvm_bell *other = zxvm_bell_create(port, 2, GUEST_KOID);

	INIT_LIST_HEAD(&vcpu->bell_node);
	CHECK_EQ(queue(port, 10, 0), 0);
	CHECK_EQ(zxvm_bell_ring(bell, 0, vcpu), 0);
	CHECK_EQ(zxvm_bell_ring(other, 0, vcpu), 0);
	CHECK_EQ(zxvm_bell_ring(bell, 0, vcpu), 0);
	CHECK_EQ(queue(port, 1, 0), 0);
	zxvm_bell_destroy(bell);
	CHECK_EQ(take(port), 10);
	CHECK_EQ(take(port), 2);
	CHECK_EQ(take(port), 1);
	CHECK_EQ(take(port), ~0ULL);
	zxvm_bell_destroy(other);
	kfree(vcpu);
	destroy(port);
}

/* The last handle of a port goes before its bells */
static void test_port_goes(void)
{
	struct zxvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);
	struct zxvm_port *port = create();
	struct zxvm_bell *bell = zxvm_bell_create(port, 1, GUEST_KOID);
	unsigned int destroyed = objects_destroyed;
	u64 i;

	INIT_LIST_HEAD(&vcpu->bell_node);
	CHECK_EQ(queue(port, 10, 0), 0);
	for (i = 0; i < ZXVM_BELL_PACKETS; i++)
		CHECK_EQ(zxvm_bell_ring(bell, 0, vcpu), 0);
	CHECK_EQ(zxvm_bell_ring(bell, 0, vcpu), (u64)-EAGAIN);
	vcpus_woken = 0;
	destroy(port);
	CHECK_EQ(vcpus_woken, 1);
	CHECK_EQ(objects_destroyed, destroyed);
	CHECK_EQ(zxvm_bell_ring(bell, 0, vcpu), (u64)-EBADFD);
	CHECK(list_empty(&vcpu->bell_node));
	zxvm_bell_destroy(bell);
	CHECK_EQ(objects_destroyed, destroyed + 1);
	kfree(vcpu);
}

static const struct test tests[] = {
	{ "port: create", test_create },
	{ "port: first in, first out", test_order },
	{ "port: faults lose nothing", test_faults },
	{ "port: full", test_full },
	{ "port: wait", test_wait },
	{ "port: read and poll", test_read },
	{ "port: cancel", test_cancel },
	{ "port: bells and back-pressure", test_bells },
	{ "port: a guest goes", test_guest_goes },
	{ "port: the port goes first", test_port_goes },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
