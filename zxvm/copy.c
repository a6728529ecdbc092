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
	ssize_t done;

	lockdep_assert_held(&vmar->lock);
	while (size) {
		done = copy_piece(vmar, gpa, buf, size, write);
		if (done < 0)
			return done;
		gpa += done;
		buf += done;
		size -= done;
	}
	return 0;
}

/**
 * zxvm_vmar_access_begin() - guest memory is going to be accessed
 * @vmar: the guest's
 *
 * Context: may sleep; takes vmar->lock.
 * Return: 0, or -EFAULT in another process than the guest's.
 */
int zxvm_vmar_access_begin(struct zxvm_vmar *vmar)
{
	if (current->mm != vmar->mm)
		return -EFAULT;
	down_read(&vmar->lock);
	return 0;
}

/**
 * zxvm_vmar_access_end() - it was accessed
 * @vmar: of zxvm_vmar_access_begin()
 */
void zxvm_vmar_access_end(struct zxvm_vmar *vmar)
{
	up_read(&vmar->lock);
}

/**
 * zxvm_vmar_read_bytes() - read one piece
 * @vmar: between zxvm_vmar_access_begin() and zxvm_vmar_access_end()
 * @gpa: guest-physical address
 * @buf: to be filled; may be filled in part if the call fails
 * @size: in bytes
 *
 * Context: may sleep; takes mmap_lock.
 * Return: as zxvm_vmar_read().
 */
int zxvm_vmar_read_bytes(struct zxvm_vmar *vmar, u64 gpa, void *buf,
			 size_t size)
{
	return copy(vmar, gpa, buf, size, false);
}

/**
 * zxvm_vmar_address() - where guest memory is in the process
 * @vmar: between zxvm_vmar_access_begin() and zxvm_vmar_access_end()
 * @gpa: guest-physical address of something that the guest may read
 *
 * It stays there as long as vmar->edits is what it is.
 *
 * Context: may sleep.
 * Return: the address, or 0 if there is none.
 */
unsigned long zxvm_vmar_address(struct zxvm_vmar *vmar, u64 gpa)
{
	struct zxvm_mapping *map = zxvm_mapping_first(vmar, gpa, gpa);

	lockdep_assert_held(&vmar->lock);
	if (!map || !(map->perms & ZXVM_VM_PERM_READ))
		return 0;
	return map->address + (gpa - map->range.start);
}

/**
 * zxvm_vmar_read_word() - read a piece of 64 bits, as a page walk does
 * @vmar: between zxvm_vmar_access_begin() and zxvm_vmar_access_end()
 * @gpa: guest-physical address, aligned
 * @word: set if the call does not fail
 *
 * Context: may sleep; takes mmap_lock.
 * Return: as zxvm_vmar_read().
 */
int zxvm_vmar_read_word(struct zxvm_vmar *vmar, u64 gpa, u64 *word)
{
	unsigned long address = zxvm_vmar_address(vmar, gpa);

	if (address && !get_user(*word, (u64 __user *)address))
		return 0;
	/* Why not? */
	return copy(vmar, gpa, word, sizeof(*word), false);
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
	int ret = zxvm_vmar_access_begin(vmar);

	if (ret)
		return ret;
	ret = copy(vmar, gpa, buf, size, false);
	zxvm_vmar_access_end(vmar);
	return ret;
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
	int ret = zxvm_vmar_access_begin(vmar);

	if (ret)
		return ret;
	ret = copy(vmar, gpa, (void *)buf, size, true);
	zxvm_vmar_access_end(vmar);
	return ret;
}
