first: ; @echo first
.DEFAULT_GOAL :=
$(info [$(.DEFAULT_GOAL)])
second: ; @echo second
third: ; @echo third
