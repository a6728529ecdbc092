// SPDX-License-Identifier: GPL-2.0
/*
 * The guest object: it owns its memory, its traps, its interrupt lines and
 * the numbers of its VCPUs.
 *
 * Locks, outermost first:
 *
 *   guest->lock (mutex)            VCPU numbers, new traps
 *     vmar->lock (rwsem)           mappings: write to change, read to fault
 *       mm->mmap_lock              inside zxvm_mapping_fill() and _create()
 *         vmar->pt_lock (spin)     second-stage table; taken in the notifier
 *     traps->lock (spin)           a trap goes into its tree
 *   vcpu.c:owners_lock (mutex)     which thread owns a VCPU; alone
 *   vmid.c:vmid_lock (mutex)       arm64: a guest gets a VMID; alone
 *   own.c:own_lock (mutex)         x86: virtualization goes on and off
 *     the kernel's hotplug lock    on all CPUs at once
 *   port->lock (spin, irqs off)    packets; taken on the exit path
 *   an eventfd's wait queue        an irqfd is signalled
 *     irqfd_lock (spin, irqs off)  the lists of irqfds
 *   ioapic->lock (raw spin, irqs off) x86: pins of the I/O APIC; any context
 *     zxvm_lapic->lock (raw spin)  x86: keeps a VCPU while it is notified
 *   svm_guest->lock (raw spin)     x86: AVIC's logical table; alone
 *   vgic->lock (raw spin, irqs off) arm64: interrupt state; any context
 *     the scheduler's              a VCPU is woken or kicked
 *
 * Registers of a VCPU have no lock: they belong to its owner thread. A VCPU
 * looks its traps up under a sequence count.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "guest.h"
#include "irqfd.h"
#include "port.h"
#include "vcpu.h"

static struct zxvm_guest *to_guest(struct zxvm_object *obj)
{
	return container_of(obj, struct zxvm_guest, obj);
}

static void free_trap(struct zxvm_trap *trap)
{
	if (trap->bell)
		zxvm_bell_destroy(trap->bell);
	kfree(trap);
}

static void free_traps(struct zxvm_traps *traps)
{
	struct zxvm_trap *trap;

	while ((trap = zxvm_trap_remove_first(traps)))
		free_trap(trap);
}

/*
 * Check the kind, its port and the interval, in Zircon's order. Zircon cannot
 * trap I/O port 0xffff; here it is a port like the others.
 */
static int check_trap(const struct zxvm_trap_args *args, bool has_port)
{
	u64 limit = ZXVM_ARCH_ASPACE_SIZE;

	switch (args->kind) {
	case ZXVM_TRAP_IO:
		if (!ZXVM_ARCH_HAS_IO)
			return -EOPNOTSUPP;
		if (has_port)
			return -EINVAL;
		if (!args->size || args->addr > U16_MAX ||
		    args->size > U16_MAX + 1 - args->addr)
			return -ERANGE;
		return 0;
	case ZXVM_TRAP_MEM:
		if (has_port)
			return -EINVAL;
		break;
	case ZXVM_TRAP_BELL:
		if (!has_port)
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}
	if ((args->addr | args->size) % ZXVM_TRAP_ALIGN || !args->size ||
	    args->addr >= limit || args->size > limit - args->addr)
		return -EINVAL;
	return 0;
}

/* All that can fail is done before the first change. */
static int insert_trap(struct zxvm_guest *guest,
		       const struct zxvm_trap_args *args,
		       struct zxvm_trap *trap)
{
	bool io = args->kind == ZXVM_TRAP_IO;
	struct zxvm_traps *traps = io ? &guest->io_traps : &guest->traps;
	int ret;

	lockdep_assert_held(&guest->lock);
	if (zxvm_trap_meets(traps, trap->range.start, trap->range.last))
		return -EEXIST;
	if (!io) {
		ret = zxvm_vmar_punch(guest->vmar, trap->range.start,
				      trap->range.last);
		if (ret)
			return ret;
	}
	return zxvm_trap_insert(traps, trap);
}

static int set_trap(struct zxvm_guest *guest,
		    const struct zxvm_trap_args *args, struct zxvm_port *port)
{
	struct zxvm_trap *trap;
	int ret;

	ret = check_trap(args, port);
	if (ret)
		return ret;
	trap = kzalloc(sizeof(*trap), GFP_KERNEL_ACCOUNT);
	if (!trap)
		return -ENOMEM;
	trap->range.start = args->addr;
	trap->range.last = args->addr + args->size - 1;
	trap->key = args->key;
	if (port) {
		trap->bell = zxvm_bell_create(port, args->key,
					      guest->obj.koid);
		if (!trap->bell) {
			ret = -ENOMEM;
			goto err_free;
		}
	}
	mutex_lock(&guest->lock);
	ret = insert_trap(guest, args, trap);
	mutex_unlock(&guest->lock);
	if (ret)
		goto err_free;
	return 0;

err_free:
	free_trap(trap);
	return ret;
}

/**
 * zxvm_guest_reserve() - keep a range for a device in the kernel
 * @guest: that is being created
 * @start: first guest-physical address, of a page
 * @size: in bytes, whole pages
 *
 * It is a trap like others: memory that is mapped there does not hide it, and
 * user space cannot trap it.
 *
 * Context: may sleep.
 * Return: 0, -EEXIST or -ENOMEM.
 */
int zxvm_guest_reserve(struct zxvm_guest *guest, u64 start, u64 size)
{
	struct zxvm_trap_args args = {
		.kind = ZXVM_TRAP_MEM,
		.addr = start,
		.size = size,
	};

	return set_trap(guest, &args, NULL);
}

static long guest_set_trap(struct zxvm_object *obj, unsigned long arg,
			   u32 rights)
{
	struct zxvm_object *port = NULL;
	struct zxvm_trap_args args;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (args.port != -1) {
		port = zxvm_handle_get(args.port, ZXVM_OBJ_PORT,
				       ZXVM_RIGHT_WRITE);
		if (IS_ERR(port))
			return PTR_ERR(port);
	}
	ret = set_trap(to_guest(obj), &args,
		       port ? container_of(port, struct zxvm_port, obj) : NULL);
	if (port)
		zxvm_object_put(port);
	return ret;
}

static long guest_vcpu_create(struct zxvm_object *obj, unsigned long arg,
			      u32 rights)
{
	return zxvm_vcpu_create(to_guest(obj), (void __user *)arg);
}

/* Lines exist only with an irqchip. */
static int check_line(struct zxvm_guest *guest, u32 line)
{
	if (!zxvm_has_irqchip(guest))
		return -EOPNOTSUPP;
	return zxvm_arch_line_valid(guest, line) ? 0 : -EINVAL;
}

static long guest_set_line(struct zxvm_object *obj, unsigned long arg,
			   u32 rights)
{
	struct zxvm_guest *guest = to_guest(obj);
	struct zxvm_line args;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	ret = check_line(guest, args.line);
	if (ret)
		return ret;
	if (args.level > 1)
		return -EINVAL;
	zxvm_arch_set_line(guest, args.line, args.level);
	return 0;
}

/* One flag at most; the second eventfd comes with its flag. */
static int check_irqfd(const struct zxvm_irqfd *args)
{
	switch (args->flags) {
	case ZXVM_IRQFD_RESAMPLE:
		return ZXVM_ARCH_HAS_RESAMPLE ? 0 : -EOPNOTSUPP;
	case ZXVM_IRQFD_DEASSIGN:
	case 0:
		return args->resamplefd ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static long guest_irqfd(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_guest *guest = to_guest(obj);
	struct zxvm_irqfd args;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	ret = check_irqfd(&args);
	if (ret)
		return ret;
	ret = check_line(guest, args.line);
	if (ret)
		return ret;
	return zxvm_irqfd(guest, &args);
}

static long guest_msi(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_guest *guest = to_guest(obj);
	struct zxvm_msi args;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (args.flags)
		return -EINVAL;
	if (!zxvm_has_irqchip(guest))
		return -EOPNOTSUPP;
	return zxvm_arch_msi(guest, args.address, args.data);
}

static void guest_destroy(struct zxvm_object *obj)
{
	struct zxvm_guest *guest = to_guest(obj);

	zxvm_irqfd_release(guest);
	free_traps(&guest->traps);
	free_traps(&guest->io_traps);
	zxvm_vmar_kill(guest->vmar);
	zxvm_arch_guest_destroy(guest);
	zxvm_object_put(&guest->vmar->obj);
	mutex_destroy(&guest->lock);
	kfree(guest);
}

static const struct zxvm_call guest_calls[] = {
	{ ZXVM_GUEST_SET_LINE, ZXVM_RIGHT_WRITE, guest_set_line },
	{ ZXVM_GUEST_SET_TRAP, ZXVM_RIGHT_WRITE, guest_set_trap },
	{ ZXVM_VCPU_CREATE, ZXVM_RIGHT_MANAGE_THREAD, guest_vcpu_create },
	{ ZXVM_GUEST_IRQFD, ZXVM_RIGHT_WRITE, guest_irqfd },
	{ ZXVM_GUEST_MSI, ZXVM_RIGHT_WRITE, guest_msi },
	{ }
};

static const struct zxvm_object_type guest_type = {
	.name = "[zxvm-guest]",
	.type = ZXVM_OBJ_GUEST,
	.rights = ZXVM_DEFAULT_GUEST_RIGHTS,
	.calls = guest_calls,
	.destroy = guest_destroy,
};

static int check_create(const struct zxvm_guest_create *args)
{
	if (args->options & ~ZXVM_GUEST_IRQCHIP || args->reserved[0] ||
	    args->reserved[1])
		return -EINVAL;
	if (!(args->options & ZXVM_GUEST_IRQCHIP) &&
	    (args->irqchip_lines || args->irqchip_base[0] ||
	     args->irqchip_base[1]))
		return -EINVAL;
	return 0;
}

static struct zxvm_guest *new_guest(const struct zxvm_guest_create *args)
{
	struct zxvm_guest *guest;
	int ret;

	guest = kzalloc(sizeof(*guest), GFP_KERNEL_ACCOUNT);
	if (!guest)
		return ERR_PTR(-ENOMEM);
	zxvm_object_init(&guest->obj, &guest_type, 0);
	mutex_init(&guest->lock);
	zxvm_traps_init(&guest->traps);
	zxvm_traps_init(&guest->io_traps);
	INIT_LIST_HEAD(&guest->irqfds);
	INIT_LIST_HEAD(&guest->resamplers);
	guest->options = args->options;

	guest->vmar = zxvm_vmar_create(guest->obj.koid, &guest->traps);
	if (IS_ERR(guest->vmar)) {
		ret = PTR_ERR(guest->vmar);
		goto err_free;
	}
	ret = zxvm_arch_guest_init(guest, args);
	if (ret)
		goto err_vmar;
	return guest;

err_vmar:
	free_traps(&guest->traps);
	zxvm_vmar_kill(guest->vmar);
	zxvm_object_put(&guest->vmar->obj);
err_free:
	kfree(guest);
	return ERR_PTR(ret);
}

/* Both files or none */
static int install(struct zxvm_guest *guest, struct zxvm_guest_create *args,
		   struct zxvm_guest_create __user *uargs)
{
	struct zxvm_new_handle guest_handle, vmar_handle;
	int ret;

	ret = zxvm_handle_prepare(&guest->obj, guest_type.rights,
				  &guest_handle);
	if (ret)
		return ret;
	ret = zxvm_handle_prepare(&guest->vmar->obj, zxvm_vmar_type.rights,
				  &vmar_handle);
	if (ret)
		goto err_guest;
	args->guest = guest_handle.fd;
	args->vmar = vmar_handle.fd;
	if (copy_to_user(uargs, args, sizeof(*args))) {
		ret = -EFAULT;
		goto err_vmar;
	}
	zxvm_handle_commit(&guest_handle);
	zxvm_handle_commit(&vmar_handle);
	return 0;

err_vmar:
	zxvm_handle_abort(&vmar_handle);
err_guest:
	zxvm_handle_abort(&guest_handle);
	return ret;
}

/**
 * zxvm_guest_create() - ZXVM_GUEST_CREATE
 * @arg: the ioctl's argument
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, -EINVAL, -ENOMEM, -EOPNOTSUPP (the host has no such
 * irqchip), or what zxvm_handle_prepare() says.
 */
int zxvm_guest_create(struct zxvm_guest_create __user *arg)
{
	struct zxvm_guest_create args;
	struct zxvm_guest *guest;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	ret = check_create(&args);
	if (ret)
		return ret;
	guest = new_guest(&args);
	if (IS_ERR(guest))
		return PTR_ERR(guest);
	ret = install(guest, &args, arg);
	zxvm_object_put(&guest->obj);
	return ret;
}
