// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A stand-in for /dev/zxvm. Files are memfds, named by their inodes. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/internal.h"
#include "fake.h"

#define MAX_FILES	4096
#define MAX_PAGES	65536
#define FAKE_PAGE	4096ull

struct file {
	ino_t inode;
	uint32_t type;
	uint32_t rights;
	uint64_t koid;
	uint64_t related;
};

struct page {
	uint64_t address;
	uint32_t perms;
};

_Atomic unsigned int fake_calls;
_Atomic int fake_enter_blocks;
unsigned long fake_fail_request;
int fake_fail_errno;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t kicked = PTHREAD_COND_INITIALIZER;
static bool kick_pending;
static struct file files[MAX_FILES];
static int file_count;
static uint64_t last_koid = 1023;
static struct page pages[MAX_PAGES];

static struct file *file_of(int fd)
{
	struct stat st;
	int i;

	if (fstat(fd, &st))
		return NULL;
	for (i = 0; i < file_count; i++)
		if (files[i].inode == st.st_ino)
			return &files[i];
	return NULL;
}

static int file_make(uint32_t type, uint32_t rights, uint64_t koid,
		     uint64_t related)
{
	int fd = memfd_create("fake", MFD_CLOEXEC);
	struct stat st;

	if (fd < 0 || ftruncate(fd, ZXVM_VCPU_PAGE_SIZE) || fstat(fd, &st))
		return -1;
	files[file_count++] = (struct file){
		st.st_ino, type, rights, koid, related,
	};
	return fd;
}

int fake_open_files(void)
{
	char path[64], target[64];
	int open = 0, fd;
	ssize_t length;

	for (fd = 0; fd < 1024; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = 0;
		open += !!strstr(target, "memfd:fake");
	}
	return open;
}

uint64_t fake_backing(uint64_t guest_address, uint32_t *perms)
{
	struct page *page = &pages[guest_address / FAKE_PAGE % MAX_PAGES];

	if (perms)
		*perms = page->perms;
	return page->address;
}

static int vmar_map(struct zxvm_vmar_map *arg)
{
	uint64_t first = arg->offset / FAKE_PAGE;
	uint64_t count = arg->size / FAKE_PAGE, i;

	if (!(arg->flags & ZXVM_VM_SPECIFIC))
		return EINVAL;
	for (i = 0; i < count; i++)
		if (!(arg->flags & ZXVM_VM_SPECIFIC_OVERWRITE) &&
		    pages[first + i].address)
			return EEXIST;
	for (i = 0; i < count; i++) {
		pages[first + i].address = arg->address + i * FAKE_PAGE;
		pages[first + i].perms = arg->flags & 7;
	}
	arg->mapped = arg->offset;
	return 0;
}

static int vmar_change(const struct zxvm_vmar_range *arg, bool unmap)
{
	uint64_t first = arg->address / FAKE_PAGE;
	uint64_t count = arg->size / FAKE_PAGE, i;

	for (i = 0; !unmap && i < count; i++)
		if (!pages[first + i].address)
			return ENOENT;
	for (i = 0; i < count; i++) {
		if (unmap)
			pages[first + i] = (struct page){ 0 };
		else
			pages[first + i].perms = arg->flags;
	}
	return 0;
}

static int enter(struct zxvm_packet *packet)
{
	int error = 0;

	while (fake_enter_blocks && !kick_pending)
		pthread_cond_wait(&kicked, &lock);
	if (kick_pending) {
		kick_pending = false;
		error = ECANCELED;
	} else {
		memset(packet, 0, sizeof(*packet));
		packet->key = 42;
		packet->type = ZXVM_PKT_GUEST_MEM;
	}
	return error;
}

static int object_call(const struct file *file, unsigned long request,
		       void *arg)
{
	struct zxvm_trap_args *trap = arg;
	struct zxvm_vmar_range range;
	struct zxvm_vcpu_create *create = arg;

	switch (request) {
	case ZXVM_GUEST_SET_TRAP:
		range.address = trap->addr;
		range.size = trap->size;
		return vmar_change(&range, true);
	case ZXVM_VCPU_CREATE:
		create->vcpu = file_make(ZXVM_OBJ_VCPU,
					 ZXVM_DEFAULT_VCPU_RIGHTS,
					 ++last_koid, file->koid);
		return 0;
	case ZXVM_VCPU_ENTER:
		return enter(arg);
	case ZXVM_VCPU_KICK:
		kick_pending = true;
		pthread_cond_broadcast(&kicked);
		return 0;
	case ZXVM_VCPU_INTERRUPT:
		return (uintptr_t)arg < ZXVM_MAX_VECTORS ? 0 : ERANGE;
	case ZXVM_VCPU_INFO:
		*(struct zxvm_vcpu_info *)arg = (struct zxvm_vcpu_info){
			.flags = kick_pending ? ZXVM_VCPU_KICKED : 0,
		};
		return 0;
	case ZXVM_VCPU_READ_STATE:
		memset((void *)(uintptr_t)
		       ((struct zxvm_vcpu_rw_state *)arg)->buffer, 0x5a,
		       ((struct zxvm_vcpu_rw_state *)arg)->size);
		return 0;
	case ZXVM_VCPU_WRITE_STATE:
		return EBADFD;
	case ZXVM_VMAR_MAP:
		return vmar_map(arg);
	case ZXVM_VMAR_UNMAP:
		return vmar_change(arg, true);
	case ZXVM_VMAR_PROTECT:
		return vmar_change(arg, false);
	case ZXVM_VMAR_INFO:
		*(struct zxvm_vmar_info *)arg = (struct zxvm_vmar_info){
			.size = MAX_PAGES * FAKE_PAGE,
		};
		return 0;
	default:
		return ENOTTY;
	}
}

static int handle_call(struct file *file, unsigned long request, void *arg)
{
	struct zxvm_handle_rights *rights = arg;
	struct zxvm_handle_info *info = arg;

	switch (request) {
	case ZXVM_HANDLE_INFO:
		info->koid = file->koid;
		info->related_koid = file->related;
		info->type = file->type;
		info->rights = file->rights;
		return 0;
	case ZXVM_HANDLE_DUPLICATE:
	case ZXVM_HANDLE_REPLACE:
		if (rights->rights == ZXVM_RIGHT_SAME)
			rights->rights = file->rights;
		if (rights->rights & ~file->rights)
			return EINVAL;
		if (request == ZXVM_HANDLE_REPLACE)
			file->rights = rights->rights;
		else
			rights->fd = file_make(file->type, rights->rights,
					       file->koid, file->related);
		return 0;
	default:
		return object_call(file, request, arg);
	}
}

static int device_call(unsigned long request, void *arg)
{
	struct zxvm_guest_create *guest = arg;
	struct zxvm_port_create *port = arg;
	uint64_t koid;

	switch (request) {
	case ZXVM_GUEST_CREATE:
		koid = ++last_koid;
		memset(pages, 0, sizeof(pages));
		guest->guest = file_make(ZXVM_OBJ_GUEST,
					 ZXVM_DEFAULT_GUEST_RIGHTS, koid, 0);
		guest->vmar = file_make(ZXVM_OBJ_VMAR,
					ZXVM_DEFAULT_VMAR_RIGHTS, ++last_koid,
					koid);
		return 0;
	case ZXVM_PORT_CREATE:
		port->port = file_make(ZXVM_OBJ_PORT, ZXVM_DEFAULT_PORT_RIGHTS,
				       ++last_koid, 0);
		return 0;
	default:
		return ENOTTY;
	}
}

#define FAKE_DEVICE 0x7fffffff

zx_status_t device_fd(int *fd)
{
	*fd = FAKE_DEVICE;
	return ZX_OK;
}

zx_status_t zxvm_ioctl(int fd, unsigned long request, void *arg)
{
	struct file *file;
	int error;

	fake_calls++;
	pthread_mutex_lock(&lock);
	file = file_of(fd);
	if (fake_fail_errno && request == fake_fail_request) {
		error = fake_fail_errno;
		fake_fail_errno = 0;
	} else if (fd == FAKE_DEVICE) {
		error = device_call(request, arg);
	} else {
		error = file ? handle_call(file, request, arg) : ENOTTY;
	}
	pthread_mutex_unlock(&lock);
	return error ? status_from_errno(error) : ZX_OK;
}

zx_status_t zxvm_info(int fd, struct zxvm_handle_info *info)
{
	return zxvm_ioctl(fd, ZXVM_HANDLE_INFO, info);
}
