all:
	@printf '%s\n' "a  b" 'c"d' e\'f ''
	@printf '[%s]' x "" y; echo
