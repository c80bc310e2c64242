# A bare .SECONDARY makes explicit targets wait like intermediate files: chain.b is made before explicit.
# file: x.in|in
.SECONDARY:
all: x.out
	@echo all
%.out: %.b explicit
	@echo $@ from $^; touch $@
%.b: %.in
	@echo $@; touch $@
explicit:
	@echo $@; touch $@
