# args: x.y
.DEFAULT:
	@echo default $@ [$<]
	@echo second line
