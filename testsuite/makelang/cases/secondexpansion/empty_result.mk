.SECONDEXPANSION:
all: $$(nothing) ; @echo [$^]
