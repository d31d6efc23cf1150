# SPDX-License-Identifier: GPL-2.0-only
# The live suite on other kernels, and on machines that lack something. To run a part:
#
#   VM_KERNELS="5.10 newest"   VM_BACKENDS="cgroup"   VM_SPECIAL="lockdown" (or nothing)
#
# VM_SECONDS (a machine's time), VM_SCALE (of the tests' deadlines), VM_JOBS (tests at a time in a
# machine), VM_AT_ONCE (machines at a time), VM_ALL=1 (every case with every backend), VM_ACCEL=kvm.

.PHONY: test-vm
test-vm: build/porttrace build/static/porttrace build/tests/live ## the live tests on other kernels, emulated
	@tools/setup vm
	@rm -f $(RESULTS)/vm.tsv
	@tests/vm/run $(RESULTS)/vm.tsv build/porttrace build/tests/live

# --- the table of docs/kernels.md: what doctor says on each -----------------------------------

.PHONY: kernels kernels-here
kernels: build/porttrace ## docs/kernels.md, anew: what doctor says on each kernel
	@tools/setup vm
	@tests/vm/doctor build/porttrace 5.10 6.1 6.12 newest
	@tools/kernel-table

# As root; of the kernel's name the version alone.
kernels-here: build/porttrace ## its row of this kernel; as root
	$(Q)build/porttrace doctor -j | sed 's/"kernel":"\([0-9.]*\)[^"]*"/"kernel":"\1"/' \
		> tests/data/doctor/$(KERNEL_SERIES).json
	@tools/kernel-table
