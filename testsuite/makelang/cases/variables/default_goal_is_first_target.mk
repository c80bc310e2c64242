$(info [$(.DEFAULT_GOAL)])
.hidden: ; @echo hidden
%.x: ; @echo pattern
first: ; @echo first
$(info [$(.DEFAULT_GOAL)])
second: ; @echo second
