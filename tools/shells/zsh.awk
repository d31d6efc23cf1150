# SPDX-License-Identifier: GPL-2.0-only
# The table as a completion of zsh, which has all that it needs of its own.
function quoted(text) {
	gsub(/[][\\]/, "\\\\&", text)
	gsub(/\047/, "\047\\\047\047", text)
	return text
}

function action(kind, words) {
	if (kind == "words")
		return "(" words ")"
	if (kind == "list")
		return "_sequence compadd - " words
	if (kind == "file")
		return "_files"
	if (kind == "dir")
		return "_files -/"
	if (kind == "user")
		return "_sequence _users"
	if (kind == "port")
		return "_porttrace_port"
	if (kind == "proto")
		return "(" protocols ")"
	if (kind == "commands")
		return "(" names ")"
	return ""
}

$1 == "C" {
	names = names (names == "" ? "" : " ") $2
	described = described "\t\t\047" $2 ":" quoted($3) "\047\n"
	order[++n] = $2
}
$1 == "O" {
	takes = $6 == "-" ? "" : ":" $5 ":" action($6, $7)
	help = "[" quoted($8) "]" takes "\047"
	letter = "-" $3 (takes == "" ? "" : "+")
	name = "--" $4 (takes == "" ? "" : "=")
	if ($3 == "-")
		spec = "\047" name help
	else
		spec = "\047(-" $3 " --" $4 ")\047{" letter "," name "}\047" help
	specs[$2] = specs[$2] " \\\n\t\t\t" spec
}
$1 == "P" && $3 != "-" { subs[$2] = subs[$2] (subs[$2] == "" ? "" : " ") $3 }
$1 == "P" {
	count = split($4, kinds, " ")
	for (i = 1; i <= count; i++) {
		kind = kinds[i]
		again = sub(/\+$/, "", kind) ? "*" : i + ($3 != "-")
		if (kind == "command")
			spec = "\047*::command:_normal\047"
		else
			spec = "\047" again ":" kind ":" action(kind, "") "\047"
		# What a subcommand has beyond another is offered for both.
		if (index(operands[$2], spec) == 0)
			operands[$2] = operands[$2] " \\\n\t\t\t" spec
	}
}
END {
	print "#compdef porttrace\n# zsh completion for porttrace(8); made by tools/completions from the program.\n"
	ports = protocols
	gsub(/ |$/, "/&", ports)
	print "_porttrace_port() {\n\tcompadd -S \047\047 - " ports "\n}\n"
	print "_porttrace() {\n\tlocal command=watch\n\tlocal -a commands=(\n" described "\t)\n"
	print "\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then"
	print "\t\t_describe command commands\n\t\treturn\n\tfi"
	print "\tif [[ $words[2] != -* ]]; then"
	print "\t\tcommand=$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi"
	print "\tcase $command in"
	for (i = 1; i <= n; i++) {
		command = order[i]
		if (command == "help")
			operands[command] = " \\\n\t\t\t\0471:command:(" names ")\047"
		if (command in subs)
			operands[command] = " \\\n\t\t\t\0471:what:(" subs[command] ")\047" operands[command]
		printf "\t%s)\n\t\t_arguments -s%s%s\n\t\t;;\n", command, specs[command], operands[command]
	}
	print "\tesac\n}\n\n_porttrace \"$@\""
}
