// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory as the kernel itself reads and writes it: through the user
 * memory that is mapped there, with the rights of the mapping.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "mapping.h"
#include "memory.h"

/* Returns how many bytes at the end have not been copied. */
static unsigned long try_copy(unsigned long address, void *buf, size_t size,
			      bool write)
{
	void __user *user = (void __user *)address;

	return write ? copy_to_user(user, buf, size) :
		       copy_from_user(buf, user, size);
}

/*
 * Up to the end of the mapping; returns the number of bytes, or an error. A
 * copy does not say why it fails, be it a signal or a lack of memory for the
 * moment: fault the page in to find out.
 */
static ssize_t copy_piece(struct zxvm_vmar *vmar, u64 gpa, void *buf,
			  size_t size, bool write)
{
	u32 need = write ? ZXVM_VM_PERM_WRITE : ZXVM_VM_PERM_READ;
	struct zxvm_mapping *map = zxvm_mapping_first(vmar, gpa, gpa);
	unsigned long address, left, pfn;
	int ret;

	if (!map)
		return -ENOENT;
	if (!(map->perms & need))
		return -EOPNOTSUPP;
	size = min_t(u64, size, map->range.last - gpa + 1);
	address = map->address + (gpa - map->range.start);
	while ((left = try_copy(address, buf, size, write))) {
		if (signal_pending(current))
			return -EINTR;
		ret = zxvm_fault_in(address + size - left, need, &pfn);
		if (ret)
			return ret;
	}
	return size;
}

static int copy(struct zxvm_vmar *vmar, u64 gpa, void *buf, size_t size,
		bool write)
{
	ssize_t done = 0;

	if (current->mm != vmar->mm)
		return -EFAULT;
	down_read(&vmar->lock);
	while (size) {
		done = copy_piece(vmar, gpa, buf, size, write);
		if (done < 0)
			break;
		gpa += done;
		buf += done;
		size -= done;
	}
	up_read(&vmar->lock);
	return done < 0 ? done : 0;
}

/**
 * zxvm_vmar_read() - read guest memory
 * @vmar: the guest's, of the caller's own process
 * @gpa: guest-physical address
 * @buf: to be filled; may be filled in part if the call fails
 * @size: in bytes
 *
 * Context: may sleep; takes vmar->lock and mmap_lock.
 * Return: 0, -ENOENT (nothing is mapped there, or is behind the mapping),
 * -EOPNOTSUPP (not to be read), -ENOMEM, -EIO (broken memory), -EINTR (a
 * signal), or -EFAULT (the process is another).
 */
int zxvm_vmar_read(struct zxvm_vmar *vmar, u64 gpa, void *buf, size_t size)
{
	return copy(vmar, gpa, buf, size, false);
}

/**
 * zxvm_vmar_write() - write guest memory
 * @vmar: the guest's, of the caller's own process
 * @gpa: guest-physical address
 * @buf: what to write; may be written in part if the call fails
 * @size: in bytes
 *
 * Context: may sleep; takes vmar->lock and mmap_lock.
 * Return: as zxvm_vmar_read().
 */
int zxvm_vmar_write(struct zxvm_vmar *vmar, u64 gpa, const void *buf,
		    size_t size)
{
	return copy(vmar, gpa, (void *)buf, size, true);
}
