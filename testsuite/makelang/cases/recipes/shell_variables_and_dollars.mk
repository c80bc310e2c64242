all:
	@for i in 1 2; do echo $$i; done
	@x=y; echo "$${x}z" '$$x'
