.SHELLFLAGS = -uc
all: ; @echo [$(.SHELLFLAGS)]; echo $$not_set; echo not here
