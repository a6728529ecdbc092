// SPDX-License-Identifier: GPL-2.0
/* Loading kernels: headers, packing, and what is not a kernel. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "../arm64/image.h"
#include "../zxrun.h"
#include "tap.h"

#define FILE_SIZE	5000
#define RAM_SIZE	(64 * KIB)

static void put(uint8_t *bytes, uint64_t value)
{
	int i;

	for (i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static void make_header(uint8_t *header)
{
	memset(header, 0, IMAGE_HEADER);
	put(header + 8, 0x1000);
	put(header + 16, 0x4000);
	put(header + 24, 0xa);
	memcpy(header + 56, "ARM\x64", 4);
}

static void make_image(uint8_t *file)
{
	int i;

	for (i = 0; i < FILE_SIZE; i++)
		file[i] = (uint8_t)(i * 7);
	make_header(file);
}

void test_image_header(void)
{
	uint8_t header[IMAGE_HEADER];
	struct image image;

	make_header(header);
	CHECK(!image_parse(header, &image));
	CHECK_EQUAL(image.text_offset, 0x1000);
	CHECK_EQUAL(image.size, 0x4000);
	header[24] |= 1;
	CHECK(strstr(image_parse(header, &image), "big-endian"));
	make_header(header);
	put(header + 16, 0);
	CHECK(strstr(image_parse(header, &image), "3.17"));
	put(header + 16, IMAGE_HEADER - 1);
	CHECK(strstr(image_parse(header, &image), "damaged"));
	put(header + 16, UINT64_MAX);
	CHECK(strstr(image_parse(header, &image), "damaged"));
	make_header(header);
	put(header + 8, UINT64_MAX - 0x1000);
	CHECK(strstr(image_parse(header, &image), "damaged"));
	memset(header, 0, sizeof(header));
	CHECK(strstr(image_parse(header, &image), "not an arm64"));
	memcpy(header, "\177ELF", 4);
	CHECK(strstr(image_parse(header, &image), "vmlinux"));
}

void test_image_header_fuzz(void)
{
	uint8_t header[IMAGE_HEADER];
	struct image image;
	int i, j;

	for (i = 0; i < 100000; i++) {
		make_header(header);
		for (j = test_random() % 8; j >= 0; j--)
			header[test_random() % IMAGE_HEADER] = (uint8_t)test_random();
		if (image_parse(header, &image))
			continue;
		CHECK(image.size >= IMAGE_HEADER && image.size <= GIB);
		CHECK(image.text_offset <= GIB);
	}
}

/* A file of these bytes: returns its path, good until the next call. */
static const char *file_of(const void *bytes, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd >= 0)
		close(fd);
	fd = memfd_create("image", MFD_CLOEXEC);
	CHECK(write(fd, bytes, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* Loads without messages on stderr: the refusals are meant. */
static int load(const char *path, uint8_t *ram, uint64_t ram_size, struct image *image)
{
	int old = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC), ret;

	dup2(null, STDERR_FILENO);
	ret = image_load(path, ram, ram_size, image);
	dup2(old, STDERR_FILENO);
	close(old);
	close(null);
	return ret;
}

static size_t gzip(const uint8_t *in, size_t size, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (uint8_t *)in, .avail_in = (unsigned int)size,
		       .next_out = out, .avail_out = (unsigned int)room };

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void check_loaded(const uint8_t *ram, const uint8_t *file, const struct image *image)
{
	CHECK_EQUAL(image->text_offset, 0x1000);
	CHECK(!memcmp(ram + 0x1000, file, FILE_SIZE));
	CHECK_EQUAL(ram[0xfff], 0);
	CHECK_EQUAL(ram[0x1000 + FILE_SIZE], 0);
}

void test_image_load_plain(void)
{
	uint8_t file[FILE_SIZE], *ram = calloc(1, RAM_SIZE);
	struct image image;

	make_image(file);
	CHECK(!load(file_of(file, sizeof(file)), ram, RAM_SIZE, &image));
	check_loaded(ram, file, &image);
	/* To the last byte of memory, and one page short of it */
	CHECK(!load(file_of(file, sizeof(file)), ram, 0x5000, &image));
	CHECK(load(file_of(file, sizeof(file)), ram, 0x4000, &image));
	/* A file longer than it says, as signed ones are, is cut. */
	put(file + 16, 0x1000);
	memset(ram, 0, RAM_SIZE);
	CHECK(!load(file_of(file, sizeof(file)), ram, 0x2000, &image));
	CHECK_EQUAL(ram[0x2000], 0);
	free(ram);
}

void test_image_load_gzip(void)
{
	uint8_t file[FILE_SIZE], packed[2 * FILE_SIZE], *ram = calloc(1, RAM_SIZE);
	struct image image;
	size_t size;

	make_image(file);
	size = gzip(file, sizeof(file), packed, sizeof(packed));
	CHECK(!load(file_of(packed, size), ram, RAM_SIZE, &image));
	check_loaded(ram, file, &image);
	CHECK(load(file_of(packed, size - 1), ram, RAM_SIZE, &image));
	CHECK(load(file_of(packed, size / 2), ram, RAM_SIZE, &image));
	packed[size - 6] ^= 1;	/* the check sum */
	CHECK(load(file_of(packed, size), ram, RAM_SIZE, &image));
	free(ram);
}

void test_image_load_zboot(void)
{
	uint8_t file[FILE_SIZE], packed[64 + 2 * FILE_SIZE] = "MZ", *ram = calloc(1, RAM_SIZE);
	struct image image;
	size_t size;

	make_image(file);
	memcpy(packed + 4, "zimg", 4);
	packed[8] = 64;
	memcpy(packed + 24, "gzip", 5);
	size = 64 + gzip(file, sizeof(file), packed + 64, 2 * FILE_SIZE);
	CHECK(!load(file_of(packed, size), ram, RAM_SIZE, &image));
	check_loaded(ram, file, &image);
	memcpy(packed + 24, "zstd", 5);
	CHECK(load(file_of(packed, size), ram, RAM_SIZE, &image));
	memset(packed + 24, 'A', 40);
	CHECK(load(file_of(packed, size), ram, RAM_SIZE, &image));
	memcpy(packed + 24, "gzip", 5);
	packed[11] = 0xff;	/* the payload is beyond the end */
	CHECK(load(file_of(packed, size), ram, RAM_SIZE, &image));
	free(ram);
}

void test_image_load_refuses(void)
{
	uint8_t ram[4096], header[IMAGE_HEADER];
	struct image image;

	make_header(header);
	CHECK(load("/nonexistent/kernel", ram, sizeof(ram), &image));
	CHECK(load("/", ram, sizeof(ram), &image));
	CHECK(load("/dev/null", ram, sizeof(ram), &image));
	CHECK(load("/dev/zero", ram, sizeof(ram), &image));
	CHECK(load(file_of(header, IMAGE_HEADER - 1), ram, sizeof(ram), &image));
	CHECK(load(file_of("hello", 5), ram, sizeof(ram), &image));
}

void test_image_load_fuzz(void)
{
	uint8_t file[FILE_SIZE], packed[2 * FILE_SIZE], *ram = malloc(RAM_SIZE);
	struct image image;
	size_t size;
	int i, j;

	for (i = 0; i < 3000; i++) {
		make_image(file);
		for (j = test_random() % 4; j >= 0; j--)
			file[test_random() % IMAGE_HEADER] = (uint8_t)test_random();
		size = sizeof(file);
		memcpy(packed, file, size);
		if (i & 1) {
			size = gzip(file, sizeof(file), packed, sizeof(packed));
			packed[test_random() % size] ^= (uint8_t)(test_random() & test_random());
		}
		if (!load(file_of(packed, size), ram, RAM_SIZE, &image))
			CHECK(image.text_offset + image.size <= RAM_SIZE);
	}
	free(ram);
}
