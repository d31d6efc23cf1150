# SPDX-License-Identifier: GPL-2.0-only
# The words of each command and option, as functions of bash; bash-complete stands behind them.
$1 == "C" { names = names " " $2 }
$1 == "O" {
	if (!($2 in options))
		with[++w] = $2
	both = ($3 == "-" ? "" : " -" $3) " --" $4
	options[$2] = options[$2] both
	if ($6 == "-")
		next
	pattern = "--" $4 ($3 == "-" ? "" : " | -" $3)
	kind = $6 ($7 == "-" ? "" : " " $7)
	if (pattern in kinds && kinds[pattern] != kind)
		bad = bad " " pattern
	if (!(pattern in kinds))
		order[++n] = pattern
	kinds[pattern] = kind
}
$1 == "P" {
	operands[++m] = $2 ($3 == "-" ? "" : ":" $3)
	operand_kinds[m] = $4
	if ($3 != "-")
		subs[$2] = subs[$2] " " $3
}
END {
	if (bad != "") {
		print "completions: these take other values elsewhere:" bad >"/dev/stderr"
		exit 1
	}
	print "# bash completion for porttrace(8); made by tools/completions from the program.\n"
	printf "_porttrace_commands='%s'\n", substr(names, 2)
	printf "_porttrace_protocols='%s'\n\n", protocols
	print "# What a command takes.\n_porttrace_options()\n{\n\tcase $1 in"
	for (i = 1; i <= w; i++)
		printf "\t%s) echo '%s' ;;\n", with[i], substr(options[with[i]], 2)
	print "\tesac\n}\n"
	print "# What an option takes: the kind, and the words; nothing: it takes no value.\n_porttrace_value()\n{\n\tcase $1 in"
	for (i = 1; i <= n; i++)
		printf "\t%s) echo '%s' ;;\n", order[i], kinds[order[i]]
	print "\tesac\n}\n"
	print "# The kinds of a command's operands; of a subcommand, if it has any.\n_porttrace_operands()\n{\n\tcase $1 in"
	for (i = 1; i <= m; i++)
		printf "\t%s) echo '%s' ;;\n", operands[i], operand_kinds[i]
	for (command in subs)
		printf "\t%s) echo 'words%s' ;;\n", command, subs[command]
	print "\thelp) echo commands ;;\n\tesac\n}\n"
}
