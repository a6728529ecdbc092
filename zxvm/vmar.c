// SPDX-License-Identifier: GPL-2.0
/*
 * The VMAR calls: what user space may do with a guest's address space.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "mapping.h"
#include "trap.h"

#define MAP_FLAGS	(ZXVM_PERMS | ZXVM_VM_SPECIFIC | \
			 ZXVM_VM_SPECIFIC_OVERWRITE | ZXVM_VM_MAP_RANGE)

/* Either of them names the address; the second one also makes room there. */
#define SPECIFIC	(ZXVM_VM_SPECIFIC | ZXVM_VM_SPECIFIC_OVERWRITE)

static struct zxvm_vmar *to_vmar(struct zxvm_object *obj)
{
	return container_of(obj, struct zxvm_vmar, obj);
}

/* Write and execute permission go with read permission, as in Zircon. */
static bool valid_perms(u32 perms)
{
	return !(perms & ~ZXVM_PERMS) &&
	       (!perms || perms & ZXVM_VM_PERM_READ);
}

/* The rights on the VMAR that a mapping with these permissions takes */
static u32 needed_rights(u32 perms)
{
	return (perms & ZXVM_VM_PERM_READ ? ZXVM_RIGHT_READ : 0) |
	       (perms & ZXVM_VM_PERM_WRITE ? ZXVM_RIGHT_WRITE : 0) |
	       (perms & ZXVM_VM_PERM_EXECUTE ? ZXVM_RIGHT_EXECUTE : 0);
}

/* Turns an address and a size into an interval of whole pages. */
static int page_interval(u64 address, u64 size, u64 *last)
{
	if (!PAGE_ALIGNED(address) || !size || size > ZXVM_ARCH_ASPACE_SIZE)
		return -EINVAL;
	size = PAGE_ALIGN(size);
	if (address >= ZXVM_ARCH_ASPACE_SIZE ||
	    size > ZXVM_ARCH_ASPACE_SIZE - address)
		return -EINVAL;
	*last = address + size - 1;
	return 0;
}

/* Mappings belong to the process that created the guest. */
static int lock_for_edit(struct zxvm_vmar *vmar)
{
	if (vmar->mm != current->mm)
		return -EPERM;
	if (down_write_killable(&vmar->lock))
		return -EINTR;
	if (vmar->dead) {
		up_write(&vmar->lock);
		return -EBADFD;
	}
	return 0;
}

static int check_map_args(const struct zxvm_vmar_map *args)
{
	u32 perms = args->flags & ZXVM_PERMS;
	u64 last;
	int ret;

	if (args->flags & ~MAP_FLAGS || args->reserved || !valid_perms(perms))
		return -EINVAL;
	if (!PAGE_ALIGNED(args->address) ||
	    args->address != untagged_addr(args->address))
		return -EINVAL;
	if (!(args->flags & SPECIFIC) && args->offset)
		return -EINVAL;
	ret = page_interval(args->offset, args->size, &last);
	if (ret)
		return ret;
	/* The whole range must be one that a process may have. */
	if (!access_ok(u64_to_user_ptr(args->address),
		       PAGE_ALIGN(args->size)))
		return -EINVAL;
	return 0;
}

/* Enter the pages that the process has already; it is no error if not all. */
static void prefault(struct zxvm_vmar *vmar, u64 start, u64 last)
{
	struct zxvm_page_cache cache = {};
	u64 gpa = start, address, next;
	struct zxvm_mapping *map;

	if (down_read_killable(&vmar->lock))
		return;
	while (gpa < last && !fatal_signal_pending(current)) {
		cond_resched();
		map = zxvm_mapping_first(vmar, gpa, gpa);
		if (!map)
			break;
		/* A range of 100 TiB may be next to empty. */
		address = map->address + (gpa - map->range.start);
		next = zxvm_peek_next(address);
		if (next > address) {
			gpa += next - address;
			continue;
		}
		if (!zxvm_trap_meets(vmar->traps, gpa, gpa) &&
		    zxvm_mapping_fill(map, &cache, gpa, ZXVM_VM_PERM_READ,
				      false) == -ENOMEM)
			break;
		gpa += PAGE_SIZE;
	}
	up_read(&vmar->lock);
	zxvm_page_cache_free(&cache);
}

/* Place the mapping, vmar->lock held for writing. */
static int map_locked(struct zxvm_vmar *vmar, struct zxvm_vmar_map *args)
{
	u64 size = PAGE_ALIGN(args->size), start = args->offset;
	struct zxvm_mapping *map;
	int ret;

	if (!(args->flags & SPECIFIC)) {
		ret = zxvm_range_gap(&vmar->mappings, ZXVM_ARCH_ASPACE_SIZE - 1,
				     size, PAGE_SIZE, &start);
		if (ret)
			return ret;
	} else if (!(args->flags & ZXVM_VM_SPECIFIC_OVERWRITE) &&
		   zxvm_mapping_first(vmar, start, start + size - 1)) {
		return -EEXIST;
	}

	map = zxvm_mapping_create(vmar, start, start + size - 1, args->address,
				  args->flags & ZXVM_PERMS);
	if (IS_ERR(map))
		return PTR_ERR(map);
	ret = zxvm_vmar_edit(vmar, start, start + size - 1, ZXVM_UNMAP, map);
	if (ret) {
		zxvm_mapping_free(map);
		return ret;
	}
	args->mapped = start;
	return 0;
}

static long vmar_map(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_vmar_map __user *uargs = (void __user *)arg;
	struct zxvm_vmar *vmar = to_vmar(obj);
	struct zxvm_vmar_map args;
	int ret;

	if (copy_from_user(&args, uargs, sizeof(args)))
		return -EFAULT;
	ret = check_map_args(&args);
	if (ret)
		return ret;
	if (needed_rights(args.flags & ZXVM_PERMS) & ~rights)
		return -EACCES;
	/* A result that cannot be stored is found out while nothing changed. */
	if (put_user(args.offset, &uargs->mapped))
		return -EFAULT;

	ret = lock_for_edit(vmar);
	if (ret)
		return ret;
	ret = map_locked(vmar, &args);
	up_write(&vmar->lock);
	if (ret)
		return ret;
	if (args.flags & ZXVM_VM_MAP_RANGE)
		prefault(vmar, args.mapped,
			 args.mapped + PAGE_ALIGN(args.size) - 1);
	return put_user(args.mapped, &uargs->mapped);
}

static long vmar_unmap(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_vmar *vmar = to_vmar(obj);
	struct zxvm_vmar_range args;
	u64 last;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (args.flags || args.reserved)
		return -EINVAL;
	ret = page_interval(args.address, args.size, &last);
	if (ret)
		return ret;
	ret = lock_for_edit(vmar);
	if (ret)
		return ret;
	ret = zxvm_vmar_edit(vmar, args.address, last, ZXVM_UNMAP, NULL);
	up_write(&vmar->lock);
	return ret;
}

/* Is every address of the interval mapped? vmar->lock is held. */
static bool mapped_whole(struct zxvm_vmar *vmar, u64 start, u64 last)
{
	struct zxvm_mapping *map = zxvm_mapping_first(vmar, start, last);

	for (; map && map->range.start <= start;
	     map = zxvm_mapping_next(map, last)) {
		if (map->range.last >= last)
			return true;
		start = map->range.last + 1;
	}
	return false;
}

static long vmar_protect(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_vmar *vmar = to_vmar(obj);
	struct zxvm_vmar_range args;
	u64 last;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (!valid_perms(args.flags) || args.reserved)
		return -EINVAL;
	ret = page_interval(args.address, args.size, &last);
	if (ret)
		return ret;
	if (needed_rights(args.flags) & ~rights)
		return -EACCES;
	ret = lock_for_edit(vmar);
	if (ret)
		return ret;
	if (mapped_whole(vmar, args.address, last))
		ret = zxvm_vmar_edit(vmar, args.address, last, args.flags,
				     NULL);
	else
		ret = -ENOENT;
	up_write(&vmar->lock);
	return ret;
}

static long vmar_info(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_vmar_info info = {
		.base = 0,
		.size = ZXVM_ARCH_ASPACE_SIZE,
	};

	return copy_to_user((void __user *)arg, &info, sizeof(info)) ?
		-EFAULT : 0;
}

static void vmar_destroy(struct zxvm_object *obj)
{
	kfree(to_vmar(obj));
}

static const struct zxvm_call vmar_calls[] = {
	{ ZXVM_VMAR_MAP, 0, vmar_map },
	{ ZXVM_VMAR_UNMAP, 0, vmar_unmap },
	{ ZXVM_VMAR_PROTECT, 0, vmar_protect },
	{ ZXVM_VMAR_INFO, ZXVM_RIGHT_INSPECT, vmar_info },
	{ }
};

const struct zxvm_object_type zxvm_vmar_type = {
	.name = "[zxvm-vmar]",
	.type = ZXVM_OBJ_VMAR,
	.rights = ZXVM_DEFAULT_VMAR_RIGHTS,
	.calls = vmar_calls,
	.destroy = vmar_destroy,
};
