// SPDX-License-Identifier: GPL-2.0-only
#include "functions.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL (BPF_JMP | BPF_CALL)
#define LOAD_IMM64 (BPF_LD | BPF_DW | BPF_IMM)

struct object {
	const char *path;
	Elf *elf;
	Elf_Data *symbols;
	size_t n_symbols;
	size_t names; /* the section of the symbols' names */
	struct functions *functions;
};

static __attribute__((noreturn, format(printf, 2, 3))) void die(const struct object *object,
								const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "stack-depth: %s: ", object->path);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static Elf_Data *data_of(const struct object *object, size_t section)
{
	return elf_getdata(elf_getscn(object->elf, section), NULL);
}

static GElf_Shdr header_of(const struct object *object, Elf_Scn *section)
{
	GElf_Shdr header;

	if (!gelf_getshdr(section, &header))
		die(object, "%s", elf_errmsg(-1));
	return header;
}

static void find_symbols(struct object *object)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(object->elf, section))) {
		GElf_Shdr header = header_of(object, section);

		if (header.sh_type != SHT_SYMTAB)
			continue;
		object->symbols = elf_getdata(section, NULL);
		object->n_symbols = header.sh_size / header.sh_entsize;
		object->names = header.sh_link;
	}
	if (!object->symbols)
		die(object, "no symbols");
}

/* libbpf: what is in a section of its own is a program, what is in .text a function of it. */
static bool is_text(const struct object *object, size_t section)
{
	size_t names;
	GElf_Shdr header = header_of(object, elf_getscn(object->elf, section));

	if (elf_getshdrstrndx(object->elf, &names))
		die(object, "%s", elf_errmsg(-1));
	return !strcmp(elf_strptr(object->elf, names, header.sh_name), ".text");
}

static void add_functions(struct object *object)
{
	struct functions *functions = object->functions;

	for (size_t i = 0; i < object->n_symbols; i++) {
		struct function *function = &functions->all[functions->count];
		GElf_Sym symbol;

		gelf_getsym(object->symbols, (int)i, &symbol);
		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
			continue;
		if (functions->count == FUNCTIONS_MAX)
			die(object, "more than %d functions", FUNCTIONS_MAX);
		*function = (struct function){
			.section = symbol.st_shndx,
			.begin = symbol.st_value / sizeof(struct bpf_insn),
			.end = (symbol.st_value + symbol.st_size) / sizeof(struct bpf_insn),
			.is_program = !is_text(object, symbol.st_shndx),
		};
		snprintf(function->name, sizeof(function->name), "%s",
			 elf_strptr(object->elf, object->names, symbol.st_name));
		functions->count++;
	}
}

static size_t function_at(const struct object *object, size_t section, size_t at)
{
	const struct functions *functions = object->functions;

	for (size_t i = 0; i < functions->count; i++) {
		const struct function *function = &functions->all[i];

		if (function->section == section && at >= function->begin && at < function->end)
			return i;
	}
	die(object, "section %zu, instruction %zu: in no function", section, at);
}

static void add_callee(const struct object *object, struct function *caller, size_t callee)
{
	for (size_t i = 0; i < caller->n_callees; i++)
		if (caller->callees[i] == callee)
			return;
	if (caller->n_callees == CALLEES_MAX)
		die(object, "%s calls more than %d others", caller->name, CALLEES_MAX);
	caller->callees[caller->n_callees++] = callee;
}

/* Calls back for each relocation of code; stops when that returns true, and returns it. */
static bool each_relocation(const struct object *object,
			    bool (*see)(const struct object *object, size_t section,
					const GElf_Rel *relocation, void *data),
			    void *data)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(object->elf, section))) {
		GElf_Shdr header = header_of(object, section), of;

		if (header.sh_type != SHT_REL)
			continue;
		of = header_of(object, elf_getscn(object->elf, header.sh_info));
		if (!(of.sh_flags & SHF_EXECINSTR))
			continue;
		for (size_t i = 0; i < header.sh_size / header.sh_entsize; i++) {
			GElf_Rel relocation;

			gelf_getrel(elf_getdata(section, NULL), (int)i, &relocation);
			if (see(object, header.sh_info, &relocation, data))
				return true;
		}
	}
	return false;
}

struct place {
	size_t section;
	size_t at;
};

static bool is_at(const struct object *object, size_t section, const GElf_Rel *relocation,
		  void *data)
{
	const struct place *place = data;

	(void)object;
	return section == place->section &&
	       relocation->r_offset / sizeof(struct bpf_insn) == place->at;
}

static bool is_relocated(const struct object *object, size_t section, size_t at)
{
	return each_relocation(object, is_at, &(struct place){ section, at });
}

/* The other calls stay in their section, and are relative to the next instruction. */
static void add_near_calls(const struct object *object, struct function *caller,
			   const struct bpf_insn *code)
{
	for (size_t i = caller->begin; i < caller->end; i++)
		if (code[i].code == CALL && code[i].src_reg == BPF_PSEUDO_CALL &&
		    !is_relocated(object, caller->section, i))
			add_callee(object, caller,
				   function_at(object, caller->section, i + 1 + code[i].imm));
}

/* A call, or the address of a function that bpf_loop() shall call: the verifier adds both. */
static bool add_relocated(const struct object *object, size_t section, const GElf_Rel *relocation,
			  void *data)
{
	size_t at = relocation->r_offset / sizeof(struct bpf_insn), target;
	const struct bpf_insn *insn = (struct bpf_insn *)data_of(object, section)->d_buf + at;
	GElf_Sym symbol;
	GElf_Shdr header;

	(void)data;
	if (!gelf_getsym(object->symbols, (int)GELF_R_SYM(relocation->r_info), &symbol))
		die(object, "a relocation without a symbol");
	if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE)
		return false;
	header = header_of(object, elf_getscn(object->elf, symbol.st_shndx));
	if (!(header.sh_flags & SHF_EXECINSTR))
		return false; /* a map, or a variable */
	target = symbol.st_value / sizeof(*insn);
	if (insn->code == CALL)
		target += insn->imm + 1;
	else if (insn->code == LOAD_IMM64)
		target += insn->imm / sizeof(*insn);
	else
		die(object, "section %zu, instruction %zu: an unknown use of a function", section,
		    at);
	add_callee(object, &object->functions->all[function_at(object, section, at)],
		   function_at(object, symbol.st_shndx, target));
	return false;
}

/* Offsets from the frame's top, as far as straight code tells: 1 is no such pointer. */
struct pointers {
	int offset[MAX_BPF_REG];
};

#define NO_POINTER 1

static void follow(struct pointers *pointers, const struct bpf_insn *insn)
{
	int *to = &pointers->offset[insn->dst_reg];

	if (insn->code == (BPF_ALU64 | BPF_MOV | BPF_X)) {
		*to = pointers->offset[insn->src_reg];
	} else if (insn->code == (BPF_ALU64 | BPF_ADD | BPF_K) && *to != NO_POINTER) {
		*to += insn->imm;
	} else if (insn->code == CALL) {
		for (int i = BPF_REG_0; i <= BPF_REG_5; i++)
			pointers->offset[i] = NO_POINTER;
	} else if (BPF_CLASS(insn->code) == BPF_ALU64 || BPF_CLASS(insn->code) == BPF_ALU ||
		   BPF_CLASS(insn->code) == BPF_LDX || BPF_CLASS(insn->code) == BPF_LD) {
		*to = NO_POINTER;
	}
}

static int depth_of(const struct pointers *pointers, const struct bpf_insn *insn)
{
	int base = NO_POINTER, offset = 0;

	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		base = pointers->offset[insn->src_reg];
		offset = insn->off;
		break;
	case BPF_ST:
	case BPF_STX:
		base = pointers->offset[insn->dst_reg];
		offset = insn->off;
		break;
	case BPF_ALU64: /* the address of something there, made to be passed on */
		if (BPF_OP(insn->code) == BPF_ADD)
			base = pointers->offset[insn->dst_reg];
		offset = BPF_SRC(insn->code) == BPF_K ? insn->imm : 0;
		break;
	default:
		break;
	}
	return base == NO_POINTER ? 0 : -(base + offset);
}

static void measure(struct function *function, const struct bpf_insn *code)
{
	struct pointers pointers;

	for (int i = 0; i < MAX_BPF_REG; i++)
		pointers.offset[i] = i == BPF_REG_10 ? 0 : NO_POINTER;
	for (size_t i = function->begin; i < function->end; i++) {
		int depth = depth_of(&pointers, &code[i]);

		if (depth > function->stack)
			function->stack = depth;
		follow(&pointers, &code[i]);
		i += code[i].code == LOAD_IMM64; /* it takes two */
	}
}

void functions_read(struct functions *functions, const char *path)
{
	struct object object = { .path = path, .functions = functions };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	functions->count = 0;
	if (fd < 0)
		die(&object, "%s", strerror(errno));
	elf_version(EV_CURRENT);
	object.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!object.elf || elf_kind(object.elf) != ELF_K_ELF)
		die(&object, "no object file");
	find_symbols(&object);
	add_functions(&object);
	for (size_t i = 0; i < functions->count; i++) {
		struct function *function = &functions->all[i];
		const struct bpf_insn *code = data_of(&object, function->section)->d_buf;

		measure(function, code);
		add_near_calls(&object, function, code);
	}
	each_relocation(&object, add_relocated, NULL);
	elf_end(object.elf);
	close(fd);
}
