# args: OTHER=x all
# An exported value that defines variables while it is expanded for a recipe loses none of the others.
export first += $(eval first := new)a
export second = $(eval third := 3)$(eval fourth := 4)$(eval fifth := 5)b
all:
	@echo "$$first" "$$second" "$$OTHER" "$$MAKELEVEL" "$${PATH:+path}" "$${HOME:+home}"
