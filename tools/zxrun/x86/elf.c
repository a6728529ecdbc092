// SPDX-License-Identifier: GPL-2.0
/*
 * Loading an ELF kernel. One with Xen's note PHYS32_ENTRY starts there, as PVH
 * wants it (docs/misc/pvh.pandoc of Xen); any other starts at its entry point
 * by Linux's 64-bit boot protocol, as the one of vmlinux does.
 */
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "../bytes.h"
#include "../zxrun.h"
#include "kernel.h"
#include "layout.h"

#define NOTE_PHYS32_ENTRY	18
#define NO_ENTRY		UINT64_MAX
#define ELF_CMDLINE_MAX		2047	/* COMMAND_LINE_SIZE of Linux, less the 0 */

/* The entry point that a segment of notes tells */
static uint64_t find_note(Elf *elf, const GElf_Phdr *segment)
{
	Elf_Type type = segment->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR;
	size_t next, name, desc, at = 0;
	const uint8_t *start;
	Elf_Data *data;
	GElf_Nhdr note;

	data = elf_getdata_rawchunk(elf, (int64_t)segment->p_offset, segment->p_filesz, type);
	if (!data)
		return NO_ENTRY;
	start = data->d_buf;
	while ((next = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		if (note.n_type == NOTE_PHYS32_ENTRY && note.n_namesz == sizeof("Xen") &&
		    !memcmp(start + name, "Xen", sizeof("Xen")) &&
		    (note.n_descsz == 4 || note.n_descsz == 8))
			return get_le(start + desc, note.n_descsz);
		at = next;
	}
	return NO_ENTRY;
}

static const char *load_segment(const GElf_Phdr *segment, const uint8_t *data, size_t size,
				uint8_t *ram, uint64_t room, struct kernel *kernel)
{
	if (segment->p_filesz > segment->p_memsz || segment->p_offset > size ||
	    segment->p_filesz > size - segment->p_offset)
		return "it is damaged: a segment is not in the file";
	if (!segment->p_memsz)
		return NULL;
	if (segment->p_paddr < KERNEL_BASE)
		return "it wants to be below 1 MiB, which is zxrun's";
	if (segment->p_paddr > room || segment->p_memsz > room - segment->p_paddr)
		return "too little memory for the kernel alone: raise -m";
	memcpy(ram + segment->p_paddr, data + segment->p_offset, segment->p_filesz);
	memset(ram + segment->p_paddr + segment->p_filesz, 0,
	       segment->p_memsz - segment->p_filesz);
	if (segment->p_paddr + segment->p_memsz > kernel->end)
		kernel->end = segment->p_paddr + segment->p_memsz;
	return NULL;
}

/* An entry point may be given as a virtual address. */
static uint64_t to_physical(Elf *elf, size_t segments, uint64_t entry)
{
	GElf_Phdr segment;
	size_t i;

	for (i = 0; i < segments; i++)
		if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_LOAD &&
		    entry >= segment.p_vaddr && entry - segment.p_vaddr < segment.p_memsz)
			return entry - segment.p_vaddr + segment.p_paddr;
	return entry;
}

static const char *load(Elf *elf, const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
			struct kernel *kernel)
{
	uint64_t note = NO_ENTRY;
	GElf_Phdr segment;
	size_t segments, i;
	const char *why;
	GElf_Ehdr header;

	if (!gelf_getehdr(elf, &header) || elf_getphdrnum(elf, &segments))
		return "it is a damaged ELF file";
	if (header.e_machine != EM_X86_64 && header.e_machine != EM_386)
		return "it is an ELF file of another architecture";
	for (i = 0; i < segments; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment))
			return "it is a damaged ELF file";
		if (segment.p_type == PT_NOTE && note == NO_ENTRY)
			note = find_note(elf, &segment);
		if (segment.p_type != PT_LOAD)
			continue;
		why = load_segment(&segment, data, size, ram, room, kernel);
		if (why)
			return why;
	}
	kernel->pvh = note != NO_ENTRY;
	if (!kernel->pvh && header.e_machine != EM_X86_64)
		return "it is a 32-bit ELF file without the note that PVH wants";
	kernel->entry = kernel->pvh ? note : to_physical(elf, segments, header.e_entry);
	if (kernel->entry < KERNEL_BASE || kernel->entry >= kernel->end)
		return "its entry point is not in it";
	return NULL;
}

/* What the boot protocol asks of a loader that has no header from a bzImage */
static void make_setup(struct kernel *kernel)
{
	put_le(kernel->setup + 0x1fe - SETUP_HEADER, 2, 0xaa55);
	memcpy(kernel->setup + 0x202 - SETUP_HEADER, "HdrS", 4);
	put_le(kernel->setup + 0x206 - SETUP_HEADER, 2, 0x20c);
	put_le(kernel->setup + 0x230 - SETUP_HEADER, 4, 2 * MIB);
}

const char *elf_load(const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
		     struct kernel *kernel)
{
	const char *why = "it is a damaged ELF file";
	Elf *elf;

	memset(kernel, 0, sizeof(*kernel));
	kernel->cmdline_max = ELF_CMDLINE_MAX;
	make_setup(kernel);
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)data, size);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		why = load(elf, data, size, ram, room, kernel);
	elf_end(elf);
	return why;
}
