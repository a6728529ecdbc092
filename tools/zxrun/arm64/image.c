// SPDX-License-Identifier: GPL-2.0
/*
 * Loading an arm64 Linux Image: plain, gzip'd as a whole (Image.gz), or the
 * gzip'd payload of an EFI zboot image (vmlinuz.efi).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "../bytes.h"
#include "../zxrun.h"
#include "image.h"

#define FLAG_BIG_ENDIAN	1

/* struct linux_efi_zboot_header of Linux, drivers/firmware/efi/libstub */
#define ZBOOT_MAGIC		4	/* "zimg" */
#define ZBOOT_OFFSET		8
#define ZBOOT_COMPRESSION	24	/* a name, zero-terminated */

/* What people give by mistake, by its first bytes */
static const char *not_an_image(const uint8_t *header)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *why;
	} known[] = {
		{ "\177ELF", 4, "it is an ELF file, perhaps vmlinux; give arch/arm64/boot/Image" },
		{ "\3757zXZ", 5, "it is packed with xz; unpack it first" },
		{ "\050\265\057\375", 4, "it is packed with zstd; unpack it first" },
		{ "\004\042\115\030", 4, "it is packed with lz4; unpack it first" },
		{ "BZh", 3, "it is packed with bzip2; unpack it first" },
		{ "\047\005\031\126", 4, "it is a U-Boot uImage; give arch/arm64/boot/Image" },
		{ "MZ", 2, "it is an EFI or DOS program, but not an arm64 Linux Image" },
		{ "07070", 5, "it is an initramfs; give it with -i" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!memcmp(header, known[i].magic, known[i].size))
			return known[i].why;
	return "it is not an arm64 Linux Image (its header lacks \"ARM\\x64\")";
}

const char *image_parse(const uint8_t header[IMAGE_HEADER], struct image *image)
{
	if (memcmp(header + 56, "ARM\x64", 4))
		return not_an_image(header);
	image->text_offset = get_le(header + 8, 8);
	image->size = get_le(header + 16, 8);
	if (get_le(header + 24, 8) & FLAG_BIG_ENDIAN)
		return "it is a big-endian kernel; only little-endian ones are supported";
	if (!image->size)
		return "it does not tell its size; kernels before 3.17 are not supported";
	if (image->size < IMAGE_HEADER || image->size > 1 * GIB || image->text_offset > 1 * GIB)
		return "its header is damaged: size or offset makes no sense";
	return NULL;
}

/* Fills buffer as far as the file goes. Returns the bytes read, or -1. */
static int64_t read_all(gzFile file, uint8_t *buffer, uint64_t size)
{
	uint64_t done = 0;
	int n;

	while (done < size) {
		unsigned int chunk = size - done > MIB ? MIB : (unsigned int)(size - done);

		n = gzread(file, buffer + done, chunk);
		if (n < 0)
			return -1;
		if (!n)
			break;
		done += (unsigned int)n;
	}
	return (int64_t)done;
}

static int read_error(const char *path, gzFile file)
{
	int code;
	const char *text = gzerror(file, &code);

	if (code == Z_ERRNO)
		return fail("cannot read the kernel %s: %s", path, strerror(errno));
	return fail("cannot unpack the kernel %s: %s", path, text);
}

/*
 * If what starts with header is a zboot image, goes on with its payload:
 * opens that in place of *file and reads its header.
 */
static int enter_zboot(const char *path, int fd, gzFile *file, uint8_t *header, int64_t *got)
{
	const char *compression = (const char *)header + ZBOOT_COMPRESSION;
	uint64_t offset = get_le(header + ZBOOT_OFFSET, 4);
	int payload;

	if (*got < IMAGE_HEADER || memcmp(header, "MZ", 2) ||
	    memcmp(header + ZBOOT_MAGIC, "zimg", 4))
		return 0;
	if (strncmp(compression, "gzip", 5))
		return fail("cannot boot %s: it is an EFI zboot image with %.31s, not gzip", path,
			    compression);
	payload = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (payload < 0 || lseek(payload, (off_t)offset, SEEK_SET) < 0) {
		fail("cannot seek in the kernel %s: %s", path, strerror(errno));
		if (payload >= 0)
			close(payload);
		return -1;
	}
	gzclose(*file);
	*file = gzdopen(payload, "rb");
	if (!*file) {
		close(payload);
		return fail("out of memory");
	}
	*got = read_all(*file, header, IMAGE_HEADER);
	return *got < 0 ? read_error(path, *file) : 0;
}

static int load(const char *path, gzFile file, const uint8_t *header, uint8_t *ram,
		uint64_t ram_size, struct image *image)
{
	const char *why = image_parse(header, image);
	uint8_t *start, more;
	uint64_t end;
	int64_t got;

	if (why)
		return fail("cannot boot %s: %s", path, why);
	start = ram + image->text_offset;
	end = image->text_offset + image->size;
	if (end > ram_size)
		return fail("too little memory: the kernel alone takes %" PRIu64 " MiB; raise -m",
			    align_up(end, MIB) / MIB);
	memcpy(start, header, IMAGE_HEADER);
	got = read_all(file, start + IMAGE_HEADER, image->size - IMAGE_HEADER);
	/* The check sum of a gzip file is looked at when its end is read. */
	if (got < 0 || read_all(file, &more, 1) < 0)
		return read_error(path, file);
	if (gzerror(file, &(int){ 0 })[0])
		return read_error(path, file);
	return 0;
}

int image_load(const char *path, uint8_t *ram, uint64_t ram_size, struct image *image)
{
	uint8_t header[IMAGE_HEADER] = { 0 };
	int ret = -1, fd, in;
	gzFile file;
	int64_t got;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("cannot open the kernel %s: %s", path, strerror(errno));
	in = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	file = in < 0 ? NULL : gzdopen(in, "rb");
	if (!file) {
		if (in >= 0)
			close(in);
		close(fd);
		return fail("cannot open the kernel %s: out of memory or file descriptors", path);
	}
	got = read_all(file, header, IMAGE_HEADER);
	if (got < 0)
		read_error(path, file);
	else if (enter_zboot(path, fd, &file, header, &got))
		ret = -1;
	else if (got < IMAGE_HEADER)
		fail("cannot boot %s: it is too short to be a kernel", path);
	else
		ret = load(path, file, header, ram, ram_size, image);
	gzclose(file);
	close(fd);
	return ret;
}
