# SPDX-License-Identifier: GPL-2.0-only
# The archive of the sources, the static program, and packages of distributions.

.PHONY: test-packages
test-packages: build/porttrace $(STATIC)/porttrace ## the archive, the static program, packages of distributions
	@tools/setup packages
	@rm -f $(RESULTS)/packages.tsv
	@tests/packages/run $(RESULTS)/packages.tsv
