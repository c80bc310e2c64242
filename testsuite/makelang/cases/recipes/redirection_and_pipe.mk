all:
	@echo one > out; echo two >> out
	@cat < out | sort -r
	@ls nothing-here 2>/dev/null || echo failed
