# SPDX-License-Identifier: GPL-2.0-only
# vmlinux/vmlinux.h against kernels, see tools/vmlinux-check and vmlinux/README.md.

BTF_OBJECTS := $(patsubst tests/btf/%.c,build/obj/btf/%.o,$(wildcard tests/btf/*.c))

build/obj/btf/%.o: tests/btf/%.c Makefile tests/btf/btf.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g -O1 $(SANITIZERS) -MMD -MP -c -o $@ $<

build/tests/btf-check: $(BTF_OBJECTS)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(SANITIZERS) -o $@ $^ -lbpf -lelf -lz

-include $(BTF_OBJECTS:.o=.d)

# The BPF side for each machine: to compile it takes no tools of that machine.
.PHONY: vmlinux-objects
vmlinux-objects: build/tests/btf-check
	@for arch in x86 arm64; do $(MAKE) --no-print-directory ARCH=$$arch bpf-objects || exit 1; done

.PHONY: test-vmlinux
test-vmlinux: vmlinux-objects ## vmlinux.h against kernels
	@status=0; \
	tests/check $(RESULTS)/vmlinux.tsv vmlinux recorded-kernels tools/vmlinux-check || status=1; \
	tests/check $(RESULTS)/vmlinux.tsv vmlinux this-kernel tools/vmlinux-check live || status=1; \
	tests/btf/selftest $(RESULTS)/vmlinux.tsv || status=1; exit $$status

# After a change of what is read: the kernels of the matrix, fetched, are recorded anew.
.PHONY: record-btf
record-btf: vmlinux-objects
	@tools/setup vm
	@tests/btf/record
