// SPDX-License-Identifier: GPL-2.0
/* Loading x86 kernels, and what they find in low memory. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "../bytes.h"
#include "../file.h"
#include "../x86/kernel.h"
#include "../zxrun.h"
#include "tap.h"

#define ROOM		(32 * MIB)
#define BZ_SIZE		5000u
#define BZ_BASE		(16 * MIB)
#define ELF_AT		(2 * MIB)
#define ELF_SIZE	2048u

static uint8_t *ram;

static void setup(void)
{
	if (!ram)
		ram = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(ram != MAP_FAILED);
	madvise(ram, ROOM, MADV_DONTNEED);
}

static void make_bzimage(uint8_t file[BZ_SIZE])
{
	unsigned int i;

	for (i = 0; i < BZ_SIZE; i++)
		file[i] = (uint8_t)(i * 7);
	memset(file, 0, 0x300);
	file[0x1f1] = 1;
	put_le(file + 0x1fe, 2, 0xaa55);
	file[0x201] = 0x6a;
	memcpy(file + 0x202, "HdrS", 4);
	put_le(file + 0x206, 2, 0x20f);
	file[0x211] = 0x01;
	put_le(file + 0x22c, 4, 0x7fffffff);
	put_le(file + 0x230, 4, 0x200000);
	put_le(file + 0x236, 2, 0x3f);
	put_le(file + 0x238, 4, 2047);
	put_le(file + 0x258, 8, BZ_BASE);
	put_le(file + 0x260, 4, 1 * MIB);
}

void test_bzimage_load(void)
{
	uint8_t file[BZ_SIZE];
	struct kernel kernel;

	setup();
	make_bzimage(file);
	CHECK(!kernel_load(file, BZ_SIZE, ram, ROOM, &kernel));
	CHECK(!kernel.pvh);
	CHECK_EQUAL(kernel.entry, BZ_BASE + 0x200);
	CHECK_EQUAL(kernel.end, BZ_BASE + MIB);
	CHECK_EQUAL(kernel.cmdline_max, 2047);
	CHECK(!memcmp(ram + BZ_BASE, file + 1024, BZ_SIZE - 1024));
	CHECK_EQUAL(ram[BZ_BASE + BZ_SIZE - 1024], 0);
	CHECK(!memcmp(kernel.setup, file + 0x1f1, 0x26c - 0x1f1));
	/* No number of sectors means 4. */
	file[0x1f1] = 0;
	CHECK(!kernel_load(file, BZ_SIZE, ram, ROOM, &kernel));
	CHECK(!memcmp(ram + BZ_BASE, file + 2560, BZ_SIZE - 2560));
}

static const char *bzimage_with(unsigned int offset, unsigned int size, uint64_t value)
{
	uint8_t file[BZ_SIZE];
	struct kernel kernel;
	const char *why;

	make_bzimage(file);
	put_le(file + offset, size, value);
	why = bzimage_load(file, BZ_SIZE, ram, ROOM, &kernel);
	return why ? why : "loaded";
}

void test_bzimage_refuses(void)
{
	uint8_t file[BZ_SIZE];
	struct kernel kernel;

	setup();
	CHECK(strstr(bzimage_with(0x202, 4, 0), "HdrS"));
	CHECK(strstr(bzimage_with(0x206, 2, 0x20b), "2.12"));
	CHECK(strstr(bzimage_with(0x236, 2, 0x3e), "32-bit"));
	CHECK(strstr(bzimage_with(0x1f1, 1, 9), "damaged"));
	CHECK(strstr(bzimage_with(0x201, 1, 0x10), "damaged"));
	CHECK(strstr(bzimage_with(0x201, 1, 0xff), "damaged"));
	CHECK(strstr(bzimage_with(0x258, 8, 0x1000), "damaged"));
	CHECK(strstr(bzimage_with(0x258, 8, UINT64_MAX - 0x100000), "damaged"));
	CHECK(strstr(bzimage_with(0x260, 4, 100), "damaged"));
	CHECK(strstr(bzimage_with(0x260, 4, 17 * MIB), "too little memory"));
	CHECK(strstr(bzimage_with(0x260, 4, 16 * MIB), "loaded"));
	make_bzimage(file);
	CHECK(strstr(bzimage_load(file, 0x200, ram, ROOM, &kernel), "HdrS"));
	CHECK(strstr(bzimage_load(file, 0x500, ram, ROOM, &kernel), "cut off"));
	CHECK(strstr(kernel_load(file, 3, ram, ROOM, &kernel), "neither"));
	memcpy(file, "07070", 5);
	CHECK(strstr(kernel_load(file, 100, ram, ROOM, &kernel), "-i"));
	memcpy(file + 56, "ARM\x64", 4);
	CHECK(strstr(kernel_load(file, 100, ram, ROOM, &kernel), "arm64"));
}

/* A header, a segment at ELF_AT, and a segment of notes if pvh */
static void make_elf(uint8_t file[ELF_SIZE], bool pvh)
{
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = ELF_AT + 0x10,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = pvh ? 2 : 1,
	};
	Elf64_Phdr segments[2] = {
		{
			.p_type = PT_LOAD,
			.p_offset = 0x400,
			.p_vaddr = 0xffffffff81000000,
			.p_paddr = ELF_AT,
			.p_filesz = 0x200,
			.p_memsz = 0x3000,
		},
		{ .p_type = PT_NOTE, .p_offset = 0x200, .p_filesz = 0x38, .p_align = 4 },
	};
	static const uint8_t notes[0x38] = {
		4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0, 'G', 'N', 'U', 0, 1, 2, 3, 4,
		4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0, 'X', 'e', 'n', 0, 0x40, 0, 0x20,
	};
	unsigned int i;

	for (i = 0; i < ELF_SIZE; i++)
		file[i] = (uint8_t)(i * 5);
	memcpy(file, &header, sizeof(header));
	memcpy(file + sizeof(header), segments, sizeof(segments));
	memcpy(file + 0x200, notes, sizeof(notes));
}

void test_elf_load(void)
{
	uint8_t file[ELF_SIZE];
	struct kernel kernel;

	setup();
	make_elf(file, false);
	memset(ram + ELF_AT + 0x200, 0xff, 0x100);
	CHECK(!kernel_load(file, ELF_SIZE, ram, ROOM, &kernel));
	CHECK(!kernel.pvh);
	CHECK_EQUAL(kernel.entry, ELF_AT + 0x10);
	CHECK_EQUAL(kernel.end, ELF_AT + 0x3000);
	CHECK(!memcmp(ram + ELF_AT, file + 0x400, 0x200));
	CHECK_EQUAL(ram[ELF_AT + 0x200], 0);
	CHECK(!memcmp(kernel.setup + 0x202 - SETUP_HEADER, "HdrS", 4));
	/* A virtual entry point */
	put_le(file + 24, 8, 0xffffffff81000020);
	CHECK(!kernel_load(file, ELF_SIZE, ram, ROOM, &kernel));
	CHECK_EQUAL(kernel.entry, ELF_AT + 0x20);
	/* The note of Xen, not the one of another name */
	make_elf(file, true);
	CHECK(!kernel_load(file, ELF_SIZE, ram, ROOM, &kernel));
	CHECK(kernel.pvh);
	CHECK_EQUAL(kernel.entry, ELF_AT + 0x40);
}

static const char *elf_with(unsigned int offset, unsigned int size, uint64_t value)
{
	uint8_t file[ELF_SIZE];
	struct kernel kernel;
	const char *why;

	make_elf(file, true);
	put_le(file + offset, size, value);
	why = elf_load(file, ELF_SIZE, ram, ROOM, &kernel);
	return why ? why : "loaded";
}

void test_elf_refuses(void)
{
	const unsigned int segment = sizeof(Elf64_Ehdr);

	setup();
	CHECK(strstr(elf_with(18, 2, EM_AARCH64), "another architecture"));
	CHECK(strstr(elf_with(32, 8, 0x10000), "damaged"));
	CHECK(strstr(elf_with(segment + 8, 8, 0x700), "not in the file"));
	CHECK(strstr(elf_with(segment + 8, 8, UINT64_MAX), "not in the file"));
	CHECK(strstr(elf_with(segment + 32, 8, 0x4000), "not in the file"));
	CHECK(strstr(elf_with(segment + 24, 8, 0x8000), "below 1 MiB"));
	CHECK(strstr(elf_with(segment + 24, 8, UINT64_MAX - 16), "too little memory"));
	CHECK(strstr(elf_with(segment + 40, 8, ROOM), "too little memory"));
	CHECK(strstr(elf_with(0x200 + 36, 4, 0x1000), "entry point"));
	CHECK(strstr(elf_with(0x200 + 36, 4, ELF_AT + 0x3000), "entry point"));
	CHECK(strstr(elf_with(0, 4, 0), "damaged"));
}

void test_kernel_fuzz(void)
{
	uint8_t file[BZ_SIZE], *exact;
	struct kernel kernel;
	unsigned int i, j;
	size_t size;

	setup();
	for (i = 0; i < 60000; i++) {
		if (i % 2)
			make_bzimage(file);
		else
			make_elf(file, true);
		size = i % 2 ? BZ_SIZE : ELF_SIZE;
		for (j = test_random() % 6; j; j--)
			file[(i % 2 ? 0x1f0 : 0) + test_random() % 0x90] = (uint8_t)test_random();
		if (i % 8 < 2)
			file[test_random() % size] = (uint8_t)test_random();
		if (i % 16 < 2)
			size = test_random() % size;
		exact = malloc(size + !size);
		memcpy(exact, file, size);
		if (!kernel_load(exact, size, ram, ROOM, &kernel))
			CHECK(kernel.entry < ROOM && kernel.end <= ROOM);
		free(exact);
	}
}

/* A file of these bytes: returns its path, good until the next call. */
static const char *file_of(const void *bytes, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd >= 0)
		close(fd);
	fd = memfd_create("kernel", MFD_CLOEXEC);
	CHECK(write(fd, bytes, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

void test_file_read(void)
{
	uint8_t file[BZ_SIZE], packed[BZ_SIZE + 100], *data;
	z_stream stream = { .next_in = file, .avail_in = BZ_SIZE, .next_out = packed,
			    .avail_out = sizeof(packed) };
	size_t size;
	int saved = dup(STDERR_FILENO);

	make_bzimage(file);
	CHECK(!file_read("kernel", file_of(file, BZ_SIZE), MIB, &data, &size));
	CHECK(size == BZ_SIZE && !memcmp(data, file, size));
	free(data);
	CHECK_EQUAL(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	CHECK_EQUAL(deflate(&stream, Z_FINISH), Z_STREAM_END);
	CHECK(!file_read("kernel", file_of(packed, stream.total_out), MIB, &data, &size));
	CHECK(size == BZ_SIZE && !memcmp(data, file, size));
	free(data);
	CHECK(!file_read("kernel", file_of(file, BZ_SIZE), BZ_SIZE, &data, &size));
	free(data);
	/* The messages are not this test's output. */
	CHECK(freopen("/dev/null", "w", stderr));
	CHECK(file_read("kernel", file_of(file, BZ_SIZE), BZ_SIZE - 1, &data, &size) && !data);
	CHECK(file_read("kernel", file_of(packed, stream.total_out - 9), MIB, &data, &size));
	CHECK(file_read("kernel", "/nowhere", MIB, &data, &size) && !data);
	dup2(saved, STDERR_FILENO);
	close(saved);
	deflateEnd(&stream);
}
