.RECIPEPREFIX = >
all:
>@echo one
> @echo two
.RECIPEPREFIX =
other:
	@echo three
