# SPDX-License-Identifier: GPL-2.0-only
# The live suite on other kernels, and on machines that lack something. To run a part:
#
#   VM_KERNELS="5.10 newest"   VM_BACKENDS="cgroup"   VM_SPECIAL="lockdown" (or nothing)
#
# VM_SECONDS (a machine's time), VM_SCALE (of the tests' deadlines), VM_JOBS (tests at a time in a
# machine), VM_AT_ONCE (machines at a time), VM_ALL=1 (every case with every backend), VM_ACCEL=kvm.

.PHONY: test-vm
test-vm: build/porttrace build/tests/live
	@tools/setup vm
	@rm -f $(RESULTS)/vm.tsv
	@tests/vm/run $(RESULTS)/vm.tsv build/porttrace build/tests/live
