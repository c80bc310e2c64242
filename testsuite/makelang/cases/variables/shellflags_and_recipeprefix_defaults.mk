$(info [$(.SHELLFLAGS)] [$(.RECIPEPREFIX)] [$(.LIBPATTERNS)] [$(origin .LIBPATTERNS)])
all: ; @:
