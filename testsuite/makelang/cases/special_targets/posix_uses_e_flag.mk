.POSIX:
all: ; @echo [$(.SHELLFLAGS)]; false; echo not here
